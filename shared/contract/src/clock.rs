//! Reading and writing the API's times.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// Unix seconds of an RFC 3339 time; `None` for anything else.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp)
}

/// `2026-03-05T10:00:00Z`, the form of all families but images.
pub fn seconds(unix_ms: i64) -> String {
    format(unix_ms, format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z"))
}

/// `2026-03-13T11:37:09.160554+00:00`, the form of the images family.
pub fn micros(unix_ms: i64) -> String {
    format(
        unix_ms,
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]+00:00"),
    )
}

/// `2026-03`, the calendar month in UTC.
pub fn month(unix_ms: i64) -> String {
    format(unix_ms, format_description!("[year]-[month]"))
}

/// `2026-03-05`, the day in UTC.
pub fn day(unix_ms: i64) -> String {
    format(unix_ms, format_description!("[year]-[month]-[day]"))
}

/// `2026-03-05T10`, the hour in UTC.
pub fn hour(unix_ms: i64) -> String {
    format(unix_ms, format_description!("[year]-[month]-[day]T[hour]"))
}

/// `20260305T100000Z`, the form of AWS's signatures.
pub fn basic(unix_ms: i64) -> String {
    format(unix_ms, format_description!("[year][month][day]T[hour][minute][second]Z"))
}

fn format(unix_ms: i64, form: &[time::format_description::BorrowedFormatItem<'_>]) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .format(form)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_the_form_of_their_family() {
        let at = 1_773_401_829_160;
        assert_eq!(micros(at), "2026-03-13T11:37:09.160000+00:00");
        assert_eq!(seconds(at), "2026-03-13T11:37:09Z");
        assert_eq!(
            (month(at), day(at), hour(at)),
            ("2026-03".into(), "2026-03-13".into(), "2026-03-13T11".into())
        );
        assert_eq!(parse_rfc3339("2026-03-13T12:37:09+01:00"), Some(1_773_401_829));
        assert_eq!(parse_rfc3339("tomorrow"), None);
    }
}
