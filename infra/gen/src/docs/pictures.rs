//! Pictures before and after an operation, embedded in the page: it loads nothing from anywhere. `pictures/pictures.json` says which,
//! and by which requests `pictures/make` made them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use serde_json::Value;

use super::page;
use super::text::inline;
use crate::write;

/// Below the workspace's root.
const FOLDER: &str = "infra/gen/pictures";

/// A picture of the table, as the page shows it.
#[derive(Debug)]
pub struct Picture {
    pub file: String,
    caption: String,
    /// Pixels.
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

/// One picture and what requests made of it.
#[derive(Debug)]
struct Group {
    section: String,
    before: Picture,
    after: Vec<(Picture, Value)>,
}

/// The table with its pictures.
#[derive(Debug)]
pub struct Pictures {
    groups: Vec<Group>,
}

impl Pictures {
    /// # Errors
    /// When the table or a picture is missing, or is not what it should be.
    pub fn read(root: &Path) -> Result<Self> {
        let folder = root.join(FOLDER);
        let path = folder.join("pictures.json");
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {FOLDER}/pictures.json"))?;
        let table: Vec<Value> = serde_json::from_str(&text).context("pictures.json is no table")?;
        let groups = table.iter().map(|row| group(&folder, row)).collect::<Result<_>>()?;
        Ok(Self { groups })
    }

    /// All pictures, the one before first in each group.
    pub fn all(&self) -> impl Iterator<Item = &Picture> {
        self.groups.iter().flat_map(|group| {
            std::iter::once(&group.before).chain(group.after.iter().map(|(after, _)| after))
        })
    }

    /// Every request of the table.
    pub fn requests(&self) -> impl Iterator<Item = &Value> {
        self.groups.iter().flat_map(|group| group.after.iter().map(|(_, request)| request))
    }

    /// The groups of a section, each followed by its requests.
    pub(super) fn of(&self, section: &str) -> Markup {
        html! {
            @for group in self.groups.iter().filter(|group| group.section == section) {
                div.pictures {
                    (figure(&group.before, "Before"))
                    @for (after, _) in &group.after { (figure(after, "After")) }
                }
                details {
                    summary { @if group.after.len() == 1 { "The request" } @else { "The requests" } }
                    @for (after, request) in &group.after {
                        @if group.after.len() > 1 { p { (inline(&after.caption)) } }
                        (page::code(&plain(&after.caption), write::json(request).trim_end()))
                    }
                }
            }
        }
    }
}

impl Picture {
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The picture as an address.
    pub fn address(&self) -> String {
        format!("data:image/webp;base64,{}", STANDARD.encode(&self.bytes))
    }
}

/// A caption where there can be no code.
fn plain(caption: &str) -> String {
    caption.replace('`', "")
}

fn figure(picture: &Picture, when: &str) -> Markup {
    let described = format!("{when}: {}", plain(&picture.caption));
    html! {
        figure {
            img src=(picture.address()) width=(picture.width) height=(picture.height) alt=(described);
            figcaption { b { (when) } " " (inline(&picture.caption)) }
        }
    }
}

fn group(folder: &Path, row: &Value) -> Result<Group> {
    let after = row["after"].as_array().context("a row of pictures.json has no `after`")?;
    let after = after.iter().map(|after| Ok((picture(folder, after)?, after["request"].clone())));
    Ok(Group {
        section: text(row, "section")?,
        before: picture(folder, &row["before"])?,
        after: after.collect::<Result<_>>()?,
    })
}

fn text(value: &Value, key: &str) -> Result<String> {
    value[key].as_str().map(str::to_owned).with_context(|| format!("pictures.json: {value} has no `{key}`"))
}

fn picture(folder: &Path, value: &Value) -> Result<Picture> {
    let file = text(value, "file")?;
    let path: PathBuf = folder.join(&file);
    let bytes =
        fs::read(&path).with_context(|| format!("cannot read {FOLDER}/{file}; {FOLDER}/make makes it"))?;
    let Some((width, height)) = size(&bytes) else { bail!("{FOLDER}/{file} is not a WebP") };
    Ok(Picture { file, caption: text(value, "caption")?, width, height, bytes })
}

/// Width and height of a WebP (RFC 9649), lossy or with what may stand beside the picture.
fn size(file: &[u8]) -> Option<(u32, u32)> {
    let body = file.strip_prefix(b"RIFF").and_then(|rest| rest.get(4..)?.strip_prefix(b"WEBP"))?;
    let (name, chunk) = (body.get(..4)?, body.get(8..)?);
    let number = |at: usize, count: usize| {
        let bytes = chunk.get(at..at + count)?;
        Some(bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    };
    match name {
        b"VP8 " => Some((number(6, 2)? & 0x3FFF, number(8, 2)? & 0x3FFF)),
        b"VP8X" => Some((number(4, 3)? + 1, number(7, 3)? + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_both_kinds_of_file() {
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9D\x01\x2A\xF0\x00\xA0\x40";
        assert_eq!(size(lossy), Some((240, 160)));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0\x10\0\0\0\xEF\0\0\x9F\0\0";
        assert_eq!(size(extended), Some((240, 160)));
        for end in 0..extended.len() {
            assert_eq!(size(&extended[..end]), None);
        }
        assert_eq!(size(b"\xFF\xD8\xFF"), None);
    }
}
