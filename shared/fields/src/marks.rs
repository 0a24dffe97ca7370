//! Labels of a page: where they stand, and what they mean.

use std::collections::HashMap;

use crate::layout::Sheet;
use crate::lexicon::{Meaning, exact, meanings};
use crate::text::{key, words};
use crate::wanted::Leaf;

/// A piece of a line that may be a label.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub cell: usize,
    pub start: usize,
    /// Behind its colon, where it has one.
    pub end: usize,
    pub key: String,
    pub label: String,
    pub meanings: Vec<Meaning>,
    pub has_colon: bool,
    /// Nothing but the label stands in the line.
    pub is_whole: bool,
    /// It is in the dictionary or the name of a field.
    pub is_known: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub marks: Vec<Mark>,
    /// Labels of these pages stand below what they name, as captions under the lines of a form.
    pub are_captions: bool,
    by_cell: HashMap<usize, Vec<usize>>,
}

/// A label has no more words.
const LONGEST: usize = 7;

impl Marks {
    pub(crate) fn of(sheet: &Sheet, leaves: &[Leaf]) -> Self {
        let names: Vec<String> =
            leaves.iter().filter_map(|leaf| leaf.names.last()).map(|name| key(name)).collect();
        let mut marks = Self::default();
        for (cell, text) in sheet.cells.iter().map(|cell| cell.text.as_str()).enumerate() {
            for mark in of_cell(cell, text, &names) {
                marks.by_cell.entry(cell).or_default().push(marks.marks.len());
                marks.marks.push(mark);
            }
        }
        marks.are_captions = marks.vote(sheet);
        marks
    }

    /// Whether most labels with nothing beside them are nearer to what is above them than to what is below.
    fn vote(&self, sheet: &Sheet) -> bool {
        let (mut above, mut below) = (0, 0);
        for mark in self.marks.iter().filter(|mark| mark.is_whole && mark.is_known && !mark.has_colon) {
            let cell = &sheet.cells[mark.cell];
            let over = sheet.above(mark.cell, 2.4).filter(|&over| !self.is_label(over));
            let under =
                sheet.below(mark.cell, cell.left, cell.right, 3.5).filter(|&under| !self.is_label(under));
            let gap_above = over.map_or(f32::MAX, |over| cell.top - sheet.cells[over].bottom);
            let gap_below = under.map_or(f32::MAX, |under| sheet.cells[under].top - cell.bottom);
            match (over, under) {
                (Some(_), _) if gap_above < gap_below - 0.2 => above += 1,
                (_, Some(_)) if gap_below < gap_above - 0.2 => below += 1,
                _ => {}
            }
        }
        above >= 3 && above > 2 * below
    }

    pub(crate) fn in_cell(&self, cell: usize) -> impl Iterator<Item = &Mark> {
        self.by_cell.get(&cell).into_iter().flatten().map(|&index| &self.marks[index])
    }

    /// Whether a line is nothing but a label.
    pub(crate) fn is_label(&self, cell: usize) -> bool {
        self.in_cell(cell).any(|mark| mark.is_whole && (mark.is_known || mark.has_colon))
    }

    /// Where the first label behind a byte of a line begins.
    pub(crate) fn next_start(&self, cell: usize, from: usize) -> Option<usize> {
        let later = self.in_cell(cell).filter(|mark| mark.start >= from && (mark.has_colon || mark.is_known));
        later.map(|mark| mark.start).min()
    }
}

/// Bytes where words begin and end.
fn spans(text: &str) -> Vec<(usize, usize)> {
    text.split_whitespace()
        .map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            (start, start + word.len())
        })
        .collect()
}

fn of_cell(cell: usize, text: &str, names: &[String]) -> Vec<Mark> {
    let spans = spans(text);
    if spans.is_empty() || spans.len() > 40 {
        return Vec::new();
    }
    let is_known = |label: &str| {
        let key = key(label);
        !key.is_empty() && (!exact(&key).is_empty() || names.contains(&key))
    };
    let mut marks: Vec<Mark> = Vec::new();
    let mut push = |start: usize, end: usize, has_colon: bool| {
        let label =
            text[start..end].trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '.' | '*' | '_'));
        let is_whole = start == 0 && end >= text.trim_end_matches([' ', '.', '_', '*', '-']).len();
        let is_known = is_known(label);
        let letters = label.chars().filter(|c| c.is_alphabetic()).count();
        if letters == 0 && !is_known || marks.iter().any(|mark| start < mark.end && end > mark.start) {
            return;
        }
        let meanings = if is_whole || has_colon || is_known { meanings(label) } else { Vec::new() };
        let is_sure = is_known || meanings.iter().any(|meaning| meaning.certainty > 0.8);
        marks.push(Mark {
            cell,
            start,
            end,
            key: key(label),
            label: label.to_owned(),
            meanings,
            has_colon,
            is_whole,
            is_known: is_sure,
        });
    };
    for (start, end) in before_colons(text, &spans, &is_known) {
        push(start, end, true);
    }
    let mut index = 0;
    while index < spans.len() {
        let longest = (1..=LONGEST.min(spans.len() - index))
            .rev()
            .find(|&length| is_known(&text[spans[index].0..spans[index + length - 1].1]));
        let after_value = index == 0
            || text[..spans[index].0].split_whitespace().next_back().is_some_and(|word| {
                word.chars().any(|c| c.is_ascii_digit()) || word.ends_with(['|', '·', '•', ','])
            });
        let is_filled =
            !after_value && spans[..index].iter().all(|&(start, end)| is_filler(&text[start..end]));
        let is_capital = text[spans[index].0..].chars().next().is_some_and(|c| !c.is_lowercase());
        let after_value = is_filled || after_value && (index == 0 || is_capital);
        match longest {
            Some(length)
                if after_value
                    && !is_letter(text, &spans, index, length)
                    && !is_street(text, &spans, index, length)
                    && !goes_on(&text[spans[index + length - 1].1..]) =>
            {
                push(spans[index].0, spans[index + length - 1].1, false);
                index += length;
            }
            _ => index += 1,
        }
    }
    let has_digits = text.chars().filter(char::is_ascii_digit).count() > 3;
    if spans.len() <= LONGEST && !has_digits {
        push(0, text.len(), false);
    }
    marks
}

/// Words before the name of a tax: "incl. VAT 20 %".
fn is_filler(word: &str) -> bool {
    const FILLERS: &[&str] = &[
        "incl",
        "including",
        "inkl",
        "inklusive",
        "enth",
        "enthaltene",
        "davon",
        "dont",
        "zzgl",
        "plus",
        "includes",
        "darin",
        "inclus",
        "excl",
        "which",
        "of",
        "montant",
    ];
    FILLERS.contains(&crate::text::fold(word).as_str())
}

/// Labels that begin names as well: "Rue de la Gare 5" is no label with a value, nor is "Place d'Armes".
fn is_street(text: &str, spans: &[(usize, usize)], index: usize, length: usize) -> bool {
    const WORDS: &[&str] = &[
        "rue",
        "place",
        "str",
        "strasse",
        "street",
        "am",
        "au",
        "an",
        "to",
        "le",
        "for",
        "from",
        "von",
        "ort",
        "site",
        "bon",
        "port",
        "bar",
        "market",
        "markt",
        "shop",
        "boutique",
        "restaurant",
        "store",
        "magasin",
        "laden",
        "art",
    ];
    let label = crate::text::fold(&text[spans[index].0..spans[index + length - 1].1]);
    WORDS.contains(&label.as_str()) && index + length < spans.len()
}

/// Whether a label has more words than those that are known: "Fee per year".
fn goes_on(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.starts_with(char::is_lowercase)
        && rest.split_whitespace().count() <= 4
        && !rest.contains(|c: char| c.is_ascii_digit() || c == '@' || c == ':')
        && !rest.starts_with("www")
}

/// Single letters are labels ("T +49 30 ...") only with digits or a web address behind them.
fn is_letter(text: &str, spans: &[(usize, usize)], index: usize, length: usize) -> bool {
    let (start, end) = (spans[index].0, spans[index + length - 1].1);
    let is_short = text[start..end].chars().filter(|c| c.is_alphabetic()).count() <= 1
        && !text[start..end].contains('#');
    let next = spans.get(index + length).map_or("", |&(start, end)| &text[start..end]);
    is_short
        && !(next.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '(')
            || next.contains('@')
            || next.contains("www"))
}

/// Labels that end in a colon: what stands between the value before and the colon.
fn before_colons(
    text: &str,
    spans: &[(usize, usize)],
    is_known: &dyn Fn(&str) -> bool,
) -> Vec<(usize, usize)> {
    let mut labels = Vec::new();
    let mut from = 0;
    for (at, mark) in text.char_indices().filter(|(_, c)| matches!(c, ':' | '：')) {
        let after = text[at + mark.len_utf8()..].chars().next();
        let before = text[..at].chars().next_back();
        let is_time = before.is_some_and(|c| c.is_ascii_digit()) && after.is_some_and(|c| c.is_ascii_digit());
        if is_time || after == Some('/') {
            continue;
        }
        let inside: Vec<(usize, usize)> = spans
            .iter()
            .filter(|(start, _)| *start >= from && *start < at)
            .map(|&(start, end)| (start, end.min(at)))
            .collect();
        if let Some(start) = start_of_label(text, &inside, from == 0, is_known) {
            labels.push((start, at + mark.len_utf8()));
        }
        from = at + mark.len_utf8();
    }
    labels
}

fn start_of_label(
    text: &str,
    inside: &[(usize, usize)],
    is_first: bool,
    is_known: &dyn Fn(&str) -> bool,
) -> Option<usize> {
    let end = inside.last()?.1;
    let known = inside.iter().rev().take(LONGEST).rev().find(|(start, _)| is_known(&text[*start..end]));
    if let Some((start, _)) = known {
        return Some(*start);
    }
    if is_first {
        let is_short = inside.len() <= LONGEST && words(&text[inside[0].0..end]).len() <= LONGEST;
        return is_short.then_some(inside[0].0);
    }
    Some(inside.last()?.0)
}
