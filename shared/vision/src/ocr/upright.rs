//! Which way up lines are: by the angle classifier, and where that doubts by what can be read.

use super::recognizer::Character;
use super::strips::Strip;
use super::{Ocr, angle, confidence};
use crate::sample::{Planes, Point};
use crate::watch::Watch;
use crate::{Picture, VisionError};

/// Lines that are asked first: the longest, since a short one may look alike from both sides.
const ASKED: usize = 5;
/// A line is read against the others where that gives so much more confidence: 96 is as sure as 96.
const SURER: f32 = 0.1;

impl Ocr {
    /// Turns lines that stand on their heads, those of a page together. A few lines speak for all where they agree. Answers those, as
    /// they lie then, that seem to stand against the others.
    pub(super) fn set_upright(
        &self,
        picture: Picture<'_>,
        corners: &mut [[Point; 4]],
        watch: Watch,
    ) -> Result<Vec<[Point; 4]>, VisionError> {
        let mut doubtful = Vec::new();
        for level in [true, false] {
            let mut lines: Vec<usize> =
                (0..corners.len()).filter(|&index| is_level(&corners[index]) == level).collect();
            lines.sort_by_key(|&index| std::cmp::Reverse(Strip::new(corners[index]).width));
            let asked = lines.len().min(ASKED);
            let mut likely = self.upside_down(picture, corners, &lines[..asked], watch)?;
            if likely.iter().any(|&likely| likely > 0.5) && likely.iter().any(|&likely| likely <= 0.5) {
                likely.extend(self.upside_down(picture, corners, &lines[asked..], watch)?);
            }
            let is_page_turned = 2 * likely.iter().filter(|&&likely| likely > 0.5).count() > likely.len();
            for (place, &index) in lines.iter().enumerate() {
                if is_page_turned {
                    corners[index].rotate_left(2);
                }
                if likely.get(place).is_some_and(|&likely| (likely > 0.5) != is_page_turned) {
                    doubtful.push(corners[index]);
                }
            }
        }
        Ok(doubtful)
    }

    /// Reads doubtful lines the other way up, too, and keeps what is surer.
    pub(super) fn read_turned(
        &self,
        picture: Picture<'_>,
        doubtful: &[[Point; 4]],
        (strips, read): (&mut [Strip], &mut [Vec<Character>]),
        watch: Watch,
    ) -> Result<(), VisionError> {
        let asked: Vec<usize> =
            (0..strips.len()).filter(|&index| doubtful.contains(&strips[index].corners)).collect();
        let turned: Vec<Strip> = asked.iter().map(|&index| strips[index].turned()).collect();
        let again = self.read_strips(picture, &turned, watch)?;
        for ((index, strip), characters) in asked.into_iter().zip(turned).zip(again) {
            if confidence(&characters) > confidence(&read[index]) + SURER {
                (strips[index], read[index]) = (strip, characters);
            }
        }
        Ok(())
    }

    /// How likely each of the lines stands on its head.
    fn upside_down(
        &self,
        picture: Picture<'_>,
        corners: &[[Point; 4]],
        lines: &[usize],
        watch: Watch,
    ) -> Result<Vec<f32>, VisionError> {
        let mut likely = Vec::with_capacity(lines.len());
        for lines in lines.chunks(angle::BATCH) {
            watch.check()?;
            let strips: Vec<Planes> =
                lines.iter().map(|&index| Strip::new(corners[index]).planes(picture)).collect();
            likely.extend(self.angle.upside_down(&strips.iter().collect::<Vec<_>>())?);
        }
        Ok(likely)
    }
}

fn is_level(corners: &[Point; 4]) -> bool {
    let along = [corners[1][0] - corners[0][0], corners[1][1] - corners[0][1]];
    along[0].abs() >= along[1].abs()
}
