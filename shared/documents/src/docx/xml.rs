//! A small tree of elements. Names have no prefix: what Word writes has no two of one local name that mean different things to us.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::DocumentError;
use crate::limits::Clock;

/// Elements of one file; a book of a thousand pages has as many.
const MAX_ELEMENTS: usize = 1_500_000;
const MAX_DEPTH: usize = 256;
const MAX_ATTRIBUTES: usize = 64;
/// How many elements there are between two looks at the clock.
const CLOCK_EVERY: usize = 4096;

#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// Directly within it.
    pub text: String,
}

impl Element {
    /// An attribute by its local name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.0 == name).map(|attribute| attribute.1.as_str())
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The child's attribute `val`, as most settings are written.
    pub fn value(&self, child: &str) -> Option<&str> {
        self.child(child)?.attribute("val")
    }

    /// A setting that is on when it stands there and does not say otherwise.
    pub fn is_on(&self, child: &str) -> Option<bool> {
        let element = self.child(child)?;
        Some(!matches!(element.attribute("val"), Some("0" | "false" | "off" | "none")))
    }

    /// The first one of the name anywhere within.
    pub fn find(&self, name: &str) -> Option<&Element> {
        self.children.iter().find_map(|child| if child.name == name { Some(child) } else { child.find(name) })
    }
}

/// The root of a file. Entities of the file's own are not expanded, and nothing outside of it is read.
pub fn parse(bytes: &[u8], clock: &Clock) -> Result<Element, DocumentError> {
    let damaged = |what: String| DocumentError::Damaged(format!("its markup: {what}"));
    let text = std::str::from_utf8(bytes).map_err(|_| damaged("it is not UTF-8".into()))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}'));
    reader.config_mut().expand_empty_elements = true;
    let (mut open, mut elements) = (vec![Element::default()], 0_usize);
    loop {
        let event = reader.read_event().map_err(|error| damaged(error.to_string()))?;
        match event {
            Event::Start(start) => {
                elements += 1;
                if elements.is_multiple_of(CLOCK_EVERY) {
                    clock.check()?;
                }
                if elements > MAX_ELEMENTS || open.len() > MAX_DEPTH {
                    return Err(DocumentError::Bomb("its markup"));
                }
                open.push(element(&start));
            }
            Event::End(_) => close(&mut open),
            Event::Text(piece) => top(&mut open).push_str(&piece),
            Event::CData(piece) => top(&mut open).push_str(&piece),
            Event::GeneralRef(name) => {
                let character = if name.is_char_ref() {
                    name.resolve_char_ref().ok().flatten()
                } else {
                    predefined(&name)
                };
                top(&mut open).extend(character);
            }
            Event::Eof if open.len() == 1 => break,
            Event::Eof => return Err(damaged("it is cut off".into())),
            _ => {}
        }
    }
    let root = open.pop().and_then(|mut outer| outer.children.pop());
    root.ok_or_else(|| damaged("it is empty".into()))
}

fn top(open: &mut [Element]) -> &mut String {
    // There is always the outermost one.
    let last = open.len() - 1;
    &mut open[last].text
}

fn close(open: &mut Vec<Element>) {
    if open.len() > 1
        && let Some(done) = open.pop()
        && let Some(parent) = open.last_mut()
    {
        parent.children.push(done);
    }
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return None,
    })
}

fn element(start: &BytesStart<'_>) -> Element {
    let mut attributes = start.attributes();
    let attributes = attributes.with_checks(false).flatten().take(MAX_ATTRIBUTES).map(|attribute| {
        let value = quick_xml::escape::unescape(&attribute.value);
        let value = value.map_or_else(|_| attribute.value.to_string(), |value| value.into_owned());
        (attribute.key.local_name().as_ref().to_owned(), value)
    });
    Element {
        name: start.local_name().as_ref().to_owned(),
        attributes: attributes.collect(),
        ..Element::default()
    }
}
