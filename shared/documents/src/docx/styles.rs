//! Styles and numbers of lists: what a paragraph looks like, and what stands before it.

use std::collections::HashMap;

use super::model::{Align, Look};
use super::xml::Element;

const MAX_INHERITANCE: usize = 16;
const LEVELS: usize = 9;
/// Points of text that says nothing of its size.
const DEFAULT_SIZE: f32 = 11.0;
const SIZES: std::ops::RangeInclusive<f32> = 4.0..=72.0;

pub struct Styles<'a> {
    defaults: Option<&'a Element>,
    by_id: HashMap<&'a str, &'a Element>,
    default_paragraph: Option<&'a str>,
}

impl<'a> Styles<'a> {
    pub fn new(root: Option<&'a Element>) -> Self {
        let all = root.into_iter().flat_map(|root| &root.children).filter(|child| child.name == "style");
        let by_id: HashMap<&str, &Element> =
            all.filter_map(|style| Some((style.attribute("styleId")?, style))).collect();
        let is_default = |style: &Element| {
            style.attribute("type") == Some("paragraph")
                && matches!(style.attribute("default"), Some("1" | "true" | "on"))
        };
        let default_paragraph = by_id.iter().find(|(_, style)| is_default(style)).map(|(id, _)| *id);
        Self { defaults: root.and_then(|root| root.child("docDefaults")), by_id, default_paragraph }
    }

    /// A paragraph's own settings, then those of its style and of what that is based on.
    pub fn paragraph(&self, own: Option<&'a Element>) -> Vec<&'a Element> {
        let named = own.and_then(|own| own.value("pStyle")).or(self.default_paragraph);
        let inherited = self.chain(named).filter_map(|style| style.child("pPr"));
        own.into_iter().chain(inherited).collect()
    }

    /// How a paragraph's text looks that says nothing of its own.
    pub fn look(&self, own: Option<&Element>) -> Look {
        let base = self.defaults.and_then(|defaults| defaults.find("rPr"));
        let mut look = with(Look { size: DEFAULT_SIZE, bold: false }, base);
        let named = own.and_then(|own| own.value("pStyle")).or(self.default_paragraph);
        let chain: Vec<&Element> = self.chain(named).collect();
        for style in chain.iter().rev() {
            look = with(look, style.child("rPr"));
        }
        look
    }

    /// The look of a run of text; None if it is hidden.
    pub fn run(&self, paragraph: Look, own: Option<&Element>) -> Option<Look> {
        let chain: Vec<&Element> = self.chain(own.and_then(|own| own.value("rStyle"))).collect();
        let look = chain.iter().rev().fold(paragraph, |look, style| with(look, style.child("rPr")));
        let hidden = |settings: Option<&Element>| settings.and_then(|settings| settings.is_on("vanish"));
        let hidden = hidden(own).or_else(|| chain.iter().find_map(|style| hidden(style.child("rPr"))));
        (hidden != Some(true)).then(|| with(look, own))
    }

    fn chain(&self, id: Option<&str>) -> impl Iterator<Item = &'a Element> {
        let first = id.and_then(|id| self.by_id.get(id).copied());
        let based_on = |style: &&'a Element| self.by_id.get(style.value("basedOn")?).copied();
        std::iter::successors(first, based_on).take(MAX_INHERITANCE)
    }
}

fn with(look: Look, settings: Option<&Element>) -> Look {
    let Some(settings) = settings else { return look };
    let half_points = settings.value("sz").and_then(|size| size.parse::<f32>().ok());
    let size = half_points.map_or(look.size, |size| (size / 2.0).clamp(*SIZES.start(), *SIZES.end()));
    Look { size, bold: settings.is_on("b").unwrap_or(look.bold) }
}

pub fn align(settings: &[&Element]) -> Align {
    match settings.iter().find_map(|settings| settings.value("jc")) {
        Some("center") => Align::Center,
        Some("right" | "end") => Align::Right,
        _ => Align::Left,
    }
}

/// A length in points of what is written in twentieths, by the first settings that have the element and the attribute.
pub fn length(settings: &[&Element], child: &str, attributes: &[&str]) -> f32 {
    let read = |settings: &&Element| {
        let element = settings.child(child)?;
        attributes.iter().find_map(|name| element.attribute(name)?.parse::<f32>().ok())
    };
    let points = settings.iter().find_map(read).unwrap_or(0.0) / 20.0;
    if points.is_finite() { points.clamp(0.0, 500.0) } else { 0.0 }
}

/// Numbers of lists, counted as the document goes on.
pub struct Numbering<'a> {
    /// Of a list: its levels.
    lists: HashMap<&'a str, [Option<&'a Element>; LEVELS]>,
    counters: HashMap<String, [u32; LEVELS]>,
}

impl<'a> Numbering<'a> {
    pub fn new(root: Option<&'a Element>) -> Self {
        let children = || root.into_iter().flat_map(|root| &root.children);
        let abstracts: HashMap<&str, &Element> = children()
            .filter(|child| child.name == "abstractNum")
            .filter_map(|list| Some((list.attribute("abstractNumId")?, list)))
            .collect();
        let lists = children().filter(|child| child.name == "num").filter_map(|list| {
            let levels = abstracts.get(list.value("abstractNumId")?)?;
            let mut found = [None; LEVELS];
            for level in levels.children.iter().filter(|child| child.name == "lvl") {
                if let Some(place) =
                    level.attribute("ilvl").and_then(|level| found.get_mut(level.parse::<usize>().ok()?))
                {
                    *place = Some(level);
                }
            }
            Some((list.attribute("numId")?, found))
        });
        Self { lists: lists.collect(), counters: HashMap::new() }
    }

    /// What stands before the next paragraph of these settings, if it is of a list, and how far that is indented by its level.
    pub fn next(&mut self, settings: &[&Element]) -> Option<(String, f32)> {
        let of = settings.iter().find_map(|settings| settings.child("numPr"));
        let own = of?;
        let list = settings
            .iter()
            .filter_map(|settings| settings.child("numPr"))
            .find_map(|of| of.value("numId"))?;
        let depth =
            own.value("ilvl").and_then(|level| level.parse::<usize>().ok()).unwrap_or(0).min(LEVELS - 1);
        let levels = self.lists.get(list)?;
        let level = levels[depth]?;
        let start = |level: usize| {
            levels[level].and_then(|level| level.value("start")?.parse().ok()).unwrap_or(1_u32)
        };
        let counters = self.counters.entry(list.to_owned()).or_insert([0; LEVELS]);
        for counter in &mut counters[depth + 1..] {
            *counter = 0;
        }
        for (outer, counter) in counters[..depth].iter_mut().enumerate().filter(|(_, counter)| **counter == 0)
        {
            *counter = start(outer);
        }
        counters[depth] = if counters[depth] == 0 { start(depth) } else { counters[depth].saturating_add(1) };
        let indent = length(&level.child("pPr").into_iter().collect::<Vec<_>>(), "ind", &["left", "start"]);
        let format =
            |level: usize| levels[level].and_then(|level| level.value("numFmt")).unwrap_or("decimal");
        if format(depth) == "bullet" {
            return Some(("\u{2022}".into(), indent));
        }
        let mut label = level.value("lvlText").unwrap_or("%1.").chars().take(64).collect::<String>();
        for (level, counter) in counters.iter().enumerate() {
            label = label.replace(&format!("%{}", level + 1), &written(*counter, format(level)));
        }
        (!label.trim().is_empty()).then_some((label, indent))
    }
}

fn written(number: u32, format: &str) -> String {
    match format {
        "none" => String::new(),
        "decimalZero" => format!("{number:02}"),
        "lowerLetter" => letters(number),
        "upperLetter" => letters(number).to_uppercase(),
        "lowerRoman" => roman(number),
        "upperRoman" => roman(number).to_uppercase(),
        _ => number.to_string(),
    }
}

/// a to z, then aa, bb and so on.
fn letters(number: u32) -> String {
    let place = number.max(1) - 1;
    let letter = char::from(b'a' + (place % 26) as u8);
    std::iter::repeat_n(letter, (place / 26 + 1).min(8) as usize).collect()
}

fn roman(number: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let (mut rest, mut out) = (number.min(3999), String::new());
    for (value, sign) in SIGNS {
        while rest >= value {
            out.push_str(sign);
            rest -= value;
        }
    }
    out
}
