//! Scans in any order that the standard allows, cut and refined at random, with restart markers.

use super::agreement::planes;
use super::encoder::{Blocks, Component, Scan, file};
use super::files::{File, Random};
use super::{header, judged, watch};
use crate::jpeg;

/// Factors of luma; those of chroma are 1.
const SAMPLINGS: [(usize, usize); 5] = [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1)];

struct Sample {
    progressive: Vec<u8>,
    /// The same coefficients in one scan.
    sequential: Vec<u8>,
    kind: String,
}

fn sample(number: u64) -> Sample {
    let mut random = Random(number);
    let size = (1 + random.below(150) as u16, 1 + random.below(150) as u16);
    let samplings = match random.below(4) {
        0 => vec![(1, 1)],
        _ => vec![SAMPLINGS[random.below(5) as usize], (1, 1), (1, 1)],
    };
    let components: Vec<Component> =
        samplings.iter().map(|sampling| component(&mut random, size, samplings[0], *sampling)).collect();
    let scans = scans(&mut random, components.len());
    let progressive = file(size, &components, &scans, true, &mut random);
    let all = (0..components.len()).collect();
    let whole = Scan { components: all, first: 0, last: 63, before: 0, shift: 0, restart: 0 };
    let sequential = file(size, &components, &[whole], false, &mut random);
    Sample { progressive, sequential, kind: format!("{number}: {size:?} {samplings:?} {scans:?}") }
}

/// One of the progressive files, by number.
pub fn file_of(number: u64) -> File {
    let Sample { progressive, kind, .. } = sample(number);
    File { bytes: progressive, kind }
}

fn component(
    random: &mut Random,
    size: (u16, u16),
    largest: (usize, usize),
    sampling: (usize, usize),
) -> Component {
    let blocks = |side: u16, own: usize, largest: usize| (usize::from(side) * own).div_ceil(8 * largest);
    let size_in_blocks = (blocks(size.0, sampling.0, largest.0), blocks(size.1, sampling.1, largest.1));
    let units = (usize::from(size.0).div_ceil(8 * largest.0), usize::from(size.1).div_ceil(8 * largest.1));
    let stride = units.0 * sampling.0;
    // From nearly nothing to nearly all coefficients.
    let (density, strength) = (1 + random.below(60), 1 + random.below(7));
    let blocks: Blocks = (0..stride * units.1 * sampling.1)
        .map(|_| {
            let empty = random.below(3) == 0;
            std::array::from_fn(|index| match index {
                0 => random.below(1200) as i16 - 600,
                _ if empty || random.below(64) >= density => 0,
                _ => random.below(2 << strength) as i16 - (1 << strength),
            })
        })
        .collect();
    Component { sampling, size: size_in_blocks, stride, blocks }
}

/// What comes of each band in turn is in order; which band is next, is not.
fn scans(random: &mut Random, components: usize) -> Vec<Scan> {
    let together: Vec<usize> = (0..components).collect();
    let groups: Vec<Vec<usize>> = match random.below(3) {
        0 => together.iter().map(|component| vec![*component]).collect(),
        1 if components == 3 => vec![vec![0, 2], vec![1]],
        _ => vec![together.clone()],
    };
    let mut scans: Vec<Scan> = Vec::new();
    let mut queues: Vec<Vec<Scan>> = Vec::new();
    for group in groups {
        let mut steps = steps(random, &group, 0, 0);
        scans.push(steps.remove(0));
        queues.push(steps);
    }
    for component in together {
        let mut first = 1;
        while first < 64 {
            let last = (first + random.below(64) as usize).min(63);
            queues.push(steps(random, &[component], first, last));
            first = last + 1;
        }
    }
    while !queues.is_empty() {
        let index = random.below(queues.len() as u64) as usize;
        if queues[index].is_empty() {
            queues.remove(index);
        } else {
            scans.push(queues[index].remove(0));
        }
    }
    scans
}

/// A first scan and those that refine it.
fn steps(random: &mut Random, components: &[usize], first: usize, last: usize) -> Vec<Scan> {
    let start = random.below(5) as u8;
    let mut scan = |before, shift| {
        let restart = if random.below(3) == 0 { 1 + random.below(20) as u16 } else { 0 };
        Scan { components: components.to_vec(), first, last, before, shift, restart }
    };
    let begin = scan(0, start);
    std::iter::once(begin).chain((0..start).rev().map(|shift| scan(shift + 1, shift))).collect()
}

#[test]
fn scans_in_any_order_make_the_samples_of_one_scan_at_every_size() {
    for number in 0..400 {
        let Sample { progressive, sequential, kind } = sample(number);
        for size in [1, 2, 4, 8] {
            let decoded = |bytes| {
                let scan = jpeg::Scan::read(bytes).expect("it is known");
                let sizes = vec![size; scan.sampling().len()];
                planes(jpeg::Decoder::new(scan, &sizes, None, watch()).expect("the sizes are known"))
            };
            assert_eq!(decoded(&progressive), decoded(&sequential), "{kind} at {size}");
        }
    }
}

#[test]
fn scans_in_any_order_come_out_as_libjpeg_decodes_them() {
    for number in 0..400 {
        let Sample { progressive, kind, .. } = sample(number);
        let picture = jpeg::picture(&progressive, &header(&progressive), 1, watch());
        let picture = picture.expect("it is known").expect("it is not damaged");
        let expected = judged(&progressive).expect("libjpeg finds no damage");
        assert!(picture.pixels == expected.pixels, "{kind}");
    }
}

#[test]
fn a_file_that_lacks_a_scan_or_has_one_twice_is_left_to_libjpeg() {
    for number in 0..100 {
        let mut random = Random(number);
        let components = [component(&mut random, (40, 30), (1, 1), (1, 1))];
        let scans = scans(&mut random, 1);
        let changed = random.below(scans.len() as u64) as usize;
        let (mut fewer, mut more) = (scans.clone(), scans.clone());
        fewer.remove(changed);
        more.insert(changed, scans[changed].clone());
        for scans in [fewer, more] {
            let bytes = file((40, 30), &components, &scans, true, &mut random);
            let Some(scan) = jpeg::Scan::read(&bytes) else { continue };
            let mut decoder = jpeg::Decoder::new(scan, &[8], None, watch()).expect("the size is known");
            let mut strip = vec![0; 40 * 8];
            assert!(decoder.strip(&mut [&mut strip]).is_err(), "{scans:?}");
        }
    }
}
