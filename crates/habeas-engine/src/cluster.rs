//! Shards run by workers: each worker is a process with DataFusion in it, on a machine of a private network, that runs
//! the whole query of a shard by itself. No result is put together from stages of several machines, so that a worker
//! that dies takes its shard with it and nothing else; the shard is run again by another one.
//!
//! A worker holds the table in its memory for as long as the connection lasts and writes nothing to a disk.

mod client;
mod wire;
mod worker;

pub use client::Workers;
pub use wire::{ClusterError, Token};
pub use worker::{WorkerOptions, serve};

#[cfg(test)]
#[cfg(unix)]
mod tests;
