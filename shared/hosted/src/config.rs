//! Which model is called, and within which limits.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use contract::settings::{
    LLM_FALLBACK, LLM_KEY, LLM_MODEL, LLM_URL, LLM_VISION, LLM_WIRE, ONLY_MODEL, Setting, WrongSetting,
};

use crate::Media;

/// A hosted model and the limits of a call to it.
#[derive(Debug, Clone)]
pub struct HostedConfig {
    /// How it is spoken to.
    pub wire: Wire,
    /// Start of its URLs, without a slash at the end. Set by the operator: it may be on this machine. For Bedrock, `None` is the
    /// endpoint of the region.
    pub url: Option<String>,
    /// Its key, where it has one.
    pub key: Option<Key>,
    /// Its name on the wire.
    pub model: String,
    /// Whether the local model answers when this one fails: read by callers, not by this crate.
    pub fallback: bool,
    /// Whether it takes pictures: read by callers, not by this crate.
    pub vision: bool,
    /// Name look-up, TCP and TLS of one connection.
    pub connect: Duration,
    /// One attempt, connection and answer together.
    pub attempt: Duration,
    /// A call with its repeats and the waits between them. The caller's deadline may be earlier.
    pub total: Duration,
    /// How many times as long both may take where the answer may be long: 8,192 tokens are written in minutes, not seconds.
    pub patience: u32,
    /// Attempts after the first.
    pub repeats: u32,
    /// The longest wait before the first repeat; it doubles with each one.
    pub first_wait: Duration,
    /// The longest wait of all, unless the provider asks for more.
    pub longest_wait: Duration,
    /// How long an open breaker refuses calls before it lets one try.
    pub open: Duration,
    /// Largest answer, in bytes, probabilities included.
    pub answer_bytes: usize,
    /// Attempts at the same time, over all clones of a client.
    pub at_once: usize,
    /// Certificates in PEM that are trusted instead of the built-in authorities, from `SSL_CERT_FILE`.
    pub roots: Option<PathBuf>,
}

/// The provider's key; shown by nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// A key of visible ASCII; `None` for anything else, which no header could carry.
    pub fn new(key: &str) -> Option<Self> {
        let fits = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(key.to_owned()))
    }

    /// The key itself, for a header.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// How a model is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Chat completions of OpenAI; also vLLM, Ollama, llama.cpp and most others.
    OpenAi,
    /// `generateContent` of the Gemini API.
    Gemini,
    /// The messages API of Anthropic.
    Anthropic,
    /// Converse of Amazon Bedrock.
    Bedrock,
}

impl Wire {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "openai" => Self::OpenAi,
            "gemini" => Self::Gemini,
            "anthropic" => Self::Anthropic,
            "bedrock" => Self::Bedrock,
            _ => return None,
        })
    }

    /// Whether a picture of this format can be sent as it is.
    pub fn takes(self, media: Media) -> bool {
        match media {
            Media::Png | Media::Jpeg | Media::Webp => true,
            Media::Gif => self != Self::Gemini,
            Media::Heic | Media::Heif => self == Self::Gemini,
        }
    }

    fn public_url(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::Gemini => Some("https://generativelanguage.googleapis.com/v1beta"),
            Self::Anthropic => Some("https://api.anthropic.com/v1"),
            Self::Bedrock => None,
        }
    }
}

impl Default for HostedConfig {
    fn default() -> Self {
        Self {
            wire: Wire::OpenAi,
            url: Wire::OpenAi.public_url().map(str::to_owned),
            key: None,
            model: ONLY_MODEL.to_owned(),
            fallback: false,
            vision: true,
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(10),
            total: Duration::from_secs(22),
            patience: 12,
            repeats: 2,
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(4),
            open: Duration::from_secs(15),
            answer_bytes: 4 << 20,
            at_once: 32,
            roots: None,
        }
    }
}

impl HostedConfig {
    /// Reads `ATELIER_LLM_URL`, `_KEY`, `_MODEL`, `_WIRE`, `_FALLBACK`, `_VISION` and `SSL_CERT_FILE`. `None` when no URL, no model and no wire but
    /// the default one is set: then there is no hosted model.
    pub fn from_env() -> Result<Option<Self>, WrongSetting> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The same from any source of variables.
    pub fn from_variables(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<Self>, WrongSetting> {
        let value = |setting: Setting| variable(setting.name).filter(|value| !value.is_empty());
        let (url, key, model, wire) = (value(LLM_URL), value(LLM_KEY), value(LLM_MODEL), value(LLM_WIRE));
        // Why the default counts for nothing: the template of AWS sets every variable.
        let wire = wire.filter(|word| word != LLM_WIRE.default);
        if url.is_none() && model.is_none() && wire.is_none() {
            return match key {
                Some(_) => Err(LLM_MODEL.wrong(String::new(), "set, but ATELIER_LLM_KEY is")),
                None => Ok(None),
            };
        }
        let word = wire.unwrap_or_else(|| LLM_WIRE.default.to_owned());
        let wire =
            Wire::read(&word).ok_or_else(|| LLM_WIRE.wrong(word, "openai, gemini, anthropic or bedrock"))?;
        let key = match key {
            Some(key) => Some(Key::new(&key).ok_or_else(|| LLM_KEY.wrong(key, "visible ASCII"))?),
            None => None,
        };
        if key.is_none() && url.is_none() && wire != Wire::Bedrock {
            return Err(LLM_KEY.wrong(String::new(), "set, and the provider at its own URL needs it"));
        }
        let model = match model {
            Some(model) => model,
            None if wire == Wire::OpenAi && url.is_some() => ONLY_MODEL.to_owned(),
            None => return Err(LLM_MODEL.wrong(String::new(), "the name of a model")),
        };
        let switch = |setting: Setting| {
            let word = value(setting).unwrap_or_else(|| setting.default.to_owned());
            match word.as_str() {
                "on" => Ok(true),
                "off" => Ok(false),
                _ => Err(setting.wrong(word, "on or off")),
            }
        };
        let (fallback, vision) = (switch(LLM_FALLBACK)?, switch(LLM_VISION)?);
        let url = match url {
            Some(url) => Some(base(url)?),
            None => wire.public_url().map(str::to_owned),
        };
        let roots = variable("SSL_CERT_FILE").filter(|path| !path.is_empty()).map(PathBuf::from);
        Ok(Some(Self { wire, url, key, model, fallback, vision, roots, ..Self::default() }))
    }

    /// A server of a test: waits in milliseconds, and limits of time that a busy machine keeps.
    pub fn for_testing(wire: Wire, url: &str) -> Self {
        Self {
            wire,
            url: Some(url.to_owned()),
            key: Key::new("sk-test-0123456789"),
            model: "test-model".to_owned(),
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(5),
            total: Duration::from_secs(12),
            patience: 1,
            first_wait: Duration::from_millis(5),
            longest_wait: Duration::from_millis(20),
            open: Duration::from_secs(1),
            answer_bytes: 64 << 10,
            ..Self::default()
        }
    }
}

/// A URL to which `/` and the rest can be added.
fn base(url: String) -> Result<String, WrongSetting> {
    let trimmed = url.trim_end_matches('/');
    let fits = trimmed.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() && uri.query().is_none()
    });
    if fits && !url.contains(['@', '#']) {
        Ok(trimmed.to_owned())
    } else {
        // What stands before an `@` may be a password.
        let shown = if url.contains('@') { "(with credentials)".to_owned() } else { url };
        Err(LLM_URL.wrong(shown, "http:// or https:// with a host, and neither credentials nor a query"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<HostedConfig>, WrongSetting> {
        HostedConfig::from_variables(|name| {
            pairs.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_settings_there_is_no_hosted_model() {
        assert!(read(&[]).expect("no setting is wrong").is_none());
        for pairs in [
            [("ATELIER_LLM_URL", ""), ("ATELIER_LLM_FALLBACK", "on")],
            [("ATELIER_LLM_WIRE", "openai"), ("ATELIER_LLM_FALLBACK", "off")],
        ] {
            assert!(read(&pairs).expect("fine").is_none(), "{pairs:?}");
        }
    }

    #[test]
    fn a_url_alone_is_an_openai_compatible_server_without_a_key() {
        let config =
            read(&[("ATELIER_LLM_URL", "http://127.0.0.1:8080/v1/")]).expect("fine").expect("a model");
        assert_eq!(config.url.as_deref(), Some("http://127.0.0.1:8080/v1"));
        assert_eq!((config.wire, config.model.as_str(), config.fallback), (Wire::OpenAi, "default", false));
        assert!(config.key.is_none());
    }

    #[test]
    fn a_wire_and_a_model_are_reached_at_the_providers_own_url() {
        for (wire, url) in [
            ("openai", Some("https://api.openai.com/v1")),
            ("gemini", Some("https://generativelanguage.googleapis.com/v1beta")),
            ("anthropic", Some("https://api.anthropic.com/v1")),
            ("bedrock", None),
        ] {
            let config =
                read(&[("ATELIER_LLM_WIRE", wire), ("ATELIER_LLM_MODEL", "m"), ("ATELIER_LLM_KEY", "k")]);
            assert_eq!(config.expect("fine").expect("a model").url.as_deref(), url);
        }
    }

    #[test]
    fn a_wrong_setting_is_refused_by_name_and_the_key_is_never_shown() {
        for (pairs, variable) in [
            (&[("ATELIER_LLM_WIRE", "grpc")][..], "ATELIER_LLM_WIRE"),
            (&[("ATELIER_LLM_MODEL", "gpt-4o-mini")], "ATELIER_LLM_KEY"),
            (&[("ATELIER_LLM_KEY", "sk-secret")], "ATELIER_LLM_MODEL"),
            (&[("ATELIER_LLM_URL", "localhost:8080")], "ATELIER_LLM_URL"),
            (&[("ATELIER_LLM_URL", "https://me:sk-secret@host/v1")], "ATELIER_LLM_URL"),
            (&[("ATELIER_LLM_URL", "https://host/v1?key=1")], "ATELIER_LLM_URL"),
            (&[("ATELIER_LLM_URL", "http://host"), ("ATELIER_LLM_KEY", "sk-secret\n")], "ATELIER_LLM_KEY"),
            (&[("ATELIER_LLM_URL", "http://host"), ("ATELIER_LLM_FALLBACK", "1")], "ATELIER_LLM_FALLBACK"),
            (&[("ATELIER_LLM_WIRE", "anthropic"), ("ATELIER_LLM_KEY", "k")], "ATELIER_LLM_MODEL"),
        ] {
            let error = read(pairs).expect_err(variable);
            assert_eq!(error.variable, variable);
            assert!(!format!("{error} {error:?}").contains("sk-secret"), "{error}");
        }
    }

    #[test]
    fn the_configuration_shows_no_key() {
        let config = HostedConfig::for_testing(Wire::OpenAi, "http://x");
        assert!(!format!("{config:?}").contains("sk-test"));
    }
}
