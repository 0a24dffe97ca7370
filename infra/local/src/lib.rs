//! Every function in one process behind one listener, on embedded DynamoDB, SQS and S3 that keep their data on disk.

pub mod accounts;
mod asked;
pub mod control;
mod file_keys;
mod first_start;
mod functions;
mod listener;
mod options;
mod pollers;
mod schedules;
mod secrets_key;
mod server;
mod turns;
pub mod watch;

pub use asked::asked;
pub use listener::Patience;
pub use options::ServeOptions;
pub use server::{ServeError, Server, open_store};
