//! The command without a server.

use std::fs;
use std::path::Path;

use contract::settings::{ALL, FILE_KEYS};
use harness::{Scratch, picture};
use journeys::{Run, atelier};
use serde_json::Value;

fn path(folder: &Scratch, name: &str) -> String {
    folder.join(name).display().to_string()
}

fn written(folder: &Scratch, name: &str, bytes: &[u8]) -> String {
    fs::write(folder.join(name), bytes).expect("a file in a temporary folder");
    path(folder, name)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into()).collect();
    names.sort();
    names
}

fn json(run: &Run) -> Value {
    assert!(run.success, "{run:?}");
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edit_writes_a_picture_and_prints_what_it_is() {
    let folder = Scratch::new();
    let input = written(&folder, "in.jpg", &picture(64, 48));
    let output = path(&folder, "out.webp");
    let request = r#"{"operations":{"resizing":{"width":32}},"output":{"format":"webp"}}"#;
    let inline = json(&atelier(&["edit", &input, &output, "--request", request], &[]).await);
    assert_eq!((&inline["output"]["width"], &inline["output"]["height"]), (&32.into(), &24.into()));
    assert_eq!((&inline["input"]["ext"], &inline["output"]["ext"]), (&"jpeg".into(), &"webp".into()));
    let bytes = fs::read(&output).expect("the result");
    assert!(bytes.starts_with(b"RIFF") && bytes[8..12] == *b"WEBP");

    let file = written(&folder, "request.json", request.as_bytes());
    let again = path(&folder, "again.webp");
    let by_file = json(&atelier(&["edit", &input, &again, "--request", &file], &[]).await);
    assert_eq!(by_file["output"], inline["output"]);
    assert_eq!(fs::read(&again).expect("the result"), bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_extension_of_the_result_says_its_format_where_the_request_does_not() {
    let folder = Scratch::new();
    let input = written(&folder, "in.jpg", &picture(64, 48));
    for (name, request, format) in [
        ("out.webp", "{}", "webp"),
        ("out.PNG", r#"{"operations":{"resizing":{"width":32}}}"#, "png"),
        ("out.jpg", "{}", "jpeg"),
        ("out", "{}", "jpeg"),
        ("other.webp", r#"{"output":{"format":"png"}}"#, "png"),
    ] {
        let run = atelier(&["edit", &input, &path(&folder, name), "--request", request], &[]).await;
        assert_eq!(json(&run)["output"]["ext"], format, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edit_repeated_prints_the_times_of_each_run() {
    let folder = Scratch::new();
    let input = written(&folder, "in.jpg", &picture(64, 48));
    let output = path(&folder, "out.jpg");
    let run = atelier(&["edit", &input, &output, "--repeat", "3"], &[("ATELIER_THREADS", "1")]).await;
    assert!(run.success, "{run:?}");
    let lines: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 3, "{}", run.stdout);
    for line in lines {
        assert!(line["cpu_ms"].as_f64().is_some_and(|ms| ms >= 0.0), "{line}");
        assert!(line["wall_ms"].as_f64().is_some_and(|ms| ms > 0.0), "{line}");
    }
    assert!(fs::read(&output).expect("the result").starts_with(b"\xFF\xD8"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edit_of_a_folder_does_every_picture_and_names_what_is_none() {
    let folder = Scratch::new();
    fs::create_dir(folder.join("in")).expect("a folder");
    for index in 0..5 {
        written(&folder, &format!("in/{index}.jpg"), &picture(40 + index, 30));
    }
    let (input, output) = (path(&folder, "in"), path(&folder, "out"));
    let request = r#"{"operations":{"resizing":{"width":16}},"output":{"format":"png"}}"#;
    let run = atelier(&["edit", &input, &output, "--request", request], &[]).await;
    assert!(run.success, "{run:?}");
    assert_eq!(names(&folder.join("out")), ["0.png", "1.png", "2.png", "3.png", "4.png"]);

    written(&folder, "in/notes.txt", b"no picture");
    fs::remove_dir_all(folder.join("out")).expect("the results");
    let run = atelier(&["edit", &input, &output, "--request", request], &[]).await;
    assert!(!run.success && run.stderr.contains("notes.txt") && run.stderr.contains("1 of 6"), "{run:?}");
    assert_eq!(names(&folder.join("out")).len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_of_a_folder_that_differ_by_extension_alone_get_results_of_their_own() {
    let folder = Scratch::new();
    fs::create_dir(folder.join("in")).expect("a folder");
    for (name, width) in [("a.jpg", 30), ("a.jpeg", 40), ("b.jpg", 50)] {
        written(&folder, &format!("in/{name}"), &picture(width, 30));
    }
    let run = atelier(&["edit", &path(&folder, "in"), &path(&folder, "out")], &[]).await;
    assert!(run.success, "{run:?}");
    assert_eq!(names(&folder.join("out")), ["a.jpeg.jpeg", "a.jpg.jpeg", "b.jpeg"]);
    let same = atelier(&["edit", &path(&folder, "in"), &path(&folder, "in")], &[]).await;
    assert!(!same.success && names(&folder.join("in")).len() == 3, "{same:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_that_cannot_be_what_it_says_stops_every_command_but_config() {
    let folder = Scratch::new();
    let wrong = [("ATELIER_MAX_PIXELS", "-1")];
    let data = path(&folder, "data");
    let input = written(&folder, "in.jpg", &picture(64, 48));
    let output = path(&folder, "out.jpg");
    for arguments in [vec!["serve", "--data", &data], vec!["edit", &input, &output]] {
        let run = atelier(&arguments, &wrong).await;
        assert!(!run.success && run.stdout.is_empty(), "{run:?}");
        assert!(run.stderr.contains("ATELIER_MAX_PIXELS: `-1` is not a whole number of at least 1"), "{run:?}");
    }
    assert!(!folder.join("data").exists() && !folder.join("out.jpg").exists());
    assert!(atelier(&["config"], &wrong).await.success);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edit_says_what_is_wrong_with_a_request_or_a_picture() {
    let folder = Scratch::new();
    let input = written(&folder, "in.jpg", &picture(64, 48));
    let text = written(&folder, "text.jpg", b"no picture");
    let output = path(&folder, "out.jpg");
    let missing = path(&folder, "missing.jpg");
    let both_wrong = r#"{"operations":{"resizing":{"width":0},"adjustments":{"contrast":500}}}"#;
    let unavailable = r#"{"operations":{"restorations":{"polish":true}}}"#;
    for (input, request, words) in [
        (&input, both_wrong, ["operations.resizing.width", "operations.adjustments.contrast"]),
        (&input, unavailable, ["operations.restorations.polish", "not available in this version"]),
        (&input, "{\"operations\":", ["not JSON", ""]),
        (&input, "no-such-file.json", ["no-such-file.json", "cannot be read"]),
        (&text, "{}", ["text.jpg", ""]),
        (&missing, "{}", ["missing.jpg", "cannot be read"]),
    ] {
        let run = atelier(&["edit", input, &output, "--request", request], &[]).await;
        assert!(!run.success && run.stdout.is_empty(), "{request}: {run:?}");
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{request}: {run:?}");
        assert!(!run.stderr.contains("panicked") && !folder.join("out.jpg").exists(), "{request}: {run:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn config_lists_every_setting_with_its_value_and_no_secret() {
    let secret = "ab".repeat(32);
    let env = [("ATELIER_MAX_PIXELS", "1234567"), (FILE_KEYS.name, secret.as_str())];
    let run = atelier(&["config"], &env).await;
    assert!(run.success, "{run:?}");
    for setting in ALL {
        let line = run.stdout.lines().find(|line| line.starts_with(&format!("{} ", setting.name)));
        let line = line.unwrap_or_else(|| panic!("{} is not listed: {}", setting.name, run.stdout));
        let set = env.iter().any(|(name, _)| *name == setting.name);
        assert!(set || setting.default.is_empty() || line.contains(setting.default), "{line}");
        assert!(run.stdout.contains(setting.doc), "{} is not explained", setting.name);
    }
    assert!(run.stdout.contains("1234567") && !run.stdout.contains(&secret));
}
