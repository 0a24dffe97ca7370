//! Numbers, amounts with their currency, and percentages.

use super::{Habits, currency};

/// A number as it stands in a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number {
    /// Bytes of the text, the currency's or the percent sign's included.
    pub start: usize,
    pub end: usize,
    pub value: f64,
    /// What stands before its decimals, where there are any.
    pub decimal_mark: Option<char>,
    pub decimals: usize,
    /// ISO 4217.
    pub currency: Option<&'static str>,
    pub percent: bool,
}

impl Number {
    /// Whether it is written as money is: with a currency or with cents.
    pub(crate) fn is_money(&self) -> bool {
        !self.percent && (self.currency.is_some() || self.decimals == 2)
    }
}

/// All numbers of a text, from left to right. Dates, times, codes with letters and phone numbers are none.
pub(crate) fn numbers(text: &str, habits: Habits) -> Vec<Number> {
    let repaired = super::repair::digits(text);
    let characters: Vec<(usize, char)> = repaired.char_indices().collect();
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        if !characters[at].1.is_ascii_digit() {
            at += 1;
            continue;
        }
        if at > 0 && characters[at - 1].1 == '+' {
            // A phone number.
            let goes_on = |(_, c): &&(usize, char)| {
                c.is_ascii_digit() || matches!(c, ' ' | '(' | ')' | '/' | '-' | '.')
            };
            at += characters[at..].iter().take_while(goes_on).count();
            continue;
        }
        let end = end_of_digits(&characters, at);
        let byte = |index: usize| characters.get(index).map_or(repaired.len(), |(byte, _)| *byte);
        if stands_alone(&characters, at, end)
            && let Some((value, mark, decimals)) = value(&repaired[byte(at)..byte(end)], habits)
        {
            let found = Number {
                start: byte(at),
                end: byte(end),
                value,
                decimal_mark: mark,
                decimals,
                currency: None,
                percent: false,
            };
            numbers.push(with_units(&repaired, found));
        }
        at = end;
    }
    numbers
}

fn is_mark(character: char) -> bool {
    matches!(character, '.' | ',' | '\'' | '’' | '´')
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// Digits with the marks and group spaces between them.
fn end_of_digits(characters: &[(usize, char)], start: usize) -> usize {
    let digit = |index: usize| characters.get(index).is_some_and(|(_, c)| c.is_ascii_digit());
    let mut end = start;
    let mut group = start;
    let mut has_mark = false;
    while end < characters.len() {
        let character = characters[end].1;
        if character.is_ascii_digit() {
            end += 1;
        } else if is_mark(character) && digit(end + 1) {
            has_mark = true;
            end += 1;
            group = end;
        } else if is_space(character)
            && !has_mark
            && end - group <= 3
            && (1..=3).all(|step| digit(end + step))
            && !digit(end + 4)
        {
            end += 1;
            group = end;
        } else {
            break;
        }
    }
    end
}

fn stands_alone(characters: &[(usize, char)], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map(|index| characters[index].1);
    let before_that = start.checked_sub(2).map(|index| characters[index].1);
    let after = characters.get(end).map(|(_, c)| *c);
    let after_that = characters.get(end + 1).map(|(_, c)| *c);
    let joins = |c: char| matches!(c, '/' | ':' | '-' | '_' | '.' | '–');
    if before.is_some_and(|c| c == '+' || c == '#') {
        return false;
    }
    // "EUR12.40" and "x2" are numbers, "A4" and "DE12" are not.
    if before.is_some_and(char::is_alphabetic) {
        let letters: String =
            characters[..start].iter().rev().map(|(_, c)| *c).take_while(|c| c.is_alphabetic()).collect();
        let word: String = letters.chars().rev().collect();
        if currency::of(&word).is_none() && !word.eq_ignore_ascii_case("x") {
            return false;
        }
    }
    if before.is_some_and(joins) && before_that.is_some_and(char::is_alphanumeric) {
        return false;
    }
    let goes_on = after_that.is_some_and(char::is_alphanumeric);
    !(goes_on && after.is_some_and(joins))
}

/// The value of digits and marks, the mark before decimals, and how many of these there are.
fn value(digits: &str, habits: Habits) -> Option<(f64, Option<char>, usize)> {
    let marks: Vec<(usize, char)> = digits.char_indices().filter(|(_, c)| is_mark(*c)).collect();
    let length = digits.chars().filter(char::is_ascii_digit).count();
    if length > 15 {
        return None;
    }
    let mark = decimal_mark(digits, &marks, habits);
    let (whole, decimals) = match mark {
        Some((at, _)) => (&digits[..at], &digits[at + 1..]),
        None => (digits, ""),
    };
    let groups: Vec<&str> = whole.split(|c: char| is_mark(c) || is_space(c)).collect();
    let is_grouped =
        groups.len() == 1 || groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3);
    if !is_grouped || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value =
        format!("{}.{}", groups.concat(), if decimals.is_empty() { "0" } else { decimals }).parse().ok()?;
    Some((value, mark.map(|(_, c)| c), decimals.len()))
}

fn decimal_mark(digits: &str, marks: &[(usize, char)], habits: Habits) -> Option<(usize, char)> {
    let &(at, last) = marks.last()?;
    if !matches!(last, '.' | ',') {
        return None;
    }
    let after = digits.len() - at - 1;
    let others_differ = marks.len() > 1 && marks[..marks.len() - 1].iter().all(|(_, c)| *c != last);
    if others_differ || digits.contains(is_space) {
        return Some((at, last));
    }
    if marks.len() > 1 {
        return None;
    }
    let is_habit = habits.decimal_comma.is_some_and(|comma| comma == (last == ','));
    let may_group = after == 3 && at <= 3 && !digits.starts_with('0');
    (!may_group || is_habit).then_some((at, last))
}

/// Takes in what stands beside a number: its sign, a dash for no cents, its currency, a percent sign.
fn with_units(text: &str, mut number: Number) -> Number {
    let after = &text[number.end..];
    for dash in [",-", ".-", ",–", ".–", ",—", ".—"] {
        if after.starts_with(dash) {
            number.end += dash.len();
            number.decimals = 2;
        }
    }
    let after = &text[number.end..];
    let blank = after.len() - after.trim_start().len();
    let next = after.trim_start();
    if next.starts_with('%') {
        number.percent = true;
        number.end += blank + 1;
    } else if let Some((code, length)) = currency::starting(next) {
        number.currency = Some(code);
        number.end += blank + length;
    }
    let before = text[..number.start].trim_end();
    let is_negative = before.ends_with(['-', '−', '–'])
        && text[..number.start].ends_with(['-', '−', '–'])
        && !before.trim_end_matches(['-', '−', '–']).ends_with(char::is_alphanumeric);
    let mut start = number.start;
    if is_negative {
        start = before.len() - before.chars().last().map_or(0, char::len_utf8);
    }
    if let Some((code, length)) = currency::ending(text[..start].trim_end()) {
        number.currency = number.currency.or(Some(code));
        start = text[..start].trim_end().len() - length;
    }
    let minus_first = text[..start].ends_with(['-', '−']) && start != number.start;
    if is_negative || minus_first {
        number.value = -number.value;
    }
    if minus_first {
        start -= text[..start].chars().last().map_or(0, char::len_utf8);
    }
    number.start = start;
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(f64, Option<&'static str>)> {
        numbers(text, Habits::default()).into_iter().map(|number| (number.value, number.currency)).collect()
    }

    #[test]
    fn amounts_of_many_countries() {
        for text in ["1.234,56 €", "€ 1,234.56", "1 234,56 EUR", "EUR 1234.56", "1.234,56 Euro"] {
            assert_eq!(read(text), [(1234.56, Some("EUR"))], "{text}");
        }
        assert_eq!(read("CHF 1'234.50"), [(1234.5, Some("CHF"))]);
        assert_eq!(read("-$1,234.56"), [(-1234.56, Some("USD"))]);
        assert_eq!(read("12,-"), [(12.0, None)]);
        assert_eq!(read("2 x 3,50 7,00"), [(2.0, None), (3.5, None), (7.0, None)]);
        assert_eq!(read("1,5O € und l2,3O"), [(1.5, Some("EUR")), (12.3, None)]);
    }

    #[test]
    fn dates_times_and_codes_are_no_numbers() {
        for text in ["12.03.2024", "12:30", "INV-2024-001", "A4", "03/2024", "+49 30 1234", "2024-03-12"] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn percentages_are_no_money() {
        let number = &numbers("MwSt. 19 %", Habits::default())[0];
        assert!(number.percent && !number.is_money() && number.value == 19.0);
    }
}
