//! The table of odd files, each with its exact output.

use std::io::Write;

use batches::ShardBytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use harness::Harness;
use serde_json::{Value, json};

use super::batch_create::{ended, files, started, tickets};
use crate::subject::bounded;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// What a line holds, text or fault, and its `custom_id`.
type Expected = (Result<String, &'static str>, Value);

/// A file, and of each of its lines the text or the fault, with the `custom_id`.
fn odd_files() -> Vec<(&'static str, Vec<u8>, Vec<Expected>)> {
    let plain =
        |texts: &[&str]| texts.iter().map(|text| (Ok((*text).to_owned()), Value::Null)).collect::<Vec<_>>();
    let bad = |sentence| (Err(sentence), Value::Null);
    let good = |text: &str| (Ok(text.to_owned()), Value::Null);
    const JSON: &str = "the line is not a JSON object";
    const LONG: &str = "the line is longer than 1048576 bytes";
    let two = "{\"text\":\"one\"}\n{\"text\":\"two\"}\n";
    let long = format!("{{\"text\":\"{}\"}}\n{{\"text\":\"two\"}}", "x".repeat(2 << 20));
    let wide = format!("{{\"text\":\"{}\"}}\n{{\"text\":\"two\"}}", "x ".repeat(50_001));
    vec![
        ("plain", two.into(), plain(&["one", "two"])),
        ("no newline at the end", two.trim_end().into(), plain(&["one", "two"])),
        ("a byte order mark", format!("\u{feff}{two}").into(), plain(&["one", "two"])),
        ("CRLF", two.replace('\n', "\r\n").into(), plain(&["one", "two"])),
        ("blank lines", format!("\n\n  \n{two}\n\r\n").into(), plain(&["one", "two"])),
        ("gzip", gzip(two.as_bytes()), plain(&["one", "two"])),
        ("gzip in two members", [gzip(b"{\"text\":\"one\"}\n{\"te"), gzip(b"xt\":\"two\"}")].concat(), plain(&["one", "two"])),
        ("zeros after gzip", [gzip(two.as_bytes()), vec![0; 512]].concat(), plain(&["one", "two"])),
        ("anything after gzip", [&gzip(two.as_bytes())[..], b"{\"text\":\"three\"}\n"].concat(), plain(&["one", "two"])),
        ("invalid UTF-8", b"{\"text\":\"one\"}\n{\"text\":\"\xc3\"}\n".to_vec(), vec![good("one"), bad("the line is not valid UTF-8")]),
        ("no object", b"[1]\n{\"text\":\"one\"}\n\"text\"\n{\n".to_vec(), vec![bad(JSON), good("one"), bad(JSON), bad(JSON)]),
        ("no text", b"{\"text\":\"one\"}\n{}\n{\"text\":7}\n{\"text\":\"  \"}".to_vec(), vec![good("one"), bad("text is missing"), bad("text is not a string"), bad("text is empty")]),
        ("a line of two megabytes", long.into(), vec![bad(LONG), good("two")]),
        ("a text that is too long", wide.into(), vec![bad("text is longer than 100000 characters"), good("two")]),
        (
            "names of lines, one of them twice",
            b"{\"custom_id\":\"a\",\"text\":\"one\"}\n{\"custom_id\":7,\"text\":\"two\"}\n{\"custom_id\":\"a\"}".to_vec(),
            vec![(Ok("one".into()), json!("a")), (Ok("two".into()), json!(7)), (Err("text is missing"), json!("a"))],
        ),
        ("one line in the whole file", b"{\"text\":\"one\"}".to_vec(), plain(&["one"])),
        ("a line of a whole megabyte", padded(1 << 20).into(), plain(&["one", "two"])),
        ("a line of a byte more", padded((1 << 20) + 1).into(), vec![bad(LONG), good("two")]),
        ("lists within lists", format!("{{\"x\":{}}}\n{two}", "[".repeat(100_000)).into(), vec![bad(JSON), good("one"), good("two")]),
        ("two objects in a line", b"{\"text\":\"one\"}{\"text\":\"two\"}\n{\"text\":\"two\"}\n".to_vec(), vec![bad(JSON), good("two")]),
        ("zero bytes", b"\0\n{\"text\":\"one\"}\0\n{\"text\":\"two\"}".to_vec(), vec![bad(JSON), bad(JSON), good("two")]),
        ("UTF-16", [b"\xff\xfe{\0\n\0".to_vec(), two.into()].concat(), vec![bad("the line is not valid UTF-8"), bad(JSON), good("two")]),
        ("text twice in a line", b"{\"text\":\"one\",\"text\":\"two\"}".to_vec(), plain(&["two"])),
        ("other members", b"{\"x\":{\"text\":[[[]]]},\"text\":\"one\",\"y\":null}".to_vec(), plain(&["one"])),
        ("signs of other scripts", "{\"text\":\"zwölf €𝄞 日本語\"}\n{\"text\":\"\\u00e9\"}".into(), plain(&["zwölf €𝄞 日本語", "é"])),
    ]
}

/// Two lines, the first of so many bytes.
fn padded(bytes: usize) -> String {
    let line = |pad: usize| format!("{{\"text\":\"one\",\"pad\":\"{}\"}}", "x".repeat(pad));
    format!("{}\n{{\"text\":\"two\"}}\n", line(bytes - line(0).len()))
}

/// What the synchronous batch says of the same texts is what a job must say.
async fn expected(harness: &Harness, lines: &[Expected]) -> Vec<Value> {
    let mut body = tickets();
    body["priority"] = "standard".into();
    body["texts"] = lines.iter().filter_map(|(line, _)| line.clone().ok()).collect::<Vec<_>>().into();
    let sync = harness.call("POST", "/v1/classify/batch").json(body).send().await.expect(200).json();
    let mut answers = sync["results"].as_array().expect("results").iter();
    let line = |(line, custom_id): &Expected| {
        let mut expected = match line {
            Ok(_) => {
                let answer = answers.next().expect("an answer");
                json!({"label": answer["label"], "confidence": answer["confidence"], "tokens": answer["tokens"]})
            }
            Err(sentence) => json!({"error": sentence, "tokens": 0}),
        };
        if !custom_id.is_null() {
            expected["custom_id"] = custom_id.clone();
        }
        expected
    };
    lines.iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_of_every_odd_file_has_its_result_in_its_place() {
    bounded(300, async {
        let harness = Harness::start().await;
        for (name, file, lines) in odd_files() {
            let expected = expected(&harness, &lines).await;
            let mut body = tickets();
            body["priority"] = "standard".into();
            let id = started(&harness, &harness.key, body, &file).await;
            let job = ended(&harness, &harness.key, &id).await;
            assert_eq!(job["status"], "completed", "{name}: {job}");
            let (results, errors) = files(&harness, &harness.key, &id).await;
            assert_eq!(results, expected, "{name}");
            let failed = lines.iter().filter(|(line, _)| line.is_err()).count();
            assert_eq!(
                (errors.len(), job["requests_failed"].as_u64()),
                (failed, Some(failed as u64)),
                "{name}"
            );
            assert_eq!(job["requests_completed"], lines.len(), "{name}");
            let tokens: u64 = results.iter().filter_map(|line| line["tokens"].as_u64()).sum();
            assert_eq!(job["actual_tokens"], tokens, "{name}");
        }
        harness.assert_books().await;
        assert_eq!(harness.balance("default").await.held, contract::Credits::ZERO);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_lines_are_listed_with_their_numbers_in_the_file() {
    bounded(120, async {
        let harness = Harness::start().await;
        let file = b"\n{\"text\":\"one\"}\n\nnonsense\n{\"custom_id\":\"b\"}\n";
        let id = started(&harness, &harness.key, tickets(), file).await;
        ended(&harness, &harness.key, &id).await;
        let (_, errors) = files(&harness, &harness.key, &id).await;
        let expected = [
            json!({"line": 4, "code": "INVALID_LINE", "error": "the line is not a JSON object"}),
            json!({"line": 5, "custom_id": "b", "code": "INVALID_LINE", "error": "text is missing"}),
        ];
        assert_eq!(errors, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_without_a_valid_line_costs_nothing_and_of_a_damaged_gzip_file_what_came_before_is_kept() {
    bounded(120, async {
        let harness = Harness::start().await;
        let mut cut = gzip(&b"{\"text\":\"one\"}\n".repeat(2000));
        cut.truncate(cut.len() - 10);
        for (file, reason) in [
            (b"nonsense\n{}\n".to_vec(), "no valid line"),
            (b"\n\n \n".to_vec(), "no valid line"),
            (cut, "gzip"),
        ] {
            let id = started(&harness, &harness.key, tickets(), &file).await;
            let job = ended(&harness, &harness.key, &id).await;
            assert_eq!(job["status"], "failed", "{job}");
            assert!(job["error"].as_str().is_some_and(|error| error.contains(reason)), "{job}");
            let kept = job["requests_completed"].as_u64().unwrap_or(0)
                - job["requests_failed"].as_u64().unwrap_or(0);
            assert_eq!(kept > 0, reason == "gzip", "{job}");
            let parts = format!("batches/results/{id}/parts/");
            let left = async || harness.store().batch_files().list(&parts).await.expect("a listing");
            // Of a job that can go on they are kept; of others they go right after its end.
            while reason != "gzip" && !left().await.is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            assert_eq!(left().await.is_empty(), reason != "gzip");
            let sheet = harness.balance("default").await;
            assert_eq!(sheet.held, contract::Credits::ZERO);
            assert_eq!(harness.store().jobs().active("default").await.expect("an answer"), None);
        }
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_border_of_shards_anywhere_in_a_line_or_a_character_changes_nothing() {
    bounded(240, async {
        let harness = Harness::start().await;
        let line = |n: usize| format!("{{\"custom_id\":{n},\"text\":\"zwölf €𝄞 日本語 {n}\"}}\r\n");
        let file = format!("\u{feff}\n{}", (0..12).map(line).collect::<String>());
        let mut whole = None;
        for shard in [None, Some(1), Some(2), Some(5), Some(41)] {
            harness.server.platform().provide(ShardBytes(shard));
            let id = started(&harness, &harness.key, tickets(), file.as_bytes()).await;
            let job = ended(&harness, &harness.key, &id).await;
            assert_eq!(job["status"], "completed", "{shard:?}: {job}");
            let all = files(&harness, &harness.key, &id).await;
            assert_eq!(all.0.len(), 12, "{shard:?}");
            assert_eq!(whole.get_or_insert(all.clone()), &all, "{shard:?}");
        }
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_short_lines_that_fail_cost_nothing_and_do_not_hold_up_the_one_that_does_not() {
    bounded(240, async {
        let harness = Harness::start().await;
        let mut file = b"{}\n".repeat(150_000);
        file.extend_from_slice(b"{\"text\":\"one\",\"custom_id\":\"last\"}");
        let id = started(&harness, &harness.key, tickets(), &file).await;
        let job = ended(&harness, &harness.key, &id).await;
        let counts = (&job["requests_total"], &job["requests_completed"], &job["requests_failed"]);
        assert_eq!(counts, (&json!(150_001), &json!(150_001), &json!(150_000)), "{job}");
        let (results, errors) = files(&harness, &harness.key, &id).await;
        assert_eq!((results.len(), errors.len()), (150_001, 100_000));
        assert_eq!(results[150_000]["custom_id"], "last");
        assert_eq!(job["actual_tokens"], results[150_000]["tokens"]);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_that_name_lines_come_back_as_they_were_written() {
    bounded(120, async {
        let harness = Harness::start().await;
        let numbers =
            ["123456789012345678901234567890", "1.10", "1e400", "-0", "0.1000000000000000055511151231257827"];
        let mut file = numbers.map(|n| format!("{{\"custom_id\":{n},\"text\":\"one\"}}\n")).concat();
        file += &numbers.map(|n| format!("{{\"custom_id\": {n} }}\n")).concat();
        let id = started(&harness, &harness.key, tickets(), file.as_bytes()).await;
        ended(&harness, &harness.key, &id).await;
        let links = harness.call("GET", &format!("/v1/batch/{id}/results")).send().await.expect(200).json();
        let lines = async |name: &str| {
            let url = links[name].as_str().expect("a link").to_owned();
            let text = harness.call_url("GET", &url).no_key().send().await.expect(200).text();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let (results, errors) = (lines("download_url").await, lines("errors_url").await);
        for (place, number) in numbers.iter().enumerate() {
            let named = format!("\"custom_id\":{number},");
            assert!(results[place].contains(&named), "{}", results[place]);
            assert!(results[place + 5].contains(&named), "{}", results[place + 5]);
            assert!(errors[place].contains(&named), "{}", errors[place]);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_errors_file_ends_after_16_mib() {
    bounded(120, async {
        let harness = Harness::start().await;
        let name = "x".repeat(512);
        let mut file = format!("{{\"custom_id\":\"{name}\"}}\n").repeat(32_000);
        file += "{\"text\":\"one\"}";
        let id = started(&harness, &harness.key, tickets(), file.as_bytes()).await;
        let job = ended(&harness, &harness.key, &id).await;
        assert_eq!((&job["status"], &job["requests_failed"]), (&json!("completed"), &json!(32_000)), "{job}");
        let (results, errors) = files(&harness, &harness.key, &id).await;
        assert_eq!(results.len(), 32_001);
        let bytes: usize = errors.iter().map(|line| line.to_string().len() + 1).sum();
        let longest = 700;
        assert!(((16 << 20)..(16 << 20) + longest).contains(&bytes), "{bytes}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_no_file_of_lines_fails_its_job_after_a_million_of_them() {
    bounded(400, async {
        let harness = Harness::start().await;
        let mut file = b"{\"text\":\"one\"}\n".to_vec();
        file.extend_from_slice(&b"x\n".repeat(1_500_000));
        let id = started(&harness, &harness.key, tickets(), &file).await;
        let job = ended(&harness, &harness.key, &id).await;
        assert_eq!(job["status"], "failed", "{job}");
        assert!(job["error"].as_str().is_some_and(|error| error.contains("99 of 100 lines failed")), "{job}");
        let done = job["requests_completed"].as_u64().expect("a count");
        assert!((1_000_000..1_100_000).contains(&done), "{job}");
        let url = harness.call("GET", &format!("/v1/batch/{id}/results")).send().await.expect(200).json();
        let url = url["download_url"].as_str().expect("a link");
        let results = harness.call_url("GET", url).no_key().send().await.expect(200).text();
        assert_eq!(results.lines().count() as u64, done);
        harness.assert_books().await;
    })
    .await;
}
