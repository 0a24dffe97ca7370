//! Rate windows. One item holds a minute's counter and those of its seconds; one conditional update decides and counts,
//! so nothing overshoots within a window, across any number of processes.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use contract::limits::{LimitClass, Rate};
use contract::resources::RATES;

use crate::item::{number, text};
use crate::{Item, Store, StoreError};

/// A key's own limit, below the account's: requests a minute.
#[derive(Debug, Clone, Copy)]
pub struct KeyLimit<'a> {
    pub key_id: &'a str,
    pub per_minute: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub limit: u32,
    /// Requests counted, this one too where it was admitted.
    pub used: u32,
}

/// How the windows stand after a request was admitted or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    pub admitted: bool,
    /// The account's, or the key's where that is closer to its end.
    pub minute: Window,
    pub second: Window,
    /// Seconds until the minute's window ends.
    pub minute_ends_in: u32,
}

#[derive(Debug)]
pub struct Rates<'a>(pub(crate) &'a Store);

impl Rates<'_> {
    /// Counts a request of an account, or refuses it.
    pub async fn admit(
        &self,
        account: &str,
        class: LimitClass,
        rate: Rate,
        key: Option<(&str, u32)>,
        now_ms: i64,
    ) -> Result<Windows, StoreError> {
        let (minute, second) = (now_ms.div_euclid(60_000), now_ms.div_euclid(1000).rem_euclid(60));
        let key = key.map(|(key_id, per_minute)| KeyLimit { key_id, per_minute });
        let second_name = format!("s{second}");
        let key_name = key.map(|key| format!("k_{}", key.key_id));
        let mut condition = format!(
            "(attribute_not_exists(m) OR m < :minute) AND (attribute_not_exists({second_name}) OR {second_name} < :second)"
        );
        let mut expression = format!("SET expires = :expires ADD m :one, {second_name} :one");
        if let Some(name) = &key_name {
            condition += &format!(" AND (attribute_not_exists({name}) OR {name} < :key)");
            expression += &format!(", {name} :one");
        }
        let mut call = self
            .0
            .dynamodb
            .update_item()
            .table_name(self.0.names.table(&RATES))
            .key("pk", text(format!("RATE#{account}#{}#{minute}", class.name())))
            .key("sk", text("RATE"))
            .update_expression(expression)
            .condition_expression(condition)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":minute", number(rate.per_minute.into()))
            .expression_attribute_values(":second", number(rate.per_second.into()))
            .expression_attribute_values(":expires", number((minute + 3) * 60))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if let Some(key) = key {
            call = call.expression_attribute_values(":key", number(key.per_minute.into()));
        }
        let (admitted, item) = match call.send().await {
            Ok(updated) => (true, updated.attributes),
            Err(error) => match error.into_service_error() {
                aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(refused) => {
                    (false, refused.item)
                }
                other => return Err(StoreError::Unavailable(other.into())),
            },
        };
        let item = Item(item.unwrap_or_default());
        let used = |name: &str| counted(&item, name);
        let account_minute = Window { limit: rate.per_minute, used: used("m") };
        let key_minute =
            key.zip(key_name).map(|(key, name)| Window { limit: key.per_minute, used: used(&name) });
        Ok(Windows {
            admitted,
            minute: key_minute.filter(|key| key.left() < account_minute.left()).unwrap_or(account_minute),
            second: Window { limit: rate.per_second, used: used(&second_name) },
            minute_ends_in: u32::try_from(60 - now_ms.div_euclid(1000).rem_euclid(60)).unwrap_or(60),
        })
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
