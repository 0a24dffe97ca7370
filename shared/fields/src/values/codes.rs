//! Codes that prove themselves, by a checksum or by their form: IBAN, VAT id, BIC, EAN.

/// A code and the bytes of the text where it stands.
pub(crate) type Code = (usize, usize, String);

/// How long an IBAN of a country is.
const IBANS: &[(&str, usize)] = &[
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TR", 26),
];

/// The first IBAN, without blanks. `strict`: only with a checksum that is right.
pub(crate) fn iban(text: &str, strict: bool) -> Option<Code> {
    for start in starts_of_words(text) {
        let rest = &text[start..];
        let country: String = rest.chars().take(2).collect::<String>().to_uppercase();
        let Some((_, length)) = IBANS.iter().find(|(name, _)| *name == country) else { continue };
        let mut code = String::new();
        let mut end = start;
        for (at, character) in rest.char_indices() {
            if character.is_ascii_alphanumeric() {
                code.push(character.to_ascii_uppercase());
                end = start + at + 1;
            } else if character != ' ' && character != '\u{a0}' {
                break;
            }
            if code.len() == *length {
                break;
            }
        }
        if code.len() != *length {
            continue;
        }
        let code = repaired_iban(&code);
        if has_checksum(&code) || !strict && code[2..4].bytes().all(|byte| byte.is_ascii_digit()) {
            return Some((start, end, code));
        }
    }
    None
}

/// Letters read for digits become digits where the checksum is right then.
fn repaired_iban(code: &str) -> String {
    if has_checksum(code) {
        return code.to_owned();
    }
    let digits: String = code[2..]
        .chars()
        .map(|character| match character {
            'O' => '0',
            'I' | 'L' => '1',
            'S' => '5',
            'B' => '8',
            other => other,
        })
        .collect();
    let repaired = format!("{}{digits}", &code[..2]);
    if has_checksum(&repaired) { repaired } else { code.to_owned() }
}

/// ISO 7064, modulo 97.
fn has_checksum(code: &str) -> bool {
    let turned = code[4..].chars().chain(code[..4].chars());
    let remainder = turned.filter_map(|character| character.to_digit(36)).fold(0_u32, |sum, digit| {
        if digit < 10 { (sum * 10 + digit) % 97 } else { (sum * 100 + digit) % 97 }
    });
    remainder == 1
}

fn starts_of_words(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices()
        .scan(' ', |before, (at, character)| {
            let starts = character.is_alphanumeric() && !before.is_alphanumeric();
            *before = character;
            Some((at, starts))
        })
        .filter(|(_, starts)| *starts)
        .map(|(at, _)| at)
}

/// Forms of VAT ids: letters as they are, `9` a digit, `*` a digit or a letter.
const VAT: &[&str] = &[
    "DE999999999",
    "ATU99999999",
    "FR**999999999",
    "IT99999999999",
    "NL999999999B99",
    "BE9999999999",
    "LU99999999",
    "GB999999999",
    "CHE999999999",
    "ES*9999999*",
    "PL9999999999",
    "DK99999999",
    "SE999999999999",
    "PT999999999",
    "IE9999999*",
    "CZ99999999",
    "FI99999999",
    "EU999999999",
];

/// The first VAT id as it is printed.
pub(crate) fn vat_id(text: &str) -> Option<Code> {
    for start in starts_of_words(text) {
        for form in VAT {
            if let Some(end) = fits(&text[start..], form) {
                return Some((start, start + end, text[start..start + end].to_owned()));
            }
        }
    }
    None
}

fn fits(text: &str, form: &str) -> Option<usize> {
    let mut wanted = form.chars().peekable();
    for (at, character) in text.char_indices() {
        let Some(&want) = wanted.peek() else {
            return (!character.is_alphanumeric()).then_some(at);
        };
        let is_it = match want {
            '9' => character.is_ascii_digit(),
            '*' => character.is_ascii_alphanumeric(),
            letter => character == letter,
        };
        if is_it {
            wanted.next();
        } else if !matches!(character, ' ' | '.' | '-') {
            return None;
        }
    }
    wanted.peek().is_none().then_some(text.len())
}

/// The first BIC: four letters of a bank, two of a country, two or five more.
pub(crate) fn bic(text: &str) -> Option<Code> {
    for start in starts_of_words(text) {
        let word: String = text[start..].chars().take_while(char::is_ascii_alphanumeric).collect();
        let is_bic = matches!(word.len(), 8 | 11)
            && word[..6].bytes().all(|byte| byte.is_ascii_uppercase())
            && word[6..].bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if is_bic {
            return Some((start, start + word.len(), word));
        }
    }
    None
}

/// The first EAN of 13 or 8 digits whose checksum is right.
pub(crate) fn ean(text: &str) -> Option<Code> {
    let repaired = super::repair::digits(text);
    for start in starts_of_words(&repaired) {
        let mut digits = String::new();
        let mut end = start;
        for (at, character) in repaired[start..].char_indices() {
            if character.is_ascii_digit() {
                digits.push(character);
                end = start + at + 1;
            } else if character != ' ' || digits.is_empty() {
                break;
            }
        }
        let sum = |digits: &str| {
            let weights = digits.bytes().rev().enumerate();
            weights
                .map(|(index, byte)| u32::from(byte - b'0') * if index % 2 == 0 { 1 } else { 3 })
                .sum::<u32>()
        };
        if matches!(digits.len(), 8 | 12 | 13) && sum(&digits) % 10 == 0 {
            return Some((start, end, digits));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_are_checked_and_repaired() {
        let good = "DE89370400440532013000";
        assert_eq!(
            iban("IBAN: DE89 3704 0044 0532 0130 00 BIC", true).map(|code| code.2).as_deref(),
            Some(good)
        );
        assert_eq!(iban("DE89 37O4 0044 0532 0130 00", true).map(|code| code.2).as_deref(), Some(good));
        assert_eq!(iban("DE88 3704 0044 0532 0130 00", true), None);
        assert!(iban("FR14 2004 1010 0505 0001 3M02 606", true).is_some());
    }

    #[test]
    fn other_codes() {
        assert_eq!(vat_id("USt-IdNr. DE 123456789").map(|code| code.2).as_deref(), Some("DE 123456789"));
        assert_eq!(vat_id("CHE-123.456.789 MWST").map(|code| code.2).as_deref(), Some("CHE-123.456.789"));
        assert_eq!(vat_id("DE1234"), None);
        assert_eq!(ean("EAN 4006381333931").map(|code| code.2).as_deref(), Some("4006381333931"));
        assert_eq!(ean("4006381333932"), None);
        assert_eq!(bic("BIC COBADEFFXXX").map(|code| code.2).as_deref(), Some("COBADEFFXXX"));
    }
}
