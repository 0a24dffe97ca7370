//! Fields that a prompt names: "Read the invoice number, the date and the total as JSON".

use super::{Field, Kind, kind_of};
use crate::lexicon::{Concept, of_field};
use crate::text::{fold, has_word, readable};

/// Words that begin what is asked for, and are no part of it, folded.
const ASKING: &str = "read extract give get find return list output please me tell show the all what is are and from \
    of this these with fields following a an as json out in lies lese gib nenne finde extrahiere \
    bitte mir die der das den und alle aus diesem dieser als was ist wie lautet folgende felder \
    extrais extraire lis lire donne donnez trouve moi le la les l et un une quel quelle est sont en \
    champs suivants sous forme its their any each every values value then s";
/// Where what follows is no field any more.
const ENDING: &[&str] = &[
    " as json",
    " in json",
    " from ",
    " of this",
    " of the ",
    " on the ",
    " on this",
    " als json",
    " im json",
    " aus d",
    " von d",
    " auf d",
    " en json",
    " au format",
    " sous forme",
    " de cette",
    " de ce ",
    " du document",
    " sur ",
    " shown",
    " as a ",
    " for this",
    " for each",
    " with ",
];

/// Most fields of a prompt.
const MOST: usize = 60;

pub(super) fn fields(prompt: &str) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for sentence in prompt.split(['\n', '?', '!', ';']).flat_map(|line| line.split(". ")) {
        for part in pieces(sentence) {
            let Some(field) = field(&part) else { continue };
            if fields.len() < MOST && !fields.iter().any(|other| other.name == field.name) {
                fields.push(field);
            }
        }
    }
    with_rows(fields, prompt)
}

/// What stands between commas and conjunctions; after a colon only what follows it.
fn pieces(sentence: &str) -> Vec<String> {
    let sentence = sentence.split_once(": ").map_or(sentence, |(_, rest)| rest);
    let mut text =
        format!(" {} ", sentence.replace(['"', '`', '\'', '’', '(', ')', '{', '}', '[', ']', '*'], " "));
    for joint in [" and ", " und ", " et ", " sowie ", " or ", " as well as "] {
        text = text.replace(joint, ", ");
    }
    text.split([',', '•', '\t']).map(str::to_owned).collect()
}

fn field(piece: &str) -> Option<Field> {
    let mut piece = format!(" {} ", piece.trim().trim_end_matches(['.', ':']));
    for end in ENDING {
        if let Some(at) = piece.to_ascii_lowercase().find(end)
            && at > 0
            && !clean(&piece[..at]).is_empty()
        {
            piece = format!(" {} ", &piece[..at]);
        }
    }
    let name = clean(&piece);
    let words = name.split(' ').count();
    let is_name = !name.is_empty() && words <= 5 && name.chars().any(char::is_alphabetic) && name.len() <= 60;
    if !is_name {
        return None;
    }
    let words_of_name = readable(&name);
    let concept = of_field(&[words_of_name.as_str()], None);
    // A sentence's remains are no field: what the dictionary does not know must be short.
    if concept.is_none() && words > 3 {
        return None;
    }
    // What is written as a program would write it is kept.
    let is_program = words == 1 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_program = is_program
        && (name.contains('_')
            || name.chars().skip(1).any(char::is_uppercase) && name.chars().any(char::is_lowercase));
    let joined = if is_program { name.clone() } else { fold(&name).replace(' ', "_") };
    let kind = concept.map_or(Kind::Text, kind_of);
    (!joined.is_empty()).then_some(Field { name: joined, description: Some(name), kind, as_text: false })
}

/// Without the words of asking on either side.
fn clean(piece: &str) -> String {
    let words: Vec<&str> = piece.split_whitespace().map(|word| word.trim_matches(['.', ':', '-'])).collect();
    let is_asking = |word: &&str| {
        let folded = fold(word);
        folded.is_empty() || folded.split(' ').all(|part| has_word(ASKING, part))
    };
    let start = words.iter().position(|word| !is_asking(word)).unwrap_or(words.len());
    let end = words.iter().rposition(|word| !is_asking(word)).map_or(start, |end| end + 1);
    words[start.min(end)..end].join(" ")
}

/// "line items" in a prompt are a list of what rows of invoices have.
fn with_rows(fields: Vec<Field>, prompt: &str) -> Vec<Field> {
    const ROWS: &[&str] = &[
        "line_items",
        "items",
        "positions",
        "positionen",
        "articles",
        "artikel",
        "products",
        "produkte",
        "produits",
        "lignes",
        "rows",
        "postes",
        "all_items",
        "rechnungspositionen",
        "lines",
    ];
    let folded = fold(prompt);
    let row = || {
        let column = |name: &str, concept: Concept| Field {
            name: name.into(),
            description: None,
            kind: kind_of(concept),
            as_text: false,
        };
        let mut row =
            vec![column("description", Concept::Description), column("quantity", Concept::Quantity)];
        if ["price", "preis", "prix"].iter().any(|word| folded.contains(word)) || !folded.contains("amount") {
            row.push(column("price", Concept::Price));
        }
        row.push(column("amount", Concept::LineAmount));
        row
    };
    let as_rows = |field: Field| {
        if ROWS.contains(&field.name.as_str()) { Field { kind: Kind::List(row()), ..field } } else { field }
    };
    fields.into_iter().map(as_rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(prompt: &str) -> Vec<String> {
        fields(prompt).into_iter().map(|field| field.name).collect()
    }

    #[test]
    fn prompts_of_three_languages() {
        assert_eq!(
            names("Read the invoice number, the date and the total as JSON"),
            ["invoice_number", "date", "total"]
        );
        assert_eq!(
            names("Lies Rechnungsnummer, Datum und Gesamtbetrag aus der Rechnung."),
            ["rechnungsnummer", "datum", "gesamtbetrag"]
        );
        assert_eq!(
            names("Extrais le numéro de facture, la date et le montant total"),
            ["numero_de_facture", "date", "montant_total"]
        );
        assert_eq!(names("Extract: name, e-mail, phone"), ["name", "e_mail", "phone"]);
        assert_eq!(names("What is the total?"), ["total"]);
        assert_eq!(names("Read the total"), ["total"]);
    }
}
