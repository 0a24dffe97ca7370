//! What a client asks for.

mod prompt;
mod schema;

use crate::lexicon::{Concept, of_field};
use crate::text::{key, readable};

/// The form of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// The page's wording.
    Text,
    Number,
    Integer,
    /// A sum of money as a number.
    Amount,
    Percent,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM` or `HH:MM:SS`.
    Time,
    Email,
    Phone,
    Url,
    Iban,
    VatId,
    /// ISO 4217.
    Currency,
    Boolean,
    /// One of these.
    Choice(Vec<String>),
    /// Repeated rows of these; one without a name stands for a list of plain values.
    List(Vec<Field>),
    Object(Vec<Field>),
}

/// One value that is asked for, or a group of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub name: String,
    pub description: Option<String>,
    pub kind: Kind,
    /// A number that the answer must hold as a string: it keeps the page's wording.
    pub as_text: bool,
}

/// All that is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    pub fields: Vec<Field>,
}

impl Wanted {
    /// The properties of a JSON Schema's root object. What has another form than fields can have is left out.
    pub fn of_schema(schema: &serde_json::Value) -> Self {
        Self { fields: schema::fields(schema) }
    }

    /// The fields that a prompt names, in any of three languages. Empty where it names none.
    pub fn of_prompt(prompt: &str) -> Self {
        Self { fields: prompt::fields(prompt) }
    }
}

/// The form that values of a concept have.
pub(crate) fn kind_of(concept: Concept) -> Kind {
    use Concept as C;
    match concept {
        C::Date
        | C::DueDate
        | C::OrderDate
        | C::DeliveryDate
        | C::BirthDate
        | C::ExpiryDate
        | C::IssueDate
        | C::BestBefore
        | C::StartDate
        | C::EndDate => Kind::Date,
        C::Time => Kind::Time,
        C::Total
        | C::Subtotal
        | C::TaxAmount
        | C::Shipping
        | C::Paid
        | C::Change
        | C::Balance
        | C::Tip
        | C::Price
        | C::OldPrice
        | C::LineAmount
        | C::Fee => Kind::Amount,
        C::TaxRate => Kind::Percent,
        C::Quantity | C::Stock => Kind::Number,
        C::Currency => Kind::Currency,
        C::Iban => Kind::Iban,
        C::VatId => Kind::VatId,
        C::Phone | C::Mobile | C::Fax => Kind::Phone,
        C::Email => Kind::Email,
        C::Website => Kind::Url,
        _ => Kind::Text,
    }
}

/// A single value of all that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// Names from the root, as they are written.
    pub path: Vec<String>,
    /// The same in words.
    pub names: Vec<String>,
    pub kind: Kind,
    pub as_text: bool,
    pub concept: Option<Concept>,
    /// As labels are compared with it: its name, the same with those around it, its description where that is short.
    pub keys: Vec<String>,
}

impl Leaf {
    pub(crate) fn of(field: &Field, above: &[String]) -> Self {
        let mut path = above.to_vec();
        path.push(field.name.clone());
        let names: Vec<String> = path.iter().map(|name| readable(name)).collect();
        let parts: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut concept = of_field(&parts, field.description.as_deref());
        if above.is_empty() && field.name.is_empty() {
            concept = None;
        }
        let is_dated = field.description.as_deref().is_some_and(|text| text.contains("YYYY-MM-DD"));
        let by_word = || names.last().and_then(|name| kind_of_word(name));
        let as_known = if is_dated { Some(Kind::Date) } else { concept.map(kind_of).or_else(by_word) };
        let as_known = as_known.filter(|_| field.kind == Kind::Text);
        // A text that is a date is given as dates are; amounts keep their wording and are only checked.
        let as_text = field.as_text || matches!(as_known, Some(Kind::Amount | Kind::Number | Kind::Percent));
        let mut kind = as_known.unwrap_or_else(|| field.kind.clone());
        if matches!(kind, Kind::Number) {
            match concept.map(kind_of) {
                Some(Kind::Amount) => kind = Kind::Amount,
                Some(Kind::Percent) => kind = Kind::Percent,
                _ => {}
            }
        }
        let concept = concept.map(|concept| whose(concept, &names[..names.len() - 1]));
        let keys = keys(&names, field.description.as_deref());
        Self { path, names, kind, as_text, concept, keys }
    }

    /// Whether one of the names around it, or its own, has this word.
    pub(crate) fn is_within(&self, words: &[&str]) -> bool {
        self.names.iter().flat_map(|name| crate::text::words(name)).any(|word| words.contains(&word.as_str()))
    }
}

/// What a name or an address is within a group that is about the customer or the seller.
fn whose(concept: Concept, above: &[String]) -> Concept {
    const SELLER: &[&str] = &[
        "seller",
        "vendor",
        "supplier",
        "merchant",
        "store",
        "shop",
        "issuer",
        "verkaufer",
        "vendeur",
        "fournisseur",
    ];
    const SHIPPING: &[&str] = &["shipping", "delivery", "ship"];
    let is = |list: &[&str]| {
        above.iter().flat_map(|name| crate::text::words(name)).any(|word| list.contains(&word.as_str()))
    };
    use Concept as C;
    match concept {
        C::Address if is(SHIPPING) => C::ShippingAddress,
        C::Person | C::Company if is(crate::unlabelled::CUSTOMER) => C::CustomerName,
        C::Address if is(crate::unlabelled::CUSTOMER) => C::CustomerAddress,
        C::Person | C::Company if is(SELLER) => C::Seller,
        C::Address if is(SELLER) => C::SellerAddress,
        other => other,
    }
}

/// The form that the last word of an unknown name promises.
fn kind_of_word(name: &str) -> Option<Kind> {
    match key(name).rsplit(' ').next()? {
        "date" | "datum" => Some(Kind::Date),
        "amount" | "betrag" | "montant" | "price" | "preis" | "prix" | "cost" | "fee" | "total" => {
            Some(Kind::Amount)
        }
        "iban" => Some(Kind::Iban),
        "email" | "mail" => Some(Kind::Email),
        "phone" => Some(Kind::Phone),
        _ => None,
    }
}

fn keys(names: &[String], description: Option<&str>) -> Vec<String> {
    let mut keys = vec![key(names.last().map_or("", String::as_str))];
    if names.len() > 1 {
        keys.push(key(&names.join(" ")));
    }
    keys.extend(description.filter(|text| text.len() < 60).map(key));
    keys
}

/// All single values, but not those of lists.
pub(crate) fn leaves(fields: &[Field]) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    collect(fields, &mut Vec::new(), &mut leaves);
    leaves
}

fn collect(fields: &[Field], above: &mut Vec<String>, leaves: &mut Vec<Leaf>) {
    for field in fields {
        match &field.kind {
            Kind::Object(inner) => {
                above.push(field.name.clone());
                collect(inner, above, leaves);
                above.pop();
            }
            Kind::List(_) => {}
            _ => {
                let mut leaf = Leaf::of(field, above);
                // Only rows have a position in this sense.
                if leaf.concept == Some(Concept::Position) && leaf.kind == Kind::Text {
                    leaf.concept = Some(Concept::JobTitle);
                }
                leaves.push(leaf);
            }
        }
    }
}
