//! Reading a body under a limit that counts what arrives and what comes out of decompression.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::{HeaderMap, header};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::FetchError;

/// Compressed bytes inflated before other tasks get their turn. Deflate yields at most about 1,032 bytes for one, so a turn
/// makes 4 MB at worst.
const PIECE: usize = 4096;

/// How a body is compressed (RFC 9110, section 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    Deflate,
}

impl Coding {
    /// Reads Content-Encoding. We ask for identity; gzip and deflate come nevertheless. One coding at most.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, FetchError> {
        let mut found = Self::Identity;
        for value in headers.get_all(header::CONTENT_ENCODING) {
            let value = value.to_str().map_err(|_| FetchError::UnsupportedEncoding)?;
            for name in value.split(',') {
                let coding = match name.trim().to_ascii_lowercase().as_str() {
                    "" | "identity" => continue,
                    "gzip" | "x-gzip" => Self::Gzip,
                    "deflate" => Self::Deflate,
                    _ => return Err(FetchError::UnsupportedEncoding),
                };
                if found != Self::Identity {
                    return Err(FetchError::UnsupportedEncoding);
                }
                found = coding;
            }
        }
        Ok(found)
    }
}

/// Reads to the end. A body with more than `limit` bytes fails, before or after decompression; one that says so in
/// Content-Length fails before its first byte. Memory follows what has arrived and never what was announced.
pub(crate) async fn read(mut body: Incoming, coding: Coding, limit: u64) -> Result<Bytes, FetchError> {
    let too_large = || FetchError::TooLarge { limit };
    if body.size_hint().lower() > limit {
        return Err(too_large());
    }
    let mut decoder = Decoder::new(coding, limit);
    let mut arrived: u64 = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| FetchError::Broken(error.into()))?;
        let Ok(data) = frame.into_data() else { continue };
        arrived += data.len() as u64;
        if arrived > limit {
            return Err(too_large());
        }
        for piece in data.chunks(PIECE) {
            decoder.write(piece)?;
            if coding != Coding::Identity {
                tokio::task::yield_now().await;
            }
        }
    }
    decoder.finish()
}

/// Collects up to `limit` bytes and fails at the first one more.
struct Sink {
    data: Vec<u8>,
    limit: u64,
    full: bool,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.data.len() + bytes.len()) as u64 > self.limit {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.data.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The step from the wire to the sink.
enum Decoder {
    Identity(Sink),
    Gzip(MultiGzDecoder<Sink>),
    /// `deflate` whose first bytes have not come yet.
    Unknown(Vec<u8>, Sink),
    Zlib(ZlibDecoder<Sink>),
    Raw(DeflateDecoder<Sink>),
}

impl Decoder {
    fn new(coding: Coding, limit: u64) -> Self {
        let sink = Sink { data: Vec::new(), limit, full: false };
        match coding {
            Coding::Identity => Self::Identity(sink),
            Coding::Gzip => Self::Gzip(MultiGzDecoder::new(sink)),
            Coding::Deflate => Self::Unknown(Vec::new(), sink),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        let written = match self {
            Self::Identity(sink) => sink.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
            Self::Zlib(decoder) => decoder.write_all(bytes),
            Self::Raw(decoder) => decoder.write_all(bytes),
            Self::Unknown(start, _) => {
                start.extend_from_slice(bytes);
                return if start.len() < 2 { Ok(()) } else { self.choose() };
            }
        };
        written.map_err(|error| self.failure(error))
    }

    /// `deflate` means the zlib format, but some servers send the raw one; two bytes tell them apart (RFC 1950, section 2.2).
    fn choose(&mut self) -> Result<(), FetchError> {
        let Self::Unknown(start, sink) = self else { return Ok(()) };
        let start = std::mem::take(start);
        let sink = Sink { data: Vec::new(), ..*sink };
        let zlib = start[0] & 0x0f == 8 && u16::from_be_bytes([start[0], start[1]]) % 31 == 0;
        *self = if zlib { Self::Zlib(ZlibDecoder::new(sink)) } else { Self::Raw(DeflateDecoder::new(sink)) };
        self.write(&start)
    }

    fn finish(mut self) -> Result<Bytes, FetchError> {
        let ended = match &mut self {
            Self::Identity(_) => Ok(()),
            Self::Gzip(decoder) => decoder.try_finish(),
            Self::Zlib(decoder) => decoder.try_finish(),
            Self::Raw(decoder) => decoder.try_finish(),
            Self::Unknown(..) => Err(io::ErrorKind::UnexpectedEof.into()),
        };
        ended.map_err(|error| self.failure(error))?;
        let mut data = std::mem::take(&mut self.sink_mut().data);
        data.shrink_to_fit();
        Ok(Bytes::from(data))
    }

    fn failure(&mut self, error: io::Error) -> FetchError {
        let sink = self.sink_mut();
        if sink.full { FetchError::TooLarge { limit: sink.limit } } else { FetchError::Broken(error.into()) }
    }

    fn sink_mut(&mut self) -> &mut Sink {
        match self {
            Self::Identity(sink) | Self::Unknown(_, sink) => sink,
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Zlib(decoder) => decoder.get_mut(),
            Self::Raw(decoder) => decoder.get_mut(),
        }
    }
}
