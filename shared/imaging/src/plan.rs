//! A request and a header become the steps of an edit; nothing of the picture's size is allocated here.

use contract::images::OutputChoice;
use contract::images::{
    Adjustments, Color, ColorProfile, Compression, FormatName, Operations, Output, UploadEditRequest,
};

use crate::encode::{Target, avif};
use crate::geometry::{self, Rect};
use crate::header::{self, Format, Header};
use crate::libjpeg::Quality;
use crate::libwebp::Mode;
use crate::orientation::Orientation;
use crate::read::Read;
use crate::steps::adjust::Adjustment;
use crate::steps::hdr::Hdr;
use crate::steps::place::Placement;
use crate::steps::resize::Resize;
use crate::{ImagingError, Limits, Measure, decode, memory, profiles};

/// One step; each is a file in `steps`, but read and encode, which are folders.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Decode and resample.
    Read(Read),
    Orient(Orientation),
    /// An embedded ICC profile to sRGB.
    Color,
    /// Automatic balance of colour, haze and light.
    Hdr(Hdr),
    Adjust(Adjustment),
    /// Onto the canvas, and flat where that is asked for.
    Place(Placement),
    /// sRGB to the inks of a press.
    Print(ColorProfile),
    Encode(Target),
}

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub header: Header,
    pub steps: Vec<Step>,
    /// The ICC profile that the result carries.
    pub profile: Option<&'static [u8]>,
    /// Peak of all steps, in bytes: an estimate.
    pub memory: u64,
}

pub(crate) fn plan(
    input: &[u8],
    operations: &Operations,
    output: &Output,
    limits: &Limits,
) -> Result<Plan, ImagingError> {
    refuse_unavailable(operations, output)?;
    let header = header::read(input)?;
    limits.check_input(header.width, header.height)?;
    let format = output.format();
    let orientation = header.orientation();
    let (width, height) = orientation.size(header.width, header.height);
    let geometry = geometry::geometry(operations, width, height, limits, format.max_side())?;

    if format == FormatName::Tiff {
        limits.check_tiff(geometry.width, geometry.height)?;
    }
    let (stored_width, stored_height) = orientation.size(geometry.content_width, geometry.content_height);
    let source = orientation.stored_rect(geometry.source, header.width, header.height);
    let denominator = denominator(&header, source, stored_width, stored_height);
    let target = target(output);
    let adjustments = operations.adjustments.clone().unwrap_or_default();
    let press = output.color_profile();
    if press.is_some() && !target.keeps_cmyk() {
        return Err(ImagingError::Invalid("output.metadata.color_space"));
    }
    let placement = Placement {
        width: geometry.width,
        height: geometry.height,
        left: geometry.left,
        top: geometry.top,
        color: background(operations, &header, target.keeps_alpha() && press.is_none())?,
    };
    let (hdr, adjustment) = (hdr(&adjustments), adjustment(&adjustments));
    let untouched =
        hdr.is_nothing() && adjustment.is_nothing() && header.profile.is_none() && press.is_none();
    let fills = (placement.width, placement.height) == (geometry.content_width, geometry.content_height);
    let turns_well = orientation.is_identity() || (stored_width % 2 == 0 && stored_height % 2 == 0);
    let mut steps = vec![
        Step::Read(Read {
            denominator,
            resize: resize(&header, source, denominator, stored_width, stored_height),
            source,
            planes: target.takes_planes() && untouched && fills && turns_well,
        }),
        // Why after resizing: the result is smaller as a rule, and both orders give the same picture.
        Step::Orient(orientation),
        Step::Color,
        Step::Hdr(hdr),
        Step::Adjust(adjustment),
        Step::Place(placement),
    ];
    steps.extend(press.map(Step::Print));
    steps.push(Step::Encode(target));
    let memory = memory::peak(&header, &steps);
    if memory > limits.max_bytes {
        let (measure, actual, limit) = (Measure::MemoryBytes, memory, limits.max_bytes);
        let read = memory::peak(&header, &steps[..1]);
        let grows = memory::area(geometry.width, geometry.height) > header.pixels();
        // What could be read, but not edited or encoded at this size, is mended by a smaller or another result.
        return Err(if grows || read <= limits.max_bytes {
            ImagingError::OutputTooLarge { measure, actual, limit }
        } else {
            ImagingError::TooLarge { measure, actual, limit }
        });
    }
    // Whoever sent a profile cares what colours mean; without one sRGB is what everybody assumes.
    let profile = press.map(profiles::of_press).or(header.profile.is_some().then_some(profiles::SRGB));
    Ok(Plan { header, steps, profile, memory })
}

/// Why here too, when validation has been before: nothing that is asked for may be left out in silence.
fn refuse_unavailable(operations: &Operations, output: &Output) -> Result<(), ImagingError> {
    // Where the result goes is not this crate's business.
    let output = Output { destination: None, ..output.clone() };
    let request = UploadEditRequest {
        operations: Some(operations.clone()),
        output: Some(OutputChoice::Options(output)),
    };
    match request.unavailable().into_iter().next() {
        Some(fault) => Err(ImagingError::NotAvailable(fault.path)),
        None => Ok(()),
    }
}

/// The scale of decoding, by sharp's rule: the largest power of two up to 8 that is smaller than the whole number of
/// times the picture shrinks, so that the coarse filter of the decoder stays invisible behind the resampler's.
fn denominator(header: &Header, source: Rect, width: u32, height: u32) -> u32 {
    if !decode::scales(header) {
        return 1;
    }
    let shrink = (source.width / f64::from(width)).min(source.height / f64::from(height));
    match shrink {
        shrink if shrink >= 9.0 => 8,
        shrink if shrink >= 5.0 => 4,
        shrink if shrink >= 3.0 => 2,
        _ => 1,
    }
}

/// The source rectangle in the pixels that the decoder will deliver.
fn resize(header: &Header, source: Rect, denominator: u32, width: u32, height: u32) -> Resize {
    let decoded = (header.width.div_ceil(denominator), header.height.div_ceil(denominator));
    let (horizontal, vertical) = match header.format {
        // A decoded pixel stands for as many of the file, also where the last one reaches over the edge.
        Format::Jpeg => (1.0 / f64::from(denominator), 1.0 / f64::from(denominator)),
        _ => {
            (f64::from(decoded.0) / f64::from(header.width), f64::from(decoded.1) / f64::from(header.height))
        }
    };
    let source = Rect {
        x: source.x * horizontal,
        y: source.y * vertical,
        width: source.width * horizontal,
        height: source.height * vertical,
    };
    Resize { decoded_width: decoded.0, decoded_height: decoded.1, source, width, height }
}

fn hdr(adjustments: &Adjustments) -> Hdr {
    let Some(choice) = &adjustments.hdr else { return Hdr::default() };
    Hdr { intensity: choice.intensity() as f32 / 100.0, stitching: choice.stitching() }
}

fn adjustment(adjustments: &Adjustments) -> Adjustment {
    let value = |value: Option<i32>| value.unwrap_or(0) as f32 / 100.0;
    Adjustment {
        exposure: value(adjustments.exposure),
        contrast: value(adjustments.contrast),
        saturation: value(adjustments.saturation),
        sharpness: value(adjustments.sharpness),
        stitching: hdr(adjustments).stitching,
    }
}

/// What shows through: the colour asked for, else transparent where the input is and the output can be, else white.
fn background(operations: &Operations, header: &Header, alpha: bool) -> Result<Color, ImagingError> {
    let asked = operations.background.as_ref().and_then(|background| background.color.as_deref());
    let color = match asked {
        Some(text) => text.parse().map_err(|_| ImagingError::Invalid("operations.background.color"))?,
        None if header.channels.has_alpha() => Color::TRANSPARENT,
        None => Color::WHITE,
    };
    if alpha { Ok(color) } else { Ok(over_white(color)) }
}

fn over_white(color: Color) -> Color {
    let mix = |channel: u8| {
        let alpha = u32::from(color.alpha);
        ((u32::from(channel) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    Color { red: mix(color.red), green: mix(color.green), blue: mix(color.blue), alpha: 255 }
}

fn target(output: &Output) -> Target {
    let quality = |default| output.quality().unwrap_or(default);
    let dpi = output.dpi();
    let lossy = output.compression() == Some(Compression::Lossy);
    let short_dpi = dpi.and_then(|dpi| u16::try_from(dpi).ok());
    match output.format() {
        FormatName::Png => {
            let compression = match output.compression() {
                Some(Compression::Fast) => png::Compression::Fast,
                Some(Compression::Best) => png::Compression::High,
                _ => png::Compression::Balanced,
            };
            Target::Png { compression, dpi }
        }
        FormatName::Webp if output.compression() == Some(Compression::Lossless) => {
            Target::Webp { mode: Mode::Lossless, dpi }
        }
        FormatName::Webp => Target::Webp { mode: Mode::Lossy(quality(75)), dpi },
        FormatName::Tiff => {
            let quality = Quality { quality: quality(75), progressive: false, dpi: None };
            Target::Tiff { lossy: lossy.then_some(quality), dpi }
        }
        FormatName::Avif if output.compression() == Some(Compression::Lossless) => {
            Target::Avif { mode: avif::Mode::Lossless, dpi }
        }
        FormatName::Avif => Target::Avif { mode: avif::Mode::Lossy(quality(50)), dpi },
        FormatName::Jpeg => {
            Target::Jpeg(Quality { quality: quality(85), progressive: output.progressive(), dpi: short_dpi })
        }
    }
}
