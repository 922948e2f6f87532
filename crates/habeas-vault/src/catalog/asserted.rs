//! What the fold decides about frames of assertions: whether they count. Where the assertions stand the index knows, and
//! what they say is read when it is asked for.

use super::Catalog;
use crate::{
    feed::Position,
    format::v1::EntryKind,
    index::{Asserting, IndexError},
    keys::UserId,
};
use habeas_core::Right;

/// Whether the assertions of a frame count, and whether decisions among them do.
type Verdict = (bool, bool);

impl Catalog {
    /// Whether a member may judge at this place of the order.
    pub(super) fn judges(&self, user: &UserId) -> bool {
        self.people.role(user).is_some_and(|role| role.may(Right::Judge))
    }

    /// Whether what a member asserts at a place counts.
    pub fn verdict(&self, user: &UserId, position: &Position) -> Verdict {
        let counts = self.people.counts(user, &position.device, position.cursor.seq, EntryKind::Assertion);
        (counts, self.judges(user))
    }

    /// Takes in a frame that holds assertions alone, without reading it. `ids` gives those of all of it, or of decisions.
    pub fn pass_over_asserted(
        &mut self,
        frame: &Asserting,
        (counts, judges): Verdict,
        position: &Position,
        ids: impl Fn(bool) -> Result<Vec<[u8; 16]>, IndexError>,
    ) -> Result<(), IndexError> {
        let passed_over = match (counts, judges) {
            (false, _) => ids(false)?,
            (true, false) if frame.n_resolutions > 0 => ids(true)?,
            _ => Vec::new(),
        };
        self.not_counted.extend(passed_over.into_iter().map(|id| (*position, id)));
        Ok(())
    }
}
