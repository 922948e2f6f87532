//! Long work that is begun from a page: it goes on when the tab is closed, can be stopped, and says how far it is.
//!
//! One at a time: an import and a linkage at once would each see half of the other. A job holds the vault open; locking
//! stops it, and an idle vault does not lock while one runs.

use super::{Desk, lock};
use crate::{
    failure::{Exit, Failure},
    output::{Follower, Output},
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Jobs that are remembered after their end; with one more the oldest is forgotten. What they did is in the log.
const REMEMBERED: usize = 20;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A list comes into the vault.
    Import,
    /// All records are linked.
    Link,
    /// The number of those on no list is estimated.
    Estimate,
    /// The vault is copied to another place.
    Backup,
    /// What would leave is searched, or a folder that has left.
    Check,
    /// A release is proposed, approved or built.
    Publish,
    /// How things stood at a checkpoint is read.
    LookBack,
}

impl Work {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Link => "link",
            Self::Estimate => "estimate",
            Self::Backup => "backup",
            Self::Check => "check",
            Self::Publish => "publish",
            Self::LookBack => "look-back",
        }
    }
}

/// What a job that came to its end tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Came {
    /// Numbers with the codes of what they count.
    pub counts: Vec<(&'static str, u64)>,
    /// What was noticed, with the address of each first place: never a value.
    pub remarks: Vec<Noticed>,
    /// What is to be known of it, as sentences that every language has.
    pub said: Vec<Said>,
    /// Where to look next, inside the application.
    pub goes: String,
}

/// A sentence of the catalogues, with data that stand beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Keys of messages; together they are the sentence.
    pub keys: Vec<String>,
    /// The numbers in it.
    pub numbers: Vec<(&'static str, u64)>,
    /// Places, files, days: the same in every language.
    pub data: Vec<String>,
}

/// One kind of remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// What.
    pub words: String,
    /// What to do; may be empty.
    pub remedy: String,
    /// How often.
    pub n: u64,
    /// The first places.
    pub first: Vec<String>,
}

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// It runs.
    Running {
        /// What it does now, in words.
        stage: String,
        /// How much of it is done.
        done: u64,
        /// Of how much; 0 where the end is not known.
        total: u64,
    },
    /// It came to its end.
    Done(Came),
    /// It did not come about.
    Failed(Failure),
    /// Somebody stopped it.
    Stopped,
}

/// One job.
pub struct Job {
    /// Its number in its address.
    pub id: String,
    /// What it does.
    pub work: Work,
    /// What it does it to, such as the name of a file; empty where that is everything.
    pub about: String,
    begun: Instant,
    cancel: Arc<AtomicBool>,
    stands: Mutex<(Stands, Instant)>,
}

impl Job {
    /// How it stands now, and since when it has run, or how long it ran.
    pub fn stands(&self) -> (Stands, Duration) {
        let stands = lock(&self.stands);
        let until = if matches!(stands.0, Stands::Running { .. }) { Instant::now() } else { stands.1 };
        (stands.0.clone(), until.saturating_duration_since(self.begun))
    }

    /// Asks it to end early.
    pub fn stop(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    fn is_running(&self) -> bool {
        matches!(lock(&self.stands).0, Stands::Running { .. })
    }

    fn ended(&self, result: Result<Came, Failure>) {
        let stands = match result {
            Ok(came) => Stands::Done(came),
            Err(_) if self.cancel.load(Ordering::Relaxed) => Stands::Stopped,
            Err(failure) => Stands::Failed(failure),
        };
        *lock(&self.stands) = (stands, Instant::now());
    }
}

impl Follower for Job {
    fn progress(&self, stage: &str, done: u64, total: u64) {
        let mut stands = lock(&self.stands);
        if let Stands::Running { .. } = stands.0 {
            stands.0 = Stands::Running { stage: stage.to_owned(), done, total };
        }
    }
}

/// All jobs since the vault was opened.
#[derive(Default)]
pub(super) struct Jobs {
    all: Mutex<Vec<Arc<Job>>>,
}

impl Desk {
    /// Begins a job and returns it at once; where one runs, that one is returned and nothing begins.
    ///
    /// # Errors
    /// [`Failure`] where the system gives no thread.
    pub fn start(
        &self,
        work: Work,
        about: String,
        run: impl FnOnce(&Desk, &Output) -> Result<Came, Failure> + Send + 'static,
    ) -> Result<Arc<Job>, Failure> {
        let mut all = lock(&self.inner.jobs.all);
        if let Some(running) = all.iter().find(|job| job.is_running()) {
            return Ok(running.clone());
        }
        let mut id = [0; 8];
        getrandom::fill(&mut id).map_err(std::io::Error::other)?;
        let now = Instant::now();
        let job = Arc::new(Job {
            id: format!("{:016x}", u64::from_be_bytes(id)),
            work,
            about,
            begun: now,
            cancel: Arc::default(),
            stands: Mutex::new((Stands::Running { stage: String::new(), done: 0, total: 0 }, now)),
        });
        let (desk, own) = (self.clone(), job.clone());
        let spawned = std::thread::Builder::new().name(format!("job-{}", work.code())).spawn(move || {
            let out = Output::followed(own.clone(), own.cancel.clone());
            // A panic is our bug; the job must not look as if it ran for ever.
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&desk, &out)));
            own.ended(result.unwrap_or_else(|_| {
                let remedy = "this is a fault of the program: please report what was done, not what is in the vault";
                Err(Failure::new(Exit::Failed, "the work ended in the middle", remedy))
            }));
        });
        spawned.map_err(|error| Failure::new(Exit::Failed, error, "close other programs, then try again"))?;
        if all.len() == REMEMBERED {
            all.remove(0);
        }
        all.push(job.clone());
        Ok(job)
    }

    /// A job by its number.
    pub fn job(&self, id: &str) -> Option<Arc<Job>> {
        lock(&self.inner.jobs.all).iter().find(|job| job.id == id).cloned()
    }

    /// The job that runs now.
    pub fn running_job(&self) -> Option<Arc<Job>> {
        lock(&self.inner.jobs.all).iter().find(|job| job.is_running()).cloned()
    }

    /// Asks every job to end early.
    pub fn stop_jobs(&self) {
        lock(&self.inner.jobs.all).iter().for_each(|job| job.stop());
    }
}
