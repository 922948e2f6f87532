//! Ctrl-C during long work: asks it to stop between pieces, so that what is finished is kept and said.

use crate::output::Output;
use habeas_stats::progress::Progress;
use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Whether the user wants the work to stop.
pub struct Interruption {
    wanted: Arc<AtomicBool>,
}

impl Interruption {
    /// Listens from now on until the program ends; where that cannot be set up, Ctrl-C ends the program as ever. Work that
    /// is followed elsewhere is cancelled there: Ctrl-C is then its server's.
    pub fn watch(out: &Output) -> Self {
        let wanted = out.cancel();
        if out.is_followed() {
            return Self { wanted };
        }
        let heard = Arc::clone(&wanted);
        std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                heard.store(true, Ordering::Relaxed);
            }
        });
        Self { wanted }
    }

    /// Set once the work should stop.
    pub fn flag(&self) -> &AtomicBool {
        &self.wanted
    }

    /// A hook that shows how far a stage is and passes the wish on.
    pub fn progress<'a>(&'a self, stage: &'static str, out: &'a Output) -> Shown<'a> {
        Shown { interruption: self, stage, out, done: 0, of: 0 }
    }
}

/// The hook of [`Interruption::progress`].
pub struct Shown<'a> {
    interruption: &'a Interruption,
    stage: &'static str,
    out: &'a Output,
    done: usize,
    of: usize,
}

impl Progress for Shown<'_> {
    fn advance(&mut self, done: usize, of: usize) -> ControlFlow<()> {
        // A stage of another length has begun.
        if of != self.of || self.done >= of {
            (self.done, self.of) = (0, of);
        }
        self.done += done;
        self.out.progress(self.stage, self.done as u64, of as u64);
        if self.interruption.wanted.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
