//! Scans of DC values (ITU T.81, G.1.2.1), of one component or several in turns.

use super::component::Component;
use super::feed::Feed;
use crate::jpeg::block::Reader;
use crate::jpeg::huffman::Differences;
use crate::jpeg::scan::MAX_DC_BITS;
use crate::jpeg::segments::{Segments, Selection};

/// A DC value that no picture has; far from where sums overflow within a row.
const MAX_PREDICTION: i32 = 1 << 28;

/// The component of a scan.
struct Part {
    component: usize,
    /// `None` where the scan refines.
    differences: Option<Differences>,
    prediction: i32,
    /// Blocks of a unit, across and down.
    blocks: (usize, usize),
}

/// A scan under way.
pub(super) struct Means {
    parts: Vec<Part>,
    /// Units across and down.
    pub units: (usize, usize),
    shift: u8,
}

impl Means {
    /// `units` are those of scans of several components. `None` where codes are missing or not valid.
    pub(super) fn new(
        selection: &Selection,
        segments: &Segments,
        components: &[Component],
        units: (usize, usize),
    ) -> Option<Self> {
        let mut parts = Vec::new();
        let alone = selection.choices.len() == 1;
        for choice in &selection.choices {
            let component = &components[choice.component];
            let differences = if selection.before == 0 {
                let code = segments.dc_codes.get(choice.dc)?.as_ref()?;
                let valid = code.symbols().iter().all(|bits| *bits <= MAX_DC_BITS);
                Some(Differences::new(valid.then_some(code)?))
            } else {
                None
            };
            let blocks =
                if alone { (1, 1) } else { (component.sampling.horizontal, component.sampling.vertical) };
            parts.push(Part { component: choice.component, differences, prediction: 0, blocks });
        }
        let units = if alone { components[parts.first()?.component].blocks } else { units };
        Some(Self { parts, units, shift: selection.shift })
    }

    /// A row of units. `None` where the data is damaged.
    pub(super) fn row(&mut self, feed: &mut Feed, components: &mut [Component], row: usize) -> Option<()> {
        for unit in 0..self.units.0 {
            if feed.restart()? {
                self.parts.iter_mut().for_each(|part| part.prediction = 0);
            }
            feed.left -= 1;
            feed.source.provide(&mut feed.cursor);
            let mut reader = Reader { cursor: feed.cursor, piece: feed.source.piece() };
            for part in &mut self.parts {
                let component = &mut components[part.component];
                for index in 0..part.blocks.0 * part.blocks.1 {
                    let (x, y) = (index % part.blocks.0, index / part.blocks.0);
                    let place = (row * part.blocks.1 + y) * component.stride + unit * part.blocks.0 + x;
                    let value = &mut component.values[place * component.kept];
                    match &part.differences {
                        Some(differences) => {
                            part.prediction = part.prediction.wrapping_add(reader.difference(differences));
                            *value = (part.prediction << self.shift) as i16;
                        }
                        None => *value |= (reader.bit() << self.shift) as i16,
                    }
                }
            }
            feed.cursor = reader.cursor;
        }
        feed.check()?;
        self.parts.iter().all(|part| part.prediction.abs() < MAX_PREDICTION).then_some(())
    }
}

impl Reader<'_> {
    #[inline(always)]
    fn bit(&mut self) -> u32 {
        self.cursor.refill(self.piece);
        let bit = self.cursor.peek(1);
        self.cursor.pass(1);
        bit
    }
}
