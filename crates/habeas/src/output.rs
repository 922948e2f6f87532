//! Results on stdout, talk on stderr; the only file that names either.

use crate::failure::Failure;
use serde_json::Value;
use std::{
    io::{self, IsTerminal, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Who wants to know how far a long work is, other than somebody at a terminal.
pub trait Follower: Send + Sync {
    /// So much of a stage is done.
    fn progress(&self, stage: &str, done: u64, total: u64);
}

/// Where results and talk go, and in which form results are wanted.
pub struct Output {
    json: bool,
    follower: Option<Arc<dyn Follower>>,
    cancel: Arc<AtomicBool>,
}

impl Output {
    /// Output for one run.
    pub fn new(json: bool) -> Self {
        Self { json, follower: None, cancel: Arc::default() }
    }

    /// Output of work that nobody follows at a terminal: its progress goes to `follower`, its talk nowhere, and it ends
    /// early once `cancel` is set.
    pub fn followed(follower: Arc<dyn Follower>, cancel: Arc<AtomicBool>) -> Self {
        Self { json: false, follower: Some(follower), cancel }
    }

    /// Output of work whose progress and talk nobody wants.
    pub fn silent() -> Self {
        struct Nobody;
        impl Follower for Nobody {
            fn progress(&self, _: &str, _: u64, _: u64) {}
        }
        Self::followed(Arc::new(Nobody), Arc::default())
    }

    /// Set once the work is to end early.
    pub fn cancel(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancel)
    }

    /// Whether somebody follows the work who is not at this terminal.
    pub fn is_followed(&self) -> bool {
        self.follower.is_some()
    }

    /// Whether the work is to end early.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// Whether results are wanted as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Writes the result: the object as one line of JSON, or the text. A reader who has gone has seen enough of it: that is
    /// no failure.
    pub fn result(&self, object: &Value, text: impl FnOnce() -> String) -> Result<(), Failure> {
        match self.write_result(object, text) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }

    fn write_result(&self, object: &Value, text: impl FnOnce() -> String) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            serde_json::to_writer(&mut out, object).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            let text = text();
            out.write_all(text.as_bytes())?;
            if !text.ends_with('\n') {
                writeln!(out)?;
            }
        }
        out.flush()
    }

    /// Writes bytes of a result as they are, such as CSV.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        Ok(out.flush()?)
    }

    /// Says something beside the result.
    pub fn talk(&self, words: impl std::fmt::Display) {
        if self.follower.is_some() {
            return;
        }
        let _ = writeln!(io::stderr().lock(), "{words}");
    }

    /// Names the next useful command; only for people.
    pub fn next(&self, command: impl std::fmt::Display) {
        if !self.json {
            self.talk(format_args!("next: {command}"));
        }
    }

    /// Shows how far a long work is, to whoever follows it or on a terminal; `done` of `total` in `unit`.
    pub fn progress(&self, stage: &str, done: u64, total: u64) {
        if let Some(follower) = &self.follower {
            return follower.progress(stage, done, total);
        }
        if io::stderr().is_terminal() {
            let share = (done * 100).checked_div(total).unwrap_or(100);
            let end = if done >= total { "\n" } else { "" };
            let _ = write!(io::stderr().lock(), "\r{stage}: {share:>3} % ({done} of {total}){end}");
        }
    }

    /// Says how far a work is whose end is not known, to whoever follows it.
    pub fn follow(&self, stage: &str, done: u64) {
        if let Some(follower) = &self.follower {
            follower.progress(stage, done, 0);
        }
    }

    /// Writes a failure: for people on stderr, and with `--json` also as the one object on stdout.
    pub fn failure(&self, failure: &Failure) {
        let _ = failure.write(&mut io::stderr().lock());
        if self.json {
            let mut out = io::stdout().lock();
            let _ = writeln!(out, "{}", failure.json());
        }
    }
}
