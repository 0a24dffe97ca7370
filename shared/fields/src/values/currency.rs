//! Currencies as they are written.

const CURRENCIES: &[(&str, &str)] = &[
    ("€", "EUR"),
    ("eur", "EUR"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("$", "USD"),
    ("us$", "USD"),
    ("usd", "USD"),
    ("£", "GBP"),
    ("gbp", "GBP"),
    ("chf", "CHF"),
    ("sfr", "CHF"),
    ("sfr.", "CHF"),
    ("fr.", "CHF"),
    ("¥", "JPY"),
    ("jpy", "JPY"),
    ("cad", "CAD"),
    ("aud", "AUD"),
    ("sek", "SEK"),
    ("nok", "NOK"),
    ("dkk", "DKK"),
    ("pln", "PLN"),
    ("zł", "PLN"),
    ("czk", "CZK"),
    ("kč", "CZK"),
    ("huf", "HUF"),
    ("₹", "INR"),
    ("inr", "INR"),
    ("₺", "TRY"),
    ("try", "TRY"),
    ("cny", "CNY"),
    ("nzd", "NZD"),
    ("sgd", "SGD"),
    ("hkd", "HKD"),
    ("ron", "RON"),
    ("bgn", "BGN"),
];

/// The currency that a word stands for.
pub(crate) fn of(word: &str) -> Option<&'static str> {
    let word =
        word.trim_matches(|c: char| matches!(c, '(' | ')' | ':' | ',' | '[' | ']' | '/')).to_lowercase();
    CURRENCIES.iter().find(|(written, _)| *written == word).map(|(_, code)| *code)
}

/// The currency that a text begins with, and its bytes.
pub(super) fn starting(text: &str) -> Option<(&'static str, usize)> {
    let first = text.chars().next()?;
    if !first.is_alphanumeric() {
        return of(&text[..first.len_utf8()]).map(|code| (code, first.len_utf8()));
    }
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    of(&text[..end]).map(|code| (code, end))
}

/// The currency that a text ends with, and its bytes.
pub(super) fn ending(text: &str) -> Option<(&'static str, usize)> {
    let symbol = text.chars().last()?;
    if !symbol.is_alphanumeric()
        && let Some(code) = of(&symbol.to_string())
    {
        return Some((code, symbol.len_utf8()));
    }
    let start = text.char_indices().rev().take_while(|(_, c)| c.is_alphabetic() || *c == '.').last()?.0;
    of(&text[start..]).map(|code| (code, text.len() - start))
}
