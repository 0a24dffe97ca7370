use contract::resources::{BATCHES, DELIVERIES, EDIT_CHUNKS, EDITS, EXTRACTS, Queue, RESULTS, TABLES, Table};
use contract::settings;

/// Physical names of tables, queues and buckets.
#[derive(Debug, Clone)]
pub struct Names {
    tables: Vec<(Table, String)>,
    pub queue_edits: String,
    pub queue_batches: String,
    pub queue_extracts: String,
    pub queue_edit_chunks: String,
    pub queue_webhooks: String,
    pub bucket_results: String,
}

impl Default for Names {
    /// The logical names, as the embedded servers use them.
    fn default() -> Self {
        Self {
            tables: TABLES.iter().map(|table| (*table, table.name.to_owned())).collect(),
            queue_edits: EDITS.name.to_owned(),
            queue_batches: BATCHES.name.to_owned(),
            queue_extracts: EXTRACTS.name.to_owned(),
            queue_edit_chunks: EDIT_CHUNKS.name.to_owned(),
            queue_webhooks: DELIVERIES.name.to_owned(),
            bucket_results: RESULTS.name.to_owned(),
        }
    }
}

impl Names {
    pub fn from_env() -> Self {
        let tables = TABLES.iter().map(|table| {
            (
                *table,
                std::env::var(table.setting)
                    .ok()
                    .filter(|name| !name.is_empty())
                    .unwrap_or(table.name.to_owned()),
            )
        });
        Self {
            tables: tables.collect(),
            queue_edits: settings::QUEUE_EDITS.value_or_default(),
            queue_batches: settings::QUEUE_BATCHES.value_or_default(),
            queue_extracts: settings::QUEUE_EXTRACTS.value_or_default(),
            queue_edit_chunks: settings::QUEUE_EDIT_CHUNKS.value_or_default(),
            queue_webhooks: settings::QUEUE_WEBHOOKS.value_or_default(),
            bucket_results: settings::BUCKET_RESULTS.value_or_default(),
        }
    }

    /// With the URLs of queues.
    pub fn with_queues<'a>(mut self, urls: impl IntoIterator<Item = (&'a Queue, &'a str)>) -> Self {
        for (queue, url) in urls {
            let name = match *queue {
                BATCHES => &mut self.queue_batches,
                EXTRACTS => &mut self.queue_extracts,
                EDIT_CHUNKS => &mut self.queue_edit_chunks,
                DELIVERIES => &mut self.queue_webhooks,
                _ => &mut self.queue_edits,
            };
            url.clone_into(name);
        }
        self
    }

    pub(crate) fn table(&self, table: &Table) -> &str {
        self.tables.iter().find(|(known, _)| known == table).map_or(table.name, |(_, name)| name)
    }

    /// URL of a queue.
    pub fn queue(&self, queue: &Queue) -> &str {
        match *queue {
            BATCHES => &self.queue_batches,
            EXTRACTS => &self.queue_extracts,
            EDIT_CHUNKS => &self.queue_edit_chunks,
            DELIVERIES => &self.queue_webhooks,
            _ => &self.queue_edits,
        }
    }
}
