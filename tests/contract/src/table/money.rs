//! What costs.

use contract::tasks::TaskStatus;
use contract::{Credits, ErrorKind};

use super::{on_the_server, routes};
use crate::check::Check;
use crate::sample::Sample;

on_the_server! {
    an_empty_balance_is_402_and_the_last_credit_buys_exactly_one_call: 60, balance;
}

pub async fn balance(check: &mut Check<'_>) {
    for route in routes().filter(|route| route.priced) {
        let account = format!("poor-{}", route.name);
        let key = check.subject.harness.account(&account, 0).await;
        check.account(&account);
        let sample = Sample::of(check.subject, route).await;
        let call = sample.call(check.subject).key(&key);
        check.refuse(route, "an empty balance", call, ErrorKind::InsufficientCredits).await;

        check.subject.harness.grant(&account, Credits::from_micro(999_999)).await;
        let call = sample.call(check.subject).key(&key);
        check.refuse(route, "a balance just short", call, ErrorKind::InsufficientCredits).await;

        check.subject.harness.grant(&account, Credits::from_micro(1)).await;
        let call = sample.call(check.subject).key(&key);
        let answer = check.accept(route, "a balance that covers it", call, route.status).await;
        let sheet = check.subject.harness.balance(&account).await;
        let is_task = answer.json()["data"]["status"] == TaskStatus::Accepted.name();
        let expected = if is_task { (0, 1, 0) } else { (0, 0, 1) };
        let (available, held, spent) = expected;
        let expected = [available, held, spent].map(Credits::whole);
        check.expect([sheet.available, sheet.held, sheet.spent] == expected, || {
            format!("the books say {sheet:?}")
        });
        let call = sample.call(check.subject).key(&key);
        check.refuse(route, "a balance that is spent", call, ErrorKind::InsufficientCredits).await;
    }
    check.account("default");
    check.subject.harness.assert_books().await;
}
