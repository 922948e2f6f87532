//! Why an engine gave no result.

use crate::shard::ShardId;
use datafusion::error::DataFusionError;
use std::path::PathBuf;

/// Why an engine gave no result. A result that is not certainly right is none.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A shard came back wrong every time.
    #[error("shard {shard} came back wrong {attempts} times, the last time because {fault}")]
    Wrong {
        /// The shard.
        shard: ShardId,
        /// How often it was tried.
        attempts: u32,
        /// What was wrong the last time.
        fault: Fault,
    },
    /// A shard failed every time.
    #[error("shard {shard} failed {attempts} times")]
    Failed {
        /// The shard.
        shard: ShardId,
        /// How often it was tried.
        attempts: u32,
        /// What the query engine said the last time.
        #[source]
        source: DataFusionError,
    },
    /// The memory that was allowed does not suffice.
    #[error("the memory that is allowed is too little for shard {shard}; the least that can work is {least} MB")]
    MemoryTooSmall {
        /// The shard.
        shard: ShardId,
        /// The least limit that can work, in units of 10⁶ bytes.
        least: usize,
    },
    /// A committed shard cannot be kept or read again.
    #[error("{}: the results of a shard cannot be kept there", path.display())]
    WorkFolder {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The results of a shard cannot be written as Parquet, or not be read back.
    #[error("{}: the results of a shard cannot be written or read", path.display())]
    Results {
        /// The file.
        path: PathBuf,
        /// What the format's library said.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// The threads of the engine cannot be started.
    #[error("the threads of the engine cannot be started")]
    Threads {
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The table cannot be put into bytes.
    #[error("the table cannot be put into bytes")]
    Serialise {
        /// What the format's library said.
        #[source]
        source: postcard::Error,
    },
}

/// What was wrong with a shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The columns that came back are not those of the query.
    #[error("the columns that came back are not those that were asked for")]
    Columns,
    /// A block came back that was not asked for, twice, or not at all.
    #[error("{found} blocks came back instead of {expected}, or not the ones that were asked for")]
    Blocks {
        /// Blocks asked for.
        expected: usize,
        /// Blocks that came back.
        found: usize,
    },
    /// A block did not hold the records that it has.
    #[error("block {block} held {found} records instead of {expected}, or other ones")]
    Records {
        /// Number of the block.
        block: u32,
        /// Records that it has.
        expected: u32,
        /// Records that the engine put together.
        found: u32,
    },
    /// A block did not make the pairs that are its own.
    #[error("block {block} made {found} pairs of its own instead of {expected}")]
    Pairs {
        /// Number of the block.
        block: u32,
        /// Pairs that it has.
        expected: u64,
        /// Pairs that were compared.
        found: u64,
    },
    /// What a block found was changed on its way.
    #[error("what was found in block {block} does not fit its checksum")]
    Checksum {
        /// Number of the block.
        block: u32,
    },
    /// A pair came back twice, or is none.
    #[error("a pair of records {left} and {right} came back twice or is none")]
    Pair {
        /// The smaller record.
        left: u32,
        /// The larger record.
        right: u32,
    },
    /// Nothing came back in time.
    #[error("it was not done after {seconds} seconds")]
    Late {
        /// The time that it had.
        seconds: u64,
    },
}
