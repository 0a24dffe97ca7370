//! Good documents: their text, their order, their pictures.

mod make;

use documents::{DocumentError, Kind, Limits, open};
use make::docx::{self, letter, paragraph};
use make::pdf::{self, Pdf, invoice, lines};

#[test]
fn the_text_of_a_pdf_page_is_read_by_lines_with_places() {
    let document = open(&invoice(), &Limits::default()).unwrap();
    let page = document.text(0).unwrap();
    assert_eq!((document.kind(), document.pages()), (Kind::Pdf, 1));
    assert_eq!(page.text, "Invoice 4711\nTotal due: 1,299.00 EUR\nPlease pay within 14 days.\n");
    assert!(
        (page.runs[0].left - 72.0).abs() < 1.0 && (page.runs[0].top - 73.0).abs() < 3.0,
        "{:?}",
        page.runs[0]
    );
    for run in &page.runs {
        assert_eq!(&page.text[run.start..run.start + run.text.len()], run.text);
    }
    assert!(!document.is_scanned(0).unwrap());
}

#[test]
fn columns_of_prose_are_read_one_after_the_other_and_tables_across() {
    let mut pdf = Pdf::new();
    let left: Vec<String> = (0..6).map(|n| format!("left column says line number {n} of it")).collect();
    let right: Vec<String> = (0..6).map(|n| format!("right column says line number {n} of it")).collect();
    let borrowed = |lines: &[String]| -> Vec<String> { lines.to_vec() };
    let (a, b) = (borrowed(&left), borrowed(&right));
    let mut content = lines(&["A heading that goes over both of the columns of this page of prose"], 60, 780);
    // Drawn line by line, as some writers do.
    for (index, (a, b)) in a.iter().zip(&b).enumerate() {
        content += &lines(&[a], 60, 740 - 15 * index);
        content += &lines(&[b], 320, 740 - 15 * index);
    }
    pdf.page(content.as_bytes(), "", "");
    let table = lines(&["Tea", "Milk"], 60, 700) + &lines(&["2.50", "0.90"], 300, 700);
    pdf.page(table.as_bytes(), "", "");
    let document = open(&pdf.end(), &Limits::default()).unwrap();
    let text = document.text(0).unwrap().text;
    let place = |text: &str, what: &str| text.find(what).unwrap_or_else(|| panic!("{what} is not in {text}"));
    assert!(text.starts_with("A heading"), "{text}");
    assert!(
        place(&text, "left column says line number 5") < place(&text, "right column says line number 0"),
        "{text}"
    );
    assert_eq!(document.text(1).unwrap().text, "Tea 2.50\nMilk 0.90\n");
}

#[test]
fn words_written_glyph_by_glyph_or_turned_are_words() {
    let mut pdf = Pdf::new();
    let content = "BT /F 12 Tf 100 700 Td [(Key)-30(board)-600(layout)] TJ ET BT /F 12 Tf 0 1 -1 0 300 100 Tm (Along the edge) Tj ET";
    pdf.page(content.as_bytes(), "", "");
    let document = open(&pdf.end(), &Limits::default()).unwrap();
    assert_eq!(document.text(0).unwrap().text, "Keyboard layout\n\nAlong the edge\n");
}

#[test]
fn a_page_turned_by_its_own_entry_is_drawn_and_read_upright() {
    let mut pdf = Pdf::new();
    pdf.page(lines(&["sideways"], 72, 700).as_bytes(), "", "/Rotate 90");
    let document = open(&pdf.end(), &Limits::default()).unwrap();
    let picture = document.render(0, 842).unwrap();
    assert_eq!((picture.width, picture.height), (842, 595));
    assert_eq!(document.text(0).unwrap().text, "sideways\n");
}

#[test]
fn a_page_is_drawn_as_wide_as_asked_black_on_white() {
    let document = open(&invoice(), &Limits::default()).unwrap();
    let picture = document.render(0, 1190).unwrap();
    assert_eq!((picture.width, picture.height), (1190, 1684));
    assert_eq!(picture.pixels.len(), 1190 * 1684 * 3);
    assert_eq!(picture.pixels[..3], [255; 3]);
    let dark = |top: usize| {
        let rows = &picture.pixels[top * 1190 * 3..(top + 30) * 1190 * 3];
        rows.iter().filter(|value| **value < 100).count()
    };
    // The first base line is 82 points from the top; two pixels a point.
    assert!(dark(145) > 500, "{}", dark(145));
    assert_eq!(dark(1000), 0);
}

#[test]
fn a_page_that_is_one_picture_is_scanned_and_an_empty_one_is_not() {
    let mut pdf = Pdf::new();
    let pixels = pdf::deflated(&[90; 100 * 140]);
    let image = pdf.stream(
        "/Type/XObject/Subtype/Image/Width 100/Height 140/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode",
        &pixels,
    );
    pdf.page(b"q 595 0 0 842 0 0 cm /I Do Q", &format!("/XObject<</I {image} 0 R>>"), "");
    pdf.page(b"", "", "");
    let document = open(&pdf.end(), &Limits::default()).unwrap();
    assert!(document.is_scanned(0).unwrap());
    assert!(!document.is_scanned(1).unwrap());
    let picture = document.render(0, 200).unwrap();
    assert_eq!(picture.pixels[3 * (100 * 200 + 100)], 90);
}

/// As ASCII85 writes it, of a length that is a multiple of four.
fn base85(data: &[u8]) -> String {
    let mut padded = data.to_vec();
    padded.resize(data.len().next_multiple_of(4), b' ');
    let words = padded.chunks_exact(4).map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]));
    let digits = words
        .flat_map(|word| [85 * 85 * 85 * 85, 85 * 85 * 85, 85 * 85, 85, 1].map(|place| word / place % 85));
    digits.map(|digit| char::from(b'!' + digit as u8)).chain("~>".chars()).collect()
}

#[test]
fn filters_of_every_kind_come_to_the_same_text() {
    let plain = "BT /F 11 Tf 72 700 Td (Same text) Tj ET";
    let hexadecimal: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect::<String>() + ">";
    let runs = [&[plain.len() as u8 - 1], plain.as_bytes(), &[128]].concat();
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
        .encode(plain.as_bytes())
        .unwrap();
    let twice = pdf::deflated(&pdf::deflated(plain.as_bytes()));
    let eighty_five = base85(plain.as_bytes());
    let cases: [(&str, &[u8]); 5] = [
        ("/Filter/ASCIIHexDecode", hexadecimal.as_bytes()),
        ("/Filter/RunLengthDecode", &runs),
        ("/Filter/LZWDecode", &lzw),
        ("/Filter[/FlateDecode/FlateDecode]", &twice),
        ("/Filter[/ASCII85Decode]", eighty_five.as_bytes()),
    ];
    for (filter, data) in &cases {
        let mut pdf = Pdf::new();
        let content = pdf.stream(filter, data);
        pdf.page_of(content, "", "");
        let document = open(&pdf.end(), &Limits::default()).unwrap();
        assert_eq!(document.text(0).unwrap().text, "Same text\n", "{filter}");
    }
}

#[test]
fn objects_within_object_streams_are_found() {
    let mut members = String::new();
    let mut head = String::new();
    for (number, object) in
        [(1, "<</Type/Catalog/Pages 2 0 R>>"), (2, "<</Type/Pages/Count 1/Kids[4 0 R]>>"), (3, pdf::FONT)]
    {
        head += &format!("{number} {} ", members.len());
        members += &format!("{object} ");
    }
    let data = pdf::deflated(format!("{head}{members}").as_bytes());
    let content = "BT /F 11 Tf 72 200 Td (Folded) Tj ET";
    let mut file = b"%PDF-1.5\n".to_vec();
    file.extend(
        format!(
            "9 0 obj <</Type/ObjStm/N 3/First {}/Filter/FlateDecode/Length {}>> stream\n",
            head.len(),
            data.len()
        )
        .bytes(),
    );
    file.extend(&data);
    file.extend(b"\nendstream endobj\n4 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Resources<</Font<</F 3 0 R>>>>/Contents 5 0 R>> endobj\n");
    file.extend(
        format!("5 0 obj <</Length {}>> stream\n{content}\nendstream endobj\n", content.len()).bytes(),
    );
    let document = open(&file, &Limits::default()).unwrap();
    assert_eq!(document.text(0).unwrap().text, "Folded\n");
    assert_eq!(document.size(0).unwrap(), (300.0, 300.0));
}

#[test]
fn a_letter_is_read_in_order_with_lists_tables_notes_and_margins() {
    let document = open(&letter(), &Limits::default()).unwrap();
    assert_eq!((document.kind(), document.pages()), (Kind::Docx, 1));
    let page = document.text(0).unwrap();
    let expected = "Smith Properties\nRental agreement\nThe tenant pays 850 euros a month & heating[2].\n1. Deposit\na) by transfer\n\
        2. Keys\n\u{2022} two of the house\nRoom\tArea\nKitchen\t12 m\u{b2}\n\n\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}, \
        \u{3ba}\u{3cc}\u{3c3}\u{3bc}\u{3b5}, Gr\u{fc}\u{df}e.\n\n2 Heating is billed by use.\nPage of an agreement\n";
    assert_eq!(page.text, expected);
    for run in &page.runs {
        assert_eq!(&page.text[run.start..run.start + run.text.len()], run.text);
    }
}

#[test]
fn a_letter_is_drawn_with_its_text_and_its_picture() {
    let document = open(&letter(), &Limits::default()).unwrap();
    let picture = document.render(0, 1190).unwrap();
    let count = |colour: [u8; 3]| picture.pixels.chunks_exact(3).filter(|pixel| *pixel == colour).count();
    // The red picture is 144 by 72 points, at two pixels a point.
    assert!(
        (288 * 144 - 1000..=288 * 144 + 1000).contains(&count([200, 40, 40])),
        "{}",
        count([200, 40, 40])
    );
    assert!(count([0, 0, 0]) > 3000, "{}", count([0, 0, 0]));
}

#[test]
fn a_long_document_goes_over_pages_and_loses_no_word() {
    let words: Vec<String> = (0..3000).map(|number| format!("word{number}")).collect();
    let body: String = words.chunks(60).map(|words| paragraph(&words.join(" "))).collect();
    let table: String = words
        .chunks(100)
        .map(|words| {
            format!(
                "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>",
                paragraph(&words.join(" ")),
                paragraph("x")
            )
        })
        .collect();
    for body in [body, format!("<w:tbl>{table}</w:tbl>")] {
        let document = open(&docx::docx(&body, &[]), &Limits::default()).unwrap();
        assert!(document.pages() > 2, "{}", document.pages());
        let text: String = (0..document.pages()).map(|page| document.text(page).unwrap().text).collect();
        let found: Vec<&str> = text.split_whitespace().filter(|word| *word != "x").collect();
        assert_eq!(found, words);
    }
}

#[test]
fn more_pages_than_allowed_are_refused_of_either_kind() {
    let limits = Limits { max_pages: 2, ..Limits::default() };
    let mut pdf = Pdf::new();
    for _ in 0..3 {
        pdf.page(b"", "", "");
    }
    assert_eq!(open(&pdf.end(), &limits).unwrap_err(), DocumentError::TooManyPages { most: 2 });
    let body: String = (0..3)
        .map(|_| format!("{}<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>", paragraph("text")))
        .collect();
    assert_eq!(open(&docx::docx(&body, &[]), &limits).unwrap_err(), DocumentError::TooManyPages { most: 2 });
}

#[test]
fn encrypted_pdfs_open_when_only_printing_is_forbidden_and_not_with_a_password() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    for algorithm in ["rc4-40", "rc4-128", "aes-128", "aes-256"] {
        let read = |kind: &str| std::fs::read(format!("{folder}/{kind}-{algorithm}.pdf")).unwrap();
        let document = open(&read("open"), &Limits::default()).unwrap();
        assert_eq!(document.text(0).unwrap().text, "Printing is forbidden\n", "{algorithm}");
        assert!(document.render(0, 300).unwrap().pixels.iter().any(|value| *value < 100), "{algorithm}");
        assert_eq!(
            open(&read("locked"), &Limits::default()).unwrap_err(),
            DocumentError::Encrypted,
            "{algorithm}"
        );
    }
}
