//! What a call that succeeds answers.

use contract::validate::{drop_nulls, validate};
use contract::{Family, Route};
use harness::Answer;

use super::{on_the_server, routes};
use crate::check::Check;
use crate::sample::{Sample, key_for};

on_the_server! {
    every_path_of_every_endpoint_answers_what_its_schema_says_with_and_without_a_trailing_slash: 120, answers;
}

pub async fn answers(check: &mut Check<'_>) {
    for route in routes() {
        let key = key_for(check.subject, route).await;
        for pattern in route.paths() {
            for slash in ["", "/", "//"] {
                let sample = Sample::of(check.subject, route).await.at(&pattern);
                let path = format!("{}{slash}", sample.path);
                let call = Sample { path: path.clone(), ..sample }.call(check.subject).key(&key);
                let answer = check.accept(route, &path, call, route.status).await;
                if answer.status == route.status {
                    shape(check, route, &answer);
                }
            }
        }
    }
}

fn shape(check: &mut Check<'_>, route: &Route, answer: &Answer) {
    let media = answer.header("content-type").to_owned();
    if let Some(expected) = route.media {
        // A file has the type of its content.
        let fits = media == expected || (route.name == "file-get" && media == "image/jpeg");
        check.expect(fits, || format!("content type {media:?}, not {expected:?}"));
        return;
    }
    check.expect(media.starts_with("application/json"), || format!("content type {media:?}"));
    let text = answer.text().to_lowercase();
    // Links to a job's files and forms for uploads name the bucket they lie in.
    let names_bucket = route.name.starts_with("batch-") || route.name.starts_with("upload-");
    check.expect(names_bucket || !text.contains("atelier-results"), || "shows the bucket".into());
    for word in ["arn:", "dynamodb", "embedded.", "amazonaws", "file-keys"] {
        check.expect(!text.contains(word), || format!("shows {word:?}"));
    }
    let body = answer.json();
    let mut data = match route.family {
        Family::Images => {
            let members: Vec<&String> =
                body.as_object().into_iter().flatten().map(|(name, _)| name).collect();
            check.expect(members == ["data"], || format!("has {members:?} beside or instead of data"));
            body["data"].clone()
        }
        _ => body.clone(),
    };
    drop_nulls(&mut data);
    let faults = validate(&data, &(route.response_schema)(), true);
    check.expect(faults.is_empty(), || format!("does not fit its schema: {faults:?}: {data}"));
}
