//! Takes the steps one after the other; looks at the deadline between them and keeps the time.

use std::time::Instant;

use contract::images::{PictureInfo, Profiling};

use crate::limits::Watch;
use crate::picture::{Channels, Picture, Raster};
use crate::plan::{Plan, Step};
use crate::steps::{adjust, color, hdr, orient, place, print, resize};
use crate::{Edited, ImagingError, Limits, decode, encode};

pub(crate) fn run(input: &[u8], plan: &Plan, limits: &Limits) -> Result<Edited, ImagingError> {
    let watch = limits.watch();
    let mut profiling = Profiling::default();
    // Replaced by the first step, which is always to decode.
    let mut raster = nothing();
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
            Step::Print(_) => "print",
            Step::Encode(_) => "encode",
        };
        match step {
            Step::Encode(target) => {
                // Why taken: the encoder may drop the pixels as soon as it has its own copy.
                let picture = std::mem::replace(&mut raster, nothing()).into_eight_bits();
                let info = PictureInfo::new(target.name(), picture.width, picture.height);
                encoded =
                    Some((encode::encode(picture, target, &plan.header.exif, plan.profile, watch)?, info));
            }
            Step::Decode(denominator) => {
                raster = decode::decode(input, &plan.header, *denominator, watch)?;
            }
            step => {
                raster = match raster {
                    Raster::Eight(picture) => Raster::Eight(worked(step, plan, picture, watch)?),
                    Raster::Sixteen(picture) => Raster::Sixteen(worked(step, plan, picture, watch)?),
                }
            }
        }
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        profiling.milliseconds.insert(name.to_owned(), (milliseconds * 1e3).round() / 1e3);
    }
    let (bytes, output) = encoded.ok_or_else(|| ImagingError::Internal("nothing was encoded".into()))?;
    Ok(Edited { bytes, input: plan.header.info(), output, profiling })
}

fn nothing() -> Raster {
    Raster::Eight(Picture::blank(0, 0, Channels::Grey))
}

/// What a step between decoding and encoding makes of the picture.
fn worked<T: color::Convert>(
    step: &Step,
    plan: &Plan,
    picture: Picture<T>,
    watch: Watch,
) -> Result<Picture<T>, ImagingError> {
    match step {
        Step::Resize(resize) => resize::resize(picture, resize),
        Step::Orient(orientation) => Ok(orient::orient(picture, *orientation)),
        Step::Color => color::to_srgb(picture, plan.header.profile.as_deref(), watch),
        Step::Hdr(settings) => hdr::hdr(picture, settings, watch),
        Step::Adjust(adjustment) => adjust::adjust(picture, adjustment, watch),
        Step::Place(placement) => Ok(place::place(picture, placement)),
        Step::Print(press) => print::print(&picture, *press, watch),
        Step::Decode(_) | Step::Encode(_) => Ok(picture),
    }
}
