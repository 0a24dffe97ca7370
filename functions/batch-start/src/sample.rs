//! A look at a few places of an upload.

use std::sync::Arc;

use batches::{Broken, Line, Recipe, Sample, Source, Splitter};
use classifying::{Bulk, BulkRecipe};
use common::{ApiError, Platform};
use contract::ErrorKind;
use store::Missed;

/// Bytes of the first look, and of the others.
const FIRST: u64 = 256 << 10;
const FURTHER: u64 = 64 << 10;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Lines and tokens of a sample, and whether the file is gzip.
pub async fn take(
    platform: &Arc<Platform>,
    key: &str,
    (etag, bytes): (&str, u64),
    recipe: Recipe,
) -> Result<(Sample, bool), ApiError> {
    let first = read(platform, key, etag, (0, bytes.min(FIRST))).await?;
    let is_gzip = first.starts_with(&GZIP);
    let mut seen = Sample::default();
    let mut texts = Vec::new();
    if is_gzip {
        let lines = unpacked(platform, key, (etag, bytes.min(FIRST))).await?;
        add(&mut seen, &mut texts, lines, bytes.min(FIRST));
    } else {
        let (lines, read) = lines(&first, 0, bytes <= FIRST);
        add(&mut seen, &mut texts, lines, read);
        for part in [1, 2, 3].into_iter().filter(|_| bytes > 8 * FIRST) {
            let from = bytes / 4 * part;
            let block = self::read(platform, key, etag, (from - 1, from + FURTHER)).await?;
            let (lines, read) = self::lines(&block, from, false);
            add(&mut seen, &mut texts, lines, read);
        }
    }
    let bulk = Bulk::new(platform, bulk(recipe))?;
    seen.tokens = bulk.count(&texts.into()).await?;
    Ok((seen, is_gzip))
}

fn bulk(recipe: Recipe) -> BulkRecipe {
    let Recipe { definition, fits, threshold, classifier, mode, priority } = recipe;
    BulkRecipe { definition, fits, threshold, classifier, mode, priority }
}

async fn read(
    platform: &Platform,
    key: &str,
    etag: &str,
    range: (u64, u64),
) -> Result<bytes::Bytes, ApiError> {
    match platform.store.batch_files().read(key, etag, range).await? {
        Ok(bytes) => Ok(bytes),
        Err(Missed::Gone | Missed::Replaced) => Err(ApiError::new(ErrorKind::UploadMissing)),
    }
}

fn add(seen: &mut Sample, texts: &mut Vec<String>, lines: Vec<Line>, bytes: u64) {
    seen.bytes += bytes;
    seen.lines += lines.len() as u64;
    texts.extend(lines.into_iter().filter_map(|line| line.content.ok()).map(|entry| entry.text));
}

/// The whole lines of a piece of the file that begins at `from`, or a byte before it, and how many bytes they are.
fn lines(mut block: &[u8], from: u64, is_whole: bool) -> (Vec<Line>, u64) {
    let mut splitter = Splitter::new(from, u64::MAX, from > 0, 0);
    let mut lines = Vec::new();
    let mut begin = if from > 0 { None } else { Some(0) };
    while !block.is_empty() {
        let (taken, line) = splitter.take(block);
        block = &block[taken..];
        lines.extend(line);
        begin = begin.or((splitter.start() > from).then(|| splitter.start()));
    }
    if is_whole {
        lines.extend(splitter.end());
    }
    let read = splitter.start().saturating_sub(begin.unwrap_or(from));
    // One line that is longer than the look: it counts as what was seen of it.
    (lines, if read == 0 { FIRST } else { read })
}

/// The lines in the first bytes of a gzip file. What breaks off there is no fault.
async fn unpacked(platform: &Platform, key: &str, (etag, bytes): (&str, u64)) -> Result<Vec<Line>, ApiError> {
    let mut source = Source::of(&platform.store, key, (etag, bytes), true, 0);
    let mut splitter = Splitter::new(0, u64::MAX, false, 0);
    let mut lines = Vec::new();
    let mut unpacked = 0;
    while unpacked < MOST_UNPACKED {
        let block = match source.next().await {
            Ok(Some(block)) => block,
            Ok(None) => {
                lines.extend(splitter.end());
                break;
            }
            Err(Broken::Gzip | Broken::TooLarge) => break,
            Err(Broken::Missed(_)) => return Err(ApiError::new(ErrorKind::UploadMissing)),
            Err(Broken::Store(error)) => return Err(error.into()),
        };
        unpacked += block.len();
        let mut block = &block[..];
        while !block.is_empty() {
            let (taken, line) = splitter.take(block);
            block = &block[taken..];
            lines.extend(line);
        }
    }
    Ok(lines)
}

/// Unpacked bytes of a sample: text packs at most some tenfold.
const MOST_UNPACKED: usize = 16 << 20;
