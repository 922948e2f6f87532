//! Results on stdout, talk on stderr; the only file that names either.

use crate::failure::Failure;
use serde_json::Value;
use std::io::{self, IsTerminal, Write};

/// Where results and talk go, and in which form results are wanted.
pub struct Output {
    json: bool,
}

impl Output {
    /// Output for one run.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether results are wanted as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Writes the result: the object as one line of JSON, or the text.
    pub fn result(&self, object: &Value, text: impl FnOnce() -> String) -> Result<(), Failure> {
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
        Ok(out.flush()?)
    }

    /// Writes bytes of a result as they are, such as CSV.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        Ok(out.flush()?)
    }

    /// Says something beside the result.
    pub fn talk(&self, words: impl std::fmt::Display) {
        let _ = writeln!(io::stderr().lock(), "{words}");
    }

    /// Names the next useful command; only for people.
    pub fn next(&self, command: impl std::fmt::Display) {
        if !self.json {
            self.talk(format_args!("next: {command}"));
        }
    }

    /// Shows how far a long work is, on a terminal only; `done` of `total` in `unit`.
    pub fn progress(&self, stage: &str, done: u64, total: u64) {
        if io::stderr().is_terminal() {
            let share = (done * 100).checked_div(total).unwrap_or(100);
            let end = if done >= total { "\n" } else { "" };
            let _ = write!(io::stderr().lock(), "\r{stage}: {share:>3} % ({done} of {total}){end}");
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
