//! Words as they are compared: without case, accents, abbreviations and the small words between.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words that tell no label from another.
const SMALL: &str = "a an the of de du des d l la le les der die das den dem your ihre ihr votre notre our unsere vos \
    s en in et and und au aux please bitte";
/// Ends of German compounds, and what they become.
const ENDS: &[(&str, &str)] = &[
    ("nummer", "no"),
    ("nr", "no"),
    ("datum", "datum"),
    ("betrag", "betrag"),
    ("adresse", "adresse"),
    ("anschrift", "anschrift"),
    ("name", "name"),
];

/// Lower case without accents; what is neither letter nor digit becomes a space. "N°" and "#" are "no".
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '°' | 'º' => folded.push('o'),
            '#' => folded.push_str(" no "),
            'ß' => folded.push_str("ss"),
            '%' => folded.push_str(" % "),
            _ => folded.extend(
                std::iter::once(character)
                    .nfkd()
                    .filter(|&part| !is_combining_mark(part))
                    .flat_map(char::to_lowercase)
                    .map(|part| if part.is_alphanumeric() { part } else { ' ' }),
            ),
        }
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a list of words, with blanks between, has one.
pub(crate) fn has_word(list: &str, word: &str) -> bool {
    list.split(' ').any(|other| other == word)
}

/// The words of a label or a name, in the one form in which they are compared.
pub(crate) fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut words = Vec::new();
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        compound(word, &mut words);
    }
    let all_small = words.iter().all(|word| has_word(SMALL, word.as_str()));
    // The last word stays: "product of" is no product.
    let last = words.len().saturating_sub(1);
    let mut index = 0;
    words.retain(|word| {
        index += 1;
        all_small || index > last || !has_word(SMALL, word.as_str())
    });
    words
}

fn compound(word: &str, words: &mut Vec<String>) {
    match word {
        "number" | "num" | "numero" | "nummer" | "nr" | "no" | "nos" => return words.push("no".into()),
        "tel" | "telephone" | "telefon" | "phone" | "fon" => return words.push("phone".into()),
        "str" => return words.push("strasse".into()),
        _ => {}
    }
    for (end, as_word) in ENDS {
        if let Some(stem) = word.strip_suffix(end)
            && stem.len() >= 3
        {
            words.push(singular(stem));
            words.push((*as_word).to_owned());
            return;
        }
    }
    words.push(singular(word));
}

fn singular(word: &str) -> String {
    if word.len() > 3 && !word.ends_with("ss") { word.strip_suffix('s').unwrap_or(word) } else { word }
        .to_owned()
}

/// [`words`] in one string.
pub(crate) fn key(text: &str) -> String {
    words(text).join(" ")
}

/// A name of a program in words: `invoiceNumber` and `invoice_number` are "invoice Number" and "invoice number".
pub(crate) fn readable(name: &str) -> String {
    let mut readable = String::with_capacity(name.len() + 4);
    let mut before_is_lower = false;
    for character in name.chars() {
        if character.is_uppercase() && before_is_lower {
            readable.push(' ');
        }
        before_is_lower = character.is_lowercase() || character.is_ascii_digit();
        readable.push(if matches!(character, '_' | '-' | '/' | '.') { ' ' } else { character });
    }
    readable.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How alike two keys are, 0..1, by letters that must be changed; 0 where they are clearly not alike.
pub(crate) fn likeness(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longest = a.len().max(b.len());
    // Of short words every letter counts.
    let most = longest / 5;
    if longest < 5 || a.len().abs_diff(b.len()) > most || longest > 48 {
        return 0.0;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
        if row.iter().all(|&changes| changes > most) {
            return 0.0;
        }
    }
    let changes = row[b.len()];
    if changes > most { 0.0 } else { 1.0 - changes as f32 / longest as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_label_have_one_key() {
        for spelling in ["Rechnungsnummer:", "Rechnungs-Nr.", "Rechnung Nr", "rechnungsnr"] {
            assert_eq!(key(spelling), "rechnung no", "{spelling}");
        }
        assert_eq!(key("N° de facture"), key("Numéro facture"));
        assert_eq!(key("Invoice #"), key("invoice number"));
        assert_eq!(readable("dueDate"), "due Date");
    }

    #[test]
    fn a_letter_read_wrongly_is_forgiven_in_long_words_only() {
        assert!(likeness("rechnung no", "rechmung no") > 0.85);
        assert!(likeness("date", "dato") < 0.1);
        assert!(likeness("subtotal", "total") < 0.1);
    }
}
