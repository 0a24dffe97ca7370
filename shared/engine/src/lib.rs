//! What a process works with on texts, pictures and documents: its models and the hosted one, whose turn it is, and inputs as bytes.

mod encoder;
mod engine;
mod eyes;
mod inputs;

pub use engine::{
    Engine, LongTurn, MAX_SHOWN_PIXELS, check_settings, failed, in_time, jpeg, refusal, unavailable,
};
pub use eyes::{Found, Sight};
pub use inputs::{Input, Reader, too_large};
