//! Where the pixels of the result come from: pure arithmetic, in displayed (oriented) coordinates.

use contract::images::{FitName, Operations, Padding, PaddingError, ParsedDimension, Resizing};

use crate::{ImagingError, Limits};

/// Part of a picture, in pixels, possibly fractional.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// `source` of the input is scaled to `content_width` x `content_height` and put at `left`, `top` of the output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Geometry {
    pub source: Rect,
    pub content_width: u32,
    pub content_height: u32,
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

/// A size in pixels, wide enough for what requests can ask before limits are looked at.
type Size = (u64, u64);

/// `side * numerator / denominator`, rounded half away from zero, at least 1.
fn scaled(side: u64, numerator: u64, denominator: u64) -> u64 {
    let (side, numerator, denominator) =
        (u128::from(side), u128::from(numerator), u128::from(denominator.max(1)));
    let rounded = (2 * side * numerator + denominator) / (2 * denominator);
    u64::try_from(rounded).unwrap_or(u64::MAX).max(1)
}

/// The largest size of the aspect ratio of `inner` within `outer`.
fn bounds(inner: Size, outer: Size) -> Size {
    if u128::from(outer.0) * u128::from(inner.1) <= u128::from(outer.1) * u128::from(inner.0) {
        (outer.0, scaled(inner.1, outer.0, inner.0).min(outer.1))
    } else {
        (scaled(inner.0, outer.1, inner.1).min(outer.0), outer.1)
    }
}

/// The smallest size of the aspect ratio of `inner` that covers `outer`.
fn cover(inner: Size, outer: Size) -> Size {
    if u128::from(outer.0) * u128::from(inner.1) >= u128::from(outer.1) * u128::from(inner.0) {
        (outer.0, scaled(inner.1, outer.0, inner.0).max(outer.1))
    } else {
        (scaled(inner.0, outer.1, inner.1).max(outer.0), outer.1)
    }
}

fn percent_of(side: u64, percent: f64) -> u64 {
    // Why the cast is safe: it saturates, and limits refuse what is that large.
    ((side as f64 * percent / 100.0).round() as u64).max(1)
}

/// The box that is asked for, and whether both sides were (so that the fit matters).
fn target(resizing: &Resizing, input: Size) -> Result<(Size, bool), ImagingError> {
    let side = |dimension: &Option<contract::images::Dimension>, path| match dimension {
        None => Ok(ParsedDimension::Auto),
        Some(dimension) => dimension.parse().ok_or(ImagingError::Invalid(path)),
    };
    let width = side(&resizing.width, "operations.resizing.width")?;
    let height = side(&resizing.height, "operations.resizing.height")?;
    use ParsedDimension::{Auto, Percent, Pixels};
    Ok(match (width, height) {
        (Auto, Auto) => (input, false),
        (Pixels(0), _) | (_, Pixels(0)) => return Err(ImagingError::Invalid("operations.resizing")),
        (Pixels(width), Auto) => ((width.into(), scaled(input.1, width.into(), input.0)), false),
        (Auto, Pixels(height)) => ((scaled(input.0, height.into(), input.1), height.into()), false),
        (Pixels(width), Pixels(height)) => ((width.into(), height.into()), true),
        (Percent(percent), Auto) | (Auto, Percent(percent)) => {
            ((percent_of(input.0, percent), percent_of(input.1, percent)), false)
        }
        (Percent(width), Percent(height)) => {
            ((percent_of(input.0, width), percent_of(input.1, height)), width != height)
        }
        (Pixels(_), Percent(_)) | (Percent(_), Pixels(_)) => {
            return Err(ImagingError::Invalid("operations.resizing"));
        }
    })
}

/// The geometry of an edit of a picture of `width` x `height` displayed pixels; `max_side` is the output format's.
pub(crate) fn geometry(
    operations: &Operations,
    width: u32,
    height: u32,
    limits: &Limits,
    max_side: u32,
) -> Result<Geometry, ImagingError> {
    let input = (u64::from(width), u64::from(height));
    let default = Resizing::default();
    let resizing = operations.resizing.as_ref().unwrap_or(&default);
    let (target, both) = target(resizing, input)?;
    let fit = if both { Some(resizing.fit()) } else { None };

    let output = match fit {
        Some(FitName::Bounds) => bounds(input, target),
        Some(FitName::Cover) => cover(input, target),
        _ => target,
    };
    limits.check_output(output.0, output.1, max_side)?;

    let source = if fit == Some(FitName::Crop) { cropped(input, target) } else { whole(input) };
    // What keeps its proportions when it is squeezed into the padding: with crop the cut part, else the whole input.
    let (proportions, unpadded) = match fit {
        Some(FitName::Canvas | FitName::Outpaint) => (input, bounds(input, output)),
        Some(FitName::Crop) => (output, output),
        Some(FitName::Bounds | FitName::Cover) | None => (input, output),
    };
    let [top, right, bottom, left] = padding(operations, output)?;
    let inner = (output.0 - left - right, output.1 - top - bottom);
    let content = if inner == output { unpadded } else { bounds(proportions, inner) };
    let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    Ok(Geometry {
        source,
        content_width: narrow(content.0),
        content_height: narrow(content.1),
        left: narrow(left + (inner.0 - content.0) / 2),
        top: narrow(top + (inner.1 - content.1) / 2),
        width: narrow(output.0),
        height: narrow(output.1),
    })
}

fn whole(input: Size) -> Rect {
    Rect { x: 0.0, y: 0.0, width: input.0 as f64, height: input.1 as f64 }
}

/// The part of the input that fills `target`: scaled to cover, then cut with offsets rounded down.
fn cropped(input: Size, target: Size) -> Rect {
    let scaled = cover(input, target);
    let part = |input: u64, scaled: u64, target: u64| {
        let factor = input as f64 / scaled as f64;
        let start = ((scaled - target) / 2) as f64 * factor;
        (start, (target as f64 * factor).min(input as f64 - start))
    };
    let (x, width) = part(input.0, scaled.0, target.0);
    let (y, height) = part(input.1, scaled.1, target.1);
    Rect { x, y, width, height }
}

/// Top, right, bottom, left in pixels of the output.
fn padding(operations: &Operations, output: Size) -> Result<[u64; 4], ImagingError> {
    let Some(text) = &operations.padding else { return Ok([0; 4]) };
    let (width, height) = (output.0 as u32, output.1 as u32);
    let too_large = ImagingError::PaddingTooLarge { width, height };
    let padding = Padding::parse(text).map_err(|error| match error {
        PaddingError::Syntax => ImagingError::Invalid("operations.padding"),
        PaddingError::TooLarge => too_large.clone(),
    })?;
    Ok(padding.pixels(width, height).ok_or(too_large)?.map(u64::from))
}

#[cfg(test)]
mod tests {
    use contract::images::{Dimension, FitChoice};

    use super::*;

    fn of(
        width: Option<u32>,
        height: Option<u32>,
        fit: FitName,
        padding: Option<&str>,
        input: (u32, u32),
    ) -> Geometry {
        let resizing = Resizing {
            width: width.map(Dimension::Pixels),
            height: height.map(Dimension::Pixels),
            fit: Some(FitChoice::Name(fit)),
        };
        let operations = Operations {
            resizing: Some(resizing),
            padding: padding.map(str::to_owned),
            ..Operations::default()
        };
        geometry(&operations, input.0, input.1, &Limits::default(), 65_535).unwrap()
    }

    fn sizes(geometry: Geometry) -> [u32; 6] {
        let Geometry { width, height, content_width, content_height, left, top, .. } = geometry;
        [width, height, content_width, content_height, left, top]
    }

    #[test]
    fn the_four_fits_of_the_specification() {
        let fit = |fit| sizes(of(Some(800), Some(800), fit, None, (1600, 900)));
        assert_eq!(fit(FitName::Bounds), [800, 450, 800, 450, 0, 0]);
        assert_eq!(fit(FitName::Cover), [1422, 800, 1422, 800, 0, 0]);
        assert_eq!(fit(FitName::Crop), [800, 800, 800, 800, 0, 0]);
        assert_eq!(fit(FitName::Canvas), [800, 800, 800, 450, 0, 175]);
        // The content keeps the proportions of the input, not those of the rounded output.
        let strip = of(Some(340), None, FitName::Canvas, Some("1px 56px 6px 59px"), (59, 3));
        assert_eq!((strip.width, strip.content_width, strip.content_height), (340, 197, 10));
        let crop = of(Some(800), Some(800), FitName::Crop, None, (1600, 900)).source;
        assert_eq!((crop.x * 1422.0 / 1600.0).round(), 311.0, "floor of (1422 - 800) / 2");
    }

    #[test]
    fn one_side_keeps_the_aspect_ratio_for_every_fit() {
        for fit in [FitName::Crop, FitName::Bounds, FitName::Cover, FitName::Canvas] {
            assert_eq!(sizes(of(Some(1000), None, fit, None, (128, 128)))[..2], [1000, 1000]);
            assert_eq!(sizes(of(None, Some(450), fit, None, (1600, 900)))[..2], [800, 450]);
        }
    }

    #[test]
    fn padding_squeezes_the_content_and_keeps_the_size() {
        let padded = |fit, padding| sizes(of(Some(1000), Some(1000), fit, Some(padding), (1000, 1000)));
        assert_eq!(padded(FitName::Crop, "30%"), [1000, 1000, 400, 400, 300, 300]);
        assert_eq!(padded(FitName::Crop, "100px 200px 300px 400px"), [1000, 1000, 400, 400, 400, 200]);
        let canvas = sizes(of(Some(800), Some(800), FitName::Canvas, Some("10%"), (1600, 900)));
        assert_eq!(canvas, [800, 800, 640, 360, 80, 220]);
        let wide = sizes(of(None, None, FitName::Crop, Some("10px"), (100, 30)));
        assert_eq!(wide, [100, 30, 33, 10, 33, 10]);
    }

    #[test]
    fn a_side_is_at_least_one_pixel() {
        assert_eq!(sizes(of(Some(1), None, FitName::Crop, None, (30_000, 10)))[..2], [1, 1]);
        assert_eq!(sizes(of(Some(10), Some(10), FitName::Canvas, None, (30_000, 10))), [10, 10, 10, 1, 0, 4]);
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_overflows() {
        let resizing = Resizing { width: Some(Dimension::Pixels(65_535)), ..Resizing::default() };
        let operations = Operations { resizing: Some(resizing), ..Operations::default() };
        let error = geometry(&operations, 1, 32_767, &Limits::default(), 65_535).unwrap_err();
        assert!(matches!(error, ImagingError::OutputTooLarge { actual: 2_147_385_345, .. }), "{error:?}");
        let resizing =
            Resizing { width: Some(Dimension::Text("99999999999999%".into())), ..Resizing::default() };
        let operations = Operations { resizing: Some(resizing), ..Operations::default() };
        let error = geometry(&operations, 32_767, 32_767, &Limits::default(), 65_535).unwrap_err();
        assert!(matches!(error, ImagingError::OutputTooLarge { .. }), "{error:?}");
    }
}
