//! A DOCX (ECMA-376) to blocks: the main part, with its styles, lists, notes, header and footer. Relations that lead out of the
//! package are known by their names alone; macros and embedded objects are not looked at.

use std::collections::HashMap;

use super::model::{Block, Cell, Inline, Look, Model, Page, Paragraph};
use super::styles::{self, Numbering, Styles};
use super::xml::{self, Element};
use super::zip::Zip;
use crate::DocumentError;
use crate::limits::Clock;

const MAX_NESTING: usize = 24;
/// A 914,400th of an inch, in which drawings are measured, to points.
const POINTS_A_UNIT: f32 = 72.0 / 914_400.0;

/// Where a relation leads to within the package, by its id.
type Relations = HashMap<String, (String, String)>;

/// All of a document, and the folder's files that pictures are read from later.
pub fn read(zip: &mut Zip<'_>, clock: &Clock) -> Result<Model, DocumentError> {
    let main = main_part(zip, clock)?;
    let document = part(zip, &main, clock)?.ok_or(DocumentError::NotADocument)?;
    if document.name != "document" {
        return Err(DocumentError::NotADocument);
    }
    let relations = relations(zip, &main, clock)?;
    let mut of_type = |name: &str| match relations.values().find(|(kind, _)| kind == name) {
        Some((_, path)) => part(zip, path, clock),
        None => Ok(None),
    };
    let (styles, numbering) = (of_type("styles")?, of_type("numbering")?);
    let notes = [of_type("footnotes")?, of_type("endnotes")?];
    let body = document.child("body").ok_or(DocumentError::NotADocument)?;
    let mut reader = Reader {
        styles: Styles::new(styles.as_ref()),
        numbering: Numbering::new(numbering.as_ref()),
        relations: &relations,
    };
    let mut model = Model { body: reader.blocks(body, 0), page: page(body), ..Model::default() };
    for note in notes.iter().flatten().flat_map(|notes| &notes.children) {
        // Separators have a type; notes of the text have none.
        if let (None, Some(id)) = (note.attribute("type"), note.attribute("id")) {
            let mut blocks = reader.blocks(note, 0);
            number(&mut blocks, id);
            model.notes.extend(blocks);
        }
    }
    for (place, name) in [(&mut model.header, "headerReference"), (&mut model.footer, "footerReference")] {
        let Some((_, path)) = last_of(body, name).and_then(|id| relations.get(id)) else { continue };
        let own = self::relations(zip, path, clock)?;
        if let Some(root) = part(zip, path, clock)? {
            let empty = Numbering::new(None);
            *place = Reader { styles: Styles::new(styles.as_ref()), numbering: empty, relations: &own }
                .blocks(&root, 0);
        }
    }
    Ok(model)
}

fn part(zip: &mut Zip<'_>, path: &str, clock: &Clock) -> Result<Option<Element>, DocumentError> {
    clock.check()?;
    zip.read(path)?.map(|bytes| xml::parse(&bytes, clock)).transpose()
}

fn main_part(zip: &mut Zip<'_>, clock: &Clock) -> Result<String, DocumentError> {
    let relations = relations(zip, "", clock)?;
    let named = relations.into_values().find(|(kind, _)| kind == "officeDocument");
    Ok(named.map_or_else(|| "word/document.xml".into(), |(_, path)| path))
}

/// The relations of a part: kind and path. Those to the outside are left out: nothing of them is ever fetched.
fn relations(zip: &mut Zip<'_>, path: &str, clock: &Clock) -> Result<Relations, DocumentError> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let of = format!("{folder}/_rels/{name}.rels");
    let root = part(zip, of.trim_start_matches('/'), clock)?.unwrap_or_default();
    let inside = root.children.iter().filter(|relation| relation.attribute("TargetMode") != Some("External"));
    let relations = inside.filter_map(|relation| {
        let kind = relation.attribute("Type")?.rsplit('/').next()?;
        Some((
            relation.attribute("Id")?.to_owned(),
            (kind.to_owned(), joined(folder, relation.attribute("Target")?)),
        ))
    });
    Ok(relations.collect())
}

/// A path within the package; steps above its top stay at the top.
fn joined(folder: &str, target: &str) -> String {
    let whole = if target.starts_with('/') { target.to_owned() } else { format!("{folder}/{target}") };
    let mut steps: Vec<&str> = Vec::new();
    for step in whole.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

fn last_of<'a>(body: &'a Element, reference: &str) -> Option<&'a str> {
    let references = section(body)?.children.iter().filter(|child| child.name == reference);
    references
        .filter(|child| child.attribute("type").is_none_or(|kind| kind == "default"))
        .find_map(|child| child.attribute("id"))
}

fn section(body: &Element) -> Option<&Element> {
    body.child("sectPr").or_else(|| body.find("sectPr"))
}

fn page(body: &Element) -> Page {
    let usual = Page::default();
    let read = |child: &str, name: &str, usual: f32, least: f32, most: f32| {
        let twips =
            section(body).and_then(|section| section.child(child)?.attribute(name)?.parse::<f32>().ok());
        twips.filter(|twips| twips.is_finite()).map_or(usual, |twips| (twips.abs() / 20.0).clamp(least, most))
    };
    let width = read("pgSz", "w", usual.width, 200.0, 2400.0);
    let height = read("pgSz", "h", usual.height, 200.0, 2400.0);
    let margin =
        |name: &str, usual: f32, side: f32| read("pgMar", name, usual.min(0.3 * side), 18.0, 0.35 * side);
    let (left, right) = (margin("left", usual.left, width), margin("right", usual.right, width));
    Page {
        width,
        height,
        left,
        right,
        top: margin("top", usual.top, height),
        bottom: margin("bottom", usual.bottom, height),
    }
}

/// The number of a note before its first text.
fn number(blocks: &mut [Block], id: &str) {
    if let Some(Block::Paragraph(paragraph)) = blocks.first_mut() {
        let look = Look { size: 9.0, bold: false };
        paragraph
            .pieces
            .insert(0, Inline::Text { text: format!("{} ", id.chars().take(8).collect::<String>()), look });
    }
}

struct Reader<'a> {
    styles: Styles<'a>,
    numbering: Numbering<'a>,
    relations: &'a Relations,
}

impl<'a> Reader<'a> {
    fn blocks(&mut self, parent: &'a Element, depth: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        if depth > MAX_NESTING {
            return blocks;
        }
        for child in &parent.children {
            match child.name.as_str() {
                "p" => self.paragraph(child, &mut blocks, depth),
                "tbl" => blocks.push(self.table(child, depth)),
                // What was taken away or moved away while changes were tracked.
                "del" | "moveFrom" | "sectPr" | "pPr" => {}
                "AlternateContent" => blocks.extend(
                    alternative(child).map(|chosen| self.blocks(chosen, depth + 1)).unwrap_or_default(),
                ),
                _ => blocks.extend(self.blocks(child, depth + 1)),
            }
        }
        blocks
    }

    fn paragraph(&mut self, element: &'a Element, blocks: &mut Vec<Block>, depth: usize) {
        let own = element.child("pPr");
        let settings = self.styles.paragraph(own);
        let look = self.styles.look(own);
        let mut paragraph = Paragraph {
            align: styles::align(&settings),
            indent: styles::length(&settings, "ind", &["left", "start"]),
            before: styles::length(&settings, "spacing", &["before"]),
            after: styles::length(&settings, "spacing", &["after"]),
            starts_page: settings.iter().find_map(|settings| settings.is_on("pageBreakBefore")) == Some(true),
            ..Paragraph::default()
        };
        let mut boxes = Vec::new();
        self.inlines(element, look, &mut paragraph.pieces, &mut boxes, depth);
        let has_text = paragraph
            .pieces
            .iter()
            .any(|piece| matches!(piece, Inline::Text { .. } | Inline::Picture { .. }));
        if has_text && let Some((label, indent)) = self.numbering.next(&settings) {
            paragraph.indent = paragraph.indent.max(indent);
            paragraph.pieces.insert(0, Inline::Text { text: format!("{label} "), look });
        }
        blocks.push(Block::Paragraph(paragraph));
        for text_box in boxes {
            blocks.extend(self.blocks(text_box, depth + 1));
        }
    }

    fn inlines(
        &mut self,
        parent: &'a Element,
        look: Look,
        out: &mut Vec<Inline>,
        boxes: &mut Vec<&'a Element>,
        depth: usize,
    ) {
        if depth > MAX_NESTING {
            return;
        }
        let look = if parent.name == "r" {
            match self.styles.run(look, parent.child("rPr")) {
                Some(look) => look,
                None => return,
            }
        } else {
            look
        };
        let text = |text: String| Inline::Text { text, look };
        for child in &parent.children {
            match child.name.as_str() {
                "del" | "moveFrom" | "delText" | "instrText" | "delInstrText" | "rPr" | "pPr" | "rt" => {}
                "t" => out.push(text(said(child))),
                "tab" | "ptab" => out.push(text("\t".into())),
                "noBreakHyphen" => out.push(text("\u{2011}".into())),
                "sym" => out.extend(symbol(child).map(|symbol| text(symbol.into()))),
                "footnoteReference" | "endnoteReference" => {
                    out.extend(child.attribute("id").map(|id| text(format!("[{id}]"))))
                }
                "br" if child.attribute("type") == Some("page") => out.push(Inline::PageBreak),
                "br" | "cr" => out.push(Inline::Break),
                "txbxContent" => boxes.push(child),
                "drawing" | "pict" | "object" => {
                    out.extend(self.picture(child));
                    self.inlines(child, look, out, boxes, depth + 1);
                }
                "AlternateContent" => {
                    if let Some(chosen) = alternative(child) {
                        self.inlines(chosen, look, out, boxes, depth + 1);
                    }
                }
                _ => self.inlines(child, look, out, boxes, depth + 1),
            }
        }
    }

    fn picture(&self, drawing: &Element) -> Option<Inline> {
        let id = drawing.find("blip").and_then(|blip| blip.attribute("embed"));
        let id = id.or_else(|| drawing.find("imagedata")?.attribute("id"))?;
        let (_, path) = self.relations.get(id).filter(|(kind, _)| kind == "image")?;
        let extent = drawing.find("extent");
        let side = |name: &str| {
            extent
                .and_then(|extent| extent.attribute(name)?.parse::<f32>().ok())
                .map_or(0.0, |units| (units * POINTS_A_UNIT).clamp(0.0, 2000.0))
        };
        Some(Inline::Picture { path: path.clone(), width: side("cx"), height: side("cy") })
    }

    fn table(&mut self, table: &'a Element, depth: usize) -> Block {
        let widths = table.child("tblGrid").into_iter().flat_map(|grid| &grid.children);
        let columns = widths.map(|column| {
            column
                .attribute("w")
                .and_then(|twips| twips.parse::<f32>().ok())
                .unwrap_or(0.0)
                .clamp(0.0, 50_000.0)
                / 20.0
        });
        let columns: Vec<f32> = columns.take(256).collect();
        let mut rows = Vec::new();
        for row in within(table, "tr") {
            let removed = row.child("trPr").is_some_and(|settings| settings.child("del").is_some());
            if !removed {
                rows.push(within(row, "tc").into_iter().map(|cell| self.cell(cell, depth)).collect());
            }
        }
        Block::Table { columns, rows }
    }

    fn cell(&mut self, cell: &'a Element, depth: usize) -> Cell {
        let span = cell.child("tcPr").and_then(|settings| settings.value("gridSpan")?.parse::<usize>().ok());
        Cell { blocks: self.blocks(cell, depth + 1), span: span.unwrap_or(1).clamp(1, 256) }
    }
}

/// Children of a name, also those that a content control or the like is around.
fn within<'a>(parent: &'a Element, name: &str) -> Vec<&'a Element> {
    let mut found = Vec::new();
    for child in &parent.children {
        match child.name.as_str() {
            own if own == name => found.push(child),
            "sdt" | "sdtContent" | "customXml" | "ins" => found.extend(within(child, name)),
            _ => {}
        }
    }
    found
}

/// What a newer reader is to take, else what an older one is.
fn alternative(element: &Element) -> Option<&Element> {
    element.child("Choice").or_else(|| element.child("Fallback"))
}

/// White space at the ends counts only where the file says so.
fn said(element: &Element) -> String {
    let kept = element.attribute("space") == Some("preserve");
    let text = if kept { element.text.as_str() } else { element.text.trim() };
    text.chars()
        .map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect()
}

/// A character of a font of symbols; the common ones of Wingdings and Symbol are shown as what they look like.
fn symbol(element: &Element) -> Option<char> {
    let code = u32::from_str_radix(element.attribute("char")?, 16).ok()?;
    match code & 0xFF {
        _ if !(0xF000..0xF100).contains(&code) => char::from_u32(code),
        0xFC | 0xFE => Some('\u{2713}'),
        0xA8 | 0x6F => Some('\u{2610}'),
        _ => Some('\u{2022}'),
    }
}
