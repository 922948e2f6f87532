//! How long computations say how far they are, and learn that they should stop.

use std::{
    ops::ControlFlow,
    sync::{Mutex, PoisonError},
};

/// Told after each piece of work; answers whether to go on.
pub trait Progress: Send {
    /// `done` more of `of` equal pieces of the present stage are finished.
    fn advance(&mut self, done: usize, of: usize) -> ControlFlow<()>;
}

/// Says nothing and never stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn advance(&mut self, _done: usize, _of: usize) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<F: FnMut(usize, usize) -> ControlFlow<()> + Send> Progress for F {
    fn advance(&mut self, done: usize, of: usize) -> ControlFlow<()> {
        self(done, of)
    }
}

/// One hook for pieces of a stage that several threads work on.
///
/// Inside a piece the hook is only asked whether to go on, however long the piece takes; how far the stage is, whole
/// pieces tell.
pub(crate) struct Shared<'a> {
    hook: Mutex<&'a mut dyn Progress>,
    n_pieces: usize,
}

impl<'a> Shared<'a> {
    /// Shares a hook over so many pieces.
    pub(crate) fn new(hook: &'a mut dyn Progress, n_pieces: usize) -> Self {
        Self { hook: Mutex::new(hook), n_pieces }
    }

    /// The hook for the work inside a piece.
    pub(crate) fn inside(&self) -> Inside<'_, 'a> {
        Inside(self)
    }

    /// A piece is finished.
    pub(crate) fn finished(&self) -> ControlFlow<()> {
        self.tell(1)
    }

    fn tell(&self, n_finished: usize) -> ControlFlow<()> {
        self.hook.lock().unwrap_or_else(PoisonError::into_inner).advance(n_finished, self.n_pieces)
    }
}

/// The hook of [`Shared::inside`].
pub(crate) struct Inside<'s, 'a>(&'s Shared<'a>);

impl Progress for Inside<'_, '_> {
    fn advance(&mut self, _done: usize, _of: usize) -> ControlFlow<()> {
        self.0.tell(0)
    }
}
