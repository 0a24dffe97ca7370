//! A writer of small DOCX files, and of ZIPs that are none.

use std::io::Write;

use flate2::{Compression, write::DeflateEncoder};

/// One file of a ZIP; deflated, unless it says otherwise.
pub struct File {
    pub name: String,
    pub packed: Vec<u8>,
    pub size: usize,
    pub flags: u16,
    pub method: u16,
}

pub fn file(name: &str, data: &[u8]) -> File {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).expect("memory is written to");
    File {
        name: name.into(),
        packed: encoder.finish().expect("memory is written to"),
        size: data.len(),
        flags: 0,
        method: 8,
    }
}

pub fn zip(files: &[File]) -> Vec<u8> {
    let (mut out, mut table) = (Vec::new(), Vec::new());
    for file in files {
        let offset = out.len() as u32;
        let mut common = Vec::new();
        for field in [20, file.flags, file.method, 0, 0] {
            common.extend_from_slice(&field.to_le_bytes());
        }
        for field in [0, file.packed.len() as u32, file.size as u32] {
            common.extend_from_slice(&field.to_le_bytes());
        }
        common.extend_from_slice(&(file.name.len() as u16).to_le_bytes());
        common.extend_from_slice(&[0; 2]);
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&common);
        out.extend_from_slice(file.name.as_bytes());
        out.extend_from_slice(&file.packed);
        table.extend_from_slice(b"PK\x01\x02\x14\0");
        table.extend_from_slice(&common);
        table.extend_from_slice(&[0; 10]);
        table.extend_from_slice(&offset.to_le_bytes());
        table.extend_from_slice(file.name.as_bytes());
    }
    let start = out.len() as u32;
    out.extend_from_slice(&table);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        out.extend_from_slice(&(files.len() as u16).to_le_bytes());
    }
    out.extend_from_slice(&(table.len() as u32).to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}

const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

pub fn relations(of: &[(&str, &str, &str)]) -> String {
    let list: String = of
        .iter()
        .map(|(id, kind, target)| {
            format!(r#"<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>"#)
        })
        .collect();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{RELATIONS}">{list}</Relationships>"#
    )
}

pub fn part(root: &str, inner: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><w:{root} xmlns:w="w" xmlns:r="r" xmlns:a="a" xmlns:wp="wp">{inner}</w:{root}>"#
    )
}

/// A document of that body, with more files.
pub fn docx(body: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let document = part("document", &format!("<w:body>{body}</w:body>"));
    let root = relations(&[("rId1", "officeDocument", "word/document.xml")]);
    let mut files =
        vec![file("_rels/.rels", root.as_bytes()), file("word/document.xml", document.as_bytes())];
    files.extend(more.iter().map(|(name, data)| file(name, data)));
    zip(&files)
}

pub fn paragraph(text: &str) -> String {
    format!(r#"<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>"#)
}

/// A PNG of one colour.
pub fn png(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let row: Vec<u8> =
        std::iter::once(0).chain(colour.into_iter().cycle().take(3 * width as usize)).collect();
    let data = super::pdf::deflated(&row.repeat(height as usize));
    let mut out = b"\x89PNG\r\n\x1A\n".to_vec();
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    for (kind, data) in [(b"IHDR", head), (b"IDAT", data), (b"IEND", Vec::new())] {
        out.extend_from_slice(&(data.len() as u32).to_be_bytes());
        let chunk = [&kind[..], &data].concat();
        out.extend_from_slice(&chunk);
        out.extend_from_slice(&crc32fast::hash(&chunk).to_be_bytes());
    }
    out
}

/// A letter with all that a letter may have.
pub fn letter() -> Vec<u8> {
    let styles = part(
        "styles",
        r#"<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>
        <w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:pPr><w:spacing w:before="240" w:after="120"/></w:pPr><w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style>"#,
    );
    let numbering = part(
        "numbering",
        r#"<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/><w:pPr><w:ind w:left="720"/></w:pPr></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl></w:abstractNum>
        <w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="x"/></w:lvl></w:abstractNum>
        <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>"#,
    );
    let item = |list: u8, level: u8, text: &str| {
        format!(
            r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#
        )
    };
    let cell = |text: &str| format!(r#"<w:tc>{}</w:tc>"#, paragraph(text));
    let row =
        |cells: &[&str]| format!("<w:tr>{}</w:tr>", cells.iter().map(|text| cell(text)).collect::<String>());
    let body = [
        r#"<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Rental agreement</w:t></w:r></w:p>"#.to_owned(),
        r#"<w:p><w:r><w:t xml:space="preserve">The tenant pays </w:t></w:r><w:del><w:r><w:delText>800</w:delText></w:r></w:del><w:ins><w:r><w:t>850</w:t></w:r></w:ins><w:r><w:t xml:space="preserve"> euros a month &amp; heating</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>.</w:t></w:r></w:p>"#.to_owned(),
        item(1, 0, "Deposit"), item(1, 1, "by transfer"), item(1, 0, "Keys"), item(2, 0, "two of the house"),
        format!("<w:tbl><w:tblGrid><w:gridCol w:w=\"3000\"/><w:gridCol w:w=\"3000\"/></w:tblGrid>{}{}</w:tbl>", row(&["Room", "Area"]), row(&["Kitchen", "12 m\u{b2}"])),
        r#"<w:p><w:r><w:drawing><wp:inline><wp:extent cx="1828800" cy="914400"/><a:blip r:embed="rId5"/></wp:inline></w:drawing></w:r></w:p>"#.to_owned(),
        paragraph("\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}, \u{3ba}\u{3cc}\u{3c3}\u{3bc}\u{3b5}, Gr\u{fc}\u{df}e."),
        r#"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>"#.to_owned(),
        r#"<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:left="1440" w:right="1440" w:top="1440" w:bottom="1440"/></w:sectPr>"#.to_owned(),
    ].concat();
    let own = relations(&[
        ("rId1", "styles", "styles.xml"),
        ("rId2", "numbering", "numbering.xml"),
        ("rId3", "header", "header1.xml"),
        ("rId4", "footer", "footer1.xml"),
        ("rId5", "image", "media/image1.png"),
        ("rId6", "footnotes", "footnotes.xml"),
    ]);
    let notes = part(
        "footnotes",
        &format!(
            r#"<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="2">{}</w:footnote>"#,
            paragraph("Heating is billed by use.")
        ),
    );
    docx(
        &body,
        &[
            ("word/_rels/document.xml.rels", own.as_bytes()),
            ("word/styles.xml", styles.as_bytes()),
            ("word/numbering.xml", numbering.as_bytes()),
            ("word/header1.xml", part("hdr", &paragraph("Smith Properties")).as_bytes()),
            ("word/footer1.xml", part("ftr", &paragraph("Page of an agreement")).as_bytes()),
            ("word/footnotes.xml", notes.as_bytes()),
            ("word/media/image1.png", &png(64, 32, [200, 40, 40])),
        ],
    )
}
