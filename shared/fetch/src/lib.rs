//! The guarded fetch: downloads what users name, and never what only this machine should reach.
//!
//! A fetch resolves a host once, judges **every** address of the answer, and opens the connection to one of the addresses
//! it judged: nothing resolves a second time between the check and the connection, so a name that changes its answer gains
//! nothing. Redirects are followed by hand and start over at the first check. No proxy is ever used.
//!
//! Build one [`Fetcher`] a process and clone it: the limits "at once" and "per host" are counted in it.

mod address;
mod body;
mod client;
mod config;
mod connection;
mod error;
mod fetcher;
mod guard;
mod host_port;
mod places;
mod resolver;

pub use client::GuardedClient;
pub use config::FetchConfig;
pub use error::{FetchError, Refusal, Stage};
pub use fetcher::{Fetched, Fetcher};
pub use guard::{Guard, Target};
pub use host_port::{HostPort, InvalidHostPort};
pub use places::{Place, Places};
pub use resolver::{Resolve, Resolver, SystemResolver};
