//! ONNX Runtime as a second library that runs networks: faster than rten on warm convolutions, slower to load, twice the memory.
//! Why a crate of its own: whatever links `inference` alone links neither this nor the code that opens native libraries.
//!
//! The library itself is opened at run time: the one of `ATELIER_ORT_LIBRARY`, or the one that
//! `atelier models fetch --only onnxruntime` brought.

mod session;

use std::path::Path;
use std::sync::OnceLock;

use contract::settings;
use inference::models::{Folder, ModelError};
use inference::{Backend, InferenceError, Network, Options, Rten};
use ort::environment::Environment;

/// Name of the library in the folder of models.
pub const LIBRARY: &str = "onnxruntime/libonnxruntime.so";

/// The library, once opened; a process has one.
static ENVIRONMENT: OnceLock<Result<Environment, String>> = OnceLock::new();

/// ONNX Runtime.
#[derive(Clone)]
pub struct Ort {
    environment: Environment,
}

impl Ort {
    /// Opens the library. It runs code of that file: the caller trusts it. A second call, whatever its path, gives the library of
    /// the first.
    pub fn open(library: &Path) -> Result<Self, InferenceError> {
        let opened = ENVIRONMENT.get_or_init(|| {
            let builder = ort::init_from(library).map_err(|error| error.to_string())?;
            builder.with_name("atelier").with_telemetry(false).build().map_err(|error| error.to_string())
        });
        match opened {
            Ok(environment) => Ok(Self { environment: environment.clone() }),
            Err(cause) => {
                Err(InferenceError::Load { file: library.display().to_string(), cause: cause.clone() })
            }
        }
    }
}

impl Backend for Ort {
    fn name(&self) -> &'static str {
        "ort"
    }

    fn load(&self, file: &Path, options: &Options) -> Result<Box<dyn Network>, InferenceError> {
        session::Loaded::new(&self.environment, file, options).map(|loaded| Box::new(loaded) as _)
    }
}

/// The library to run networks with: ONNX Runtime where it is installed, otherwise rten. A library that is named but cannot be
/// opened, or is in the folder but altered, is an error: the operator meant another speed than he would get.
pub fn installed(folder: &Folder) -> Result<Box<dyn Backend>, InferenceError> {
    if let Some(library) = settings::ORT_LIBRARY.value() {
        return Ok(Box::new(Ort::open(Path::new(&library))?));
    }
    match folder.file(LIBRARY) {
        Ok(library) => Ok(Box::new(Ort::open(&library)?)),
        // Unknown: there is none for this processor.
        Err(ModelError::Missing { .. } | ModelError::Unknown(_)) => Ok(Box::new(Rten)),
        Err(error) => Err(InferenceError::Load { file: LIBRARY.to_owned(), cause: error.to_string() }),
    }
}
