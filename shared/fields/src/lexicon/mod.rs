//! What labels of documents mean: their words in English, German and French.

mod concept;
mod terms;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::text::{has_word, key, likeness, words};
pub(crate) use concept::Concept;

/// A phrase and what it means. The first of a concept's phrases is its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Meaning {
    pub concept: Concept,
    /// 0..1.
    pub certainty: f32,
}

struct Lexicon {
    by_key: HashMap<String, Vec<Concept>>,
    /// By their first letter and length, for those that are nearly right.
    keys: Vec<(String, Concept)>,
}

fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| {
        let mut by_key: HashMap<String, Vec<Concept>> = HashMap::new();
        let mut keys = Vec::new();
        for (concept, phrases) in terms::TERMS {
            for phrase in phrases.split('|') {
                let key = key(phrase);
                let concepts = by_key.entry(key.clone()).or_default();
                if !concepts.contains(concept) {
                    concepts.push(*concept);
                    keys.push((key, *concept));
                }
            }
        }
        Lexicon { by_key, keys }
    })
}

/// What a phrase means when it is one of the dictionary's, word by word.
pub(crate) fn exact(key: &str) -> &'static [Concept] {
    lexicon().by_key.get(key).map_or(&[], Vec::as_slice)
}

/// What a label most likely means, letters read wrongly or words added forgiven.
pub(crate) fn meanings(label: &str) -> Vec<Meaning> {
    let label = key(label);
    let exact: Vec<Meaning> =
        exact(&label).iter().map(|&concept| Meaning { concept, certainty: 1.0 }).collect();
    if !exact.is_empty() || label.len() < 2 {
        return exact;
    }
    let close = lexicon().keys.iter().map(|(key, concept)| (likeness(key, &label), *concept));
    let best = close.fold(
        (0.0, None),
        |best, (alike, concept)| if alike > best.0 { (alike, Some(concept)) } else { best },
    );
    if let (certainty, Some(concept)) = best {
        return vec![Meaning { concept, certainty: certainty * 0.95 }];
    }
    contained(&label)
}

/// Short words that mean one thing only, also among others.
const SHORT: &[&str] =
    &["vat", "tva", "gst", "ust", "tax", "uid", "ean", "bic", "plz", "ttc", "net", "tel", "fax"];

/// The longest phrase of the dictionary within a longer label.
fn contained(label: &str) -> Vec<Meaning> {
    let words: Vec<&str> = label.split(' ').collect();
    if words.len() > 7 {
        return Vec::new();
    }
    for length in (1..words.len()).rev() {
        for window in words.windows(length) {
            let phrase = window.join(" ");
            if phrase.len() < 4 && !SHORT.contains(&phrase.as_str()) {
                continue;
            }
            let concepts = exact(&phrase);
            let certainty = 0.5 + 0.4 * phrase.len() as f32 / label.len() as f32;
            if !concepts.is_empty() {
                return concepts.iter().map(|&concept| Meaning { concept, certainty }).collect();
            }
        }
    }
    Vec::new()
}

/// What a field is, by its name with the names around it, and by its description.
pub(crate) fn of_field(path: &[&str], description: Option<&str>) -> Option<Concept> {
    let plain: Vec<String> = path.iter().map(|name| without_umlauts(name)).collect();
    let plain: Vec<&str> = plain.iter().map(String::as_str).collect();
    by_name(path, description).or_else(|| by_name(&plain, None))
}

/// Names of programs write umlauts with two letters: `waehrung`.
fn without_umlauts(name: &str) -> String {
    name.to_lowercase().replace("ae", "a").replace("oe", "o").replace("ue", "u")
}

/// Words of names that say the form of a value, but not what it is.
const GENERIC: &str = "amount no name date datum address adresse total value code id type text line betrag montant \
    valeur wert sum count unit class item title position note status state for to from place land \
    site rate start end reference order service bank card person";

fn by_name(path: &[&str], description: Option<&str>) -> Option<Concept> {
    let name = path.last().map_or_else(Vec::new, |name| words(name));
    // `customer.name` before `name`; `invoice_number_printed` after `invoice_number`.
    for start in 0..path.len() {
        let joined = path[start..].iter().flat_map(|part| words(part)).collect::<Vec<_>>().join(" ");
        if let Some(concept) = exact(&joined).first() {
            return Some(*concept);
        }
    }
    if let Some(description) = description
        && let Some(concept) = exact(&key(description)).first()
    {
        return Some(*concept);
    }
    // The last words of a name say what it is, those before whose. "discount amount" is a discount, "warranty amount" nothing known.
    let within = (1..name.len()).rev().find_map(|length| {
        let mut windows =
            name.windows(length).rev().filter(|window| length > 1 || !has_word(GENERIC, window[0].as_str()));
        windows.find_map(|window| exact(&window.join(" ")).first())
    });
    within.copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_three_languages() {
        for (label, concept) in [
            ("Rechnungsnummer:", Concept::InvoiceNumber),
            ("N° de facture", Concept::InvoiceNumber),
            ("Invoice No.", Concept::InvoiceNumber),
            ("Fällig am", Concept::DueDate),
            ("Total TTC", Concept::Total),
            ("Gesamtbetrag", Concept::Total),
            ("Sous-total", Concept::Subtotal),
            ("Zwischensumme", Concept::Subtotal),
            ("TVA (20 %)", Concept::TaxAmount),
            ("Rechmungsnummer", Concept::InvoiceNumber),
        ] {
            assert_eq!(meanings(label).first().map(|meaning| meaning.concept), Some(concept), "{label}");
        }
        assert_eq!(meanings("Zebra"), []);
    }

    #[test]
    fn names_of_fields() {
        assert_eq!(of_field(&["invoiceNumber"], None), None);
        assert_eq!(of_field(&["invoice Number"], None), Some(Concept::InvoiceNumber));
        assert_eq!(of_field(&["customer", "name"], None), Some(Concept::CustomerName));
        assert_eq!(of_field(&["items", "price"], None), Some(Concept::Price));
        assert_eq!(of_field(&["grand total eur"], None), Some(Concept::Total));
    }
}
