//! Types of the platform's own routes: keys, money, webhooks, service facts.

pub mod keys;
pub mod logs;
pub mod money;
pub mod service;
pub mod uploads;
pub mod usage;
pub mod webhooks;
