//! Every setting, documented once. Config structs read them by these constants; `atelier config`, the template and
//! the docs list them from [`ALL`].

mod models;
mod setting;
mod stores;

use setting::setting;

pub use models::{
    ENCODER, ENCODER_SHA256, ENCODER_TOKENIZER, LLM_FALLBACK, LLM_KEY, LLM_MODEL, LLM_URL, LLM_VISION,
    LLM_WIRE, MODELS, ONLY_MODEL, ORT_LIBRARY, hosted_model, own_encoder,
};
pub use setting::{Kind, Place, Setting, WrongSetting};
pub use stores::{
    BUCKET_RESULTS, QUEUE_BATCHES, QUEUE_EDIT_CHUNKS, QUEUE_EDITS, QUEUE_EXTRACTS, QUEUE_WEBHOOKS,
    TABLE_CACHE, TABLE_CLASSIFIERS, TABLE_EDIT_BATCHES, TABLE_EXTRACTIONS, TABLE_JOBS, TABLE_KEYS,
    TABLE_LEDGER, TABLE_LOGS, TABLE_RATES, TABLE_STORAGES, TABLE_TASKS, TABLE_UPLOADS, TABLE_WEBHOOKS,
};

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
