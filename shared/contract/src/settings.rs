//! Every setting, documented once. Config structs read them by these constants; `atelier config`, the template and
//! the docs list them from [`ALL`].

/// An environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    pub name: &'static str,
    /// Shown default; empty = none.
    pub default: &'static str,
    pub place: Place,
    pub doc: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Everywhere,
    /// `atelier serve` only.
    Serve,
    /// Written into the template, read in a Lambda.
    Aws,
    /// For tests on one machine; never in the template.
    Test,
}

const fn setting(name: &'static str, default: &'static str, place: Place, doc: &'static str) -> Setting {
    Setting { name, default, place, doc }
}

pub const PUBLIC_URL: Setting = setting(
    "ATELIER_PUBLIC_URL",
    "",
    Place::Everywhere,
    "Start of every URL in answers. Unset: the API's own domain on AWS, scheme and Host of the call on `atelier serve`.",
);
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
);
pub const FETCH_ALLOW: Setting = setting(
    "ATELIER_FETCH_ALLOW",
    "",
    Place::Everywhere,
    "`host:port,...` that may be fetched although the guard would refuse them, exactly as written in the URL.",
);
pub const FETCH_PORTS: Setting =
    setting("ATELIER_FETCH_PORTS", "80,443", Place::Everywhere, "Ports that may be fetched from.");
pub const MAX_PIXELS: Setting =
    setting("ATELIER_MAX_PIXELS", "50000000", Place::Everywhere, "Largest decoded picture, in pixels.");
pub const MEMORY_BUDGET: Setting = setting(
    "ATELIER_MEMORY_BUDGET",
    "600000000",
    Place::Everywhere,
    "Bytes all pictures in work may take together in one process; a picture that alone needs more is 422.",
);
pub const THREADS: Setting = setting(
    "ATELIER_THREADS",
    "",
    Place::Everywhere,
    "Pictures edited at the same time in one process. Unset: the number of cores.",
);
pub const TRUST_PROXY: Setting = setting(
    "ATELIER_TRUST_PROXY",
    "off",
    Place::Serve,
    "`on`: X-Forwarded-For and X-Forwarded-Proto of the proxy in front are believed.",
);
pub const RATE_LIMITS: Setting =
    setting("ATELIER_RATE_LIMITS", "on", Place::Test, "`off`: no rate limits and no ceiling.");
pub const WORKERS: Setting =
    setting("ATELIER_WORKERS", "on", Place::Test, "`off`: queues fill and nobody works.");
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
pub const QUEUE_EDITS: Setting = setting("ATELIER_QUEUE_EDITS", "", Place::Aws, "URL of the queue of edits.");
pub const BUCKET_RESULTS: Setting =
    setting("ATELIER_BUCKET_RESULTS", "atelier-results", Place::Aws, "Name of the bucket of results.");
pub const FILE_KEYS: Setting = setting(
    "ATELIER_FILE_KEYS",
    "",
    Place::Aws,
    "Ring of one or two keys (64 hex characters each, comma between) that sign file links; the first signs. From Secrets Manager.",
);
pub const S3_PATH_STYLE: Setting = setting(
    "ATELIER_S3_PATH_STYLE",
    "off",
    Place::Everywhere,
    "`on`: bucket names in paths, for S3 servers without wildcard DNS.",
);

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
    RATE_LIMITS,
    WORKERS,
    TABLE_KEYS,
    TABLE_LEDGER,
    TABLE_TASKS,
    TABLE_RATES,
    TABLE_LOGS,
    QUEUE_EDITS,
    BUCKET_RESULTS,
    FILE_KEYS,
    S3_PATH_STYLE,
];

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
}
