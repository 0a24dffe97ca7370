//! `storage://{storage}/{path}`.
//!
//! The path is taken as it stands: a percent sign is one of the key's characters. It is refused where it could mean another place to
//! whoever reads it next: parent folders, backslashes and NUL, also percent-encoded (however often) or in look-alike characters.

use super::MAX_OBJECT_KEY;
use crate::Fault;
use crate::uri::{after_scheme, percent_decoded};

pub const STORAGE_SCHEME: &str = "storage://";

/// Characters of the name of a storage.
pub(super) const MAX_STORAGE_NAME: usize = 50;

/// Rounds of percent-decoding looked through; what is encoded more often is refused.
const ROUNDS: usize = 5;

/// A URI whose path is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageUri<'a> {
    pub storage: &'a str,
    /// Without the slash before it; empty for the storage's root.
    pub path: &'a str,
}

impl<'a> StorageUri<'a> {
    /// Of an object or a folder. The error is a sentence for the client.
    pub fn parse(uri: &'a str) -> Result<Self, &'static str> {
        let rest = after_scheme(uri, STORAGE_SCHEME).ok_or("invalid or missing URL scheme")?;
        let (storage, path) = rest.split_once('/').unwrap_or((rest, ""));
        if storage.is_empty() || storage.len() > MAX_STORAGE_NAME || !is_storage_name(storage) {
            return Err("invalid storage URI: use storage://{storage}/{path}");
        }
        let path = path.trim_start_matches('/');
        if path.len() > MAX_OBJECT_KEY {
            return Err("the path in the storage is longer than 1,024 bytes");
        }
        if !is_safe(path) {
            return Err(
                "the path in the storage has `.` or `..` as a folder, a backslash or a control character, perhaps encoded",
            );
        }
        Ok(Self { storage, path })
    }

    /// As [`StorageUri::parse`], of an object.
    pub fn object(uri: &'a str) -> Result<Self, &'static str> {
        let parsed = Self::parse(uri)?;
        if parsed.is_folder() { Err("the storage URI names a folder and not a file") } else { Ok(parsed) }
    }

    /// Whether it names a folder: by its last slash, or by naming nothing below the storage.
    pub fn is_folder(&self) -> bool {
        self.path.is_empty() || self.path.ends_with('/')
    }
}

pub fn is_storage_uri(uri: &str) -> bool {
    after_scheme(uri, STORAGE_SCHEME).is_some()
}

/// Letters, digits, `_` and `-`.
pub(super) fn is_storage_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// What is wrong with an input, where it names an object of a storage.
pub(crate) fn stored_fault(path: &str, uri: &str) -> Option<Fault> {
    let wrong = is_storage_uri(uri).then(|| StorageUri::object(uri).err()).flatten();
    wrong.map(|sentence| Fault::other(path, sentence))
}

/// Whether a path is the same place to everyone who reads it.
pub fn is_safe(path: &str) -> bool {
    let mut form = folded(path.as_bytes());
    for _ in 0..ROUNDS {
        let unsafe_byte = |byte: &u8| *byte == b'\\' || *byte < 0x20 || *byte == 0x7f;
        let dots = |segment: &[u8]| segment == b"." || segment == b"..";
        if form.iter().any(unsafe_byte) || form.split(|byte| *byte == b'/').any(dots) {
            return false;
        }
        let decoded = folded(&percent_decoded(&form));
        if decoded == form {
            return true;
        }
        form = decoded;
    }
    false
}

/// Look-alikes of dot, slash and backslash as what compatibility normalisation (Unicode NFKC) makes of them.
fn folded(bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{2024}' | '\u{FE52}' | '\u{FF0E}' => plain.push('.'),
            '\u{2025}' | '\u{FE30}' => plain.push_str(".."),
            '\u{FF0F}' | '\u{2215}' | '\u{2044}' | '\u{29F8}' => plain.push('/'),
            '\u{FF3C}' | '\u{FE68}' | '\u{2216}' | '\u{29F5}' => plain.push('\\'),
            '\u{FF05}' | '\u{FE6A}' => plain.push('%'),
            other => plain.push(other),
        }
    }
    plain.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leaves_its_folder_is_refused_in_every_encoding() {
        for path in [
            "..",
            "a/../b",
            "a/..",
            "./a",
            "a/./b",
            "%2e%2e/a",
            "%2E./a",
            ".%2e/a",
            "a/%252e%252e/b",
            "a%2f..%2fb",
            "a\\b",
            "a%5cb",
            "a%5Cb",
            "a\0b",
            "a%00b",
            "a\nb",
            "a%0ab",
            "\u{ff0e}\u{ff0e}/a",
            "\u{2025}/a",
            "a/\u{fe52}./b",
            "..\u{ff0f}a",
            "a\u{ff3c}b",
            "\u{ff05}2e\u{ff05}2e/a",
            "%EF%BC%8E%EF%BC%8E/a",
            "a\u{7f}b",
            "%25252525252525252e%2525252525252525252e/a",
        ] {
            assert!(!is_safe(path), "{path:?}");
            assert!(StorageUri::parse(&format!("storage://mine/{path}")).is_err(), "{path:?}");
        }
    }

    #[test]
    fn odd_names_are_taken_as_they_stand() {
        for path in [
            "a b.jpg",
            "100%.jpg",
            "%41.jpg",
            "a+b.jpg",
            "été/写真.jpg",
            "😀.png",
            "...",
            "a..b/.hidden",
            "a//b",
            "½ cup.jpg",
            "50%2.jpg",
        ] {
            assert!(is_safe(path), "{path:?}");
            let uri = format!("storage://mine/{path}");
            assert_eq!(StorageUri::parse(&uri), Ok(StorageUri { storage: "mine", path }), "{path:?}");
        }
        let long = format!("storage://mine/{}", "é".repeat(512));
        assert!(StorageUri::object(&long).is_ok());
        assert!(StorageUri::object(&format!("{long}x")).is_err());
    }

    #[test]
    fn files_and_folders_are_told_apart_by_the_last_slash() {
        for (uri, storage, path, folder) in [
            ("storage://mine", "mine", "", true),
            ("STORAGE://mine/", "mine", "", true),
            ("storage://My-Shop_1/a/", "My-Shop_1", "a/", true),
            ("storage://mine//a/b.jpg", "mine", "a/b.jpg", false),
        ] {
            let parsed = StorageUri::parse(uri).expect(uri);
            assert_eq!((parsed.storage, parsed.path, parsed.is_folder()), (storage, path, folder));
            assert_eq!(StorageUri::object(uri).is_err(), folder);
        }
        for uri in ["storage://", "storage:///a", "storage://a b/c", "storage://é/c", "http://a/b", "stora"]
        {
            assert!(StorageUri::parse(uri).is_err(), "{uri}");
        }
    }
}
