//! Extractions in the background: what is kept of a call that does not wait, and what a worker does with it and with requests.

use std::sync::Arc;

use bytes::Bytes;
use common::{ApiError, Commit, Cx, Response};
use contract::extraction::{Ask, ExtractImage, Extracted, ExtractionAccepted, InputMethod, RequestStatus};
use contract::resources::EXTRACT_FILES;
use contract::validate::{drop_nulls, typed};
use contract::{Credits, ErrorKind};
use engine::Reader;
use http::HeaderMap;
use serde_json::Value;
use store::{ExtractMessage, ExtractionRecord, ModelRecord, NewExtraction, Read, Source, StoreError};
use uuid::Uuid;

use crate::run::{Caller, done};
use crate::sheets::File;
use crate::work::{Inputs, Work, of_images, told};

/// What came of an extraction in the background.
#[derive(Debug)]
pub struct Finished {
    /// JSON of the data, or the key of the object that holds the answer.
    pub answer: String,
    /// What `q` finds it by.
    pub words: String,
    pub charge: Credits,
    pub images: i64,
    pub model: String,
}

/// Whether a call says `Prefer: respond-async`.
pub(crate) fn is_wanted(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut wishes = values.flat_map(|value| value.split([',', ';'])).map(str::trim);
    wishes.any(|wish| wish.eq_ignore_ascii_case("respond-async"))
}

/// Keeps the call for a worker.
pub(crate) async fn accept(cx: &Cx, sent: Bytes) -> Result<Response<Extracted>, ApiError> {
    let hold = cx.hold.clone().ok_or_else(|| ApiError::internal("a priced call came without its hold"))?;
    let id = Uuid::new_v4().to_string();
    let object = format!("{EXTRACT_FILES}{}/{id}", cx.account());
    cx.store.results().put(&object, sent, "application/json").await?;
    let new = NewExtraction {
        id: id.clone(),
        account: cx.account().to_owned(),
        hold,
        source: Source::Object(object),
        of: None,
        base_url: cx.base_url.clone(),
        created_at_ms: cx.now_ms(),
    };
    let result_url = ExtractionRecord::call_url(&cx.base_url, &id);
    let answer = ExtractionAccepted { id: id.clone(), status: RequestStatus::Pending, result_url };
    let body = serde_json::to_string(&answer).map_err(ApiError::internal)?;
    let store = cx.store.clone();
    let send = async move {
        let message = ExtractMessage::Read(id);
        if let Err(error) = store.queues().send_extracts(&[message]).await {
            tracing::warn!(error = %error, "message not sent; the sweep will");
        }
    };
    let commit = Commit::default()
        .hand_over()
        .write(move |store, all| store.extractions().create(all, &new))
        .then(send);
    Ok(Response::raw("application/json", body).status(202).commit(commit))
}

/// Does what a kept call asks for, and puts its answer beside what it was asked.
///
/// # Errors
/// As the call itself would have, with the model's failures as they are.
pub async fn of_call(caller: &Caller, extraction: &ExtractionRecord) -> Result<Finished, ApiError> {
    let mut sent: Value =
        serde_json::from_slice(&source(caller, &extraction.source).await?).map_err(ApiError::internal)?;
    drop_nulls(&mut sent);
    let request: ExtractImage = typed(sent).map_err(ApiError::invalid)?;
    let work = Arc::new(of_images(&caller.platform, request)?);
    let done = done(caller, &work).await?;
    let (charge, model) = (done.credits, done.model.clone());
    let images = i64::try_from(done.pages).unwrap_or(i64::MAX);
    let answer = serde_json::to_vec(&told(done, &work.ask)).map_err(ApiError::internal)?;
    let object = format!("{EXTRACT_FILES}{}/{}.answer", extraction.account, extraction.id);
    caller.platform.store.results().put(&object, answer.into(), "application/json").await?;
    Ok(Finished { answer: object, words: String::new(), charge, images, model })
}

/// Reads the picture of a request as its model says.
///
/// # Errors
/// Where the picture cannot be read, and what is not its own fault.
pub async fn of_request(
    caller: &Caller,
    extraction: &ExtractionRecord,
    model: &ModelRecord,
) -> Result<Finished, ApiError> {
    let schema = model.schema.as_deref().map(serde_json::from_str).transpose();
    let ask = Ask {
        prompt: model.prompt.clone(),
        json_mode: Some(true),
        schema: schema.map_err(|_| StoreError::malformed("schema of an extraction model"))?,
        ..Ask::default()
    };
    let inputs = match &extraction.source {
        Source::Url(url) => Inputs::Pictures(caller.platform.clone(), vec![url.clone()]),
        Source::Object(_) => {
            let bytes = source(caller, &extraction.source).await?;
            let Caller { platform, account, deadline } = caller;
            let reader = Reader { platform, account, deadline: *deadline };
            let input = reader.hold("image".to_owned(), bytes)?;
            Inputs::Files(vec![Ok(Arc::new(File::Picture(input)))])
        }
    };
    let work = Arc::new(Work::new(ask, InputMethod::Url, inputs)?);
    let done = done(caller, &work).await?;
    let data = done.answer.data.unwrap_or(Value::String(done.answer.text));
    let answer = data.to_string();
    if answer.len() > contract::limits::MAX_DATA_BYTES {
        let sentence = "The picture has more data than are kept for a request: 150 kB of JSON.";
        return Err(ApiError::because(ErrorKind::InputTooLarge, sentence));
    }
    let mut words = String::new();
    gather(&data, &mut words);
    let images = i64::try_from(done.pages).unwrap_or(i64::MAX);
    Ok(Finished { answer, words: words.to_lowercase(), charge: done.credits, images, model: done.model })
}

async fn source(caller: &Caller, source: &Source) -> Result<Bytes, ApiError> {
    let gone = || ApiError::because(ErrorKind::InputUnreachable, "What was sent is not there any more.");
    let Source::Object(object) = source else { return Err(gone()) };
    match caller.platform.store.results().get(object, None).await? {
        Read::Found(found) => Ok(found.body.collect().await.map_err(ApiError::internal)?.into_bytes()),
        Read::Missing | Read::NotSatisfiable => Err(gone()),
    }
}

/// All texts and figures of data, a line each.
fn gather(data: &Value, words: &mut String) {
    match data {
        Value::Object(members) => members.values().for_each(|member| gather(member, words)),
        Value::Array(items) => items.iter().for_each(|item| gather(item, words)),
        Value::String(text) => {
            words.push_str(text);
            words.push('\n');
        }
        Value::Number(number) => {
            words.push_str(&number.to_string());
            words.push('\n');
        }
        Value::Bool(_) | Value::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use serde_json::json;

    #[test]
    fn a_wish_to_be_answered_later_is_one_among_others() {
        for (value, wanted) in [
            ("respond-async", true),
            ("Respond-Async, wait=10", true),
            ("return=minimal; respond-async", true),
            ("return=minimal", false),
            ("respond-async-not", false),
        ] {
            let headers = HeaderMap::from_iter([(
                http::HeaderName::from_static("prefer"),
                HeaderValue::from_static(value),
            )]);
            assert_eq!(is_wanted(&headers), wanted, "{value}");
        }
        assert!(!is_wanted(&HeaderMap::new()));
    }

    #[test]
    fn data_are_found_by_their_texts_and_figures_and_not_by_their_names() {
        let mut words = String::new();
        gather(
            &json!({"shop": "Norvia", "items": [{"name": "Tea", "price": 4.5}], "paid": true, "note": null}),
            &mut words,
        );
        let mut lines: Vec<&str> = words.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["4.5", "Norvia", "Tea"]);
    }
}
