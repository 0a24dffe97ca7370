//! Loading and judging a case.

use std::path::{Path, PathBuf};

use contract::Check;
use contract::images::EditRequest;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::pixels::Pixels;
use crate::{facts, input};

/// `expect.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Beginning of the error's name, `OutputTooLarge`; nothing else is looked at then.
    pub error: Option<String>,
    pub ext: Option<String>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// The input as the answer describes it: ext, width, height.
    pub input: Option<(String, u32, u32)>,
    /// How far a sample may be off, here and in `expected.png`: 0 by default.
    #[serde(default)]
    pub tolerance: u8,
    /// Mean difference allowed in whole pictures; default: as `tolerance`.
    pub mean_tolerance: Option<f64>,
    /// `[x, y, red, green, blue, alpha]`; negative x and y count from the right and the bottom.
    #[serde(default)]
    pub pixels: Vec<(i64, i64, u8, u8, u8, u8)>,
    /// A generated input whose pixels must come out.
    pub same_as: Option<String>,
    /// What the file must be, by [`facts::read`]; `null` = the fact must be absent.
    #[serde(default)]
    pub facts: Map<String, Value>,
}

/// Every folder of `cases`, in order of name.
pub fn folders() -> Result<Vec<PathBuf>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let entries = std::fs::read_dir(&root).map_err(|error| format!("{}: {error}", root.display()))?;
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    Ok(folders)
}

/// Runs a case; every fault found, or none.
pub fn run(folder: &Path) -> Result<Vec<String>, String> {
    let read =
        |name: &str| std::fs::read_to_string(folder.join(name)).map_err(|error| format!("{name}: {error}"));
    let request: EditRequest =
        serde_json::from_str(&read("request.json")?).map_err(|error| error.to_string())?;
    let expect: Expect = serde_json::from_str(&read("expect.json")?).map_err(|error| error.to_string())?;
    let mut faults = Vec::new();
    EditRequest { input: "https://example.com/".into(), ..request.clone() }.check(&mut faults);
    let mut faults: Vec<String> = faults.into_iter().map(|fault| format!("request: {fault:?}")).collect();

    let file = input::file(&request.input)?;
    let result = imaging::edit(&file, &request.operations, &request.output(), &imaging::Limits::default());
    let edited = match (result, &expect.error) {
        (Err(error), Some(name)) if format!("{error:?}").starts_with(name.as_str()) => return Ok(Vec::new()),
        (Err(error), _) => return Ok(vec![format!("failed: {error:?}")]),
        (Ok(_), Some(name)) => return Ok(vec![format!("worked, but {name} was expected")]),
        (Ok(edited), None) => edited,
    };
    let mut differs = |what: &str, actual: String, expected: Option<String>| {
        if let Some(expected) = expected.filter(|expected| *expected != actual) {
            faults.push(format!("{what} is {actual}, not {expected}"));
        }
    };
    let (info, before) = (&edited.output, &edited.input);
    differs("ext", info.ext.clone(), expect.ext.clone());
    differs("width", info.width.to_string(), expect.width.map(|width| width.to_string()));
    differs("height", info.height.to_string(), expect.height.map(|height| height.to_string()));
    let described = format!("{:?}", (&before.ext, before.width, before.height));
    differs("input", described, expect.input.as_ref().map(|input| format!("{input:?}")));
    let actual_facts = facts::read(&edited.bytes);
    for (name, wanted) in &expect.facts {
        let actual = actual_facts.get(name).cloned().unwrap_or(Value::Null);
        differs(name, actual.to_string(), Some(wanted.to_string()));
    }
    let actual = Pixels::decoded(&edited.bytes)?;
    if (actual.width, actual.height) != (info.width, info.height) {
        faults.push(format!("the file is {}x{}, the answer says otherwise", actual.width, actual.height));
    }
    judge_pixels(&actual, &expect, &mut faults);
    judge_pictures(folder, &actual, &expect, &mut faults)?;
    Ok(faults)
}

fn judge_pixels(actual: &Pixels, expect: &Expect, faults: &mut Vec<String>) {
    for (x, y, red, green, blue, alpha) in &expect.pixels {
        let from_end = |at: i64, side: u32| if at < 0 { i64::from(side) + at } else { at };
        let (x, y) = (from_end(*x, actual.width), from_end(*y, actual.height));
        if x < 0 || y < 0 || x >= i64::from(actual.width) || y >= i64::from(actual.height) {
            faults.push(format!("pixel {x},{y} is outside"));
            continue;
        }
        let (found, wanted) = (actual.at(x as u32, y as u32), [*red, *green, *blue, *alpha]);
        if found.iter().zip(wanted).any(|(found, wanted)| found.abs_diff(wanted) > expect.tolerance) {
            faults.push(format!("pixel {x},{y} is {found:?}, not {wanted:?}"));
        }
    }
}

fn judge_pictures(
    folder: &Path,
    actual: &Pixels,
    expect: &Expect,
    faults: &mut Vec<String>,
) -> Result<(), String> {
    let golden = folder.join("expected.png");
    let mut wanted = Vec::new();
    if let Some(name) = &expect.same_as {
        wanted.push(input::pixels(name)?);
    }
    if golden.exists() {
        let bytes = std::fs::read(&golden).map_err(|error| error.to_string())?;
        wanted.push(Pixels::from_png(&bytes)?);
    } else if std::env::var_os("GOLDEN_ACCEPT").is_some() && expect.pixels.is_empty() && wanted.is_empty() {
        actual.save(&golden)?;
    } else if expect.pixels.is_empty() && wanted.is_empty() {
        faults.push("nothing says how the picture must look".into());
    }
    for wanted in &wanted {
        match actual.difference(wanted) {
            None => faults.push(format!("size is not {}x{}", wanted.width, wanted.height)),
            Some(difference) => {
                let mean = expect.mean_tolerance.unwrap_or_else(|| f64::from(expect.tolerance));
                if difference.largest > expect.tolerance || difference.mean > mean {
                    faults.push(format!("differs: {difference:?}"));
                }
            }
        }
    }
    if !faults.is_empty() {
        leave(folder, actual, wanted.first())?;
    }
    Ok(())
}

/// Pictures for whoever looks into the failure.
fn leave(folder: &Path, actual: &Pixels, wanted: Option<&Pixels>) -> Result<(), String> {
    let name = folder.file_name().unwrap_or_default();
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/golden").join(name);
    std::fs::create_dir_all(&place).map_err(|error| error.to_string())?;
    actual.save(&place.join("actual.png"))?;
    match wanted {
        Some(wanted) => actual.picture_of_difference(wanted).save(&place.join("diff.png")),
        None => Ok(()),
    }
}
