//! Checksums a client sends along, in headers or behind the body.

use http::HeaderMap;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::Checksum;
use s3s::{S3Result, TrailingHeaders, s3_error};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What the content has to match.
pub(super) struct Expected {
    pub(super) in_headers: Checksum,
    /// Base64 of the MD5, from `Content-MD5`.
    pub(super) md5: Option<String>,
    pub(super) trailers: Option<TrailingHeaders>,
}

const NAMES: [&str; 5] = [
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
];

impl Expected {
    /// A hasher for exactly the algorithms the request names.
    pub(super) fn hasher(&self, headers: &HeaderMap) -> ChecksumHasher {
        let trailer = headers.get("x-amz-trailer").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let announced = |name: &str| {
            self.trailers.is_some() && trailer.split(',').any(|other| other.trim().eq_ignore_ascii_case(name))
        };
        let given = &self.in_headers;
        let wanted = |value: &Option<String>, name: &str| value.is_some() || announced(name);
        ChecksumHasher {
            crc32: wanted(&given.checksum_crc32, NAMES[0]).then(Crc32::new),
            crc32c: wanted(&given.checksum_crc32c, NAMES[1]).then(Crc32c::new),
            crc64nvme: wanted(&given.checksum_crc64nvme, NAMES[2]).then(Crc64Nvme::new),
            sha1: wanted(&given.checksum_sha1, NAMES[3]).then(Sha1::new),
            sha256: wanted(&given.checksum_sha256, NAMES[4]).then(Sha256::new),
        }
    }

    /// # Errors
    /// `BadDigest` (400): the content is not what the client sent.
    pub(super) fn verify(&self, computed: &Checksum, md5: &[u8; 16]) -> S3Result<()> {
        if self.md5.as_ref().is_some_and(|expected| *expected != STANDARD.encode(md5)) {
            return Err(s3_error!(BadDigest));
        }
        let behind = self.trailers.as_ref().and_then(TrailingHeaders::take).unwrap_or_default();
        let pairs = values(&self.in_headers).into_iter().zip(values(computed)).zip(NAMES);
        for ((given, computed), name) in pairs {
            let trailing = behind.get(name).and_then(|value| value.to_str().ok());
            let expected = [given, trailing];
            if expected.into_iter().flatten().any(|expected| Some(expected) != computed) {
                return Err(s3_error!(BadDigest));
            }
        }
        Ok(())
    }
}

/// In the order of `NAMES`.
fn values(checksum: &Checksum) -> [Option<&str>; 5] {
    [
        checksum.checksum_crc32.as_deref(),
        checksum.checksum_crc32c.as_deref(),
        checksum.checksum_crc64nvme.as_deref(),
        checksum.checksum_sha1.as_deref(),
        checksum.checksum_sha256.as_deref(),
    ]
}
