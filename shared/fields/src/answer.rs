//! Answers in words: the lines that a prompt asks for, or all of them.

use crate::layout::Sheet;
use crate::text::{fold, words};
use crate::{Embed, Page, Wanted, find};

/// Phrases by which a prompt asks for all that is there, folded.
const ALL: &[&str] = &[
    "all text",
    "full text",
    "all the text",
    "whole text",
    "entire text",
    "text of",
    "transcribe",
    "transcript",
    "ocr",
    "everything",
    "what does it say",
    "what is written",
    "read the text",
    "read this",
    "extract text",
    "extract the text",
    "what does this say",
    "the text",
    "gesamten text",
    "ganzen text",
    "alles",
    "der text",
    "den text",
    "was steht",
    "tout le texte",
    "texte complet",
    "transcris",
    "le texte",
    "texte integral",
    "que dit",
    "lis tout",
];
/// Lines are said to answer at this likeness of the encoder, and no more than so many.
const ALIKE: f32 = 0.45;
const MOST: usize = 12;

/// Lines that answer a prompt that does not ask for JSON, or the full text where it asks for it or nothing else answers it.
///
/// A named value that is found is answered as `name: value`, one a line; else lines that share words with the prompt, or are alike
/// to it by the encoder, in the order of the page.
pub fn answer(pages: &[Page], prompt: &str, embed: Option<Embed<'_>>) -> String {
    let asked = format!(" {} ", fold(prompt));
    if ALL.iter().any(|phrase| asked.contains(&format!(" {phrase} "))) {
        return full_text(pages);
    }
    if let Some(values) = values(pages, prompt, embed) {
        return values;
    }
    let sheet = Sheet::of(pages);
    let rows: Vec<String> = sheet
        .rows
        .iter()
        .map(|row| {
            sheet.cells[row.clone()].iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" ")
        })
        .collect();
    let answering = by_words(&rows, prompt).or_else(|| by_meaning(&rows, prompt, embed?));
    answering.map_or_else(|| full_text(pages), |lines| lines.join("\n"))
}

/// All lines in the order of reading.
fn full_text(pages: &[Page]) -> String {
    let mut text = String::new();
    for (number, page) in pages.iter().enumerate() {
        if number > 0 {
            text.push_str("\n\n");
        }
        for (index, line) in page.lines.iter().enumerate() {
            if index > 0 {
                text.push(if page.lines[index - 1].row == line.row { ' ' } else { '\n' });
            }
            text.push_str(&line.text);
        }
    }
    text
}

/// What the prompt names, where all of it that it names is known and something is found.
fn values(pages: &[Page], prompt: &str, embed: Option<Embed<'_>>) -> Option<String> {
    let wanted = Wanted::of_prompt(prompt);
    let found = find(pages, &wanted, embed);
    let object = found.data.as_object()?;
    let mut lines = Vec::new();
    for (field, (_, value)) in wanted.fields.iter().zip(object) {
        let name = field.description.as_deref().unwrap_or(&field.name);
        let value = match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => continue,
            serde_json::Value::Array(rows) if rows.is_empty() => continue,
            other => other.to_string(),
        };
        lines.push(if object.len() == 1 { value } else { format!("{name}: {value}") });
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Rows with the most words of the prompt.
fn by_words(rows: &[String], prompt: &str) -> Option<Vec<String>> {
    let asked: Vec<String> = words(prompt).into_iter().filter(|word| word.len() > 3).collect();
    let shared = |row: &String| words(row).iter().filter(|word| asked.contains(word)).count();
    let counts: Vec<usize> = rows.iter().map(shared).collect();
    let most = counts.iter().copied().max().filter(|&most| most > 0)?;
    let best = rows.iter().zip(counts).filter(|(_, count)| *count == most).map(|(row, _)| row.clone());
    Some(best.take(MOST).collect())
}

fn by_meaning(rows: &[String], prompt: &str, embed: Embed<'_>) -> Option<Vec<String>> {
    const LOOKED_AT: usize = 512;
    let rows = &rows[..rows.len().min(LOOKED_AT)];
    let texts: Vec<String> = std::iter::once(prompt.to_owned()).chain(rows.iter().cloned()).collect();
    let vectors = embed(&texts).filter(|vectors| vectors.len() == texts.len())?;
    let (asked, of_rows) = vectors.split_first()?;
    let alike = |row: &Vec<f32>| asked.iter().zip(row).map(|(a, b)| a * b).sum::<f32>();
    let answering =
        rows.iter().zip(of_rows).filter(|(_, vector)| alike(vector) > ALIKE).map(|(row, _)| row.clone());
    let answering: Vec<String> = answering.take(MOST).collect();
    (!answering.is_empty()).then_some(answering)
}
