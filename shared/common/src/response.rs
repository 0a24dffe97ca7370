use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use futures::Stream;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use store::{Store, StoreError, Transaction, TransactionError};

use crate::{ApiError, Quote};

/// What a handler answers. Nothing of it has happened yet: the writes in `commit` happen together with the settlement of
/// the call and with its idempotent answer, or not at all.
#[derive(Debug)]
pub struct Response<T> {
    pub content: Content<T>,
    pub headers: HeaderMap,
    pub status: Option<u16>,
    pub commit: Commit,
    /// Pieces of the plan that may be given again, by their number.
    pub fresh: Vec<(usize, String)>,
    /// What was done in the end, where it is not what was quoted.
    pub done: Option<Quote>,
}

pub enum Content<T> {
    /// Rendered in the family's shape.
    Json(T),
    /// Sent as it is, with its media type.
    Raw { media: String, body: Body },
}

/// Bytes in memory, or a stream of known or unknown length.
pub enum Body {
    Bytes(Bytes),
    Stream { body: ByteStream, length: Option<u64> },
}

pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, std::io::Error>> + Send>>;

type Write = Box<dyn for<'a> FnOnce(&'a Store, &mut Transaction<'a>) -> Result<(), StoreError> + Send>;
type Refused = fn(&TransactionError) -> Option<ApiError>;

/// What happens when a call succeeds.
#[derive(Default)]
pub struct Commit {
    pub(crate) writes: Vec<Write>,
    pub(crate) hand_over: bool,
    pub(crate) refused: Option<Refused>,
    pub(crate) then: Option<BoxFuture<'static, ()>>,
    pub(crate) otherwise: Option<BoxFuture<'static, ()>>,
}

impl Commit {
    /// Adds writes to the transaction that settles the call.
    pub fn write(
        mut self,
        write: impl for<'a> FnOnce(&'a Store, &mut Transaction<'a>) -> Result<(), StoreError> + Send + 'static,
    ) -> Self {
        self.writes.push(Box::new(write));
        self
    }

    /// The hold goes on to a task instead of being charged now.
    pub fn hand_over(mut self) -> Self {
        self.hand_over = true;
        self
    }

    /// What takes back, where these writes are refused, what the handler has done already.
    pub fn otherwise(mut self, undo: impl Future<Output = ()> + Send + 'static) -> Self {
        self.otherwise = Some(Box::pin(undo));
        self
    }

    /// What a refusal of these writes means to the client; anything it does not know is our fault.
    pub fn or(mut self, refused: Refused) -> Self {
        self.refused = Some(refused);
        self
    }

    /// Happens after the commit and before the answer; must be repairable by the sweep if it does not.
    pub fn then(mut self, then: impl Future<Output = ()> + Send + 'static) -> Self {
        self.then = Some(Box::pin(then));
        self
    }
}

impl fmt::Debug for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Commit({} writes, hand_over {})", self.writes.len(), self.hand_over)
    }
}

impl<T> From<T> for Response<T> {
    fn from(data: T) -> Self {
        Self {
            content: Content::Json(data),
            headers: HeaderMap::new(),
            status: None,
            commit: Commit::default(),
            fresh: Vec::new(),
            done: None,
        }
    }
}

impl<T> Response<T> {
    pub fn raw(media: impl Into<String>, body: impl Into<Body>) -> Self {
        let content = Content::Raw { media: media.into(), body: body.into() };
        Self {
            content,
            headers: HeaderMap::new(),
            status: None,
            commit: Commit::default(),
            fresh: Vec::new(),
            done: None,
        }
    }

    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Keeps pieces of the plan, by their number, for calls to come.
    pub fn keep(mut self, fresh: Vec<(usize, String)>) -> Self {
        self.fresh = fresh;
        self
    }

    /// Less was done than was quoted, or by another model. More than was held is never charged.
    pub fn done(mut self, done: Option<Quote>) -> Self {
        self.done = done;
        self
    }

    pub fn commit(mut self, commit: Commit) -> Self {
        self.commit = commit;
        self
    }
}

impl<T: Serialize> Response<T> {
    pub(crate) fn erase(self) -> Result<Response<serde_json::Value>, ApiError> {
        let content = match self.content {
            Content::Json(data) => Content::Json(serde_json::to_value(data).map_err(ApiError::internal)?),
            Content::Raw { media, body } => Content::Raw { media, body },
        };
        let Self { headers, status, commit, fresh, done, .. } = self;
        Ok(Response { content, headers, status, commit, fresh, done })
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::Bytes(text.into())
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Self::Bytes(Bytes::from_static(text.as_bytes()))
    }
}

impl Body {
    pub fn length(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Stream { length, .. } => *length,
        }
    }

    /// All bytes of it; a stream that breaks is an error.
    pub async fn collect(self) -> Result<Bytes, std::io::Error> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Stream { body, .. } => {
                let chunks: Vec<Bytes> = futures::TryStreamExt::try_collect(body).await?;
                Ok(chunks.concat().into())
            }
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({:?} bytes)", self.length())
    }
}

impl<T: fmt::Debug> fmt::Debug for Content<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(data) => data.fmt(f),
            Self::Raw { media, body } => write!(f, "{media} {body:?}"),
        }
    }
}
