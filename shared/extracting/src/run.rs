//! What happens with the inputs of a call: a stream of pages to one answer.

use std::sync::Arc;
use std::time::Instant;

use common::{ApiError, Cx, Platform};
use contract::extraction::{Ask, InputMethod, Outcome};
use contract::limits::MAX_IMAGE_BYTES;
use contract::price::PRICES;
use contract::{Credits, ErrorKind};
use editing::Editor;
use engine::{Engine, Reader};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use hosted::Hosted;

use crate::ask::{Answered, Question, Sheet, together};
use crate::local;
use crate::sheets::{Desk, File, Room};
use crate::work::{Inputs, Work, check_method, model};

/// Files that are fetched or read at the same time for one call.
const AT_ONCE: usize = 16;
/// Sheets of one question, and questions of a call at the same time.
const SHEETS: usize = 8;
const QUESTIONS: usize = 4;

/// Whose work it is, and until when.
#[derive(Debug, Clone)]
pub struct Caller {
    pub platform: Arc<Platform>,
    pub account: String,
    pub deadline: Instant,
}

impl Caller {
    pub fn of(cx: &Cx) -> Self {
        Self { platform: cx.platform.clone(), account: cx.account().to_owned(), deadline: cx.deadline }
    }
}

/// What came of a call.
pub struct Done {
    pub answer: Answered,
    /// Pictures and pages that were read.
    pub pages: usize,
    pub outcomes: Vec<Outcome>,
    pub model: String,
    pub credits: Credits,
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
        Inputs::Pictures(_, pictures) => pictures.len(),
        Inputs::Files(files) => files.len(),
    };
    let opened = move |index: usize| {
        let (desk, account, work) = (desk.clone(), account.clone(), work.clone());
        async move {
            let file = match &work.inputs {
                Inputs::Pictures(platform, pictures) => {
                    let reader = Reader { platform, account: &account, deadline: desk.deadline };
                    fetched(reader, work.method, index, &pictures[index]).await
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
    reader: Reader<'_>,
    method: InputMethod,
    index: usize,
    picture: &str,
) -> Result<Arc<File>, ApiError> {
    let name = format!("image {}", index + 1);
    check_method(method, picture, &name)?;
    Ok(Arc::new(File::Picture(reader.read(name, picture, MAX_IMAGE_BYTES).await?)))
}

/// Reads all inputs and answers.
///
/// # Errors
/// Where no input can be read, and what is not an input's own fault.
pub async fn done(caller: &Caller, work: &Arc<Work>) -> Result<Done, ApiError> {
    let Caller { platform, account, deadline } = caller.clone();
    let engine = platform.shared(Engine::new)?;
    let editor = platform.shared(Editor::load)?;
    done_at(&Desk { engine, editor, account, deadline, room: Room::default() }, work).await
}

/// The same of one file that is there already, for nobody's account.
pub async fn of_file(desk: &Desk, ask: Ask, file: File) -> Result<Done, ApiError> {
    let files = Inputs::Files(vec![Ok(Arc::new(file))]);
    done_at(desk, &Arc::new(Work::new(ask, InputMethod::Base64, files)?)).await
}

async fn done_at(desk: &Desk, work: &Arc<Work>) -> Result<Done, ApiError> {
    let model = model(&desk.engine);
    let mut tally = Tally::default();
    let answer = match desk.engine.hosted() {
        Some(hosted) => by_hosted(desk, hosted, work, &mut tally).await?,
        None => by_reader(desk, work, &mut tally).await?,
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
