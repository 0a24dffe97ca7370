//! What the items of a chunk share: the storages, opened once, and the request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::{ApiError, Platform};
use contract::ErrorKind;
use contract::images::{BatchEditRequest, BatchItem, BatchLine, BatchResult, is_safe};
use contract::limits::MAX_FORM_UPLOAD;
use edit_batches::{Entry, load};
use editing::{Editor, Name, Source, Stored, Target, Way, store_result};
use store::EditBatchRecord;

use crate::share::Share;

/// Longest work on one picture.
const LONGEST: Duration = Duration::from_secs(120);
const UNSAFE: &str =
    "The object's key has `.` or `..` as a folder, a backslash or a control character, perhaps encoded.";

pub(crate) struct Desk<'a> {
    platform: &'a Platform,
    batch: &'a EditBatchRecord,
    request: BatchEditRequest,
    editor: Editor,
    share: Arc<Share>,
    /// The folder's storage.
    source: Option<Source>,
    target: Option<Arc<Target>>,
    /// Items that are not begun are to be left.
    pub(crate) stop: AtomicBool,
}

impl<'a> Desk<'a> {
    pub(crate) async fn open(platform: &'a Platform, batch: &'a EditBatchRecord) -> Result<Self, ApiError> {
        let request = load(&platform.store, batch.id).await?;
        let source = match request.folder() {
            Some(folder) => Some(Source::open(platform, &batch.account, folder.uri).await?),
            None => None,
        };
        let target = Target::open(platform, &batch.account, &request.output()).await?;
        let editor = platform.shared(Editor::load)?.behind();
        let share = platform.shared(Share::load)?;
        Ok(Self { platform, batch, request, editor, share, source, target, stop: AtomicBool::new(false) })
    }

    /// Edits an item. `None`: it is left.
    pub(crate) async fn work(&self, index: u64, entry: &Entry) -> Option<Result<BatchLine, ApiError>> {
        let _place = self.share.enter(&self.batch.account, entry).await;
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        let edited = self.edit(index, entry).await;
        Some(edited.map(|Stored { data, .. }| {
            let result = BatchResult {
                source: entry.source.clone(),
                input_object: data.input,
                output_object: data.output,
                profiling: data.profiling,
            };
            BatchLine { index, item: BatchItem::Done(Box::new(result)) }
        }))
    }

    async fn edit(&self, index: u64, entry: &Entry) -> Result<Stored, ApiError> {
        let (platform, account) = (self.platform, &self.batch.account[..]);
        let deadline = Instant::now() + LONGEST;
        let place = format!("batch-{}-{index}", self.batch.id);
        let destination = match &self.target {
            Some(target) => Some(target.enter(&place[..], deadline).await?),
            None => None,
        };
        let (operations, output) = (self.request.operations.clone(), self.request.output());
        let edited = match (&entry.path, &self.source) {
            (Some(path), _) if !is_safe(path) => {
                return Err(ApiError::because(ErrorKind::InputRefused, UNSAFE));
            }
            (Some(path), Some(source)) => {
                let input = source.read(path, MAX_FORM_UPLOAD, deadline).await?;
                self.editor.edit_input(input, operations, output, deadline).await?
            }
            _ => {
                let from = (platform, account);
                self.editor.edit_uri(from, &entry.source, operations, output, deadline).await?
            }
        };
        let name = Name::Planned { path: &entry.name, place: &place };
        let base_url = &self.batch.base_url[..];
        let way = Way { account, base_url, name, destination: destination.as_ref(), deadline };
        store_result(platform, way, edited).await
    }
}
