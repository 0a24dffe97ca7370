//! The engine behind a process-wide budget of memory and threads.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use common::{ApiError, Platform, panic_message};
use contract::images::{Operations, Output, is_storage_uri};
use contract::limits::{MAX_FORM_UPLOAD, MAX_INPUT_BY_URL};
use contract::settings;
use fetch::{FetchConfig, Fetched, Fetcher, Place, SystemResolver};
use imaging::{Edited, ImagingError, Limits, Measure, Rgb};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{EditError, Source};

/// What all edits of a process may take together.
#[derive(Debug, Clone, Copy)]
pub struct EditLimits {
    /// Pixels of one decoded picture.
    pub max_pixels: u64,
    /// Bytes of all pictures in work.
    pub memory: u64,
    /// Pictures edited at the same time.
    pub threads: usize,
}

impl Default for EditLimits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let limits = Limits::default();
        Self { max_pixels: limits.max_pixels, memory: limits.max_bytes, threads: cores }
    }
}

impl EditLimits {
    pub fn from_env() -> Self {
        let read = |setting: contract::settings::Setting| {
            setting.value().and_then(|value| value.parse::<u64>().ok())
        };
        let default = Self::default();
        Self {
            max_pixels: read(settings::MAX_PIXELS).unwrap_or(default.max_pixels),
            memory: read(settings::MEMORY_BUDGET).unwrap_or(default.memory),
            threads: read(settings::THREADS)
                .map_or(default.threads, |threads| threads.clamp(1, 1024) as usize),
        }
    }
}

/// Fetches and edits. One a process; clones share its budget.
#[derive(Clone)]
pub struct Editor {
    fetcher: Fetcher,
    limits: EditLimits,
    /// Uploads in memory that wait for room.
    uploads: Arc<Semaphore>,
    /// One permit a [`UNIT`] of memory.
    memory: Arc<Semaphore>,
    threads: Arc<Semaphore>,
}

/// What a URI named, and the place that it takes among the inputs in memory.
pub struct Input {
    pub bytes: Bytes,
    /// To be kept until the bytes are counted elsewhere.
    pub place: InputPlace,
}

/// One of so many inputs that wait for room, until it is dropped.
pub enum InputPlace {
    Fetched(Place),
    Uploaded(OwnedSemaphorePermit),
}

/// Uploads that wait for room in memory, at most, as fetches do.
const UPLOADS_AT_ONCE: usize = 16;

/// Bytes a permit of the memory budget stands for.
const UNIT: u64 = 64 * 1024;

impl Editor {
    pub fn new(fetcher: Fetcher, limits: EditLimits) -> Self {
        let permits = usize::try_from(limits.memory / UNIT)
            .unwrap_or(Semaphore::MAX_PERMITS)
            .min(Semaphore::MAX_PERMITS);
        Self {
            fetcher,
            uploads: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
            limits,
            memory: Arc::new(Semaphore::new(permits)),
            threads: Arc::new(Semaphore::new(limits.threads)),
        }
    }

    /// From the environment, for [`common::Function::with`].
    pub fn load(_: &Platform) -> Result<Self, ApiError> {
        let config = FetchConfig::from_env().map_err(ApiError::internal)?;
        Ok(Self::new(Fetcher::new(config, SystemResolver::default()), EditLimits::from_env()))
    }

    /// The same for work that nobody waits for; see [`Fetcher::behind`].
    pub fn behind(&self) -> Self {
        Self { fetcher: self.fetcher.behind(), ..self.clone() }
    }

    /// Reads what a URI of an account names, and edits it.
    pub async fn edit_uri(
        &self,
        (platform, account): (&Platform, &str),
        uri: &str,
        operations: Operations,
        output: Output,
        deadline: Instant,
    ) -> Result<Edited, EditError> {
        let stored = uploads::id_of(uri).is_some() || is_storage_uri(uri);
        let most = if stored { MAX_FORM_UPLOAD } else { MAX_INPUT_BY_URL };
        let input = self.read((platform, account), uri, most, deadline).await?;
        self.edit_input(input, operations, output, deadline).await
    }

    /// Edits what was read and has a place among the inputs in memory.
    pub async fn edit_input(
        &self,
        Input { bytes, place }: Input,
        operations: Operations,
        output: Output,
        deadline: Instant,
    ) -> Result<Edited, EditError> {
        self.work(bytes, Some(place), operations, output, deadline).await
    }

    /// Edits off the async threads, when the budget has room.
    pub async fn edit(
        &self,
        input: Bytes,
        operations: Operations,
        output: Output,
        deadline: Instant,
    ) -> Result<Edited, EditError> {
        self.work(input, None, operations, output, deadline).await
    }

    /// `place`: that of the input. Kept until there is room: what is fetched takes memory while it waits.
    async fn work(
        &self,
        input: Bytes,
        place: Option<InputPlace>,
        operations: Operations,
        output: Output,
        deadline: Instant,
    ) -> Result<Edited, EditError> {
        let limits = self.limits(deadline);
        let needed = imaging::memory_needed(&input, &operations, &output, &limits)?;
        let edit = move || imaging::edit(&input, &operations, &output, &limits);
        self.with_room(needed, place, deadline, edit).await
    }

    /// At most `max_bytes` of what a URI of an account names: an upload of theirs, an object of a storage of theirs, or what is fetched
    /// through the guard.
    pub async fn read(
        &self,
        (platform, account): (&Platform, &str),
        uri: &str,
        max_bytes: u64,
        deadline: Instant,
    ) -> Result<Input, EditError> {
        let upload = uploads::id_of(uri);
        if upload.is_none() && !is_storage_uri(uri) {
            let Fetched { body, place, .. } =
                self.fetcher.of(account).get(uri, max_bytes, Some(deadline)).await?;
            return Ok(Input { bytes: body, place: InputPlace::Fetched(place) });
        }
        let read = async {
            let Some(id) = upload else {
                let path = storages::parsed(uri, "input")?.path;
                return Source::open(platform, account, uri).await?.read(path, max_bytes, deadline).await;
            };
            let place = self.uploads.clone().acquire_owned().await.map_err(ApiError::internal)?;
            let bytes = uploads::read(platform, account, id, max_bytes).await?;
            Ok(Input { bytes, place: InputPlace::Uploaded(place) })
        };
        let read = tokio::time::timeout_at(deadline.into(), read).await.map_err(|_| EditError::Busy)?;
        read.map_err(|error: ApiError| EditError::Stored(Box::new(error)))
    }

    /// The pixels of a picture, scaled down to at most `max_pixels`, in the same budget as edits.
    pub async fn pixels(&self, input: Bytes, max_pixels: u64, deadline: Instant) -> Result<Rgb, EditError> {
        let limits = self.limits(deadline);
        let needed = imaging::rgb_memory_needed(&input, max_pixels, &limits)?;
        let decode = move || imaging::rgb(&input, max_pixels, &limits);
        self.with_room(needed, None, deadline, decode).await
    }

    fn limits(&self, deadline: Instant) -> Limits {
        Limits {
            max_pixels: self.limits.max_pixels,
            max_bytes: self.limits.memory,
            deadline: Some(deadline),
            ..Limits::default()
        }
    }

    /// Runs `work`, which takes so many bytes, off the async threads when the budget has room.
    async fn with_room<T: Send + 'static>(
        &self,
        needed: u64,
        place: Option<InputPlace>,
        deadline: Instant,
        work: impl FnOnce() -> Result<T, ImagingError> + Send + 'static,
    ) -> Result<T, EditError> {
        let permits =
            u32::try_from(needed.div_ceil(UNIT)).map_err(|_| too_large(needed, self.limits.memory))?;
        let room = async {
            let memory = self.memory.clone().acquire_many_owned(permits).await;
            (memory, self.threads.clone().acquire_owned().await)
        };
        let room = tokio::time::timeout_at(deadline.into(), room).await.map_err(|_| EditError::Busy)?;
        drop(place);
        let run = move || {
            // Why moved in: the room is taken until the engine ends, also when nobody waits for it any more.
            let _room = room;
            std::panic::catch_unwind(AssertUnwindSafe(work))
        };
        match tokio::task::spawn_blocking(run).await {
            Ok(Ok(done)) => Ok(done?),
            Ok(Err(panic)) => Err(EditError::Panicked(panic_message(&*panic).to_owned())),
            Err(error) => Err(EditError::Panicked(error.to_string())),
        }
    }
}

fn too_large(actual: u64, limit: u64) -> ImagingError {
    ImagingError::TooLarge { measure: Measure::MemoryBytes, actual, limit }
}
