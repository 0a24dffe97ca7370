//! A person's story, end to end, workers and queues included.

mod batch_shop;
mod classifier;
mod clients;
mod commands;
mod edit_batch_faults;
mod edit_batches;
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
mod webhook_batches;
mod webhook_kills;
mod webhook_receivers;
mod webhooks;
