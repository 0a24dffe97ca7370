//! Options coded as letters, read from probabilities and from words.

use crate::Token;

/// Of the probability of all alternatives, the part that must lie on options. Below it the model was about to write something else, and
/// what little it gave the options says nothing.
const LEAST_MASS: f32 = 0.05;

/// `A` for the first option. There are never more than twenty.
pub(crate) fn letter(option: usize) -> char {
    char::from(b'A' + u8::try_from(option).unwrap_or(25).min(25))
}

/// The probability of each option, renormalised over those that were seen; the others have 0. `None` where options were hardly seen.
///
/// A token counts for an option when it is the option's word and nothing else but space around it.
pub(crate) fn probabilities(
    alternatives: &[Token],
    options: usize,
    option: impl Fn(&str) -> Option<usize>,
) -> Option<Vec<f32>> {
    let mut mass = vec![0.0; options];
    for token in alternatives {
        // Some tokenizers show a space as these.
        let word = token.text.trim_matches(|c: char| c.is_whitespace() || c == '▁' || c == 'Ġ');
        if let Some(place) = option(word).and_then(|option| mass.get_mut(option)) {
            *place += token.logprob.min(0.0).exp();
        }
    }
    let sum: f32 = mass.iter().sum();
    (sum >= LEAST_MASS).then(|| mass.iter().map(|mass| mass / sum).collect())
}

/// The option whose letter a word is.
pub(crate) fn option(word: &str, options: usize) -> Option<usize> {
    let [byte] = word.as_bytes() else { return None };
    let option = usize::from(byte.checked_sub(b'A')?);
    (option < options).then_some(option)
}

/// The options that a short answer names, in its order, each once. A letter counts where it stands alone and a mark, an `and` or the end
/// follows: so the `I` of "I think B" and the `A` of "A better fit is B" do not.
pub(crate) fn named(text: &str, options: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        let after = &text[at + letter.len_utf8()..];
        let alone = !before.is_alphanumeric() && before != '\'';
        let mut word = [0; 4];
        if let Some(option) = option(letter.encode_utf8(&mut word), options)
            && alone
            && ends(after)
            && !found.contains(&option)
        {
            found.push(option);
        }
        before = letter;
    }
    found
}

fn ends(after: &str) -> bool {
    let Some(next) = after.chars().next() else { return true };
    let rest = after.trim_start();
    next == '\n'
        || (next.is_whitespace() && (rest.is_empty() || rest.starts_with("and ")))
        || (!next.is_alphanumeric() && !next.is_whitespace() && next != '\'' && next != '’')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str, probability: f32) -> Token {
        Token { text: text.to_owned(), logprob: probability.ln() }
    }

    #[test]
    fn probabilities_are_renormalised_over_the_letters_seen() {
        let seen = [token("A", 0.3), token(" A", 0.1), token("B", 0.1), token("The", 0.4), token("D", 0.05)];
        let read = probabilities(&seen, 3, |word| option(word, 3)).expect("letters were seen");
        assert!((read[0] - 0.8).abs() < 1e-6 && (read[1] - 0.2).abs() < 1e-6 && read[2] == 0.0, "{read:?}");
    }

    #[test]
    fn without_a_letter_worth_the_name_there_are_no_probabilities() {
        let seen = [token("The", 0.9), token("A", 0.01), token("a", 0.05)];
        assert_eq!(probabilities(&seen, 3, |word| option(word, 3)), None);
        assert_eq!(probabilities(&[], 3, |word| option(word, 3)), None);
        let broken = [Token { text: "A".into(), logprob: f32::NAN }];
        let read = probabilities(&broken, 1, |word| option(word, 1));
        assert!(read.is_none_or(|read| read.iter().all(|share| share.is_finite())));
    }

    #[test]
    fn letters_are_found_where_they_are_the_answer() {
        for (text, options) in [
            ("B", &[1][..]),
            (" B.\n", &[1]),
            ("(C)", &[2]),
            ("**A**", &[0]),
            ("A) sports", &[0]),
            ("The answer is B", &[1]),
            ("I think B", &[1]),
            ("A better fit is B.", &[1]),
            ("A, C and D", &[0, 2, 3]),
            ("C,C", &[2]),
            ("K", &[]),
            ("none", &[]),
            ("I'd say", &[]),
            ("ABC", &[]),
            ("", &[]),
            ("É A", &[0]),
        ] {
            assert_eq!(named(text, 10), options, "{text}");
        }
    }
}
