//! Image editing as data: the request and response types of the edit routes, their cross-field rules, and the lists
//! of what this version can do.
//!
//! A value with the wrong JSON type, a length or a range is judged by the JSON schema derived here; [`crate::Check`]
//! adds what a schema cannot say. Unions differ by JSON type, so a validator can choose a branch without trying all.

mod available;
mod batch;
mod color;
mod length;
mod operations;
mod output;
mod padding;
mod request;
mod resizing;
mod response;
mod rules;
mod storage;
mod storage_rules;
mod storage_uri;
#[cfg(test)]
mod tests;

pub use available::{AVAILABLE_OPERATIONS, INPUT_FORMATS, OUTPUT_FORMATS};
pub use batch::{
    BatchEditRequest, BatchError, BatchFolder, BatchInput, BatchItem, BatchLine, BatchProgress, BatchReport,
    BatchResult, BatchUri, Folder,
};
pub use color::{Color, ColorError};
pub use length::Length;
pub use operations::{
    Adjustments, Background, BlurChoice, BlurLevel, BlurOptions, BlurType, Category, Decompress, Generative,
    HdrChoice, HdrOptions, Operations, PhotoType, PhotoUpscale, PhotoVersion, Privacy, RemoveChoice,
    RemoveOptions, Restorations, Selective, StyleTransfer, UpscaleChoice, UpscaleName,
};
pub use output::{
    ColorProfile, ColorSpace, ColorSpaceChoice, ColorSpaceOptions, Compression, CompressionChoice,
    CompressionOptions, FormatChoice, FormatName, FormatOptions, Metadata, Output, OutputChoice,
};
pub use padding::{Padding, PaddingError};
pub use request::{EditRequest, UploadEditRequest};
pub use resizing::{CropKind, Dimension, FitChoice, FitName, FitOptions, ParsedDimension, Resizing};
pub use response::{EditData, OutputObject, PictureInfo, Profiling};
pub use storage::{
    MAX_OBJECT_KEY, ShownCredentials, ShownParameters, Storage, StorageCreate, StorageCredentials,
    StorageParameters, StorageRef, StorageTested, StorageType, StorageUpdate,
};
pub(crate) use storage_uri::stored_fault;
pub use storage_uri::{STORAGE_SCHEME, StorageUri, is_safe, is_storage_uri};
