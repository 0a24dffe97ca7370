//! Places among the calls that may run at the same time. Each is a pair of attributes of one item: who has it and until
//! when, so that a place whose holder was killed comes free by itself.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use contract::resources::RATES;
use rand::Rng;

use crate::error::unless_refused;
use crate::item::{number, text};
use crate::{Item, Rates, StoreError};

/// Places that are tried, each seen free by the try before.
const TRIES: u32 = 16;

impl Rates<'_> {
    /// Takes one of `most` places of a scope; `None` where all are taken.
    pub async fn take_place(
        &self,
        scope: &str,
        most: u32,
        holder: &str,
        until_ms: i64,
        now_ms: i64,
    ) -> Result<Option<u32>, StoreError> {
        if most == 0 {
            return Ok(None);
        }
        let mut place = rand::rng().random_range(0..most);
        for _ in 0..TRIES {
            let item = match self.try_place(scope, place, (holder, until_ms), now_ms).await? {
                None => return Ok(Some(place)),
                Some(item) => item,
            };
            let is_free =
                |place: &u32| item.find_number(&format!("e{place}")).is_none_or(|until| until < now_ms);
            let free: Vec<u32> = (0..most).filter(is_free).collect();
            if free.is_empty() {
                return Ok(None);
            }
            place = free[rand::rng().random_range(0..free.len())];
        }
        Ok(None)
    }

    /// `None` where the place is taken now, else all places as they stand.
    async fn try_place(
        &self,
        scope: &str,
        place: u32,
        (holder, until_ms): (&str, i64),
        now_ms: i64,
    ) -> Result<Option<Item>, StoreError> {
        let outcome = self
            .0
            .dynamodb
            .update_item()
            .table_name(self.0.names.table(&RATES))
            .key("pk", text(format!("PLACES#{scope}")))
            .key("sk", text("PLACES"))
            .update_expression(format!("SET e{place} = :until, h{place} = :holder, expires = :expires"))
            .condition_expression(format!("attribute_not_exists(e{place}) OR e{place} < :now"))
            .expression_attribute_values(":until", number(until_ms))
            .expression_attribute_values(":holder", text(holder))
            .expression_attribute_values(":now", number(now_ms))
            .expression_attribute_values(":expires", number(until_ms / 1000 + 60))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match outcome.map_err(|error| error.into_service_error()) {
            Ok(_) => Ok(None),
            Err(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                Ok(Some(Item(refused.item.unwrap_or_default())))
            }
            Err(other) => Err(StoreError::Unavailable(other.into())),
        }
    }

    /// Leaves a place, unless another has it already.
    pub async fn leave_place(&self, scope: &str, place: u32, holder: &str) -> Result<(), StoreError> {
        let outcome = self
            .0
            .dynamodb
            .update_item()
            .table_name(self.0.names.table(&RATES))
            .key("pk", text(format!("PLACES#{scope}")))
            .key("sk", text("PLACES"))
            .update_expression(format!("REMOVE e{place}, h{place}"))
            .condition_expression(format!("h{place} = :holder"))
            .expression_attribute_values(":holder", text(holder))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }
}
