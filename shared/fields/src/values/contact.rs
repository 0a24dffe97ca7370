//! Ways to reach somebody: e-mail, web address, phone.

use super::codes::Code;

/// Words without blanks, with the marks around them cut off.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(move |word| {
        let trimmed = word.trim_matches(|c: char| !(c.is_alphanumeric() || c == '+' || c == '/' || c == '_'));
        (trimmed.as_ptr() as usize - text.as_ptr() as usize, trimmed)
    })
}

/// The first e-mail address.
pub(crate) fn email(text: &str) -> Option<Code> {
    words(text).find_map(|(start, word)| {
        // "E-Mail:anna@x.de" has its label in the word.
        let inner = word.rfind([':', '|']).map_or(0, |at| at + 1);
        let (start, word) = (start + inner, &word[inner..]);
        let (name, domain) = word.split_once('@')?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "._%+-".contains(c));
        (is_name && is_domain(domain)).then(|| (start, start + word.len(), word.to_owned()))
    })
}

fn is_domain(domain: &str) -> bool {
    let Some((name, end)) = domain.rsplit_once('.') else { return false };
    !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
        && (2..=10).contains(&end.len())
        && end.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Ends of domains that are believed without `www.` before them.
const ENDS: &[&str] = &[
    "com", "de", "fr", "ch", "at", "org", "net", "eu", "uk", "io", "be", "lu", "nl", "it", "es", "info",
    "shop", "biz", "example", "test", "us", "ca", "dev", "app", "co", "li",
];

/// The first web address.
pub(crate) fn url(text: &str) -> Option<Code> {
    words(text).find_map(|(start, word)| {
        let bare = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://"));
        let lower = bare.unwrap_or(word).to_lowercase();
        let host = lower.split(['/', '?', '#']).next().unwrap_or_default();
        let end = host.rsplit('.').next().unwrap_or_default();
        let is_known = bare.is_some() || host.starts_with("www.") || ENDS.contains(&end);
        let letters = host.chars().filter(|c| c.is_alphabetic()).count();
        (!word.contains('@') && is_known && is_domain(host) && letters > 4)
            .then(|| (start, start + word.len(), word.to_owned()))
    })
}

/// The first phone number as it is printed, without odd blanks. `strict`: only where nothing else looks like it.
pub(crate) fn phone(text: &str, strict: bool) -> Option<Code> {
    let repaired = super::repair::digits(text);
    let is_part =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | '/' | '-' | '.' | ' ' | '\u{a0}' | '–');
    let mut start = 0;
    while start < repaired.len() {
        let first = repaired[start..].find(|c: char| c.is_ascii_digit() || c == '+' || c == '(')?;
        let from = start + first;
        let length = repaired[from..].find(|c| !is_part(c)).unwrap_or(repaired.len() - from);
        let span = repaired[from..from + length].trim_end_matches(|c: char| !c.is_ascii_digit());
        let before = repaired[..from].chars().next_back();
        if is_phone(span, strict) && !before.is_some_and(char::is_alphanumeric) {
            let written = &text[from..from + span.len()];
            let one_blank = written.split_whitespace().collect::<Vec<_>>().join(" ");
            return Some((from, from + span.len(), super::repair::digits(&one_blank)));
        }
        start = from + length.max(1);
    }
    None
}

fn is_phone(span: &str, strict: bool) -> bool {
    let digits = span.bytes().filter(u8::is_ascii_digit).count();
    let has_country = span.starts_with('+') || span.starts_with("00");
    if !(if has_country { 8..=15 } else { 6..=14 }).contains(&digits) {
        return false;
    }
    if !super::date::dates(span, super::Habits::default()).is_empty() {
        return false;
    }
    let starts_as_one = has_country || span.starts_with(['0', '(']);
    let groups = span.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).count();
    let is_american = groups == 3 && digits == 10;
    if strict {
        (starts_as_one && groups >= 2 || is_american) && digits >= 8
    } else {
        starts_as_one || groups >= 2 || digits >= 7
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_found_within_a_line() {
        let text = "Tel. +49 30  1234567 · anna@firma.de · www.firma.de";
        assert_eq!(phone(text, true).map(|code| code.2).as_deref(), Some("+49 30 1234567"));
        assert_eq!(email(text).map(|code| code.2).as_deref(), Some("anna@firma.de"));
        assert_eq!(url(text).map(|code| code.2).as_deref(), Some("www.firma.de"));
        assert_eq!(phone("(555) 123-4567", true).map(|code| code.2).as_deref(), Some("(555) 123-4567"));
    }

    #[test]
    fn dates_and_amounts_are_no_phones() {
        for text in ["12.03.2024", "1.234,56", "10115 Berlin", "2024-0001"] {
            assert_eq!(phone(text, true), None, "{text}");
        }
        assert_eq!(url("Kaffee Nr.4"), None);
    }
}
