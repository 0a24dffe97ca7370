//! What results are called: after their inputs, and no two of a batch the same.

use std::collections::HashMap;

use contract::images::is_safe;
use sha2::{Digest, Sha256};
use storages::name;

/// Gives out names in the order of the items, so that the same items get the same names at every run.
#[derive(Debug)]
pub(crate) struct Names {
    extension: &'static str,
    /// Names that are taken, and how often more they were asked for. Why digests: a hundred thousand paths are up to 100 MB.
    taken: HashMap<u128, u32>,
}

impl Names {
    pub(crate) fn new(extension: &'static str) -> Self {
        Self { extension, taken: HashMap::new() }
    }

    /// For the input of this name, in a sub-folder of the destination: empty, or with a slash at its end. One that is taken gets `-1`, `-2`.
    pub(crate) fn give(&mut self, folder: &str, input: &str) -> String {
        let first = format!("{}{}", mirrored(folder), name::in_storage(&name::stem(input), self.extension));
        if self.take(&first) {
            return first;
        }
        let stem =
            first.strip_suffix(self.extension).and_then(|stem| stem.strip_suffix('.')).unwrap_or(&first);
        loop {
            let again = self.taken.entry(digest(&first)).or_default();
            *again += 1;
            let numbered = format!("{stem}-{again}.{}", self.extension);
            if self.take(&numbered) {
                return numbered;
            }
        }
    }

    fn take(&mut self, path: &str) -> bool {
        let is_free = !self.taken.contains_key(&digest(path));
        if is_free {
            self.taken.insert(digest(path), 0);
        }
        is_free
    }
}

fn digest(path: &str) -> u128 {
    let digest = Sha256::digest(path.as_bytes());
    digest.iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

/// A folder's path as it can be made again at the destination, whatever its segments are.
fn mirrored(folder: &str) -> String {
    let segment = |segment: &str| {
        let plain = |character: char| if character.is_alphanumeric() { character } else { '_' };
        if is_safe(segment) { segment.to_owned() } else { segment.chars().map(plain).collect() }
    };
    let segments: Vec<String> = folder.split('/').map(segment).collect();
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn inputs_of_one_name_are_numbered_and_meet_no_other_name() {
        let mut names = Names::new("webp");
        for (folder, input, expected) in [
            ("", "storage://s/a.jpg", "a.webp"),
            ("", "storage://s/a.png", "a-1.webp"),
            ("", "https://example.com/a-1.jpg?x=1", "a-1-1.webp"),
            ("", "a.gif", "a-2.webp"),
            ("sub/", "storage://s/sub/a.jpg", "sub/a.webp"),
            ("sub/", "storage://s/sub/a.png", "sub/a-1.webp"),
            ("", "storage://s/x/", "image.webp"),
            ("été/写真 1/", "storage://s/été/写真 1/😀+%.jpg", "été/写真 1/😀+%.webp"),
            ("../a/", "storage://s/../a/b.jpg", "__/a/b.webp"),
            ("a//b/", "storage://s/a//b/c.jpg", "a//b/c.webp"),
        ] {
            assert_eq!(names.give(folder, input), expected, "{folder} {input}");
        }
        let long = "é".repeat(500) + ".jpg";
        let (first, second) = (names.give("", &long), names.give("", &long));
        assert!(first != second && second.ends_with("-1.webp"), "{second}");
    }

    #[test]
    fn a_hundred_thousand_of_one_name_are_named_without_delay() {
        let mut names = Names::new("jpeg");
        let last = (0..100_000).map(|_| names.give("", "a.jpg")).last();
        assert_eq!(last.as_deref(), Some("a-99999.jpeg"));
    }
}
