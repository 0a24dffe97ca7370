//! `ClientRequestToken`: a transaction sent twice with one token is applied once.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use dynoxide::DynoxideError;
use serde::Serialize;
use serde_json::Value;

/// The token our own clients put where the caller gave none. Such a call is never sent twice, since these
/// clients do not retry, so nothing has to be remembered of it.
pub const UNTRACKED_TOKEN: &str = "never-sent-twice";

/// As long as DynamoDB remembers a token.
const WINDOW: Duration = Duration::from_secs(600);

/// Memory is bounded: with more tokens than this within the window, the oldest is forgotten first.
const MOST: usize = 10_000;

struct Recorded {
    hash: u64,
    response: Vec<u8>,
}

#[derive(Default)]
pub(super) struct Tokens {
    recorded: HashMap<String, Recorded>,
    order: VecDeque<(Instant, String)>,
}

impl Tokens {
    /// The token if a repeat of the call has to be recognised.
    pub(super) fn tracked(token: Option<&str>) -> Option<String> {
        token.filter(|token| *token != UNTRACKED_TOKEN).map(str::to_owned)
    }

    /// A hash of the content, whatever the order of its attributes.
    pub(super) fn hash(items: &impl Serialize) -> Result<u64, DynoxideError> {
        let value = serde_json::to_value(items)
            .map_err(|error| DynoxideError::InternalServerError(error.to_string()))?;
        let mut hasher = DefaultHasher::new();
        hash_value(&value, &mut hasher);
        Ok(hasher.finish())
    }

    /// The response of an earlier call with this token.
    ///
    /// # Errors
    /// The token was used for something else.
    pub(super) fn find(&mut self, token: &str, hash: u64) -> Result<Option<Vec<u8>>, DynoxideError> {
        self.forget_old();
        match self.recorded.get(token) {
            None => Ok(None),
            Some(earlier) if earlier.hash == hash => Ok(Some(earlier.response.clone())),
            Some(_) => Err(DynoxideError::IdempotentParameterMismatchException(
                "the token was used with other items".to_owned(),
            )),
        }
    }

    pub(super) fn record(&mut self, token: String, hash: u64, response: Vec<u8>) {
        self.order.push_back((Instant::now(), token.clone()));
        self.recorded.insert(token, Recorded { hash, response });
    }

    fn forget_old(&mut self) {
        while let Some((recorded, _)) = self.order.front() {
            if self.order.len() <= MOST && recorded.elapsed() < WINDOW {
                break;
            }
            if let Some((_, token)) = self.order.pop_front() {
                self.recorded.remove(&token);
            }
        }
    }
}

fn hash_value(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(name, _)| *name);
            entries.len().hash(hasher);
            for (name, value) in entries {
                name.hash(hasher);
                hash_value(value, hasher);
            }
        }
        Value::Array(items) => {
            items.len().hash(hasher);
            for item in items {
                hash_value(item, hasher);
            }
        }
        Value::String(text) => text.hash(hasher),
        other => other.to_string().hash(hasher),
    }
}
