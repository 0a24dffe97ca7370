//! The list of model files: `infra/models/manifest.json`, part of the binary. What it says is trusted; a test reads it all.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::hash::Hash;

static BUILT_IN: LazyLock<Manifest> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../infra/models/manifest.json")).unwrap_or_else(|error| {
        // Why not an error to handle: the text is fixed when this is compiled, and a test of this crate reads it.
        panic!("infra/models/manifest.json: {error}")
    })
});

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub archives: Vec<Archive>,
    pub files: Vec<File>,
}

/// A package file of a registry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    pub registry: Registry,
    pub package: String,
    pub version: String,
    /// Its file's name, by which [`File::archive`] means it.
    pub file: String,
    /// Length.
    pub bytes: u64,
    pub sha256: Hash,
    /// For what pip has to ask where the package is not for every platform.
    #[serde(default)]
    pub platform: Option<Platform>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    Pypi,
    Npm,
}

/// Values of the like-named options of `pip download`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    pub platform: String,
    pub python_version: String,
    pub abi: String,
}

/// A file that the product opens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// By which it is asked for and where it lies in the folder, as in `minilm/model.onnx`.
    pub name: String,
    /// What it is for, in a few words.
    pub task: String,
    /// [`Archive::file`] of the package that carries it.
    pub archive: String,
    /// Its path there.
    pub path: String,
    /// What has to be done to it.
    #[serde(default)]
    pub conversion: Option<Conversion>,
    /// Length, after the conversion.
    pub bytes: u64,
    /// After the conversion.
    pub sha256: Hash,
    pub licence: Licence,
    /// The processor it is for, as Rust names it; unset: all.
    #[serde(default)]
    pub architecture: Option<String>,
    /// Fetched only when named: nothing needs it.
    #[serde(default)]
    pub optional: bool,
}

/// A step of ours between the package's file and the one that is opened. It never runs code of the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conversion {
    /// EfficientNet-Lite0's PyTorch weights to an ONNX network.
    #[serde(rename = "efficientnet-lite0")]
    EfficientnetLite0,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// SPDX.
    pub id: String,
    /// The texts that are kept beside the file.
    pub texts: Vec<LicenceText>,
    /// Where it is stated that this licence holds, and for whose work.
    pub stated: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LicenceText {
    /// A path in the package.
    Package(String),
    /// A file of `infra/models/licences`.
    Repository(String),
}

impl Manifest {
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// The file of this name for this machine's processor.
    pub fn file(&self, name: &str) -> Option<&File> {
        self.files_here().find(|file| file.name == name)
    }

    /// All files that are for this machine's processor.
    pub fn files_here(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| {
            file.architecture.as_deref().is_none_or(|processor| processor == std::env::consts::ARCH)
        })
    }

    pub fn archive(&self, file: &File) -> Option<&Archive> {
        self.archives.iter().find(|archive| archive.file == file.archive)
    }
}
