//! The same linkage on DataFusion, embedded or distributed.
//!
//! [`DataFusion`] opens an engine that groups records into blocks and hands each block to the code that
//! [`habeas_link::MemoryEngine`] uses; the answer equals that engine's pair for pair. Work is cut into [`ShardPlan`]s of
//! which it is known beforehand what each block must come to: records, pairs of its own, a checksum. What is off is
//! thrown away and run again; what stays off ends the run. No engine is trusted to count.
//!
//! What the query engine sees are numbers of blocks and of records. What the records say lies in the memory of the
//! processes that compare them, never in a file of the engine, a literal, a log or a status page.

mod check;
pub mod cluster;
mod embedded;
mod engine;
mod error;
mod function;
mod read;
mod shard;
mod work;

pub use engine::{DataFusion, DataFusionEngine, EngineOptions};
pub use error::{EngineError, Fault};
pub use read::{ReadError, is_columnar, read_as_csv};
pub use shard::{Shard, ShardId, ShardPlan};

/// What tells one build of this program from another, as far as results depend on it.
pub fn build_id() -> &'static str {
    concat!("habeas-engine ", env!("CARGO_PKG_VERSION"), " datafusion 55.2.0 arrow 59.3.2")
}
