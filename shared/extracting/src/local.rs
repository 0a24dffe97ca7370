//! The local reader: lines of pages to text, or to the values of fields.

use common::ApiError;
use contract::extraction::Ask;
use documents::PageText;
use engine::Engine;
use fields::{Evidence, Page, Wanted};
use jsonschema::Validator;
use language::{Language, Tier};
use serde_json::{Map, Value, json};

use crate::ask::Answered;

/// Name of the models that read without a hosted one.
pub const MODEL: &str = "ppocr-v6+fields";

/// What a document says, as lines on its page.
pub fn lines_of(text: &PageText) -> Vec<vision::Line> {
    let mut row = 0;
    let mut lines: Vec<vision::Line> = Vec::with_capacity(text.runs.len());
    let mut last: Option<(f32, f32)> = None;
    for run in &text.runs {
        let (right, bottom) = (run.left + run.width, run.top + run.height);
        // Beside the one before: their middles are within each other's heights.
        let middle = run.top + run.height / 2.0;
        let is_beside = last.is_some_and(|(top, bottom)| (top..bottom).contains(&middle));
        row += usize::from(last.is_some() && !is_beside);
        last = Some((run.top, bottom));
        let corners = [[run.left, run.top], [right, run.top], [right, bottom], [run.left, bottom]];
        lines.push(vision::Line { text: run.text.clone(), confidence: 1.0, corners, row });
    }
    lines
}

/// What is asked of pages, each of which has the number of its picture or file. What does not fit the schema is null.
pub async fn answer(
    engine: &Engine,
    (ask, validator): (&Ask, Option<&Validator>),
    pages: Vec<(usize, Vec<vision::Line>)>,
) -> Result<Answered, ApiError> {
    let (numbers, pages): (Vec<usize>, Vec<Page>) = pages
        .into_iter()
        .map(|(number, lines)| (number, Page { lines: lines.into_iter().map(line).collect() }))
        .unzip();
    let asked = ask.clone();
    let mut found = engine.run(move |language| Ok(read(language, &asked, &pages))).await?;
    let Some(data) = &mut found.data else {
        return Ok(Answered { text: found.text, data: None, truncated: false });
    };
    if let Some(validator) = validator {
        schemas::fit(validator, data);
        found
            .evidence
            .retain(|place| data.pointer(&pointer(&place.path)).is_none_or(|value| !value.is_null()));
    }
    if ask.evidence == Some(true)
        && let Value::Object(members) = data
    {
        let evidence = evidence(&found.evidence, &numbers);
        members.insert("_evidence".into(), evidence);
    }
    Ok(Answered { text: data.to_string(), data: found.data, truncated: false })
}

/// What was read, before it is held against a schema.
struct Read {
    text: String,
    data: Option<Value>,
    evidence: Vec<Evidence>,
}

fn read(language: &Language, ask: &Ask, pages: &[Page]) -> Read {
    let embed = |texts: &[String]| {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        language.embed(&texts, Tier::Standard).ok()
    };
    if !ask.is_json() {
        let text = fields::answer(pages, &ask.prompt, Some(&embed));
        return Read { text, data: None, evidence: Vec::new() };
    }
    let wanted = match &ask.schema {
        Some(schema) => Wanted::of_schema(schema),
        None => Wanted::of_prompt(&ask.prompt),
    };
    let found = fields::find(pages, &wanted, Some(&embed));
    Read { text: String::new(), data: Some(found.data), evidence: found.evidence }
}

/// The JSON pointer of a path such as `items[0].price`.
fn pointer(path: &str) -> String {
    format!("/{}", path.replace('[', ".").replace(']', "").replace('.', "/"))
}

fn line(line: vision::Line) -> fields::Line {
    let vision::Line { text, confidence, corners, row } = line;
    fields::Line { text, confidence, corners, row }
}

/// By the path of a value, where it was read.
fn evidence(found: &[Evidence], numbers: &[usize]) -> Value {
    let place = |evidence: &Evidence| {
        json!({
            "image": numbers.get(evidence.page),
            "box": evidence.corners.map(|corner| corner.map(|side| (f64::from(side) * 10.0).round() / 10.0)),
            "confidence": (f64::from(evidence.confidence) * 100.0).round() / 100.0,
        })
    };
    let all: Map<String, Value> = found.iter().map(|found| (found.path.clone(), place(found))).collect();
    all.into()
}
