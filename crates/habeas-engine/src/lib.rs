//! The same linkage on DataFusion, embedded or distributed.
//!
//! **Not built yet.** The crate holds its place, so that the edges of the workspace are final: nothing but the binary
//! may ever depend on it, and only it may name `datafusion`, `arrow`, `parquet` or a cluster engine.
//! [`habeas_link::MemoryEngine`] is the reference that it will have to equal, pair for pair.
