//! Hostile documents: each is refused or read, in bounded time and memory, and never a panic that leaves the crate.

mod make;

use std::time::{Duration, Instant};

use documents::{Document, DocumentError, Limits, open};
use make::docx::{self, docx, file, letter, paragraph, part, relations, zip};
use make::pdf::{self, Pdf, deflated, deflated_zeros, invoice, lines};

/// CPU is shared with other tests; each of these takes a fraction of it alone.
const PATIENCE: Duration = Duration::from_secs(20);

/// Opened and every page read and drawn; the first error there is.
fn whole(bytes: &[u8]) -> Result<String, DocumentError> {
    let begin = Instant::now();
    let result = open(bytes, &Limits::default()).and_then(|document| all_of(&document));
    assert!(begin.elapsed() < PATIENCE, "took {:?}: {result:?}", begin.elapsed());
    result
}

fn all_of(document: &Document) -> Result<String, DocumentError> {
    let mut text = String::new();
    for page in 0..document.pages() {
        text += &document.text(page)?.text;
        document.is_scanned(page)?;
        document.render(page, 300)?;
    }
    Ok(text)
}

fn is_bomb(result: Result<String, DocumentError>) -> bool {
    matches!(result, Err(DocumentError::Bomb(_)))
}

/// A page of this content, with a stream of these entries as object 4 and others after it.
fn with_streams(content: &str, resources: &str, streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    for (entries, data) in streams {
        pdf.stream(entries, data);
    }
    pdf.page(content.as_bytes(), resources, "");
    pdf.end()
}

#[test]
fn what_is_no_document_is_said_to_be_none() {
    let sheet = zip(&[
        file("_rels/.rels", relations(&[("a", "officeDocument", "xl/workbook.xml")]).as_bytes()),
        file("xl/workbook.xml", b"<workbook/>"),
    ]);
    for bytes in [
        &b""[..],
        b"hello",
        b"\x89PNG\r\n\x1A\n",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old word",
        &zip(&[file("a.txt", b"a")]),
        &sheet,
    ] {
        assert_eq!(whole(bytes), Err(DocumentError::NotADocument));
    }
}

#[test]
fn a_file_over_the_limit_is_refused_unread() {
    let limits = Limits { max_bytes: 100, ..Limits::default() };
    assert!(matches!(open(&invoice(), &limits), Err(DocumentError::TooLarge { most: 100, .. })));
}

#[test]
fn a_deadline_that_is_over_stops_opening_and_every_page() {
    let over = Limits { deadline: Some(Instant::now()), ..Limits::default() };
    for bytes in [invoice(), letter()] {
        assert_eq!(open(&bytes, &over).unwrap_err(), DocumentError::DeadlineExceeded);
        let soon = Limits { deadline: Some(Instant::now() + Duration::from_secs(2)), ..Limits::default() };
        let document = open(&bytes, &soon).unwrap();
        std::thread::sleep(Duration::from_millis(2100));
        assert_eq!(document.text(0).unwrap_err(), DocumentError::DeadlineExceeded);
        assert_eq!(document.render(0, 100).unwrap_err(), DocumentError::DeadlineExceeded);
    }
    let none = Limits { parsing: Duration::ZERO, ..Limits::default() };
    assert_eq!(open(&invoice(), &none).unwrap_err(), DocumentError::DeadlineExceeded);
}

#[test]
fn a_pdf_that_needs_a_password_is_encrypted() {
    let mut pdf = Pdf::new();
    pdf.page(b"", "", "");
    let key = "00".repeat(32);
    pdf.trailer(&format!(
        "/ID[<00><00>]/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -4/O<{key}>/U<{key}>>>"
    ));
    assert_eq!(whole(&pdf.end()), Err(DocumentError::Encrypted));
}

#[test]
fn office_files_that_need_a_password_are_encrypted() {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let compound = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", &[0; 504][..], &name].concat();
    assert_eq!(whole(&compound), Err(DocumentError::Encrypted));
    let mut locked = file("word/document.xml", b"");
    locked.flags = 1;
    assert_eq!(whole(&zip(&[locked])), Err(DocumentError::Encrypted));
}

#[test]
fn a_stream_that_inflates_to_gigabytes_is_a_bomb() {
    let bomb = deflated_zeros(200 << 20);
    let mut pdf = Pdf::new();
    let content = pdf.stream("/Filter/FlateDecode", &bomb);
    pdf.page_of(content, "", "");
    assert!(is_bomb(whole(&pdf.end())));
}

#[test]
fn a_stream_packed_twice_or_named_in_other_ways_is_measured_all_the_same() {
    let twice = deflated(&deflated_zeros(200 << 20));
    for filter in ["/Filter[/FlateDecode/FlateDecode]", "/F[/Fl/Fl]", "/Filter[/Fl#61teDecode 4 0 R]"] {
        let mut pdf = Pdf::new();
        pdf.add("/FlateDecode");
        let content = pdf.stream(filter, &twice);
        pdf.page_of(content, "", "");
        assert!(is_bomb(whole(&pdf.end())), "{filter}");
    }
}

#[test]
fn a_bomb_in_an_object_stream_is_a_bomb() {
    let bomb = deflated_zeros(200 << 20);
    let file = with_streams("", "", &[("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", &bomb)]);
    assert!(is_bomb(whole(&file)));
}

#[test]
fn streams_that_together_inflate_to_too_much_are_a_bomb() {
    let large = deflated_zeros(100 << 20);
    let streams: Vec<(&str, &[u8])> = (0..12).map(|_| ("/Filter/FlateDecode", large.as_slice())).collect();
    assert!(is_bomb(whole(&with_streams("", "", &streams))));
}

#[test]
fn run_length_and_lzw_bombs_are_bombs() {
    let runs: Vec<u8> = [129, 0].repeat(2 << 20);
    let zeros = vec![0; 160 << 20];
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&zeros).unwrap();
    for (filter, data) in [("/Filter/RunLengthDecode", &runs), ("/Filter/LZWDecode", &lzw)] {
        let mut pdf = Pdf::new();
        let content = pdf.stream(filter, data);
        pdf.page_of(content, "", "");
        assert!(is_bomb(whole(&pdf.end())), "{filter}");
    }
}

#[test]
fn forms_that_draw_forms_ten_times_each_are_a_bomb() {
    let mut pdf = Pdf::new();
    let mut inner = pdf.stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", b"0 0 9 9 re f");
    for _ in 0..12 {
        let resources = format!("/Resources<</XObject<</X {inner} 0 R>>>>");
        inner = pdf.stream(
            &format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]{resources}"),
            "/X Do ".repeat(10).as_bytes(),
        );
    }
    pdf.page(b"/X Do", &format!("/XObject<</X {inner} 0 R>>"), "");
    assert!(is_bomb(whole(&pdf.end())));
}

#[test]
fn forms_patterns_and_masks_that_draw_themselves_end() {
    let resources = |of: &str| format!("/Resources<<{of}>>");
    let form = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]";
    let pattern = "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9";
    let cases = [
        (form, "/XObject<</X 4 0 R/Y 5 0 R>>", "/X Do /Y Do /X Do /Y Do"),
        (pattern, "/Pattern<</X 4 0 R/Y 5 0 R>>", "/Pattern cs /X scn 0 0 99 99 re f /Y scn 0 0 99 99 re f"),
        (
            form,
            "/ExtGState<</X<</SMask<</S/Alpha/G 5 0 R>>>>/Y<</SMask<</S/Alpha/G 4 0 R>>>>>>",
            "/X gs 0 0 9 9 re f /Y gs 0 0 9 9 re f",
        ),
    ];
    for (kind, of, draw) in cases {
        let entries = format!("{kind}{}", resources(of));
        let drawn =
            whole(&with_streams(draw, of, &[(&entries, draw.as_bytes()), (&entries, draw.as_bytes())]));
        assert!(drawn == Ok(String::new()) || is_bomb(drawn.clone()), "{draw}: {drawn:?}");
    }
}

#[test]
fn glyphs_that_are_drawings_count_as_often_as_they_are_shown() {
    let mut pdf = Pdf::new();
    let glyph = pdf.stream("", &b"0 0 9 9 re f ".repeat(2000));
    let font = pdf.add(format!("<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/FirstChar 97/LastChar 97/Widths[9]/Encoding<</Differences[97/a]>>/CharProcs<</a {glyph} 0 R>>>>"));
    let content = format!("BT /T 1 Tf ({}) Tj ET", "a".repeat(9000));
    let content = pdf.stream("", content.as_bytes());
    pdf.add(format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</T {font} 0 R>>>>/Contents {content} 0 R>>"));
    pdf.set(2, format!("<</Type/Pages/Count 1/Kids[{} 0 R]>>", content + 1));
    assert!(is_bomb(whole(&pdf.end())));
}

#[test]
fn a_page_painted_over_a_hundred_thousand_times_is_a_bomb() {
    let content = deflated("0.5 g 0 0 595 842 re f ".repeat(100_000).as_bytes());
    let mut pdf = Pdf::new();
    let content = pdf.stream("/Filter/FlateDecode", &content);
    pdf.page_of(content, "", "");
    assert!(is_bomb(whole(&pdf.end())));
}

#[test]
fn pictures_that_say_they_are_huge_are_a_bomb() {
    let jpeg = b"\xFF\xD8\xFF\xC0\0\x11\x08\xFF\xFF\xFF\xFF\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xFF\xD9";
    let jpeg_2000 = b"\xFF\x4F\xFF\x51\0\x2F\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0";
    let jbig2 = b"\0\0\0\0\x30\0\x01\0\0\0\x13\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let cases: [(&str, &[u8]); 5] = [
        ("/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB", b"x"),
        ("/Width 10/Height 10/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", jpeg),
        ("/Width 10/Height 10/Filter/JPXDecode", jpeg_2000),
        ("/Width 10/Height 10/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode", jbig2),
        (
            "/Width 10/Height 10/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</Columns 60000/Rows 60000>>",
            b"x",
        ),
    ];
    for (entries, data) in cases {
        let file = with_streams(
            "9 0 0 9 0 0 cm /I Do",
            "/XObject<</I 4 0 R>>",
            &[(&format!("/Type/XObject/Subtype/Image{entries}"), data)],
        );
        assert!(is_bomb(whole(&file)), "{entries}");
    }
}

#[test]
fn pictures_within_the_content_are_held_to_the_same_limits() {
    let huge = "BI /W 60000 /H 60000 /BPC 8 /CS /G ID x EI";
    assert!(is_bomb(whole(&with_streams(huge, "", &[]))));
    let mut pdf = Pdf::new();
    let content =
        [b"BI /W 9 /H 9 /BPC 8 /CS /G /F /Fl ID ".to_vec(), deflated_zeros(200 << 20), b"\nEI Q".to_vec()]
            .concat();
    pdf.page(&content, "", "");
    assert!(is_bomb(whole(&pdf.end())));
}

#[test]
fn predictions_over_rows_of_no_length_that_is_possible_are_left_out() {
    let data = deflated(b"0 0 9 9 re f");
    for parameters in
        ["/Columns 2147483647/Colors 32", "/Columns 0", "/Columns -5", "/Columns 4/BitsPerComponent 99999"]
    {
        let mut pdf = Pdf::new();
        let content =
            pdf.stream(&format!("/Filter/FlateDecode/DecodeParms<</Predictor 12{parameters}>>"), &data);
        pdf.page_of(content, "", "");
        assert_eq!(whole(&pdf.end()), Ok(String::new()), "{parameters}");
    }
}

#[test]
fn a_page_with_sides_of_kilometres_or_none_is_damaged() {
    for sides in ["0 0 1e9 1e9", "0 0 1 100000", "0 0 14000 10", "-1e30 -1e30 1e30 1e30"] {
        let mut pdf = Pdf::new();
        pdf.page(b"", "", &format!("/CropBox[{sides}]/MediaBox[{sides}]"));
        assert!(matches!(whole(&pdf.end()), Err(DocumentError::Damaged(_)) | Ok(_)), "{sides}");
    }
}

#[test]
fn pages_that_hold_themselves_are_read_once() {
    let mut pdf = Pdf::new();
    let page = pdf.page(lines(&["once"], 72, 700).as_bytes(), "", "");
    pdf.set(2, format!("<</Type/Pages/Count 3/Kids[2 0 R {page} 0 R {page} 0 R 2 0 R]>>"));
    assert_eq!(whole(&pdf.end()), Ok("once\n".into()));
}

#[test]
fn a_million_pages_of_one_are_too_many_or_one() {
    let mut pdf = Pdf::new();
    pdf.page(b"", "", "");
    pdf.set(2, format!("<</Type/Pages/Count 1000000000/Kids[{}]>>", "<</Type/Page>>".repeat(100_000)));
    assert_eq!(whole(&pdf.end()), Err(DocumentError::TooManyPages { most: 20 }));
}

#[test]
fn brackets_without_end_are_no_stack_overflow() {
    for open in ["[", "<<", "<</A", "(", "<</A[", "[<<"] {
        let file = format!("%PDF-1.7\n1 0 obj\n{}\nendobj\ntrailer <</Root 1 0 R>>", open.repeat(200_000));
        assert!(whole(file.as_bytes()).is_err(), "{open}");
        let content = open.repeat(200_000);
        let _ = whole(&with_streams(&content, "", &[]));
    }
}

#[test]
fn half_a_million_objects_that_lead_nowhere_take_bounded_time() {
    let mut file = b"%PDF-1.7\n".to_vec();
    for number in 0..500_000 {
        file.extend_from_slice(format!("{number} 0 obj 7 endobj\n").as_bytes());
    }
    assert!(matches!(whole(&file), Err(DocumentError::Bomb(_) | DocumentError::Damaged(_))));
    let starts = b"%PDF-1.7\n".iter().copied().chain(b"1 0 obj << ".repeat(500_000)).collect::<Vec<u8>>();
    assert!(whole(&starts).is_err());
}

#[test]
fn lengths_and_tables_that_lie_are_not_believed() {
    let mut file = String::from_utf8(with_streams(&lines(&["still read"], 72, 700), "", &[])).unwrap();
    file = file.replace("/Length 4", "/Length 99999999").replace("startxref\n", "startxref\n9");
    assert_eq!(whole(file.as_bytes()), Ok("still read\n".into()));
    for (from, to) in
        [("/Length 4", "/Length -1 /X "), ("xref\n0", "xref\n4294967295 9\n0"), ("/Size", "/Prev 0/Size")]
    {
        let file = String::from_utf8(with_streams(&lines(&["still read"], 72, 700), "", &[]))
            .unwrap()
            .replace(from, to);
        assert_eq!(whole(file.as_bytes()), Ok("still read\n".into()), "{from}");
    }
}

#[test]
fn a_reference_to_itself_is_nothing() {
    let mut pdf = Pdf::new();
    pdf.add("4 0 R");
    pdf.page(b"", "/XObject 4 0 R/Pattern 4 0 R", "/Rotate 4 0 R/CropBox 4 0 R");
    assert_eq!(whole(&pdf.end()), Ok(String::new()));
}

#[test]
fn patterns_with_steps_of_nothing_end() {
    let pattern = "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 0.0001/YStep 0.0001/Resources<<>>";
    let _ = whole(&with_streams(
        "/Pattern cs /P scn 0 0 595 842 re f",
        "/Pattern<</P 4 0 R>>",
        &[(pattern, b"0 0 9 9 re f")],
    ));
}

#[test]
fn dashes_of_nothing_along_an_endless_line_end() {
    for draw in [
        "[0.00001] 0 d 0 0 m 595 842 l S",
        "[0 0] 0 d 0 0 m 595 842 l S",
        "1e30 w 0 0 m 1e30 1e30 l S",
        "0 0 m 1e308 nan l 5 5 1e38 1e38 -1e38 9 c b",
    ] {
        let drawn = whole(&with_streams(draw, "", &[]));
        assert!(drawn == Ok(String::new()) || is_bomb(drawn.clone()), "{draw}: {drawn:?}");
    }
}

#[test]
fn a_zip_that_inflates_to_too_much_is_a_bomb() {
    let spaces = vec![b' '; 70 << 20];
    assert!(is_bomb(whole(&docx("", &[("word/_rels/document.xml.rels", &spaces)]))));
    let body = paragraph("x").repeat(300_000);
    assert!(is_bomb(whole(&docx(&body, &[]))));
}

#[test]
fn entities_of_ones_own_are_not_expanded() {
    let laughs: String =
        (1..30).map(|n| format!(r#"<!ENTITY l{n} "{}">"#, format!("&l{};", n - 1).repeat(10))).collect();
    let outside = r#"<!ENTITY out SYSTEM "file:///etc/passwd">"#;
    let body = format!("<w:body>{}</w:body>", paragraph("a&l29;b&out;c &#x41;&lt;"));
    let document = part("document", &body)
        .replace("?>", &format!(r#"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}{outside}]>"#));
    let bytes = zip(&[file("word/document.xml", document.as_bytes())]);
    assert_eq!(whole(&bytes), Ok("abc A<\n".into()));
}

#[test]
fn markup_nested_without_end_is_a_bomb() {
    assert!(is_bomb(whole(&docx(&"<w:p>".repeat(100_000), &[]))));
    let tables = "<w:tbl><w:tr><w:tc>".repeat(60) + &paragraph("deep") + &"</w:tc></w:tr></w:tbl>".repeat(60);
    assert!(whole(&docx(&tables, &[])).is_ok());
}

#[test]
fn relations_to_the_outside_and_paths_above_the_package_lead_nowhere() {
    let picture = r#"<w:p><w:r><w:t>text</w:t><w:drawing><a:blip r:embed="rId1"/></w:drawing></w:r></w:p>"#;
    for target in [
        "../../../../etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1/x.png",
        "/word/document.xml",
        "..\\..\\secret",
    ] {
        let own = relations(&[("rId1", "image", target), ("rId2", "styles", target)]);
        for own in [own.clone(), own.replace("/>", r#" TargetMode="External"/>"#)] {
            let bytes = docx(picture, &[("word/_rels/document.xml.rels", own.as_bytes())]);
            assert_eq!(whole(&bytes), Ok("text\n".into()), "{target}");
        }
    }
}

#[test]
fn macros_and_embedded_files_are_not_looked_at() {
    let bytes = docx(
        &paragraph("plain"),
        &[
            ("word/vbaProject.bin", b"\xD0\xCF\x11\xE0 Shell"),
            ("word/embeddings/a.exe", b"MZ"),
            ("../../etc/x", b"up"),
        ],
    );
    assert_eq!(whole(&bytes), Ok("plain\n".into()));
}

#[test]
fn styles_and_lists_that_are_based_on_themselves_end() {
    let styles = part(
        "styles",
        r#"<w:style w:type="paragraph" w:styleId="A"><w:basedOn w:val="B"/></w:style><w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/></w:style>"#,
    );
    let own = relations(&[("rId1", "styles", "styles.xml")]);
    let body = r#"<w:p><w:pPr><w:pStyle w:val="A"/><w:ind w:left="NaN"/><w:spacing w:before="1e30"/></w:pPr><w:r><w:rPr><w:sz w:val="-5"/></w:rPr><w:t>text</w:t></w:r></w:p>"#;
    let bytes = docx(
        body,
        &[("word/_rels/document.xml.rels", own.as_bytes()), ("word/styles.xml", styles.as_bytes())],
    );
    assert_eq!(whole(&bytes), Ok("text\n".into()));
}

#[test]
fn paper_and_pictures_of_odd_sizes_are_drawn() {
    for page in
        [r#"w:w="0" w:h="0""#, r#"w:w="-1" w:h="NaN""#, r#"w:w="99999999" w:h="1""#, r#"w:w="inf" w:h="inf""#]
    {
        let body = format!(
            r#"<w:p><w:r><w:t>text</w:t><w:drawing><wp:extent cx="NaN" cy="99999999999"/><a:blip r:embed="rId1"/></w:drawing></w:r></w:p><w:sectPr><w:pgSz {page}/><w:pgMar w:left="99999" w:right="99999" w:top="-99999" w:bottom="99999"/></w:sectPr>"#
        );
        let own = relations(&[("rId1", "image", "p.png")]);
        let bytes = docx(
            &body,
            &[("word/_rels/document.xml.rels", own.as_bytes()), ("word/p.png", &docx::png(9, 9, [1, 2, 3]))],
        );
        assert!(whole(&bytes).unwrap().contains("text"), "{page}");
    }
}

#[test]
fn a_picture_of_a_document_that_says_it_is_huge_is_left_out() {
    let mut png = docx::png(9, 9, [1, 2, 3]);
    png[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let sum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    let own = relations(&[("rId1", "image", "p.png")]);
    let body = r#"<w:p><w:r><w:t>text</w:t><w:drawing><a:blip r:embed="rId1"/></w:drawing></w:r></w:p>"#;
    let bytes = docx(body, &[("word/_rels/document.xml.rels", own.as_bytes()), ("word/p.png", &png)]);
    assert_eq!(whole(&bytes), Ok("text\n".into()));
}

#[test]
fn good_files_damaged_anywhere_are_read_or_refused() {
    let mut objects = Pdf::new();
    let inner = pdf::deflated(b"20 0 <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> ");
    objects.stream("/Type/ObjStm/N 1/First 5/Filter/FlateDecode", &inner);
    let picture = objects.stream("/Type/XObject/Subtype/Image/Width 4/Height 4/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode", &deflated(&[90; 16]));
    objects.page(
        b"q 99 0 0 99 9 9 cm /I Do Q BT /F 9 Tf 9 99 Td (text) Tj ET",
        &format!("/XObject<</I {picture} 0 R>>"),
        "",
    );
    for good in [invoice(), objects.end(), letter()] {
        // Most of a letter is inflated text, where a turned bit only ends it.
        let step = 1 + good.len() / 500;
        for at in (0..good.len()).step_by(step) {
            let mut turned = good.clone();
            turned[at] ^= 1 << (at % 8);
            let mut lied = good.clone();
            lied[at] = b'9';
            for damaged in [&good[..at], &turned, &lied] {
                if let Ok(document) = open(damaged, &Limits::default()) {
                    let _ = document.text(0).and_then(|_| document.render(0, 60));
                }
            }
        }
    }
}
