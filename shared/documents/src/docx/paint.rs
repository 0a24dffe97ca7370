//! Pages of marks as a PDF of our own, which is then drawn like any other.

use std::collections::HashMap;

use super::font;
use super::layout::{Mark, Sheet};
use super::lines::Faces;
use super::model::{Look, Page};
use super::picture::Picture;
use crate::DocumentError;

const CATALOG: u32 = 1;
const PAGES: u32 = 2;
const FONTS: u32 = 3;
/// Each font takes so many objects.
const FONT_OBJECTS: u32 = 4;
const PICTURES: u32 = FONTS + 2 * FONT_OBJECTS;

/// A PDF of the pages; pictures by their paths.
pub fn pdf(
    sheets: &[Sheet],
    page: Page,
    pictures: &HashMap<String, Picture>,
) -> Result<Vec<u8>, DocumentError> {
    let mut file = crate::pdf::File::new(1 << 20);
    file.value(CATALOG, 0, format!("<</Type/Catalog/Pages {PAGES} 0 R>>").as_bytes());
    let faces = Faces::new()?;
    for bold in [false, true] {
        put_font(&mut file, bold, &faces);
    }
    let mut paths: Vec<&String> = pictures.keys().collect();
    paths.sort();
    let numbers: HashMap<&str, u32> =
        paths.iter().zip(PICTURES..).map(|(path, number)| (path.as_str(), number)).collect();
    for path in &paths {
        let picture = &pictures[*path];
        let open = format!(
            "<</Type/XObject/Subtype/Image/Width {}/Height {}/BitsPerComponent 8{}",
            picture.width, picture.height, picture.entries
        );
        file.stream(numbers[path.as_str()], 0, open.as_bytes(), &picture.data);
    }
    let xobjects: String = numbers.values().map(|number| format!("/P{number} {number} 0 R")).collect();
    let resources =
        format!("<</Font<</F0 {FONTS} 0 R/F1 {} 0 R>>/XObject<<{xobjects}>>>>", FONTS + FONT_OBJECTS);
    let first = PICTURES + numbers.len() as u32;
    let mut kids = String::new();
    for (sheet, number) in sheets.iter().zip((first..).step_by(2)) {
        let content = content(sheet, page, &faces, &numbers);
        file.stream(number + 1, 0, b"<<", content.as_bytes());
        let entries = format!(
            "/MediaBox[0 0 {} {}]/Resources {resources}/Contents {} 0 R",
            page.width,
            page.height,
            number + 1
        );
        file.value(number, 0, format!("<</Type/Page/Parent {PAGES} 0 R{entries}>>").as_bytes());
        kids.push_str(&format!("{number} 0 R "));
    }
    file.value(PAGES, 0, format!("<</Type/Pages/Count {}/Kids[{kids}]>>", sheets.len()).as_bytes());
    Ok(file.end(format!("/Root {CATALOG} 0 R").as_bytes()))
}

/// A composite font whose codes are glyph numbers.
fn put_font(file: &mut crate::pdf::File, bold: bool, faces: &Faces) {
    let number = FONTS + FONT_OBJECTS * u32::from(bold);
    let face = faces.of(Look { size: 0.0, bold });
    let widths: String = (0..8192).map(|glyph| format!("{:.0} ", face.width(glyph))).collect();
    let name = if bold { "Bold" } else { "Regular" };
    let descendant = number + 1;
    file.value(number, 0, format!("<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{descendant} 0 R]>>").as_bytes());
    let system = "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/CIDToGIDMap/Identity";
    let descendant_entries =
        format!("/BaseFont/{name}{system}/FontDescriptor {} 0 R/DW 600/W[0[{widths}]]", number + 2);
    file.value(descendant, 0, format!("<</Type/Font/Subtype/CIDFontType2{descendant_entries}>>").as_bytes());
    let descriptor = format!(
        "/FontName/{name}/Flags 4/FontBBox[-1000 -300 2000 1200]/ItalicAngle 0/Ascent 930/Descent -240/CapHeight 730/StemV 80"
    );
    file.value(
        number + 2,
        0,
        format!("<</Type/FontDescriptor{descriptor}/FontFile2 {} 0 R>>", number + 3).as_bytes(),
    );
    file.stream(number + 3, 0, b"<<", font::data(bold));
}

fn content(sheet: &Sheet, page: Page, faces: &Faces, numbers: &HashMap<&str, u32>) -> String {
    let mut out = String::from("0.5 w\n");
    for mark in &sheet.marks {
        let up = |y: f32| page.height - y;
        match mark {
            Mark::Text { x, base, size, bold, text } => {
                let face = faces.of(Look { size: *size, bold: *bold });
                let codes: String = text.chars().map(|c| format!("{:04X}", face.glyph(c))).collect();
                out.push_str(&format!(
                    "BT /F{} {size} Tf {x:.2} {:.2} Td <{codes}> Tj ET\n",
                    u8::from(*bold),
                    up(*base)
                ));
            }
            Mark::Box { x, y, width, height } => {
                out.push_str(&format!("{x:.2} {:.2} {width:.2} {height:.2} re S\n", up(y + height)))
            }
            Mark::Picture { x, y, width, height, path } => match numbers.get(path.as_str()) {
                Some(number) => out.push_str(&format!(
                    "q {width:.2} 0 0 {height:.2} {x:.2} {:.2} cm /P{number} Do Q\n",
                    up(y + height)
                )),
                // Of a format that is not drawn: its place is shown.
                None => out.push_str(&format!(
                    "0.85 g {x:.2} {:.2} {width:.2} {height:.2} re f 0 g\n",
                    up(y + height)
                )),
            },
        }
    }
    out
}
