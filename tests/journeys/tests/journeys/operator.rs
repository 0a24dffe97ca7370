//! The operator's commands, on a server that runs and on a folder at rest.

use std::os::unix::fs::PermissionsExt;

use harness::{Call, ServerProcess, picture};
use journeys::{Home, Run, atelier, mode};
use serde_json::{Value, json};

async fn operate(home: &Home, arguments: &[&str]) -> Run {
    let data = home.data();
    atelier(&[arguments, &["--data", &data]].concat(), &[]).await
}

async fn done(home: &Home, arguments: &[&str]) -> String {
    let run = operate(home, arguments).await;
    assert!(run.success, "{arguments:?}: {run:?}");
    run.stdout.trim().to_owned()
}

async fn refused(home: &Home, arguments: &[&str]) -> String {
    let run = operate(home, arguments).await;
    assert!(!run.success && run.stdout.is_empty(), "{arguments:?}: {run:?}");
    assert!(!run.stderr.contains("panicked"), "{run:?}");
    run.stderr
}

/// An account with 25 credits and a key of it.
async fn shop(home: &Home, name: &str) -> String {
    done(home, &["accounts", "create", name]).await;
    done(home, &["grant", name, "25", "--reason", "welcome"]).await;
    let secret =
        done(home, &["keys", "create", "--account", name, "--scopes", "image_editing,billing"]).await;
    assert!(secret.starts_with("atl_live_") && secret.len() == 41, "{secret}");
    let list = done(home, &["accounts", "list"]).await;
    assert!(list.lines().any(|line| line.starts_with(name) && line.contains("balance 25")), "{list}");
    secret
}

async fn balance(server: &ServerProcess, key: &str) -> Value {
    let answer = Call::new(server.address(), "GET", "/v1/balance").key(key).send().await;
    answer.expect(200).json()["balance"].clone()
}

async fn assert_refusals(home: &Home, account: &str) {
    let long = "x".repeat(201);
    for (arguments, word) in [
        (vec!["accounts", "create", account], "exists"),
        (vec!["accounts", "create", "Not A Name"], "name"),
        (vec!["accounts", "create", "operator"], "name"),
        (vec!["grant", "nobody", "5"], "no account"),
        (vec!["grant", account, "-1000000"], "balance"),
        (vec!["grant", account, "0.0000001"], "6 decimals"),
        (vec!["grant", account, "0"], "credits"),
        (vec!["grant", account, "1", "--reason", ""], "reason"),
        (vec!["grant", account, "1", "--reason", &long], "reason"),
        (vec!["keys", "create", "--account", "nobody"], "no account"),
        (vec!["keys", "create", "--account", account, "--name", ""], "name"),
        (vec!["keys", "create", "--account", account, "--name", &long], "name"),
        (vec!["keys", "create", "--account", account, "--scopes", "everything"], "no scope"),
        (vec!["keys", "create", "--account", account, "--scopes", "operator"], "--operator"),
    ] {
        let message = refused(home, &arguments).await;
        assert!(message.contains(word), "{arguments:?}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_works_on_a_running_server_and_its_clients_see_it_at_once() {
    let home = Home::new().await;
    let server = home.serve(&[]);
    assert_eq!(mode(&home.folder.join("data/control.sock")), 0o600);
    let key = shop(&home, "shop").await;
    assert_eq!(balance(&server, &key).await, 25);
    done(&home, &["grant", "shop", "-5.5"]).await;
    assert_eq!(balance(&server, &key).await, 19.5);
    let upload = Call::new(server.address(), "POST", "/v1/image/edit/upload").key(&key);
    upload.multipart(Some(json!({})), Some(("p.jpg", picture(40, 30)))).send().await.expect(200);
    assert_eq!(balance(&server, &key).await, 18.5);
    let keys = Call::new(server.address(), "GET", "/v1/keys").key(&key).send().await;
    assert_eq!(keys.status, 403, "the key has the scopes it was made with");
    assert_refusals(&home, "shop").await;

    let operator = done(&home, &["keys", "create", "--operator"]).await;
    let grant = json!({"account": "shop", "credits": 1.5, "reason": "sorry"});
    let granted = Call::new(server.address(), "POST", "/v1/balance/grants")
        .key(&operator)
        .json(grant.clone())
        .send()
        .await;
    granted.expect(201);
    assert_eq!(balance(&server, &key).await, 20);
    let own = server.call("POST", "/v1/balance/grants").json(grant).send().await;
    assert_eq!(own.status, 403, "admin is not operator");
    assert!(!server.log().contains(&key) && !server.log().contains(&operator));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_named_by_mistake_is_told_and_not_made() {
    let home = Home::new().await;
    for arguments in [vec!["accounts", "list"], vec!["grant", "default", "5"], vec!["keys", "create"]] {
        assert!(refused(&home, &arguments).await.contains("no data folder"));
        assert!(!home.folder.join("data").exists());
    }
    // Somebody else's folder is left as it is.
    let data = home.folder.join("data");
    std::fs::create_dir(&data).expect("a folder");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    assert!(refused(&home, &["accounts", "list"]).await.contains("no data folder"));
    std::fs::write(data.join("notes.txt"), "mine").expect("a file");
    assert!(refused(&home, &["accounts", "create", "shop"]).await.contains("holds other files"));
    let message = ServerProcess::try_start(home.folder.path(), &[]).expect_err("a folder of others");
    assert!(message.contains("holds other files"), "{message}");
    assert_eq!(mode(&data), 0o755);
    assert_eq!(std::fs::read_dir(&data).expect("a folder").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_balance_of_more_than_a_thousand_million_is_listed() {
    let home = Home::new().await;
    done(&home, &["accounts", "create", "rich"]).await;
    for _ in 0..3 {
        done(&home, &["grant", "rich", "1000000000"]).await;
    }
    let list = done(&home, &["accounts", "list"]).await;
    assert!(list.contains("balance 3000000000"), "{list}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_works_on_a_folder_at_rest_also_after_a_kill() {
    let home = Home::new().await;
    let before = shop(&home, "early").await;
    let mut server = home.serve(&[]);
    assert_eq!(balance(&server, &before).await, 25);
    server.kill9();
    assert!(home.folder.join("data/control.sock").exists(), "a socket that nobody answers on");
    let after = shop(&home, "late").await;
    assert_refusals(&home, "late").await;
    let server = home.serve(&[]);
    assert_eq!((balance(&server, &before).await, balance(&server, &after).await), (json!(25), json!(25)));
    server.call("GET", "/v1/balance").send().await.expect(200);
}
