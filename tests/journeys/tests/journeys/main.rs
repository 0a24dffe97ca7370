//! A person's story, end to end, workers and queues included.

mod classifier;
mod clients;
mod commands;
mod extract;
mod extract_leaves;
mod first_start;
mod hosted;
mod jobs;
mod keys;
mod money;
mod operator;
mod own_models;
mod readme;
mod requests;
mod restarts;
mod storages;
mod strangers;
mod webhook_kills;
mod webhook_receivers;
mod webhooks;
