//! Resampling with Lanczos3 in gamma space, row by row as they come: down first, then along the few rows that are left. Values
//! are floating point between the passes; alpha is premultiplied meanwhile. Of the input only the rows under the kernel are
//! held.

mod passes;
mod taps;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;

use crate::geometry::Rect;
use crate::picture::{Channels, Picture, Sample};
use passes::ROWS;
pub(crate) use passes::mix;
use taps::Taps;

/// Kernels of more rows than this many times the kernel's width are shortened: equal numbers of rows are averaged first, so that
/// memory is bounded however much a picture shrinks. What differs is far below a level.
const AVERAGED_FROM: f64 = 16.0;

/// Makes a picture of the rows that are pushed.
#[derive(Debug)]
pub(crate) struct Resampler<T> {
    channels: Channels,
    source: (usize, usize),
    /// Rows of the input that are averaged to one.
    averaged: usize,
    down: Taps,
    along: Taps,
    /// Rows pushed so far.
    pushed: usize,
    /// Sum of the rows of an average that is not complete, and how many they are.
    partial: (Vec<f32>, usize),
    /// Rows that outputs to come are made of, the first of which is number `first`.
    held: VecDeque<Vec<f32>>,
    first: usize,
    /// Buffers to use again.
    spare: Vec<Vec<f32>>,
    /// Rows that have been mixed, up to eight, one after the other; then side by side, before and after the second pass.
    mixed: Vec<f32>,
    turned: Vec<[f32; ROWS]>,
    resampled: Vec<[f32; ROWS]>,
    samples: Vec<[T; ROWS]>,
    target: Picture<T>,
    /// Rows of the target that have been mixed.
    done: usize,
    as_it_is: bool,
}

impl<T: Sample> Resampler<T> {
    /// `window`, a part of `width` x `height` pixels, which may reach beyond them, becomes `target` pixels.
    pub(crate) fn new(
        (width, height): (u32, u32),
        channels: Channels,
        window: Rect,
        target: (u32, u32),
    ) -> Self {
        let source = (width as usize, height as usize);
        let averaged = averaged(window.height, target.1);
        let rows = source.1.div_ceil(averaged);
        let vertical = (window.y / averaged as f64, window.height / averaged as f64);
        let down = Taps::new(rows, vertical, target.1 as usize);
        let along = Taps::new(source.0, (window.x, window.width), target.0 as usize);
        let values = source.0 * channels.count();
        Self {
            channels,
            source,
            averaged,
            as_it_is: averaged == 1 && down.is_identity(source.1) && along.is_identity(source.0),
            down,
            along,
            pushed: 0,
            partial: (vec![0.0; if averaged > 1 { values } else { 0 }], 0),
            held: VecDeque::new(),
            first: 0,
            spare: Vec::new(),
            mixed: vec![0.0; values * ROWS],
            turned: vec![[0.0; ROWS]; values],
            resampled: vec![[0.0; ROWS]; target.0 as usize * channels.count()],
            samples: vec![[T::default(); ROWS]; target.0 as usize * channels.count()],
            target: Picture {
                width: target.0,
                height: target.1,
                channels,
                pixels: Vec::with_capacity(target.0 as usize * target.1 as usize * channels.count()),
            },
            done: 0,
        }
    }

    /// Rows to push, from the first: what is below is under no kernel.
    pub(crate) fn rows(&self) -> usize {
        let end = self.down.iter().map(|(start, weights)| start + used(weights)).max().unwrap_or(0);
        (end * self.averaged).min(self.source.1)
    }

    /// Takes the next row, and passes over those that are under no kernel.
    pub(crate) fn push(&mut self, row: &[T]) {
        let number = self.pushed;
        self.pushed += 1;
        if self.as_it_is {
            self.target.pixels.extend_from_slice(row);
            self.done += 1;
            return;
        }
        if self.done == self.down.len() {
            return;
        }
        let (needed, _) = self.down.of(self.done);
        let group = number / self.averaged;
        if group >= needed
            && let Some(values) = self.loaded(row)
        {
            if self.held.is_empty() {
                self.first = group;
            }
            self.held.push_back(values);
            self.make(group);
        }
    }

    /// All [rows](Self::rows) are pushed.
    pub(crate) fn finish(self) -> Picture<T> {
        debug_assert!(self.pushed == self.source.1 || self.done == self.down.len());
        self.target
    }

    /// The row as values, or the average that it completes.
    fn loaded(&mut self, row: &[T]) -> Option<Vec<f32>> {
        let mut values = self.spare.pop().unwrap_or_else(|| vec![0.0; row.len()]);
        passes::load(row, &mut values);
        if self.channels.has_alpha() {
            premultiply::<T>(&mut values);
        }
        if self.averaged == 1 {
            return Some(values);
        }
        let (sum, count) = &mut self.partial;
        sum.iter_mut().zip(&values).for_each(|(sum, value)| *sum += value);
        *count += 1;
        if *count < self.averaged && self.pushed < self.source.1 {
            self.spare.push(values);
            return None;
        }
        for (value, sum) in values.iter_mut().zip(sum.iter_mut()) {
            *value = std::mem::take(sum) / *count as f32;
        }
        *count = 0;
        Some(values)
    }

    /// The rows of the target that are complete with row `last`.
    fn make(&mut self, last: usize) {
        while self.done < self.down.len() {
            let (start, weights) = self.down.of(self.done);
            while self.first < start {
                self.spare.extend(self.held.pop_front());
                self.first += 1;
            }
            let used = used(weights);
            if start + used > last + 1 {
                return;
            }
            let rows: Vec<&[f32]> = self.held.iter().take(used).map(Vec::as_slice).collect();
            let values = self.source.0 * self.channels.count();
            let place = self.done % ROWS;
            passes::mix(&rows, &weights[..used], &mut self.mixed[place * values..(place + 1) * values]);
            self.done += 1;
            if place + 1 == ROWS || self.done == self.down.len() {
                self.store(place + 1);
            }
        }
    }

    /// The second pass over the rows that have been mixed.
    fn store(&mut self, rows: usize) {
        passes::turn(&self.mixed, &mut self.turned);
        passes::along(&self.turned, self.channels.count(), &self.along, &mut self.resampled);
        if self.channels.has_alpha() {
            divide::<T>(&mut self.resampled);
        }
        passes::store(&self.resampled, &mut self.samples);
        for row in 0..rows {
            self.target.pixels.extend(self.samples.iter().map(|samples| samples[row]));
        }
    }
}

/// Weights up to the last that counts.
fn used(weights: &[f32]) -> usize {
    weights.iter().rposition(|weight| *weight != 0.0).map_or(1, |last| last + 1)
}

/// Samples that [`Resampler`] looks at for `target` ones made of `length` from `start` on; the end may lie beyond the picture.
pub(crate) fn reach(start: f64, length: f64, target: u32) -> Range<usize> {
    // Averaged rows may begin before the kernel does.
    let shrink = (length / f64::from(target)).max(1.0);
    let beyond = taps::LOBES * shrink + averaged(length, target) as f64 + 1.0;
    (start - beyond).max(0.0) as usize..(start + length + beyond).max(0.0) as usize
}

fn averaged(span: f64, target: u32) -> usize {
    let shrink = span / f64::from(target);
    if shrink < AVERAGED_FROM { 1 } else { (shrink / (AVERAGED_FROM / 2.0)) as usize }
}

fn premultiply<T: Sample>(values: &mut [f32]) {
    for pixel in values.as_chunks_mut::<4>().0 {
        let coverage = pixel[3] / f32::from(T::MAX);
        for value in &mut pixel[..3] {
            *value *= coverage;
        }
    }
}

fn divide<T: Sample>(values: &mut [[f32; ROWS]]) {
    for pixel in values.as_chunks_mut::<4>().0 {
        let [colors @ .., alpha] = pixel;
        // What rounds to no coverage has no colour. Above full coverage, where the kernel overshoots, colours do so as much.
        let scale = alpha.map(|alpha| if alpha >= 0.5 { f32::from(T::MAX) / alpha } else { 0.0 });
        for color in colors {
            color.iter_mut().zip(&scale).for_each(|(value, scale)| *value *= scale);
        }
    }
}
