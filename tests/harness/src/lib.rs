//! What tests of the whole need: a server in the test's own process on a clock that the test moves, the real binary as a
//! child, the real function binaries behind a Lambda runtime API, a client, and a server of pictures. Loopback only.
//!
//! Everything here panics with a sentence where a test could not go on.

mod bucket_server;
mod call;
mod faulty;
mod files;
mod harness;
mod holding;
mod lambda;
mod model_server;
mod picture;
mod process;
mod receiver;
mod scratch;

pub use atelier::ServeOptions;
pub use bucket_server::{BUCKET, BucketServer};
pub use call::{Answer, Call, CallError};
pub use faulty::{Asked, Fault, FaultyServer};
pub use files::{FileAnswer, FileRequest, FileServer};
pub use harness::Harness;
pub use holding::holding;
pub use lambda::{AwsListener, Lambdas};
pub use model_server::{ModelAnswer, ModelServer, Question};
pub use picture::picture;
pub use process::{ServerProcess, binary};
pub use receiver::{Message, Receiver, Reception};
pub use scratch::Scratch;
