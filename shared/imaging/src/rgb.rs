//! A picture to look at: upright, in sRGB, opaque, and no larger than is asked for.

use contract::images::{Dimension, FitChoice, FitName, Operations, Output, Resizing};

use crate::libjpeg::{self, Quality, Source, Stream};
use crate::picture::{Channels, Picture};
use crate::plan::{Plan, Step};
use crate::{ImagingError, Limits, Measure, header, memory, plan, read, run};

/// Pixels of eight bits a sample: red, green, blue, row after row without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rgb {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<u8>,
}

impl Rgb {
    /// A baseline JPEG of quality 1 to 100, for readers that take files and no pixels.
    ///
    /// # Errors
    /// Sides that do not fit into the file, or a number of samples that does not fit the sides.
    pub fn into_jpeg(self, quality: u8) -> Result<Vec<u8>, ImagingError> {
        let Self { width, height, pixels } = self;
        let picture = Picture { width, height, channels: Channels::Rgb, pixels };
        let quality = Quality { quality, progressive: false, dpi: None };
        let stream = Stream::File { exif: None, profile: None };
        libjpeg::write(Source::Pixels(&picture), quality, stream, Limits::default().watch())
    }
}

/// Sides of a picture that is scaled down, where it has more pixels, to at most `max_pixels`; each at least 1.
pub fn within((width, height): (u32, u32), max_pixels: u64) -> (u32, u32) {
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= max_pixels {
        return (width, height);
    }
    let scale = (max_pixels as f64 / pixels as f64).sqrt();
    let side = |pixels: u32| ((f64::from(pixels) * scale) as u32).max(1);
    (side(width), side(height))
}

/// Decodes a picture; a larger one is scaled down to at most `max_pixels`. What is transparent is white.
///
/// # Errors
/// Faults of the input and of the limits, by their meaning.
pub fn rgb(input: &[u8], max_pixels: u64, limits: &Limits) -> Result<Rgb, ImagingError> {
    let plan = to_look_at(input, max_pixels, limits)?;
    let watch = limits.watch();
    let mut raster = run::nothing();
    for step in &plan.steps {
        watch.check()?;
        raster = match step {
            Step::Read(read) => read::read(input, &plan.header, read, watch)?.raster,
            step => run::stepped(step, &plan, raster, watch)?,
        };
    }
    three_samples(raster.into_eight_bits(watch)?)
}

/// The most memory, in bytes, that [`rgb`] will hold at once beside the input, the result among it: an estimate from the header.
/// Fails where [`rgb`] would before decoding.
pub fn rgb_memory_needed(input: &[u8], max_pixels: u64, limits: &Limits) -> Result<u64, ImagingError> {
    Ok(to_look_at(input, max_pixels, limits)?.memory)
}

/// The steps of an edit to a flat picture, without the last: nothing is encoded.
fn to_look_at(input: &[u8], max_pixels: u64, limits: &Limits) -> Result<Plan, ImagingError> {
    let header = header::read(input)?;
    let sides = header.orientation().size(header.width, header.height);
    let (width, height) = within(sides, max_pixels);
    let resizing = Resizing {
        width: Some(Dimension::Pixels(width)),
        height: Some(Dimension::Pixels(height)),
        fit: Some(FitChoice::Name(FitName::Bounds)),
    };
    let scaled = (width, height) != sides;
    let operations = Operations { resizing: scaled.then_some(resizing), ..Operations::default() };
    let mut plan = plan::plan(input, &operations, &Output::default(), limits)?;
    plan.steps.retain(|step| !matches!(step, Step::Encode(_)));
    plan.memory = memory::peak(&plan.header, &plan.steps) + 3 * u64::from(width) * u64::from(height);
    if plan.memory > limits.max_bytes {
        let (measure, actual, limit) = (Measure::MemoryBytes, plan.memory, limits.max_bytes);
        return Err(ImagingError::TooLarge { measure, actual, limit });
    }
    Ok(plan)
}

fn three_samples(picture: Picture) -> Result<Rgb, ImagingError> {
    let Picture { width, height, channels, pixels } = picture;
    let pixels = match channels {
        Channels::Rgb => pixels,
        Channels::Grey => pixels.into_iter().flat_map(|grey| [grey; 3]).collect(),
        Channels::Rgba | Channels::Cmyk => {
            return Err(ImagingError::Internal("a picture was not made flat".into()));
        }
    };
    Ok(Rgb { width, height, pixels })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(color: png::ColorType, width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(color);
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
        file
    }

    #[test]
    fn greys_and_what_shines_through_become_three_samples_on_white() {
        let limits = Limits::default();
        let grey = rgb(&png(png::ColorType::Grayscale, 2, 1, &[7, 200]), 100, &limits).unwrap();
        assert_eq!(grey, Rgb { width: 2, height: 1, pixels: vec![7, 7, 7, 200, 200, 200] });
        let clear = [10, 20, 30, 255, 10, 20, 30, 0];
        let flat = rgb(&png(png::ColorType::Rgba, 2, 1, &clear), 100, &limits).unwrap();
        assert_eq!(flat.pixels, [10, 20, 30, 255, 255, 255]);
    }

    #[test]
    fn a_larger_picture_is_scaled_down_to_no_more_pixels_than_asked_for() {
        let file = png(png::ColorType::Rgb, 300, 200, &[90; 300 * 200 * 3]);
        let small = rgb(&file, 6_000, &Limits::default()).unwrap();
        assert!(
            u64::from(small.width) * u64::from(small.height) <= 6_000,
            "{} {}",
            small.width,
            small.height
        );
        assert!(small.width >= 90 && small.pixels.iter().all(|sample| (89..=91).contains(sample)));
        assert_eq!(within((32_767, 1), 100), (1_810, 1));
        assert_eq!(within((10, 10), 100), (10, 10));
    }

    #[test]
    fn pixels_become_a_jpeg_of_the_same_picture() {
        let grey = Rgb { width: 40, height: 24, pixels: vec![90; 40 * 24 * 3] };
        let again = rgb(&grey.into_jpeg(90).unwrap(), 10_000, &Limits::default()).unwrap();
        assert_eq!((again.width, again.height), (40, 24));
        assert!(again.pixels.iter().all(|sample| (88..=92).contains(sample)));
    }

    #[test]
    fn a_file_that_is_no_picture_or_ends_early_is_refused() {
        let limits = Limits::default();
        assert_eq!(rgb(b"hello, world", 100, &limits), Err(ImagingError::NotAPicture));
        let mut file = png(png::ColorType::Rgb, 64, 64, &[90; 64 * 64 * 3]);
        file.truncate(file.len() / 2);
        assert!(rgb(&file, 4_000, &limits).is_err());
    }
}
