//! An operator with a model of their own.

use harness::{ModelAnswer, ModelServer, Scratch, ServerProcess, binary};
use journeys::Home;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_setting_is_enough_for_a_server_of_models_on_this_machine() {
    let model = ModelServer::start(|asked| {
        let letter = asked.letter("football").unwrap_or("A");
        ModelAnswer::token(&[(letter, 0.75), ("Z", 0.25)])
    })
    .await;
    let home = Home::new().await;
    let server = home.serve(&[("ATELIER_LLM_URL", &model.url())]);
    let body = json!({"text": "I was charged twice", "labels": ["billing", "football"]});
    let seen = server.call("POST", "/v1/classify").json(body).send().await.expect(200).json();
    assert_eq!((&seen["label"], &seen["confidence_method"]), (&json!("football"), &json!("logprob")));
    let limits = server.call("GET", "/v1/limits").send().await.expect(200).json();
    assert_eq!(limits["models"]["classify_standard"], "default");
    assert_eq!(model.asked()[0].body["model"], "default");
}

/// Settings of which each is fine by itself, and the variable that is named.
const WRONG: [(&[(&str, &str)], &str); 3] = [
    (&[("ATELIER_LLM_MODEL", "gpt-4o-mini")], "ATELIER_LLM_KEY"),
    (&[("ATELIER_LLM_KEY", "sk-secret")], "ATELIER_LLM_MODEL"),
    (&[("ATELIER_LLM_WIRE", "anthropic"), ("ATELIER_LLM_KEY", "sk-secret")], "ATELIER_LLM_MODEL"),
];

#[test]
fn wrong_settings_stop_a_start_of_the_server_by_name() {
    for (settings, name) in WRONG {
        let folder = Scratch::new();
        let log = ServerProcess::try_start(folder.path(), settings).expect_err(name);
        assert!(log.contains(name) && !log.contains("sk-secret"), "{log}");
    }
}

#[test]
fn wrong_settings_stop_a_start_of_the_functions_that_read_them_and_of_no_other() {
    for (settings, name) in WRONG {
        let start = |function: &str| {
            let mut command = std::process::Command::new(binary(function));
            let output = command.envs(settings.iter().copied()).output().expect("a command that runs");
            assert!(!output.status.success());
            String::from_utf8_lossy(&output.stderr).into_owned()
        };
        for function in ["classify", "tag", "classify-batch", "tag-batch", "classifier-evaluate"] {
            let said = start(function);
            assert!(said.contains(name) && !said.contains("sk-secret"), "{function}: {said}");
        }
        // Without a region or credentials it ends for that, later.
        let said = start("key-list");
        assert!(!said.contains("ATELIER_LLM"), "{said}");
    }
}
