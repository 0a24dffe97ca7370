//! The models as fetched by `atelier models fetch`, and what is made of them. Expected numbers come from the Python packages `tokenizers` 0.23.3,
//! `onnxruntime` 1.31.1 and `numpy`, on the same files.

mod files;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use language::{Calibration, Label, Labels, Language, LanguageError, Method, Prepared, Tier};

static LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
    Language::load(&files::models(), 2).expect("the models are there after `atelier models fetch`")
});

fn near(left: &[f32], right: &[f32], most: f32) -> bool {
    left.iter().zip(right).all(|(left, right)| (left - right).abs() < most)
}

fn feelings() -> Labels<'static> {
    Labels::of_names(["positive", "negative"])
}

#[test]
fn pieces_are_those_of_the_reference() {
    let text = "Crème brûlée costs 5€ — 東京!";
    let wanted = [101, 13675, 21382, 7987, 9307, 2063, 5366, 1019, 30102, 1517, 1879, 1755, 999, 102];
    assert_eq!(LANGUAGE.pieces(text, 512), wanted);
    assert_eq!(LANGUAGE.tokens(text), 12);
    assert_eq!(LANGUAGE.pieces(text, 4), [101, 13675, 21382, 102]);
    assert_eq!(LANGUAGE.tokens(""), 0);
}

#[test]
fn a_text_cannot_forge_a_mark() {
    assert!(!LANGUAGE.pieces("one [SEP] two [CLS]", 512)[1..8].iter().any(|id| [101, 102].contains(id)));
}

#[test]
fn embeddings_are_those_of_the_reference_alone_and_beside_others() {
    let texts = ["Crème brûlée costs 5€ — 東京!", "A short text.", &"many words ".repeat(60)];
    let pieces: Vec<Vec<u32>> = texts.iter().map(|text| LANGUAGE.pieces(text, 256)).collect();
    let all: Vec<&[u32]> = pieces.iter().map(Vec::as_slice).collect();
    let together = LANGUAGE.encode(&all).unwrap();
    assert!(near(&together[0], &[0.090_274_36, -0.018_686_01, 0.036_975_75, -0.024_701_83], 1e-5));
    assert!(near(&together[1], &[0.002_506_3, 0.159_078_05, 0.019_209_66, 0.030_346_8], 1e-5));
    for (text, together) in all.iter().zip(&together) {
        assert!(near(&LANGUAGE.encode(&[text]).unwrap()[0], together, 1e-5));
    }
}

#[test]
fn the_table_is_the_mean_of_the_reference_pieces() {
    let means = [
        ("Hello  world\n東京 naïve 🙂", [-0.018_225_53, 0.213_893_34, 0.010_674_61, -0.124_436_51]),
        ("the same words the same words", [-0.405_619_3, -0.017_862_96, -0.185_099_29, 0.136_266_07]),
        (" leading", [-0.195_800_78, -0.007_354_74, 0.404_479_98, -0.169_860_84]),
    ];
    for (text, mean) in means {
        let vector = &LANGUAGE.embed(&[text], Tier::Fast).unwrap()[0];
        let scale = vector[1] / mean[1];
        let scaled: Vec<f32> = mean.iter().map(|value| value * scale).collect();
        assert!(scale > 0.0 && near(vector, &scaled, 1e-5), "{text}");
    }
}

#[test]
fn sequences_that_the_encoder_cannot_read_are_errors() {
    assert!(LANGUAGE.encode(&[&[]]).is_err());
    assert!(LANGUAGE.encode(&[&[1; 513]]).is_err());
    assert!(LANGUAGE.encode(&[&[30_522]]).is_err());
    assert!(LANGUAGE.encode(&[]).unwrap().is_empty());
    assert!(LANGUAGE.prepare(&Labels::default(), Tier::Fast).is_err());
}

#[test]
fn texts_find_their_labels_in_input_order_on_both_tiers() {
    let labels = Labels::of_names(["sports", "cooking", "computers"]);
    let texts = [
        "Simmer the onions in butter, then add the stock.",
        "The striker scored twice in the final.",
        "The new compiler release fixes a linker bug.",
    ];
    for tier in [Tier::Fast, Tier::Standard] {
        let prepared = LANGUAGE.prepare(&labels, tier).unwrap();
        let scores = LANGUAGE.classify(&prepared, &texts).unwrap();
        let best: Vec<usize> = scores.iter().map(|scores| scores.best().0).collect();
        assert_eq!(best, [1, 0, 2], "{tier:?}");
        for scores in scores {
            assert!((scores.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            assert!(scores.independent.iter().all(|confidence| (0.0..=1.0).contains(confidence)));
        }
    }
}

#[test]
fn praise_and_blame_of_one_thing_are_told_apart() {
    let prepared = LANGUAGE.prepare(&feelings(), Tier::Standard).unwrap();
    let texts = ["A wonderful film, I loved every minute.", "A dreadful film, I hated every minute."];
    let scores = LANGUAGE.classify(&prepared, &texts).unwrap();
    assert_eq!((scores[0].best().0, scores[1].best().0), (0, 1));
}

#[test]
fn one_label_is_answered_by_the_probability_that_it_applies() {
    let prepared = LANGUAGE.prepare(&Labels::of_names(["football"]), Tier::Standard).unwrap();
    let texts = ["The striker scored twice in the football final.", "The bank raised its interest rate."];
    let scores = LANGUAGE.classify(&prepared, &texts).unwrap();
    assert!(scores[0].best().1 > 0.5 && scores[1].best().1 < 0.5);
    assert_eq!(scores[0].tags(0.5), [(0, scores[0].best().1)]);
}

#[test]
fn examples_that_contradict_the_names_win() {
    let label =
        |name, examples: [&'static str; 4]| Label { name, description: None, examples: examples.to_vec() };
    let one = ["goal", "a late goal in the match", "the keeper saved a penalty", "the league table"];
    let two = ["a pinch of salt", "bake for an hour", "chop the onions", "a sauce with butter"];
    let labels = Labels { labels: vec![label("A", one), label("B", two)], text_type: None };
    let prepared = LANGUAGE.prepare(&labels, Tier::Standard).unwrap();
    assert_eq!(prepared.method(), Method::Fitted);
    let scores = LANGUAGE.classify(&prepared, &["Stir in the flour.", "They won the match."]).unwrap();
    assert_eq!((scores[0].best().0, scores[1].best().0), (1, 0));
}

#[test]
fn equal_examples_everywhere_are_no_reason_to_fail() {
    let label = |name| Label { name, description: None, examples: vec!["same"; 5] };
    let labels = Labels { labels: vec![label("A"), label("B")], text_type: None };
    let prepared = LANGUAGE.prepare(&labels, Tier::Standard).unwrap();
    assert!(LANGUAGE.classify(&prepared, &["x"]).unwrap()[0].best().1.is_finite());
}

#[test]
fn many_examples_fit_a_border_that_their_middles_miss() {
    // Both labels' examples are about football and about cooking; what tells them apart is the season.
    let sentences = |season: &str| -> Vec<String> {
        let things = [
            "The match is played",
            "The cup final is",
            "We bake the bread",
            "The soup is cooked",
            "The league starts",
        ];
        let times = ["early", "late", "in the middle", "at the end"];
        times
            .iter()
            .flat_map(|time| things.iter().map(move |thing| format!("{thing} {time} of {season}.")))
            .collect()
    };
    let (winter, summer) = (sentences("winter"), sentences("summer"));
    let label = |name, texts: &'static [String]| Label {
        name,
        description: None,
        examples: texts.iter().map(String::as_str).collect(),
    };
    let labels =
        Labels { labels: vec![label("A", winter.leak()), label("B", summer.leak())], text_type: None };
    let prepared = LANGUAGE.prepare(&labels, Tier::Standard).unwrap();
    assert_eq!(prepared.method(), Method::Fitted);
    let texts = ["The tournament is held in winter.", "The tournament is held in summer."];
    let scores = LANGUAGE.classify(&prepared, &texts).unwrap();
    assert_eq!((scores[0].best().0, scores[1].best().0), (0, 1));
    assert!(scores.iter().all(|scores| scores.best().1 > 0.6), "{scores:?}");
}

#[test]
fn a_deadline_ends_the_reading_of_labels() {
    let texts: Vec<String> =
        (0..100).map(|at| format!("Example {at} says this and that. ").repeat(20)).collect();
    let label =
        |name| Label { name, description: None, examples: texts.iter().map(String::as_str).collect() };
    let labels = Labels { labels: vec![label("A"), label("B")], text_type: None };
    let past = Instant::now();
    for tier in [Tier::Standard, Tier::Fast] {
        let refused = LANGUAGE.prepare_until(&labels, tier, Some(past));
        assert!(matches!(refused, Err(LanguageError::Deadline)));
    }
    let begun = Instant::now();
    let refused = LANGUAGE.prepare_until(&labels, Tier::Standard, Some(begun + Duration::from_millis(50)));
    assert!(matches!(refused, Err(LanguageError::Deadline)));
    let later = Some(Instant::now() + Duration::from_secs(600));
    assert!(LANGUAGE.prepare_until(&Labels::of_names(["A", "B"]), Tier::Standard, later).is_ok());
}

#[test]
fn odd_texts_are_answered() {
    let prepared = LANGUAGE.prepare(&feelings(), Tier::Standard).unwrap();
    let long = "word ".repeat(20_000);
    let unbroken = "x".repeat(100_000);
    let texts = ["", " ", "\u{0}\u{1}", "👩‍👩‍👧‍👦", long.as_str(), unbroken.as_str(), "….!?。"];
    for tier in [Tier::Standard, Tier::Fast] {
        let prepared = if tier == Tier::Standard {
            prepared.clone()
        } else {
            LANGUAGE.prepare(&feelings(), tier).unwrap()
        };
        let scores = LANGUAGE.classify(&prepared, &texts).unwrap();
        assert_eq!(scores.len(), texts.len());
        assert!(scores.iter().all(|scores| scores.best().1.is_finite()));
        assert_eq!((scores[0].tokens, scores[4].tokens, scores[5].tokens), (0, 20_000, 1));
    }
}

#[test]
fn evidence_points_at_the_sentence_that_speaks_for_the_label() {
    let prepared = LANGUAGE.prepare(&Labels::of_names(["football", "cooking"]), Tier::Standard).unwrap();
    let text = "Grüße aus München! Die 東京 trip was nice. The striker scored a goal in the football match. Then we left.";
    let evidence = LANGUAGE.explain(&prepared, text, 0).unwrap();
    let characters: Vec<char> = text.chars().collect();
    let first: String = characters[evidence[0].start..evidence[0].end].iter().collect();
    assert_eq!(first, "The striker scored a goal in the football match.");
    assert_eq!(evidence[0].weight, 1.0);
    assert!(LANGUAGE.explain(&prepared, " ", 0).unwrap().is_empty());
    assert!(LANGUAGE.explain(&prepared, text, 2).unwrap().is_empty());
}

#[test]
fn evidence_of_a_long_text_is_bounded_and_within_it() {
    let prepared = LANGUAGE.prepare(&Labels::of_names(["football", "cooking"]), Tier::Standard).unwrap();
    let text = "Ein Tor für München. ".repeat(4_000);
    let evidence = LANGUAGE.explain(&prepared, &text, 0).unwrap();
    assert!((2..=32).contains(&evidence.len()));
    let last = evidence.iter().map(|part| part.end).max().unwrap();
    assert_eq!(last, text.trim_end().chars().count());
}

#[test]
fn prepared_labels_survive_being_stored() {
    let calibration = Calibration { temperature: 0.07, slope: 9.0, offset: 0.1 };
    let prepared = LANGUAGE.prepare(&feelings(), Tier::Fast).unwrap().calibrated(calibration);
    let stored = serde_json::to_vec(&prepared).unwrap();
    let back: Prepared = serde_json::from_slice(&stored).unwrap();
    let text = ["What a lovely day"];
    assert_eq!(LANGUAGE.classify(&back, &text).unwrap(), LANGUAGE.classify(&prepared, &text).unwrap());
    assert_eq!(back.calibration(), calibration);
    assert!(prepared.bytes() > 2 * 256 * 4);
}
