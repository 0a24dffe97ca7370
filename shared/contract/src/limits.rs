//! Sizes and rates, as `GET /v1/limits` prints them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const MB: usize = 1_000_000;

/// JSON bodies without pictures in them.
pub const MAX_JSON_BODY: usize = MB;
/// A multipart edit, file and data together.
pub const MAX_MULTIPART_BODY: usize = 20 * MB;
/// What an edit fetches by URL.
pub const MAX_INPUT_BY_URL: u64 = 50 * MB as u64;
/// Above this a result is answered by a redirect on AWS, where an invocation's payload is bounded.
pub const MAX_STREAMED_FILE: u64 = 4 * MB as u64;
/// Seconds of work after which a synchronous call is 504 and free.
pub const SYNC_SECONDS: u64 = 25;
/// Seconds a result of a temporary URL lives.
pub const RESULT_SECONDS: i64 = 24 * 3600;
/// Seconds an `Idempotency-Key` is kept.
pub const IDEMPOTENCY_SECONDS: i64 = 24 * 3600;
/// Pixels on a side of a decoded picture.
pub const MAX_INPUT_SIDE: u32 = 32_767;
/// Width times height of a result.
pub const MAX_OUTPUT_PIXELS: u64 = 100_000_000;
/// Longest `?wait=`, in seconds.
pub const MAX_WAIT_SECONDS: u32 = 20;

/// Characters of a text that is classified.
pub const MAX_TEXT_CHARS: usize = 100_000;
/// Pictures of one call.
pub const MAX_IMAGES: usize = 20;
/// JSON bodies of classify and tag with pictures or a document in them, as base64.
pub const MAX_MEDIA_BODY: usize = 36 * MB;
/// Bytes of one picture that is classified, of all of a call, and of a document.
pub const MAX_IMAGE_BYTES: usize = 20 * MB;
pub const MAX_IMAGES_BYTES: usize = 100 * MB;
pub const MAX_DOCUMENT_BYTES: usize = 25 * MB;
/// Pages of a document.
pub const MAX_DOCUMENT_PAGES: usize = 20;
/// Pixels of a picture or page that is looked at; larger ones are scaled down.
pub const MAX_SEEN_PIXELS: u64 = 4_000_000;
/// Characters of a prompt, and bytes of the schema beside it.
pub const MAX_PROMPT_CHARS: usize = 20_000;
pub const MAX_SCHEMA_BYTES: usize = 100_000;
/// Pictures or documents of one extraction, and pages of all its documents.
pub const MAX_EXTRACT_IMAGES: usize = 3_000;
pub const MAX_EXTRACT_PAGES: usize = 3_000;
/// Bytes of one document, of all of a call, and of a body with them as base64. Pictures that are fetched come one after another, and have
/// no limit together.
pub const MAX_EXTRACT_DOCUMENT_BYTES: usize = 30 * MB;
pub const MAX_EXTRACT_BYTES: usize = 100 * MB;
pub const MAX_EXTRACT_BODY: usize = 140 * MB;
/// Extraction models of an account.
pub const MAX_MODELS: usize = 1_000;
/// Pictures that a batch of edits may name one by one, and objects of a folder.
pub const MAX_BATCH_URIS: usize = 1_000;
pub const MAX_BATCH_OBJECTS: u64 = 100_000;
/// Items that an answer shows of a batch; a file has all.
pub const MAX_SHOWN_ITEMS: u64 = 1_000;
/// Storages of an account.
pub const MAX_STORAGES: i64 = 100;
/// Webhooks of an account, and bytes of the address of one.
pub const MAX_WEBHOOKS: i64 = 20;
pub const MAX_WEBHOOK_URL: usize = 2_048;
/// Bytes of the body of a delivery; of a longer one the request and the results are left out.
pub const MAX_WEBHOOK_BODY: usize = 20_000;
/// Seconds a receiver has to answer.
pub const WEBHOOK_SECONDS: u64 = 15;
/// Seconds between the attempts of a delivery, each with a tenth more or less; after the last it has failed.
pub const WEBHOOK_DELAYS: [i64; 6] = [5, 300, 1_800, 7_200, 18_000, 36_000];
/// Seconds that deliveries are kept.
pub const DELIVERY_SECONDS: i64 = 30 * 86_400;
/// Sends in flight at the same time of one account, and of these of one webhook, in all processes together.
pub const SENDS_PER_ACCOUNT: usize = 8;
pub const SENDS_PER_WEBHOOK: usize = 4;
/// Bytes of the JSON that is stored with a request's data, and of the data.
pub const MAX_PAYLOAD_BYTES: usize = 20_000;
pub const MAX_DATA_BYTES: usize = 150_000;
/// JSON bodies of the batch routes.
pub const MAX_BATCH_BODY: usize = 8 * MB;
/// Texts of a batch.
pub const MAX_BATCH_TEXTS: usize = 1_000;
/// Labels of one call or classifier, and characters of one.
pub const MAX_LABELS: usize = 200;
pub const MAX_LABEL_CHARS: usize = 100;
/// Examples of one label.
pub const MAX_EXAMPLES: usize = 100;
/// Characters of a classifier's name.
pub const MAX_CLASSIFIER_NAME: usize = 64;
/// Bytes of JSON that labels, descriptions and examples of a saved classifier take: what fits into one stored item.
pub const MAX_CLASSIFIER_BYTES: usize = 300_000;

/// Bytes of a batch job's upload.
pub const MAX_BATCH_UPLOAD: u64 = 5_000_000_000;
/// Bytes of one line of it; a longer one fails alone.
pub const MAX_BATCH_LINE: usize = 1 << 20;
/// Characters of a line's `custom_id`.
pub const MAX_CUSTOM_ID_CHARS: usize = 512;
/// Seconds that upload fields and links to results are good.
pub const LINK_SECONDS: i64 = 3600;
/// Bytes of an upload that goes up in one form, and of one in parts.
pub const MAX_FORM_UPLOAD: u64 = 100_000_000;
pub const MAX_UPLOAD: u64 = 5_000_000_000;
/// Bytes of each part but the last.
pub const UPLOAD_PART: u64 = 64 << 20;
/// Seconds after which an upload is gone.
pub const UPLOAD_SECONDS: i64 = 86_400;
/// Uploads of an account whose file has not arrived, and bytes of all it has: of one without a file those announced, and where none are
/// the largest form's.
pub const MAX_PENDING_UPLOADS: i64 = 100;
pub const MAX_STORED_UPLOADS: i64 = 50_000_000_000;
/// Lines of the errors file of a job, and its bytes; the results file has all.
pub const MAX_LISTED_FAULTS: i64 = 100_000;
pub const MAX_ERRORS_BYTES: usize = 16 << 20;
/// Failed lines of a shard from which on it must have more than one result in a hundred lines for its job to go on.
pub const UNREADABLE_AFTER: i64 = 1_000_000;
/// Jobs that `GET /v1/batch` lists.
pub const MAX_LISTED_JOBS: usize = 20;

/// Routes that share one limit of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitClass {
    ImageEdit,
    /// Classify and tag, by the account's tier.
    Classify,
    /// New batch jobs.
    BatchCreate,
    /// Extraction out of pictures and documents.
    Extract,
    /// New requests of extraction models.
    Requests,
}

/// Fixed windows: at a border between two of them twice the limit is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rate {
    /// Null: none of its own.
    pub per_hour: Option<u32>,
    pub per_minute: Option<u32>,
    pub per_second: Option<u32>,
}

/// Calls in a window of so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub calls: u32,
    pub seconds: u32,
}

impl Allowance {
    /// Calls a minute, refused ones too, beyond which a process refuses at once. Never below what the window admits.
    pub const fn ceiling(self) -> u32 {
        let a_minute = self.calls as u64 * CEILING_FACTOR as u64 * 60 / self.seconds as u64;
        let most = if a_minute > self.calls as u64 { a_minute } else { self.calls as u64 };
        if most > u32::MAX as u64 { u32::MAX } else { most as u32 }
    }
}

impl Rate {
    const fn a_minute(calls: u32) -> Self {
        Self { per_hour: None, per_minute: Some(calls), per_second: None }
    }

    /// Of the longest window.
    pub const fn longest(&self) -> Allowance {
        match (self.per_hour, self.per_minute) {
            (Some(calls), _) => Allowance { calls, seconds: 3600 },
            (None, Some(calls)) => Allowance { calls, seconds: 60 },
            (None, None) => Allowance { calls: u32::MAX, seconds: 60 },
        }
    }
}

/// What an account pays for, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Calls without a key.
    Public,
    #[default]
    Developer,
    Production,
    /// Where the operator has set nothing else for the account, as production.
    Enterprise,
}

/// Limits of classify and tag, and how long their answers are given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TierLimits {
    pub requests_per_minute: u32,
    pub tokens_per_minute: u32,
    pub concurrent: u32,
    pub cache_seconds: u32,
}

impl Tier {
    pub const ALL: [Tier; 4] = [Self::Public, Self::Developer, Self::Production, Self::Enterprise];

    pub const fn limits(self) -> TierLimits {
        match self {
            Self::Public => TierLimits {
                requests_per_minute: 30,
                tokens_per_minute: 150_000,
                concurrent: 2,
                cache_seconds: 300,
            },
            Self::Developer => TierLimits {
                requests_per_minute: 60,
                tokens_per_minute: 500_000,
                concurrent: 5,
                cache_seconds: 3_600,
            },
            Self::Production | Self::Enterprise => TierLimits {
                requests_per_minute: 1_000,
                tokens_per_minute: 10_000_000,
                concurrent: 50,
                cache_seconds: 86_400,
            },
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Developer => "developer",
            Self::Production => "production",
            Self::Enterprise => "enterprise",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }
}

impl LimitClass {
    pub const ALL: [LimitClass; 5] =
        [Self::ImageEdit, Self::Classify, Self::BatchCreate, Self::Extract, Self::Requests];

    /// Of an account without a tier of its own.
    pub const fn rate(self) -> Rate {
        match self {
            Self::ImageEdit => Rate { per_second: Some(4), ..Rate::a_minute(120) },
            Self::Classify => Rate::a_minute(Tier::Developer.limits().requests_per_minute),
            Self::BatchCreate => Rate::a_minute(100),
            Self::Extract => Rate::a_minute(60),
            Self::Requests => Rate { per_hour: Some(1000), per_minute: None, per_second: None },
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::ImageEdit => "image_edit",
            Self::Classify => "classify",
            Self::BatchCreate => "batch_create",
            Self::Extract => "extract",
            Self::Requests => "requests",
        }
    }
}

/// Calls a minute an account may make on routes without a limit of their own, ten times of which is the ceiling.
pub const UNLIMITED_ROUTE_CEILING: u32 = 6_000;
/// Calls a minute from one address on routes without a key.
pub const KEYLESS_CEILING: u32 = 600;
/// A call over this many times its limit is refused in the process, cached or not.
pub const CEILING_FACTOR: u32 = 10;
