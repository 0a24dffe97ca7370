//! Where the files of a batch lie.

use contract::resources::EDIT_BATCH_FILES;

/// Keys of a batch's objects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places(pub(crate) u64);

impl Places {
    fn all(self) -> String {
        format!("{EDIT_BATCH_FILES}{}/", self.0)
    }

    /// The body that it was made with.
    pub(crate) fn request(self) -> String {
        self.all() + "request.json"
    }

    /// A page of its items.
    pub(crate) fn page(self, number: u64) -> String {
        format!("{}manifest/{number:04}.ndjson", self.all())
    }

    pub(crate) fn checkpoints(self) -> String {
        self.all() + "checkpoints/"
    }

    /// What is done of a chunk that is in work, by the lease it was done under.
    pub(crate) fn checkpoint(self, chunk: u32, lease: &str) -> String {
        format!("{}{chunk:06}-{lease}", self.checkpoints())
    }

    pub(crate) fn parts(self) -> String {
        self.all() + "parts/"
    }

    /// Results of a chunk, by the lease it was ended under. Keys sort as the chunks do.
    pub(crate) fn part(self, chunk: u32, lease: &str) -> String {
        format!("{}{chunk:06}-{lease}", self.parts())
    }

    /// Results of all items.
    pub(crate) fn results(self) -> String {
        self.all() + "results.ndjson"
    }
}
