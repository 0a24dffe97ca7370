//! A key of this machine: AES-256-GCM with a random nonce a secret.

use common::files::parse_hex;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

/// Boxed, since its round keys take half a kilobyte.
pub struct LocalKey(Box<LessSafeKey>);

impl LocalKey {
    pub fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("AES-256 takes 32 bytes");
        Self(Box::new(LessSafeKey::new(key)))
    }

    /// 64 hexadecimal characters.
    pub fn parse(text: &str) -> Option<Self> {
        parse_hex(text.trim()).map(|key| Self::new(&key))
    }

    /// Nonce, ciphertext and tag.
    pub(crate) fn seal(&self, context: &str, plain: &str) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).ok()?;
        let mut text = plain.as_bytes().to_vec();
        let (unique, bound) = (Nonce::assume_unique_for_key(nonce), Aad::from(context.as_bytes()));
        self.0.seal_in_place_append_tag(unique, bound, &mut text).ok()?;
        Some([&nonce[..], &text].concat())
    }

    pub(crate) fn open(&self, context: &str, mut sealed: Vec<u8>) -> Option<String> {
        if sealed.len() < NONCE_LEN {
            return None;
        }
        let mut text = sealed.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&sealed).ok()?;
        let plain = self.0.open_in_place(nonce, Aad::from(context.as_bytes()), &mut text).ok()?;
        String::from_utf8(plain.to_vec()).ok()
    }
}
