//! How much a label of the page is the name of a field.

use std::collections::HashMap;

use crate::Embed;
use crate::lexicon::Concept;
use crate::marks::{Mark, Marks};
use crate::text::likeness;
use crate::wanted::Leaf;

/// Labels that may stand for a field of another meaning, and how much they are worth then.
const RELATED: &[(Concept, Concept, f32)] = {
    use Concept as C;
    &[
        // field, label
        (C::Date, C::IssueDate, 0.85),
        (C::IssueDate, C::Date, 0.8),
        (C::Date, C::OrderDate, 0.6),
        (C::Company, C::Seller, 0.75),
        (C::Seller, C::Company, 0.75),
        (C::Person, C::CustomerName, 0.6),
        (C::CustomerName, C::Person, 0.65),
        (C::Person, C::LastName, 0.5),
        (C::LastName, C::Person, 0.7),
        (C::JobTitle, C::Position, 0.9),
        (C::Mobile, C::Phone, 0.55),
        (C::Phone, C::Mobile, 0.7),
        (C::Address, C::CustomerAddress, 0.65),
        (C::CustomerAddress, C::Address, 0.65),
        (C::Address, C::Street, 0.6),
        (C::Street, C::Address, 0.7),
        (C::SellerAddress, C::Address, 0.65),
        (C::ShippingAddress, C::Address, 0.55),
        (C::Product, C::Description, 0.85),
        (C::Description, C::Product, 0.9),
        (C::Price, C::BasePrice, 0.5),
        (C::LineAmount, C::Total, 0.9),
        (C::LineAmount, C::Price, 0.6),
        (C::Total, C::LineAmount, 0.75),
        (C::Price, C::LineAmount, 0.55),
        (C::DocumentNumber, C::Reference, 0.7),
        (C::DocumentNumber, C::InvoiceNumber, 0.7),
        (C::DocumentNumber, C::ReceiptNumber, 0.7),
        (C::ReceiptNumber, C::DocumentNumber, 0.75),
        (C::InvoiceNumber, C::DocumentNumber, 0.75),
        (C::Reference, C::DocumentNumber, 0.7),
        (C::ReceiptNumber, C::InvoiceNumber, 0.5),
        (C::Ean, C::ArticleNumber, 0.6),
        (C::ArticleNumber, C::Reference, 0.7),
        (C::Reference, C::ArticleNumber, 0.6),
        (C::TaxAmount, C::TaxRate, 0.5),
        (C::TaxRate, C::TaxAmount, 0.8),
        (C::Position, C::DocumentNumber, 0.7),
        (C::VatId, C::TaxNumber, 0.4),
        (C::TaxNumber, C::VatId, 0.4),
        (C::BestBefore, C::ExpiryDate, 0.7),
        (C::ExpiryDate, C::BestBefore, 0.7),
        (C::ExpiryDate, C::EndDate, 0.6),
        (C::Employer, C::Company, 0.7),
        (C::Company, C::Employer, 0.75),
        (C::Quantity, C::Unit, 0.4),
        (C::Paid, C::PaymentMethod, 0.3),
        (C::PaymentMethod, C::Paid, 0.4),
        (C::Card, C::PaymentMethod, 0.3),
        (C::Weight, C::Quantity, 0.6),
        (C::StartDate, C::Date, 0.5),
        (C::Subtotal, C::Total, 0.2),
        (C::CustomerName, C::LastName, 0.5),
        (C::Website, C::Site, 0.8),
        (C::Site, C::Address, 0.6),
        (C::Address, C::Site, 0.6),
        (C::Site, C::City, 0.6),
        (C::Stock, C::Quantity, 0.75),
        (C::Quantity, C::Stock, 0.75),
        (C::Title, C::Product, 0.4),
        (C::Size, C::Weight, 0.5),
    ]
};

/// The encoder's likeness at which two phrases begin to mean the same, and that at which they surely do.
const MEANT: (f32, f32) = (0.6, 0.9);

/// What is known of fields and labels beyond single comparisons.
#[derive(Default)]
pub(crate) struct Matcher {
    /// By the index of the leaf and the text of the label.
    meant: HashMap<(usize, String), f32>,
}

/// No more labels than this are given to the encoder.
const MOST_EMBEDDED: usize = 256;

impl Matcher {
    pub(crate) fn new(leaves: &[Leaf], marks: &Marks, embed: Option<Embed<'_>>) -> Self {
        let Some(embed) = embed else { return Self::default() };
        let mut labels: Vec<String> = Vec::new();
        for mark in marks.marks.iter().filter(|mark| mark.is_whole || mark.has_colon) {
            if mark.label.len() >= 3 && labels.len() < MOST_EMBEDDED && !labels.contains(&mark.label) {
                labels.push(mark.label.clone());
            }
        }
        let fields: Vec<String> = leaves.iter().map(|leaf| leaf.names.join(" ")).collect();
        let texts: Vec<String> = fields.iter().chain(&labels).cloned().collect();
        let Some(vectors) =
            (!labels.is_empty()).then(|| embed(&texts)).flatten().filter(|all| all.len() == texts.len())
        else {
            return Self::default();
        };
        let mut meant = HashMap::new();
        for (field, of_field) in vectors[..fields.len()].iter().enumerate() {
            for (label, of_label) in labels.iter().zip(&vectors[fields.len()..]) {
                let likeness: f32 = of_field.iter().zip(of_label).map(|(a, b)| a * b).sum();
                if likeness > MEANT.0 {
                    let share = ((likeness - MEANT.0) / (MEANT.1 - MEANT.0)).min(1.0);
                    meant.insert((field, label.clone()), 0.5 + 0.4 * share);
                }
            }
        }
        Self { meant }
    }

    /// 0..1.
    pub(crate) fn similarity(&self, index: usize, leaf: &Leaf, mark: &Mark) -> f32 {
        let by_text = similarity(leaf, mark);
        let by_meaning = || self.meant.get(&(index, mark.label.clone())).copied().unwrap_or(0.0);
        // What a label is known to mean is not overruled by what sounds alike.
        if mark.is_known && leaf.concept.is_some() { by_text } else { by_text.max(by_meaning()) }
    }
}

/// By the letters and by the dictionary.
pub(crate) fn similarity(leaf: &Leaf, mark: &Mark) -> f32 {
    let mut best = leaf.keys.iter().map(|key| likeness(key, &mark.key)).fold(0.0, f32::max);
    let mut known = false;
    for meaning in &mark.meanings {
        known = known || meaning.certainty > 0.9;
        if let Some(concept) = leaf.concept {
            best = best.max(related(concept, meaning.concept) * meaning.certainty * 0.98);
        }
    }
    if best >= 0.8 || known && leaf.concept.is_some() {
        return best;
    }
    let shared = leaf.keys.iter().map(|key| shared_words(key, &mark.key));
    shared.fold(best, f32::max)
}

fn related(field: Concept, label: Concept) -> f32 {
    if field == label {
        return 1.0;
    }
    RELATED.iter().find(|(a, b, _)| *a == field && *b == label).map_or(0.0, |(_, _, worth)| *worth)
}

/// All words of a name within a longer label, or of the label within the name.
fn shared_words(name: &str, label: &str) -> f32 {
    let name: Vec<&str> = name.split(' ').filter(|word| !word.is_empty()).collect();
    let label: Vec<&str> = label.split(' ').filter(|word| word.len() > 1).collect();
    if name.is_empty() || label.is_empty() {
        return 0.0;
    }
    let letters = |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>() as f32;
    let common: Vec<&str> = name.iter().filter(|word| label.contains(*word)).copied().collect();
    let all = common.len() == name.len().min(label.len());
    if all { 0.4 + 0.5 * letters(&common) / letters(&name).max(letters(&label)) } else { 0.0 }
}
