//! Where packages come from: the registries, by their ordinary clients, or a folder of package files for a machine without them.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use models::{Archive, Registry};

/// What pip is asked for where a package is for every platform; fixed, so that each machine gets the same answer.
const PYTHON: &str = "3.11";

#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error(
        "pip is missing: install python3-venv (Debian and Ubuntu) or pip, or give the packages with --from FOLDER"
    )]
    NoPip,
    #[error("npm is missing: install it, or give the packages with --from FOLDER")]
    NoNpm,
    #[error("{client} did not bring {package}: {message}")]
    Refused { client: &'static str, package: String, message: String },
    #[error("{file} is not in {folder}")]
    NotThere { file: String, folder: String },
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A source of package files.
pub trait Packages {
    /// The package file's path: `archive.file` in `folder`, or wherever it already lies. Its hash is not checked here.
    fn get(&self, archive: &Archive, folder: &Path) -> Result<PathBuf, PackageError>;
}

/// A folder of package files, as `pip download` and `npm pack` leave them.
#[derive(Debug, Clone)]
pub struct PackageFolder(pub PathBuf);

impl Packages for PackageFolder {
    fn get(&self, archive: &Archive, _: &Path) -> Result<PathBuf, PackageError> {
        let path = self.0.join(&archive.file);
        if path.is_file() {
            return Ok(path);
        }
        Err(PackageError::NotThere { file: archive.file.clone(), folder: self.0.display().to_string() })
    }
}

/// `pip download` and `npm pack`, with the operator's own settings of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clients;

impl Packages for Clients {
    fn get(&self, archive: &Archive, folder: &Path) -> Result<PathBuf, PackageError> {
        match archive.registry {
            Registry::Pypi => pip_download(archive, folder)?,
            Registry::Npm => npm_pack(archive, folder)?,
        }
        PackageFolder(folder.to_owned()).get(archive, folder)
    }
}

fn pip_download(archive: &Archive, folder: &Path) -> Result<(), PackageError> {
    let python = python_with_pip(folder)?;
    let wanted = folder.join("requirements.txt");
    // With the hash pip takes this very file of the version, whatever else fits.
    let line = format!("{}=={} --hash=sha256:{}\n", archive.package, archive.version, archive.sha256);
    std::fs::write(&wanted, line)?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]);
    pip.args(["--only-binary", ":all:", "--require-hashes", "--requirement"]).arg(wanted);
    pip.arg("--dest").arg(folder);
    match &archive.platform {
        None => pip.args(["--python-version", PYTHON]),
        Some(platform) => pip
            .args(["--implementation", "cp", "--platform", &platform.platform, "--abi", &platform.abi])
            .args(["--python-version", &platform.python_version]),
    };
    pip.env("PIP_REQUIRE_VIRTUALENV", "0");
    run("pip", archive, pip)
}

/// A Python whose pip answers: the machine's, or that of an environment made for this, since Debian has a Python without.
fn python_with_pip(folder: &Path) -> Result<PathBuf, PackageError> {
    let answers = |python: &OsStr, arguments: &[&OsStr]| {
        let mut command = Command::new(python);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let machine = PathBuf::from("python3");
    let pip = ["-m", "pip", "--version"].map(OsStr::new);
    if answers(machine.as_os_str(), &pip) {
        return Ok(machine);
    }
    let environment = folder.join("python");
    let python = environment.join("bin/python3");
    let made = python.exists()
        || answers(machine.as_os_str(), &["-m".as_ref(), "venv".as_ref(), environment.as_os_str()]);
    if made && answers(python.as_os_str(), &pip) { Ok(python) } else { Err(PackageError::NoPip) }
}

fn npm_pack(archive: &Archive, folder: &Path) -> Result<(), PackageError> {
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(folder);
    npm.arg(format!("{}@{}", archive.package, archive.version));
    run("npm", archive, npm)
}

fn run(client: &'static str, archive: &Archive, mut command: Command) -> Result<(), PackageError> {
    let output = match command.stdin(Stdio::null()).output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound && client == "npm" => {
            return Err(PackageError::NoNpm);
        }
        other => other?,
    };
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Err(PackageError::Refused {
        client,
        package: format!("{} {}", archive.package, archive.version),
        // The cause stands at the end; before it is what was tried.
        message: lines[lines.len().saturating_sub(3)..].join("; "),
    })
}
