//! What is written on drawn pages is read. Needs the model files: `atelier models fetch`.

#![allow(clippy::unwrap_used)]

mod page;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use inference::Rten;
use inference::models::Folder;
use page::{Page, picture};
use vision::{Line, Ocr, OcrFiles, OcrOptions, Picture, VisionError, text};

static OCR: LazyLock<Ocr> = LazyLock::new(|| {
    let files = OcrFiles::of(&Folder::from_env().unwrap()).unwrap();
    Ocr::load(&Rten, &files, 1).unwrap()
});

const LINES: [&str; 4] =
    ["The quick brown fox jumps", "Invoice number 48213", "over the lazy dog at noon", "Total due 12.50 EUR"];

fn letter(paper: u8, ink: u8) -> Page {
    let mut page = Page::new(640, 320, paper, ink);
    for (index, line) in LINES.iter().enumerate() {
        page.write(line, 40.0, 40.0 + index as f32 * 60.0, 32.0);
    }
    page
}

fn read(page: &Page, options: &OcrOptions) -> Vec<Line> {
    OCR.read(picture(page, &page.rgb()), options).unwrap()
}

#[test]
fn a_letter_is_read_whichever_way_it_lies() {
    let letter = letter(255, 0);
    for degrees in [0.0, 3.0, -8.0, 90.0, 180.0, 270.0] {
        let page = letter.turned(degrees);
        let lines = read(&page, &OcrOptions::default());
        assert_eq!(text(&lines), LINES.join("\n"), "{degrees}");
        let first = &lines[0];
        assert!(first.confidence > 0.9, "{degrees}: {first:?}");
        let along = [first.corners[1][0] - first.corners[0][0], first.corners[1][1] - first.corners[0][1]];
        let found = along[1].atan2(along[0]).to_degrees();
        let off = (found - degrees + 540.0).rem_euclid(360.0) - 180.0;
        assert!(off.abs() < 2.0, "{degrees}: {found}");
    }
}

#[test]
fn numbers_that_look_alike_from_both_sides_stay_as_the_page_does() {
    let numbers = ["4958-9794", "99084", "89-7663", "6.806,90", "PX-5982", "7827-5563", "8069", "N-57593"];
    let mut page = Page::new(900, 700, 255, 0);
    for (row, number) in numbers.iter().enumerate() {
        page.write(&format!("Number {row}"), 60.0, 40.0 + 70.0 * row as f32, 30.0);
        page.write(number, 560.0, 40.0 + 70.0 * row as f32, 30.0);
    }
    for degrees in [0.0, 180.0] {
        let lines = read(&page.turned(degrees), &OcrOptions::default());
        for number in numbers {
            assert!(lines.iter().any(|line| line.text == number), "{degrees}: {number}: {lines:?}");
        }
    }
}

#[test]
fn a_line_that_stands_against_the_others_is_read_too() {
    let mut page = Page::new(900, 400, 255, 0);
    page.write("This line stands on its head", 100.0, 300.0, 34.0);
    let mut page = page.turned(180.0);
    page.write("The first of three that do not", 100.0, 180.0, 34.0);
    page.write("and the second of them here", 100.0, 240.0, 34.0);
    page.write("and the last one at the foot", 100.0, 300.0, 34.0);
    let lines = read(&page, &OcrOptions::default());
    assert!(lines.iter().any(|line| line.text == "This line stands on its head"), "{lines:?}");
    assert_eq!(lines.len(), 4);
}

#[test]
fn corners_lie_around_the_text() {
    let mut page = Page::new(500, 200, 255, 0);
    page.write("Hello there", 100.0, 80.0, 40.0);
    let lines = read(&page, &OcrOptions::default());
    let [top_left, _, bottom_right, _] = lines[0].corners;
    assert!((80.0..106.0).contains(&top_left[0]) && (66.0..92.0).contains(&top_left[1]), "{lines:?}");
    assert!(
        (280.0..340.0).contains(&bottom_right[0]) && (108.0..134.0).contains(&bottom_right[1]),
        "{lines:?}"
    );
}

#[test]
fn light_text_on_dark_and_faint_text_are_read() {
    for (paper, ink) in [(20, 240), (200, 140)] {
        assert_eq!(
            text(&read(&letter(paper, ink), &OcrOptions::default())),
            LINES.join("\n"),
            "{paper} {ink}"
        );
    }
}

#[test]
fn columns_are_read_one_after_the_other_and_cells_row_by_row() {
    let mut page = Page::new(900, 400, 255, 0);
    page.write("Bread", 60.0, 30.0, 26.0).write("2.40", 760.0, 30.0, 26.0);
    page.write("Butter", 60.0, 80.0, 26.0).write("3.10", 760.0, 80.0, 26.0);
    let lines = read(&page, &OcrOptions::default());
    assert_eq!(text(&lines), "Bread 2.40\nButter 3.10");
    assert_eq!((lines[0].row, lines[1].row, lines[2].row), (0, 0, 1));

    let mut page = Page::new(900, 400, 255, 0);
    let left = ["The first column has", "lines that are read", "before the second"];
    let right = ["Only then comes what", "stands to the right", "of it on the page"];
    for row in 0..3 {
        page.write(left[row], 40.0, 40.0 + 50.0 * row as f32, 32.0);
        page.write(right[row], 500.0, 40.0 + 50.0 * row as f32, 32.0);
    }
    assert_eq!(text(&read(&page, &OcrOptions::default())), [left, right].concat().join("\n"));
}

#[test]
fn small_text_on_a_large_page_is_looked_at_more_closely() {
    let mut page = Page::new(2_400, 1_600, 255, 0);
    page.write("tiny words on a large page", 900.0, 700.0, 22.0);
    page.write("and a second line of them", 900.0, 730.0, 22.0);
    let lines = read(&page, &OcrOptions { longest_side: 2_048, ..OcrOptions::default() });
    assert_eq!(text(&lines), "tiny words on a large page\nand a second line of them");
}

/// A heading and 40 lines, each with its number.
fn report() -> Page {
    let mut page = Page::new(1_000, 1_400, 255, 0);
    for row in 0..40 {
        let line = format!("line {row} has words that fill the page from one edge to the other");
        page.write(&line, 70.0, 120.0 + 31.0 * row as f32, 24.0);
    }
    page.write("Annual report", 70.0, 30.0, 56.0);
    page
}

#[test]
fn the_gist_of_a_page_of_running_text_is_all_of_it() {
    let lines = read(&report(), &OcrOptions::gist());
    assert_eq!(lines[0].text, "Annual report");
    let right = (0..40)
        .filter(|row| lines.iter().any(|line| line.text.starts_with(&format!("line {row} has words "))));
    assert!(right.count() >= 39, "{}", text(&lines));
}

#[test]
fn the_gist_of_a_page_of_a4_with_forty_lines_across_leaves_none_out() {
    let mut page = Page::new(1_240, 1_754, 255, 0);
    for row in 0..40 {
        let line = format!(
            "line {row} has words that fill the page from one edge to the other and a few more of them"
        );
        page.write(&line, 110.0, 110.0 + 33.0 * row as f32, 23.0);
    }
    let lines = read(&page, &OcrOptions::gist());
    let read =
        (0..40).filter(|row| lines.iter().any(|line| line.text.starts_with(&format!("line {row} has"))));
    assert_eq!(read.count(), 40, "{}", text(&lines));
}

#[test]
fn of_more_text_than_is_wanted_the_heading_the_beginning_and_some_of_the_end_are_read() {
    let lines = read(&report(), &OcrOptions { most_text: Some(200), ..OcrOptions::gist() });
    let read = text(&lines);
    assert!((5..20).contains(&lines.len()), "{read}");
    assert!(read.starts_with("Annual report\nline 0 has words that fill the page"), "{read}");
    let last: Vec<&str> = lines[lines.len() - 1].text.split(' ').collect();
    assert!(last[1].parse::<u32>().unwrap() >= 30, "{read}");
}

#[test]
fn pictures_without_text_of_any_size_give_no_lines_and_no_panic() {
    for (width, height) in [(0, 0), (0, 9), (1, 1), (1, 3_000), (5_000, 2), (31, 33), (3_000, 3_000)] {
        let rgb = vec![180; width * height * 3];
        let picture = Picture::new(width as u32, height as u32, &rgb).unwrap();
        assert_eq!(OCR.read(picture, &OcrOptions::default()).unwrap(), [], "{width} {height}");
    }
}

#[test]
fn noise_does_not_panic_and_is_not_taken_for_much() {
    let mut state = 1_u32;
    let rgb: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(300 * 200 * 3)
    .collect();
    let lines = OCR.read(Picture::new(300, 200, &rgb).unwrap(), &OcrOptions::default()).unwrap();
    assert!(text(&lines).len() < 20, "{lines:?}");
}

#[test]
fn a_deadline_ends_the_reading() {
    let page = letter(255, 0);
    let rgb = page.rgb();
    let passed = OcrOptions { deadline: Some(Instant::now()), ..OcrOptions::default() };
    assert!(matches!(OCR.read(picture(&page, &rgb), &passed), Err(VisionError::Deadline)));
    let soon = Some(Instant::now() + Duration::from_millis(1));
    let soon = OcrOptions { deadline: soon, ..OcrOptions::default() };
    assert!(matches!(OCR.read(picture(&page, &rgb), &soon), Err(VisionError::Deadline)));
}

#[test]
fn pixels_that_are_not_a_picture_are_refused() {
    assert!(matches!(Picture::new(2, 2, &[0; 11]), Err(VisionError::Picture { .. })));
    assert!(matches!(Picture::new(u32::MAX, u32::MAX, &[]), Err(VisionError::Picture { .. })));
}
