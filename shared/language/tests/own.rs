//! An encoder of the operator's in place of the shipped one. Here it is the shipped one's own file, run as a network that nobody knows.

mod files;

use std::path::PathBuf;
use std::sync::LazyLock;

use language::{Label, Labels, Language, LanguageError, Method, Models, OwnEncoder, Tier};

fn with(file: PathBuf, tokenizer: PathBuf) -> Models {
    Models { own: Some(OwnEncoder { file, tokenizer }), ..files::models() }
}

static OURS: LazyLock<Language> = LazyLock::new(|| {
    Language::load(&files::models(), 2).expect("the models are there after `atelier models fetch`")
});
static OWN: LazyLock<Language> = LazyLock::new(|| {
    let Models { encoder, vocabulary, .. } = files::models();
    Language::load(&with(encoder, vocabulary), 2).expect("a sentence encoder is usable")
});

const TEXTS: [&str; 6] = [
    "Simmer the onions in butter, then add the stock.",
    "The striker scored twice in the final.",
    "The new compiler release fixes a linker bug.",
    "Crème brûlée costs 5€ — 東京!",
    "Goal!",
    "",
];

#[test]
fn the_same_weights_give_the_same_embeddings_by_both_ways() {
    let long = "The keeper saved a penalty before half-time. ".repeat(12);
    let texts: Vec<&str> = TEXTS.iter().copied().chain([long.as_str()]).collect();
    let pieces: Vec<Vec<u32>> = texts.iter().map(|text| OWN.pieces(text, 128)).collect();
    assert_eq!(pieces, texts.iter().map(|text| OURS.pieces(text, 128)).collect::<Vec<_>>());
    // More than one batch, of all lengths.
    let all: Vec<&[u32]> = pieces.iter().cycle().take(40).map(Vec::as_slice).collect();
    let (ours, own) = (OURS.encode(&all).unwrap(), OWN.encode(&all).unwrap());
    assert_eq!((own.len(), own[0].len()), (40, ours[0].len()));
    for (ours, own) in ours.iter().zip(&own) {
        let furthest = ours.iter().zip(own).map(|(left, right)| (left - right).abs()).fold(0.0_f32, f32::max);
        assert!(furthest < 1e-2, "{furthest}");
    }
}

#[test]
fn texts_find_the_same_labels_with_confidences_of_the_same_kind() {
    let labels = Labels::of_names(["sports", "cooking", "computers"]);
    let judge = |language: &Language| {
        let prepared = language.prepare(&labels, Tier::Standard).unwrap();
        language.classify(&prepared, &TEXTS[..3]).unwrap()
    };
    let (ours, own) = (judge(&OURS), judge(&OWN));
    for (ours, own) in ours.iter().zip(&own) {
        assert_eq!((ours.best().0, ours.tokens), (own.best().0, own.tokens));
        assert!((ours.best().1 - own.best().1).abs() < 0.2, "{ours:?} {own:?}");
    }
    assert_eq!(own.iter().map(|scores| scores.best().0).collect::<Vec<_>>(), [1, 0, 2]);
}

#[test]
fn examples_fit_a_classifier_and_the_fast_tier_stays_the_table() {
    let label =
        |name, examples: [&'static str; 4]| Label { name, description: None, examples: examples.into() };
    let one =
        ["the striker ran", "a late goal in the match", "the keeper saved a penalty", "the league table"];
    let two = ["a pinch of salt", "bake for an hour", "chop the onions", "a sauce with butter"];
    let labels = Labels { labels: vec![label("A", one), label("B", two)], text_type: None };
    let prepared = OWN.prepare(&labels, Tier::Standard).unwrap();
    assert_eq!(prepared.method(), Method::Fitted);
    let scores = OWN.classify(&prepared, &["Stir in the flour.", "They won the match."]).unwrap();
    assert_eq!((scores[0].best().0, scores[1].best().0), (1, 0));
    assert_eq!(OWN.embed(&TEXTS, Tier::Fast).unwrap(), OURS.embed(&TEXTS, Tier::Fast).unwrap());
}

#[test]
fn files_that_are_no_sentence_encoder_are_refused_when_they_are_loaded() {
    let Models { encoder, vocabulary, table_tokenizer, .. } = files::models();
    let refusal =
        |file: PathBuf, tokenizer: PathBuf| Language::load(&with(file, tokenizer), 1).map(drop).unwrap_err();
    let no_text = refusal(files::folder().join("ppocr/det.onnx"), vocabulary.clone());
    assert!(matches!(&no_text, LanguageError::Encoder(why) if why.contains("wants an input")), "{no_text}");
    assert!(matches!(refusal(vocabulary.clone(), vocabulary.clone()), LanguageError::Encoder(_)));
    assert!(matches!(refusal(encoder.clone(), encoder.clone()), LanguageError::Vocabulary(_)));
    assert!(matches!(refusal("nowhere.onnx".into(), vocabulary), LanguageError::Encoder(_)));
    assert!(matches!(refusal(encoder.clone(), "nowhere.json".into()), LanguageError::Read { .. }));
    // A tokenizer whose ids the network does not know fails when a text has them, and is no panic.
    let strange = Language::load(&with(encoder, table_tokenizer), 1).unwrap();
    assert!(matches!(strange.encode(&[&[31_999]]), Err(LanguageError::Run(_))));
}

#[test]
fn of_labels_beyond_the_budget_only_the_beginnings_are_read() {
    // 12 descriptions of 1,500 tokens, each read twice, of which 20,000 are read. The shipped space has the table in it, which reads all of a text.
    let prepared = |tail: &str, labels: usize| {
        let text = |at: usize| {
            format!("Text {at} is on football. ").repeat(200)
                + &format!("The end is about {tail}. ").repeat(50)
        };
        let texts: Vec<String> = (0..labels).map(text).collect();
        let names: Vec<String> = (0..labels).map(|at| format!("label {at}")).collect();
        let label = |(name, text)| Label { name, description: Some(text), ..Label::default() };
        let pairs = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str));
        let labels = Labels { labels: pairs.map(label).collect(), text_type: None };
        serde_json::to_string(&OWN.prepare(&labels, Tier::Standard).unwrap()).unwrap()
    };
    assert!(prepared("chess", 12) == prepared("poetry", 12), "what is beyond the budget was read");
    assert!(prepared("chess", 1) != prepared("poetry", 1), "what is within the budget was not read");
}
