//! The real function binaries, through the runtime API of Lambda and the payloads of the HTTP API: the whole table, and
//! what is different there.

use contract::endpoints::{FALLBACK, ROUTES};
use contract::limits::{LimitClass, MAX_STREAMED_FILE};
use futures::future::join_all;
use harness::{Call, Harness, Lambdas, picture};
use models::{Folder, Hash};
use serde_json::json;

use crate::check::Check;
use crate::special::{ASYNC, UPLOAD, add_picture, edit};
use crate::subject::{Subject, bounded};
use crate::table::{bodies, idempotency, ids, keys, limits, methods, money, success, validation};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_holds_for_the_function_binaries() {
    bounded(300, async {
        let subject = Subject::functions(&[]).await;
        let mut check = Check::new(&subject);
        keys::without_a_valid_key(&mut check).await;
        keys::scopes(&mut check).await;
        keys::without_a_scope(&mut check).await;
        methods::unknown_paths(&mut check).await;
        methods::wrong_methods(&mut check).await;
        methods::head(&mut check).await;
        bodies::too_large(&mut check).await;
        bodies::malformed(&mut check).await;
        bodies::content_types(&mut check).await;
        bodies::ignored(&mut check).await;
        validation::unknown_fields(&mut check).await;
        validation::missing_fields(&mut check).await;
        validation::wrong_types(&mut check).await;
        validation::no_objects(&mut check).await;
        validation::nulls(&mut check).await;
        validation::unknown_parameters(&mut check).await;
        success::answers(&mut check).await;
        idempotency::replays(&mut check).await;
        idempotency::refused_calls(&mut check).await;
        idempotency::lengths(&mut check).await;
        check.finish();
        let mut expected: Vec<&str> = ROUTES.iter().map(|route| route.name).chain([FALLBACK]).collect();
        expected.sort_unstable();
        let lambdas = subject.lambdas.as_ref().expect("functions");
        assert_eq!(lambdas.started().await, expected, "not every function was asked");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encoder_of_the_operators_comes_out_of_a_bucket_and_another_file_is_refused() {
    bounded(180, async {
        let harness = Harness::start().await;
        let models = Folder::from_env().expect("a folder of models");
        let bucket = &harness.store().names.bucket_results;
        for name in ["minilm/model.onnx", "minilm/tokenizer.json"] {
            let content = models.bytes(name).expect("a fetched model");
            harness.store().s3.put_object().bucket(bucket).key(name).body(content.into()).send().await.expect("put");
        }
        let hash = Hash::of(&models.bytes("minilm/model.onnx").expect("a model")).to_string();
        let (file, tokenizer) =
            (format!("s3://{bucket}/minilm/model.onnx"), format!("s3://{bucket}/minilm/tokenizer.json"));
        let other = Hash::of(b"another file").to_string();
        for (hash, status) in [(&hash, 200), (&other, 503)] {
            let settings = [
                ("ATELIER_ENCODER", file.as_str()),
                ("ATELIER_ENCODER_SHA256", hash),
                ("ATELIER_ENCODER_TOKENIZER", &tokenizer),
            ];
            let lambdas = Lambdas::start(&harness, &settings).await;
            let body = json!({"text": "I was charged twice for my invoice", "labels": ["billing", "football"], "cache": false});
            let answer = lambdas.call("POST", "/v1/classify").key(&harness.key).json(body).send().await;
            let seen = answer.expect(status).json();
            if status == 200 {
                assert_eq!(seen["label"], "billing");
            } else {
                assert_eq!(seen["code"], "MODEL_UNAVAILABLE");
            }
        }
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_and_money_hold_for_the_function_binaries() {
    bounded(180, async {
        let subject = Subject::functions(&[]).await;
        let mut check = Check::new(&subject);
        ids::foreign(&mut check).await;
        money::balance(&mut check).await;
        idempotency::other_requests(&mut check).await;
        check.finish();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_hold_for_the_function_binaries() {
    bounded(180, async {
        let subject = Subject::functions(&[("ATELIER_RATE_LIMITS", "on")]).await;
        let mut check = Check::new(&subject);
        limits::over_the_limit(&mut check).await;
        check.finish();
    })
    .await;
}

/// Calls of two processes on one store, all at once: in each second no more than the limit is admitted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_is_one_limit_across_processes() {
    bounded(120, async {
        let harness = Harness::with(|options| {
            options.workers = false;
            options.config.rate_limits = true;
        });
        let harness = harness.await;
        let lambdas = Lambdas::start(&harness, &[("ATELIER_RATE_LIMITS", "on")]).await;
        let input = add_picture(&harness, 8, 8);
        // Starts the function; an invalid call counts against no limit.
        lambdas.call("POST", ASYNC).key(&harness.key).json(json!({})).send().await.expect(422);
        let begun = harness.now_ms().div_euclid(1000);
        let call = |call: Call| call.key(&harness.key).json(edit(&input)).send();
        let calls =
            (0..20).flat_map(|_| [call(harness.call("POST", ASYNC)), call(lambdas.call("POST", ASYNC))]);
        let answers = join_all(calls).await;
        let seconds = harness.now_ms().div_euclid(1000) - begun + 1;
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 429)));
        let admitted = answers.iter().filter(|answer| answer.status == 200).count() as i64;
        let most = i64::from(LimitClass::ImageEdit.rate().per_second.expect("one of seconds")) * seconds;
        assert!((1..=most).contains(&admitted), "{admitted} were admitted in {seconds} seconds");
        assert_eq!(harness.balance("default").await.held, contract::Credits::whole(admitted));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_a_function_accepts_goes_through_the_queue_to_its_end() {
    bounded(120, async {
        let harness = Harness::start().await;
        let lambdas = Lambdas::start(&harness, &[]).await;
        let input = add_picture(&harness, 32, 32);
        let call = lambdas.call("POST", ASYNC).key(&harness.key).json(edit(&input));
        let answer = call.send().await.expect(200).json();
        let id = answer["data"]["id"].as_u64().expect("an id");
        assert_eq!(answer["data"]["result_url"], format!("{}{ASYNC}/{id}", lambdas.base_url()));
        let call = lambdas.call("GET", &format!("{ASYNC}/{id}?wait=20")).key(&harness.key);
        let task = call.send().await.expect(200).json();
        assert_eq!(task["data"]["status"], "DONE", "{task}");
        let url = task["data"]["result"]["output_object"]["tmp_url"].as_str().expect("a link");
        assert!(url.starts_with(&lambdas.base_url()), "{url} is not on the domain of the call");
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_pass_the_gateway_unchanged_both_ways() {
    bounded(120, async {
        let harness = Harness::start().await;
        let lambdas = Lambdas::start(&harness, &[]).await;
        let body = json!({"output": {"format": "png"}});
        let send = |call: Call| call.multipart(Some(body.clone()), Some(("a.jpg", picture(300, 200)))).send();
        let by_function = send(lambdas.call("POST", UPLOAD).key(&harness.key)).await.expect(200).json();
        let by_server = send(harness.call("POST", UPLOAD)).await.expect(200).json();
        let url = by_function["data"]["output"]["tmp_url"].as_str().expect("a link");
        let path = url.strip_prefix(&lambdas.base_url()).expect("a link of the function's");
        let one = lambdas.call("GET", path).send().await.expect(200);
        let url = by_server["data"]["output"]["tmp_url"].as_str().expect("a link");
        let other = harness.call_url("GET", url).send().await.expect(200);
        assert_eq!(one.body, other.body);
        assert_eq!(one.header("content-type"), "image/png");
        let part = lambdas.call("GET", path).header("range", "bytes=1-20").send().await.expect(206);
        assert_eq!(part.body, one.body[1..=20]);
    })
    .await;
}

/// An invocation's answer is bounded, so what is larger is answered by a redirect to a signed URL of the store.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_is_a_redirect_to_the_store() {
    bounded(120, async {
        let harness = Harness::start().await;
        let lambdas = Lambdas::start(&harness, &[]).await;
        let bytes: Vec<u8> = (0..=MAX_STREAMED_FILE).map(|place| (place % 251) as u8).collect();
        let object = "tmp/default/large/large.png";
        let stored = harness.store().results().put(object, bytes.clone().into(), "image/png").await;
        stored.expect("a stored file");
        let expires = harness.now_ms() / 1000 + 3600;
        let path = harness.server.platform().file_keys.path(object, "large.png", expires);
        let answer = lambdas.call("GET", &path).send().await.expect(302);
        assert!(answer.body.is_empty());
        let start = lambdas.stores().url();
        let location = answer.header("location");
        let target =
            location.strip_prefix(&start).unwrap_or_else(|| panic!("{location} is not in the store"));
        let file = Call::new(lambdas.stores().address(), "GET", target).send().await.expect(200);
        assert_eq!(file.body, bytes);
        assert_eq!(file.header("content-type"), "image/png");
        let forged = target.replace("large.png", "other.png");
        Call::new(lambdas.stores().address(), "GET", &forged).send().await.expect(403);
        // The server has no such bound.
        let streamed = harness.call("GET", &path).no_key().send().await.expect(200);
        assert_eq!(streamed.body, bytes);
    })
    .await;
}
