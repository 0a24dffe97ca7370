use std::ops::Deref;

use bytes::Bytes;
use http::HeaderMap;

/// A valid request as its handler sees it. Dereferences to the typed data.
#[derive(Debug)]
pub struct Request<T> {
    pub data: T,
    /// The JSON body as it was sent; `{}` where there was none.
    pub sent: Bytes,
    /// The file of a multipart request.
    pub file: Option<Upload>,
    pub headers: HeaderMap,
}

/// A file that came with a request.
#[derive(Debug, Clone)]
pub struct Upload {
    pub name: String,
    pub bytes: Bytes,
}

impl<T> Deref for Request<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

/// Where a call came from, as the listener or the gateway knows it.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// `https` or `http`.
    pub scheme: String,
    /// Host and port for URLs in answers.
    pub host: String,
    /// The client's address, for the ceiling of routes without a key.
    pub client: String,
}

/// Extension of a request whose body a listener did not read to its end, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is longer than the route takes.
    OverLimit,
    /// It is malformed, or came too slowly.
    Broken,
    /// Other bodies take all the memory there is for them.
    NoRoom,
}
