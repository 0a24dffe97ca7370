//! Takes the steps one after the other; looks at the deadline between them and keeps the time.

use std::time::{Duration, Instant};

use contract::images::{PictureInfo, Profiling};

use crate::limits::Watch;
use crate::picture::{Channels, Picture, Raster};
use crate::plan::{Plan, Step};
use crate::steps::{adjust, color, hdr, orient, place, print};
use crate::{Edited, ImagingError, Limits, encode, read};

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
            Step::Read(_) => "decode",
            Step::Orient(_) => "orient",
            Step::Color => "color",
            Step::Hdr(_) => "hdr",
            Step::Adjust(_) => "adjust",
            Step::Place(_) => "place",
            Step::Print(_) => "print",
            Step::Encode(_) => "encode",
        };
        let mut elapsed = None;
        match step {
            Step::Encode(target) => {
                // Why taken: the encoder may drop the pixels as soon as it has its own copy.
                let raster = std::mem::replace(&mut raster, nothing());
                let (width, height) = raster.size();
                let info = PictureInfo::new(target.name(), width, height);
                encoded =
                    Some((encode::encode(raster, target, &plan.header.exif, plan.profile, watch)?, info));
            }
            Step::Read(read) => {
                let done = read::read(input, &plan.header, read, watch)?;
                profile(&mut profiling, "resize", done.resampling);
                elapsed = Some(done.decoding);
                raster = done.raster;
            }
            step => {
                raster = stepped(step, plan, raster, watch)?;
            }
        }
        profile(&mut profiling, name, elapsed.unwrap_or_else(|| start.elapsed()));
    }
    let (bytes, output) = encoded.ok_or_else(|| ImagingError::Internal("nothing was encoded".into()))?;
    Ok(Edited { bytes, input: plan.header.info(), output, profiling })
}

/// Milliseconds to a thousandth.
fn profile(profiling: &mut Profiling, name: &str, elapsed: Duration) {
    let milliseconds = elapsed.as_secs_f64() * 1e3;
    profiling.milliseconds.insert(name.to_owned(), (milliseconds * 1e3).round() / 1e3);
}

/// What a step between decoding and encoding makes of the picture, however it is held.
pub(crate) fn stepped(
    step: &Step,
    plan: &Plan,
    raster: Raster,
    watch: Watch,
) -> Result<Raster, ImagingError> {
    Ok(match raster {
        Raster::Eight(picture) => Raster::Eight(worked(step, plan, picture, watch)?),
        Raster::Sixteen(picture) => Raster::Sixteen(worked(step, plan, picture, watch)?),
        // Planes are asked for only where the other steps do nothing.
        Raster::Yuv420(planes) => match step {
            Step::Orient(orientation) => Raster::Yuv420(planes.oriented(*orientation)),
            _ => Raster::Yuv420(planes),
        },
    })
}

pub(crate) fn nothing() -> Raster {
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
        Step::Orient(orientation) => Ok(orient::orient(picture, *orientation)),
        Step::Color => color::to_srgb(picture, plan.header.profile.as_deref(), watch),
        Step::Hdr(settings) => hdr::hdr(picture, settings, watch),
        Step::Adjust(adjustment) => adjust::adjust(picture, adjustment, watch),
        Step::Place(placement) => Ok(place::place(picture, placement)),
        Step::Print(press) => print::print(&picture, *press, watch),
        Step::Read(_) | Step::Encode(_) => Ok(picture),
    }
}
