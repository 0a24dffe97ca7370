//! The price table. A change of any figure is a new version; work is charged at the version of its first hold.

use schemars::JsonSchema;
use serde::Serialize;

use crate::Credits;
use crate::classification::Priority;

/// Prices in force, as `GET /v1/limits` prints them.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Prices {
    pub version: u32,
    /// Credits for one image edit, whatever operations it asks for.
    pub image_edit: Credits,
    /// Credits for a million tokens of classify and tag.
    pub tokens_standard: Credits,
    pub tokens_fast: Credits,
    /// Credits for a million tokens of their batches, and of evaluations.
    pub tokens_batch: Credits,
    /// Credits for a million tokens of batch jobs.
    pub tokens_async: Credits,
    /// Credits for an extraction, and for each picture or page that it reads.
    pub extraction: Credits,
    pub extraction_page: Credits,
}

pub const PRICES: Prices = Prices {
    version: 4,
    image_edit: Credits::whole(1),
    tokens_standard: Credits::whole(200),
    tokens_fast: Credits::whole(600),
    tokens_batch: Credits::whole(200),
    tokens_async: Credits::whole(80),
    extraction: Credits::whole(10),
    extraction_page: Credits::whole(1),
};

impl Prices {
    /// Of tokens at a price for a million of them. Whole micro-credits: every price is a whole number of credits.
    pub const fn of_tokens(per_million: Credits, tokens: u64) -> Credits {
        Credits::from_micro(per_million.micro() / 1_000_000 * tokens as i64)
    }

    /// Of an extraction out of so many pictures or pages.
    pub const fn extraction_of(&self, pages: usize) -> Credits {
        Credits::from_micro(self.extraction.micro() + self.extraction_page.micro() * pages as i64)
    }

    pub const fn tokens(&self, priority: Priority) -> Credits {
        match priority {
            Priority::Standard => self.tokens_standard,
            Priority::Fast => self.tokens_fast,
        }
    }
}
