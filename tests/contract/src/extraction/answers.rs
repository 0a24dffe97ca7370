//! Answers that can be used, whole or cut off.

use contract::Credits;
use serde_json::json;

use super::wires::{End, WIRES, asked, says};
use super::{IMAGE, asking, call, schema};
use crate::subject::bounded;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_is_taken_bare_in_a_fence_and_among_words_and_asked_for_once() {
    bounded(300, async {
        let data = json!({"total": 11.77, "shop": null});
        for wire in WIRES {
            for text in [
                format!("{data}"),
                format!("```json\n{data:#}\n```"),
                format!("Here it is:\n\n```\n{data}\n```\nAnything else?"),
            ] {
                let reply = says(wire, &text, End::Whole);
                let called = call(
                    (wire, IMAGE),
                    asking(2, json!({"schema": schema()})),
                    |_| {},
                    move |_| reply.clone(),
                )
                .await;
                let answer = called.answer.expect(200).json();
                assert_eq!(answer["data"], data, "{wire:?}: {text}");
                assert_eq!((&answer["model"], &answer["truncated"]), (&json!("test-model"), &json!(false)));
                assert_eq!((called.asked.len(), called.spent), (1, Credits::whole(12)), "{wire:?}: {text}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_one_picture_what_was_complete_is_kept_and_truncated_is_told_without_another_question() {
    bounded(300, async {
        for wire in WIRES {
            for (more, text, results) in [
                (json!({"jsonMode": true}), "{\"lines\": [\"a\", \"b\", \"c", "{\"lines\":[\"a\",\"b\"]}"),
                (json!({"schema": schema()}), "```json\n{\"total\": 3, \"shop\": \"Ligh", "{\"total\":3}"),
                (json!({}), "A receipt of Ligh", "A receipt of Ligh"),
            ] {
                let reply = says(wire, text, End::CutOff);
                let called = call((wire, IMAGE), asking(1, more), |_| {}, move |_| reply.clone()).await;
                let answer = called.answer.expect(200).json();
                assert_eq!(
                    (&answer["results"], &answer["truncated"]),
                    (&json!(results), &json!(true)),
                    "{wire:?}"
                );
                assert_eq!((called.asked.len(), called.spent), (1, Credits::whole(11)), "{wire:?}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_pictures_are_asked_about_in_halves_where_the_answer_was_cut_off_and_never_twice_the_same() {
    bounded(300, async {
        for wire in WIRES {
            let reply = move |question: &harness::Question| match asked(wire, question).pictures {
                1 => says(wire, "{\"lines\": [1]}", End::Whole),
                _ => says(wire, "{\"lines\": [1, 1, 1", End::CutOff),
            };
            let called = call((wire, IMAGE), asking(5, json!({"jsonMode": true})), |_| {}, reply).await;
            let answer = called.answer.expect(200).json();
            assert_eq!(
                (&answer["data"], &answer["truncated"]),
                (&json!({"lines": [1, 1, 1, 1, 1]}), &json!(false))
            );
            let mut pictures: Vec<usize> =
                called.asked.iter().map(|question| asked(wire, question).pictures).collect();
            pictures.sort_unstable();
            assert_eq!(pictures, [1, 1, 1, 1, 1, 2, 2, 3, 5], "{wire:?}");
            let mut bodies: Vec<String> =
                called.asked.iter().map(|question| question.body.to_string()).collect();
            bodies.sort_unstable();
            bodies.dedup();
            assert_eq!(bodies.len(), pictures.len(), "{wire:?}: the same was asked twice");
            assert_eq!(called.spent, Credits::whole(15), "{wire:?}");
        }
    })
    .await;
}
