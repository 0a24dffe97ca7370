//! Extraction by the command, without a server.

use std::fs;

use harness::{ModelAnswer, ModelServer, Scratch};
use journeys::{Run, atelier};
use serde_json::{Value, json};

#[path = "../../../../shared/documents/tests/make/mod.rs"]
pub mod make;

/// A drawn receipt of Lighting Norvia.
pub const RECEIPT: &[u8] = include_bytes!("../../../data/receipt.png");
const SCHEMA: &str = r#"{"type":"object","properties":{"total":{"type":"number"},"shop":{"type":"string"},"iban":{"type":"string"}}}"#;

struct Folder(Scratch);

impl Folder {
    /// With a receipt, an invoice, a letter, a text and a schema.
    fn new() -> Self {
        let folder = Self(Scratch::new());
        folder.write("receipt.png", RECEIPT);
        folder.write("invoice.pdf", &make::pdf::invoice());
        folder.write("letter.docx", &make::docx::letter());
        folder.write("notes.txt", b"no picture");
        folder.write("schema.json", SCHEMA.as_bytes());
        folder
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join(name), bytes).expect("a file in a temporary folder");
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Runs the command on files of the folder.
    async fn extract(&self, files: &[&str], arguments: &[&str], env: &[(&str, &str)]) -> Run {
        let files: Vec<String> = files.iter().map(|name| self.path(name)).collect();
        let all: Vec<&str> = ["extract"]
            .into_iter()
            .chain(files.iter().map(String::as_str))
            .chain(arguments.iter().copied())
            .collect();
        atelier(&all, env).await
    }
}

fn lines(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_has_a_row_for_each_file_and_a_column_for_each_field_and_says_what_failed() {
    let folder = Folder::new();
    let schema = folder.path("schema.json");
    let files = ["receipt.png", "notes.txt", "missing.png", "invoice.pdf"];
    let run = folder.extract(&files, &["--prompt", "Read the receipt", "--schema", &schema], &[]).await;
    let rows: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(rows.len(), 5, "{run:?}");
    let receipt = format!("{}\t11.77\tLighting Norvia\t", folder.path("receipt.png"));
    assert_eq!((rows[0], rows[1]), ("file\ttotal\tshop\tiban", &receipt[..]));
    let cells: Vec<&str> = rows[4].split('\t').collect();
    assert_eq!((cells.len(), cells[0]), (4, &folder.path("invoice.pdf")[..]), "{run:?}");
    for (row, name) in [(rows[2], "notes.txt"), (rows[3], "missing.png")] {
        assert!(row.starts_with(&format!("{}\terror: ", folder.path(name))), "{row}");
    }
    assert!(!run.success && run.stderr.contains("2 of 4 files failed"), "{run:?}");
    // Nobody looks at a bar here.
    assert!(!run.stderr.contains(['\r', '\u{1b}']), "{run:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_is_a_line_for_each_file_with_evidence_where_it_is_wanted() {
    let folder = Folder::new();
    let schema = folder.path("schema.json");
    let arguments = ["--prompt", "Read the receipt", "--schema", &schema, "--evidence", "--json"];
    let run = folder.extract(&["receipt.png", "notes.txt"], &arguments, &[]).await;
    let lines = lines(&run);
    let [receipt, notes] = &lines[..] else { panic!("{run:?}") };
    assert_eq!(receipt["data"]["total"], 11.77, "{receipt}");
    assert_eq!(receipt["data"]["iban"], Value::Null);
    assert!(receipt["data"]["_evidence"]["total"]["box"].is_array(), "{receipt}");
    let said: Value = serde_json::from_str(receipt["results"].as_str().expect("a text")).expect("JSON");
    assert_eq!(said, receipt["data"]);
    assert_eq!((&receipt["error"], &receipt["truncated"]), (&Value::Null, &json!(false)));
    assert!(receipt["model"].as_str().is_some_and(|model| model.contains("ppocr")), "{receipt}");
    assert_eq!((&notes["data"], &notes["results"]), (&Value::Null, &Value::Null));
    assert!(notes["error"].as_str().is_some_and(|error| !error.is_empty()), "{notes}");
    assert!(notes["file"].as_str().is_some_and(|file| file.ends_with("notes.txt")));
    assert!(!run.success && run.stderr.contains("1 of 2 files failed"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_schema_the_text_of_pictures_and_documents_is_printed() {
    let folder = Folder::new();
    let prompt = ["--prompt", "Give me the full text"];
    let one = folder.extract(&["receipt.png"], &prompt, &[]).await;
    assert!(one.success && one.stdout.contains("Lighting Norvia"), "{one:?}");
    assert!(!one.stdout.contains("receipt.png"), "{one:?}");
    let files = ["receipt.png", "invoice.pdf", "letter.docx"];
    let all = folder.extract(&files, &prompt, &[]).await;
    assert!(all.success, "{all:?}");
    let places: Vec<usize> = files
        .iter()
        .map(|name| {
            all.stdout.find(&format!("{}:\n", folder.path(name))).unwrap_or_else(|| panic!("{name}: {all:?}"))
        })
        .collect();
    assert!(places.is_sorted(), "{all:?}");
    assert!(all.stdout[places[1]..places[2]].to_lowercase().contains("invoice"), "{all:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hosted_model_of_the_settings_reads_where_there_is_one() {
    let folder = Folder::new();
    let said = r#"{"total": 2, "shop": "A\tB\u001b[2J"}"#;
    let model = ModelServer::start(move |_| ModelAnswer::text(said).cut_off()).await;
    let url = model.url();
    let env = [("ATELIER_LLM_URL", url.as_str()), ("ATELIER_LLM_MODEL", "some-model")];
    let schema = folder.path("schema.json");
    let arguments = ["--prompt", "Read it", "--schema", &schema];
    let run = folder.extract(&["invoice.pdf"], &[&arguments[..], &["--json"]].concat(), &env).await;
    assert!(run.success, "{run:?}");
    let line = &lines(&run)[0];
    assert_eq!((&line["data"]["total"], &line["model"]), (&json!(2), &json!("some-model")), "{line}");
    assert_eq!(line["truncated"], true, "{line}");
    assert_eq!(model.asked().len(), 1);
    assert!(model.asked()[0].body["response_format"].to_string().contains("\"iban\""));
    // In a table what was read moves no cursor, and what was cut off is told beside it.
    folder.write("any.json", br#"{"type":"object"}"#);
    let any = folder.path("any.json");
    let run = folder.extract(&["invoice.pdf"], &["--prompt", "Read it", "--schema", &any], &env).await;
    assert!(run.stdout.starts_with("file\tdata\n") && run.stdout.contains("\t{\"total\":2,"), "{run:?}");
    let run = folder.extract(&["invoice.pdf"], &arguments, &env).await;
    let row = format!("{}\t2\tA B [2J\t", folder.path("invoice.pdf"));
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), ["file\ttotal\tshop\tiban", &row], "{run:?}");
    assert!(run.success && run.stderr.contains("invoice.pdf: the answer was cut off"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hosted_model_that_fails_is_told_in_the_row_and_its_key_is_not() {
    let folder = Folder::new();
    let model = ModelServer::start(|_| ModelAnswer::error(401)).await;
    let url = model.url();
    let env = [("ATELIER_LLM_URL", url.as_str()), ("ATELIER_LLM_KEY", "sk-secret-0123456789")];
    let run = folder.extract(&["receipt.png"], &["--prompt", "Read it", "--json"], &env).await;
    assert!(!run.success, "{run:?}");
    let error = lines(&run)[0]["error"].clone();
    assert!(error.as_str().is_some_and(|error| error.contains("status 401")), "{error}");
    assert!(!format!("{run:?}").contains("sk-secret"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_wrongly_is_told_before_anything_is_read() {
    let folder = Folder::new();
    folder.write("list.json", b"[]");
    folder.write("wrong.json", br#"{"properties":{"a":{"$ref":"https://example.com/a.json"}}}"#);
    folder.write("broken.json", b"{");
    let at = |name: &str| folder.path(name);
    let (list, broken) = (at("list.json"), at("broken.json"));
    let (wrong, missing) = (at("wrong.json"), at("missing.json"));
    for (arguments, words) in [
        (vec![], "--prompt"),
        (vec!["--prompt", " "], "prompt"),
        (vec!["--prompt", "p", "--schema", &list], "schema"),
        (vec!["--prompt", "p", "--schema", &broken], "broken.json is not JSON"),
        (vec!["--prompt", "p", "--schema", &missing], "missing.json cannot be read"),
        (vec!["--prompt", "p", "--schema", &wrong], "is no JSON Schema"),
        (vec!["--prompt", "p", "--evidence"], "--schema"),
    ] {
        let run = folder.extract(&["receipt.png"], &arguments, &[]).await;
        assert!(!run.success && run.stdout.is_empty(), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(words) && !run.stderr.contains("panicked"), "{arguments:?}: {run:?}");
    }
}
