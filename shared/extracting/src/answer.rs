//! JSON out of what a model wrote.

use serde_json::{Deserializer, Value};

/// The JSON of an answer: bare, within a fence, or with words around it.
pub fn json(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let begin = text.find(['{', '['])?;
    Deserializer::from_str(&text[begin..]).into_iter().next()?.ok()
}

/// The same of an answer that was cut off: what was complete of it.
pub fn json_cut_off(text: &str) -> Option<Value> {
    let begin = text.find(['{', '['])?;
    let text = &text[begin..];
    let (end, open) = complete(text)?;
    let mut whole = text[..end].to_owned();
    whole.extend(open.iter().rev().map(|bracket| if *bracket == b'{' { '}' } else { ']' }));
    serde_json::from_str(&whole).ok()
}

/// Where the last complete member of a list or an object ends, and the brackets that are open there.
fn complete(text: &str) -> Option<(usize, Vec<u8>)> {
    let mut open = Vec::new();
    let mut last = None;
    let (mut in_string, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                open.push(byte);
                last = Some((at + 1, open.clone()));
            }
            b'}' | b']' => {
                open.pop()?;
                last = Some((at + 1, open.clone()));
                if open.is_empty() {
                    return last;
                }
            }
            // What stands before it is a whole member.
            b',' => last = Some((at, open.clone())),
            _ => {}
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_found_bare_in_a_fence_and_among_words() {
        for text in [
            r#"{"a":[1,"}"]}"#,
            "```json\n{\"a\": [1, \"}\"]}\n```",
            "Here is the JSON:\n{\"a\":[1,\"}\"]}\nI hope it helps {you}.",
        ] {
            assert_eq!(json(text), Some(json!({"a": [1, "}"]})), "{text}");
        }
        assert_eq!(json("[1, 2]"), Some(json!([1, 2])));
        assert_eq!(json("\"text\""), Some(json!("text")));
        for text in ["", "no JSON", "{\"a\": 1", "```json\n```"] {
            assert_eq!(json(text), None, "{text}");
        }
    }

    #[test]
    fn of_json_that_is_cut_off_anywhere_what_was_complete_is_left() {
        let text =
            r#"{"shop":"A, \"B\"","items":[{"name":"x","price":1.5},{"name":"y","price":2}],"total":3.5}"#;
        for end in 1..text.len() {
            let value = json_cut_off(&text[..end]).unwrap_or_else(|| panic!("nothing of {}", &text[..end]));
            assert!(value.is_object(), "{value}");
            if let Some(items) = value["items"].as_array() {
                assert!(items.iter().all(Value::is_object), "{value}");
            }
        }
        assert_eq!(
            json_cut_off(&text[..60]),
            Some(json!({"shop": "A, \"B\"", "items": [{"name": "x", "price": 1.5}, {}]}))
        );
        assert_eq!(json_cut_off("words"), None);
    }
}
