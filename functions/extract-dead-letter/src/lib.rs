//! Ends extractions whose message failed too often: failed, hold released.

use std::sync::Arc;

use common::{Function, Platform, WorkerError};
use contract::resources::EXTRACT_DEAD_LETTER;
use store::{ExtractMessage, Outcome, Source};

const SENTENCE: &str = "The extraction failed several times for a reason on our side. Nothing was charged.";

pub fn function() -> Function {
    Function::queue(EXTRACT_DEAD_LETTER, handle)
}

async fn handle(platform: Arc<Platform>, body: String) -> Result<(), WorkerError> {
    let id = match serde_json::from_str(&body) {
        Ok(ExtractMessage::Read(id)) => id,
        // The sweep sends it again, as long as there are rows.
        Ok(ExtractMessage::Purge(_)) => return Ok(()),
        Err(error) => {
            tracing::error!(error = %error, "a dead letter is no message of ours; dropped");
            return Ok(());
        }
    };
    let extractions = platform.store.extractions();
    let Some(extraction) = extractions.load(&id).await? else { return Ok(()) };
    let outcome = Outcome::Failed { sentence: SENTENCE.into() };
    if extractions.end(&extraction, None, outcome, platform.now_ms()).await? {
        tracing::error!(extraction = id, account = extraction.account, "extraction ended by its dead letter");
        if let Source::Object(object) = &extraction.source {
            platform.store.results().delete(object).await?;
        }
    }
    Ok(())
}
