//! Takes the steps one after the other; looks at the deadline between them and keeps the time.

use std::time::Instant;

use contract::images::{PictureInfo, Profiling};

use crate::limits::Watch;
use crate::picture::{Channels, Picture};
use crate::plan::{Plan, Step};
use crate::steps::{adjust, color, hdr, orient, place, resize};
use crate::{Edited, ImagingError, Limits, decode, encode};

pub(crate) fn run(input: &[u8], plan: &Plan, limits: &Limits) -> Result<Edited, ImagingError> {
    let watch = limits.watch();
    let mut profiling = Profiling::default();
    // Replaced by the first step, which is always to decode.
    let mut picture = Picture::blank(0, 0, Channels::Grey);
    let mut encoded = None;
    for step in &plan.steps {
        watch.check()?;
        let start = Instant::now();
        let name = match step {
            Step::Decode(_) => "decode",
            Step::Resize(_) => "resize",
            Step::Orient(_) => "orient",
            Step::Color => "color",
            Step::Hdr(_) => "hdr",
            Step::Adjust(_) => "adjust",
            Step::Place(_) => "place",
            Step::Encode(_) => "encode",
        };
        match step {
            Step::Encode(target) => {
                let info = PictureInfo::new(target.name(), picture.width, picture.height);
                // Why taken: the encoder may drop the pixels as soon as it has its own copy.
                let pixels = std::mem::replace(&mut picture, Picture::blank(0, 0, Channels::Grey));
                encoded = Some((encode::encode(pixels, target, &plan.header.exif, watch)?, info));
            }
            step => picture = pixels(step, input, plan, picture, watch)?,
        }
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        profiling.milliseconds.insert(name.to_owned(), (milliseconds * 1e3).round() / 1e3);
    }
    let (bytes, output) = encoded.ok_or_else(|| ImagingError::Internal("nothing was encoded".into()))?;
    Ok(Edited { bytes, input: plan.header.info(), output, profiling })
}

fn pixels(
    step: &Step,
    input: &[u8],
    plan: &Plan,
    picture: Picture,
    watch: Watch,
) -> Result<Picture, ImagingError> {
    match step {
        Step::Decode(denominator) => decode::decode(input, &plan.header, *denominator, watch),
        Step::Resize(resize) => resize::resize(picture, resize),
        Step::Orient(orientation) => Ok(orient::orient(picture, *orientation)),
        Step::Color => Ok(color::to_srgb(picture, plan.header.profile.as_deref())),
        Step::Hdr(settings) => hdr::hdr(picture, settings, watch),
        Step::Adjust(adjustment) => adjust::adjust(picture, adjustment, watch),
        Step::Place(placement) => Ok(place::place(picture, placement)),
        Step::Encode(_) => Ok(picture),
    }
}
