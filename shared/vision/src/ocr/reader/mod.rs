//! The recogniser of PP-OCRv6 small, by our own loops.
//!
//! Why our own and not the graph: most of it are multiplications of each position's channels, which are as good in 8 bits, three times as fast,
//! but only where what is before and after them is done while they are in the cache; a line is read as wide as it is, without padding
//! to others; and of 18,710 classes a step only the best is wanted, not all written down.

mod block;
mod bytes;
mod graph;
mod head;
mod kernels;
mod linear;
mod neck;
mod stem;

use block::{Block, Field, Scratch};
use graph::Graph;
use head::Head;
use linear::Multiplier;
use neck::Neck;
use stem::Stem;

use crate::VisionError;
use crate::sample::Planes;

/// What this reads; another network goes to a library.
const KNOWN: u64 = 0x4db8_0096_ddfc_b40f;

/// The best class of a step, 0 for none, and how likely it is.
pub(super) type Step = (usize, f32);

pub(super) struct Reader {
    stem: Stem,
    blocks: Vec<Block>,
    neck: Neck,
    head: Head,
}

impl Reader {
    /// `None` where the file holds another network.
    ///
    /// # Errors
    /// A file that is no network.
    pub fn new(file: &[u8]) -> Result<Option<Self>, VisionError> {
        let graph = Graph::read(file)?;
        if graph.fingerprint() != KNOWN {
            return Ok(None);
        }
        Ok(Self::of(&graph))
    }

    fn of(graph: &Graph) -> Option<Self> {
        let gemm = Multiplier::new();
        let convolutions = graph.convolutions()?;
        let (stem, mut rest) = Stem::first(&gemm, &convolutions)?;
        let mut channels = stem.outputs();
        let mut blocks = Vec::new();
        while rest.first()?.inputs == 1 {
            let (block, later) = Block::first(&gemm, rest, channels)?;
            channels = block.outputs();
            blocks.push(block);
            rest = later;
        }
        let neck = Neck::new(&gemm, graph, rest, channels)?;
        let head = Head::new(&gemm, graph.products()?.pop()?, neck.outputs())?;
        Some(Self { stem, blocks, neck, head })
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.head.classes()
    }

    /// The steps of a strip.
    pub fn read(&self, strip: &Planes, memory: &mut Memory) -> Result<Vec<Step>, VisionError> {
        let Memory { gemm, field, spare, scratch, stem } = memory;
        self.stem.run(gemm, strip, stem, scratch, field)?;
        for block in &self.blocks {
            block.run(gemm, field, spare, scratch)?;
        }
        let steps = pooled(field, self.blocks.last().map_or(0, Block::outputs));
        let steps = self.neck.run(gemm, &steps)?;
        self.head.run(gemm, &steps, scratch)
    }
}

/// What reading needs beside the weights, kept from strip to strip; of one thread.
pub(super) struct Memory {
    gemm: Multiplier,
    field: Field,
    spare: Field,
    scratch: Scratch,
    stem: stem::Memory,
}

impl Memory {
    pub fn new() -> Self {
        Self {
            gemm: Multiplier::new(),
            field: Field::default(),
            spare: Field::default(),
            scratch: Scratch::default(),
            stem: stem::Memory::default(),
        }
    }
}

/// Means over all rows and two columns.
fn pooled(field: &Field, channels: usize) -> Vec<f32> {
    let steps = field.width / 2;
    let mut means = vec![0.0; steps * channels];
    let share = 1.0 / (2 * field.height) as f32;
    for row in field.values.chunks_exact((field.width * channels).max(1)) {
        for (means, pair) in means.chunks_exact_mut(channels).zip(row.chunks_exact(2 * channels)) {
            let (left, right) = pair.split_at(channels);
            for (mean, (left, right)) in means.iter_mut().zip(left.iter().zip(right)) {
                *mean += (left + right) * share;
            }
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use inference::models::Folder;
    use inference::{Backend, Input, Network, Options, Rten};

    use super::*;
    use crate::page::{self, Page};
    use crate::sample::unwarp;

    fn file(name: &str) -> std::path::PathBuf {
        Folder::from_env().unwrap().file(name).unwrap()
    }

    /// A line of writing, `width` samples long.
    fn writing(width: usize, text: &str) -> Planes {
        let mut page = Page::new(width, 48, 235, 30);
        page.write(text, 6.0, 8.0, 30.0);
        let (right, bottom) = (width as f32, 48.0);
        let corners = [[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]];
        unwarp(page::picture(&page, &page.rgb()), corners, width, 48)
    }

    fn by_library(network: &dyn Network, strip: &Planes) -> Vec<Step> {
        let data: Vec<f32> = strip.normalized_bgr([0.5; 3], [0.5; 3]).collect();
        let input = Input::F32 { shape: &[1, 3, strip.height, strip.width], data: &data };
        let output = network.run(&[("x", input)], &["fetch_name_0"]).unwrap().remove(0);
        let largest =
            |step: &[f32]| step.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        output.data.chunks_exact(output.shape[2]).map(largest).collect()
    }

    #[test]
    fn steps_are_those_of_the_library_in_f32() {
        let path = file("ppocr/rec.onnx");
        let reader = Reader::new(&std::fs::read(&path).unwrap()).unwrap().unwrap();
        let library = Rten.load(&path, &Options { threads: 1, prepack: false }).unwrap();
        let mut memory = Memory::new();
        let (mut steps, mut other, mut written, mut off) = (0, 0, 0, 0.0);
        // From wide to narrow, since what is kept from strip to strip must not be seen in the next.
        let lines = [
            (640, "The quick brown fox jumps over it, 48213"),
            (64, "Or"),
            (320, "Total due: 12.50 EUR"),
            (16, "i"),
            (8, ""),
            (480, "a LATER line (with signs) & more"),
        ];
        for (width, text) in lines {
            let strip = writing(width, text);
            let (ours, theirs) =
                (reader.read(&strip, &mut memory).unwrap(), by_library(library.as_ref(), &strip));
            assert_eq!(ours.len(), theirs.len(), "{width}");
            for (ours, theirs) in ours.iter().zip(&theirs) {
                steps += 1;
                written += usize::from(theirs.0 != 0);
                // Where the library itself is in doubt, the other may be as good.
                other += usize::from(ours.0 != theirs.0 && theirs.1 > 0.8);
                off += (ours.1 - theirs.1).abs();
            }
        }
        assert!(other * 50 <= steps && written > 50, "{other} of {steps} differ, {written} are not blank");
        assert!(off / (steps as f32) < 0.1, "{off} in {steps}");
    }

    #[test]
    fn another_network_is_left_to_the_library_and_what_is_no_network_is_refused_without_a_panic() {
        assert!(Reader::new(&std::fs::read(file("ppocr/det.onnx")).unwrap()).unwrap().is_none());
        let whole = std::fs::read(file("ppocr/rec.onnx")).unwrap();
        for end in [0, 1, 100, 5_000, whole.len() / 2, whole.len() - 1] {
            assert!(!matches!(Reader::new(&whole[..end]), Ok(Some(_))), "{end}");
        }
        assert!(!matches!(Reader::new(b"not a network"), Ok(Some(_))));
    }
}
