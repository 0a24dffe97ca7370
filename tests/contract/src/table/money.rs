//! What costs.

use contract::endpoints::IMAGE_EDIT_BATCH;
use contract::price::{PRICES, Prices};
use contract::tasks::TaskStatus;
use contract::{Credits, ErrorKind, Family, Route};

use super::limits::uncached;
use super::{on_the_server, routes};
use crate::check::Check;
use crate::sample::Sample;

on_the_server! {
    an_empty_balance_is_402_and_the_last_credit_buys_exactly_one_call: 60, balance;
}

pub async fn balance(check: &mut Check<'_>) {
    for route in routes().filter(|route| route.priced) {
        if route.family == Family::Classification {
            by_tokens(check, route).await;
            continue;
        }
        let account = format!("poor-{}", route.name);
        let key = check.subject.harness.account(&account, 0).await;
        check.account(&account);
        let sample = Sample::owned(check.subject, route, &key).await;
        let call = sample.call(check.subject).key(&key);
        check.refuse(route, "an empty balance", call, ErrorKind::InsufficientCredits).await;

        check.subject.harness.grant(&account, price(route) - Credits::from_micro(1)).await;
        let call = sample.call(check.subject).key(&key);
        check.refuse(route, "a balance just short", call, ErrorKind::InsufficientCredits).await;

        check.subject.harness.grant(&account, Credits::from_micro(1)).await;
        let call = sample.call(check.subject).key(&key);
        let answer = check.accept(route, "a balance that covers it", call, route.status).await;
        let sheet = check.subject.harness.balance(&account).await;
        let answer = answer.json();
        let is_task =
            answer["data"]["status"] == TaskStatus::Accepted.name() || answer["status"] == "pending";
        // What is paid for chunk by chunk, by its workers.
        let is_batch = route.name == IMAGE_EDIT_BATCH.route.name;
        let (price, none) = (price(route), Credits::ZERO);
        let expected = match (is_batch, is_task) {
            (true, _) => [price, none, none],
            (false, true) => [none, price, none],
            (false, false) => [none, none, price],
        };
        check.expect([sheet.available, sheet.held, sheet.spent] == expected, || {
            format!("the books say {sheet:?}")
        });
        if is_batch {
            check.subject.harness.grant(&account, -price).await;
        }
        let call = sample.call(check.subject).key(&key);
        check.refuse(route, "a balance that is spent", call, ErrorKind::InsufficientCredits).await;
    }
    check.account("default");
    check.subject.harness.assert_books().await;
}

/// Of a sample, whose input is one picture.
pub fn price(route: &Route) -> Credits {
    match route.family {
        Family::Extraction | Family::Requests => PRICES.extraction_of(1),
        _ => PRICES.image_edit,
    }
}

/// What is priced by tokens costs what it says that it had.
async fn by_tokens(check: &mut Check<'_>, route: &'static Route) {
    let account = format!("poor-{}", route.name);
    let key = check.subject.harness.account(&account, 0).await;
    check.account(&account);
    let sample = uncached(route, Sample::owned(check.subject, route, &key).await);
    let call = || sample.call(check.subject).key(&key);
    let calls = [call(), call(), call(), call()];
    let [empty, short, enough, spent] = calls;
    check.refuse(route, "an empty balance", empty, ErrorKind::InsufficientCredits).await;
    let harness = &check.subject.harness;
    harness.grant(&account, Credits::from_micro(1)).await;
    check.refuse(route, "a balance just short", short, ErrorKind::InsufficientCredits).await;
    harness.grant(&account, Credits::whole(1)).await;
    let answer = check.accept(route, "a balance that covers it", enough, route.status).await.json();
    let tokens = answer["total_tokens"].as_u64().or(answer["tokens"].as_u64()).expect("tokens");
    let price = Prices::of_tokens(PRICES.tokens_batch, tokens);
    let sheet = harness.balance(&account).await;
    check.expect(tokens > 0 && sheet.spent == price && sheet.held == Credits::ZERO, || {
        format!("{tokens} tokens, and the books say {sheet:?}")
    });
    harness.grant(&account, -sheet.available).await;
    check.refuse(route, "a balance that is spent", spent, ErrorKind::InsufficientCredits).await;
}
