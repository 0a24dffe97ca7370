//! The recogniser of PP-OCRv6 small, by our own loops.
//!
//! Why our own and not the graph: most of it are multiplications of each position's channels, which are as good in 8 bits, three times as fast,
//! but only where what is before and after them is done while they are in the cache; a line is read as wide as it is, without padding
//! to others; and of 18,710 classes a step only the best is wanted, not all written down.

mod block;
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
