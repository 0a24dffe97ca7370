//! What the inputs of a body come to.

use common::ApiError;
use contract::extraction::InputMethod;
use contract::limits::MAX_EXTRACT_BYTES;
use engine::too_large;

/// What is in the body itself must not be too much together; what is fetched is read one after another.
pub fn check_sum(method: InputMethod, inputs: &[String]) -> Result<(), ApiError> {
    let at_most: usize = inputs.iter().map(|input| (input.len() / 4 + 1) * 3).sum();
    let is_within = method == InputMethod::Url
        || at_most <= MAX_EXTRACT_BYTES
        || inputs.iter().map(|input| decoded(input)).sum::<usize>() <= MAX_EXTRACT_BYTES;
    if is_within { Ok(()) } else { Err(too_large("All inputs together", MAX_EXTRACT_BYTES)) }
}

/// Bytes of what stands in base64, to the byte: without its prefix, line breaks and padding.
fn decoded(input: &str) -> usize {
    let encoded = match input.strip_prefix("data:").and_then(|data| data.split_once(',')) {
        Some((_, encoded)) => encoded,
        None => input,
    };
    let digits = encoded.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').count();
    digits / 4 * 3 + digits % 4 * 3 / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_counts_as_the_bytes_that_it_stands_for() {
        for (encoded, bytes) in [
            ("", 0),
            ("aA==", 1),
            ("aA", 1),
            ("aGU=", 2),
            ("aGVs", 3),
            ("data:image/png;base64,aGVs\r\nbG8=", 5),
        ] {
            assert_eq!(decoded(encoded), bytes, "{encoded}");
        }
    }

    #[test]
    fn all_together_may_have_100_mb_and_not_a_byte_more() {
        let of = |bytes: usize| "A".repeat(bytes / 3 * 4 + [0, 2, 3][bytes % 3]);
        let half = of(MAX_EXTRACT_BYTES / 2);
        let both = [half.clone(), format!("data:image/png;base64,{half}")];
        assert!(check_sum(InputMethod::Base64, &both).is_ok());
        assert!(check_sum(InputMethod::Base64, &[both.as_slice(), &[of(1)]].concat()).is_err());
    }
}
