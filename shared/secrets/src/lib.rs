//! Secrets of callers that must be read again, as the credentials of their storages: encrypted before they are stored, by AWS KMS or by
//! a key of this machine, and bound to what they belong to, so that a sealed secret opens nowhere else.

mod local;

use std::fmt;

use aws_sdk_kms::Client;
use aws_sdk_kms::error::DisplayErrorContext;
use aws_sdk_kms::primitives::Blob;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{ApiError, Platform, aws_from_environment};
use contract::settings;

pub use local::LocalKey;

/// Names the wrapping in what is stored.
const LOCAL: &str = "local1:";
const KMS: &str = "kms1:";
/// Key of KMS's encryption context, which decryption must repeat.
const CONTEXT: &str = "atelier";

/// What encrypts. One a process.
pub enum Secrets {
    Local(LocalKey),
    Kms { client: Client, key: String },
}

#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error("neither {} nor {} is set", settings::KMS_KEY.name, settings::SECRETS_KEY.name)]
    NoKey,
    #[error("{} is not 64 hexadecimal characters", settings::SECRETS_KEY.name)]
    BadKey,
    #[error("a sealed secret cannot be opened with this key, or belongs elsewhere")]
    Unreadable,
    #[error("KMS: {0}")]
    Kms(String),
}

impl From<SecretsError> for ApiError {
    fn from(error: SecretsError) -> Self {
        Self::internal(error)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local(_) => "Secrets(local)",
            Self::Kms { .. } => "Secrets(kms)",
        })
    }
}

impl Secrets {
    /// From the environment, for [`Platform::shared`]; `atelier serve` provides its own.
    pub fn load(_: &Platform) -> Result<Self, ApiError> {
        if let Some(key) = settings::KMS_KEY.value() {
            let config = aws_from_environment().map_err(ApiError::internal)?;
            return Ok(Self::Kms { client: Client::new(&config), key });
        }
        let key = settings::SECRETS_KEY.value().ok_or(SecretsError::NoKey)?;
        Ok(Self::Local(LocalKey::parse(&key).ok_or(SecretsError::BadKey)?))
    }

    /// `context`: what the secret belongs to, as `storage/{account}/{id}`. The answer is text for the store.
    pub async fn seal(&self, context: &str, plain: &str) -> Result<String, SecretsError> {
        match self {
            Self::Local(key) => {
                let sealed = key.seal(context, plain).ok_or(SecretsError::Unreadable)?;
                Ok(format!("{LOCAL}{}", STANDARD.encode(sealed)))
            }
            Self::Kms { client, key } => {
                let call = client.encrypt().key_id(key).encryption_context(CONTEXT, context);
                let answer = call.plaintext(Blob::new(plain)).send().await.map_err(kms)?;
                let sealed =
                    answer.ciphertext_blob().ok_or_else(|| SecretsError::Kms("no ciphertext".into()))?;
                Ok(format!("{KMS}{}", STANDARD.encode(sealed)))
            }
        }
    }

    /// The secret that was sealed in the same context.
    pub async fn open(&self, context: &str, sealed: &str) -> Result<String, SecretsError> {
        let bytes = |text: &str| STANDARD.decode(text).map_err(|_| SecretsError::Unreadable);
        match self {
            Self::Local(key) => {
                let sealed = bytes(sealed.strip_prefix(LOCAL).ok_or(SecretsError::Unreadable)?)?;
                key.open(context, sealed).ok_or(SecretsError::Unreadable)
            }
            Self::Kms { client, key } => {
                let sealed = bytes(sealed.strip_prefix(KMS).ok_or(SecretsError::Unreadable)?)?;
                let call = client.decrypt().key_id(key).encryption_context(CONTEXT, context);
                let answer = call.ciphertext_blob(Blob::new(sealed)).send().await.map_err(kms)?;
                let plain = answer.plaintext().ok_or(SecretsError::Unreadable)?;
                String::from_utf8(plain.as_ref().to_vec()).map_err(|_| SecretsError::Unreadable)
            }
        }
    }
}

fn kms(error: impl std::error::Error) -> SecretsError {
    SecretsError::Kms(DisplayErrorContext(error).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_secret_opens_with_its_key_and_in_its_place_only() {
        let secrets = Secrets::Local(LocalKey::new(&[1; 32]));
        let sealed = secrets.seal("storage/a/1", "s3cr3t").await.expect("sealed");
        assert!(!sealed.contains("s3cr3t"));
        assert_ne!(sealed, secrets.seal("storage/a/1", "s3cr3t").await.expect("sealed"));
        assert_eq!(secrets.open("storage/a/1", &sealed).await.ok().as_deref(), Some("s3cr3t"));
        assert!(secrets.open("storage/b/1", &sealed).await.is_err());
        assert!(Secrets::Local(LocalKey::new(&[2; 32])).open("storage/a/1", &sealed).await.is_err());
        for damaged in ["", "local1:", "local1:AAAA", "kms1:AAAA", &sealed[..sealed.len() - 4]] {
            assert!(secrets.open("storage/a/1", damaged).await.is_err(), "{damaged}");
        }
    }

    #[test]
    fn a_key_is_64_hexadecimal_characters() {
        assert!(LocalKey::parse(&"ab".repeat(32)).is_some());
        for text in ["", "ab", &"xy".repeat(32), &"é".repeat(32)] {
            assert!(LocalKey::parse(text).is_none(), "{text}");
        }
    }
}
