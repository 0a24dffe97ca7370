//! How many sends are in flight of an account, and of each of its webhooks, whatever processes they run in: so that who answers slowly
//! keeps others' deliveries waiting nowhere. A place is an attribute of one item; one whose sender died is free when its time is over.

use contract::limits::{SENDS_PER_ACCOUNT, SENDS_PER_WEBHOOK};
use contract::resources::WEBHOOKS;
use rand::Rng;

use super::{Webhooks, of};
use crate::error::unless_refused;
use crate::item::text;
use crate::{Item, StoreError};

/// A place among the sends of an account.
#[derive(Debug)]
pub struct SendPlace {
    account: String,
    name: String,
    holder: String,
}

/// Others take places at the same time: so often it is tried again.
const TRIES: u32 = 4;

fn key(account: &str) -> (String, String) {
    (of(account), "SENDING".into())
}

fn name(place: usize) -> String {
    format!("place_{place}")
}

/// Who has a place: since when, until when, for which webhook, and a number of its own.
fn holder((now_ms, until_ms): (i64, i64), webhook: &str) -> String {
    format!("{now_ms} {until_ms} {webhook} {:x}", rand::rng().random::<u64>())
}

/// The webhook that a place is taken for; `None` where its time is over, or its holder died with the process before this one.
fn alive(holder: &str, now_ms: i64, alone_since_ms: i64) -> Option<&str> {
    let mut parts = holder.split(' ');
    let since: i64 = parts.next()?.parse().ok()?;
    let until: i64 = parts.next()?.parse().ok()?;
    (until > now_ms && since >= alone_since_ms).then(|| parts.next()).flatten()
}

impl Webhooks<'_> {
    /// Takes a place for a send to a webhook, until `until_ms` at the latest. `None`: all that it may have are taken.
    pub async fn enter(
        &self,
        (account, webhook): (&str, &str),
        (now_ms, until_ms): (i64, i64),
    ) -> Result<Option<SendPlace>, StoreError> {
        let alone_since_ms = self.0.alone_since_ms.unwrap_or(0);
        for _ in 0..TRIES {
            let found = self.item(key(account)).await?.unwrap_or_default();
            let mut free = None;
            let mut of_webhook = 0;
            for place in 0..SENDS_PER_ACCOUNT {
                let holder = found.find_text(&name(place)).unwrap_or_default();
                match alive(holder, now_ms, alone_since_ms) {
                    Some(other) => of_webhook += usize::from(other == webhook),
                    None => free = Some(name(place)),
                }
            }
            let Some(name) = free.filter(|_| of_webhook < SENDS_PER_WEBHOOK) else { return Ok(None) };
            let holder = holder((now_ms, until_ms), webhook);
            if self.take(account, &found, (&name, &holder)).await? {
                return Ok(Some(SendPlace { account: account.to_owned(), name, holder }));
            }
        }
        Ok(None)
    }

    /// `false`: something was taken since `found` was read.
    async fn take(
        &self,
        account: &str,
        found: &Item,
        (name, holder): (&str, &str),
    ) -> Result<bool, StoreError> {
        let (pk, sk) = key(account);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&WEBHOOKS));
        let call = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression(format!("SET {name} = :holder, last_taken = :holder"))
            .expression_attribute_values(":holder", text(holder));
        let call = match found.find_text("last_taken") {
            Some(last) => call
                .condition_expression("last_taken = :last")
                .expression_attribute_values(":last", text(last)),
            None => call.condition_expression("attribute_not_exists(last_taken)"),
        };
        Ok(unless_refused(call.send().await)?.is_some())
    }

    /// Gives a place back.
    pub async fn leave(&self, place: &SendPlace) -> Result<(), StoreError> {
        let (pk, sk) = key(&place.account);
        let call = self.0.dynamodb.update_item().table_name(self.0.names.table(&WEBHOOKS));
        let outcome = call
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression(format!("REMOVE {}", place.name))
            .condition_expression(format!("{} = :holder", place.name))
            .expression_attribute_values(":holder", text(&place.holder))
            .send()
            .await;
        unless_refused(outcome).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_until_its_time_is_over_or_its_process_is_gone() {
        let taken = holder((1_000, 2_000), "wh_1");
        assert_eq!(alive(&taken, 1_500, 0), Some("wh_1"));
        assert_eq!(alive(&taken, 2_000, 0), None);
        assert_eq!(alive(&taken, 1_500, 1_001), None);
        assert_eq!(alive("", 1_500, 0), None);
    }
}
