//! The client's side: which worker runs which shard.

use super::wire::{ClusterError, Request, Response, Side, Token, greet, receive, receive_bytes, send, send_bytes};
use crate::{embedded::Runner, function::Question};
use datafusion::{
    arrow::{
        array::{AsArray, RecordBatch},
        datatypes::{UInt32Type, UInt64Type},
        ipc::reader::StreamReader,
    },
    error::{DataFusionError, Result},
    execution::SendableRecordBatchStream,
    physical_plan::stream::RecordBatchStreamAdapter,
};
use futures::{SinkExt, StreamExt, channel::mpsc, future::BoxFuture};
use habeas_link::BlockScorer;
use std::{
    io,
    net::{Shutdown, TcpStream, ToSocketAddrs},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// How long a worker may take to answer a call.
const CALL_TIME: Duration = Duration::from_secs(5);
/// How long a worker that failed is left alone, and how often it may fail to answer before it is given up.
const REST: Duration = Duration::from_secs(1);
const MOST_CALLS: u32 = 5;
/// Between two looks for an idle worker.
const WAIT: Duration = Duration::from_millis(20);
/// Batches that wait to be checked.
const BATCHES_AHEAD: usize = 4;

/// A worker as the client sees it.
#[derive(Debug)]
struct Worker {
    address: String,
    state: State,
    /// Calls in a row that it did not answer.
    n_silent: u32,
    rests_until: Option<Instant>,
}

#[derive(Debug)]
enum State {
    /// No connection.
    Apart,
    /// A connection that waits for a shard.
    Idle(Connection),
    /// Running a shard.
    Busy,
}

/// A connection, with the scorer that its worker has.
#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    loaded: Option<Arc<BlockScorer>>,
}

/// Workers of one run.
#[derive(Debug, Clone)]
pub struct Workers {
    token: Token,
    build: String,
    workers: Arc<Mutex<Vec<Worker>>>,
}

fn call(address: &str, token: &Token, build: &str) -> Result<Connection, ClusterError> {
    let unreachable = |source| ClusterError::Unreachable { address: address.to_owned(), source };
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for socket in address.to_socket_addrs().map_err(unreachable)? {
        match TcpStream::connect_timeout(&socket, CALL_TIME) {
            Ok(mut stream) => {
                greet(&mut stream, Side::Client, (token, build, address))?;
                return Ok(Connection { stream, loaded: None });
            }
            Err(error) => last = error,
        }
    }
    Err(unreachable(last))
}

impl Workers {
    /// Calls all workers; each must answer, know the token and come from the same build.
    ///
    /// # Errors
    /// [`ClusterError`] of the first that does not.
    pub fn call(addresses: &[String], token: Token, build: &str) -> Result<Self, ClusterError> {
        if addresses.is_empty() {
            return Err(ClusterError::Nobody);
        }
        let mut workers = Vec::new();
        for address in addresses {
            let state = State::Idle(call(address, &token, build)?);
            workers.push(Worker { address: address.clone(), state, n_silent: 0, rests_until: None });
        }
        Ok(Self { token, build: build.to_owned(), workers: Arc::new(Mutex::new(workers)) })
    }

    /// Number of workers.
    pub fn n(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.workers.lock().expect("no thread panics while it holds the lock")
    }

    /// An idle worker, one that has this scorer first; called again where it was lost. Fails when all are given up.
    async fn idle(&self, scorer: &Arc<BlockScorer>) -> Result<(usize, Connection)> {
        loop {
            let apart = {
                let mut workers = self.lock();
                let has = |worker: &Worker| match &worker.state {
                    State::Idle(connection) => {
                        let loaded = connection.loaded.as_ref().is_some_and(|loaded| Arc::ptr_eq(loaded, scorer));
                        Some(u8::from(!loaded))
                    }
                    _ => None,
                };
                let idle = (0..workers.len()).filter_map(|i| has(&workers[i]).map(|rank| (rank, i))).min();
                if let Some((_, i)) = idle
                    && let State::Idle(connection) = std::mem::replace(&mut workers[i].state, State::Busy)
                {
                    return Ok((i, connection));
                }
                let given_up = |worker: &Worker| matches!(worker.state, State::Apart) && worker.n_silent >= MOST_CALLS;
                if workers.iter().all(given_up) {
                    return Err(DataFusionError::External("no worker is left".into()));
                }
                let now = Instant::now();
                let may = |worker: &&mut Worker| {
                    matches!(worker.state, State::Apart)
                        && worker.n_silent < MOST_CALLS
                        && worker.rests_until.is_none_or(|until| until <= now)
                };
                workers.iter_mut().enumerate().find_map(|(i, worker)| {
                    may(&worker).then(|| {
                        worker.state = State::Busy;
                        (i, worker.address.clone())
                    })
                })
            };
            let Some((i, address)) = apart else {
                tokio::time::sleep(WAIT).await;
                continue;
            };
            match call(&address, &self.token, &self.build) {
                Ok(connection) => return Ok((i, connection)),
                Err(_) => self.lost(i),
            }
        }
    }

    /// A worker did not answer, or its shard failed.
    fn lost(&self, i: usize) {
        let worker = &mut self.lock()[i];
        worker.state = State::Apart;
        worker.n_silent += 1;
        worker.rests_until = Some(Instant::now() + REST);
    }

    /// A worker has done its shard.
    fn done(&self, i: usize, connection: Connection) {
        let worker = &mut self.lock()[i];
        worker.state = State::Idle(connection);
        (worker.n_silent, worker.rests_until) = (0, None);
    }
}

/// Rows as a worker reads them.
fn in_bytes(rows: &[Vec<RecordBatch>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for batch in rows.iter().flatten() {
        let (units, records) =
            (batch.column(0).as_primitive::<UInt64Type>(), batch.column(1).as_primitive::<UInt32Type>());
        for (unit, record) in units.values().iter().zip(records.values()) {
            bytes.extend_from_slice(&unit.to_le_bytes());
            bytes.extend_from_slice(&record.to_le_bytes());
        }
    }
    bytes
}

fn external(error: io::Error) -> DataFusionError {
    DataFusionError::IoError(error)
}

/// What one message brought.
enum Came {
    Batches(Vec<RecordBatch>),
    Done,
}

fn next(stream: &mut TcpStream) -> Result<Came> {
    match receive(stream).map_err(external)? {
        Response::Batch => {
            let bytes = receive_bytes(stream).map_err(external)?;
            let batches: Result<Vec<RecordBatch>, _> = StreamReader::try_new(bytes.as_slice(), None)?.collect();
            Ok(Came::Batches(batches?))
        }
        Response::Done => Ok(Came::Done),
        Response::OutOfMemory => Err(DataFusionError::ResourcesExhausted("the worker's memory".to_owned())),
        Response::Failed { said } => Err(DataFusionError::Execution(said)),
        Response::Loaded => Err(external(io::ErrorKind::InvalidData.into())),
    }
}

fn begin(connection: &mut Connection, scorer: &Arc<BlockScorer>, question: Question, rows: &[u8]) -> io::Result<()> {
    let stream = &mut connection.stream;
    // How long an answer may take is the business of the shard's time, which shuts the connection.
    stream.set_read_timeout(None)?;
    stream.set_write_timeout(None)?;
    if !connection.loaded.as_ref().is_some_and(|loaded| Arc::ptr_eq(loaded, scorer)) {
        connection.loaded = None;
        send(stream, &Request::Load)?;
        send_bytes(stream, &postcard::to_stdvec(scorer.as_ref()).map_err(io::Error::other)?)?;
        if receive::<Response>(stream)? != Response::Loaded {
            return Err(io::ErrorKind::InvalidData.into());
        }
        connection.loaded = Some(scorer.clone());
    }
    send(stream, &Request::Shard(question))?;
    send_bytes(stream, rows)
}

/// Shuts the connection of a shard that the run no longer waits for, which wakes the thread that reads from it.
struct ShutOnDrop {
    stream: TcpStream,
    /// Whether the shard has come to its end, and the connection is another one's.
    is_over: Arc<AtomicBool>,
}

impl Drop for ShutOnDrop {
    fn drop(&mut self) {
        if !self.is_over.load(Ordering::Acquire) {
            // One that is shut already needs no shutting.
            self.stream.shutdown(Shutdown::Both).ok();
        }
    }
}

impl Runner for Workers {
    fn n_at_once(&self) -> usize {
        self.n()
    }

    fn run(
        &self,
        rows: Vec<Vec<RecordBatch>>,
        scorer: Arc<BlockScorer>,
        question: Question,
    ) -> BoxFuture<'_, Result<SendableRecordBatchStream>> {
        Box::pin(async move {
            let (i, mut connection) = self.idle(&scorer).await?;
            let handle = match connection.stream.try_clone() {
                Ok(handle) => handle,
                Err(error) => {
                    self.lost(i);
                    return Err(external(error));
                }
            };
            let (mut sender, receiver) = mpsc::channel(BATCHES_AHEAD);
            let workers = self.clone();
            let is_over = Arc::new(AtomicBool::new(false));
            let guard = ShutOnDrop { stream: handle, is_over: is_over.clone() };
            std::thread::spawn(move || {
                let bytes = in_bytes(&rows);
                drop(rows);
                let mut result = begin(&mut connection, &scorer, question, &bytes).map_err(external);
                drop(bytes);
                while result.is_ok() {
                    match next(&mut connection.stream) {
                        Ok(Came::Done) => {
                            is_over.store(true, Ordering::Release);
                            workers.done(i, connection);
                            return;
                        }
                        Ok(Came::Batches(batches)) => {
                            let sent = batches
                                .into_iter()
                                .try_for_each(|batch| futures::executor::block_on(sender.send(Ok(batch))));
                            // Nobody waits any more: the shard was wrong, late or ended.
                            result = sent.map_err(|_| external(io::ErrorKind::BrokenPipe.into()));
                        }
                        Err(error) => result = Err(error),
                    }
                }
                workers.lost(i);
                if let Err(error) = result {
                    futures::executor::block_on(sender.send(Err(error))).ok();
                }
            });
            let stream = receiver.map(move |batch| {
                let _shut_when_dropped = &guard;
                batch
            });
            let schema = crate::function::answer_schema();
            Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream)) as SendableRecordBatchStream)
        })
    }
}
