//! Links to results: `/files/{token}/{name}`. The token is an HMAC-SHA256 over object, name and expiry, by a ring of two
//! keys, so that a key can be replaced while links signed by the last one live on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

/// Bytes of the MAC that travel in a token: 128 bits.
const MAC: usize = 16;
const EXPIRY: usize = 8;

/// One or two keys; the first signs, all verify.
#[derive(Debug, Clone)]
pub struct FileKeys(Vec<hmac::Key>);

#[derive(Debug, thiserror::Error)]
#[error("a ring of file keys is one or two keys of 64 hex characters, with a comma between")]
pub struct BadFileKeys;

impl FileKeys {
    pub fn new(keys: &[[u8; 32]]) -> Self {
        Self(keys.iter().map(|key| hmac::Key::new(hmac::HMAC_SHA256, key)).collect())
    }

    /// From the setting: 64 hex characters a key, a comma between.
    pub fn parse(text: &str) -> Result<Self, BadFileKeys> {
        let keys: Vec<[u8; 32]> =
            text.split(',').map(|key| parse_hex(key.trim())).collect::<Option<_>>().ok_or(BadFileKeys)?;
        if (1..=2).contains(&keys.len()) { Ok(Self::new(&keys)) } else { Err(BadFileKeys) }
    }

    /// The path of a link to `object`, good until `expires` (Unix seconds).
    pub fn path(&self, object: &str, name: &str, expires: i64) -> String {
        format!("/files/{}/{}", self.token(object, name, expires), encode_segment(name))
    }

    /// The token alone, as [`FileKeys::verify`] takes it.
    pub fn token(&self, object: &str, name: &str, expires: i64) -> String {
        let mut token = self.0.first().map(|key| mac(key, object, name, expires)).unwrap_or_default();
        token.extend_from_slice(&expires.to_be_bytes());
        token.extend_from_slice(object.as_bytes());
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The object of a link that is ours and alive.
    pub fn verify(&self, token: &str, name: &str, now: i64) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (given, rest) = bytes.split_at_checked(MAC)?;
        let (expires, object) = rest.split_at_checked(EXPIRY)?;
        let expires = i64::from_be_bytes(expires.try_into().ok()?);
        let object = std::str::from_utf8(object).ok()?;
        let ours = self.0.iter().any(|key| equal(&mac(key, object, name, expires), given));
        (ours && now < expires).then(|| object.to_owned())
    }
}

fn mac(key: &hmac::Key, object: &str, name: &str, expires: i64) -> Vec<u8> {
    let mut context = hmac::Context::with_key(key);
    for part in [object.as_bytes(), name.as_bytes()] {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.update(&expires.to_be_bytes());
    context.sign().as_ref()[..MAC].to_vec()
}

/// In the same time wherever they differ.
fn equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub fn encode_segment(name: &str) -> String {
    name.bytes().fold(String::with_capacity(name.len()), |mut path, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                path.push(char::from(byte))
            }
            _ => path += &format!("%{byte:02X}"),
        }
        path
    })
}

/// A key of 64 hexadecimal characters.
pub fn parse_hex(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::FileKeys;

    fn parts(path: &str) -> (&str, &str) {
        path.strip_prefix("/files/").and_then(|rest| rest.split_once('/')).expect("path")
    }

    #[test]
    fn a_link_opens_its_own_object_until_it_expires_and_nothing_else() {
        let keys = FileKeys::new(&[[1; 32]]);
        let path = keys.path("tmp/a/1/photo.jpg", "photo.jpg", 1000);
        let (token, name) = parts(&path);
        assert_eq!(keys.verify(token, name, 999).as_deref(), Some("tmp/a/1/photo.jpg"));
        assert_eq!(keys.verify(token, name, 1000), None);
        assert_eq!(keys.verify(token, "other.jpg", 999), None);
        assert_eq!(FileKeys::new(&[[2; 32]]).verify(token, name, 999), None);
        for position in 0..token.len() {
            let mut forged: Vec<u8> = token.bytes().collect();
            forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).expect("ascii");
            // Why: the last character of unpadded base64 may carry unused bits; a decoder that ignored them would accept.
            assert_eq!(keys.verify(&forged, name, 999), None, "{position}");
        }
    }

    #[test]
    fn a_link_signed_by_the_key_before_the_last_change_lives_on() {
        let path = FileKeys::new(&[[1; 32]]).path("tmp/o", "n", 10);
        let (token, name) = parts(&path);
        assert!(FileKeys::new(&[[9; 32], [1; 32]]).verify(token, name, 9).is_some());
        assert!(FileKeys::parse(&format!("{},{}", "ab".repeat(32), "cd".repeat(32))).is_ok());
        assert!(FileKeys::parse("ab").is_err());
    }
}
