//! When to try again.

use std::time::{Duration, SystemTime};

use rand::Rng;

use crate::HostedConfig;

/// The wait before a repeat: drawn evenly from nothing to a limit that doubles with each repeat, and never less than what the provider
/// asked for.
///
/// Source: "full jitter" of Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015: clients that failed together
/// do not come back together.
pub(crate) fn wait(
    config: &HostedConfig,
    repeat: u32,
    asked_for: Option<Duration>,
    random: &mut impl Rng,
) -> Duration {
    let doubled = config.first_wait.saturating_mul(2u32.saturating_pow(repeat));
    let limit = doubled.min(config.longest_wait);
    let drawn = limit.mul_f64(random.random_range(0.0..=1.0));
    drawn.max(asked_for.unwrap_or_default())
}

/// Reads `Retry-After`, seconds or a date; `None` for anything else.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    // Some providers send fractions of a second, which the standard does not know.
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn waits_are_spread_over_a_limit_that_doubles_up_to_the_longest() {
        let config = HostedConfig::default();
        let mut random = StdRng::seed_from_u64(4);
        for (repeat, limit) in [(0, 250), (1, 500), (2, 1000), (4, 4000), (9, 4000), (60, 4000)] {
            let waits: Vec<_> = (0..400).map(|_| wait(&config, repeat, None, &mut random)).collect();
            let limit = Duration::from_millis(limit);
            assert!(waits.iter().all(|wait| *wait <= limit), "{repeat}");
            assert!(waits.iter().any(|wait| *wait < limit / 10), "{repeat}");
            assert!(waits.iter().any(|wait| *wait > limit * 9 / 10), "{repeat}");
        }
    }

    #[test]
    fn a_wait_is_never_shorter_than_the_provider_asked_for() {
        let mut random = StdRng::seed_from_u64(4);
        let asked = Some(Duration::from_secs(7));
        assert_eq!(wait(&HostedConfig::default(), 0, asked, &mut random), Duration::from_secs(7));
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_480);
        for (value, seconds) in [
            ("3", Some(3.0)),
            (" 0.25 ", Some(0.25)),
            ("Wed, 21 Oct 2015 07:28:30 GMT", Some(30.0)),
            ("Wed, 21 Oct 2015 07:27:00 GMT", Some(0.0)),
            ("-1", None),
            ("NaN", None),
            ("inf", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, now).map(|wait| wait.as_secs_f64()), seconds, "{value}");
        }
    }
}
