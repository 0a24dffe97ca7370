//! A writer of small PDFs.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};

/// A file in the making: objects by number from 1 on, the first one the catalog.
pub struct Pdf {
    objects: Vec<Vec<u8>>,
    trailer: String,
}

pub const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";

impl Pdf {
    /// With the catalog (1), the pages (2) and Helvetica (3); the kids are the pages added.
    pub fn new() -> Self {
        let mut pdf = Self { objects: Vec::new(), trailer: String::new() };
        pdf.add("<</Type/Catalog/Pages 2 0 R>>");
        pdf.add("");
        pdf.add(FONT);
        pdf
    }

    /// Adds an object; its number.
    pub fn add(&mut self, object: impl AsRef<[u8]>) -> usize {
        self.objects.push(object.as_ref().to_vec());
        self.objects.len()
    }

    pub fn stream(&mut self, entries: &str, data: &[u8]) -> usize {
        let head = format!("<<{entries}/Length {}>>stream\n", data.len());
        self.add([head.as_bytes(), data, b"\nendstream"].concat())
    }

    /// A page of A4 with that content, and more entries of its dictionary.
    pub fn page(&mut self, content: &[u8], resources: &str, entries: &str) -> usize {
        let content = self.stream("", content);
        self.page_of(content, resources, entries)
    }

    pub fn page_of(&mut self, content: usize, resources: &str, entries: &str) -> usize {
        self.add(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>{resources}>>/Contents {content} 0 R{entries}>>"
        ))
    }

    pub fn trailer(&mut self, entries: &str) {
        self.trailer.push_str(entries);
    }

    pub fn set(&mut self, number: usize, object: impl AsRef<[u8]>) {
        self.objects[number - 1] = object.as_ref().to_vec();
    }

    /// The file with a table of contents. Pages are all objects that say so.
    pub fn end(mut self) -> Vec<u8> {
        if self.objects[1].is_empty() {
            let pages =
                self.objects.iter().enumerate().filter(|(_, object)| object.starts_with(b"<</Type/Page/"));
            let kids: Vec<String> = pages.map(|(index, _)| format!("{} 0 R", index + 1)).collect();
            self.objects[1] =
                format!("<</Type/Pages/Count {}/Kids[{}]>>", kids.len(), kids.join(" ")).into_bytes();
        }
        let mut file = b"%PDF-1.7\n".to_vec();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.objects.len() + 1);
        for (index, object) in self.objects.iter().enumerate() {
            table.push_str(&format!("{:010} 00000 n \n", file.len()));
            file.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
            file.extend_from_slice(object);
            file.extend_from_slice(b"\nendobj\n");
        }
        let start = file.len();
        let size = self.objects.len() + 1;
        file.extend_from_slice(table.as_bytes());
        let end =
            format!("trailer\n<</Size {size}/Root 1 0 R{}>>\nstartxref\n{start}\n%%EOF\n", self.trailer);
        file.extend_from_slice(end.as_bytes());
        file
    }
}

pub fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).expect("memory is written to");
    encoder.finish().expect("memory is written to")
}

/// Zeros, so many.
pub fn deflated_zeros(bytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let chunk = vec![b' '; 1 << 20];
    for _ in 0..bytes >> 20 {
        encoder.write_all(&chunk).expect("memory is written to");
    }
    encoder.finish().expect("memory is written to")
}

/// Lines of text from the top of an A4 page, each at its place.
pub fn lines(lines: &[&str], left: usize, top: usize) -> String {
    let lines = lines.iter().enumerate();
    lines
        .map(|(index, line)| format!("BT /F 11 Tf {left} {} Td ({line}) Tj ET\n", top - 15 * index))
        .collect()
}

/// One page of an invoice, its content deflated.
pub fn invoice() -> Vec<u8> {
    let mut pdf = Pdf::new();
    let text = lines(&["Invoice 4711", "Total due: 1,299.00 EUR", "Please pay within 14 days."], 72, 760);
    let content = pdf.stream("/Filter/FlateDecode", &deflated(text.as_bytes()));
    pdf.page_of(content, "", "");
    pdf.end()
}
