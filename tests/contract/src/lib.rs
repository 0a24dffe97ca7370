//! Tests of the HTTP interface. `table` loops over every endpoint of the contract and over what all of them owe their
//! clients, against the server and against the real function binaries; `special` has a file for each endpoint.

#[cfg(test)]
mod batch_repairs;
#[cfg(test)]
mod cached_answers;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod check;
#[cfg(test)]
mod extraction;
#[cfg(test)]
mod fallback;
#[cfg(test)]
mod function_binaries;
#[cfg(test)]
mod hosted_models;
#[cfg(test)]
mod hosted_vision;
#[cfg(test)]
mod log_rows;
#[cfg(test)]
mod preflight;
#[cfg(test)]
mod public_mode;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod shape;
#[cfg(test)]
mod special;
#[cfg(test)]
mod strangers;
#[cfg(test)]
mod subject;
#[cfg(test)]
mod table;
#[cfg(test)]
mod tiers;
