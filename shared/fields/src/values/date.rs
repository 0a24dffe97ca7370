//! Dates in the formats of English, German and French pages.

use super::Habits;

/// A date as it stands in a text; `day` is 0 where only a month and a year are said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Date {
    pub start: usize,
    pub end: usize,
    year: u32,
    month: u32,
    day: u32,
}

impl Date {
    /// [`Self::iso`] of a day that is no more to come: of two digits, 55 is 1955.
    pub(crate) fn past(&self) -> String {
        const NEXT: u32 = 2030;
        Self { year: if self.year > NEXT { self.year - 100 } else { self.year }, ..self.clone() }.iso()
    }

    /// `YYYY-MM-DD`, or `YYYY-MM`.
    pub(crate) fn iso(&self) -> String {
        match self.day {
            0 => format!("{:04}-{:02}", self.year, self.month),
            day => format!("{:04}-{:02}-{day:02}", self.year, self.month),
        }
    }
}

/// The first letters by which a month is known, folded.
const MONTHS: &[(&str, u32)] = &[
    ("jan", 1),
    ("feb", 2),
    ("fev", 2),
    ("mar", 3),
    ("mrz", 3),
    ("mae", 3),
    ("apr", 4),
    ("avr", 4),
    ("mai", 5),
    ("may", 5),
    ("juin", 6),
    ("jun", 6),
    ("juil", 7),
    ("jul", 7),
    ("aug", 8),
    ("aou", 8),
    ("sep", 9),
    ("oct", 10),
    ("okt", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
];
/// All that a month may be written as beyond its first letters.
const FULL: &str = "january januar janvier february februar fevrier march marz maerz mars april avril mai may june \
    juni juin july juli juillet august aout september septembre october oktober octobre november \
    novembre december dezember decembre";

/// A part of a text: digits, letters, or one mark.
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn number(&self) -> Option<u32> {
        let is_number = self.text.len() <= 4 && self.text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| self.text.parse().ok()).flatten()
    }

    fn month(&self) -> Option<u32> {
        let folded = crate::text::fold(self.text);
        let is_known = FULL.split(' ').any(|full| {
            full == folded || folded.len() >= 3 && folded.len() <= 5 && full.starts_with(&folded)
        }) || folded == "mrz"
            || folded == "sept";
        is_known
            .then(|| MONTHS.iter().find(|(start, _)| folded.starts_with(start)).map(|(_, month)| *month))?
    }

    fn is_blank(&self) -> bool {
        self.text.chars().all(char::is_whitespace)
    }
}

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let class = |c: char| {
        if c.is_ascii_digit() {
            0
        } else if c.is_alphabetic() {
            1
        } else if c.is_whitespace() {
            2
        } else {
            3
        }
    };
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, character) in text.char_indices() {
        let here = class(character);
        if before.is_some_and(|before| before != here || here == 3) {
            tokens.push(Token { text: &text[start..at], start });
            start = at;
        }
        before = Some(here);
    }
    if start < text.len() {
        tokens.push(Token { text: &text[start..], start });
    }
    tokens
}

/// All dates of a text, from left to right.
pub(crate) fn dates(text: &str, habits: Habits) -> Vec<Date> {
    let repaired = super::repair::digits(text);
    let tokens = tokens(&repaired);
    let mut dates = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let found =
            numeric(&tokens[at..], habits.month_first).or_else(|| written(&tokens[at..])).filter(|_| {
                at == 0
                    || !matches!(tokens[at - 1].text, "." | "/" | "-" | ",")
                    || !is_digits(&tokens, at.wrapping_sub(2))
            });
        if let Some((date, used)) = found {
            at += used;
            dates.push(date);
        } else {
            at += 1;
        }
    }
    dates
}

fn is_digits(tokens: &[Token<'_>], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| token.number().is_some())
}

/// Whether dates of a text that can be read in one way only have the month first.
pub(crate) fn orders(text: &str) -> Vec<bool> {
    let tokens = tokens(text);
    let mut orders = Vec::new();
    for window in tokens.windows(5) {
        if window[1].text == "/"
            && window[3].text == "/"
            && let (Some(a), Some(b), Some(_)) = (window[0].number(), window[2].number(), window[4].number())
            && (a > 12) != (b > 12)
            && a <= 31
            && b <= 31
        {
            orders.push(b > 12);
        }
    }
    orders
}

/// Numbers with marks between: `12.03.2024`, `2024-03-12`, `3/12/24`, `12. 3. 2024`, `03/2024`.
fn numeric(tokens: &[Token<'_>], month_first: bool) -> Option<(Date, usize)> {
    let first = tokens.first()?.number()?;
    let (mut numbers, mut marks, mut used) = (vec![first], Vec::new(), 1);
    let mut index = 1;
    while numbers.len() < 3 && index + 1 < tokens.len() {
        if !matches!(tokens[index].text, "." | "/" | "-" | "–") {
            break;
        }
        let blank = usize::from(tokens[index + 1].is_blank());
        let Some(number) = tokens.get(index + 1 + blank).and_then(Token::number) else { break };
        marks.push(tokens[index].text);
        numbers.push(number);
        index += 2 + blank;
        used = index;
    }
    // Longer chains are codes: an IP address, an article number.
    let goes_on = tokens.get(used).is_some_and(|mark| matches!(mark.text, "." | "/" | "-"))
        && is_digits(tokens, used + 1);
    if goes_on || marks.windows(2).any(|pair| pair[0] != pair[1]) {
        return None;
    }
    let length = |index: usize| {
        let token = tokens.iter().filter(|token| token.number().is_some()).nth(index);
        token.map_or(0, |token| token.text.len())
    };
    let (year, month, day) = match numbers[..] {
        [year, month, day] if length(0) == 4 && length(2) <= 2 => (year, month, day),
        [a, b, year] if length(0) <= 2 && length(1) <= 2 && matches!(length(2), 2 | 4) => {
            let year = if length(2) == 2 { century(year) } else { year };
            let by_slash = marks[0] == "/" || marks[0] == "-";
            if b > 12 || by_slash && month_first && a <= 12 { (year, a, b) } else { (year, b, a) }
        }
        [month, year] if length(1) == 4 && marks[0] != "-" && length(0) <= 2 => (year, month, 0),
        _ => return None,
    };
    checked(year, month, day, tokens[0].start, tokens[used - 1].end()).map(|date| (date, used))
}

fn century(year: u32) -> u32 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

/// A month by its name: `12. März 2024`, `March 12, 2024`, `1er avril 2024`, `12-Mar-24`, `March 2024`.
fn written(tokens: &[Token<'_>]) -> Option<(Date, usize)> {
    let filler = |token: &Token<'_>| {
        token.is_blank()
            || matches!(token.text, "." | "," | "-" | "'" | "st" | "nd" | "rd" | "th" | "er" | "of" | "de")
    };
    let mut parts: Vec<usize> = Vec::new();
    for (index, token) in tokens.iter().enumerate().take(14) {
        if token.number().is_some() || token.month().is_some() && index < 8 {
            parts.push(index);
        } else if !filler(token) || index == 0 {
            break;
        }
        if parts.len() == 3 {
            break;
        }
    }
    let number = |part: usize| parts.get(part).and_then(|&index| tokens[index].number());
    let month = |part: usize| parts.get(part).and_then(|&index| tokens[index].month());
    let long = |part: usize| parts.get(part).is_some_and(|&index| tokens[index].text.len() == 4);
    let year = |part: usize| {
        let short = || parts.get(part).is_some_and(|&index| tokens[index].text.len() == 2);
        number(part)
            .filter(|_| long(part) || short())
            .map(|year| if long(part) { year } else { century(year) })
    };
    let (year, month, day, used) = if let (Some(day), Some(month), Some(year)) =
        (number(0), month(1), year(2))
    {
        (year, month, day, 3)
    } else if let (Some(month), Some(day), Some(year)) = (month(0), number(1).filter(|_| !long(1)), year(2)) {
        (year, month, day, 3)
    } else if let (Some(month), Some(year), true) = (month(0), year(1), long(1)) {
        (year, month, 0, 2)
    } else {
        return None;
    };
    let last = *parts.get(used - 1)?;
    checked(year, month, day, tokens[0].start, tokens[last].end()).map(|date| (date, last + 1))
}

fn checked(year: u32, month: u32, day: u32, start: usize, end: usize) -> Option<Date> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let longest = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let is_date = (1900..=2100).contains(&year) && (1..=12).contains(&month) && day <= longest;
    is_date.then_some(Date { start, end, year, month, day })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str, month_first: bool) -> Option<String> {
        dates(text, Habits { month_first, ..Habits::default() }).first().map(Date::iso)
    }

    #[test]
    fn formats_of_three_languages() {
        for text in [
            "12.03.2024",
            "12. März 2024",
            "12 mars 2024",
            "March 12, 2024",
            "12 March 2024",
            "2024-03-12",
            "12/03/2024",
            "12-Mar-2024",
            "12.3.24",
            "Mar 12 2024",
            "le 12 mars 2024",
            "12. 03. 2024",
            "12th of March 2024",
            "l2.O3.2024",
        ] {
            assert_eq!(iso(text, false).as_deref(), Some("2024-03-12"), "{text}");
        }
        assert_eq!(iso("03/12/2024", true).as_deref(), Some("2024-03-12"));
        assert_eq!(iso("1er avril 2024", false).as_deref(), Some("2024-04-01"));
        assert_eq!(iso("03/2026", false).as_deref(), Some("2026-03"));
    }

    #[test]
    fn what_is_no_date() {
        for text in ["31.02.2024", "192.168.2.14", "12.345,67", "4711-0815", "5 mai", "99/99/9999"] {
            assert_eq!(iso(text, false), None, "{text}");
        }
    }
}
