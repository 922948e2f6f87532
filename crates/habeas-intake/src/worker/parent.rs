//! The parent's side: start, feed, check every frame, and never wait longer than the clock allows.

use super::{
    WorkerProgram,
    confine::layers,
    frames::{self, Format, MAX_REPLY, Meta, Reply, Request, WireRow},
};
use crate::{limits::Limits, table::TableError};
use std::{
    io::{Read, Write},
    ops::ControlFlow,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError, SyncSender},
    thread,
    time::{Duration, Instant},
};

/// Bytes of the child's error stream that are taken off it. They may quote the source, so nobody sees them.
const MAX_STDERR: u64 = 64 << 10;
/// Rows and columns that a sheet can have.
const SHEET: (u32, u16) = (1_048_576, 16_384);

/// What the parent hands on; everything in it was checked.
pub(crate) enum Answer {
    /// Layers of confinement that were not to be had, then what was opened.
    Opened { missing: Vec<String>, meta: Meta },
    /// One row.
    Row(WireRow),
}

/// Runs one request in a child process.
///
/// # Errors
/// The worker's refusal; [`TableError::ParserLimit`] when it ended without an answer, was killed by a limit or ran into
/// the wall clock; [`TableError::ParserAnswer`] when its answer breaks the rules.
pub(crate) fn run(
    worker: &WorkerProgram,
    request: &Request,
    bytes: &[u8],
    take: &mut dyn FnMut(Answer) -> ControlFlow<()>,
) -> Result<(), TableError> {
    converse(worker, request, bytes, &mut Protocol::new(request, take))
}

/// One side of a conversation with the worker: takes its frames one by one and refuses what may not come.
pub(super) trait Dialogue {
    /// Checks a frame and takes it.
    fn take(&mut self, reply: Reply) -> Result<ControlFlow<()>, TableError>;

    /// Whether all was said.
    fn is_done(&self) -> bool;
}

/// Starts the worker, feeds it and takes its answer.
pub(super) fn converse(
    worker: &WorkerProgram,
    request: &Request,
    bytes: &[u8],
    dialogue: &mut dyn Dialogue,
) -> Result<(), TableError> {
    let mut child = Command::new(&worker.program)
        .args(&worker.args)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|_| TableError::NoWorker)?;
    let (Some(mut input), Some(output), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(end(&mut child).err().unwrap_or(TableError::NoWorker));
    };
    let limits = &request.limits;
    let deadline = Instant::now() + Duration::from_secs(limits.worker_wall_seconds);
    thread::scope(|scope| {
        // A thread of its own for each pipe, else both sides wait for each other.
        scope.spawn(move || {
            // The child may hang up early: what it answered then decides.
            let _ = frames::write(&mut input, request).and_then(|()| input.write_all(bytes));
        });
        scope.spawn(move || std::io::copy(&mut errors.take(MAX_STDERR), &mut std::io::sink()));
        let (sender, receiver) = mpsc::sync_channel(16);
        scope.spawn(move || forward(output.take(limits.worker_output_bytes), &sender));
        let outcome = loop {
            match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(reply) => match reply.ok_or(TableError::ParserAnswer).and_then(|reply| dialogue.take(reply)) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(())) => break Ok(()),
                    Err(error) => break Err(error),
                },
                Err(RecvTimeoutError::Timeout) => break Err(TableError::ParserLimit),
                // The stream has ended; only a child that said so and left in order has succeeded.
                Err(RecvTimeoutError::Disconnected) => {
                    let in_order = child.wait().is_ok_and(|status| status.success());
                    break if in_order && dialogue.is_done() { Ok(()) } else { Err(TableError::ParserLimit) };
                }
            }
        };
        drop(receiver);
        end(&mut child)?;
        outcome
    })
}

/// Starts the worker on nothing and says which layers of confinement hold on this system.
///
/// # Errors
/// [`TableError`] when the worker cannot be started or does not answer as one.
pub fn probe(worker: &WorkerProgram) -> Result<Vec<(&'static str, bool)>, TableError> {
    let limits = Limits { worker_wall_seconds: 10, ..Limits::default() };
    let request = Request { format: Format::Xlsx, sheet: None, first_rows: None, draw: None, limits };
    let mut take = |_: Answer| ControlFlow::Continue(());
    let mut protocol = Protocol::new(&request, &mut take);
    let outcome = converse(worker, &request, &[], &mut protocol);
    match (protocol.missing, outcome) {
        // No bytes are no workbook: this is the answer of a worker that works.
        (Some(missing), Err(TableError::Damaged { .. })) => {
            Ok(layers().map(|layer| (layer, !missing.iter().any(|name| name == layer))).collect())
        }
        (_, Err(error)) => Err(error),
        (_, Ok(())) => Err(TableError::ParserAnswer),
    }
}

/// Ends the child, whatever it is at; a child that has ended already is no error.
fn end(child: &mut Child) -> Result<(), TableError> {
    let _ = child.kill();
    child.wait().map(drop).map_err(|_| TableError::ParserLimit)
}

/// Reads frames and hands them on; `None` stands for a frame that breaks the rules.
fn forward(mut output: impl Read, sender: &SyncSender<Option<Reply>>) {
    let mut buffer = Vec::new();
    loop {
        match frames::read::<Reply>(&mut output, MAX_REPLY, &mut buffer) {
            Ok(Some(reply)) => {
                if sender.send(Some(reply)).is_err() {
                    return;
                }
            }
            // A child that was killed in the middle of a frame is the limit's doing, not a false answer.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return,
            Ok(None) => return,
            Err(_) => {
                let _ = sender.send(None);
                return;
            }
        }
    }
}

/// Whether all of these are names of layers.
pub(super) fn are_layers(missing: &[String]) -> bool {
    missing.iter().all(|name| layers().any(|layer| layer == name))
}

/// The order in which frames of a sheet may come, and what they may hold.
pub(super) struct Protocol<'r> {
    request: &'r Request,
    hand_on: &'r mut dyn FnMut(Answer) -> ControlFlow<()>,
    missing: Option<Vec<String>>,
    opened: bool,
    done: bool,
    last_row: u32,
    n_rows: u64,
    n_cells: u64,
}

impl<'r> Protocol<'r> {
    pub(super) fn new(request: &'r Request, hand_on: &'r mut dyn FnMut(Answer) -> ControlFlow<()>) -> Self {
        Self { request, hand_on, missing: None, opened: false, done: false, last_row: 0, n_rows: 0, n_cells: 0 }
    }

    fn check(&mut self, row: &WireRow) -> Result<(), TableError> {
        self.n_rows += 1;
        self.n_cells += row.cells.len() as u64;
        let limits = &self.request.limits;
        let up = row.row > self.last_row && row.row <= SHEET.0;
        let inside = row.cells.iter().all(|cell| cell.0 < SHEET.1);
        let sorted = row.cells.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let short = row.cells.iter().all(|cell| cell.1.len() as u64 <= limits.cell_characters * 4);
        let counted = self.n_rows <= limits.rows && self.n_cells <= limits.cells;
        self.last_row = row.row;
        if up && inside && sorted && short && counted { Ok(()) } else { Err(TableError::ParserAnswer) }
    }
}

impl Dialogue for Protocol<'_> {
    fn is_done(&self) -> bool {
        self.done
    }

    fn take(&mut self, reply: Reply) -> Result<ControlFlow<()>, TableError> {
        let ready = self.missing.is_some();
        match reply {
            Reply::Ready { missing } if !ready && are_layers(&missing) => {
                self.missing = Some(missing);
                Ok(ControlFlow::Continue(()))
            }
            Reply::Meta(meta) if ready && !self.opened => {
                let asked = self.request.sheet.as_ref();
                if !meta.sheets.contains(&meta.sheet) || asked.is_some_and(|asked| *asked != meta.sheet) {
                    return Err(TableError::ParserAnswer);
                }
                self.opened = true;
                let missing = self.missing.clone().unwrap_or_default();
                Ok((self.hand_on)(Answer::Opened { missing, meta }))
            }
            Reply::Rows(rows) if self.opened && !self.done => {
                for row in rows {
                    self.check(&row)?;
                    if (self.hand_on)(Answer::Row(row)).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Ok(ControlFlow::Continue(()))
            }
            Reply::Done { rows, cells } if ready && !self.done && (rows, cells) == (self.n_rows, self.n_cells) => {
                self.done = true;
                Ok(ControlFlow::Continue(()))
            }
            Reply::Refused(refusal) if ready && !self.done => Err(refusal.into()),
            _ => Err(TableError::ParserAnswer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::frames::{WireCell, WireKind};

    fn outcome(replies: Vec<Reply>) -> Result<usize, TableError> {
        let request =
            Request { format: Format::Xlsx, sheet: None, first_rows: None, draw: None, limits: Limits::default() };
        let mut n_rows = 0;
        let mut count = |answer| {
            n_rows += usize::from(matches!(answer, Answer::Row(_)));
            ControlFlow::Continue(())
        };
        let mut protocol = Protocol::new(&request, &mut count);
        for reply in replies {
            let _ = protocol.take(reply)?;
        }
        let done = protocol.is_done();
        if done { Ok(n_rows) } else { Err(TableError::ParserLimit) }
    }

    fn meta() -> Reply {
        let sheet = "2014".to_owned();
        Reply::Meta(Meta { sheets: vec![sheet.clone()], sheet, from_1904: false, merged: 0, active: false })
    }

    fn row(row: u32, columns: &[u16]) -> Reply {
        let cells = columns.iter().map(|c| WireCell(*c, "x".to_owned(), WireKind::Text)).collect();
        Reply::Rows(vec![WireRow { row, cells }])
    }

    #[test]
    fn only_an_answer_in_order_and_inside_the_sheet_is_taken() {
        let ready = || Reply::Ready { missing: Vec::new() };
        let done = |rows, cells| Reply::Done { rows, cells };
        assert_eq!(outcome(vec![ready(), meta(), row(1, &[0, 4]), row(9, &[2]), done(2, 3)]), Ok(2));
        for bad in [
            vec![meta()],
            vec![ready(), row(1, &[0])],
            vec![ready(), meta(), meta()],
            vec![ready(), meta(), row(2, &[0]), row(2, &[0])],
            vec![ready(), meta(), row(1, &[4, 0])],
            vec![ready(), meta(), row(1, &[16_384])],
            vec![ready(), meta(), row(1_048_577, &[0])],
            vec![ready(), meta(), row(1, &[0]), done(2, 1)],
            vec![ready(), meta(), done(0, 0), row(1, &[0])],
        ] {
            assert_eq!(outcome(bad), Err(TableError::ParserAnswer));
        }
        assert_eq!(outcome(vec![ready(), meta(), row(1, &[0])]), Err(TableError::ParserLimit));
    }
}
