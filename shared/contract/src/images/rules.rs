//! What the JSON schema cannot say about an edit.

use super::{
    Background, BatchEditRequest, BatchInput, BatchUri, BlurChoice, Color, ColorProfile, ColorSpace,
    ColorSpaceChoice, Compression, Dimension, EditRequest, FitChoice, FitName, FormatChoice, FormatName,
    FormatOptions, Operations, Output, OutputChoice, Padding, PaddingError, ParsedDimension, RemoveChoice,
    Resizing, STORAGE_SCHEME, StorageUri, UploadEditRequest, is_storage_uri, stored_fault,
};
use crate::uri::after_scheme;
use crate::{Check, Fault, Rule};

impl Check for EditRequest {
    fn check(&self, faults: &mut Vec<Fault>) {
        check_input(&self.input, "input", faults);
        check_operations(&self.operations, self.output().format(), faults);
        check_output(self.output.as_ref(), faults);
        faults.extend(self.unavailable());
    }
}

impl Check for UploadEditRequest {
    fn check(&self, faults: &mut Vec<Fault>) {
        check_operations(&self.operations(), self.output().format(), faults);
        check_output(self.output.as_ref(), faults);
        faults.extend(self.unavailable());
    }
}

impl Check for BatchEditRequest {
    fn check(&self, faults: &mut Vec<Fault>) {
        if let Some(folder) = self.folder() {
            let path = if matches!(self.input, BatchInput::Options(_)) { "input.source" } else { "input" };
            check_folder(folder.uri, path, faults);
        }
        for (index, BatchUri(uri)) in self.uris().iter().enumerate() {
            check_input(uri, &format!("input.{index}"), faults);
        }
        check_operations(&self.operations, self.output().format(), faults);
        check_output(self.output.as_ref(), faults);
        check_folders_only(self.output.as_ref(), faults);
        faults.extend(self.unavailable());
    }
}

fn check_folder(uri: &str, path: &str, faults: &mut Vec<Fault>) {
    if !is_storage_uri(uri) {
        faults.push(Fault::other(path, "must be a folder of a storage: storage://{storage}/{folder}/"));
    } else if let Err(sentence) = StorageUri::parse(uri) {
        faults.push(Fault::other(path, sentence));
    }
}

/// Many results do not go into one file.
fn check_folders_only(output: Option<&OutputChoice>, faults: &mut Vec<Fault>) {
    let (uri, path) = match output {
        Some(OutputChoice::Destination(uri)) => (Some(uri), "output"),
        Some(OutputChoice::Options(output)) => (output.destination.as_ref(), "output.destination"),
        None => return,
    };
    if uri.and_then(|uri| StorageUri::parse(uri).ok()).is_some_and(|uri| !uri.is_folder()) {
        faults.push(Fault::other(path, "must be a folder, with a slash at its end"));
    }
}

fn check_input(uri: &str, path: &str, faults: &mut Vec<Fault>) {
    if !has_scheme(uri, &["http://", "https://", STORAGE_SCHEME, "upload://"]) {
        faults.push(Fault::other(path, "invalid or missing URL scheme"));
    } else {
        faults.extend(stored_fault(path, uri));
    }
}

fn has_scheme(uri: &str, schemes: &[&str]) -> bool {
    schemes.iter().any(|scheme| after_scheme(uri, scheme).is_some_and(|rest| !rest.is_empty()))
}

fn check_operations(operations: &Operations, format: FormatName, faults: &mut Vec<Fault>) {
    if let Some(background) = &operations.background {
        check_background(background, faults);
    }
    if let Some(resizing) = &operations.resizing {
        check_resizing(resizing, faults);
        check_sides(resizing, format, faults);
    }
    if let Some(padding) = &operations.padding {
        check_padding(padding, operations.resizing.as_ref(), faults);
    }
    if let Some(style) =
        operations.generative.as_ref().and_then(|generative| generative.style_transfer.as_ref())
    {
        let path = "operations.generative.style_transfer.style_reference_image";
        check_input(&style.style_reference_image, path, faults);
        let background = operations.background.as_ref();
        let removes =
            background.and_then(|background| background.remove.as_ref()).is_some_and(RemoveChoice::is_active);
        let blurs =
            background.and_then(|background| background.blur.as_ref()).is_some_and(BlurChoice::is_active);
        if removes || blurs {
            let sentence = "style_transfer cannot be combined with background remove or blur";
            faults.push(Fault::other("operations.generative.style_transfer", sentence));
        }
    }
}

fn check_background(background: &Background, faults: &mut Vec<Fault>) {
    const EXCLUDE: &str = "category and selective exclude each other";
    if let Some(RemoveChoice::Options(remove)) = &background.remove
        && remove.category.is_some()
        && remove.selective.is_some()
    {
        faults.push(Fault::other("operations.background.remove", EXCLUDE));
    }
    if let Some(BlurChoice::Options(blur)) = &background.blur
        && blur.category.is_some()
        && blur.selective.is_some()
    {
        faults.push(Fault::other("operations.background.blur", EXCLUDE));
    }
    if background.color.as_ref().is_some_and(|color| color.parse::<Color>().is_err()) {
        let sentence = "value is not a valid color: use #rgb, #rrggbb, #rrggbbaa or transparent";
        faults.push(Fault::other("operations.background.color", sentence));
    }
}

fn check_resizing(resizing: &Resizing, faults: &mut Vec<Fault>) {
    let mut side = |dimension: &Option<Dimension>, path: &str| {
        let parsed = dimension.as_ref().map(Dimension::parse);
        if parsed == Some(None) {
            faults.push(Fault::other(
                path,
                "value is not an integer, \"auto\" or a percentage such as \"150%\"",
            ));
        }
        parsed.flatten()
    };
    let width = side(&resizing.width, "operations.resizing.width");
    let height = side(&resizing.height, "operations.resizing.height");
    match (width, height) {
        (Some(ParsedDimension::Pixels(_)), Some(ParsedDimension::Percent(_)))
        | (Some(ParsedDimension::Percent(_)), Some(ParsedDimension::Pixels(_))) => {
            let sentence =
                "width and height must both be pixels or both be percentages, unless one is \"auto\"";
            faults.push(Fault::other("operations.resizing", sentence));
        }
        (Some(ParsedDimension::Percent(width)), Some(ParsedDimension::Percent(height)))
            if width != height && !matches!(resizing.fit(), FitName::Canvas | FitName::Outpaint) =>
        {
            let sentence = "percentages must be equal unless the fit is canvas or outpaint";
            faults.push(Fault::other("operations.resizing", sentence));
        }
        _ => {}
    }
    check_fit(resizing, faults);
}

fn check_fit(resizing: &Resizing, faults: &mut Vec<Fault>) {
    let Some(FitChoice::Options(options)) = &resizing.fit else { return };
    let fit = resizing.fit();
    if options.crop.is_some() && fit != FitName::Crop {
        faults.push(Fault::new("operations.resizing.fit.crop", Rule::Unknown));
    }
    if let Some(grow) = &options.outpaint_by {
        let path = "operations.resizing.fit.outpaint_by";
        if fit != FitName::Outpaint {
            faults.push(Fault::new(path, Rule::Unknown));
        } else if Padding::parse(grow) == Err(PaddingError::Syntax) {
            faults.push(Fault::other(path, PADDING_SYNTAX));
        }
    }
    if let Some(feathering) = &options.feathering {
        let path = "operations.resizing.fit.feathering";
        if fit != FitName::Outpaint {
            faults.push(Fault::new(path, Rule::Unknown));
        } else if !super::length::percent(feathering).is_some_and(|percent| percent <= 50.0) {
            faults.push(Fault::other(path, "value is not a percentage from \"0%\" to \"50%\""));
        }
    }
}

/// The output's sides that the request alone decides, in pixels (or at least that many, with cover).
fn known_sides(resizing: &Resizing) -> (Option<u32>, Option<u32>) {
    let pixels = |dimension: &Option<Dimension>| match dimension.as_ref().and_then(Dimension::parse) {
        Some(ParsedDimension::Pixels(pixels)) => Some(pixels),
        _ => None,
    };
    match (pixels(&resizing.width), pixels(&resizing.height)) {
        (Some(_), Some(_)) if resizing.fit() == FitName::Bounds => (None, None),
        sides => sides,
    }
}

fn check_sides(resizing: &Resizing, format: FormatName, faults: &mut Vec<Fault>) {
    let (width, height) = known_sides(resizing);
    for (side, path) in [(width, "operations.resizing.width"), (height, "operations.resizing.height")] {
        if side.is_some_and(|side| side > format.max_side()) {
            let sentence =
                format!("{} pictures have at most {} pixels a side", format.name(), format.max_side());
            faults.push(Fault::other(path, sentence));
        }
    }
}

const PADDING_SYNTAX: &str =
    "value is not valid: use \"10%\", \"5% 15%\", \"30px\", \"100px 150px\" or four pixel values";

fn check_padding(text: &str, resizing: Option<&Resizing>, faults: &mut Vec<Fault>) {
    let known = resizing.filter(|resizing| resizing.fit() != FitName::Cover).map(known_sides);
    let (width, height) = known.unwrap_or_default();
    let sentence = match Padding::parse(text) {
        Err(PaddingError::Syntax) => PADDING_SYNTAX,
        Err(PaddingError::TooLarge) => "padding must be less than half of the side",
        // Why the maximum for an unknown side: percentages were judged above, pixels wait for the picture.
        Ok(padding) if padding.pixels(width.unwrap_or(u32::MAX), height.unwrap_or(u32::MAX)).is_none() => {
            "padding must be less than half of the side"
        }
        Ok(_) => return,
    };
    faults.push(Fault::other("operations.padding", sentence));
}

fn check_output(output: Option<&OutputChoice>, faults: &mut Vec<Fault>) {
    match output {
        None => {}
        Some(OutputChoice::Destination(uri)) => check_destination(uri, "output", faults),
        Some(OutputChoice::Options(output)) => {
            if let Some(uri) = &output.destination {
                check_destination(uri, "output.destination", faults);
            }
            if let Some(FormatChoice::Options(options)) = &output.format {
                check_format(options, output.compression(), faults);
            }
            check_color_space(output, faults);
        }
    }
}

fn check_destination(uri: &str, path: &str, faults: &mut Vec<Fault>) {
    if !is_storage_uri(uri) {
        faults.push(Fault::other(path, "invalid destination: use storage://{storage}/{path}"));
    } else if let Err(sentence) = StorageUri::parse(uri) {
        faults.push(Fault::other(path, sentence));
    }
}

fn check_format(options: &FormatOptions, compression: Option<Compression>, faults: &mut Vec<Fault>) {
    if options.progressive.is_some() && options.name != FormatName::Jpeg {
        faults.push(Fault::new("output.format.progressive", Rule::Unknown));
    }
    let Some(compression) = compression else { return };
    let permitted: &[&str] = match (options.name, compression) {
        (FormatName::Jpeg, _) => {
            faults.push(Fault::new("output.format.compression", Rule::Unknown));
            return;
        }
        (FormatName::Png, Compression::Lossy | Compression::Lossless) => &["fast", "best", "optimal"],
        (
            FormatName::Webp | FormatName::Avif | FormatName::Tiff,
            Compression::Fast | Compression::Best | Compression::Optimal,
        ) => &["lossy", "lossless"],
        _ => return,
    };
    let permitted = permitted.iter().map(|name| (*name).to_owned()).collect();
    faults.push(Fault::new("output.format.compression", Rule::OneOf(permitted)));
}

fn check_color_space(output: &Output, faults: &mut Vec<Fault>) {
    let cmyk = output.color_space() == ColorSpace::Cmyk;
    if cmyk && matches!(output.format(), FormatName::Png | FormatName::Webp | FormatName::Avif) {
        let sentence = format!("CMYK cannot be written as {}", output.format().name());
        faults.push(Fault::other("output.metadata.color_space", sentence));
    }
    let profile: Option<ColorProfile> =
        match output.metadata.as_ref().and_then(|metadata| metadata.color_space.as_ref()) {
            Some(ColorSpaceChoice::Options(options)) => options.color_profile,
            _ => None,
        };
    if profile.is_some() && !cmyk {
        let sentence = "a color profile needs the color space CMYK";
        faults.push(Fault::other("output.metadata.color_space.color_profile", sentence));
    }
}
