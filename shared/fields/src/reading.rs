//! A text as a value of the kind that is asked for.

use serde_json::{Number as JsonNumber, Value};

use crate::lexicon::Concept;
use crate::text::fold;
use crate::values::{Habits, amount, codes, contact, currency, date, repair, time};
use crate::wanted::{Kind, Leaf};

/// What a text says for a field, and where.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub start: usize,
    pub end: usize,
    pub value: Value,
    /// How well the text is what the field wants, 0..1.
    pub fit: f32,
}

/// `None` where the text has nothing of the kind. `labelled`: a label says what it is, so less proof is asked.
pub(crate) fn read(leaf: &Leaf, text: &str, habits: Habits, labelled: bool) -> Option<Reading> {
    let of_code =
        |code: Option<codes::Code>| code.map(|(start, end, code)| (start, end, Value::String(code)));
    let found = match &leaf.kind {
        Kind::Text | Kind::Object(_) | Kind::List(_) => return read_text(leaf.concept, text),
        Kind::Number | Kind::Integer | Kind::Amount | Kind::Percent => {
            return read_number(leaf, text, habits);
        }
        Kind::Date => {
            let dates = date::dates(text, habits);
            let born = leaf.concept == Some(Concept::BirthDate);
            dates.first().map(|date| {
                (date.start, date.end, Value::String(if born { date.past() } else { date.iso() }))
            })
        }
        Kind::Time => of_code(time::time(text)),
        Kind::Email => of_code(contact::email(text)),
        Kind::Phone => of_code(contact::phone(text, !labelled)),
        Kind::Url => of_code(contact::url(text)),
        Kind::Iban => of_code(codes::iban(text, !labelled)),
        Kind::VatId => of_code(codes::vat_id(text)).or_else(|| labelled.then(|| code(text)).flatten()),
        Kind::Currency => currency(text),
        Kind::Boolean => boolean(text).map(|truth| (0, text.len(), Value::Bool(truth))),
        Kind::Choice(choices) => choice(choices, text).map(|choice| (0, text.len(), Value::String(choice))),
    };
    let (start, end, value) = found?;
    let share = (end - start) as f32 / text.trim().len().max(1) as f32;
    Some(Reading { start, end, value, fit: 0.75 + 0.25 * share.min(1.0) })
}

fn read_number(leaf: &Leaf, text: &str, habits: Habits) -> Option<Reading> {
    let numbers = amount::numbers(text, habits);
    let is_percent = matches!(leaf.kind, Kind::Percent)
        || leaf.concept == Some(Concept::Discount) && numbers.iter().all(|number| number.percent);
    // Any other number beside the word is no reduction.
    let is_plain = |number: &amount::Number| {
        leaf.concept == Some(Concept::Discount) && !number.percent && !number.is_money()
    };
    let fits = |number: &&amount::Number| match leaf.kind {
        _ if is_plain(number) => false,
        Kind::Amount => !number.percent,
        Kind::Integer => number.value.fract() == 0.0 && number.currency.is_none(),
        Kind::Percent => number.percent || number.currency.is_none() && (0.0..=100.0).contains(&number.value),
        _ => is_percent || !number.percent,
    };
    let best = match leaf.kind {
        // The last amount of a line is its sum, but cents or a currency say more than the place.
        Kind::Amount => numbers.iter().filter(fits).max_by_key(|number| (number.is_money(), number.start)),
        Kind::Percent => numbers.iter().filter(fits).max_by_key(|number| (number.percent, number.start)),
        _ => numbers.iter().find(fits),
    }?;
    let fit = match leaf.kind {
        Kind::Amount if best.is_money() => 1.0,
        Kind::Percent if best.percent => 1.0,
        Kind::Amount => 0.75,
        Kind::Percent => 0.7,
        _ => 0.95,
    };
    let share = (best.end - best.start) as f32 / text.trim().len().max(1) as f32;
    let value = if leaf.as_text {
        Value::String(text.get(best.start..best.end).unwrap_or_default().trim().to_owned())
    } else {
        json_number(if best.percent { best.value.abs() } else { best.value })?
    };
    Some(Reading { start: best.start, end: best.end, value, fit: fit * (0.85 + 0.15 * share.min(1.0)) })
}

fn json_number(value: f64) -> Option<Value> {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return Some(Value::Number(JsonNumber::from(value as i64)));
    }
    JsonNumber::from_f64(value).map(Value::Number)
}

/// "Books Inc.", "Huber e.V.": the point belongs to the word.
fn is_abbreviated(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let word = last.trim_end_matches('.');
    text.ends_with('.')
        && !text.ends_with("..")
        && (word.contains('.') || word.len() <= 4 && word.starts_with(char::is_uppercase))
}

/// What the texts of a concept look like.
fn read_text(concept: Option<Concept>, text: &str) -> Option<Reading> {
    use Concept as C;
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '_' | '|' | '·' | '•'));
    let trimmed =
        if is_abbreviated(trimmed) { trimmed } else { trimmed.trim_end_matches(['.', ',', ';']).trim() };
    if !trimmed.chars().any(char::is_alphanumeric) {
        return None;
    }
    let start = trimmed.as_ptr() as usize - text.as_ptr() as usize;
    let whole = |fit: f32| {
        Some(Reading { start, end: start + trimmed.len(), value: Value::String(trimmed.to_owned()), fit })
    };
    let has_digit = trimmed.chars().any(|c| c.is_ascii_digit());
    let words = trimmed.split_whitespace().count();
    match concept {
        Some(
            C::InvoiceNumber
            | C::OrderNumber
            | C::CustomerNumber
            | C::ReceiptNumber
            | C::DeliveryNote
            | C::ContractNumber
            | C::MemberNumber
            | C::DocumentNumber
            | C::AccountNumber
            | C::TaxNumber
            | C::IdNumber
            | C::InsuranceNumber
            | C::ArticleNumber
            | C::Card
            | C::Reference,
        ) => read_code(text),
        Some(C::Ean) => read_ean(text),
        Some(C::Bic) => {
            let (from, to, value) = codes::bic(text)?;
            Some(Reading { start: from, end: to, value: Value::String(value), fit: 1.0 })
        }
        Some(C::PostalCode) => read_postal(text),
        Some(
            C::Person
            | C::FirstName
            | C::LastName
            | C::Nationality
            | C::Gender
            | C::MaritalStatus
            | C::BirthPlace
            | C::City
            | C::Country
            | C::JobTitle
            | C::Bank
            | C::AccountHolder
            | C::Color
            | C::Origin,
        ) => {
            let usual = if matches!(concept, Some(C::FirstName | C::LastName)) { 1 } else { 6 };
            let is_name = !has_digit && !trimmed.contains('@');
            is_name.then(|| whole(if words <= usual { 1.0 } else { 0.7 }))?
        }
        Some(
            C::CustomerName
            | C::Seller
            | C::Company
            | C::Employer
            | C::PaymentMethod
            | C::Product
            | C::Description,
        ) => {
            let is_words = trimmed.chars().filter(|c| c.is_alphabetic()).count() >= 2;
            let only_date = date::dates(trimmed, Habits::default())
                .first()
                .is_some_and(|date| date.end - date.start + 3 > trimmed.len());
            if is_words && !only_date { whole(if words <= 10 { 1.0 } else { 0.75 }) } else { None }
        }
        _ => whole(if words <= 14 { 1.0 } else { 0.8 }),
    }
}

fn read_code(text: &str) -> Option<Reading> {
    let (start, end, value) = code(text)?;
    let is_date = !date::dates(text, Habits::default()).is_empty();
    let is_money = amount::numbers(text, Habits::default()).iter().any(amount::Number::is_money);
    Some(Reading { start, end, value, fit: if is_date || is_money { 0.55 } else { 1.0 } })
}

/// With its check digit, else any that is as long.
fn read_ean(text: &str) -> Option<Reading> {
    let (start, end, value) = codes::ean(text).or_else(|| {
        let (start, end, value) = code(text)?;
        let value = value.as_str()?.to_owned();
        (value.len() >= 8 && value.bytes().all(|byte| byte.is_ascii_digit())).then_some((start, end, value))
    })?;
    Some(Reading { start, end, value: Value::String(value), fit: 1.0 })
}

fn read_postal(text: &str) -> Option<Reading> {
    let token = text
        .split_whitespace()
        .find(|token| token.chars().any(|c| c.is_ascii_digit()) && token.len() <= 8)?;
    let start = token.as_ptr() as usize - text.as_ptr() as usize;
    let british =
        crate::values::place::postal(text).map(|postal| postal.code).filter(|code| code.contains(' '));
    let value = british.unwrap_or_else(|| token.trim_matches(',').to_owned());
    Some(Reading { start, end: start + token.len(), value: Value::String(value), fit: 1.0 })
}

/// A number of a document: the words from the first that has a digit, as long as they look like it.
fn code(text: &str) -> Option<(usize, usize, Value)> {
    let mut span: Option<(usize, usize)> = None;
    let mut before: Option<(usize, &str)> = None;
    for word in text.split_whitespace() {
        let at = word.as_ptr() as usize - text.as_ptr() as usize;
        let bare = word.trim_end_matches([',', ';', '.', ')']);
        let bare = bare.trim_start_matches(['(', ':']);
        let at = at + word.find(bare).unwrap_or(0);
        let has_digit = bare.chars().any(|c| c.is_ascii_digit());
        match span {
            None if has_digit => {
                // "RE 2024-17": letters in capitals belong to it.
                let start = before
                    .filter(|(_, word)| word.len() <= 4 && word.chars().all(|c| c.is_ascii_uppercase()));
                span = Some((start.map_or(at, |(start, _)| start), at + bare.len()));
            }
            Some((start, _))
                if has_digit && bare.chars().all(|c| c.is_ascii_digit() || "/-.*Xx".contains(c)) =>
            {
                span = Some((start, at + bare.len()));
            }
            Some((start, end))
                if bare.len() == 1 && bare.chars().all(|c| c.is_ascii_uppercase()) && at == end + 1 =>
            {
                span = Some((start, at + bare.len()));
            }
            Some((start, end)) if matches!(bare, "/" | "-") && at == end + 1 => span = Some((start, end)),
            Some(_) => break,
            None => {}
        }
        before = Some((at, bare));
    }
    let (start, end) = span?;
    let digits = text[start..end].bytes().filter(u8::is_ascii_digit).count();
    let letters = text[start..end].chars().any(char::is_alphabetic);
    let value = if letters { text[start..end].to_owned() } else { repair::digits(&text[start..end]) };
    (digits >= 1).then(|| (start, end, Value::String(value)))
}

fn currency(text: &str) -> Option<(usize, usize, Value)> {
    let number = amount::numbers(text, Habits::default())
        .into_iter()
        .find_map(|number| number.currency.map(|code| (number.start, number.end, code)));
    let word = || {
        text.split_whitespace().find_map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            currency::of(word).map(|code| (start, start + word.len(), code))
        })
    };
    number.or_else(word).map(|(start, end, code)| (start, end, Value::String(code.to_owned())))
}

fn boolean(text: &str) -> Option<bool> {
    let folded = fold(text);
    if ["☑", "☒", "✓", "✔", "✗", "[x]", "[X]", "(x)", "(X)"].iter().any(|mark| text.contains(mark))
    {
        return Some(true);
    }
    if ["☐", "[ ]", "( )", "[]", "□"].iter().any(|mark| text.contains(mark)) {
        return Some(false);
    }
    match folded.as_str() {
        "yes" | "ja" | "oui" | "true" | "x" | "wahr" | "vrai" | "y" | "j" | "o" => Some(true),
        "no" | "nein" | "non" | "false" | "falsch" | "faux" | "n" => Some(false),
        _ => None,
    }
}

pub(crate) fn choice(choices: &[String], text: &str) -> Option<String> {
    let folded = fold(text);
    let is = |choice: &&String| fold(choice) == folded;
    let within = |choice: &&String| format!(" {folded} ").contains(&format!(" {} ", fold(choice)));
    choices.iter().find(is).or_else(|| choices.iter().find(within)).cloned()
}
