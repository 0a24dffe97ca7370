//! What a line says, by the recogniser of PP-OCR.

use std::path::Path;

use inference::{Backend, InferenceError, Input, Network, Options};
use rayon::prelude::*;

use super::reader::{Memory, Reader, Step};
use crate::VisionError;
use crate::sample::Planes;
use crate::watch::Watch;

/// Samples of a strip from top to bottom.
pub(crate) const HEIGHT: usize = 48;
/// Samples of a strip for one step of the network.
const STEP: usize = 8;
/// Samples along that are read in one run: more of them only take memory, 18,710 values for every eight.
const RUN: usize = 1_600;

/// Strips that a thread reads in memory of their own.
const FEWEST: usize = 4;

pub(crate) struct Recognizer {
    engine: Engine,
    /// Class 0, the blank between characters, is not among them.
    characters: Vec<char>,
}

/// What runs the network.
enum Engine {
    /// Ours: for the network that it knows.
    Own {
        reader: Box<Reader>,
        threads: rayon::ThreadPool,
    },
    Library(Box<dyn Network>),
}

/// A character, and where in its strip it was read: the middle, in samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Character {
    pub character: char,
    pub confidence: f32,
    pub x: f32,
}

impl Recognizer {
    /// Out of its file, which names the characters: one a line.
    pub(crate) fn load(backend: &dyn Backend, file: &Path, options: &Options) -> Result<Self, VisionError> {
        let characters = inference::metadata(file, "character")?
            .ok_or_else(|| VisionError::Model("the recogniser's file names no characters".to_owned()))?;
        // Of a class of more than one code point the first is what it looks like.
        let mut all: Vec<char> = characters.lines().map(|line| line.chars().next().unwrap_or(' ')).collect();
        if all.is_empty() {
            return Err(VisionError::Model("the recogniser has no characters".to_owned()));
        }
        all.push(' ');
        let engine = Engine::of(backend, file, options)?;
        if let Engine::Own { reader, .. } = &engine
            && reader.classes() != all.len() + 1
        {
            return Err(not_its_classes());
        }
        Ok(Self { engine, characters: all })
    }

    /// What each strip, [`HEIGHT`] samples high, says.
    pub(crate) fn read(&self, strips: &[&Planes], watch: Watch) -> Result<Vec<Vec<Character>>, VisionError> {
        let network = match &self.engine {
            Engine::Library(network) => network.as_ref(),
            Engine::Own { reader, threads } => return self.each(reader, threads, strips, watch),
        };
        let mut order: Vec<usize> = (0..strips.len()).collect();
        order.sort_by_key(|&index| strips[index].width);
        let mut read = vec![Vec::new(); strips.len()];
        let mut rest = order.as_slice();
        while let Some((&first, _)) = rest.split_first() {
            watch.check()?;
            let count = together(rest.iter().map(|&index| strips[index].width));
            let (run, later) = rest.split_at(count.max(1));
            rest = later;
            let together: Vec<&Planes> = run.iter().map(|&index| strips[index]).collect();
            debug_assert!(strips[first].height == HEIGHT);
            for (&index, characters) in run.iter().zip(self.run(network, &together)?) {
                read[index] = characters;
            }
        }
        Ok(read)
    }

    /// Strip by strip.
    fn each(
        &self,
        reader: &Reader,
        threads: &rayon::ThreadPool,
        strips: &[&Planes],
        watch: Watch,
    ) -> Result<Vec<Vec<Character>>, VisionError> {
        let read = |memory: &mut Memory, strip: &&Planes| {
            watch.check()?;
            let steps = reader.read(strip, memory)?;
            Ok(self.decode(&steps, strip.width.next_multiple_of(STEP)))
        };
        threads.install(|| strips.par_iter().with_min_len(FEWEST).map_init(Memory::new, read).collect())
    }

    /// One run; strips come by width.
    fn run(&self, network: &dyn Network, strips: &[&Planes]) -> Result<Vec<Vec<Character>>, VisionError> {
        let width = strips.iter().map(|strip| strip.width).max().unwrap_or(0).next_multiple_of(STEP);
        let mut data = vec![0.0; strips.len() * 3 * HEIGHT * width];
        for (strip, area) in strips.iter().zip(data.chunks_exact_mut(3 * HEIGHT * width)) {
            let samples: Vec<f32> = strip.normalized_bgr([0.5; 3], [0.5; 3]).collect();
            for (from, to) in samples.chunks_exact(strip.width).zip(area.chunks_exact_mut(width)) {
                to[..strip.width].copy_from_slice(from);
                // The last sample goes on: a sudden edge would be read as a stroke.
                to[strip.width..].fill(from[strip.width - 1]);
            }
        }
        let input = Input::F32 { shape: &[strips.len(), 3, HEIGHT, width], data: &data };
        let outputs = network.run(&[("x", input)], &["fetch_name_0"])?;
        let classes = self.characters.len() + 1;
        let output = outputs.first().filter(|output| {
            output.shape.first() == Some(&strips.len())
                && output.shape.last() == Some(&classes)
                && output.data.len().is_multiple_of(strips.len() * classes)
        });
        let output = output.ok_or_else(not_its_classes)?;
        let steps = output.data.len() / classes / strips.len();
        let each = output.data.chunks_exact((steps * classes).max(1));
        let best = |steps: &[f32]| -> Vec<Step> { steps.chunks_exact(classes).map(best).collect() };
        Ok(each.map(|steps| self.decode(&best(steps), width)).collect())
    }

    /// The best class of each step, repeats and blanks left out: greedy decoding of connectionist temporal classification
    /// (A. Graves and others, ICML 2006).
    fn decode(&self, steps: &[Step], width: usize) -> Vec<Character> {
        let step_width = width as f32 / steps.len().max(1) as f32;
        let mut read: Vec<Character> = Vec::new();
        let (mut before, mut since) = (0, 0);
        for (step, &(class, confidence)) in steps.iter().enumerate() {
            if class != before {
                since = step;
            }
            if class != 0 {
                let x = ((since + step + 1) as f32 / 2.0) * step_width;
                match read.last_mut() {
                    Some(last) if class == before => {
                        last.confidence = last.confidence.max(confidence);
                        last.x = x;
                    }
                    _ => read.push(Character { character: self.characters[class - 1], confidence, x }),
                }
            }
            before = class;
        }
        read
    }
}

impl Engine {
    fn of(backend: &dyn Backend, file: &Path, options: &Options) -> Result<Self, VisionError> {
        let failed = |cause: &dyn std::fmt::Display| InferenceError::Load {
            file: file.display().to_string(),
            cause: cause.to_string(),
        };
        let content = std::fs::read(file).map_err(|error| failed(&error))?;
        let Some(reader) = Reader::new(&content)? else {
            return Ok(Self::Library(backend.load(file, options)?));
        };
        let threads = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
        Ok(Self::Own { reader: Box::new(reader), threads: threads.map_err(|error| failed(&error))? })
    }
}

fn not_its_classes() -> VisionError {
    VisionError::Model("the recogniser's characters are not its classes".to_owned())
}

/// How many of the narrowest strips are read in one run: as many as waste little by being padded to the widest of them.
fn together(widths: impl Iterator<Item = usize>) -> usize {
    let (mut sum, mut count) = (0, 0);
    for width in widths {
        let padded = width * (count + 1);
        sum += width;
        if count > 0 && (padded > RUN || padded * 9 > sum * 10) {
            break;
        }
        count += 1;
    }
    count
}

/// The largest value and where it is; in lanes, since a page has hundreds of millions of values.
fn best(values: &[f32]) -> (usize, f32) {
    const LANES: usize = 16;
    let mut most = [f32::MIN; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (most, &value) in most.iter_mut().zip(chunk) {
            *most = if value > *most { value } else { *most };
        }
    }
    let most = most.into_iter().chain(rest.iter().copied()).fold(f32::MIN, f32::max);
    (values.iter().position(|&value| value == most).unwrap_or(0), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_class_is_found_anywhere() {
        for at in [0, 1, 15, 16, 40, 44] {
            let mut values = vec![0.01; 45];
            values[at] = 0.5;
            assert_eq!(best(&values), (at, 0.5));
        }
    }

    #[test]
    fn strips_are_read_together_only_where_little_is_padded() {
        assert_eq!(together([100, 104, 108, 400].into_iter()), 3);
        assert_eq!(together([100, 400].into_iter()), 1);
        assert_eq!(together([1_500, 1_500].into_iter()), 1);
        assert_eq!(together([9_000].into_iter()), 1);
    }
}
