//! A fresh store gets the account `default` with credits and a key, so that the first call needs no set-up.

use std::io;
use std::path::Path;

use contract::{Credits, Scope};
use store::{Secret, Store, accounts};

use crate::accounts::{AccountError, grant, register};
use crate::file_keys::write_private;

const CREDITS: Credits = Credits::whole(10_000);

/// Does what is missing; a start that was killed in the middle is completed by the next. The key goes to `key_file`, or
/// once to stderr.
pub async fn complete(store: &Store, key_file: Option<&Path>, now_ms: i64) -> Result<(), FirstStartError> {
    accounts::create(store, accounts::DEFAULT, now_ms).await.map_err(AccountError::from)?;
    let sheet = store.ledger().balance(accounts::DEFAULT).await.map_err(AccountError::from)?;
    if sheet.is_none_or(|sheet| sheet.granted == Credits::ZERO) {
        grant(store, accounts::DEFAULT, CREDITS, "first start").await?;
    }
    let (keys, _) = store.keys().list(accounts::DEFAULT, 1, None).await.map_err(AccountError::from)?;
    if !keys.is_empty() {
        if let Some(path) = key_file.filter(|path| !path.exists()) {
            tracing::warn!(
                "no key in {}: of a key only its hash is kept; make one with atelier keys create",
                path.display()
            );
        }
        return Ok(());
    }
    let secret = Secret::generate();
    if let Some(path) = key_file {
        // Written before the key is known to the store: whatever fails in between, the next start makes another.
        write_key(path, &secret)
            .map_err(|error| FirstStartError::KeyFile(path.display().to_string(), error))?;
    }
    register(store, accounts::DEFAULT, "first key", &[Scope::Admin], &secret).await?;
    if key_file.is_none() {
        eprintln!("the key of account default, shown this once: {}", secret.expose());
    }
    Ok(())
}

/// Replaces at most an older key, never a file of something else.
fn write_key(path: &Path, secret: &Secret) -> io::Result<()> {
    match std::fs::read_to_string(path) {
        Ok(text) if Secret::parse(text.trim()).is_none() => {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the file exists and holds no key"));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write_private(path, &format!("{}\n", secret.expose()))
}

#[derive(Debug, thiserror::Error)]
pub enum FirstStartError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("the key could not be written to {0}: {1}")]
    KeyFile(String, #[source] std::io::Error),
}
