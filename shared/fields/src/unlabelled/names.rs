//! Names of shops, companies and persons, and what persons are.

use super::{CUSTOMER, View, candidate};
use crate::lexicon::Concept;
use crate::pairs::{Candidate, Span};
use crate::text::{fold, has_word};
use crate::values::{amount, contact, date, place};
use crate::wanted::Leaf;

/// Forms of companies, folded, as whole words.
const FORMS: &str = "gmbh ag kg ohg ug gbr ev sarl sas sa sasu eurl sci ltd limited llc inc plc corp corporation co \
    llp bv nv srl spa oy ab as group gruppe groupe company mbh ek se sagl partners solutions systems \
    consulting studio technologies associates partner sons fils sohne sohn freres bros brothers cie";
/// Words of occupations, folded; also as ends of German compounds.
const JOBS: &str = "manager director engineer developer consultant designer architect analyst assistant officer head \
    lead chief president founder partner accountant lawyer attorney specialist coordinator \
    representative executive scientist researcher professor teacher editor photographer technician \
    administrator advisor agent owner ceo cto cfo coo leiter leiterin geschaftsfuhrer \
    geschaftsfuhrerin ingenieur ingenieurin entwickler entwicklerin berater beraterin architektin \
    architekt arzt arztin anwalt anwaltin assistentin assistent referent referentin meister \
    meisterin vertrieb einkauf inhaber inhaberin steuerberater verkaufer directeur directrice \
    responsable chef cheffe gerant gerante charge chargee developpeur developpeuse ingenieure \
    conseiller conseillere avocat avocate comptable assistante architecte consultante redacteur \
    redactrice technicien technicienne graphiste commercial commerciale medecin notaire buchhalter \
    buchhalterin planerin planer redakteur redakteurin chemist nurse baker sales marketing";

/// What stands nowhere but in the print of a name.
pub(super) fn candidates(view: &View<'_>, leaf: &Leaf, concept: Concept) -> Vec<Candidate> {
    use Concept as C;
    match concept {
        C::Seller => company(view),
        C::Company if !leaf.is_within(CUSTOMER) => company(view),
        C::Person if !leaf.is_within(CUSTOMER) => person(view),
        C::JobTitle => job(view),
        _ => Vec::new(),
    }
}

/// Whether a line is words and nothing that has another form.
fn is_plain(view: &View<'_>, cell: usize) -> bool {
    let text = view.text(cell);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2
        && !view.in_table[cell]
        && !text.contains('@')
        && !text.contains(':')
        && text.split_whitespace().count() <= 7
        && contact::url(text).is_none()
        && contact::phone(text, true).is_none()
        && date::dates(text, view.sheet.habits).is_empty()
        && place::postal(text).is_none()
        && !place::is_street(text)
        && !amount::numbers(text, view.sheet.habits).iter().any(amount::Number::is_money)
        && !begins_with_label(view, cell)
}

/// Names may begin with the word of a label: "Au Bon Pain", "Art Director".
fn begins_with_label(view: &View<'_>, cell: usize) -> bool {
    let has_digit = view.text(cell).contains(|c: char| c.is_ascii_digit());
    view.marks
        .in_cell(cell)
        .any(|mark| mark.start == 0 && mark.is_known && (mark.is_whole || mark.has_colon || has_digit))
}

/// Whether it names a kind of document.
pub(super) fn is_heading(text: &str) -> bool {
    const HEADINGS: &str = "invoice receipt overview list report form application order quote statement summary \
        inventory registration rechnung quittung ubersicht liste bericht antrag anmeldung formular \
        bestellung angebot lieferschein preisliste facture recu demande inventaire formulaire releve \
        devis commande apercu etat inscription tarif bestandsliste inventur timetable schedule \
        fahrplan horaire welcome willkommen";
    fold(text).split(' ').any(|word| {
        has_word(HEADINGS, word)
            || word.ends_with("liste")
            || word.ends_with("ubersicht")
            || word.ends_with("antrag")
            || word.ends_with("formular")
    })
}

pub(super) fn has_form(text: &str) -> bool {
    let folded = fold(&text.replace(['.', '&'], ""));
    let words: Vec<&str> = folded.split(' ').collect();
    words.len() > 1 && words[1..].iter().any(|word| has_word(FORMS, word))
}

/// The names of hosts in e-mail and web addresses, without their ends: what companies call themselves.
fn hosts(view: &View<'_>) -> Vec<String> {
    let mut hosts = Vec::new();
    for cell in &view.sheet.cells {
        let email = contact::email(&cell.text)
            .and_then(|code| code.2.split_once('@').map(|(_, host)| host.to_owned()));
        let url = contact::url(&cell.text)
            .map(|code| code.2.trim_start_matches("https://").trim_start_matches("http://").to_owned());
        for host in [email, url].into_iter().flatten() {
            let bare = host.trim_start_matches("www.").split('/').next().unwrap_or_default().to_lowercase();
            let name: String = bare.rsplit_once('.').map_or("", |(name, _)| name).replace(['-', '.'], "");
            if name.len() > 2 {
                hosts.push(name);
            }
        }
    }
    hosts
}

/// How much of a name is in the name of a host, 0..1.
fn in_host(text: &str, hosts: &[String]) -> f32 {
    let folded = fold(text);
    let long = |word: &&str| word.len() > 2 && !has_word(FORMS, word);
    let letters: usize = folded.split(' ').filter(long).map(str::len).sum();
    let share = |host: &String| {
        let found: usize =
            folded.split(' ').filter(long).filter(|word| host.contains(*word)).map(str::len).sum();
        found as f32 / letters.max(1) as f32
    };
    hosts.iter().map(share).fold(0.0, f32::max)
}

/// A company: by its form, its host's name, or as the largest print of the top of the page.
fn company(view: &View<'_>) -> Vec<Candidate> {
    let hosts = hosts(view);
    let cells = &view.sheet.cells;
    let tallest = (0..cells.len())
        .filter(|&cell| is_plain(view, cell))
        .map(|cell| cells[cell].height())
        .fold(0.0, f32::max);
    let customers = customers(view);
    // A name in large print is a shop's only on a page that has more of a shop.
    let is_of_company = view.has_contact()
        || (0..cells.len()).any(|cell| view.is_address(cell))
        || (0..view.sheet.rows.len()).any(|row| crate::table::is_sum(view.sheet, view.marks, row));
    let mut found = Vec::new();
    for cell in (0..cells.len()).filter(|&cell| is_plain(view, cell)) {
        if !is_of_company && !has_form(view.text(cell)) || is_customer(view, &customers, cell) {
            continue;
        }
        let row = view.sheet.row_of[cell];
        let score = |text: &str| {
            let mut score = 0.42;
            if has_form(text) {
                score += 0.2;
            }
            if is_heading(text) {
                score -= 0.25;
            }
            if in_host(text, &hosts) > 0.6 {
                score += 0.22;
            }
            if row < 3 {
                score += 0.12 - 0.04 * row as f32;
            }
            if cells[cell].height() > 0.92 * tallest {
                score += 0.08;
            }
            score
        };
        let text = view.text(cell);
        if let Some((name, spans)) = with_line_above(view, cell).filter(|(name, _)| has_form(name) || row < 3)
        {
            // The first line by itself may be as good a name: what makes it whole is the form on the second.
            let ends = if has_form(&name) { score(&name) } else { score(text) };
            found.push(candidate(name, spans, f32::min(ends + 0.06, 0.93)));
        }
        found.push(candidate(text, vec![view.whole(cell)], f32::min(score(text), 0.9)));
    }
    found
}

/// Cells of labels of customers.
fn customers(view: &View<'_>) -> Vec<usize> {
    use Concept as C;
    let customers = view.marks.marks.iter().filter(|mark| {
        mark.meanings.iter().any(|meaning| {
            let concept = meaning.concept;
            meaning.certainty > 0.8
                && matches!(concept, C::CustomerName | C::CustomerAddress | C::ShippingAddress | C::Employer)
        })
    });
    customers.map(|mark| mark.cell).collect()
}

/// Whether a cell stands below or beside such a label.
fn is_customer(view: &View<'_>, customers: &[usize], cell: usize) -> bool {
    let cells = &view.sheet.cells;
    customers.iter().any(|&label| {
        let (label, cell) = (&cells[label], &cells[cell]);
        (cell.left - label.left).abs() < 2.0 && (-0.5..3.5).contains(&(cell.top - label.bottom))
            || (cell.middle() - label.middle()).abs() < 0.6 && cell.left > label.right
    })
}

/// A large name that takes two lines, and where they are.
fn with_line_above(view: &View<'_>, cell: usize) -> Option<(String, Vec<Span>)> {
    let below = &view.sheet.cells[cell];
    let over = view.sheet.above(cell, 1.3 * below.height()).filter(|&over| is_plain(view, over))?;
    let above = &view.sheet.cells[over];
    let alike = (above.height() - below.height()).abs() < 0.15 * below.height();
    let is_name = alike
        && below.height() > 1.15
        && !is_job(&below.text)
        && !is_heading(&above.text)
        && !has_form(&above.text);
    is_name.then(|| (format!("{} {}", above.text, below.text), vec![view.whole(over), view.whole(cell)]))
}

/// A person: two to four words with capitals, best those of the e-mail address, else large on a page of few lines.
fn person(view: &View<'_>) -> Vec<Candidate> {
    let cells = &view.sheet.cells;
    if cells.len() > 20 || view.has_money() {
        return Vec::new();
    }
    let boxes: Vec<String> = cells
        .iter()
        .filter_map(|cell| contact::email(&cell.text))
        .map(|code| fold(code.2.split('@').next().unwrap_or_default()).replace(' ', ""))
        .collect();
    let hosts = hosts(view);
    let tallest = cells.iter().map(|cell| cell.height()).fold(0.0, f32::max);
    let mut found = Vec::new();
    for cell in (0..cells.len()).filter(|&cell| is_plain(view, cell)) {
        let text = view.text(cell);
        let single = text.split_whitespace().count() == 1;
        let joined = with_line_above(view, cell)
            .filter(|(joined, _)| single && joined.split_whitespace().count() == 2);
        let (text, spans) = joined.unwrap_or_else(|| (text.to_owned(), vec![view.whole(cell)]));
        let text = text.as_str();
        if !is_name(text) || has_form(text) || is_job(text) {
            continue;
        }
        let folded = fold(text);
        let in_box = folded
            .split(' ')
            .filter(|word| word.len() > 2 && boxes.iter().any(|name| name.contains(word)))
            .count();
        let mut score = if in_box > 0 { 0.8 + 0.05 * in_box as f32 } else { 0.5 };
        if cells[cell].height() > 0.85 * tallest {
            score += 0.06;
        }
        if !boxes.is_empty() && in_host(text, &hosts) < 0.3 {
            score += 0.04;
        }
        if in_host(text, &hosts) > 0.6 && in_box == 0 {
            score -= 0.2;
        }
        found.push(candidate(text, spans, f32::min(score, 0.95)));
    }
    found
}

fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let letters = |word: &&str| word.chars().all(|c| c.is_alphabetic() || "-'’.".contains(c));
    let capital = |word: &&str| {
        word.chars().next().is_some_and(char::is_uppercase)
            || matches!(*word, "von" | "de" | "van" | "du" | "la" | "le")
    };
    (2..=5).contains(&words.len()) && words.iter().all(letters) && words.iter().all(capital)
}

fn is_job(text: &str) -> bool {
    let folded = fold(text);
    folded.split(' ').any(|word| {
        JOBS.split(' ')
            .any(|job| job == word || job.len() > 5 && word.len() > job.len() && word.ends_with(job))
    })
}

fn job(view: &View<'_>) -> Vec<Candidate> {
    if view.sheet.cells.len() > 20 || view.has_money() {
        return Vec::new();
    }
    let cells = (0..view.sheet.cells.len()).filter(|&cell| is_plain(view, cell) && is_job(view.text(cell)));
    let scored = cells.map(|cell| {
        let score = if has_form(view.text(cell)) { 0.6 } else { 0.72 };
        candidate(view.text(cell), vec![view.whole(cell)], score)
    });
    scored.collect()
}
