//! From an empty folder to a result.

use harness::picture;
use journeys::{Home, accepted, balance, ended, mode, path_of};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_gets_from_an_empty_folder_to_an_edited_picture() {
    let home = Home::new().await;
    let input = home.files.add("cat.jpg", "image/jpeg", picture(128, 128));
    let server = home.serve(&[]);
    assert_eq!((mode(server.key_file()), mode(&home.folder.join("data"))), (0o600, 0o700));
    assert_eq!(balance(&server).await, json!([10_000, 0, 0]));

    let request =
        json!({"input": input, "operations": {"resizing": {"width": 1000}, "background": {"remove": false}}});
    let answer = server.call("POST", "/v1-beta1/image/edit/async").json(request.clone()).send().await;
    let task = answer.clone().expect(200).json()["data"].clone();
    assert_eq!((&task["status"], &task["request"]), (&"ACCEPTED".into(), &request));
    let result_url = task["result_url"].as_str().expect("a URL").to_owned();
    assert!(result_url.starts_with(&format!("{}/v1-beta1/image/edit/async/", server.base_url())));
    let report = server.call("GET", &format!("{}?wait=20", path_of(&result_url))).send().await;
    let report = report.expect(200).json()["data"].clone();
    assert_eq!(report["status"], "DONE", "{report}");
    let output = &report["result"]["output_object"];
    assert_eq!(
        (&output["width"], &output["height"], &output["mime"]),
        (&json!(1000), &json!(1000), &json!("image/jpeg"))
    );

    let file = server.call("GET", &path_of(output["tmp_url"].as_str().expect("a URL"))).no_key().send().await;
    let file = file.expect(200);
    assert_eq!(file.header("content-type"), "image/jpeg");
    assert!(file.body.starts_with(b"\xFF\xD8\xFF") && file.body.ends_with(b"\xFF\xD9"));
    assert_eq!(balance(&server).await, json!([9_999, 0, 1]));
    assert!(!server.log().contains(&server.key()), "the key stands in the log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_uploads_a_picture_and_reads_the_docs() {
    let home = Home::new().await;
    let server = home.serve(&[]);
    let data = json!({"operations": {"resizing": {"width": 30, "height": 20, "fit": "crop"}}, "output": {"format": "png"}});
    let call = server
        .call("POST", "/v1/image/edit/upload")
        .multipart(Some(data), Some(("my cat.jpg", picture(64, 48))));
    let edited = call.send().await.expect(200).json()["data"].clone();
    let output = &edited["output"];
    assert_eq!(
        (&output["width"], &output["height"], &output["ext"]),
        (&json!(30), &json!(20), &json!("png"))
    );
    let url = output["tmp_url"].as_str().expect("a URL");
    let file = server.call("GET", &path_of(url)).no_key().send().await.expect(200);
    assert!(file.body.starts_with(b"\x89PNG") && url.ends_with("my_cat.png"), "{url}");

    let docs = server.call("GET", "/docs").no_key().send().await.expect(200);
    assert!(docs.header("content-type").starts_with("text/html"));
    let page = docs.text();
    assert!(page.contains("/image/edit/async"));
    for start in ["src=\"", "<link rel=\"stylesheet\" href=\"", "@import", "url("] {
        let foreign = page.split(start).skip(1).find(|rest| {
            let target = rest.trim_start_matches(['"', '\'', ' ']);
            target.starts_with("http") || target.starts_with("//")
        });
        assert!(foreign.is_none(), "the page asks a third party: {start}{:.80}", foreign.unwrap_or_default());
    }
    server.call("GET", "/openapi.json").no_key().send().await.expect(200);
    server.call("GET", "/health").no_key().send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_input_that_cannot_be_fetched_ends_in_an_error_that_costs_nothing() {
    let home = Home::new().await;
    let server = home.serve(&[]);
    let missing = home.files.url("missing.jpg");
    let id =
        accepted(server.call("POST", "/v1/image/edit/async").json(journeys::edit(&missing)).send().await);
    let task = ended(&server, id).await;
    assert_eq!((&task["status"], &task["result"]), (&"ERROR".into(), &json!({})));
    let error = task["errors"][0]["error"].as_str().unwrap_or_default();
    assert!(error.contains("404"), "{task}");
    assert_eq!(balance(&server).await, json!([10_000, 0, 0]));
}
