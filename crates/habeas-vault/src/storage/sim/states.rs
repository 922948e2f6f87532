//! The states that a power loss may leave, enumerated. What a sync has made durable is there. Of each write after it there
//! may be nothing, all, only some sectors with old bytes, zeros or noise in place of the others, or the length without the
//! data. Of names made, changed or removed in a folder any may be lost.

use super::{FileId, Image, Pending, SimDisk, write_at};
use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// Up to so many pending operations, all subsets are taken.
const EXHAUSTIVE: usize = 12;
/// How many random mixtures are taken of a moment, and of its larger subsets.
const SAMPLES: u64 = 64;
/// A write is cut at each of its sectors, but at no more than so many places.
const CUTS: usize = 8;

/// What a disk holds between two calls: what is durable, and what is on its way.
pub struct Moment {
    /// Number of calls before it.
    pub calls: u64,
    durable: Image,
    journal: Vec<Pending>,
}

/// What a power loss leaves of one pending operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    All,
    /// A write: its bytes up to a place (or from that place on), and `rest` in place of the others.
    Torn {
        at: usize,
        head: bool,
        rest: Rest,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Old,
    Zeros,
    Noise,
}

/// A small generator for drawing (xorshift64*); reproducible, and of no other use.
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % n
    }
}

impl Moment {
    pub(super) fn new(calls: u64, durable: &Image, n_contents: usize, journal: &[Pending]) -> Self {
        let mut durable = durable.clone();
        durable.contents.resize(n_contents, Arc::default());
        Self { calls, durable, journal: journal.to_vec() }
    }

    /// Number of operations that no sync has made durable.
    pub fn n_pending(&self) -> usize {
        self.journal.len()
    }

    /// The states that a power loss may leave here, each once: every prefix of what is pending; every subset, or a sample
    /// of them; every single write torn in every way, with all or none of what came after it; and random mixtures.
    pub fn states(&self, draw: &mut Draw) -> impl Iterator<Item = SimDisk> {
        let mut known = BTreeSet::new();
        let plans = self.plans(draw);
        // Only what is pending changes contents: the others are the same in all states of this moment.
        let changed: BTreeSet<FileId> = self.journal.iter().filter_map(Pending::file).collect();
        plans.into_iter().filter_map(move |plan| {
            let image = self.after(&plan);
            known.insert(image.fingerprint(&changed)).then(|| SimDisk::of(image))
        })
    }

    /// One state, drawn.
    pub fn state(&self, draw: &mut Draw) -> SimDisk {
        SimDisk::of(self.after(&self.mixture(draw)))
    }

    fn plans(&self, draw: &mut Draw) -> Vec<Vec<Left>> {
        let n = self.journal.len();
        let subset = |kept: &dyn Fn(usize) -> bool| -> Vec<Left> {
            (0..n).map(|i| if kept(i) { Left::All } else { Left::Nothing }).collect()
        };
        let mut plans: Vec<Vec<Left>> = (0..=n).map(|end| subset(&|i| i < end)).collect();
        if n <= EXHAUSTIVE {
            plans.extend((0..1u32 << n).map(|set| subset(&|i| set >> i & 1 == 1)));
        } else {
            for _ in 0..SAMPLES {
                let kept: Vec<bool> = (0..n).map(|_| draw.below(2) == 0).collect();
                plans.push(subset(&|i| kept[i]));
            }
        }
        for (i, pending) in self.journal.iter().enumerate() {
            for torn in pending.torn() {
                for end in [i + 1, n] {
                    let mut plan = subset(&|i| i < end);
                    plan[i] = torn;
                    plans.push(plan);
                }
            }
        }
        plans.extend((0..if n > 1 { SAMPLES } else { 0 }).map(|_| self.mixture(draw)));
        plans
    }

    fn mixture(&self, draw: &mut Draw) -> Vec<Left> {
        let mut one = |pending: &Pending| match (draw.below(4), pending.torn()) {
            (0, _) => Left::Nothing,
            (1, torn) if !torn.is_empty() => torn[draw.below(torn.len() as u64) as usize],
            _ => Left::All,
        };
        self.journal.iter().map(&mut one).collect()
    }

    fn after(&self, plan: &[Left]) -> Image {
        let mut image = self.durable.clone();
        for (pending, left) in self.journal.iter().zip(plan) {
            match (pending, *left) {
                (_, Left::Nothing) => {}
                (Pending::Write { file, offset, bytes }, Left::All) => image.write(*file, *offset, bytes),
                (Pending::Write { file, offset, bytes }, Left::Torn { at, head, rest }) => {
                    image.tear(*file, *offset, bytes, at, head, rest);
                }
                (Pending::SetLen { file, length }, _) => Arc::make_mut(&mut image.contents[*file]).resize(*length, 0),
                (Pending::Name { change, .. }, _) => image.apply(change),
            }
        }
        image
    }
}

impl Pending {
    /// The file whose content it changes.
    fn file(&self) -> Option<FileId> {
        match self {
            Self::Write { file, .. } | Self::SetLen { file, .. } => Some(*file),
            Self::Name { .. } => None,
        }
    }

    /// The ways in which a write may be torn.
    fn torn(&self) -> Vec<Left> {
        let Self::Write { bytes, .. } = self else { return Vec::new() };
        let sectors: Vec<usize> = (0..bytes.len()).step_by(512).collect();
        let cuts = sectors.iter().copied().step_by(sectors.len().div_ceil(CUTS).max(1));
        let torn = |at, head, rest| Left::Torn { at, head, rest };
        cuts.flat_map(|at| {
            let rests = [Rest::Old, Rest::Zeros, Rest::Noise];
            rests.into_iter().flat_map(move |rest| [torn(at, true, rest), torn(at, false, rest)])
        })
        .collect()
    }
}

impl Image {
    fn write(&mut self, file: FileId, offset: usize, bytes: &[u8]) {
        write_at(Arc::make_mut(&mut self.contents[file]), offset, bytes);
    }

    fn tear(&mut self, file: FileId, offset: usize, bytes: &[u8], at: usize, head: bool, rest: Rest) {
        let (kept, lost) = if head { (0..at, at..bytes.len()) } else { (at..bytes.len(), 0..at) };
        match rest {
            Rest::Old => {}
            Rest::Zeros => {
                // The file has grown and the data did not come: zeros where nothing was, old bytes where something was.
                let content = Arc::make_mut(&mut self.contents[file]);
                content.resize(content.len().max(offset + lost.end), 0);
            }
            Rest::Noise => self.write(file, offset + lost.start, &vec![0xa5; lost.len()]),
        }
        if !kept.is_empty() {
            self.write(file, offset + kept.start, &bytes[kept]);
        }
    }

    /// Tells images apart whose contents differ only in `changed`.
    fn fingerprint(&self, changed: &BTreeSet<FileId>) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (name, file) in &self.names {
            let content = changed.contains(file).then(|| &self.contents[*file]);
            (name, file, content).hash(&mut hasher);
        }
        hasher.finish()
    }
}
