//! Streets, postal codes and cities.

use crate::text::{fold, has_word};

/// The line of an address with the postal code.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Postal {
    pub code: String,
    pub city: String,
}

/// Words of streets, as whole words.
const STREETS: &str = "street st road rd avenue ave lane ln drive dr boulevard blvd square court ct way rue place quai \
    chemin allee impasse cours route strasse str weg gasse platz ring ufer damm terrace close \
    crescent row hill mews parkway highway via bd av faubourg passage promenade am im markt";
/// Ends of the German words of streets.
const ENDS: &str = "strasse str weg gasse platz allee ring ufer damm markt graben hof berg steig chaussee promenade \
    garten tor brucke park feld wall";

/// Whether a line is a street with the number of a house.
pub(crate) fn is_street(line: &str) -> bool {
    let folded = fold(line);
    let words: Vec<&str> = folded.split(' ').collect();
    if words.len() > 8 || words.len() < 2 {
        return false;
    }
    let is_number = |word: &&str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        digits > 0
            && digits <= 4
            && word.len() <= digits + 3
            && word.starts_with(|c: char| c.is_ascii_digit())
    };
    let has_number = words.first().is_some_and(is_number)
        || words.last().is_some_and(is_number)
        || words.len() > 2 && words[words.len() - 2..].iter().any(is_number);
    let is_word = |word: &&str| {
        has_word(STREETS, word)
            || ENDS.split(' ').any(|end| word.len() > end.len() + 2 && word.ends_with(end))
    };
    has_number && words.iter().any(is_word)
}

/// The postal code and the city of a line: `10115 Berlin`, `CH-8001 Zürich`, `London SW1A 1AA`, `Austin, TX 78701`.
pub(crate) fn postal(line: &str) -> Option<Postal> {
    let repaired = super::repair::digits(line);
    let line = repaired.as_str();
    let tokens: Vec<&str> = line.split_whitespace().collect();
    continental(&tokens)
        .or_else(|| british(&tokens))
        .or_else(|| american(line, &tokens))
        .or_else(|| after_comma(line))
}

fn is_city(words: &[&str]) -> bool {
    let letters = |word: &str| word.chars().all(|c| c.is_alphabetic() || "-'’.()/".contains(c));
    !words.is_empty()
        && words.len() <= 4
        && words.iter().all(|word| letters(word.trim_matches(',')))
        && words[0].chars().next().is_some_and(char::is_uppercase)
}

fn continental(tokens: &[&str]) -> Option<Postal> {
    for (index, token) in tokens.iter().enumerate() {
        let bare = token.trim_matches(',');
        let code = ["D-", "A-", "CH-", "F-", "L-", "B-", "DE-", "FR-", "AT-"]
            .iter()
            .find_map(|prefix| bare.strip_prefix(prefix))
            .unwrap_or(bare);
        if !(4..=5).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        // What follows a comma is the country.
        let mut city: Vec<&str> = Vec::new();
        for word in &tokens[index + 1..] {
            if matches!(*word, "|" | "·" | "•" | "-" | "–" | "Tel." | "Tel" | "Tel:") {
                break;
            }
            city.push(word);
            if word.ends_with(',') {
                break;
            }
        }
        if is_city(&city) && city[0].trim_matches(',').chars().count() > 2
            || index + 1 < tokens.len() && city.len() > 1 && is_city(&city)
        {
            let city = city.join(" ");
            return Some(Postal { code: code.to_owned(), city: city.trim_matches(',').to_owned() });
        }
    }
    None
}

fn british(tokens: &[&str]) -> Option<Postal> {
    let outer = |word: &str| {
        (2..=4).contains(&word.len())
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && word.bytes().any(|byte| byte.is_ascii_digit())
    };
    let inner = |word: &str| {
        word.len() == 3
            && word.as_bytes()[0].is_ascii_digit()
            && word[1..].bytes().all(|byte| byte.is_ascii_uppercase())
    };
    for index in 1..tokens.len() {
        let (first, second) = (tokens[index - 1].trim_matches(','), tokens[index].trim_matches(','));
        if outer(first) && inner(second) {
            let before = tokens[..index - 1].join(" ");
            let city = before.trim_end_matches(',').rsplit(',').next().unwrap_or_default().trim().to_owned();
            let city = if city.is_empty() { tokens[index + 1..].join(" ") } else { city };
            return Some(Postal { code: format!("{first} {second}"), city });
        }
    }
    None
}

fn american(line: &str, tokens: &[&str]) -> Option<Postal> {
    for index in 1..tokens.len() {
        let (state, code) = (tokens[index - 1].trim_matches(','), tokens[index].trim_matches(','));
        let is_state = state.len() == 2 && state.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_zip =
            matches!(code.len(), 5 | 10) && code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if is_state && is_zip && index >= 2 {
            let before = line.find(tokens[index - 1]).map_or("", |at| line[..at].trim());
            let city = before.trim_end_matches(',').rsplit(',').next().unwrap_or_default().trim();
            return Some(Postal { code: code.to_owned(), city: city.to_owned() });
        }
    }
    None
}

/// "Boise, 83702".
fn after_comma(line: &str) -> Option<Postal> {
    let (before, code) = line.rsplit_once(',')?;
    let (city, code) = (before.rsplit(',').next()?.trim(), code.trim());
    let is_code = (4..=5).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    let words: Vec<&str> = city.split_whitespace().collect();
    (is_code && is_city(&words)).then(|| Postal { code: code.to_owned(), city: city.to_owned() })
}

/// Countries as addresses name them, folded.
pub(crate) const COUNTRIES: &[&str] = &[
    "germany",
    "deutschland",
    "allemagne",
    "france",
    "frankreich",
    "switzerland",
    "schweiz",
    "suisse",
    "austria",
    "osterreich",
    "autriche",
    "united kingdom",
    "uk",
    "great britain",
    "england",
    "royaume uni",
    "usa",
    "united states",
    "etats unis",
    "belgium",
    "belgique",
    "belgien",
    "luxembourg",
    "luxemburg",
    "netherlands",
    "niederlande",
    "pays bas",
    "italy",
    "italia",
    "italie",
    "italien",
    "spain",
    "espana",
    "espagne",
    "spanien",
    "canada",
    "kanada",
    "ireland",
    "irland",
    "irlande",
    "portugal",
    "poland",
    "polen",
    "pologne",
    "denmark",
    "danemark",
    "sweden",
    "schweden",
    "suede",
    "norway",
    "norwegen",
    "norvege",
    "china",
    "chine",
    "japan",
    "japon",
    "turkey",
    "turkei",
    "turquie",
    "greece",
    "griechenland",
    "grece",
    "brazil",
    "brasilien",
    "bresil",
    "morocco",
    "maroc",
    "marokko",
    "kenya",
    "kenia",
    "colombia",
    "kolumbien",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postal_lines() {
        let read = |line: &str| postal(line).map(|postal| (postal.code, postal.city));
        let is = |code: &str, city: &str| Some((code.to_owned(), city.to_owned()));
        assert_eq!(read("10115 Berlin"), is("10115", "Berlin"));
        assert_eq!(read("Hauptstr. 5, D-80331 München, Germany"), is("80331", "München"));
        assert_eq!(read("London SW1A 1AA"), is("SW1A 1AA", "London"));
        assert_eq!(read("500 Main St, Austin, TX 78701"), is("78701", "Austin"));
        assert_eq!(read("Rechnung 2024"), None);
    }

    #[test]
    fn streets() {
        for line in ["Hauptstraße 5", "12 rue de la Paix", "221B Baker Street", "Am Markt 3a", "500 Main St"]
        {
            assert!(is_street(line), "{line}");
        }
        for line in ["Kaffee 500 g", "Total 12", "Street", "Order 5"] {
            assert!(!is_street(line), "{line}");
        }
    }
}
