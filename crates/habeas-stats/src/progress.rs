//! How long computations say how far they are, and learn that they should stop.

use std::ops::ControlFlow;

/// Told after each piece of work; answers whether to go on.
pub trait Progress {
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

impl<F: FnMut(usize, usize) -> ControlFlow<()>> Progress for F {
    fn advance(&mut self, done: usize, of: usize) -> ControlFlow<()> {
        self(done, of)
    }
}
