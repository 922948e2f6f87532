//! `habeas cluster`: this machine as a worker of a linkage that runs elsewhere.

use crate::{
    failure::{Exit, Failure},
    output::Output,
};
use clap::Subcommand;
use habeas_engine::{
    build_id,
    cluster::{ClusterError, Token, WorkerOptions, serve},
};
use serde_json::json;
use std::{net::TcpListener, num::NonZeroUsize, path::PathBuf};

/// Lend this machine to a linkage that runs elsewhere
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare pairs for whoever knows the token, over a private network; nothing is kept
    Worker(Worker),
}

/// Compare pairs for whoever knows the token
#[derive(Debug, clap::Args)]
pub struct Worker {
    /// Where to listen: an address of a private network, never one that strangers reach
    #[arg(long, value_name = "HOST:PORT")]
    listen: String,
    /// A file with the token that client and workers share: 32 characters or more
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// Threads [default: all cores]
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// Memory that the query engine may use beside the records, in units of 10⁶ bytes [default: no limit]
    #[arg(long, value_name = "MB")]
    engine_memory: Option<usize>,
}

/// Why a cluster does not work, for people.
pub fn failure(error: &ClusterError) -> Failure {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    let why: String = causes.map(|cause| format!(": {cause}")).collect();
    let remedy = match error {
        ClusterError::Unreachable { .. } | ClusterError::Connection { .. } => {
            "start it there: habeas cluster worker --listen HOST:PORT --token-file FILE"
        }
        ClusterError::Token { .. } => "give all of them the same --token-file",
        ClusterError::Build { .. } => "run the same build of habeas everywhere",
        ClusterError::Nobody => "name them: --engine cluster://HOST:PORT,HOST:PORT",
        ClusterError::ShortToken | ClusterError::TokenFile { .. } => {
            "write one into a file that only you read: head -c 32 /dev/urandom | base64 > token"
        }
        ClusterError::Start { .. } => "stop what else runs on this machine, then try again",
    };
    Failure::new(Exit::Failed, format_args!("{error}{why}"), remedy)
}

/// Runs `cluster`.
pub fn run(command: &Command, out: &Output) -> Result<Exit, Failure> {
    let Command::Worker(args) = command;
    let token = Token::read(&args.token_file).map_err(|error| failure(&error))?;
    let cannot_listen = |error| {
        Failure::new(
            Exit::Failed,
            format_args!("cannot listen at {}: {error}", args.listen),
            "name another address or port",
        )
    };
    let listener = TcpListener::bind(&args.listen).map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let options = WorkerOptions {
        threads: args.threads.or(std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN),
        memory: args.engine_memory.map(|megabytes| megabytes.saturating_mul(1_000_000)),
        build: build_id().to_owned(),
    };
    let object =
        json!({ "schema": 1, "listening": address.to_string(), "threads": options.threads, "build": options.build });
    out.result(&object, || format!("listening at {address} with {} threads; end it with Ctrl-C", options.threads))?;
    serve(&listener, &token, &options).map_err(|error| failure(&error))?;
    Ok(Exit::Ok)
}
