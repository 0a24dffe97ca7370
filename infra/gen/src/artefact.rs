//! A generated file, or a generated block between two marker lines of a file that people write.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use similar::TextDiff;

#[derive(Debug)]
pub struct Artefact {
    /// Below the workspace's root.
    pub path: &'static str,
    content: String,
    markers: Option<(&'static str, &'static str)>,
}

impl Artefact {
    pub fn file(path: &'static str, content: String) -> Self {
        Self { path, content, markers: None }
    }

    /// A block between the first line `start` and the next line `end`; both stay. A file without the markers gets
    /// them at its end.
    pub fn block(path: &'static str, start: &'static str, end: &'static str, content: String) -> Self {
        Self { path, content, markers: Some((start, end)) }
    }

    /// Writes the file if it is stale; tells whether it did.
    ///
    /// # Errors
    /// When the file cannot be read or written, or a block has no end.
    pub fn write(&self, root: &Path) -> Result<bool> {
        let (old, new) = self.versions(root)?;
        if old == new {
            return Ok(false);
        }
        let path = root.join(self.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, new).with_context(|| format!("cannot write {}", self.path))?;
        Ok(true)
    }

    /// A unified diff from the file as it is to the file as it should be; `None` when they are equal.
    ///
    /// # Errors
    /// When the file cannot be read or a block has no end.
    pub fn diff(&self, root: &Path) -> Result<Option<String>> {
        let (old, new) = self.versions(root)?;
        if old == new {
            return Ok(None);
        }
        let diff = TextDiff::from_lines(&old, &new);
        let names = (format!("{} (checked in)", self.path), format!("{} (generated)", self.path));
        Ok(Some(diff.unified_diff().context_radius(2).header(&names.0, &names.1).to_string()))
    }

    fn versions(&self, root: &Path) -> Result<(String, String)> {
        let old = match fs::read_to_string(root.join(self.path)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", self.path)),
        };
        let new = match self.markers {
            None => self.content.clone(),
            Some((start, end)) => self.within(&old, start, end)?,
        };
        Ok((old, new))
    }

    fn within(&self, old: &str, start: &str, end: &str) -> Result<String> {
        let Some(at) = line_at(old, start) else {
            let gap = if old.is_empty() { "" } else { "\n" };
            return Ok(format!("{old}{gap}{start}\n{}{end}\n", self.content));
        };
        let body = at + start.len() + 1;
        let Some(length) = old.get(body..).and_then(|rest| line_at(rest, end)) else {
            bail!("{}: `{start}` has no `{end}`", self.path);
        };
        Ok(format!("{}{}{}", &old[..body], self.content, &old[body + length..]))
    }
}

/// Where a line that is exactly `line` begins.
fn line_at(text: &str, line: &str) -> Option<usize> {
    let mut at = 0;
    for found in text.split_inclusive('\n') {
        if found.trim_end_matches('\n') == line {
            return Some(at);
        }
        at += found.len();
    }
    None
}
