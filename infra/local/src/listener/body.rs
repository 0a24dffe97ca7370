//! Bodies in and out.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use common::Body;
use contract::limits::MAX_EXTRACT_BODY;
use futures::TryStreamExt;
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;

pub type Error = Box<dyn std::error::Error + Send + Sync>;
pub type Outgoing = UnsyncBoxBody<Bytes, Error>;

/// Seconds a client may take to send a body.
const SLOWEST: Duration = Duration::from_secs(60);

/// Bytes and time spent on the rest of a body that is too large; less where nothing says how long it is. A client that goes a little beyond the
/// largest body there is must get to read its answer.
const MOST_DRAINED: usize = MAX_EXTRACT_BODY + MAX_EXTRACT_BODY / 2;
const MOST_DRAINED_UNKNOWN: usize = 8_000_000;
const LONGEST_DRAIN: Duration = Duration::from_secs(5);

/// What came of reading a body.
pub enum Read {
    Whole(Bytes),
    /// It is longer than it may be; the rest was not read. To be given to [`drain`].
    OverLimit(Incoming),
    /// The client broke off or was too slow.
    Broken,
    /// There was no room for it in time.
    NoRoom,
}

/// Reads at most `max` bytes, holding only what has arrived; with 0 nothing is waited for.
pub async fn read(body: Incoming, max: usize) -> Read {
    if max == 0 || http_body::Body::size_hint(&body).lower() > max as u64 {
        return Read::OverLimit(body);
    }
    tokio::time::timeout(SLOWEST, collect(body, max)).await.unwrap_or(Read::Broken)
}

/// Bytes of memory that a body of at most `max` may take.
pub fn most(body: &Incoming, max: usize) -> usize {
    let announced = http_body::Body::size_hint(body).upper().and_then(|bytes| usize::try_from(bytes).ok());
    announced.unwrap_or(max).min(max)
}

async fn collect(mut body: Incoming, max: usize) -> Read {
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Read::Broken };
        let Ok(data) = frame.into_data() else { continue };
        if all.len() + data.len() > max {
            return Read::OverLimit(body);
        }
        all.extend_from_slice(&data);
    }
    Read::Whole(all.freeze())
}

/// Throws away what is left of a body while its answer is on the way, within bounds of time and size.
///
/// Why: a connection that is closed with bytes unread is reset, and a client that is still sending then never sees the
/// answer.
pub async fn drain(mut body: Incoming) {
    let known = http_body::Body::size_hint(&body).exact().is_some();
    let mut left = if known { MOST_DRAINED } else { MOST_DRAINED_UNKNOWN };
    let all = async {
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    // Whoever is slower than that is cut off.
    tokio::time::timeout(LONGEST_DRAIN, all).await.unwrap_or_default();
}

pub fn full(bytes: impl Into<Bytes>) -> Outgoing {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

pub fn outgoing(body: Body) -> Outgoing {
    match body {
        Body::Bytes(bytes) => full(bytes),
        Body::Stream { body, .. } => {
            StreamBody::new(body.map_ok(Frame::data).map_err(Error::from)).boxed_unsync()
        }
    }
}
