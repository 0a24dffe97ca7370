use contract::resources::{EDITS, Queue, RESULTS, TABLES, Table};
use contract::settings;

/// Physical names of tables, queues and buckets.
#[derive(Debug, Clone)]
pub struct Names {
    tables: Vec<(Table, String)>,
    pub queue_edits: String,
    pub bucket_results: String,
}

impl Default for Names {
    /// The logical names, as the embedded servers use them.
    fn default() -> Self {
        Self {
            tables: TABLES.iter().map(|table| (*table, table.name.to_owned())).collect(),
            queue_edits: EDITS.name.to_owned(),
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
            bucket_results: settings::BUCKET_RESULTS.value_or_default(),
        }
    }

    /// With the URL of the queue of edits.
    pub fn with_queue(self, queue_edits: String) -> Self {
        Self { queue_edits, ..self }
    }

    pub(crate) fn table(&self, table: &Table) -> &str {
        self.tables.iter().find(|(known, _)| known == table).map_or(table.name, |(_, name)| name)
    }

    /// URL of a queue.
    pub fn queue(&self, _queue: &Queue) -> &str {
        // Why: there is one queue so far; the next one makes this a table like the others.
        &self.queue_edits
    }
}
