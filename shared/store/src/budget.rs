//! What calls without a key may cost altogether, day by day (UTC). No account pays for it, so it is a counter and no ledger.

use contract::Credits;
use contract::clock::day;
use contract::resources::RATES;

use crate::error::unless_refused;
use crate::item::{number, text};
use crate::{Store, StoreError};

#[derive(Debug)]
pub struct Budget<'a>(pub(crate) &'a Store);

/// Counters are kept for a week, to be looked at.
const KEEP_SECONDS: i64 = 7 * 86_400;

impl Budget<'_> {
    /// Takes `price` out of the day's budget; `false` where that does not cover it.
    pub async fn take(&self, price: Credits, daily: Credits, now_ms: i64) -> Result<bool, StoreError> {
        let left = daily.micro() - price.micro();
        if left < 0 {
            return Ok(false);
        }
        let call =
            self.add(price, now_ms).condition_expression("attribute_not_exists(used) OR used <= :left");
        let outcome = call.expression_attribute_values(":left", number(left)).send().await;
        Ok(unless_refused(outcome)?.is_some())
    }

    /// Gives back what a call that failed took at `taken_ms`.
    pub async fn give_back(&self, price: Credits, taken_ms: i64) -> Result<(), StoreError> {
        self.add(-price, taken_ms).send().await?;
        Ok(())
    }

    fn add(
        &self,
        price: Credits,
        now_ms: i64,
    ) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        self.0
            .dynamodb
            .update_item()
            .table_name(self.0.names.table(&RATES))
            .key("pk", text(format!("PUBLIC#{}", day(now_ms))))
            .key("sk", text("BUDGET"))
            .update_expression("SET expires = :expires ADD used :price")
            .expression_attribute_values(":price", number(price.micro()))
            .expression_attribute_values(":expires", number(now_ms / 1000 + KEEP_SECONDS))
    }
}
