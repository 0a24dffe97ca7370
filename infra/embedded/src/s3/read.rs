//! Objects are read: get, head.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::Stream;
use s3s::dto::{ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, StreamingBlob};
use s3s::stream::{ByteStream, RemainingLength};
use s3s::{S3Result, StdError, s3_error};
use tokio::task::JoinHandle;

use super::conditions::{ReadConditions, timestamp};
use super::index::{ObjectRow, Segment, signed};
use super::{ObjectStore, Shared, internal};

/// Bytes read from a file in one go. What is no longer than this is read at once, without a stream.
const READ_BYTES: u64 = 256 * 1024;
/// An object replaced between looking it up and opening its file is looked up again.
const ATTEMPTS: usize = 5;
const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

impl ObjectStore {
    pub(super) async fn get(&self, input: GetObjectInput) -> S3Result<GetObjectOutput> {
        self.require_bucket(&input.bucket)?;
        if input.part_number.is_some() {
            return Err(s3_error!(NotImplemented, "partNumber is not supported on reads"));
        }
        let conditions = ReadConditions::of_get(&input);
        let (bucket, key, range) = (input.bucket, input.key, input.range);
        let (object, span, body) =
            self.blocking(move |shared| open(shared, &bucket, &key, &conditions, range)).await?;
        let headers = object.headers;
        Ok(GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            body: Some(body),
            content_length: Some(signed(span.end - span.start)),
            content_range: range.map(|_| content_range(&span, object.size)),
            e_tag: Some(ETag::Strong(object.etag)),
            last_modified: Some(timestamp(object.modified)),
            content_type: Some(headers.content_type.unwrap_or_else(|| DEFAULT_CONTENT_TYPE.to_owned())),
            cache_control: headers.cache_control,
            content_disposition: headers.content_disposition,
            content_encoding: headers.content_encoding,
            content_language: headers.content_language,
            metadata: Some(headers.metadata.into_iter().collect()),
            ..GetObjectOutput::default()
        })
    }

    pub(super) async fn head(&self, input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
        self.require_bucket(&input.bucket)?;
        let conditions = ReadConditions::of_head(&input);
        let (bucket, key, range) = (input.bucket, input.key, input.range);
        let (object, span) = self
            .blocking(move |shared| {
                let object = find(shared, &bucket, &key)?;
                conditions.check(&object)?;
                let span = span(&object, range)?;
                Ok((object, span))
            })
            .await?;
        let headers = object.headers;
        Ok(HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(signed(span.end - span.start)),
            content_range: range.map(|_| content_range(&span, object.size)),
            e_tag: Some(ETag::Strong(object.etag)),
            last_modified: Some(timestamp(object.modified)),
            content_type: Some(headers.content_type.unwrap_or_else(|| DEFAULT_CONTENT_TYPE.to_owned())),
            cache_control: headers.cache_control,
            content_disposition: headers.content_disposition,
            content_encoding: headers.content_encoding,
            content_language: headers.content_language,
            metadata: Some(headers.metadata.into_iter().collect()),
            ..HeadObjectOutput::default()
        })
    }
}

/// # Errors
/// `NoSuchKey`.
pub(super) fn find(shared: &Shared, bucket: &str, key: &str) -> S3Result<ObjectRow> {
    shared.index.object(bucket, key).map_err(internal)?.ok_or_else(|| s3_error!(NoSuchKey))
}

/// Looks an object up and opens the part of it that is wanted.
pub(super) fn open(
    shared: &Shared,
    bucket: &str,
    key: &str,
    conditions: &ReadConditions,
    range: Option<s3s::dto::Range>,
) -> S3Result<(ObjectRow, Range<u64>, StreamingBlob)> {
    let mut attempt = 1;
    loop {
        let object = find(shared, bucket, key)?;
        conditions.check(&object)?;
        let span = span(&object, range)?;
        match open_span(shared, &object.segments, &span) {
            Ok(reader) => return Ok((object, span, reader.into_blob().map_err(internal)?)),
            Err(error) if error.kind() == ErrorKind::NotFound && attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(internal(error)),
        }
    }
}

fn span(object: &ObjectRow, range: Option<s3s::dto::Range>) -> S3Result<Range<u64>> {
    match range {
        None => Ok(0..object.size),
        Some(range) => Ok(range.check(object.size)?),
    }
}

fn content_range(span: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", span.start, span.end.saturating_sub(1))
}

fn open_span(shared: &Shared, segments: &[Segment], span: &Range<u64>) -> io::Result<SpanReader> {
    let mut files = VecDeque::new();
    let mut start = 0;
    for segment in segments {
        let end = start + segment.size;
        let (from, to) = (span.start.max(start), span.end.min(end));
        if from < to {
            let mut file = shared.content.file(&segment.id)?;
            if file.metadata()?.len() != segment.size {
                return Err(io::Error::new(ErrorKind::InvalidData, "a content file is damaged"));
            }
            file.seek(SeekFrom::Start(from - start))?;
            files.push_back(Piece { file, left: to - from });
        }
        start = end;
    }
    Ok(SpanReader { files })
}

/// What is left to read of one file.
struct Piece {
    file: File,
    left: u64,
}

struct SpanReader {
    files: VecDeque<Piece>,
}

impl SpanReader {
    fn left(&self) -> u64 {
        self.files.iter().map(|piece| piece.left).sum()
    }

    fn read(&mut self, most: u64) -> io::Result<Bytes> {
        let Some(piece) = self.files.front_mut() else { return Ok(Bytes::new()) };
        let wanted = piece.left.min(most);
        let mut buffer = vec![0; usize::try_from(wanted).map_err(io::Error::other)?];
        piece.file.read_exact(&mut buffer)?;
        piece.left -= wanted;
        if piece.left == 0 {
            self.files.pop_front();
        }
        Ok(Bytes::from(buffer))
    }

    fn into_blob(mut self) -> io::Result<StreamingBlob> {
        if self.files.len() <= 1 && self.left() <= READ_BYTES {
            return Ok(s3s::Body::from(self.read(READ_BYTES)?).into());
        }
        Ok(StreamingBlob::new(FileStream { left: self.left(), state: State::Idle(self) }))
    }
}

/// Reads on threads for blocking work, one piece at a time, as the receiver asks for them.
struct FileStream {
    left: u64,
    state: State,
}

enum State {
    Idle(SpanReader),
    Reading(JoinHandle<(SpanReader, io::Result<Bytes>)>),
    Done,
}

impl Stream for FileStream {
    type Item = Result<Bytes, StdError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Poll::Ready(None),
                State::Idle(reader) if reader.files.is_empty() => return Poll::Ready(None),
                State::Idle(mut reader) => {
                    self.state = State::Reading(tokio::task::spawn_blocking(move || {
                        let read = reader.read(READ_BYTES);
                        (reader, read)
                    }));
                }
                State::Reading(mut task) => {
                    let Poll::Ready(finished) = Pin::new(&mut task).poll(context) else {
                        self.state = State::Reading(task);
                        return Poll::Pending;
                    };
                    let (reader, read) = finished?;
                    let bytes = read?;
                    self.left -= bytes.len() as u64;
                    self.state = State::Idle(reader);
                    return Poll::Ready(Some(Ok(bytes)));
                }
            }
        }
    }
}

impl ByteStream for FileStream {
    fn remaining_length(&self) -> RemainingLength {
        usize::try_from(self.left).map_or_else(|_| RemainingLength::unknown(), RemainingLength::new_exact)
    }
}
