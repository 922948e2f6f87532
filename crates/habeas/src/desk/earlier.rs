//! The vault as things stood at a checkpoint, beside the open one: at most one such state is kept, until another is asked
//! for, something is erased, nobody has looked at it for a while, or the vault closes.

use super::{Desk, lock, vault_failure};
use crate::{
    commands::{audit::day_of, checkpoint, init::now_ms},
    failure::{Exit, Failure},
    opening::open_error,
};
use habeas_core::Right;
use habeas_vault::Checkpoint;
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

/// A checkpoint from which one can look at how things stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The name by which commands and addresses call it.
    pub id: String,
    /// When it was made, milliseconds since 1970, by the clock of its device; unknown where its feed has not arrived.
    pub made_ms: Option<i64>,
    /// Entries of its feed.
    pub n_entries: u64,
}

impl Point {
    fn of(checkpoint: &Checkpoint, made_ms: Option<i64>) -> Self {
        Self { id: checkpoint.id(), made_ms, n_entries: checkpoint.n_entries }
    }

    /// The day on which it was made.
    pub fn day(&self) -> Option<String> {
        self.made_ms.map(|ms| day_of(ms).to_string())
    }
}

/// The one earlier state that is kept.
#[derive(Default)]
pub(super) struct Kept(Mutex<Option<(Point, Desk, Instant)>>);

impl Kept {
    pub(super) fn forget(&self) {
        // Closing it takes a moment, for which nobody else waits.
        let state = lock(&self.0).take();
        drop(state);
    }

    /// Lets the state go where nobody looked at it for so long, and what it keeps for reviewing sooner.
    pub(super) fn let_go(&self, now: Instant, after: Duration) {
        let state = lock(&self.0).take_if(|(_, desk, used)| {
            desk.let_go(now);
            now.saturating_duration_since(*used) > after
        });
        drop(state);
    }
}

impl Desk {
    /// The checkpoints from which one can look back, newest first.
    ///
    /// # Errors
    /// [`Failure`] without the right to tables.
    pub fn points(&self) -> Result<Vec<Point>, Failure> {
        let vault = self.vault(Right::Tables)?;
        let mut points: Vec<Point> =
            vault.timed_checkpoints().iter().map(|(known, made_ms)| Point::of(known, *made_ms)).collect();
        points.sort_by_key(|point| std::cmp::Reverse(point.made_ms));
        points.dedup_by(|a, b| a.id == b.id);
        Ok(points)
    }

    /// The checkpoint that a day or the beginning of an id names: of a day the last that was made until its end.
    ///
    /// # Errors
    /// [`Failure`] where there is none, or without the right to tables.
    pub fn point(&self, named: &str) -> Result<Point, Failure> {
        let vault = self.vault(Right::Tables)?;
        let found = checkpoint::as_of(&vault, named)?;
        let made_ms = vault.time_of(&found);
        Ok(Point::of(&found, made_ms))
    }

    /// How things stood at a checkpoint, where that was read before: a desk for reading only.
    pub fn earlier(&self, id: &str) -> Option<(Point, Self)> {
        let mut kept = lock(&self.inner.earlier.0);
        let (point, desk, used) = kept.as_mut().filter(|(point, ..)| point.id == id)?;
        *used = Instant::now();
        Some((point.clone(), Self { present: Some(self.inner.clone()), ..desk.clone() }))
    }

    /// Reads how things stood at a checkpoint and keeps that in place of any other such state. As long as making the index
    /// anew; the vault can be used meanwhile.
    ///
    /// # Errors
    /// [`Failure`] where there is no such checkpoint, or the vault does not hold what it covers.
    pub fn look_back(&self, named: &str) -> Result<Point, Failure> {
        let point = self.point(named)?;
        if self.earlier(&point.id).is_some() {
            return Ok(point);
        }
        // Not two at a time in memory.
        self.inner.earlier.forget();
        let (n_erasures, unread) = {
            let vault = self.vault(Right::Tables)?;
            let checkpoint = checkpoint::as_of(&vault, &point.id)?;
            (vault.erasures().len(), vault.look_back(&checkpoint).map_err(open_error)?)
        };
        let desk = Self::for_member(unread.read().map_err(open_error)?, self.who().clone());
        desk.index_persons_if_stale()?;
        // Pages read the index; the linkage itself is needed no more.
        desk.inner.link_run.forget();
        // Whoever erases meanwhile has seen no state to drop: the vault is held until this one is kept.
        let vault = self.opened();
        if vault.erasures().len() != n_erasures {
            let what = "something was erased while the earlier state was read";
            return Err(Failure::new(Exit::Failed, what, "ask for it again"));
        }
        *lock(&self.inner.earlier.0) = Some((point.clone(), desk, Instant::now()));
        Ok(point)
    }

    /// Makes a checkpoint of what was recorded before today, where there is none of it yet and the role allows it: so that
    /// one can look back at the end of each day on which somebody worked.
    ///
    /// # Errors
    /// [`Failure`] where it cannot be written.
    pub fn checkpoint_of_days_before(&self) -> Result<(), Failure> {
        let mut vault = self.opened();
        if !self.may(Right::Copy) || vault.is_read_only() {
            return Ok(());
        }
        let last = vault.last_recorded_ms().map_err(vault_failure)?;
        if last.is_some_and(|ms| day_of(ms) < day_of(now_ms())) {
            // The same again where nothing was recorded since the last one.
            vault.make_checkpoint().map_err(open_error)?;
        }
        Ok(())
    }
}
