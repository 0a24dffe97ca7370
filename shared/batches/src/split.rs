//! How a file is divided, and what a sample of it says about the whole.

use contract::classification::Priority;

/// Bytes of a shard: a few minutes of work for one process.
const STANDARD_SHARD: u64 = 8 << 20;
const FAST_SHARD: u64 = 32 << 20;

/// Bytes of a shard where they are not to follow from the work. Given to a process before its first start of a job.
#[derive(Debug, Clone, Copy, Default)]
pub struct ShardBytes(pub Option<u64>);

/// Bytes of a shard and number of shards. Nothing can start within a gzip file: it is one shard.
pub fn divide(bytes: u64, gzip: bool, priority: Priority, ShardBytes(fixed): ShardBytes) -> (u64, u32) {
    let each = match (fixed, priority) {
        _ if gzip => bytes,
        (Some(fixed), _) => fixed,
        (None, Priority::Standard) => STANDARD_SHARD,
        (None, Priority::Fast) => FAST_SHARD,
    };
    let each = each.max(1);
    (each, u32::try_from(bytes.div_ceil(each)).unwrap_or(u32::MAX).max(1))
}

/// Lines and tokens of a part of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sample {
    /// Of the file, as it is stored.
    pub bytes: u64,
    pub lines: u64,
    pub tokens: u64,
}

impl Sample {
    /// Lines and tokens of a file of so many bytes, rounded up.
    pub fn scaled(&self, bytes: u64) -> (u64, u64) {
        let seen = u128::from(self.bytes.max(1));
        let scale = |count: u64| {
            u64::try_from((u128::from(count) * u128::from(bytes)).div_ceil(seen)).unwrap_or(u64::MAX)
        };
        if self.bytes >= bytes { (self.lines, self.tokens) } else { (scale(self.lines), scale(self.tokens)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_the_file_and_a_gzip_file_is_one() {
        for bytes in [1, STANDARD_SHARD - 1, STANDARD_SHARD, STANDARD_SHARD + 1, 5_000_000_000] {
            for priority in [Priority::Standard, Priority::Fast] {
                let (each, shards) = divide(bytes, false, priority, ShardBytes(None));
                assert!(each * u64::from(shards) >= bytes && each * u64::from(shards - 1) < bytes);
            }
            assert_eq!(divide(bytes, true, Priority::Fast, ShardBytes(Some(7))), (bytes, 1));
            assert_eq!(divide(bytes, false, Priority::Fast, ShardBytes(Some(bytes))), (bytes, 1));
        }
    }

    #[test]
    fn a_whole_sample_is_exact_and_a_part_is_scaled_up() {
        let sample = Sample { bytes: 100, lines: 3, tokens: 50 };
        assert_eq!(sample.scaled(100), (3, 50));
        assert_eq!(sample.scaled(1001), (31, 501));
        assert_eq!(Sample::default().scaled(10), (0, 0));
    }
}
