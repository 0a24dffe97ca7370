//! Rate windows. One item holds a window's counter and those of its seconds; one conditional update decides and counts,
//! so nothing overshoots within a window, across any number of processes.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use contract::limits::{Allowance, LimitClass};
use contract::resources::RATES;

use crate::item::{number, text};
use crate::{Item, Store, StoreError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub limit: u32,
    /// Requests counted, this one too where it was admitted.
    pub used: u32,
}

/// What a request asks of its limits.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Whose limits: an account, or a client without a key.
    pub scope: &'a str,
    pub class: LimitClass,
    /// Of the window that counts.
    pub allowance: Allowance,
    pub per_second: Option<u32>,
    /// The limit of tokens a minute, and what this request takes of it.
    pub tokens: Option<(u32, u32)>,
    /// A key's id and its own limit of requests a minute.
    pub key: Option<(&'a str, u32)>,
}

/// How the windows stand after a request was admitted or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    pub admitted: bool,
    /// The account's, or the key's where that is closer to its end.
    pub main: Window,
    pub second: Option<Window>,
    pub tokens: Option<Window>,
    /// Seconds until the window ends.
    pub ends_in: u32,
}

#[derive(Debug)]
pub struct Rates<'a>(pub(crate) &'a Store);

impl Ask<'_> {
    /// The number of the window that a time lies in.
    fn number(&self, now_ms: i64) -> i64 {
        now_ms.div_euclid(i64::from(self.allowance.seconds) * 1000)
    }

    fn item(&self, now_ms: i64) -> String {
        format!("RATE#{}#{}#{}", self.scope, self.class.name(), self.number(now_ms))
    }

    /// The counter of a key, whose own limit is of a minute whatever the window.
    fn of_key(&self, id: &str, now_ms: i64) -> String {
        match self.allowance.seconds {
            60 => format!("k_{id}"),
            _ => format!("k{}_{id}", now_ms.div_euclid(60_000).rem_euclid(60)),
        }
    }

    /// Attribute, limit and what the request takes, of each counter: window, second, tokens, key.
    fn counters(&self, now_ms: i64) -> Vec<Counter> {
        let second = second_of(now_ms);
        let counter = |name: String, limit, takes| Counter { name, limit, takes };
        let mut counters = vec![counter("m".into(), self.allowance.calls, 1)];
        counters.extend(self.per_second.map(|limit| counter(format!("s{second}"), limit, 1)));
        counters.extend(self.tokens.map(|(limit, takes)| counter("t".into(), limit, takes)));
        counters.extend(self.key.map(|(id, limit)| counter(self.of_key(id, now_ms), limit, 1)));
        counters
    }

    fn windows(&self, item: &Item, admitted: bool, now_ms: i64) -> Windows {
        let window = |limit, name: &str| Window { limit, used: counted(item, name) };
        let account = window(self.allowance.calls, "m");
        let key = self.key.map(|(id, limit)| window(limit, &self.of_key(id, now_ms)));
        let key = key.filter(|key| key.left() < account.left());
        let seconds = if key.is_some() { 60 } else { self.allowance.seconds };
        Windows {
            admitted,
            main: key.unwrap_or(account),
            second: self.per_second.map(|limit| window(limit, &format!("s{}", second_of(now_ms)))),
            tokens: self.tokens.map(|(limit, _)| window(limit, "t")),
            ends_in: Windows::left_of(seconds, now_ms),
        }
    }
}

#[derive(Debug)]
struct Counter {
    name: String,
    limit: u32,
    takes: u32,
}

fn second_of(now_ms: i64) -> i64 {
    now_ms.div_euclid(1000).rem_euclid(60)
}

impl Rates<'_> {
    /// Counts a request, or refuses it.
    pub async fn admit(&self, ask: &Ask<'_>, now_ms: i64) -> Result<Windows, StoreError> {
        let (mut conditions, mut adds) = (Vec::new(), Vec::new());
        let mut call = self.0.dynamodb.update_item().table_name(self.0.names.table(&RATES));
        for (index, Counter { name, limit, takes }) in ask.counters(now_ms).into_iter().enumerate() {
            let Some(left) = limit.checked_sub(takes) else {
                return Ok(Windows { admitted: false, ..self.look(ask, now_ms).await? });
            };
            conditions.push(format!("(attribute_not_exists({name}) OR {name} <= :left{index})"));
            adds.push(format!("{name} :takes{index}"));
            call = call
                .expression_attribute_values(format!(":left{index}"), number(left.into()))
                .expression_attribute_values(format!(":takes{index}"), number(takes.into()));
        }
        let call = call
            .key("pk", text(ask.item(now_ms)))
            .key("sk", text("RATE"))
            .update_expression(format!("SET expires = :expires ADD {}", adds.join(", ")))
            .condition_expression(conditions.join(" AND "))
            .expression_attribute_values(
                ":expires",
                number((ask.number(now_ms) + 3) * i64::from(ask.allowance.seconds)),
            )
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let (admitted, item) = match call.send().await.map_err(|error| error.into_service_error()) {
            Ok(updated) => (true, updated.attributes),
            Err(UpdateItemError::ConditionalCheckFailedException(refused)) => (false, refused.item),
            Err(other) => return Err(StoreError::Unavailable(other.into())),
        };
        Ok(ask.windows(&Item(item.unwrap_or_default()), admitted, now_ms))
    }

    /// How the windows stand, with nothing counted.
    pub async fn look(&self, ask: &Ask<'_>, now_ms: i64) -> Result<Windows, StoreError> {
        let call = self
            .0
            .dynamodb
            .get_item()
            .table_name(self.0.names.table(&RATES))
            .key("pk", text(ask.item(now_ms)))
            .key("sk", text("RATE"));
        let item = call.send().await?.item.map(Item).unwrap_or_default();
        Ok(ask.windows(&item, true, now_ms))
    }
}

impl Windows {
    /// Seconds until the window of this length ends.
    pub fn left_of(seconds: u32, now_ms: i64) -> u32 {
        let gone = now_ms.div_euclid(1000).rem_euclid(i64::from(seconds.max(1)));
        seconds - u32::try_from(gone).unwrap_or(0)
    }

    /// Whether nothing but the second's window is full.
    pub fn second_is_full(&self) -> bool {
        self.main.left() > 0 && self.second.is_some_and(|second| second.left() == 0)
    }
}

impl Window {
    pub fn left(&self) -> u32 {
        self.limit.saturating_sub(self.used)
    }
}

fn counted(item: &Item, name: &str) -> u32 {
    match item.0.get(name) {
        Some(AttributeValue::N(count)) => count.parse().unwrap_or(0),
        _ => 0,
    }
}
