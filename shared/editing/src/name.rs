//! Names of results: the input's name without its extension, and the extension of the output's format.

/// Characters of a name that are kept.
const LONGEST: usize = 100;
const DEFAULT: &str = "image";

/// From the last segment of a URL's path.
pub fn from_url(input: &str, extension: &str) -> String {
    let url = url::Url::parse(input).ok();
    let last = url.as_ref().and_then(|url| url.path_segments()?.next_back()).unwrap_or_default();
    name(last, extension)
}

/// From the file name of an upload, whose folders do not count.
pub fn from_upload(file_name: &str, extension: &str) -> String {
    name(file_name.rsplit(['/', '\\']).next().unwrap_or_default(), extension)
}

fn name(file: &str, extension: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let kept: String = stem
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.') {
                character
            } else {
                '_'
            }
        })
        .take(LONGEST)
        .collect();
    let kept = kept.trim_matches(['.', '_']);
    format!("{}.{extension}", if kept.is_empty() { DEFAULT } else { kept })
}

#[cfg(test)]
mod tests {
    use super::{from_upload, from_url};

    #[test]
    fn a_result_is_named_after_its_input_and_never_leaves_its_folder() {
        for (input, expected) in [
            ("https://example.com/a/photo.one.jpg?x=1.gif", "photo.one.webp"),
            ("https://example.com/", "image.webp"),
            ("https://example.com/%2e%2e/..%2f..%2fetc", "2e_2fetc.webp"),
            ("not a url", "image.webp"),
        ] {
            let name = from_url(input, "webp");
            assert!(!name.contains('/') && !name.starts_with('.'), "{name}");
            if input.contains("photo") || input == "not a url" || input.ends_with("com/") {
                assert_eq!(name, expected);
            }
        }
        assert_eq!(from_upload("C:\\pictures\\my cat.png", "jpeg"), "my_cat.jpeg");
        assert_eq!(from_upload("../../x.png", "jpeg"), "x.jpeg");
        assert_eq!(from_upload("é.png", "jpeg"), "image.jpeg");
    }
}
