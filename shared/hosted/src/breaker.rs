//! A circuit breaker: a model that fails half of its calls is left alone for a while, so that callers are answered at once and it can
//! recover.
//!
//! Source: Michael Nygard, "Release It!", 2007, "Circuit Breaker", with a window of the last calls in place of a count in a row.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Calls that are looked at.
const CALLS: usize = 20;

/// Calls older than this say nothing about now.
const WINDOW: Duration = Duration::from_secs(30);

/// Of [`CALLS`], how many failures open it.
const FAILURES: usize = CALLS / 2;

/// Counts the outcomes of attempts; clones count together.
#[derive(Debug, Clone)]
pub(crate) struct Breaker {
    state: Arc<Mutex<State>>,
    open: Duration,
}

#[derive(Debug, Default)]
struct State {
    /// When each of the last attempts ended, and whether it failed; oldest first.
    ended: VecDeque<(Instant, bool)>,
    /// Set while open: when one attempt may be made.
    until: Option<Instant>,
    /// Set while that one attempt is under way.
    trying: bool,
    /// Grows whenever it opens: outcomes of attempts begun before count for nothing.
    era: u64,
}

/// The right to one attempt. Dropped without an outcome it counts for nothing, as when a caller went away.
#[derive(Debug)]
pub(crate) struct Pass {
    breaker: Breaker,
    era: u64,
    is_trial: bool,
    is_done: bool,
}

impl Breaker {
    pub(crate) fn new(open: Duration) -> Self {
        Self { state: Arc::default(), open }
    }

    /// A pass; or how long the breaker stays open.
    pub(crate) fn enter(&self, now: Instant) -> Result<Pass, Duration> {
        let mut state = self.lock();
        let is_trial = match state.until {
            None => false,
            Some(until) if now < until => return Err(until - now),
            // How long the trial takes is unknown; the next caller asks soon.
            Some(_) if state.trying => return Err(Duration::from_secs(1)),
            Some(_) => true,
        };
        state.trying = is_trial;
        Ok(Pass { breaker: self.clone(), era: state.era, is_trial, is_done: false })
    }

    fn end(&self, pass: &Pass, failed: bool, now: Instant) {
        let mut state = self.lock();
        if pass.era != state.era {
            return;
        }
        if pass.is_trial {
            state.trying = false;
            if failed {
                state.until = Some(now + self.open);
            } else {
                *state = State { era: state.era + 1, ..State::default() };
            }
            return;
        }
        state.ended.push_back((now, failed));
        while state.ended.len() > CALLS || state.ended.front().is_some_and(|(at, _)| *at + WINDOW < now) {
            state.ended.pop_front();
        }
        let failures = state.ended.iter().filter(|(_, failed)| *failed).count();
        if state.ended.len() == CALLS && failures >= FAILURES {
            *state = State { era: state.era + 1, until: Some(now + self.open), ..State::default() };
        }
    }

    /// Nothing that holds the lock can panic half-way through a change.
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass {
    pub(crate) fn end(mut self, failed: bool, now: Instant) {
        self.is_done = true;
        self.breaker.end(&self, failed, now);
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.is_trial && !self.is_done {
            let mut state = self.breaker.lock();
            if state.era == self.era {
                state.trying = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Duration = Duration::from_secs(15);

    fn run(breaker: &Breaker, now: Instant, outcomes: impl IntoIterator<Item = bool>) {
        for failed in outcomes {
            breaker.enter(now).expect("closed").end(failed, now);
        }
    }

    fn opened(now: Instant) -> Breaker {
        let breaker = Breaker::new(OPEN);
        run(&breaker, now, [true; CALLS]);
        breaker
    }

    #[test]
    fn half_of_twenty_failures_opens_and_nine_do_not() {
        let now = Instant::now();
        let breaker = Breaker::new(OPEN);
        run(&breaker, now, (0..CALLS).map(|call| call < 9));
        assert!(breaker.enter(now).is_ok());
        let breaker = Breaker::new(OPEN);
        run(&breaker, now, (0..CALLS).map(|call| call % 2 == 0));
        assert_eq!(breaker.enter(now).err(), Some(OPEN));
    }

    #[test]
    fn fewer_than_twenty_calls_never_open() {
        let now = Instant::now();
        let breaker = Breaker::new(OPEN);
        run(&breaker, now, [true; CALLS - 1]);
        assert!(breaker.enter(now).is_ok());
    }

    #[test]
    fn calls_older_than_the_window_do_not_count() {
        let now = Instant::now();
        let breaker = Breaker::new(OPEN);
        run(&breaker, now, [true; CALLS - 1]);
        let later = now + WINDOW + Duration::from_millis(1);
        run(&breaker, later, [true]);
        assert!(breaker.enter(later).is_ok());
    }

    #[test]
    fn after_its_time_one_trial_is_let_through_and_a_success_closes() {
        let now = Instant::now();
        let breaker = opened(now);
        assert!(breaker.enter(now + OPEN - Duration::from_millis(1)).is_err());
        let then = now + OPEN;
        let trial = breaker.enter(then).expect("half open");
        assert!(breaker.enter(then).is_err(), "a second trial at the same time");
        trial.end(false, then);
        run(&breaker, then, [true; CALLS - 1]);
        assert!(breaker.enter(then).is_ok(), "old failures were forgotten");
    }

    #[test]
    fn a_failed_trial_opens_for_the_whole_time_again() {
        let now = Instant::now();
        let breaker = opened(now);
        let then = now + OPEN;
        breaker.enter(then).expect("half open").end(true, then);
        assert_eq!(breaker.enter(then).err(), Some(OPEN));
        assert!(breaker.enter(then + OPEN).is_ok());
    }

    #[test]
    fn a_trial_whose_caller_went_away_lets_the_next_one_try() {
        let now = Instant::now();
        let breaker = opened(now);
        drop(breaker.enter(now + OPEN).expect("half open"));
        assert!(breaker.enter(now + OPEN).is_ok());
    }

    #[test]
    fn an_attempt_begun_before_it_opened_does_not_close_it() {
        let now = Instant::now();
        let breaker = Breaker::new(OPEN);
        let slow = breaker.enter(now).expect("closed");
        run(&breaker, now, [true; CALLS]);
        slow.end(false, now + OPEN);
        let trial = breaker.enter(now + OPEN).expect("half open");
        assert!(breaker.enter(now + OPEN).is_err());
        drop(trial);
    }
}
