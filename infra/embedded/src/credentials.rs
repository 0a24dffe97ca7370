use aws_credential_types::Credentials;
use rand::Rng;
use rand::distr::Alphanumeric;

/// The one identity the embedded stores know, made anew at each start and kept in memory only.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
}

impl Identity {
    pub(crate) fn random() -> Self {
        let suffix = alphanumeric(16).to_ascii_uppercase();
        Self { access_key: format!("AKIA{suffix}"), secret_key: alphanumeric(40) }
    }

    pub(crate) fn credentials(&self) -> Credentials {
        Credentials::from_keys(&self.access_key, &self.secret_key, None)
    }
}

fn alphanumeric(length: usize) -> String {
    rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect()
}
