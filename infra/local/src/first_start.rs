//! A fresh store gets the account `default` with credits and a key, so that the first call needs no set-up.

use std::path::Path;

use contract::{Credits, Scope};
use store::{Store, accounts};

use crate::accounts::{AccountError, create_key, grant};
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
        return Ok(());
    }
    let secret = create_key(store, accounts::DEFAULT, "first key", &[Scope::Admin]).await?;
    match key_file {
        Some(path) => write_private(path, &format!("{}\n", secret.expose()))
            .map_err(|error| FirstStartError::KeyFile(path.display().to_string(), error))?,
        None => eprintln!("the key of account default, shown this once: {}", secret.expose()),
    }
    Ok(())
}

#[derive(Debug, thiserror::Error)]
pub enum FirstStartError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error("the key could not be written to {0}: {1}")]
    KeyFile(String, #[source] std::io::Error),
}
