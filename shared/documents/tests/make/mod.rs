//! Documents made by code: what is good about them, and what is hostile, is all in the tests.

pub mod docx;
pub mod pdf;
