//! API keys: `atl_live_`, 26 base62 characters of randomness, 6 of a CRC-32 over what stands before them.

use std::fmt;

use rand::Rng;
use sha2::{Digest, Sha256};

const PREFIX: &str = "atl_live_";
const RANDOM: usize = 26;
const CHECKSUM: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A well-formed key. Its text is shown once to its maker and never stored, logged or printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// About 155 random bits from the operating system's generator.
    pub fn generate() -> Self {
        let mut random = rand::rngs::OsRng;
        let mut random = rand::TryRngCore::unwrap_mut(&mut random);
        let body: String = (0..RANDOM).map(|_| char::from(BASE62[random.random_range(0..62)])).collect();
        let start = format!("{PREFIX}{body}");
        let checksum = checksum(&start);
        Self(start + &checksum)
    }

    /// `None` where the form or the checksum is wrong: a typo costs no look-up.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == PREFIX.len() + RANDOM + CHECKSUM
            && text.starts_with(PREFIX)
            && text.bytes().skip(PREFIX.len()).all(|byte| byte.is_ascii_alphanumeric());
        let (start, given) = text.split_at_checked(PREFIX.len() + RANDOM)?;
        (well_formed && checksum(start) == given).then(|| Self(text.to_owned()))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// First 12 characters, for lists.
    pub fn prefix(&self) -> &str {
        &self.0[..12]
    }

    pub fn last4(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }

    /// SHA-256 in hex: what is stored. The secret is random, so no slow hash is needed.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_key_with_one_wrong_character_is_refused_without_a_look_up() {
        let secret = Secret::generate();
        assert_eq!(Secret::parse(secret.expose()), Some(secret.clone()));
        for position in 0..secret.expose().len() {
            let mut typo = secret.expose().as_bytes().to_vec();
            typo[position] = if typo[position] == b'x' { b'y' } else { b'x' };
            let typo = String::from_utf8(typo).expect("ascii");
            assert_eq!(Secret::parse(&typo), None, "{position}");
        }
        for text in ["", "atl_live_", "é", &"é".repeat(20), &format!("{} ", secret.expose())] {
            assert_eq!(Secret::parse(text), None);
        }
    }

    #[test]
    fn debug_never_prints_the_key() {
        assert_eq!(format!("{:?}", Secret::generate()), "Secret(..)");
    }
}
