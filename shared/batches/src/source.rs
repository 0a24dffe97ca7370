//! The bytes of an upload, block by block, of exactly the object that the job was started with. A gzip file is read as what is in it.

use std::io::Write;

use bytes::Bytes;
use contract::limits::MAX_BATCH_UPLOAD;
use flate2::write::GzDecoder;
use store::{JobRecord, Missed, Store, StoreError};

use crate::Places;

/// Bytes of one read. Why whole blocks and not one stream: the work between two reads may take longer than a store keeps a
/// connection.
const BLOCK: u64 = 4 << 20;
/// Compressed bytes that are unpacked at a time: at most a thousandfold comes out.
const BITE: usize = 16 << 10;
/// Bytes that a gzip file may unpack to.
const MOST_UNPACKED: u64 = MAX_BATCH_UPLOAD;

/// Why there are no more bytes.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("the upload is gone or was replaced")]
    Missed(Missed),
    #[error("the gzip file is damaged")]
    Gzip,
    #[error("the gzip file unpacks to too much")]
    TooLarge,
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug)]
pub struct Source {
    store: Store,
    key: String,
    etag: String,
    size: u64,
    at: u64,
    unpacker: Option<Unpacker>,
}

#[derive(Debug)]
struct Unpacker {
    decoder: GzDecoder<Vec<u8>>,
    /// Where the bytes to come belong.
    place: Place,
    waiting: Bytes,
    /// Unpacked bytes to leave out, and those so far.
    skip: u64,
    unpacked: u64,
    is_ended: bool,
    is_broken: bool,
}

/// Of bytes in a gzip file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Within,
    /// A member has ended.
    Between,
    /// No more members come.
    Behind,
}

/// First byte of a member.
const MAGIC: u8 = 0x1f;

impl Source {
    /// `None` for a job that has not started. `from`: bytes of the file, or of what is in it.
    pub fn open(store: &Store, job: &JobRecord, from: u64) -> Option<Self> {
        let input = job.input.as_ref()?;
        let size = u64::try_from(input.bytes).ok()?;
        let source = Self::of(store, &Places(&job.id).input(), (&input.etag, size), input.gzip, from);
        Some(source)
    }

    pub fn of(store: &Store, key: &str, (etag, size): (&str, u64), gzip: bool, from: u64) -> Self {
        let unpacker = gzip.then(|| Unpacker {
            decoder: GzDecoder::new(Vec::new()),
            place: Place::Within,
            waiting: Bytes::new(),
            skip: from,
            unpacked: 0,
            is_ended: false,
            is_broken: false,
        });
        let at = if gzip { 0 } else { from };
        Self { store: store.clone(), key: key.to_owned(), etag: etag.to_owned(), size, at, unpacker }
    }

    /// Some bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        if self.unpacker.is_none() {
            return self.block().await;
        }
        loop {
            let is_empty = self.unpacker.as_ref().is_none_or(|unpacker| unpacker.waiting.is_empty());
            let block = if is_empty { Some(self.block().await?) } else { None };
            let Some(unpacker) = &mut self.unpacker else { return Ok(None) };
            if let Some(block) = block {
                match block {
                    Some(block) => unpacker.waiting = block,
                    None if unpacker.is_ended && !unpacker.is_broken => return Ok(None),
                    None => {
                        unpacker.is_ended = true;
                        let is_within = unpacker.place == Place::Within;
                        unpacker.is_broken |= is_within && unpacker.decoder.try_finish().is_err();
                    }
                }
            }
            let unpacked = unpacker.bite()?;
            if !unpacked.is_empty() {
                return Ok(Some(unpacked));
            }
            if unpacker.is_broken {
                return Err(Broken::Gzip);
            }
        }
    }

    async fn block(&mut self) -> Result<Option<Bytes>, Broken> {
        if self.at >= self.size {
            return Ok(None);
        }
        let range = (self.at, (self.at + BLOCK).min(self.size));
        let block = self.store.batch_files().read(&self.key, &self.etag, range).await?;
        let block = block.map_err(Broken::Missed)?;
        if block.is_empty() {
            return Err(StoreError::Unavailable("a read of an upload came back empty".into()).into());
        }
        self.at += block.len() as u64;
        Ok(Some(block))
    }
}

impl Unpacker {
    fn bite(&mut self) -> Result<Bytes, Broken> {
        let bite = self.waiting.split_to(self.waiting.len().min(BITE));
        // What was unpacked before the damage is given out first.
        self.is_broken = self.is_broken || self.write(&bite).is_err();
        let mut bytes = Bytes::from(std::mem::take(self.decoder.get_mut()));
        self.unpacked += bytes.len() as u64;
        if self.unpacked > MOST_UNPACKED {
            return Err(Broken::TooLarge);
        }
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
        self.skip -= skipped as u64;
        Ok(bytes.split_off(skipped))
    }

    /// Members one after another, as `gzip -d` takes them: what follows the last one and is none is padding.
    fn write(&mut self, mut bytes: &[u8]) -> std::io::Result<()> {
        while let Some(first) = bytes.first() {
            match self.place {
                Place::Between if *first == MAGIC => {
                    let unpacked = std::mem::take(self.decoder.get_mut());
                    (self.decoder, self.place) = (GzDecoder::new(unpacked), Place::Within);
                }
                Place::Between => self.place = Place::Behind,
                Place::Behind => break,
                Place::Within => match self.decoder.write(bytes)? {
                    0 => {
                        self.decoder.try_finish()?;
                        self.place = Place::Between;
                    }
                    taken => bytes = &bytes[taken..],
                },
            }
        }
        Ok(())
    }
}
