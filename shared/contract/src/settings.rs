//! Every setting, documented once. Config structs read them by these constants; `atelier config`, the template and
//! the docs list them from [`ALL`].

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// An environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    pub name: &'static str,
    /// Shown default; empty = none.
    pub default: &'static str,
    pub place: Place,
    pub kind: Kind,
    pub doc: &'static str,
}

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// `on` or `off`.
    Switch,
    /// A whole number of at least 1.
    Count,
    /// `http://` or `https://`, a host, perhaps a port and a path.
    Url,
    /// Levels, each alone or for a module, with commas between.
    Levels,
    /// IP addresses with commas between.
    Addresses,
    /// A SHA-256 in hex.
    Sha256,
    /// One of these words; and the same as a sentence would say it.
    OneOf(&'static [&'static str], &'static str),
    /// Text that no list, log or error shows.
    Secret,
}

/// A variable that cannot be what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongSetting {
    pub variable: &'static str,
    pub value: String,
    pub expected: &'static str,
}

impl fmt::Display for WrongSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}` is not {}", self.variable, self.value, self.expected)
    }
}

impl std::error::Error for WrongSetting {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Everywhere,
    /// `atelier serve` only.
    Serve,
    /// As everywhere; on AWS only functions that ask the hosted model are given it.
    Hosted,
    /// Written into the template, read in a Lambda.
    Aws,
    /// For tests on one machine; never in the template.
    Test,
}

const fn setting(name: &'static str, default: &'static str, place: Place, doc: &'static str) -> Setting {
    Setting { name, default, place, kind: Kind::Text, doc }
}

impl Setting {
    const fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }
}

pub const PUBLIC_URL: Setting = setting(
    "ATELIER_PUBLIC_URL",
    "",
    Place::Everywhere,
    "Start of every URL in answers. Unset: the API's own domain on AWS, scheme and Host of the call on `atelier serve`.",
).of(Kind::Url);
pub const HOSTS: Setting = setting(
    "ATELIER_HOSTS",
    "localhost,127.0.0.1,[::1]",
    Place::Serve,
    "Host names a call may use to shape URLs when ATELIER_PUBLIC_URL is unset; any other gives the listener's address.",
);
pub const LOG: Setting = setting(
    "ATELIER_LOG",
    "info,rustack_sqs_core=warn,s3s=off",
    Place::Everywhere,
    "What is logged: a level (error, warn, info, debug, trace, off), or `module=level` too, with commas between.",
).of(Kind::Levels);
pub const FETCH_ALLOW: Setting = setting(
    "ATELIER_FETCH_ALLOW",
    "",
    Place::Everywhere,
    "`host:port,...` that may be fetched although the guard would refuse them, exactly as written in the URL.",
);
pub const FETCH_PORTS: Setting =
    setting("ATELIER_FETCH_PORTS", "80,443", Place::Everywhere, "Ports that may be fetched from.");
pub const MAX_PIXELS: Setting =
    setting("ATELIER_MAX_PIXELS", "50000000", Place::Everywhere, "Largest decoded picture, in pixels.")
        .of(Kind::Count);
pub const MEMORY_BUDGET: Setting = setting(
    "ATELIER_MEMORY_BUDGET",
    "600000000",
    Place::Everywhere,
    "Bytes all pictures in work may take together in one process; a picture that alone needs more is 422.",
)
.of(Kind::Count);
pub const THREADS: Setting = setting(
    "ATELIER_THREADS",
    "",
    Place::Everywhere,
    "Pictures edited at the same time in one process. Unset: the number of cores.",
)
.of(Kind::Count);
pub const TRUST_PROXY: Setting = setting(
    "ATELIER_TRUST_PROXY",
    "off",
    Place::Serve,
    "`on`: X-Forwarded-For and X-Forwarded-Proto of the proxy in front are believed.",
)
.of(Kind::Switch);
pub const PROXIES: Setting = setting(
    "ATELIER_PROXIES",
    "",
    Place::Serve,
    "Addresses of the proxies whose X-Forwarded headers are believed, with commas between; unset, of any. Needs ATELIER_TRUST_PROXY.",
)
.of(Kind::Addresses);
pub const PUBLIC: Setting = setting(
    "ATELIER_PUBLIC",
    "off",
    Place::Everywhere,
    "`on`: classify and tag answer texts without a key too, within limits by address and a daily budget.",
)
.of(Kind::Switch);
pub const PUBLIC_CREDITS: Setting = setting(
    "ATELIER_PUBLIC_CREDITS",
    "1000",
    Place::Everywhere,
    "Credits that all calls without a key may cost a day (UTC).",
)
.of(Kind::Count);
pub const RATE_LIMITS: Setting =
    setting("ATELIER_RATE_LIMITS", "on", Place::Test, "`off`: no rate limits and no ceiling.")
        .of(Kind::Switch);
pub const REQUESTS_PER_HOUR: Setting = setting(
    "ATELIER_REQUESTS_PER_HOUR",
    "1000",
    Place::Everywhere,
    "New requests of extraction models (`POST /requests`) that an account may make in an hour.",
)
.of(Kind::Count);
pub const LOW_BALANCE: Setting = setting(
    "ATELIER_LOW_BALANCE",
    "100",
    Place::Everywhere,
    "Credits below which webhooks are told `balance.low`, once until the balance is back.",
)
.of(Kind::Count);
pub const WEBHOOK_SPEED: Setting = setting(
    "ATELIER_WEBHOOK_SPEED",
    "1",
    Place::Test,
    "Deliveries that failed are sent again so many times sooner.",
)
.of(Kind::Count);
pub const WORKERS: Setting =
    setting("ATELIER_WORKERS", "on", Place::Test, "`off`: queues fill and nobody works.").of(Kind::Switch);
pub const TABLE_KEYS: Setting =
    setting("ATELIER_TABLE_KEYS", "keys", Place::Aws, "Name of the table of accounts and keys.");
pub const TABLE_LEDGER: Setting =
    setting("ATELIER_TABLE_LEDGER", "ledger", Place::Aws, "Name of the table of balances and ledger rows.");
pub const TABLE_TASKS: Setting =
    setting("ATELIER_TABLE_TASKS", "tasks", Place::Aws, "Name of the table of tasks.");
pub const TABLE_RATES: Setting =
    setting("ATELIER_TABLE_RATES", "rates", Place::Aws, "Name of the table of rate windows.");
pub const TABLE_LOGS: Setting =
    setting("ATELIER_TABLE_LOGS", "logs", Place::Aws, "Name of the table of log rows and usage.");
pub const TABLE_CLASSIFIERS: Setting =
    setting("ATELIER_TABLE_CLASSIFIERS", "classifiers", Place::Aws, "Name of the table of classifiers.");
pub const TABLE_CACHE: Setting =
    setting("ATELIER_TABLE_CACHE", "cache", Place::Aws, "Name of the table of cached answers.");
pub const TABLE_JOBS: Setting =
    setting("ATELIER_TABLE_JOBS", "jobs", Place::Aws, "Name of the table of batch jobs.");
pub const TABLE_UPLOADS: Setting =
    setting("ATELIER_TABLE_UPLOADS", "uploads", Place::Aws, "Name of the table of uploads.");
pub const TABLE_EXTRACTIONS: Setting =
    setting("ATELIER_TABLE_EXTRACTIONS", "extractions", Place::Aws, "Name of the table of extractions.");
pub const TABLE_STORAGES: Setting =
    setting("ATELIER_TABLE_STORAGES", "storages", Place::Aws, "Name of the table of storages.");
pub const TABLE_EDIT_BATCHES: Setting = setting(
    "ATELIER_TABLE_EDIT_BATCHES",
    "edit-batches",
    Place::Aws,
    "Name of the table of batches of edits.",
);
pub const QUEUE_EDIT_CHUNKS: Setting =
    setting("ATELIER_QUEUE_EDIT_CHUNKS", "", Place::Aws, "URL of the queue of batches of edits.");
pub const TABLE_WEBHOOKS: Setting =
    setting("ATELIER_TABLE_WEBHOOKS", "webhooks", Place::Aws, "Name of the table of webhooks.");
pub const QUEUE_WEBHOOKS: Setting =
    setting("ATELIER_QUEUE_WEBHOOKS", "", Place::Aws, "URL of the queue of deliveries to webhooks.");
pub const QUEUE_EXTRACTS: Setting =
    setting("ATELIER_QUEUE_EXTRACTS", "", Place::Aws, "URL of the queue of extractions.");
pub const QUEUE_BATCHES: Setting =
    setting("ATELIER_QUEUE_BATCHES", "", Place::Aws, "URL of the queue of batch jobs.");
pub const QUEUE_EDITS: Setting = setting("ATELIER_QUEUE_EDITS", "", Place::Aws, "URL of the queue of edits.");
pub const BUCKET_RESULTS: Setting =
    setting("ATELIER_BUCKET_RESULTS", "atelier-results", Place::Aws, "Name of the bucket of results.");
pub const FILE_KEYS: Setting = setting(
    "ATELIER_FILE_KEYS",
    "",
    Place::Aws,
    "Ring of one or two keys (64 hex characters each, comma between) that sign file links; the first signs. From Secrets Manager.",
)
.of(Kind::Secret);
pub const KMS_KEY: Setting = setting(
    "ATELIER_KMS_KEY",
    "",
    Place::Aws,
    "Key of AWS KMS that encrypts the secrets of storages and webhooks.",
);
pub const SECRETS_KEY: Setting = setting(
    "ATELIER_SECRETS_KEY",
    "",
    Place::Test,
    "The key instead (64 hex characters), where there is no KMS, as under `make watch`; `atelier serve` keeps one in its data folder.",
)
.of(Kind::Secret);
pub const S3_PATH_STYLE: Setting = setting(
    "ATELIER_S3_PATH_STYLE",
    "off",
    Place::Everywhere,
    "`on`: bucket names in paths, for S3 servers without wildcard DNS.",
)
.of(Kind::Switch);

pub const MODELS: Setting = setting(
    "ATELIER_MODELS",
    "",
    Place::Serve,
    "Folder of the model files. Unset: models beside the binary, if there; else atelier/models in XDG_CACHE_HOME or ~/.cache.",
);
pub const ENCODER: Setting = setting(
    "ATELIER_ENCODER",
    "",
    Place::Everywhere,
    "A sentence encoder of your own for `standard`: an ONNX file, as a path or s3://bucket/key. Needs the next two.",
);
pub const ENCODER_SHA256: Setting =
    setting("ATELIER_ENCODER_SHA256", "", Place::Everywhere, "SHA-256 of that file; another one is refused.")
        .of(Kind::Sha256);
pub const ENCODER_TOKENIZER: Setting = setting(
    "ATELIER_ENCODER_TOKENIZER",
    "",
    Place::Everywhere,
    "Its tokenizer.json, as a path or s3://bucket/key.",
);
pub const ORT_LIBRARY: Setting = setting(
    "ATELIER_ORT_LIBRARY",
    "",
    Place::Serve,
    "Path of libonnxruntime.so: models that look at pictures run by ONNX Runtime. Unset: by the built-in library.",
);
pub const LLM_URL: Setting = setting(
    "ATELIER_LLM_URL",
    "",
    Place::Everywhere,
    "Base URL of a hosted model, as `http://localhost:11434/v1`. Unset: the provider's own, where another ATELIER_LLM_ setting chooses one.",
)
.of(Kind::Url);
pub const LLM_KEY: Setting = setting(
    "ATELIER_LLM_KEY",
    "",
    Place::Hosted,
    "Key of the hosted model. On Bedrock an API key; unset there, calls are signed with the credentials of AWS.",
)
.of(Kind::Secret);
pub const LLM_MODEL: Setting = setting(
    "ATELIER_LLM_MODEL",
    "",
    Place::Everywhere,
    "Name of the hosted model. May be unset for a server at ATELIER_LLM_URL that has only one.",
);
pub const LLM_WIRE: Setting = setting(
    "ATELIER_LLM_WIRE",
    "openai",
    Place::Everywhere,
    "Wire of the hosted model: openai (chat completions; also vLLM, Ollama, llama.cpp), gemini, anthropic or bedrock.",
)
.of(Kind::OneOf(&["openai", "gemini", "anthropic", "bedrock"], "openai, gemini, anthropic or bedrock"));
pub const LLM_FALLBACK: Setting = setting(
    "ATELIER_LLM_FALLBACK",
    "off",
    Place::Everywhere,
    "`on`: the local model answers when the hosted one fails; otherwise the call fails with 502 or 503.",
)
.of(Kind::Switch);
pub const LLM_VISION: Setting = setting(
    "ATELIER_LLM_VISION",
    "on",
    Place::Everywhere,
    "`off`: the hosted model takes no pictures; it is told what the local models read and recognise in them.",
)
.of(Kind::Switch);

pub const ALL: &[Setting] = &[
    PUBLIC_URL,
    HOSTS,
    LOG,
    FETCH_ALLOW,
    FETCH_PORTS,
    MAX_PIXELS,
    MEMORY_BUDGET,
    THREADS,
    TRUST_PROXY,
    PROXIES,
    PUBLIC,
    PUBLIC_CREDITS,
    RATE_LIMITS,
    REQUESTS_PER_HOUR,
    LOW_BALANCE,
    WEBHOOK_SPEED,
    WORKERS,
    TABLE_KEYS,
    TABLE_LEDGER,
    TABLE_TASKS,
    TABLE_RATES,
    TABLE_LOGS,
    TABLE_CLASSIFIERS,
    TABLE_CACHE,
    TABLE_JOBS,
    TABLE_UPLOADS,
    TABLE_EXTRACTIONS,
    TABLE_STORAGES,
    TABLE_EDIT_BATCHES,
    QUEUE_EDIT_CHUNKS,
    TABLE_WEBHOOKS,
    QUEUE_WEBHOOKS,
    QUEUE_EXTRACTS,
    QUEUE_BATCHES,
    QUEUE_EDITS,
    BUCKET_RESULTS,
    FILE_KEYS,
    KMS_KEY,
    SECRETS_KEY,
    S3_PATH_STYLE,
    MODELS,
    ENCODER,
    ENCODER_SHA256,
    ENCODER_TOKENIZER,
    ORT_LIBRARY,
    LLM_URL,
    LLM_KEY,
    LLM_MODEL,
    LLM_WIRE,
    LLM_FALLBACK,
    LLM_VISION,
];

/// What a server is asked for that has only one model.
pub const ONLY_MODEL: &str = "default";

/// Name of the operator's text encoder, where there is one.
pub fn own_encoder() -> Option<String> {
    let sha256 = ENCODER.value().and(ENCODER_SHA256.value())?;
    Some(format!("encoder-{}", sha256.get(..12).unwrap_or(&sha256).to_ascii_lowercase()))
}

/// Name of the hosted model, where the settings choose one.
///
/// Why the wire's default counts for nothing: the template sets every variable.
pub fn hosted_model() -> Option<String> {
    let chosen = LLM_URL.value().is_some()
        || LLM_MODEL.value().is_some()
        || LLM_WIRE.value_or_default() != LLM_WIRE.default;
    chosen.then(|| LLM_MODEL.value().unwrap_or_else(|| ONLY_MODEL.to_owned()))
}

impl Setting {
    /// The variable's value; an empty one counts as unset.
    pub fn value(&self) -> Option<String> {
        std::env::var(self.name).ok().filter(|value| !value.is_empty())
    }

    pub fn value_or_default(&self) -> String {
        self.value().unwrap_or_else(|| self.default.to_owned())
    }

    pub fn is_on(&self) -> bool {
        self.value_or_default() == "on"
    }

    fn check(&self, value: String) -> Result<(), WrongSetting> {
        let (fits, expected) = match self.kind {
            Kind::Text => (true, "text"),
            Kind::Switch => (matches!(value.as_str(), "on" | "off"), "on or off"),
            Kind::Count => {
                (value.parse::<u64>().is_ok_and(|count| count > 0), "a whole number of at least 1")
            }
            Kind::Url => (is_base_url(&value), "http:// or https:// with a host and no query"),
            Kind::Addresses => (
                value.split(',').all(|address| address.trim().parse::<IpAddr>().is_ok()),
                "IP addresses with commas between",
            ),
            Kind::Levels => (value.split(',').all(is_level), "a level, or module=level, with commas between"),
            Kind::Sha256 => (
                value.len() == 64 && value.bytes().all(|digit| digit.is_ascii_hexdigit()),
                "a SHA-256: 64 hex digits",
            ),
            Kind::OneOf(words, said) => (words.contains(&value.as_str()), said),
            Kind::Secret => (value.bytes().all(|byte| byte.is_ascii_graphic()), "visible ASCII"),
        };
        if fits { Ok(()) } else { Err(self.wrong(value, expected)) }
    }

    /// That `value` is not what is `expected`; without the value where it is a secret.
    pub fn wrong(&self, value: String, expected: &'static str) -> WrongSetting {
        let value = if self.kind == Kind::Secret { "(secret)".to_owned() } else { value };
        WrongSetting { variable: self.name, value, expected }
    }
}

/// The first setting of the environment that has a value which it cannot have. A process that would guess what was meant
/// must not start.
pub fn check() -> Result<(), WrongSetting> {
    ALL.iter().try_for_each(|setting| match std::env::var_os(setting.name) {
        Some(value) if !value.is_empty() => match value.into_string() {
            Ok(value) => setting.check(value),
            Err(value) => Err(setting.wrong(value.to_string_lossy().into_owned(), "text in UTF-8")),
        },
        _ => Ok(()),
    })
}

fn is_level(part: &str) -> bool {
    let level =
        part.split_once('=').map_or(part, |(module, level)| if module.is_empty() { "" } else { level });
    ["off", "error", "warn", "info", "debug", "trace"].contains(&level.trim())
}

fn is_base_url(value: &str) -> bool {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"?#@\"<>\\".contains(&byte);
        let authority = rest.split('/').next().unwrap_or_default();
        rest.bytes().all(plain) && is_authority(authority)
    })
}

/// A host name or an address, perhaps with a port.
fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => (address, port),
            _ => return false,
        },
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    !host.is_empty() && port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_a_setting_cannot_have_is_refused_by_name() {
        for (setting, value) in [
            (MAX_PIXELS, "-1"),
            (MAX_PIXELS, "0"),
            (THREADS, "many"),
            (MEMORY_BUDGET, "600MB"),
            (RATE_LIMITS, "no"),
            (TRUST_PROXY, "ON"),
            (PUBLIC_URL, "example.com"),
            (PUBLIC_URL, "https://"),
            (PUBLIC_URL, "https://a b"),
            (PUBLIC_URL, "https://example.com?x=1"),
            (PUBLIC_URL, "https://example.com:99999999/x"),
            (PUBLIC_URL, "https://[::zz"),
            (PROXIES, "10.0.0.1,proxy"),
            (PUBLIC_CREDITS, "0"),
            (ENCODER_SHA256, "abc"),
            (LOG, "inof"),
            (LOG, "a=b=c,,"),
            (LLM_WIRE, "OpenAI"),
            (LLM_FALLBACK, "yes"),
            (LLM_URL, "localhost:11434"),
        ] {
            let error = setting.check(value.into()).expect_err(value).to_string();
            assert!(error.starts_with(&format!("{}: `{value}` is not ", setting.name)), "{error}");
        }
        for (setting, value) in [
            (MAX_PIXELS, "1"),
            (WORKERS, "off"),
            (LOG, "warn,common=trace"),
            (PUBLIC_URL, "https://example.com/api"),
            (PUBLIC_URL, "http://[::1]:9000"),
            (LLM_WIRE, "bedrock"),
            (LLM_KEY, "sk-1"),
        ] {
            assert_eq!(setting.check(value.into()), Ok(()));
        }
    }

    #[test]
    fn a_wrong_secret_is_refused_without_being_shown() {
        let error = LLM_KEY.check("sk 1".into()).expect_err("a space").to_string();
        assert_eq!(error, "ATELIER_LLM_KEY: `(secret)` is not visible ASCII");
    }

    #[test]
    fn every_default_is_a_value_that_the_setting_can_have() {
        for setting in ALL.iter().filter(|setting| !setting.default.is_empty()) {
            assert_eq!(setting.check(setting.default.into()), Ok(()));
        }
    }
}
