//! Whether the vault behind the pages is open. Locking drops it with every view that was made of it: its keys are wiped,
//! and only a passphrase brings it back.
//!
//! It locks by itself after some minutes without a request for content, after the computer slept, and on command. A wrong
//! passphrase makes everybody wait before the next try, longer each time.

use crate::desk::Desk;
use crate::failure::{Exit, Failure};
use habeas_vault::{Notice, Passphrase};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

/// The longest that a wrong passphrase makes one wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The clock of the wall may run ahead of the other by so much, as when it is set; more means that the computer slept.
const SLEEP: Duration = Duration::from_secs(30);

/// How a vault is opened again.
pub type Open = dyn Fn(&Passphrase) -> Result<Desk, Failure> + Send + Sync;

/// An open vault with what every page says of it.
#[derive(Clone)]
pub struct Opened {
    /// The vault and who opened it.
    pub desk: Desk,
    /// Its name.
    pub vault_name: String,
    /// Whether all its people are invented.
    pub is_demo: bool,
    /// Whether bytes of it are not as they were written, so that something may be missing from every figure.
    pub is_damaged: bool,
}

impl Opened {
    fn new(desk: Desk) -> Self {
        let is_damaged = desk.notices().iter().any(|notice| matches!(notice, Notice::Damaged(_)));
        Self { vault_name: desk.vault_name(), is_demo: desk.is_demo(), is_damaged, desk }
    }
}

/// Why a vault stays locked.
#[derive(Debug)]
pub enum StillLocked {
    /// The last wrong passphrase is too recent, or another is being tried.
    Wait {
        /// Until the next try.
        seconds: u64,
    },
    /// The passphrase opens nothing.
    Wrong,
    /// It is open already, for somebody.
    Open,
    /// The vault cannot be opened by anybody now.
    Failed(Box<Failure>),
}

/// The moment, by both clocks: one stands still while the computer sleeps, the other can be set.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// By the clock that never goes back.
    pub steady: Instant,
    /// By the clock on the wall.
    pub wall: SystemTime,
}

impl Moment {
    /// The moment as it is.
    pub fn now() -> Self {
        Self { steady: Instant::now(), wall: SystemTime::now() }
    }

    /// What passed since an earlier moment, by each clock.
    fn since(self, earlier: Self) -> (Duration, Duration) {
        let wall = self.wall.duration_since(earlier.wall).unwrap_or_default();
        (self.steady.saturating_duration_since(earlier.steady), wall)
    }
}

#[derive(Default)]
struct Tries {
    n_wrong: u32,
    not_before: Option<Instant>,
    trying: bool,
}

/// The vault, open or locked.
pub struct Lock {
    /// How it is opened; nothing while there is no vault yet.
    open: Mutex<Option<Arc<Open>>>,
    opened: Mutex<Option<Opened>>,
    tries: Mutex<Tries>,
    used: Mutex<Moment>,
    seen: Mutex<Moment>,
    after: Duration,
}

impl Lock {
    /// A vault that is open now, locks after some time without use, and is opened again by `open`.
    pub fn new(desk: Desk, after: Duration, open: Box<Open>) -> Self {
        let lock = Self::closed(after, Some(open.into()));
        *held(&lock.opened) = Some(Opened::new(desk));
        lock
    }

    /// A vault that is locked now, or none yet.
    pub fn closed(after: Duration, open: Option<Arc<Open>>) -> Self {
        let now = Moment::now();
        Self {
            open: Mutex::new(open),
            opened: Mutex::new(None),
            tries: Mutex::default(),
            used: Mutex::new(now),
            seen: Mutex::new(now),
            after,
        }
    }

    /// The vault, if it is open.
    pub fn opened(&self) -> Option<Opened> {
        held(&self.opened).clone()
    }

    /// Whether there is a vault, open or locked.
    pub fn has_vault(&self) -> bool {
        held(&self.open).is_some()
    }

    /// Takes a vault that somebody has just made or found, where there was none.
    pub fn adopt(&self, desk: Desk, open: Arc<Open>) {
        let mut known = held(&self.open);
        if known.is_none() {
            *known = Some(open);
            self.touch(Moment::now());
            *held(&self.opened) = Some(Opened::new(desk));
        }
    }

    /// Time without use after which it locks.
    pub fn after(&self) -> Duration {
        self.after
    }

    /// Somebody asked for content.
    pub fn touch(&self, now: Moment) {
        *held(&self.used) = now;
    }

    /// Locks. The vault closes as soon as the last page that is being made is done. Whether it was open.
    pub fn lock(&self) -> bool {
        held(&self.opened).take().is_some()
    }

    /// Locks where nobody used it for too long, by either clock, or the computer slept since this was last asked.
    pub fn lock_if_left(&self, now: Moment) -> bool {
        let seen = std::mem::replace(&mut *held(&self.seen), now);
        let (steady, wall) = now.since(seen);
        let slept = wall.saturating_sub(steady) > SLEEP;
        let (steady, wall) = now.since(*held(&self.used));
        (slept || steady >= self.after || wall >= self.after) && self.lock()
    }

    /// Opens the vault. Slow by design: not for the thread that serves.
    ///
    /// # Errors
    /// [`StillLocked`]; a wrong passphrase makes the next try wait 1 second, then 2, 4 … 30.
    pub fn unlock(&self, passphrase: &Passphrase, now: impl Fn() -> Moment) -> Result<(), StillLocked> {
        self.begin(now().steady)?;
        let open = held(&self.open).clone();
        let none = || Failure::new(Exit::NoVault, "there is no vault here yet", "make one, or open another folder");
        let opened = open.ok_or_else(none).and_then(|open| open(passphrase));
        let mut tries = held(&self.tries);
        tries.trying = false;
        match opened {
            Ok(desk) => {
                *tries = Tries::default();
                self.touch(now());
                *held(&self.opened) = Some(Opened::new(desk));
                Ok(())
            }
            Err(failure) if failure.exit == Exit::Locked => {
                let wait = Duration::from_secs(1 << tries.n_wrong.min(5)).min(LONGEST_WAIT);
                tries.n_wrong += 1;
                tries.not_before = Some(now().steady + wait);
                Err(StillLocked::Wrong)
            }
            Err(failure) => Err(StillLocked::Failed(Box::new(failure))),
        }
    }

    /// As if so much time had passed since the last wrong passphrase.
    #[cfg(test)]
    pub fn forget_waiting(&self, passed: Duration) {
        let mut tries = held(&self.tries);
        tries.not_before = tries.not_before.and_then(|then| then.checked_sub(passed));
    }

    fn begin(&self, now: Instant) -> Result<(), StillLocked> {
        let mut tries = held(&self.tries);
        if held(&self.opened).is_some() {
            return Err(StillLocked::Open);
        }
        let wait = tries.not_before.map(|then| then.saturating_duration_since(now)).unwrap_or_default();
        if tries.trying || !wait.is_zero() {
            return Err(StillLocked::Wait { seconds: wait.as_secs_f64().ceil().max(1.0) as u64 });
        }
        tries.trying = true;
        Ok(())
    }
}

/// A panic in another thread is our bug; what it held was only read.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::tests::empty_desk;

    const RIGHT: &str = "invented people again";

    fn lock(minutes: u64) -> Lock {
        let open = |passphrase: &Passphrase| {
            if passphrase.characters() == RIGHT.len() {
                return Ok(empty_desk());
            }
            Err(Failure::new(Exit::Locked, "wrong", "again"))
        };
        Lock::new(empty_desk(), Duration::from_secs(minutes * 60), Box::new(open))
    }

    fn later(from: Moment, steady: u64, wall: u64) -> Moment {
        Moment { steady: from.steady + Duration::from_secs(steady), wall: from.wall + Duration::from_secs(wall) }
    }

    #[test]
    fn a_vault_that_nobody_uses_locks_after_its_time() {
        let (lock, now) = (lock(10), Moment::now());
        lock.touch(later(now, 100, 100));
        for passed in (0..=690).step_by(10) {
            assert!(!lock.lock_if_left(later(now, passed, passed)), "{passed}");
        }
        assert!(lock.lock_if_left(later(now, 705, 705)) && lock.opened().is_none());
        assert!(!lock.lock_if_left(later(now, 2000, 2000)), "it is locked once");
    }

    #[test]
    fn a_computer_that_slept_finds_the_vault_locked() {
        let (lock, now) = (lock(10), Moment::now());
        assert!(!lock.lock_if_left(later(now, 5, 5)));
        assert!(lock.lock_if_left(later(now, 10, 75)));
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nothing_open() {
        let (lock, now) = (lock(10), Moment::now());
        let back = Moment { steady: now.steady + Duration::from_secs(300), wall: SystemTime::UNIX_EPOCH };
        assert!(!lock.lock_if_left(back));
        assert!(lock.lock_if_left(Moment { steady: now.steady + Duration::from_secs(601), ..back }));
    }

    #[test]
    fn each_wrong_passphrase_makes_the_next_try_wait_longer_up_to_half_a_minute() {
        let (lock, begin) = (lock(10), Moment::now());
        lock.lock();
        let (mut at, mut waits) = (0, Vec::new());
        for _ in 0..8 {
            let wrong = lock.unlock(&Passphrase::new("guess"), || later(begin, at, at));
            assert!(matches!(wrong, Err(StillLocked::Wrong)));
            let soon = lock.unlock(&Passphrase::new(RIGHT), || later(begin, at, at));
            let Err(StillLocked::Wait { seconds }) = soon else { panic!("the right one waits too: {soon:?}") };
            waits.push(seconds);
            at += seconds;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert!(lock.unlock(&Passphrase::new(RIGHT), || later(begin, at, at)).is_ok());
        lock.lock();
        assert!(
            lock.unlock(&Passphrase::new(RIGHT), || later(begin, at, at)).is_ok(),
            "the right one ends the waiting"
        );
    }

    #[test]
    fn a_vault_that_is_open_is_not_opened_again() {
        let lock = lock(10);
        assert!(matches!(lock.unlock(&Passphrase::new(RIGHT), Moment::now), Err(StillLocked::Open)));
    }
}
