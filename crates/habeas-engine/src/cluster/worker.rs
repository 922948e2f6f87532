//! A worker: waits for clients, runs their shards, keeps nothing.

use super::wire::{
    ClusterError, Request, Response, Side, Token, decode, greet, receive, receive_bytes, send, send_bytes,
};
use crate::{
    embedded::{Embedded, Runner, batches},
    function::Question,
};
use datafusion::{
    arrow::{array::RecordBatch, ipc::writer::StreamWriter},
    error::DataFusionError,
};
use futures::StreamExt;
use habeas_link::BlockScorer;
use std::{
    io::{self, BufReader, BufWriter, ErrorKind},
    net::{TcpListener, TcpStream},
    num::NonZeroUsize,
    sync::Arc,
    time::Duration,
};
use tokio::runtime::Runtime;

/// How long a client may be silent, or not take what it is sent, before its table is dropped.
const IDLE: Duration = Duration::from_secs(600);

/// How a worker runs.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// Threads.
    pub threads: NonZeroUsize,
    /// Bytes that DataFusion may use beside the table; `None` for no limit.
    pub memory: Option<usize>,
    /// The build that clients must come from; [`crate::build_id`].
    pub build: String,
}

/// Serves clients for ever, each on a thread of its own; a client's table is dropped when it leaves.
///
/// # Errors
/// [`ClusterError::Start`] when the worker cannot work at all; what a client does wrong ends that client's connection
/// only.
pub fn serve(listener: &TcpListener, token: &Token, options: &WorkerOptions) -> Result<(), ClusterError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(options.threads.get())
        .enable_all()
        .build()
        .map_err(|source| ClusterError::Start { source })?;
    let runtime = Arc::new(runtime);
    for stream in listener.incoming() {
        // A connection that broke before it was taken up is no reason to stop.
        let Ok(mut stream) = stream else { continue };
        let (token, options, runtime) = (token.clone(), options.clone(), runtime.clone());
        std::thread::spawn(move || {
            if greet(&mut stream, Side::Worker, (&token, &options.build, "the client")).is_ok() {
                // Whatever ends a connection, the client sees that it ended and runs the shard elsewhere.
                serve_client(stream, &options, &runtime).ok();
            }
        });
    }
    Ok(())
}

fn serve_client(stream: TcpStream, options: &WorkerOptions, runtime: &Runtime) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_write_timeout(Some(IDLE))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = BufWriter::new(stream);
    let runner = Embedded { threads: options.threads.get(), memory: options.memory };
    let mut scorer: Option<Arc<BlockScorer>> = None;
    loop {
        let request: Request = receive(&mut reader)?;
        let bytes = receive_bytes(&mut reader)?;
        match (request, &scorer) {
            (Request::Load, _) => {
                // The one before goes first: two do not fit.
                drop(scorer.take());
                scorer = Some(Arc::new(decode(&bytes)?));
                send(&mut writer, &Response::Loaded)?;
            }
            (Request::Shard(_), None) => return Err(ErrorKind::InvalidInput.into()),
            (Request::Shard(question), Some(scorer)) => {
                let said = runtime.block_on(run(&runner, scorer.clone(), question, &bytes, &mut writer))?;
                send(&mut writer, &said)?;
            }
        }
    }
}

async fn run(
    runner: &Embedded,
    scorer: Arc<BlockScorer>,
    question: Question,
    rows: &[u8],
    writer: &mut BufWriter<TcpStream>,
) -> io::Result<Response> {
    let (rows, rest) = rows.as_chunks::<12>();
    if !rest.is_empty() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let rows = rows.iter().map(|bytes| {
        let [a, b, c, d, e, f, g, h, record @ ..] = *bytes;
        (u64::from_le_bytes([a, b, c, d, e, f, g, h]), u32::from_le_bytes(record))
    });
    let said = |error: &DataFusionError| match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => Response::OutOfMemory,
        other => Response::Failed { said: other.to_string() },
    };
    let mut stream = match runner.run(batches(rows, runner.threads), scorer, question).await {
        Ok(stream) => stream,
        Err(error) => return Ok(said(&error)),
    };
    while let Some(batch) = stream.next().await {
        match batch {
            Ok(batch) => {
                send(writer, &Response::Batch)?;
                send_bytes(writer, &in_bytes(&batch)?)?;
            }
            Err(error) => return Ok(said(&error)),
        }
    }
    Ok(Response::Done)
}

fn in_bytes(batch: &RecordBatch) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new(&mut bytes, &batch.schema()).map_err(io::Error::other)?;
    writer.write(batch).and_then(|()| writer.finish()).map_err(io::Error::other)?;
    drop(writer);
    Ok(bytes)
}
