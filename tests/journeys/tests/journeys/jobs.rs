//! Batch jobs from the command line, and a server that is killed while it works on one.

use std::fs;
use std::time::{Duration, Instant};

use harness::ServerProcess;
use journeys::{Home, atelier, path_of};
use serde_json::{Value, json};

/// Lines of which no two are alike.
fn lines(count: usize) -> String {
    let subjects =
        ["I was charged twice", "It crashes at start", "Where is my invoice", "The screen stays black"];
    (0..count)
        .map(|n| json!({"custom_id": n, "text": format!("{}, {n}", subjects[n % 4])}).to_string() + "\n")
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_submits_a_file_watches_it_and_brings_the_results() {
    let home = Home::new().await;
    let server = home.serve(&[]);
    let (input, output) = (home.folder.join("in.ndjson"), home.folder.join("out.ndjson"));
    fs::write(&input, lines(300)).expect("a file");
    let (url, key) = (server.base_url(), server.key());
    let env = [("ATELIER_URL", &url[..]), ("ATELIER_KEY", &key[..])];
    let (input, output) = (input.display().to_string(), output.display().to_string());
    let labels = ["--labels", "billing,technical", "--priority", "fast"];
    let submit = [&["jobs", "submit", &input][..], &labels, &["--watch", "-o", &output]].concat();
    let run = atelier(&submit, &env).await;
    assert!(run.success, "{run:?}");
    let results = fs::read_to_string(&output).expect("the results");
    let ids: Vec<Value> = results
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON")["custom_id"].clone())
        .collect();
    assert_eq!(ids, (0..300).map(Value::from).collect::<Vec<_>>());

    let listed = atelier(&["jobs", "list"], &env).await;
    let id = listed.stdout.split('\t').next().expect("an id").to_owned();
    assert!(listed.stdout.contains("completed\t300 of 300"), "{listed:?}");
    let shown = atelier(&["jobs", "get", &id], &env).await;
    let shown: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    assert_eq!((&shown["job_id"], &shown["status"]), (&json!(id), &json!("completed")));
    let printed = atelier(&["jobs", "results", &id], &env).await;
    assert_eq!(printed.stdout, results);
    let refused = atelier(&["jobs", "cancel", &id], &env).await;
    assert!(!refused.success && refused.stderr.contains("409"), "{refused:?}");
    let keyless = atelier(&["jobs", "list"], &[("ATELIER_URL", &url), ("ATELIER_KEY", "")]).await;
    assert!(!keyless.success && keyless.stderr.contains("ATELIER_KEY"), "{keyless:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_command_cannot_read_or_write_makes_no_job_and_of_a_failed_one_it_brings_what_is_done() {
    let home = Home::new().await;
    let server = home.serve(&[]);
    let path = |name: &str| home.folder.join(name).display().to_string();
    let (empty, broken, good, output) = (path("empty"), path("broken"), path("good"), path("out"));
    fs::write(&empty, "").expect("a file");
    fs::write(&broken, "nonsense\n{}\n").expect("a file");
    fs::write(&good, lines(3)).expect("a file");
    let (url, key) = (server.base_url(), server.key());
    let env = [("ATELIER_URL", &url[..]), ("ATELIER_KEY", &key[..])];
    let submit = async |file: &str, more: &[&str]| {
        atelier(&[&["jobs", "submit", file, "--labels", "billing, technical"], more].concat(), &env).await
    };
    for (file, more, reason) in [
        (&empty, &[][..], "no file with lines"),
        (&path("missing"), &[], "cannot be read"),
        (&path("."), &[], "no file with lines"),
        (&good, &["-o", &output], "--watch"),
        (&good, &["--watch", "-o", &path("no/such/folder")], "cannot be written"),
    ] {
        let run = submit(file, more).await;
        assert!(!run.success && run.stderr.contains(reason), "{run:?}");
    }
    for id in ["", "../keys", "a b"] {
        let run = atelier(&["jobs", "get", id], &env).await;
        assert!(!run.success && run.stderr.contains("an id is like"), "{run:?}");
    }
    assert_eq!(atelier(&["jobs", "list"], &env).await.stdout, "");

    let failed = submit(&broken, &["--watch", "-o", &output]).await;
    assert!(!failed.success && failed.stderr.contains("no valid line"), "{failed:?}");
    assert_eq!(fs::read_to_string(&output).expect("the results").lines().count(), 2);
    let done = submit(&good, &["--watch"]).await;
    assert!(done.success, "{done:?}");
    let labels: Vec<Value> =
        done.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(
        labels.iter().all(|line| line["label"] == "billing" || line["label"] == "technical"),
        "{labels:?}"
    );
}

/// Makes and starts a job on a file by the command.
async fn submit(home: &Home, server: &ServerProcess, count: usize) -> String {
    let file = home.folder.join("in.ndjson");
    fs::write(&file, lines(count)).expect("a file");
    let (url, key, file) = (server.base_url(), server.key(), file.display().to_string());
    let command = ["jobs", "submit", &file, "--labels", "billing,technical", "--priority", "fast"];
    let run = atelier(&command, &[("ATELIER_URL", &url), ("ATELIER_KEY", &key)]).await;
    assert!(run.success, "{run:?}");
    run.stdout.trim().to_owned()
}

async fn look(server: &ServerProcess, id: &str) -> Value {
    server.call("GET", &format!("/v1/batch/{id}")).send().await.expect(200).json()
}

async fn completed(server: &ServerProcess, id: &str) -> (Value, String) {
    let begun = Instant::now();
    loop {
        let job = look(server, id).await;
        if job["status"] == "completed" {
            let links =
                server.call("GET", &format!("/v1/batch/{id}/results")).send().await.expect(200).json();
            let url = path_of(links["download_url"].as_str().expect("a link"));
            return (job, server.call("GET", &url).no_key().send().await.expect(200).text());
        }
        assert_eq!(job["status"], "processing", "{job}");
        assert!(begun.elapsed() < Duration::from_secs(120), "{job}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_again_and_again_gives_the_results_of_an_undisturbed_run_charged_once() {
    let home = Home::new().await;
    let count = 60_000;
    let mut server = home.serve(&[]);
    let undisturbed = submit(&home, &server, count).await;
    let (whole, expected) = completed(&server, &undisturbed).await;
    let disturbed = submit(&home, &server, count).await;
    let mut kills = 0;
    for round in 0..5 {
        tokio::time::sleep(Duration::from_millis(150 + 170 * round)).await;
        kills += usize::from(look(&server, &disturbed).await["status"] == "processing");
        server.kill9();
        server = home.serve(&[]);
    }
    assert!(kills > 0, "every kill came too late");
    let (job, results) = completed(&server, &disturbed).await;
    assert!(results == expected, "the results differ");
    for name in ["requests_total", "requests_completed", "requests_failed", "actual_tokens", "credits"] {
        assert_eq!(job[name], whole[name], "{name}");
    }
    let sheet = server.call("GET", "/v1/balance").send().await.expect(200).json();
    assert_eq!(sheet["held"], 0, "{sheet}");
    let twice = 2.0 * whole["credits"].as_f64().expect("credits");
    let spent = sheet["spent"].as_f64().expect("credits");
    assert!((spent - twice).abs() < 1e-6, "{spent} and not {twice}");
    let usage = server.call("GET", "/v1/usage?group_by=route").send().await.expect(200).json();
    let routes = usage["data"].as_array().expect("rows").iter();
    let told: f64 =
        routes.filter(|row| row["route"] == "batch-worker").filter_map(|row| row["credits"].as_f64()).sum();
    assert!((told - twice).abs() < 1e-6, "{told} and not {twice}");
}
