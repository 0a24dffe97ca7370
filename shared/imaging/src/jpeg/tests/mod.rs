//! Guarantees of the decoder, judged by libjpeg and by a transform in floating point.

mod agreement;
mod damage;
mod encoder;
mod files;
mod orders;
mod scaled;

use std::time::Duration;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::scan::Scan;
use crate::decode::jpeg;
use crate::header::Header;
use crate::limits::{Limits, Watch};
use crate::picture::Picture;
use crate::{ImagingError, libjpeg};

/// No deadline.
fn watch() -> Watch {
    Limits::default().watch()
}

fn header(file: &[u8]) -> Header {
    jpeg::header(file).expect("the header was written by an encoder")
}

/// What libjpeg makes of a file at full size; `None` where it finds damage, in the header or behind it.
fn judged(file: &[u8]) -> Option<Picture> {
    libjpeg::read(file, &jpeg::header(file).ok()?, 1, watch()).ok()
}

#[test]
fn an_expired_deadline_ends_the_decoding() {
    for file in [files::File::number(3).bytes, files::File::progressive(3).bytes] {
        let limits = Limits {
            deadline: Some(std::time::Instant::now() - Duration::from_secs(1)),
            ..Limits::default()
        };
        let picture = super::picture(&file, &header(&file), 1, limits.watch());
        assert_eq!(picture, Some(Err(ImagingError::Deadline)));
    }
}

#[test]
fn files_of_other_kinds_are_left_to_libjpeg() {
    let encoded = |color, change: &dyn Fn(&mut Encoder<&mut Vec<u8>>)| {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 80);
        change(&mut encoder);
        encoder
            .encode(&[90; 16 * 16 * 4][..256 * color_count(color)], 16, 16, color)
            .expect("it can be written");
        bytes
    };
    let plain = encoded(ColorType::Rgb, &|_| {});
    let at = |marker: u8| memchr::memmem::find(&plain, &[0xFF, marker]).expect("the marker is there");
    let changed = |index: usize, value: u8| {
        let mut bytes = plain.clone();
        bytes[index] = value;
        bytes
    };
    // A picture of red, green and blue says so in an Adobe segment or by the names of its components.
    let mut rgb = changed(at(0xE0) + 4, b'?');
    let adobe = [b"\xFF\xEE\x00\x0EAdobe".as_slice(), &[0, 100, 0, 0, 0, 0, 0]].concat();
    rgb.splice(2..2, adobe);
    let others = [
        ("CMYK", encoded(ColorType::Cmyk, &|_| {})),
        (
            "a scan for each component",
            encoded(ColorType::Rgb, &|encoder| encoder.set_sampling_factor(SamplingFactor::F_4_1)),
        ),
        ("RGB", rgb),
        ("twelve bits", changed(at(0xC0) + 4, 12)),
        ("arithmetic", changed(at(0xC0) + 1, 0xC9)),
        ("its height comes later", changed(at(0xC0) + 6, 0)),
        ("a part of the spectrum", changed(at(0xDA) + 12, 5)),
    ];
    assert!(Scan::read(&plain).is_some());
    for (kind, bytes) in others {
        assert!(Scan::read(&bytes).is_none(), "{kind}");
    }
}

fn color_count(color: ColorType) -> usize {
    if color == ColorType::Cmyk { 4 } else { 3 }
}
