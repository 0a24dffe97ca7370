//! Documents beside or instead of a text. They are made here, by the writers that the readers are tested with.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::{Credits, ErrorKind};
use harness::Harness;
use serde_json::{Value, json};

use super::assert_kind;
use super::classify::{CLASSIFY, post};
use crate::subject::bounded;

#[path = "../../../../shared/documents/tests/make/mod.rs"]
pub mod make;

use make::docx::letter;
use make::pdf::{Pdf, deflated_zeros, invoice, lines};

const LOCKED: &[u8] = include_bytes!("../../../../shared/documents/tests/data/locked-aes-256.pdf");
/// Of a page of A4 at 150 pixels an inch.
const PAGE_TOKENS: u64 = 39 * 55;

pub fn holding(file: &[u8]) -> Value {
    json!({"file": STANDARD.encode(file), "labels": ["invoice", "rental agreement", "football report"]})
}

fn pages(count: usize) -> Vec<u8> {
    let mut pdf = Pdf::new();
    for _ in 0..count {
        pdf.page(lines(&["Invoice 4711"], 72, 760).as_bytes(), "", "");
    }
    pdf.end()
}

/// Pages that are nothing but a picture of the invoice.
fn scans(pages: usize) -> Vec<u8> {
    let limits = documents::Limits::default();
    let drawn = documents::open(&invoice(), &limits).and_then(|page| page.render(0, 1_240)).expect("a page");
    let grey: Vec<u8> = drawn.pixels.chunks_exact(3).map(|pixel| pixel[1]).collect();
    let mut pdf = Pdf::new();
    let entries = format!(
        "/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8/Width {}/Height {}",
        drawn.width, drawn.height
    );
    let image = pdf.stream(&entries, &grey);
    for _ in 0..pages {
        pdf.page(b"q 595 0 0 842 0 0 cm /I Do Q", &format!("/XObject<</I {image} 0 R>>"), "");
    }
    pdf.end()
}

#[tokio::test]
async fn what_a_document_says_is_matched_with_the_labels_also_where_it_is_a_scan() {
    bounded(300, async {
        let harness = Harness::start().await;
        for (file, label, what) in [
            (invoice(), "invoice", "pdf"),
            (letter(), "rental agreement", "docx"),
            (scans(1), "invoice", "scan"),
        ] {
            let answer = post(&harness, CLASSIFY, holding(&file)).await.expect(200);
            let seen = answer.json();
            assert_eq!(seen["label"], label, "{what}: {seen}");
            if what != "docx" {
                assert_eq!(seen["visual_tokens"], PAGE_TOKENS, "{what}");
            }
            let again = post(&harness, CLASSIFY, holding(&file)).await.expect(200);
            assert_eq!(
                (again.header("x-cache"), &again.json()["tokens"]),
                ("HIT", &seen["tokens"]),
                "{what}"
            );
        }
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn every_page_is_paid_up_to_the_twentieth_and_a_longer_document_is_refused() {
    bounded(300, async {
        let harness = Harness::start().await;
        let seen = post(&harness, CLASSIFY, holding(&pages(20))).await.expect(200).json();
        assert_eq!(seen["visual_tokens"], 20 * PAGE_TOKENS);
        assert_kind(&post(&harness, CLASSIFY, holding(&pages(21))).await, ErrorKind::InputTooLarge);
    })
    .await;
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_504_and_free() {
    bounded(300, async {
        let late =
            |options: &mut harness::ServeOptions| options.config.call_time = Duration::from_millis(1_500);
        let harness = Harness::with(late).await;
        // The models are loaded, which takes a while of its own in a build for tests.
        let warm = json!({"text": "hello", "labels": ["a", "b"]});
        post(&harness, CLASSIFY, warm).await;
        let spent = harness.balance("default").await.spent;
        let refused = post(&harness, CLASSIFY, holding(&scans(20))).await;
        assert_kind(&refused, ErrorKind::DeadlineExceeded);
        assert_eq!(harness.balance("default").await.spent, spent);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn a_document_that_cannot_be_read_is_refused_by_its_fault_and_free() {
    bounded(300, async {
        let harness = Harness::start().await;
        let mut bomb = Pdf::new();
        let content = bomb.stream("/Filter/FlateDecode", &deflated_zeros(200 << 20));
        bomb.page_of(content, "", "");
        let whole = letter();
        for (file, kind) in [
            (b"hello, this is no document".to_vec(), ErrorKind::InputNotAPicture),
            (include_bytes!("../../../data/photo.jpg").to_vec(), ErrorKind::InputNotAPicture),
            (LOCKED.to_vec(), ErrorKind::EncryptedDocument),
            (whole[..whole.len() / 2].to_vec(), ErrorKind::InputCorrupt),
            (b"%PDF-1.7\nnothing more".to_vec(), ErrorKind::InputCorrupt),
            (bomb.end(), ErrorKind::InputCorrupt),
            (vec![0; 25_000_001], ErrorKind::InputTooLarge),
        ] {
            let refused = post(&harness, CLASSIFY, holding(&file)).await;
            assert_kind(&refused, kind);
            assert!(refused.json()["detail"].as_str().is_some_and(|detail| detail.starts_with("file")));
        }
        let url = harness.files().url("missing.pdf");
        let missing = post(&harness, CLASSIFY, json!({"file": url, "labels": ["a", "b"]})).await;
        assert_kind(&missing, ErrorKind::InputUnreachable);
        assert_eq!(harness.balance("default").await.spent, Credits::ZERO);
        harness.assert_books().await;
    })
    .await;
}
