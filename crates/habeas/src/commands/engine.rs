//! `--engine`: where candidate pairs are made and weighed.

use crate::{
    desk::linking,
    failure::{Exit, Failure},
    output::Output,
    scratch::EncryptedScratch,
};
use habeas_link::{Bounded, Constraints, LinkOptions, Linkage, Model, Table};
use std::{path::PathBuf, str::FromStr, sync::Arc};

/// Where pairs are made.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// In this process, without a query engine.
    Memory,
    /// By DataFusion in this process.
    DataFusion,
    /// By DataFusion in workers at these addresses.
    Cluster(Vec<String>),
}

/// Why a word names no engine.
#[derive(Debug, thiserror::Error)]
#[error("an engine is memory, datafusion or cluster://HOST:PORT,HOST:PORT")]
struct UnknownEngine;

impl FromStr for Place {
    type Err = UnknownEngine;

    fn from_str(word: &str) -> Result<Self, UnknownEngine> {
        match word {
            "memory" => Ok(Self::Memory),
            "datafusion" => Ok(Self::DataFusion),
            other => {
                let addresses = other.strip_prefix("cluster://").ok_or(UnknownEngine)?;
                let addresses: Vec<String> = addresses.split(',').map(|address| address.trim().to_owned()).collect();
                let is_address = |address: &String| address.rsplit_once(':').is_some_and(|(host, _)| !host.is_empty());
                addresses.iter().all(is_address).then_some(Self::Cluster(addresses)).ok_or(UnknownEngine)
            }
        }
    }
}

/// Why words are no size of memory.
#[derive(Debug, thiserror::Error)]
#[error("a size is a number with MB or GB, such as 500MB or 2GB")]
struct NoSize;

/// Reads a size in bytes; units are powers of ten.
fn memory_size(words: &str) -> Result<u64, NoSize> {
    let words = words.trim().to_ascii_uppercase();
    let units = [("GB", 1e9), ("MB", 1e6)];
    let (number, unit) = units.iter().find_map(|(name, unit)| Some((words.strip_suffix(name)?, unit))).ok_or(NoSize)?;
    let number: f64 = number.trim().parse().map_err(|_| NoSize)?;
    if number.is_finite() && number > 0.0 { Ok((number * unit) as u64) } else { Err(NoSize) }
}

/// Where to link, and with what.
#[derive(Debug, clap::Args)]
pub struct EngineArgs {
    /// Where to run: memory; in a build with the feature `cluster` also datafusion or cluster://HOST:PORT,HOST:PORT
    #[arg(long, default_value = "memory", value_name = "ENGINE")]
    engine: Place,
    /// Memory that the linkage may use, such as 2GB or 500MB; what is more goes to an encrypted temporary file, and the
    /// result is the same [default: no limit]
    #[arg(long, value_name = "SIZE", value_parser = memory_size)]
    memory: Option<u64>,
    /// Memory that the query engine may use beside the records themselves, in units of 10⁶ bytes [default: no limit]
    #[arg(long, value_name = "MB")]
    engine_memory: Option<usize>,
    /// Keep finished parts of the work in this folder, so that a run that is broken off goes on from them; it holds
    /// numbers of records and weights, no words of them
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// The file with the token that the workers were started with
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl EngineArgs {
    /// Links a table on the engine.
    pub fn link(
        &self,
        table: &Arc<Table>,
        model: Option<Model>,
        judgements: &Constraints,
        options: &LinkOptions,
        out: &Output,
    ) -> Result<Linkage, Failure> {
        if self.engine != Place::Memory {
            if self.memory.is_some() {
                return Err(Failure::usage("--memory is for the engine in memory", "use --engine-memory MB"));
            }
            return self.on_datafusion(table, model, judgements, options, out);
        }
        if self.work.is_some() || self.engine_memory.is_some() || self.token_file.is_some() {
            return Err(Failure::usage(
                "--work, --engine-memory and --token-file are for a query engine",
                "add --engine datafusion, or leave them out",
            ));
        }
        let Some(memory) = self.memory else { return linking::run(table, model, judgements, options, out) };
        let folder = std::env::temp_dir();
        let scratch = EncryptedScratch::new(&folder).map_err(|error| {
            Failure::new(Exit::Failed, error, "set TMPDIR to a folder with room, or leave --memory out")
                .at(folder.display().to_string())
                .leaving("Nothing was written.")
        })?;
        linking::run_on(&Bounded::new(table, memory, &scratch), model, judgements, options, out)
    }

    #[cfg(feature = "cluster")]
    fn on_datafusion(
        &self,
        table: &Arc<Table>,
        model: Option<Model>,
        judgements: &Constraints,
        options: &LinkOptions,
        out: &Output,
    ) -> Result<Linkage, Failure> {
        use crate::commands::cluster::failure;
        use habeas_engine::{
            DataFusion, EngineOptions, build_id,
            cluster::{Token, Workers},
        };
        let engine_options = EngineOptions {
            memory: self.engine_memory.map(|megabytes| megabytes.saturating_mul(1_000_000)),
            work: self.work.clone(),
            ..EngineOptions::default()
        };
        let engine = match (&self.engine, &self.token_file) {
            (Place::Cluster(_), None) => {
                return Err(Failure::usage("workers ask for their token", "add --token-file FILE"));
            }
            (Place::Cluster(addresses), Some(file)) => {
                let workers = Token::read(file).and_then(|token| Workers::call(addresses, token, build_id()));
                let workers = workers.map_err(|error| failure(&error))?;
                DataFusion::on_workers(table.clone(), engine_options, workers)
            }
            (Place::Memory | Place::DataFusion, _) => DataFusion::embedded(table.clone(), engine_options),
        };
        linking::run_on(&engine, model, judgements, options, out)
    }

    #[cfg(not(feature = "cluster"))]
    fn on_datafusion(
        &self,
        _: &Arc<Table>,
        _: Option<Model>,
        _: &Constraints,
        _: &LinkOptions,
        _: &Output,
    ) -> Result<Linkage, Failure> {
        Err(Failure::usage(
            "this build of habeas holds no query engine",
            "leave --engine out, or build it with --features cluster",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::memory_size;

    #[test]
    fn sizes_of_memory_have_a_unit() {
        for (words, bytes) in [("2GB", 2_000_000_000), ("500mb", 500_000_000), (" 1.5 GB", 1_500_000_000)] {
            assert_eq!(memory_size(words).ok(), Some(bytes), "{words}");
        }
        for words in ["2", "GB", "-1GB", "0MB", "infGB", "2TB", ""] {
            assert_eq!(memory_size(words).ok(), None, "{words}");
        }
    }
}
