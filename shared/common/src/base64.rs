//! Files as base64 in JSON.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// With padding or without it: both are in use.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The base64 of a text, behind a `data:` prefix or alone. `None` of a `data:` URL that is not base64.
pub fn encoded(text: &str) -> Option<&str> {
    let Some(data) = text.strip_prefix("data:") else { return Some(text) };
    let (head, encoded) = data.split_once(',')?;
    head.ends_with(";base64").then_some(encoded)
}

/// The bytes of base64; line breaks in it, as mail programs and `base64` make them, do not count.
pub fn decode(encoded: &str) -> Option<Vec<u8>> {
    let mut encoded = encoded.as_bytes().to_vec();
    encoded.retain(|byte| !byte.is_ascii_whitespace());
    BASE64.decode(&encoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_taken_with_a_prefix_without_one_and_without_padding() {
        for text in ["data:image/png;base64,aGVsbG8=", "aGVsbG8=", "aGVsbG8", "aGVs\nbG8=\n"] {
            assert_eq!(encoded(text).and_then(decode).as_deref(), Some(&b"hello"[..]), "{text}");
        }
        assert_eq!(encoded("data:text/plain,hello"), None);
        assert_eq!(encoded("data:"), None);
        assert_eq!(decode("a-b_"), None);
    }
}
