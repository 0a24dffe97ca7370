//! Sizes and rates, as `GET /v1/limits` prints them.

use schemars::JsonSchema;
use serde::Serialize;

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

/// Routes that share one limit of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitClass {
    ImageEdit,
}

/// Fixed windows: at a border between two of them twice the limit is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rate {
    pub per_minute: u32,
    pub per_second: u32,
}

impl LimitClass {
    pub const ALL: [LimitClass; 1] = [Self::ImageEdit];

    pub const fn rate(self) -> Rate {
        match self {
            Self::ImageEdit => Rate { per_minute: 120, per_second: 4 },
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::ImageEdit => "image_edit",
        }
    }
}

/// Calls a minute an account may make on routes without a limit of their own, ten times of which is the ceiling.
pub const UNLIMITED_ROUTE_CEILING: Rate = Rate { per_minute: 6_000, per_second: 1_000 };
/// Calls a minute from one address on routes without a key.
pub const KEYLESS_CEILING: Rate = Rate { per_minute: 600, per_second: 100 };
/// A call over this many times its limit is refused in the process, cached or not.
pub const CEILING_FACTOR: u32 = 10;
