//! What calls and jobs ask of DynamoDB, counted.

mod batch_units;
mod round_trips;
mod watched;
