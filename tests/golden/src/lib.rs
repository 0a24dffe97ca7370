//! Pictures in, pictures out. A case is a folder in `cases`:
//!
//! - `request.json`: an edit request as the API takes it. Its `input` is `photo` (the repository's photograph), `scene:NAME`,
//!   either with `+FAULT`, or `generate:PATTERN/WIDTHxHEIGHT/FORMAT[+OPTION...]`, see [`pattern`] and [`input`];
//! - `expect.json`: what must come out, see [`case::Expect`];
//! - optionally `expected.png`: the whole picture. With `GOLDEN_ACCEPT=1` in the environment a missing one is written.
//!
//! A failing case leaves `actual.png` and `diff.png` in `target/golden/CASE/`.

pub mod case;
pub mod damage;
pub mod facts;
pub mod fuzz;
pub mod hostile;
pub mod input;
pub mod pattern;
pub mod pixels;
pub mod random;
