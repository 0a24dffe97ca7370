//! A call of an extraction function, from what is asked to what is answered and charged.

use std::sync::Arc;

use common::{ApiError, Cx, Hit, Plan, Platform, Quote, Request, Response};
use contract::ErrorKind;
use contract::extraction::{Ask, ExtractDocument, ExtractImage, Extracted, ExtractedDocument, InputMethod};
use contract::limits::{MAX_EXTRACT_BYTES, MAX_EXTRACT_DOCUMENT_BYTES, MAX_EXTRACT_PAGES};
use contract::price::PRICES;
use engine::{Engine, Reader, too_large};
use futures::future::BoxFuture;
use futures::{StreamExt, stream};
use jsonschema::Validator;

use crate::run::{Caller, Done, done};
use crate::sheets::File;
use crate::sum::check_sum;
use crate::{later, local};

/// What is to be done.
pub struct Work {
    pub(crate) ask: Ask,
    pub(crate) method: InputMethod,
    pub(crate) validator: Option<Validator>,
    pub(crate) inputs: Inputs,
}

pub(crate) enum Inputs {
    /// URLs or base64, and with what they are fetched, one after another.
    Pictures(Arc<Platform>, Vec<String>),
    /// Fetched already, since what they cost follows from their pages; or why not.
    Files(Vec<Result<Arc<File>, ApiError>>),
}

pub async fn extract_image(cx: Cx, req: Request<ExtractImage>) -> Result<Plan<Arc<Work>>, ApiError> {
    Ok(Plan { work: Arc::new(of_images(&cx.platform, req.data)?), cache: None })
}

pub(crate) fn of_images(platform: &Arc<Platform>, request: ExtractImage) -> Result<Work, ApiError> {
    let images = request.images().to_vec();
    let ExtractImage { input_method, ask, .. } = request;
    check_sum(input_method, &images)?;
    Work::new(ask, input_method, Inputs::Pictures(platform.clone(), images))
}

pub async fn extract_document(cx: Cx, req: Request<ExtractDocument>) -> Result<Plan<Arc<Work>>, ApiError> {
    let ExtractDocument { input_method, files, ask, .. } = req.data;
    check_sum(input_method, &files)?;
    let reader = Reader { platform: &cx.platform, account: cx.account(), deadline: cx.deadline };
    let reads = files.iter().enumerate().map(|(index, file)| async move {
        let name = format!("file {}", index + 1);
        check_method(input_method, file, &name)?;
        let input = reader.read(name, file, MAX_EXTRACT_DOCUMENT_BYTES).await?;
        let (bytes, deadline) = (input.bytes.len(), cx.deadline);
        let opened = tokio::task::spawn_blocking(move || File::of(input, deadline));
        Ok((bytes, Arc::new(opened.await.map_err(ApiError::internal)??)))
    });
    let reads: Vec<_> = reads.collect();
    let read: Vec<Result<(usize, Arc<File>), ApiError>> = stream::iter(reads).buffered(4).collect().await;
    let (mut bytes, mut pages) = (0, 0);
    for (size, file) in read.iter().flatten() {
        (bytes, pages) = (bytes + size, pages + file.pages());
    }
    if bytes > MAX_EXTRACT_BYTES {
        return Err(too_large("All files together", MAX_EXTRACT_BYTES));
    }
    if pages > MAX_EXTRACT_PAGES {
        let sentence =
            format!("All files together have {pages} pages; at most {MAX_EXTRACT_PAGES} are taken.");
        return Err(ApiError::because(ErrorKind::InputTooLarge, sentence));
    }
    let files = read.into_iter().map(|read| read.map(|(_, file)| file)).collect();
    let work = Work::new(ask, input_method, Inputs::Files(files))?;
    Ok(Plan { work: Arc::new(work), cache: None })
}

/// One way for all of a call.
pub(crate) fn check_method(method: InputMethod, input: &str, name: &str) -> Result<(), ApiError> {
    let is_url = !input.starts_with("data:") && input.contains("://");
    match (method, is_url) {
        (InputMethod::Url, true) | (InputMethod::Base64, false) => Ok(()),
        (InputMethod::Url, false) => {
            Err(ApiError::because(ErrorKind::InputUnreachable, format!("{name}: it is no URL.")))
        }
        (InputMethod::Base64, true) => Err(ApiError::because(
            ErrorKind::InputNotAPicture,
            format!("{name}: it is a URL and not base64."),
        )),
    }
}

impl Work {
    pub(crate) fn new(ask: Ask, method: InputMethod, inputs: Inputs) -> Result<Self, ApiError> {
        let validator = ask.schema.as_ref().map(schemas::validator).transpose()?;
        Ok(Self { ask, method, validator, inputs })
    }
}

/// The price where everything can be read.
pub fn quote<'a>(
    platform: &'a Arc<Platform>,
    work: &'a Arc<Work>,
    _: &'a [Option<Hit>],
) -> BoxFuture<'a, Result<Quote, ApiError>> {
    Box::pin(async move {
        let pages = match &work.inputs {
            Inputs::Pictures(_, pictures) => pictures.len(),
            Inputs::Files(files) => files.iter().flatten().map(|file| file.pages()).sum(),
        };
        let engine = platform.shared(Engine::new)?;
        Ok(priced(pages, &model(&engine)))
    })
}

fn priced(pages: usize, model: &str) -> Quote {
    let images = u32::try_from(pages).unwrap_or(u32::MAX);
    Quote { price: PRICES.extraction_of(pages), tokens: 0, model: Some(model.to_owned()), images }
}

pub(crate) fn model(engine: &Engine) -> String {
    engine.hosted().map_or_else(|| local::MODEL.to_owned(), |hosted| hosted.config().model.clone())
}

pub async fn extracted_image(cx: Cx, req: Request<Arc<Work>>) -> Result<Response<Extracted>, ApiError> {
    if later::is_wanted(&req.headers) {
        return later::accept(&cx, req.sent).await;
    }
    let done = done(&Caller::of(&cx), &req.data).await.map_err(|error| blamed(error, "image"))?;
    let quote = priced(done.pages, &done.model);
    Ok(Response::from(told(done, &req.data.ask)).done(Some(quote)))
}

pub(crate) fn told(done: Done, ask: &Ask) -> Extracted {
    Extracted {
        results: done.answer.text,
        prompt: ask.prompt.clone(),
        image_count: done.outcomes.len(),
        credit_usage: done.credits,
        data: done.answer.data,
        images: done.outcomes,
        truncated: done.answer.truncated,
        model: done.model,
    }
}

pub async fn extracted_document(
    cx: Cx,
    req: Request<Arc<Work>>,
) -> Result<Response<ExtractedDocument>, ApiError> {
    let done = done(&Caller::of(&cx), &req.data).await.map_err(|error| blamed(error, "document"))?;
    let quote = priced(done.pages, &done.model);
    let answer = ExtractedDocument {
        results: done.answer.text,
        prompt: req.data.ask.prompt.clone(),
        pages: done.pages,
        file_count: done.outcomes.len(),
        credit_usage: done.credits,
        data: done.answer.data,
        files: done.outcomes,
        truncated: done.answer.truncated,
        model: done.model,
    };
    Ok(Response::from(answer).done(Some(quote)))
}

/// What a client of this family is told where the model failed.
pub fn blamed(error: ApiError, what: &str) -> ApiError {
    match error.kind {
        ErrorKind::ModelFailed | ErrorKind::ModelUnavailable => {
            let message = format!("Failed to extract {what} data: {}", error.message);
            ApiError { kind: ErrorKind::ExtractionFailed, message, ..error }
        }
        _ => error,
    }
}
