//! Damaged files: libjpeg's verdict stands.

use std::time::{Duration, Instant};

use super::files::{File, Random};
use super::{judged, orders, watch};
use crate::decode::jpeg;

/// A picture is only made where libjpeg makes one. Its samples may differ: values that no picture has overflow in either.
fn check(bytes: &[u8], kind: &str) {
    let Ok(header) = jpeg::header(bytes) else { return };
    if u64::from(header.width) * u64::from(header.height) > 1 << 20 {
        return;
    }
    for denominator in [1, 2, 4, 8] {
        let Some(picture) = crate::jpeg::picture(bytes, &header, denominator, watch()) else { continue };
        let picture = picture.expect("damage is left to libjpeg");
        let expected = judged(bytes);
        assert!(expected.is_some(), "{kind} at 1/{denominator}: libjpeg finds damage");
        let sides = (header.width.div_ceil(denominator), header.height.div_ceil(denominator));
        assert_eq!((picture.width, picture.height), sides, "{kind}");
    }
}

/// Of every kind in turns.
fn any(number: u64) -> File {
    match number % 3 {
        0 => File::number(number),
        1 => File::progressive(number),
        _ => orders::file_of(number),
    }
}

#[test]
fn truncated_files_are_never_better_than_libjpeg_finds_them() {
    for number in 0..120 {
        let File { bytes, kind } = any(number);
        let mut random = Random(number);
        let ends = (1..=8).chain((0..16).map(|_| random.below(bytes.len() as u64) as usize));
        for missing in ends {
            let end = bytes.len().saturating_sub(missing);
            check(&bytes[..end], &format!("{kind}, first {end} bytes"));
        }
    }
}

#[test]
fn flipped_bits_are_never_better_than_libjpeg_finds_them() {
    for number in 0..600 {
        let File { bytes, kind } = any(number);
        let mut random = Random(!number);
        for _ in 0..12 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + random.below(3) {
                let at = random.below(damaged.len() as u64) as usize;
                damaged[at] ^= 1 << random.below(8);
            }
            check(&damaged, &format!("{kind}, bits flipped"));
        }
    }
}

#[test]
fn exchanged_bytes_are_never_better_than_libjpeg_finds_them() {
    for number in 0..400 {
        let File { bytes, kind } = any(number);
        let mut random = Random(number << 32);
        for _ in 0..8 {
            let mut damaged = bytes.clone();
            let start = random.below(damaged.len() as u64) as usize;
            let end = (start + random.below(24) as usize).min(damaged.len());
            let value = [0x00, 0xFF, 0xD0, 0xD9, 0x55][random.below(5) as usize];
            damaged[start..end].fill(value);
            check(&damaged, &format!("{kind}, {value} from {start} to {end}"));
            damaged.drain(start..end);
            check(&damaged, &format!("{kind}, without {start} to {end}"));
        }
    }
}

/// The header of a grey file, up to its data.
fn head(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = File::number(3).bytes;
    let frame = memchr::memmem::find(&bytes, b"\xFF\xC0").expect("a baseline file");
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    let scan = memchr::memmem::find(&bytes, b"\xFF\xDA").expect("it has a scan");
    let length = usize::from(u16::from_be_bytes([bytes[scan + 2], bytes[scan + 3]]));
    bytes.truncate(scan + 2 + length);
    bytes
}

#[test]
fn long_runs_of_marker_bytes_are_refused_in_linear_time() {
    let start = Instant::now();
    let tails: [&[u8]; 4] = [&[0xFF], &[0xFF, 0x00], &[0xFF, 0xD0], &[0xFF, 0xFF, 0xFF, 0x00]];
    for tail in tails {
        let mut bytes = head(4000, 4000);
        bytes.extend(tail.iter().copied().cycle().take(4 << 20));
        let header = jpeg::header(&bytes).expect("the header is whole");
        assert!(crate::jpeg::picture(&bytes, &header, 8, watch()).is_none(), "{tail:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
