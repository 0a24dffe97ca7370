//! What this version can do, and what of a request it cannot.

use super::{
    BatchEditRequest, BlurChoice, CropKind, EditRequest, FitName, HdrChoice, HdrOptions, Operations,
    RemoveChoice, UploadEditRequest,
};
use crate::Fault;

/// Formats that are read, recognised by content.
pub const INPUT_FORMATS: &[&str] = &["jpeg", "png", "webp", "avif", "heic", "gif", "bmp", "tiff"];

/// Formats that are written.
pub const OUTPUT_FORMATS: &[&str] = &["jpeg", "png", "webp", "avif", "tiff"];

/// Operations that work, as dotted paths inside `operations`; a fit is named after `resizing.fit`.
pub const AVAILABLE_OPERATIONS: &[&str] = &[
    "adjustments.hdr",
    "adjustments.exposure",
    "adjustments.saturation",
    "adjustments.contrast",
    "adjustments.sharpness",
    "background.color",
    "resizing.width",
    "resizing.height",
    "resizing.fit.crop",
    "resizing.fit.bounds",
    "resizing.fit.cover",
    "resizing.fit.canvas",
    "padding",
];

impl EditRequest {
    /// What is active in this request and not built yet; false, 0 and absent ask for nothing.
    /// Part of [`crate::Check::check`] already.
    pub fn unavailable(&self) -> Vec<Fault> {
        let mut paths = Vec::new();
        operations(&self.operations, &mut paths);
        paths.into_iter().map(Fault::not_available).collect()
    }
}

impl BatchEditRequest {
    /// As [`EditRequest::unavailable`].
    pub fn unavailable(&self) -> Vec<Fault> {
        let mut paths = Vec::new();
        operations(&self.operations, &mut paths);
        paths.into_iter().map(Fault::not_available).collect()
    }
}

impl UploadEditRequest {
    /// As [`EditRequest::unavailable`].
    pub fn unavailable(&self) -> Vec<Fault> {
        let mut paths = Vec::new();
        operations(&self.operations(), &mut paths);
        paths.into_iter().map(Fault::not_available).collect()
    }
}

impl RemoveChoice {
    /// `{}` asks for removal with every default.
    pub fn is_active(&self) -> bool {
        !matches!(self, Self::Switch(false))
    }
}

impl BlurChoice {
    /// `{}` asks for blur with every default.
    pub fn is_active(&self) -> bool {
        !matches!(self, Self::Switch(false))
    }
}

impl HdrChoice {
    /// 0 to 100; 0 asks for nothing.
    pub fn intensity(&self) -> i32 {
        match self {
            Self::Intensity(intensity) => *intensity,
            Self::Options(options) => options.intensity.unwrap_or(100),
        }
    }

    /// Whether the left and the right edge are to fit together.
    pub fn stitching(&self) -> bool {
        matches!(self, Self::Options(HdrOptions { stitching: Some(true), .. }))
    }
}

fn operations(operations: &Operations, paths: &mut Vec<&'static str>) {
    let mut refuse = |active: bool, path: &'static str| {
        if active {
            paths.push(path);
        }
    };
    if let Some(restorations) = &operations.restorations {
        refuse(restorations.decompress.is_some(), "operations.restorations.decompress");
        refuse(restorations.upscale.is_some(), "operations.restorations.upscale");
        refuse(restorations.polish == Some(true), "operations.restorations.polish");
    }
    if let Some(background) = &operations.background {
        refuse(
            background.remove.as_ref().is_some_and(RemoveChoice::is_active),
            "operations.background.remove",
        );
        refuse(background.blur.as_ref().is_some_and(BlurChoice::is_active), "operations.background.blur");
    }
    if let Some(resizing) = &operations.resizing {
        refuse(resizing.fit() == FitName::Outpaint, "operations.resizing.fit");
        refuse(
            resizing.fit() == FitName::Crop && resizing.crop() == CropKind::Smart,
            "operations.resizing.fit.crop",
        );
    }
    if let Some(privacy) = &operations.privacy {
        refuse(privacy.blur_car_plate == Some(true), "operations.privacy.blur_car_plate");
        refuse(privacy.identity_crop == Some(true), "operations.privacy.identity_crop");
    }
    if let Some(generative) = &operations.generative {
        refuse(generative.style_transfer.is_some(), "operations.generative.style_transfer");
    }
}
