//! Names of results: the input's name without its extension, and the extension of the output's format.

use contract::images::is_storage_uri;
use contract::uri::percent_decoded;

/// Characters of a name in a link.
const LONGEST_IN_LINK: usize = 100;
/// Bytes of a name in a storage: folders of most systems take no longer one.
const LONGEST_IN_STORAGE: usize = 200;
const DEFAULT: &str = "image";

/// What an input is called, without folders and extension: of a URI, or of an upload's file name.
pub fn stem(input: &str) -> String {
    let url = url::Url::parse(input).ok().filter(|url| url.has_host() && !is_storage_uri(input));
    let file = match &url {
        Some(url) => {
            let last = url.path_segments().and_then(|mut all| all.next_back()).unwrap_or_default();
            let decoded = percent_decoded(last.as_bytes());
            last_segment(&String::from_utf8_lossy(&decoded)).to_owned()
        }
        None if is_storage_uri(input) => input.rsplit('/').next().unwrap_or_default().to_owned(),
        None => last_segment(input).to_owned(),
    };
    file.rsplit_once('.').map_or(&file[..], |(stem, _)| stem).to_owned()
}

fn last_segment(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// For a link: ASCII letters and digits, `-`, `_` and dots.
pub fn in_link(stem: impl AsRef<str>, extension: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let kept: String = stem
        .as_ref()
        .chars()
        .map(|character| if plain(character) { character } else { '_' })
        .take(LONGEST_IN_LINK)
        .collect();
    named(kept.trim_matches(['.', '_']), extension)
}

/// For a storage: as it is, but for what no path may have.
pub fn in_storage(stem: &str, extension: &str) -> String {
    let mut kept = String::new();
    for character in stem.chars() {
        let safe = !character.is_control() && !matches!(character, '/' | '\\');
        let character = if safe { character } else { '_' };
        if kept.len() + character.len_utf8() > LONGEST_IN_STORAGE {
            break;
        }
        kept.push(character);
    }
    if contract::images::is_safe(&kept) { named(&kept, extension) } else { in_link(stem, extension) }
}

fn named(kept: &str, extension: &str) -> String {
    format!("{}.{extension}", if kept.is_empty() { DEFAULT } else { kept })
}

#[cfg(test)]
mod tests {
    use super::{in_link, in_storage, stem};

    #[test]
    fn a_result_is_named_after_its_input_and_never_leaves_its_folder() {
        for (input, link, storage) in [
            ("https://example.com/a/photo.one.jpg?x=1.gif", "photo.one.webp", "photo.one.webp"),
            ("https://example.com/", "image.webp", "image.webp"),
            ("https://example.com/%2e%2e/..%2f..%2fetc.jpg", "etc.webp", "etc.webp"),
            ("https://example.com/cup%20of%20t%C3%A9.jpg", "cup_of_t.webp", "cup of té.webp"),
            ("not a url", "not_a_url.webp", "not a url.webp"),
            ("storage://shop/été/写真 1.one.jpg", "1.one.webp", "写真 1.one.webp"),
            ("storage://shop/a/100%.jpg", "100.webp", "100%.webp"),
            ("C:\\pictures\\my cat.png", "my_cat.webp", "my cat.webp"),
            ("../../x.png", "x.webp", "x.webp"),
            ("é.png", "image.webp", "é.webp"),
            ("..", "image.webp", "image.webp"),
        ] {
            let stem = stem(input);
            let (in_link, in_storage) = (in_link(&stem, "webp"), in_storage(&stem, "webp"));
            assert!(!in_link.contains('/') && !in_link.starts_with('.'), "{in_link}");
            assert!(
                !in_storage.contains(['/', '\\']) && contract::images::is_safe(&in_storage),
                "{in_storage}"
            );
            assert_eq!((&in_link[..], &in_storage[..]), (link, storage), "{input}");
        }
        assert!(in_storage(&"é".repeat(500), "jpeg").len() < 210);
    }
}
