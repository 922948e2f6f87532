//! Large things that the desk keeps while they are used, and gives back when nobody has used them for a while.

use super::{Desk, lock};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Tables of the linkage, a hundred megabytes in a large vault, are made anew in seconds.
const TABLES_REST: Duration = Duration::from_secs(120);

/// What reviewing goes through pair after pair.
const PAIRS_REST: Duration = Duration::from_secs(300);

/// An earlier state takes about as much as the vault itself, and a minute to read in a large one.
const EARLIER_REST: Duration = Duration::from_secs(900);

/// One large thing, and when it was last used.
pub(super) struct Resting<T>(Mutex<Option<(Arc<T>, Instant)>>);

impl<T> Default for Resting<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Resting<T> {
    /// The thing; made where it is not there. Who asks meanwhile waits.
    pub(super) fn get<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let mut kept = lock(&self.0);
        let (thing, used) = match kept.take() {
            Some(known) => kept.insert(known),
            None => kept.insert((Arc::new(make()?), Instant::now())),
        };
        *used = Instant::now();
        Ok(thing.clone())
    }

    pub(super) fn forget(&self) {
        *lock(&self.0) = None;
    }

    fn let_go(&self, now: Instant, after: Duration) {
        // Whoever holds it uses it.
        if let Ok(mut kept) = self.0.try_lock()
            && kept.as_ref().is_some_and(|(_, used)| now.saturating_duration_since(*used) > after)
        {
            *kept = None;
        }
    }
}

impl Desk {
    /// Gives back what nobody has used for a while; it is made anew when somebody asks.
    pub fn let_go(&self, now: Instant) {
        self.inner.reviewing.prepared.let_go(now, TABLES_REST);
        self.inner.reviewing.queue.let_go(now, PAIRS_REST);
        self.inner.link_run.let_go(now, PAIRS_REST);
        self.inner.earlier.let_go(now, EARLIER_REST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    #[test]
    fn what_is_used_stays_and_what_nobody_used_for_a_while_is_given_back() {
        let (resting, mut made) = (Resting::default(), 0);
        let mut get = |resting: &Resting<u32>| {
            let make = || {
                made += 1;
                Ok::<_, Infallible>(7)
            };
            resting.get(make).unwrap();
            made
        };
        let after = Duration::from_secs(60);
        assert_eq!((get(&resting), get(&resting)), (1, 1));
        resting.let_go(Instant::now() + Duration::from_secs(59), after);
        assert_eq!(get(&resting), 1);
        resting.let_go(Instant::now() + Duration::from_secs(62), after);
        assert_eq!(get(&resting), 2);
        resting.forget();
        assert_eq!(get(&resting), 3);
    }

    #[test]
    fn what_could_not_be_made_is_not_kept() {
        let resting: Resting<u32> = Resting::default();
        assert_eq!(resting.get(|| Err("no")), Err("no"));
        assert_eq!(resting.get(|| Ok::<_, &str>(1)).as_deref(), Ok(&1));
    }
}
