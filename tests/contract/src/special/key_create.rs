use contract::clock::seconds;
use contract::{ErrorKind, Scope};
use harness::Harness;
use serde_json::{Value, json};
use store::Secret;

use super::{assert_kind, books, credits, faulty_fields, key_of_scopes, make_key, spend_one};
use crate::subject::bounded;

const MONTH_MS: i64 = 31 * 86_400_000;

#[tokio::test]
async fn scopes_are_named_once_each() {
    bounded(60, async {
        let harness = Harness::start().await;
        for scopes in [json!(["keys", "keys"]), json!(vec!["keys"; 50_000])] {
            let call = harness.call("POST", "/v1/keys").json(json!({"name": "x", "scopes": scopes}));
            let answer = call.send().await.expect(422);
            assert!(answer.body.len() < 1000);
        }
    })
    .await;
}

#[tokio::test]
async fn the_secret_is_well_formed_and_shown_this_once() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "CI"})).await;
        let secret = made["key"].as_str().expect("a secret");
        assert!(Secret::parse(secret).is_some(), "{secret}");
        assert!(secret.starts_with("atl_live_") && secret.len() == 41);
        assert_eq!(made["prefix"], secret[..12]);
        assert_eq!(made["last4"], secret[37..]);
        assert!(made["id"].as_str().is_some_and(|id| id.starts_with("key_")));
        assert_eq!((&made["status"], &made["spent_this_month"]), (&json!("active"), &json!(0)));
        let id = made["id"].as_str().expect("an id");
        for path in ["/v1/keys".to_owned(), format!("/v1/keys/{id}")] {
            let answer = harness.call("GET", &path).send().await.expect(200);
            assert!(answer.text().contains(id) && !answer.text().contains(secret), "{path}");
        }
        harness.call("GET", "/v1/balance").key(secret).send().await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_asked_for_is_as_the_makers() {
    bounded(60, async {
        let harness = Harness::start().await;
        let expires_at = seconds(harness.now_ms() + 3_600_000);
        let maker = make_key(
            &harness,
            json!({"name": "maker", "scopes": ["keys", "image_editing"], "expires_at": expires_at, "rate_limit": 10, "spend_cap": 5.5}),
        )
        .await;
        let secret = maker["key"].as_str().expect("a secret");
        let call = harness.call("POST", "/v1/keys").key(secret).json(json!({"name": "made"}));
        let made = call.send().await.expect(201).json();
        for field in ["scopes", "expires_at", "rate_limit", "spend_cap"] {
            assert_eq!(made[field], maker[field], "{field}");
        }
        assert_eq!(made["log_bodies"], false);
    })
    .await;
}

#[tokio::test]
async fn rights_only_shrink() {
    bounded(60, async {
        let harness = Harness::start().await;
        let now = harness.now_ms();
        let maker = make_key(
            &harness,
            json!({"name": "maker", "scopes": ["keys", "logs"], "expires_at": seconds(now + 3_600_000), "rate_limit": 10, "spend_cap": 5}),
        )
        .await;
        let maker = maker["key"].as_str().expect("a secret");
        let beyond: [(&str, Value); 6] = [
            ("scopes", json!(["image_editing"])),
            ("scopes", json!(["admin"])),
            ("scopes", json!(["keys", "operator"])),
            ("expires_at", json!(seconds(now + 7_200_000))),
            ("rate_limit", json!(11)),
            ("spend_cap", json!(5.000001)),
        ];
        for (field, value) in &beyond {
            let call = harness.call("POST", "/v1/keys").key(maker).json(json!({"name": "made", *field: value}));
            let answer = call.send().await.expect(422);
            assert_eq!(faulty_fields(&answer), [*field], "{value}");
        }
        let all: Value = json!({"name": "made", "scopes": ["billing"], "expires_at": seconds(now + 7_200_000), "rate_limit": 11, "spend_cap": 6});
        let answer = harness.call("POST", "/v1/keys").key(maker).json(all).send().await.expect(422);
        assert_eq!(faulty_fields(&answer).len(), 4, "{}", answer.text());
        let less = json!({"name": "made", "scopes": ["logs"], "expires_at": seconds(now + 60_000), "rate_limit": 1, "spend_cap": 0});
        harness.call("POST", "/v1/keys").key(maker).json(less).send().await.expect(201);
        // Admin is everything but the operator.
        let answer = harness.call("POST", "/v1/keys").json(json!({"name": "x", "scopes": ["operator"]}));
        assert_eq!(faulty_fields(&answer.send().await.expect(422)), ["scopes"]);
    })
    .await;
}

#[tokio::test]
async fn fields_have_their_bounds() {
    bounded(60, async {
        let harness = Harness::start().await;
        let cases: [(&str, Value); 13] = [
            ("name", json!("")),
            ("name", json!("n".repeat(101))),
            ("scopes", json!([])),
            ("scopes.0", json!(["surely"])),
            ("expires_at", json!("tomorrow")),
            ("expires_at", json!(seconds(harness.now_ms() - 1000))),
            ("rate_limit", json!(0)),
            ("rate_limit", json!(1.5)),
            ("rate_limit", json!(1_000_001)),
            ("spend_cap", json!(-1)),
            ("spend_cap", json!(1e10)),
            ("spend_cap", json!("5")),
            ("log_bodies", json!("yes")),
        ];
        for (path, value) in cases {
            let field = path.split('.').next().expect("a field");
            let mut body = json!({"name": "made"});
            body[field] = value.clone();
            let answer = harness.call("POST", "/v1/keys").json(body).send().await.expect(422);
            assert_eq!(faulty_fields(&answer), [path], "{value}");
        }
        make_key(&harness, json!({"name": "é".repeat(100)})).await;
    })
    .await;
}

#[tokio::test]
async fn a_spend_cap_holds_for_a_calendar_month_and_is_never_overrun() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made =
            make_key(&harness, json!({"name": "capped", "scopes": ["image_editing"], "spend_cap": 2})).await;
        let key = made["key"].as_str().expect("a secret");
        for _ in 0..2 {
            spend_one(&harness, key).await.expect(200);
        }
        for _ in 0..2 {
            let answer = spend_one(&harness, key).await.expect(402).json();
            assert_eq!((&answer["error_code"], &answer["error_type"]), (&json!("4002"), &json!("billing")));
        }
        assert_eq!(books(&harness, "default").await, credits(9_998, 0, 2));
        let id = made["id"].as_str().expect("an id");
        let seen = harness.call("GET", &format!("/v1/keys/{id}")).send().await.expect(200).json();
        assert_eq!(seen["spent_this_month"], 2);
        // Another key of the account goes on.
        spend_one(&harness, &harness.key).await.expect(200);
        harness.clock.advance_ms(MONTH_MS);
        spend_one(&harness, key).await.expect(200);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_fails_does_not_use_the_cap_up() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = make_key(&harness, json!({"name": "capped", "spend_cap": 1})).await;
        let key = made["key"].as_str().expect("a secret");
        let missing = super::edit(&harness.files().url("missing.jpg"));
        for _ in 0..2 {
            harness.call("POST", super::EDIT).key(key).json(missing.clone()).send().await.expect(400);
        }
        spend_one(&harness, key).await.expect(200);
        spend_one(&harness, key).await.expect(402);
        let free = make_key(&harness, json!({"name": "nothing", "spend_cap": 0})).await;
        spend_one(&harness, free["key"].as_str().expect("a secret")).await.expect(402);
    })
    .await;
}

#[tokio::test]
async fn a_key_ends_at_its_expiry() {
    bounded(60, async {
        let harness = Harness::start().await;
        let expires_at = seconds(harness.now_ms() + 120_000);
        let made = make_key(&harness, json!({"name": "short", "expires_at": expires_at})).await;
        let key = made["key"].as_str().expect("a secret");
        assert_eq!(made["expires_at"], expires_at);
        harness.call("GET", "/v1/balance").key(key).send().await.expect(200);
        harness.clock.advance_ms(115_000);
        harness.call("GET", "/v1/balance").key(key).send().await.expect(200);
        harness.clock.advance_ms(6_000);
        harness.call("GET", "/v1/balance").key(key).send().await.expect(401);
        let id = made["id"].as_str().expect("an id");
        let seen = harness.call("GET", &format!("/v1/keys/{id}")).send().await.expect(200).json();
        assert_eq!(seen["status"], "expired");
    })
    .await;
}

#[tokio::test]
async fn an_expiry_in_another_zone_is_the_same_moment() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made =
            make_key(&harness, json!({"name": "zone", "expires_at": "2999-01-01T02:00:00+02:00"})).await;
        assert_eq!(made["expires_at"], "2999-01-01T00:00:00Z");
    })
    .await;
}

#[tokio::test]
async fn a_key_without_scope_keys_makes_none() {
    bounded(60, async {
        let harness = Harness::start().await;
        let key = key_of_scopes(&harness, &[Scope::ImageEditing, Scope::Billing]).await;
        let call = harness.call("POST", "/v1/keys").key(&key).json(json!({"name": "made"}));
        assert_kind(&call.send().await, ErrorKind::Forbidden);
    })
    .await;
}
