//! Documents made by code: what is good about them, and what is hostile, is all in the tests.

// Each test takes what it needs.
#![allow(dead_code)]

pub mod docx;
pub mod pdf;
