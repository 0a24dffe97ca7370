//! Signatures as Standard Webhooks has them: HMAC-SHA256 over id, time and body by the key whose base64 stands behind `whsec_`. Messages
//! about pictures have a second one, over the body alone, by the whole secret as its owner sees it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac::{HMAC_SHA256, Key, sign};
use ring::rand::{SecureRandom, SystemRandom};

const PREFIX: &str = "whsec_";
/// Bytes of a key.
const RANDOM: usize = 24;

/// `whsec_` and the base64 of 24 random bytes. `None` where the system has no randomness.
pub fn new_secret() -> Option<String> {
    let mut key = [0; RANDOM];
    SystemRandom::new().fill(&mut key).ok()?;
    Some(format!("{PREFIX}{}", STANDARD.encode(key)))
}

/// Signs with one secret.
pub struct Signatures<'a> {
    secret: &'a str,
    key: Key,
}

impl std::fmt::Debug for Signatures<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signatures(..)")
    }
}

impl<'a> Signatures<'a> {
    /// `None` of what is no secret.
    pub fn of(secret: &'a str) -> Option<Self> {
        let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok().filter(|key| !key.is_empty())?;
        Some(Self { secret, key: Key::new(HMAC_SHA256, &key) })
    }

    /// `webhook-signature` of a message at a time in Unix seconds.
    pub fn standard(&self, id: &str, at: i64, body: &str) -> String {
        let signed = sign(&self.key, format!("{id}.{at}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(signed))
    }

    /// `X-Claid-Hmac-SHA256` of a body, in hex.
    pub fn of_images(&self, body: &str) -> String {
        let signed = sign(&Key::new(HMAC_SHA256, self.secret.as_bytes()), body.as_bytes());
        signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_standard_webhooks_is_signed_as_it_says() {
        let signatures = Signatures::of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signed =
            signatures.standard("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_second_signature_is_over_the_body_alone_by_the_secret_as_it_is_shown() {
        // Computed by `openssl dgst -sha256 -hmac whsec_AAAA`.
        let signatures = Signatures::of("whsec_AAAA").expect("a secret");
        assert_eq!(
            signatures.of_images("{}"),
            "be82b4032f683bd9abd5e7d6e03c84fff89c5d2219dad97a6c3130bcab2a28d1"
        );
    }

    #[test]
    fn a_secret_is_the_base64_of_24_bytes_and_no_two_are_alike() {
        let (one, other) = (new_secret().expect("a secret"), new_secret().expect("a secret"));
        assert_ne!(one, other);
        assert_eq!((one.len(), Signatures::of(&one).is_some()), (PREFIX.len() + 32, true));
        for text in ["", "whsec_", "AAAA", "whsec_?"] {
            assert!(Signatures::of(text).is_none(), "{text}");
        }
    }
}
