//! What functions touch.

/// What a function touches; its role on AWS allows exactly this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Needs {
    /// Reads keys and writes when they were last used.
    Keys,
    /// Makes, changes and revokes keys; reads and makes accounts.
    KeysWrite,
    Ledger,
    Tasks,
    Rates,
    /// Writes log rows and usage counters.
    Logs,
    /// Reads them.
    LogsRead,
    /// Makes and deletes classifiers.
    Classifiers,
    ClassifiersRead,
    /// Reads and writes answers that may be given again.
    Cache,
    /// Sends to the edits queue.
    EditQueue,
    /// Reads batch jobs and changes their state.
    Jobs,
    /// Sends to the queue of batch jobs.
    BatchQueue,
    /// Reads, writes and deletes uploads and results of batch jobs.
    BatchFiles,
    /// Reads batches of edits and changes their state.
    EditBatches,
    /// Sends to their queue.
    EditBatchQueue,
    /// Reads and writes their manifests and results.
    EditBatchFiles,
    /// Reads extractions in the background and changes their state; makes and deletes extraction models.
    Extractions,
    /// Reads them.
    ExtractionsRead,
    /// Sends to the queue of extractions.
    ExtractQueue,
    /// Reads, writes and deletes what extractions in the background read, and what they answer.
    ExtractFiles,
    /// Reads uploads and changes their state.
    Uploads,
    /// Reads, writes and deletes their files.
    UploadFiles,
    /// Writes and deletes results.
    Results,
    /// Reads results.
    ResultsRead,
    /// The ring of keys that signs file links.
    FileKeys,
    /// Reads, makes and deletes connected storages.
    Storages,
    /// Reads them.
    StoragesRead,
    /// Reads, makes and deletes webhooks and their deliveries.
    Webhooks,
    /// Reads them.
    WebhooksRead,
    /// Reads webhooks and makes deliveries.
    Announce,
    /// Sends to the queue of deliveries.
    DeliveryQueue,
    /// Encrypts secrets of callers.
    Seal,
    /// Decrypts them.
    Decrypt,
    /// Decrypts them; assumes roles that callers named.
    Unseal,
    /// Reaches the public network for what users name.
    Fetch,
    /// Asks the hosted model, where one is set.
    HostedModel,
    /// Reads texts with the operator's encoder, where one is set.
    OwnEncoder,
}

/// What every function with a key touches, before its own needs.
pub const AUTHENTICATED: [Needs; 4] = [Needs::Keys, Needs::Ledger, Needs::Rates, Needs::Logs];
