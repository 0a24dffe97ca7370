//! What is encoded, and the rows of it that the library takes.

use crate::picture::{Channels, Picture};
use crate::yuv420::Yuv420;

/// Samples along a block's side.
pub(super) const BLOCK: usize = 8;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    /// Grey, RGB or CMYK.
    Pixels(&'a Picture),
    /// For qualities whose chroma is halved.
    Yuv420(&'a Yuv420),
}

impl Source<'_> {
    pub(super) fn size(&self) -> (u32, u32) {
        let picture = match self {
            Self::Pixels(picture) => picture,
            Self::Yuv420(planes) => &planes.luma,
        };
        (picture.width, picture.height)
    }

    /// What the file keeps.
    pub(crate) fn channels(&self) -> Channels {
        match self {
            Self::Pixels(picture) => picture.channels,
            Self::Yuv420(_) => Channels::Rgb,
        }
    }
}

/// A row of units of a plane: whole blocks, the last column and row of the picture repeated beyond its edges.
pub(super) struct Strip {
    samples: Vec<u8>,
    stride: usize,
    pub rows: usize,
}

impl Strip {
    pub(super) fn new(units: usize, blocks: usize) -> Self {
        let stride = units * blocks * BLOCK;
        Self { samples: vec![0; stride * blocks * BLOCK], stride, rows: blocks * BLOCK }
    }

    pub(super) fn fill(&mut self, plane: &Picture, first: usize) {
        let width = plane.width as usize;
        for (index, target) in self.samples.chunks_exact_mut(self.stride).enumerate() {
            let row = (first + index).min(plane.height as usize - 1);
            let source = &plane.pixels[row * width..(row + 1) * width];
            target[..width].copy_from_slice(source);
            target[width..].fill(source[width - 1]);
        }
    }

    pub(super) fn pointers(&self) -> Vec<*const u8> {
        self.samples.chunks_exact(self.stride).map(<[u8]>::as_ptr).collect()
    }
}
