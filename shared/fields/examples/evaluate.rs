//! Reads the pieces of `tests/bench/extraction/truth.py` as a perfect OCR would have read them, or one that damages lines, and prints a
//! line of JSON for each: `{"file": ..., "data": {...}}`.
//!
//! `cargo run -p fields --example evaluate -- FOLDER [odd|even|all] [none|merge|split|padded|letters] [schema|prompt]`

use std::path::PathBuf;

use fields::{Line, Page, Wanted, find};
use serde_json::{Value, json};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize, otherwise: &'static str| {
        arguments.get(index).map_or(otherwise, String::as_str).to_owned()
    };
    let (folder, half) = (argument(0, "."), argument(1, "all"));
    let (damage, by) = (argument(2, "none"), argument(3, "schema"));
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    paths.sort();
    let started = std::time::Instant::now();
    let mut count = 0;
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let number: Option<u32> = name.split('-').next().and_then(|id| id.parse().ok());
        let Some(number) = number else { continue };
        if half == "odd" && number % 2 == 0 || half == "even" && number % 2 == 1 {
            continue;
        }
        let piece: Option<Value> =
            std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Some(piece) = piece else { continue };
        let lines = damaged(lines(&piece), &damage, number);
        let wanted = match by.as_str() {
            "prompt" => Wanted::of_prompt(piece["prompt"].as_str().unwrap_or_default()),
            _ => Wanted::of_schema(&piece["schema"]),
        };
        let found = find(&[Page { lines }], &wanted, None);
        println!("{}", json!({"file": piece["file"], "data": found.data}));
        count += 1;
    }
    eprintln!(
        "{count} pieces, {:.2} ms each",
        started.elapsed().as_secs_f64() * 1000.0 / f64::from(count.max(1))
    );
}

fn lines(piece: &Value) -> Vec<Line> {
    let line = |line: &Value| {
        let point =
            |index: usize| [0, 1].map(|axis| line["box"][index][axis].as_f64().unwrap_or_default() as f32);
        let text = line["text"].as_str().unwrap_or_default().to_owned();
        Line {
            text,
            confidence: line["confidence"].as_f64().unwrap_or(0.99) as f32,
            corners: [point(0), point(1), point(2), point(3)],
            row: 0,
        }
    };
    piece["lines"].as_array().into_iter().flatten().map(line).collect()
}

/// Lines as a worse OCR gives them; the same at every run.
fn damaged(lines: Vec<Line>, damage: &str, seed: u32) -> Vec<Line> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut chance = move |one_in: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16).is_multiple_of(one_in)
    };
    let mut result: Vec<Line> = Vec::new();
    for line in lines {
        match damage {
            "merge" => match result.iter_mut().find(|other| touches(other, &line)) {
                Some(other) if chance(2) => {
                    other.text = format!("{} {}", other.text, line.text);
                    other.corners[1] = line.corners[1];
                    other.corners[2] = line.corners[2];
                }
                _ => result.push(line),
            },
            "split" if line.text.contains(' ') && chance(4) => result.extend(halves(&line)),
            "padded" => result.push(padded(line)),
            "letters" => {
                let text = line.text.chars().map(|character| match character {
                    '0' if chance(25) => 'O',
                    '1' if chance(25) => 'l',
                    'e' if chance(60) => 'c',
                    'n' if chance(80) => 'm',
                    other => other,
                });
                result.push(Line { text: text.collect(), ..line });
            }
            _ => result.push(line),
        }
    }
    result
}

/// Whether a line begins in the same row, within three heights of where another ends.
fn touches(left: &Line, right: &Line) -> bool {
    let height = left.corners[3][1] - left.corners[0][1];
    let gap = right.corners[0][0] - left.corners[1][0];
    (left.corners[1][1] - right.corners[0][1]).abs() < 0.4 * height && (0.0..3.0 * height).contains(&gap)
}

fn halves(line: &Line) -> [Line; 2] {
    let middle = line.text.len() / 2;
    let at = line.text.match_indices(' ').map(|(at, _)| at).min_by_key(|at| at.abs_diff(middle)).unwrap_or(0);
    let share = |bytes: usize| line.text[..bytes].chars().count() as f32 / line.text.chars().count() as f32;
    let between =
        |a: [f32; 2], b: [f32; 2], share: f32| [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
    let [a, b, c, d] = line.corners;
    let part = |from: usize, to: usize| Line {
        text: line.text[from..to].to_owned(),
        corners: [
            between(a, b, share(from)),
            between(a, b, share(to)),
            between(d, c, share(to)),
            between(d, c, share(from)),
        ],
        ..line.clone()
    };
    [part(0, at), part(at + 1, line.text.len())]
}

/// A box with a fifth of its height more on every side, as detectors give it.
fn padded(line: Line) -> Line {
    let [a, b, _, d] = line.corners;
    let (width, height) =
        ((b[0] - a[0]).hypot(b[1] - a[1]).max(1.0), (d[0] - a[0]).hypot(d[1] - a[1]).max(1.0));
    let u = [(b[0] - a[0]) / width, (b[1] - a[1]) / width];
    let v = [(d[0] - a[0]) / height, (d[1] - a[1]) / height];
    let more = 0.2 * height;
    let signs = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
    let mut corners = line.corners;
    for (corner, sign) in corners.iter_mut().zip(signs) {
        for axis in 0..2 {
            corner[axis] += more * (u[axis] * sign[0] + v[axis] * sign[1]);
        }
    }
    Line { corners, ..line }
}
