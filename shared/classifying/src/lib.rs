//! What the classify and tag functions share: a request to a plan, a plan to a price, and what the cache has not to labels.

mod answers;
mod asked;
mod bulk;
mod evaluate;
mod inputs;
mod judge;
mod metrics;
mod piece;
mod price;
mod resolve;
mod seen;
mod work;

pub use answers::{classified, classified_batch, tagged, tagged_batch};
pub use bulk::{Bulk, BulkAnswer, BulkRecipe};
pub use engine::check_settings;
pub use evaluate::{Evaluation, evaluated, plan as plan_evaluation, quote as quote_evaluation};
pub use price::quote;
pub use work::{Operation, Work, classify, classify_batch, tag, tag_batch};
