//! Where the files of a job lie.

use contract::resources::{BATCH_INPUTS, BATCH_RESULTS};

/// Keys of a job's objects.
#[derive(Debug, Clone)]
pub struct Places<'a>(pub &'a str);

/// A new job's id: sorted by time, and not guessable.
pub fn new_id(now_ms: i64) -> String {
    let random = *uuid::Uuid::new_v4().as_bytes();
    let mut tail = [0; 10];
    tail.copy_from_slice(&random[..10]);
    let id = uuid::Builder::from_unix_timestamp_millis(now_ms.unsigned_abs(), &tail).into_uuid();
    format!("job_{}", id.simple())
}

impl Places<'_> {
    pub fn input(&self) -> String {
        format!("{BATCH_INPUTS}{}", self.0)
    }

    /// Start of the keys of all that is made of the input.
    pub fn all(&self) -> String {
        format!("{BATCH_RESULTS}{}/", self.0)
    }

    pub fn parts(&self) -> String {
        format!("{}parts/", self.all())
    }

    pub fn fault_parts(&self) -> String {
        format!("{}faults/", self.all())
    }

    /// Result lines of a segment. Keys sort as the segments lie in the input.
    pub fn part(&self, shard: u32, segment: i64) -> String {
        format!("{}{shard:06}-{segment:06}", self.parts())
    }

    /// Failed lines of a segment.
    pub fn fault_part(&self, shard: u32, segment: i64) -> String {
        format!("{}{shard:06}-{segment:06}", self.fault_parts())
    }

    pub fn results(&self) -> String {
        format!("{}results.ndjson", self.all())
    }

    pub fn errors(&self) -> String {
        format!("{}errors.ndjson", self.all())
    }
}

/// Shard and segment of the key of a part.
pub(crate) fn numbers(key: &str) -> Option<(u32, i64)> {
    let (shard, segment) = key.rsplit('/').next()?.split_once('-')?;
    Some((shard.parse().ok()?, segment.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Places, new_id, numbers};

    #[test]
    fn ids_sort_by_time_and_keys_of_parts_by_place() {
        let ids = [1_000, 1_001, 1_773_401_829_160].map(new_id);
        assert!(ids.is_sorted(), "{ids:?}");
        let places = Places(&ids[0]);
        let keys = [(0, 0), (0, 1), (0, 10), (2, 0), (10, 3)].map(|(shard, part)| places.part(shard, part));
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!(numbers(&keys[4]), Some((10, 3)));
    }
}
