//! Functions without a route.

use super::{BATCHES, DELIVERIES, EDIT_CHUNKS, EDITS, EXTRACTS, Needs, Queue};

/// A function without a route.
#[derive(Debug, Clone, Copy)]
pub struct Worker {
    pub name: &'static str,
    pub trigger: Trigger,
    pub summary: &'static str,
    pub needs: &'static [Needs],
    pub memory_mb: u32,
    pub timeout_seconds: u32,
}

#[derive(Debug, Clone, Copy)]
pub enum Trigger {
    Queue(Queue),
    DeadLetters(Queue),
    /// Every so many minutes.
    Schedule {
        minutes: u32,
    },
}

pub const EDIT_WORKER: Worker = Worker {
    name: "edit-worker",
    trigger: Trigger::Queue(EDITS),
    summary: "Edits the pictures of asynchronous tasks.",
    needs: &[
        Needs::Tasks,
        Needs::Ledger,
        Needs::Results,
        Needs::FileKeys,
        Needs::Logs,
        Needs::Fetch,
        Needs::Uploads,
        Needs::UploadFiles,
        Needs::StoragesRead,
        Needs::Unseal,
        Needs::Announce,
        Needs::DeliveryQueue,
    ],
    memory_mb: 2048,
    timeout_seconds: 180,
};
pub const EDIT_DEAD_LETTER: Worker = Worker {
    name: "edit-dead-letter",
    trigger: Trigger::DeadLetters(EDITS),
    summary: "Ends tasks whose message failed too often: ERROR, hold released.",
    needs: &[Needs::Tasks, Needs::Ledger, Needs::Logs, Needs::Announce, Needs::DeliveryQueue],
    memory_mb: 256,
    timeout_seconds: 25,
};
pub const EDIT_BATCH_WORKER: Worker = Worker {
    name: "edit-batch-worker",
    trigger: Trigger::Queue(EDIT_CHUNKS),
    summary: "Lists the folders of batches of edits, edits their pictures, a chunk a message, and joins their results.",
    needs: &[
        Needs::EditBatches,
        Needs::EditBatchQueue,
        Needs::EditBatchFiles,
        Needs::Announce,
        Needs::DeliveryQueue,
        Needs::Keys,
        Needs::Ledger,
        Needs::Results,
        Needs::FileKeys,
        Needs::Logs,
        Needs::Fetch,
        Needs::Uploads,
        Needs::UploadFiles,
        Needs::StoragesRead,
        Needs::Unseal,
    ],
    memory_mb: 2048,
    timeout_seconds: 900,
};
pub const EDIT_BATCH_DEAD_LETTER: Worker = Worker {
    name: "edit-batch-dead-letter",
    trigger: Trigger::DeadLetters(EDIT_CHUNKS),
    summary: "Ends chunks of batches of edits whose message failed too often; what is done of them is kept.",
    needs: &[
        Needs::EditBatches,
        Needs::EditBatchQueue,
        Needs::EditBatchFiles,
        Needs::Announce,
        Needs::DeliveryQueue,
        Needs::FileKeys,
        Needs::Ledger,
        Needs::Logs,
    ],
    memory_mb: 256,
    timeout_seconds: 25,
};
pub const BATCH_WORKER: Worker = Worker {
    name: "batch-worker",
    trigger: Trigger::Queue(BATCHES),
    summary: "Classifies the lines of batch jobs, a shard a message, and joins their results.",
    needs: &[
        Needs::Jobs,
        Needs::Keys,
        Needs::Ledger,
        Needs::BatchQueue,
        Needs::BatchFiles,
        Needs::Logs,
        Needs::HostedModel,
        Needs::OwnEncoder,
        Needs::Announce,
        Needs::DeliveryQueue,
    ],
    memory_mb: 1769,
    timeout_seconds: 900,
};
pub const BATCH_DEAD_LETTER: Worker = Worker {
    name: "batch-dead-letter",
    trigger: Trigger::DeadLetters(BATCHES),
    summary: "Ends batch jobs of which a shard failed too often; what is done is kept.",
    needs: &[Needs::Jobs, Needs::BatchQueue],
    memory_mb: 256,
    timeout_seconds: 25,
};
pub const EXTRACT_WORKER: Worker = Worker {
    name: "extract-worker",
    trigger: Trigger::Queue(EXTRACTS),
    summary: "Reads the pictures of requests and of extractions in the background; removes the data of deleted models.",
    needs: &[
        Needs::Extractions,
        Needs::ExtractFiles,
        Needs::ExtractQueue,
        Needs::Ledger,
        Needs::Logs,
        Needs::Fetch,
        Needs::Uploads,
        Needs::UploadFiles,
        Needs::StoragesRead,
        Needs::Unseal,
        Needs::HostedModel,
        Needs::OwnEncoder,
        Needs::Announce,
        Needs::DeliveryQueue,
    ],
    memory_mb: 1769,
    timeout_seconds: 900,
};
pub const EXTRACT_DEAD_LETTER: Worker = Worker {
    name: "extract-dead-letter",
    trigger: Trigger::DeadLetters(EXTRACTS),
    summary: "Ends extractions whose message failed too often: failed, hold released.",
    needs: &[Needs::Extractions, Needs::ExtractFiles, Needs::Ledger, Needs::Announce, Needs::DeliveryQueue],
    memory_mb: 256,
    timeout_seconds: 25,
};
pub const WEBHOOK_WORKER: Worker = Worker {
    name: "webhook-worker",
    trigger: Trigger::Queue(DELIVERIES),
    summary: "Sends signed messages to webhooks, and sends them again where they fail.",
    needs: &[Needs::Webhooks, Needs::DeliveryQueue, Needs::Decrypt, Needs::Fetch],
    memory_mb: 256,
    timeout_seconds: 40,
};
pub const WEBHOOK_DEAD_LETTER: Worker = Worker {
    name: "webhook-dead-letter",
    trigger: Trigger::DeadLetters(DELIVERIES),
    summary: "Ends deliveries whose message failed too often: failed.",
    needs: &[Needs::Webhooks],
    memory_mb: 256,
    timeout_seconds: 25,
};
pub const SWEEP: Worker = Worker {
    name: "sweep",
    trigger: Trigger::Schedule { minutes: 1 },
    summary: "Releases expired holds, sends lost messages again, ends stuck tasks, looks for low balances.",
    needs: &[
        Needs::Tasks,
        Needs::Ledger,
        Needs::EditQueue,
        Needs::Jobs,
        Needs::BatchQueue,
        Needs::Extractions,
        Needs::ExtractQueue,
        Needs::EditBatches,
        Needs::EditBatchQueue,
        Needs::Logs,
        Needs::Webhooks,
        Needs::DeliveryQueue,
    ],
    memory_mb: 256,
    timeout_seconds: 50,
};
pub const WORKERS: [Worker; 11] = [
    EDIT_WORKER,
    EDIT_DEAD_LETTER,
    EDIT_BATCH_WORKER,
    EDIT_BATCH_DEAD_LETTER,
    BATCH_WORKER,
    BATCH_DEAD_LETTER,
    EXTRACT_WORKER,
    EXTRACT_DEAD_LETTER,
    WEBHOOK_WORKER,
    WEBHOOK_DEAD_LETTER,
    SWEEP,
];
