//! Sentences of the contract as HTML.

use maud::{Markup, html};

/// Text in which what stands between backticks is code.
pub fn inline(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A row of a table, each cell as [`inline`].
pub fn row(cells: &[&str]) -> Vec<Markup> {
    cells.iter().map(|cell| inline(cell)).collect()
}

/// `1000000` → `1,000,000`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_backticks_become_code() {
        assert_eq!(inline("a `<b>` & c").into_string(), "a <code>&lt;b&gt;</code> &amp; c");
        assert_eq!(thousands(50_000_000), "50,000,000");
        assert_eq!(thousands(120), "120");
    }
}
