//! Guarantees of the decoder, judged by libjpeg and by a transform in floating point.

mod agreement;
mod damage;
mod encoder;
mod files;
mod orders;
mod scaled;

use std::time::Duration;

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
