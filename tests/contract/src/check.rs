//! Makes calls, judges their answers, and tells of all faults at the end rather than of the first.

use contract::{ErrorKind, Family, Route};
use harness::{Answer, Call};
use store::BalanceSheet;

use crate::shape;
use crate::subject::Subject;

pub struct Check<'a> {
    pub subject: &'a Subject,
    /// What the failing call was about: the endpoint's name, and the case.
    place: String,
    /// Whose balance must not change by a refused call.
    account: String,
    faults: Vec<String>,
    calls: usize,
}

impl<'a> Check<'a> {
    pub fn new(subject: &'a Subject) -> Self {
        Self { subject, place: String::new(), account: "default".into(), faults: Vec::new(), calls: 0 }
    }

    /// The account whose balance is watched from here on.
    pub fn account(&mut self, account: &str) {
        self.account = account.to_owned();
    }

    /// A call that must be refused with `kind`, in the shape of the route's family, and cost nothing.
    pub async fn refuse(&mut self, route: &Route, case: &str, call: Call, kind: ErrorKind) -> Answer {
        self.refuse_in(route.family, &format!("{}: {case}", route.name), call, kind).await
    }

    /// As [`Check::refuse`], where there is no route.
    pub async fn refuse_in(&mut self, family: Family, case: &str, call: Call, kind: ErrorKind) -> Answer {
        self.place = case.to_owned();
        let before = self.balance().await;
        let answer = self.send(call).await;
        let faults = shape::of_refusal(family, kind, &answer, &self.subject.base_url());
        self.add(faults);
        let after = self.balance().await;
        self.expect(before == after, || format!("the balance went from {before:?} to {after:?}"));
        answer
    }

    /// A call that must succeed with this status.
    pub async fn accept(&mut self, route: &Route, case: &str, call: Call, status: u16) -> Answer {
        self.place = format!("{}: {case}", route.name);
        let answer = self.send(call).await;
        let text = || format!("status {} instead of {status}: {}", answer.status, answer.text());
        self.expect(answer.status == status, text);
        answer
    }

    /// A further demand on the last answer.
    pub fn expect(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.add(vec![fault()]);
        }
    }

    pub fn finish(self) {
        assert!(self.calls > 0, "nothing was asked");
        let count = self.faults.len();
        assert!(count == 0, "{count} faults in {} calls:\n{}", self.calls, self.faults.join("\n"));
    }

    async fn send(&mut self, call: Call) -> Answer {
        self.calls += 1;
        match call.try_send().await {
            Ok(answer) => {
                let mut faults = shape::of_any(&answer, self.subject.is_behind_gateway());
                let folder = self.subject.harness.folder().display().to_string();
                if answer.text().contains(&folder) {
                    faults.push("shows the data folder".into());
                }
                self.add(faults);
                answer
            }
            Err(error) => {
                self.add(vec![error.to_string()]);
                Answer { status: 0, headers: http::HeaderMap::new(), body: bytes::Bytes::new() }
            }
        }
    }

    async fn balance(&self) -> BalanceSheet {
        let sheet = self.subject.harness.balance(&self.account).await;
        // Whether it was written meanwhile is nobody's money.
        BalanceSheet { updated_at_ms: 0, ..sheet }
    }

    fn add(&mut self, faults: Vec<String>) {
        self.faults.extend(faults.into_iter().map(|fault| format!("{}: {fault}", self.place)));
    }
}
