//! Times of the day.

use super::date::tokens;

/// The first time of day of a text, as `HH:MM` or `HH:MM:SS`, and where it stands.
pub(crate) fn time(text: &str) -> Option<(usize, usize, String)> {
    let repaired = super::repair::digits(text);
    let tokens = tokens(&repaired);
    for (index, token) in tokens.iter().enumerate() {
        let (Some(hour), Some(mark), Some(minute)) =
            (token.number(), tokens.get(index + 1), tokens.get(index + 2))
        else {
            continue;
        };
        let is_marked = matches!(mark.text, ":" | "h" | "H");
        let Some(minutes) =
            minute.number().filter(|&minutes| is_marked && minutes < 60 && minute.text.len() == 2)
        else {
            continue;
        };
        if hour > 24 || token.text.len() > 2 {
            continue;
        }
        let mut end = minute.end();
        let seconds = tokens
            .get(index + 4)
            .filter(|_| tokens[index + 3].text == ":")
            .filter(|token| token.text.len() == 2);
        let seconds = seconds.and_then(|token| token.number().map(|seconds| (seconds, token.end())));
        let suffix = crate::text::fold(repaired[end..].split_whitespace().next().unwrap_or_default());
        let hour = match suffix.as_str() {
            "pm" if hour < 12 => hour + 12,
            "am" if hour == 12 => 0,
            _ => hour,
        };
        let mut time = format!("{hour:02}:{minutes:02}");
        if let Some((seconds, seconds_end)) = seconds {
            time.push_str(&format!(":{seconds:02}"));
            end = seconds_end;
        }
        return Some((token.start, end, time));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times() {
        assert_eq!(time("am 3.4. um 14:05 Uhr").map(|time| time.2).as_deref(), Some("14:05"));
        assert_eq!(time("9h30").map(|time| time.2).as_deref(), Some("09:30"));
        assert_eq!(time("2:07:09 PM").map(|time| time.2).as_deref(), Some("02:07:09"));
        assert_eq!(time("12.40"), None);
    }
}
