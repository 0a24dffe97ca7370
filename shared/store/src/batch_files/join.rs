//! Many objects to one. The store copies what is large enough; only smaller neighbours pass through here, some at a time.

use bytes::{Bytes, BytesMut};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{BatchFiles, Listed, NDJSON, StoreError};

/// S3 copies parts of this many bytes or more, but for the last.
const LEAST_PART: u64 = 5 << 20;
/// Parts of one object, with room for the rounding of groups.
const MOST_PARTS: u64 = 9_000;
/// Pieces at the same time: those that pass through here take 10 MB each, 40 where a part of a fast job follows a small one.
const AT_ONCE: usize = 4;

/// What becomes one part: an object to copy, or neighbours to put together.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Copy(&'a str),
    Merge(Vec<&'a str>),
}

/// In the order of the objects. Every piece but the last has `least` bytes or more.
fn pieces(objects: &[Listed], least: u64) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut group, mut bytes): (Vec<&str>, u64) = (Vec::new(), 0);
    for object in objects.iter().filter(|object| object.bytes > 0) {
        if group.is_empty() && object.bytes >= least {
            pieces.push(Piece::Copy(&object.key));
            continue;
        }
        group.push(&object.key);
        bytes += object.bytes;
        if bytes >= least {
            pieces.push(Piece::Merge(std::mem::take(&mut group)));
            bytes = 0;
        }
    }
    if !group.is_empty() {
        pieces.push(Piece::Merge(group));
    }
    pieces
}

impl BatchFiles<'_> {
    /// Joins objects, in their order, to one at `target`. Returns its bytes.
    pub async fn join(&self, objects: &[Listed], target: &str) -> Result<u64, StoreError> {
        let total: u64 = objects.iter().map(|object| object.bytes).sum();
        let pieces = pieces(objects, LEAST_PART.max(total / MOST_PARTS));
        if pieces.len() <= 1 && total < LEAST_PART {
            let keys: Vec<&str> = objects.iter().map(|object| &object.key[..]).collect();
            self.put(target, self.merged(&keys).await?).await?;
            return Ok(total);
        }
        let upload = self.begin_parts(target, Some(NDJSON)).await?;
        let added = (1..).zip(&pieces).map(|(number, piece)| {
            let upload = &upload;
            async move {
                match piece {
                    Piece::Copy(key) => self.add_copy(target, upload, number, key).await,
                    Piece::Merge(keys) => {
                        self.add_bytes(target, upload, number, self.merged(keys).await?).await
                    }
                }
            }
        });
        // Why a list: the compiler cannot tell of a stream over a borrowing closure that it may change threads.
        let added: Vec<_> = added.collect();
        let parts = stream::iter(added).buffered(AT_ONCE).try_collect().await?;
        self.end_parts(target, &upload, parts).await?;
        Ok(total)
    }

    async fn merged(&self, keys: &[&str]) -> Result<Bytes, StoreError> {
        let mut all = BytesMut::new();
        for key in keys {
            all.extend_from_slice(&self.get(key).await?);
        }
        Ok(all.freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::{Listed, Piece, pieces};

    #[test]
    fn small_neighbours_are_merged_and_large_objects_copied_in_order() {
        let objects: Vec<Listed> = [9, 2, 3, 0, 12, 4, 10, 1]
            .iter()
            .enumerate()
            .map(|(n, bytes)| Listed { key: n.to_string(), bytes: *bytes })
            .collect();
        let copy = Piece::Copy;
        let merge = |keys: &[&'static str]| Piece::Merge(keys.to_vec());
        // What follows a small one joins it, however large: order counts for more than a copy.
        let expected = [copy("0"), merge(&["1", "2"]), copy("4"), merge(&["5", "6"]), merge(&["7"])];
        assert_eq!(pieces(&objects, 5), expected);
        assert_eq!(pieces(&[], 5), []);
    }
}
