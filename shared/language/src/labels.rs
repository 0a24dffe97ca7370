//! What a caller says about the labels.

/// One label. Only the name must not be empty.
#[derive(Debug, Clone, Default)]
pub struct Label<'a> {
    pub name: &'a str,
    pub description: Option<&'a str>,
    /// Texts that carry the label.
    pub examples: Vec<&'a str>,
}

/// The labels of a request or of a classifier's version, in the order of the answer.
#[derive(Debug, Clone, Default)]
pub struct Labels<'a> {
    pub labels: Vec<Label<'a>>,
    /// What the texts are, as in "support ticket".
    pub text_type: Option<&'a str>,
}

impl<'a> Labels<'a> {
    /// Labels of which only the names are known.
    pub fn of_names(names: impl IntoIterator<Item = &'a str>) -> Self {
        let label = |name| Label { name, ..Label::default() };
        Self { labels: names.into_iter().map(label).collect(), text_type: None }
    }
}

/// A name as people write it: `credit_card-lost` is "credit card lost", `creditCardLost` too.
pub(crate) fn readable(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut before_is_lower = false;
    for character in name.chars() {
        if character.is_uppercase() && before_is_lower {
            words.push(' ');
        }
        before_is_lower = character.is_lowercase();
        words.push(if matches!(character, '_' | '-' | '/' | '.') { ' ' } else { character });
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn names_of_programs_become_words() {
        assert_eq!(readable("credit_card-lost"), "credit card lost");
        assert_eq!(readable("creditCardLost"), "credit Card Lost");
        assert_eq!(readable("NASA missions"), "NASA missions");
        assert_eq!(readable("--"), "");
    }
}
