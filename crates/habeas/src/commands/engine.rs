//! `--engine`: where candidate pairs are made and weighed.

use crate::{desk::linking, failure::Failure, output::Output};
use habeas_link::{Constraints, LinkOptions, Linkage, Model, Table};
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

/// Where to link, and with what.
#[derive(Debug, clap::Args)]
pub struct EngineArgs {
    /// Where to run: memory; in a build with the feature `cluster` also datafusion or cluster://HOST:PORT,HOST:PORT
    #[arg(long, default_value = "memory", value_name = "ENGINE")]
    engine: Place,
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
        options: &LinkOptions,
        out: &Output,
    ) -> Result<Linkage, Failure> {
        if self.engine != Place::Memory {
            return self.on_datafusion(table, model, options, out);
        }
        if self.work.is_some() || self.engine_memory.is_some() || self.token_file.is_some() {
            return Err(Failure::usage(
                "--work, --engine-memory and --token-file are for a query engine",
                "add --engine datafusion, or leave them out",
            ));
        }
        linking::run(table, model, &Constraints::default(), options, out)
    }

    #[cfg(feature = "cluster")]
    fn on_datafusion(
        &self,
        table: &Arc<Table>,
        model: Option<Model>,
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
        linking::run_on(&engine, model, &Constraints::default(), options, out)
    }

    #[cfg(not(feature = "cluster"))]
    fn on_datafusion(&self, _: &Arc<Table>, _: Option<Model>, _: &LinkOptions, _: &Output) -> Result<Linkage, Failure> {
        Err(Failure::usage(
            "this build of habeas holds no query engine",
            "leave --engine out, or build it with --features cluster",
        ))
    }
}
