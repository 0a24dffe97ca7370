//! A call of an extraction function, from what is asked to what is answered and charged.

use std::sync::Arc;

use common::{ApiError, Cx, Hit, Plan, Platform, Quote, Request, Response};
use contract::extraction::{
    Ask, ExtractDocument, ExtractImage, Extracted, ExtractedDocument, InputMethod, Outcome,
};
use contract::limits::{MAX_EXTRACT_BYTES, MAX_EXTRACT_DOCUMENT_BYTES, MAX_EXTRACT_PAGES, MAX_IMAGE_BYTES};
use contract::price::PRICES;
use contract::{Credits, ErrorKind};
use editing::Editor;
use engine::{Engine, Reader, too_large};
use futures::future::BoxFuture;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use hosted::Hosted;
use jsonschema::Validator;

use crate::ask::{Answered, Question, Sheet, together};
use crate::sheets::{Desk, File, Room};
use crate::{local, schema};

/// Files that are fetched or read at the same time for one call.
const AT_ONCE: usize = 16;
/// Sheets of one question, and questions of a call at the same time.
const SHEETS: usize = 8;
const QUESTIONS: usize = 4;

/// What is to be done.
pub struct Work {
    ask: Ask,
    method: InputMethod,
    validator: Option<Validator>,
    inputs: Inputs,
}

enum Inputs {
    /// URLs or base64; they are fetched one after another.
    Pictures(Vec<String>),
    /// Fetched already, since what they cost follows from their pages; or why not.
    Files(Vec<Result<Arc<File>, ApiError>>),
}

pub async fn extract_image(_: Cx, req: Request<ExtractImage>) -> Result<Plan<Arc<Work>>, ApiError> {
    let images = req.data.images().to_vec();
    let ExtractImage { input_method, ask, .. } = req.data;
    check_sum(input_method, &images)?;
    planned(ask, input_method, Inputs::Pictures(images))
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
    planned(ask, input_method, Inputs::Files(files))
}

/// What is in the body itself must not be too much together; what is fetched is read one after another.
fn check_sum(method: InputMethod, inputs: &[String]) -> Result<(), ApiError> {
    let bytes: usize = inputs.iter().map(|input| input.len() / 4 * 3).sum();
    let is_within = method == InputMethod::Url || bytes <= MAX_EXTRACT_BYTES + inputs.len() * 100;
    if is_within { Ok(()) } else { Err(too_large("All inputs together", MAX_EXTRACT_BYTES)) }
}

/// One way for all of a call.
fn check_method(method: InputMethod, input: &str, name: &str) -> Result<(), ApiError> {
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

fn planned(ask: Ask, method: InputMethod, inputs: Inputs) -> Result<Plan<Arc<Work>>, ApiError> {
    let validator = ask.schema.as_ref().map(schema::validator).transpose()?;
    Ok(Plan { work: Arc::new(Work { ask, method, validator, inputs }), cache: None })
}

/// The price where everything can be read.
pub fn quote<'a>(
    platform: &'a Arc<Platform>,
    work: &'a Arc<Work>,
    _: &'a [Option<Hit>],
) -> BoxFuture<'a, Result<Quote, ApiError>> {
    Box::pin(async move {
        let pages = match &work.inputs {
            Inputs::Pictures(pictures) => pictures.len(),
            Inputs::Files(files) => files.iter().flatten().map(|file| file.pages()).sum(),
        };
        let engine = platform.shared(Engine::new)?;
        Ok(priced(pages, &model(&engine)))
    })
}

fn priced(pages: usize, model: &str) -> Quote {
    Quote { price: PRICES.extraction_of(pages), tokens: 0, model: Some(model.to_owned()) }
}

fn model(engine: &Engine) -> String {
    engine.hosted().map_or_else(|| local::MODEL.to_owned(), |hosted| hosted.config().model.clone())
}

/// What came of a call.
struct Done {
    answer: Answered,
    /// Pictures and pages that were read.
    pages: usize,
    outcomes: Vec<Outcome>,
    model: String,
    credits: Credits,
}

/// A page of an input, or why the input is not read.
type Turned<T> = (usize, Result<T, ApiError>);

/// Pages of inputs in their order, as many inputs at the same time as are taken.
fn pages(
    desk: &Desk,
    account: &str,
    work: &Arc<Work>,
) -> impl Stream<Item = Turned<(Arc<File>, usize)>> + Send + use<> {
    let (desk, account, work) = (desk.clone(), account.to_owned(), work.clone());
    let count = match &work.inputs {
        Inputs::Pictures(pictures) => pictures.len(),
        Inputs::Files(files) => files.len(),
    };
    let opened = move |index: usize| {
        let (desk, account, work) = (desk.clone(), account.clone(), work.clone());
        async move {
            let file = match &work.inputs {
                Inputs::Pictures(pictures) => {
                    fetched(&desk, &account, work.method, index, &pictures[index]).await
                }
                Inputs::Files(files) => match &files[index] {
                    Ok(file) => Ok(file.clone()),
                    Err(error) => Err(ApiError::because(error.kind, error.message.clone())),
                },
            };
            let each = match file {
                Ok(file) => {
                    (0..file.pages()).map(|page| (index, Ok((file.clone(), page)))).collect::<Vec<_>>()
                }
                Err(error) => vec![(index, Err(error))],
            };
            stream::iter(each)
        }
    };
    stream::iter(0..count).map(opened).buffered(AT_ONCE).flatten()
}

async fn fetched(
    desk: &Desk,
    account: &str,
    method: InputMethod,
    index: usize,
    picture: &str,
) -> Result<Arc<File>, ApiError> {
    let name = format!("image {}", index + 1);
    check_method(method, picture, &name)?;
    let reader = Reader { platform: &desk.platform, account, deadline: desk.deadline };
    Ok(Arc::new(File::Picture(reader.read(name, picture, MAX_IMAGE_BYTES).await?)))
}

async fn done(cx: &Cx, work: &Arc<Work>) -> Result<Done, ApiError> {
    let engine = cx.platform.shared(Engine::new)?;
    let editor = cx.platform.shared(Editor::load)?;
    let desk = Desk {
        platform: cx.platform.clone(),
        engine: engine.clone(),
        editor,
        account: cx.account().to_owned(),
        deadline: cx.deadline,
        room: Room::default(),
    };
    let model = model(&engine);
    let mut tally = Tally::default();
    let answer = match engine.hosted() {
        Some(hosted) => by_hosted(&desk, hosted, work, &mut tally).await?,
        None => by_reader(&desk, work, &mut tally).await?,
    };
    let pages = tally.pages;
    let outcomes = tally.outcomes()?;
    Ok(Done { answer, pages, outcomes, credits: PRICES.extraction_of(pages), model })
}

/// What became of the inputs so far.
#[derive(Default)]
struct Tally {
    pages: usize,
    known: Vec<Outcome>,
    first: Option<ApiError>,
}

impl Tally {
    /// Counts a page; of one that failed nothing is left. What is not its own fault ends the call.
    fn count<T>(&mut self, (index, page): Turned<T>) -> Result<Option<(usize, T)>, ApiError> {
        let is_known = self.known.last().is_some_and(|outcome| outcome.index == index);
        match page {
            Ok(page) => {
                if !is_known {
                    self.known.push(Outcome { index, error: None });
                }
                self.pages += 1;
                Ok(Some((index, page)))
            }
            Err(error) if is_inputs(error.kind) => {
                let sentence = Some(error.message.clone());
                match self.known.last_mut().filter(|_| is_known) {
                    Some(outcome) => outcome.error = sentence,
                    None => self.known.push(Outcome { index, error: sentence }),
                }
                self.first.get_or_insert(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// All of them, unless none could be read.
    fn outcomes(self) -> Result<Vec<Outcome>, ApiError> {
        match self.first {
            Some(error) if self.pages == 0 => Err(error),
            _ => Ok(self.known),
        }
    }
}

/// Whether it is the input that is to blame.
fn is_inputs(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InputUnreachable
            | ErrorKind::InputRefused
            | ErrorKind::InputTooLarge
            | ErrorKind::InputNotAPicture
            | ErrorKind::InputCorrupt
            | ErrorKind::EncryptedDocument
            | ErrorKind::Validation
    )
}

async fn by_reader(desk: &Desk, work: &Arc<Work>, tally: &mut Tally) -> Result<Answered, ApiError> {
    let mut read = std::pin::pin!(
        pages(desk, &desk.account, work)
            .map(|(index, page)| async move {
                let Ok((file, page)) = page else { return (index, page.map(|_| Vec::new())) };
                (index, desk.lines(&file, page).await)
            })
            .buffered(AT_ONCE)
    );
    let mut lines = Vec::new();
    while let Some(page) = read.next().await {
        lines.extend(tally.count(page)?);
    }
    if lines.is_empty() {
        return Ok(Answered { text: String::new(), data: None, truncated: false });
    }
    local::answer(&desk.engine, (&work.ask, work.validator.as_ref()), lines).await
}

async fn by_hosted(
    desk: &Desk,
    hosted: &Hosted,
    work: &Arc<Work>,
    tally: &mut Tally,
) -> Result<Answered, ApiError> {
    let sheets = pages(desk, &desk.account, work)
        .map(|(index, page)| async move {
            let Ok((file, page)) = page else { return (index, page.map(|_| Sheet::default())) };
            (index, desk.sheet(hosted, named(index, &file, page), &file, page).await)
        })
        .buffered(AT_ONCE)
        .map(|sheet| tally.count(sheet))
        .try_filter_map(|sheet| async move { Ok(sheet.map(|(_, sheet)| sheet)) });
    let question =
        Question { hosted, ask: &work.ask, validator: work.validator.as_ref(), deadline: desk.deadline };
    let question = &question;
    let answers: Vec<Answered> = sheets
        .try_chunks(SHEETS)
        .map_err(|error| error.1)
        .map_ok(|sheets| async move { question.answer(&sheets).await })
        .try_buffered(QUESTIONS)
        .try_collect()
        .await?;
    Ok(together(answers))
}

/// As a model is told of it.
fn named(index: usize, file: &File, page: usize) -> String {
    match file {
        File::Picture(_) => format!("Picture {}", index + 1),
        File::Document(_) => format!("Page {} of document {}", page + 1, index + 1),
    }
}

pub async fn extracted_image(cx: Cx, req: Request<Arc<Work>>) -> Result<Response<Extracted>, ApiError> {
    let done = done(&cx, &req.data).await.map_err(|error| blamed(error, "image"))?;
    let quote = priced(done.pages, &done.model);
    let answer = Extracted {
        results: done.answer.text,
        prompt: req.data.ask.prompt.clone(),
        image_count: done.outcomes.len(),
        credit_usage: done.credits,
        data: done.answer.data,
        images: done.outcomes,
        truncated: done.answer.truncated,
        model: done.model,
    };
    Ok(Response::from(answer).done(Some(quote)))
}

pub async fn extracted_document(
    cx: Cx,
    req: Request<Arc<Work>>,
) -> Result<Response<ExtractedDocument>, ApiError> {
    let done = done(&cx, &req.data).await.map_err(|error| blamed(error, "document"))?;
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
fn blamed(error: ApiError, what: &str) -> ApiError {
    match error.kind {
        ErrorKind::ModelFailed | ErrorKind::ModelUnavailable => {
            let message = format!("Failed to extract {what} data: {}", error.message);
            ApiError { kind: ErrorKind::ExtractionFailed, message, ..error }
        }
        _ => error,
    }
}
