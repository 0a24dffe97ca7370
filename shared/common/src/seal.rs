//! Kept answers that hold a secret are encrypted under a key derived from the caller's own bearer secret, which is not
//! stored: a dump of the store holds no key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use store::Secret;

const CONTEXT: &[u8] = b"atelier idempotent answer v1";

fn key(secret: &Secret) -> Result<LessSafeKey, Unspecified> {
    let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes()), CONTEXT);
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, derived.as_ref())?))
}

/// Base64 of nonce and ciphertext.
pub fn seal(secret: &Secret, plain: &str) -> Result<String, Unspecified> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce)?;
    let mut text = plain.as_bytes().to_vec();
    key(secret)?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)?;
    Ok(STANDARD.encode([&nonce[..], &text].concat()))
}

/// Fails for another secret than the one it was sealed with.
pub fn open(secret: &Secret, sealed: &str) -> Result<String, Unspecified> {
    let mut bytes = STANDARD.decode(sealed).map_err(|_| Unspecified)?;
    if bytes.len() < NONCE_LEN {
        return Err(Unspecified);
    }
    let mut text = bytes.split_off(NONCE_LEN);
    let nonce = Nonce::try_assume_unique_for_key(&bytes)?;
    let plain = key(secret)?.open_in_place(nonce, Aad::empty(), &mut text)?;
    String::from_utf8(plain.to_vec()).map_err(|_| Unspecified)
}

#[cfg(test)]
mod tests {
    use super::{open, seal};
    use store::Secret;

    #[test]
    fn only_the_caller_opens_a_sealed_answer() {
        let (caller, other) = (Secret::generate(), Secret::generate());
        let sealed = seal(&caller, "the answer").expect("sealed");
        assert!(!sealed.contains("answer"));
        assert_eq!(open(&caller, &sealed).ok().as_deref(), Some("the answer"));
        assert!(open(&other, &sealed).is_err() && open(&caller, "AAAA").is_err());
    }
}
