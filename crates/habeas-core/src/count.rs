//! Figures as somebody states them, with the bounds that their words give and no others.
//!
//! No tolerance is invented for «around», no number for «dozens», and silence is no zero. What a figure counts is part of
//! it: a number without its measure, unit, period and place says nothing.

use crate::vocabulary::vocabulary;
use crate::{AssertionId, PartialDate, PlaceAsGiven};

vocabulary!(
    /// What is counted.
    Measure {
        /// Killed.
        Killed = "killed",
        /// Injured.
        Injured = "injured",
        /// Killed or injured.
        Casualties = "casualties",
        /// Disappeared.
        Disappeared = "disappeared",
        /// Abducted.
        Abducted = "abducted",
        /// Arrested.
        Arrested = "arrested",
        /// Released.
        Released = "released",
        /// Bodies found.
        BodiesFound = "bodies-found",
        /// Bodies that were identified.
        BodiesIdentified = "bodies-identified",
        /// Bodies that were not identified.
        BodiesUnidentified = "bodies-unidentified",
        /// Cases that a register received.
        CasesReceived = "cases-received",
        /// Cases that it is done with.
        CasesDisposed = "cases-disposed",
        /// Cases that it holds to be traced.
        CasesTraced = "cases-traced",
        /// Cases that it deleted.
        CasesDeleted = "cases-deleted",
        /// Cases that wait.
        CasesPending = "cases-pending",
        /// Testimonies.
        Testimonies = "testimonies",
        /// Anything else, as the words say.
        Other = "other",
    }
);
vocabulary!(
    /// What one of the counted is.
    Unit {
        /// One human being.
        Individual = "individual",
        /// A case of a register.
        Case = "case",
        /// A complaint.
        Complaint = "complaint",
        /// An incident.
        Incident = "incident",
        /// A body.
        Body = "body",
        /// A testimony.
        Testimony = "testimony",
        /// A family.
        Family = "family",
        /// Miles, rupees and other measures that are no victims.
        Thing = "thing",
    }
);
vocabulary!(
    /// How the words bound a number.
    Bound {
        /// «52 people».
        Exact = "exact",
        /// «around 60».
        About = "about",
        /// «nearly», «the best part of».
        Nearly = "nearly",
        /// «more than», «over».
        MoreThan = "more-than",
        /// «at least».
        AtLeast = "at-least",
        /// «up to».
        UpTo = "up-to",
        /// «fewer than».
        FewerThan = "fewer-than",
        /// «between 70 and 94».
        Between = "between",
        /// «many», «numerous», «dozens»: more than none.
        Vague = "vague",
    }
);
vocabulary!(
    /// Whether a figure tells how many there are at a time, or how many came in a period.
    Flow {
        /// In a period.
        Flow = "flow",
        /// At a time, in all.
        Stock = "stock",
    }
);
vocabulary!(
    /// What one figure is to another.
    CountRelation {
        /// It counts some of the same.
        PartOf = "part-of",
        /// It counts others.
        InAdditionTo = "in-addition-to",
        /// It is set beside it by the source.
        ComparedWith = "compared-with",
    }
);

/// Bounds in whole units; what is absent is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Bounds {
    /// No fewer.
    pub low: Option<u64>,
    /// The number itself, where the words give one.
    pub best: Option<u64>,
    /// No more.
    pub high: Option<u64>,
}

/// Why numbers make no count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// Low is greater than best or high, or best greater than high.
    #[error("a count needs low ≤ best ≤ high")]
    Reversed,
    /// The words bound a number, and none is given.
    #[error("«{}» needs a number", .bound.code())]
    NoNumber {
        /// The bound.
        bound: Bound,
    },
    /// Fewer than nothing.
    #[error("there are not fewer than none")]
    FewerThanNone,
}

/// A figure as somebody states it.
#[derive(Debug, Clone, PartialEq)]
pub struct CountValue {
    /// What is counted.
    pub measure: Measure,
    /// What one of them is.
    pub unit: Unit,
    /// The number in the words, if there is one.
    pub stated: Option<u64>,
    /// How the words bound it.
    pub bound: Bound,
    /// Bounds of each reading that the words allow; one where their scope is clear. Never empty.
    pub readings: Vec<Bounds>,
    /// Who of all is counted: `women`, `lawyers`; empty for all.
    pub subgroup: String,
    /// When it happened, of a flow; from when on it is counted, of a stock.
    pub period: Option<PartialDate>,
    /// Where.
    pub place: Option<PlaceAsGiven>,
    /// The day for which a stock is told.
    pub as_of: Option<PartialDate>,
    /// Flow or stock.
    pub flow: Flow,
    /// Whether its parts are said to be all of it.
    pub exhaustive: bool,
    /// Under whose definition, where it is told: figures under different ones are never compared.
    pub definition: String,
    /// What it is to other figures.
    pub relations: Vec<(CountRelation, AssertionId)>,
}

impl Bounds {
    /// The bounds that words give to a number; `to` is the upper end of «between».
    ///
    /// # Errors
    /// [`CountError`] where the numbers and the words do not fit.
    pub fn of(bound: Bound, stated: Option<u64>, to: Option<u64>) -> Result<Self, CountError> {
        let n = || stated.ok_or(CountError::NoNumber { bound });
        let bounds = |low, best, high| Self { low, best, high };
        Ok(match bound {
            Bound::Exact => bounds(Some(n()?), Some(n()?), Some(n()?)),
            Bound::About => bounds(None, Some(n()?), None),
            Bound::Nearly => bounds(None, Some(n()?), Some(n()?)),
            Bound::MoreThan => bounds(Some(n()?.saturating_add(1)), None, None),
            Bound::AtLeast => bounds(Some(n()?), None, None),
            Bound::UpTo => bounds(None, None, Some(n()?)),
            Bound::FewerThan => bounds(None, None, Some(n()?.checked_sub(1).ok_or(CountError::FewerThanNone)?)),
            Bound::Between => {
                let to = to.ok_or(CountError::NoNumber { bound })?;
                if to < n()? {
                    return Err(CountError::Reversed);
                }
                bounds(Some(n()?), None, Some(to))
            }
            Bound::Vague => bounds(Some(1), None, None),
        })
    }

    /// Exactly so many.
    pub fn exactly(n: u64) -> Self {
        Self { low: Some(n), best: Some(n), high: Some(n) }
    }

    /// Whether low ≤ best ≤ high.
    pub fn is_ordered(&self) -> bool {
        let least = self.low.or(self.best).unwrap_or(0);
        let best = self.best.unwrap_or(least);
        least <= best && self.high.is_none_or(|high| best <= high)
    }

    /// Whether one number could be meant by both. «About 60» excludes nothing.
    pub fn may_be_same(&self, other: &Self) -> bool {
        let under = |low: Option<u64>, high: Option<u64>| match (low, high) {
            (Some(low), Some(high)) => low <= high,
            _ => true,
        };
        under(self.low, other.high) && under(other.low, self.high)
    }

    /// Bounds of both together, of figures that count nobody twice: lows are added (an absent one is 0), best and high only
    /// where every part has one.
    pub fn sum<'b>(parts: impl IntoIterator<Item = &'b Self>) -> Self {
        let zero = Self::exactly(0);
        let add = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
        parts.into_iter().fold(zero, |sum, part| Self {
            low: Some(sum.low.unwrap_or(0).saturating_add(part.low.unwrap_or(0))),
            best: add(sum.best, part.best),
            high: add(sum.high, part.high),
        })
    }

    /// Bounds that hold whichever of several readings is meant: least low, greatest high, best only where all agree.
    pub fn hull<'b>(readings: impl IntoIterator<Item = &'b Self>) -> Self {
        let mut readings = readings.into_iter().copied();
        let Some(first) = readings.next() else { return Self::default() };
        readings.fold(first, |hull, reading| Self {
            low: hull.low.zip(reading.low).map(|(a, b)| a.min(b)),
            best: hull.best.filter(|best| reading.best == Some(*best)),
            high: hull.high.zip(reading.high).map(|(a, b)| a.max(b)),
        })
    }
}

impl CountValue {
    /// A flow of individuals with one reading; every other field as the source leaves it.
    ///
    /// # Errors
    /// [`CountError`] where the number does not fit its bound.
    pub fn new(measure: Measure, bound: Bound, stated: Option<u64>, to: Option<u64>) -> Result<Self, CountError> {
        Ok(Self {
            measure,
            unit: Unit::Individual,
            // «70 to 94» states no number.
            stated: stated.filter(|_| bound != Bound::Between),
            bound,
            readings: vec![Bounds::of(bound, stated, to)?],
            subgroup: String::new(),
            period: None,
            place: None,
            as_of: None,
            flow: Flow::Flow,
            exhaustive: false,
            definition: String::new(),
            relations: Vec::new(),
        })
    }

    /// Bounds that hold for every reading.
    pub fn bounds(&self) -> Bounds {
        Bounds::hull(&self.readings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_give_the_bounds_of_the_table_and_no_others() {
        let n = Some(60);
        for (bound, low, best, high) in [
            (Bound::Exact, Some(60), Some(60), Some(60)),
            (Bound::About, None, Some(60), None),
            (Bound::Nearly, None, Some(60), Some(60)),
            (Bound::MoreThan, Some(61), None, None),
            (Bound::AtLeast, Some(60), None, None),
            (Bound::UpTo, None, None, Some(60)),
            (Bound::FewerThan, None, None, Some(59)),
            (Bound::Between, Some(60), None, Some(70)),
            (Bound::Vague, Some(1), None, None),
        ] {
            assert_eq!(Bounds::of(bound, n, Some(70)), Ok(Bounds { low, best, high }), "{}", bound.code());
        }
    }

    #[test]
    fn a_bound_without_its_number_is_refused_and_nothing_is_made_up() {
        assert_eq!(Bounds::of(Bound::About, None, None), Err(CountError::NoNumber { bound: Bound::About }));
        assert_eq!(Bounds::of(Bound::Between, Some(9), Some(3)), Err(CountError::Reversed));
        assert_eq!(Bounds::of(Bound::FewerThan, Some(0), None), Err(CountError::FewerThanNone));
    }

    #[test]
    fn more_than_forty_women_and_twenty_eight_children_are_at_least_sixty_nine() {
        let women = Bounds::of(Bound::MoreThan, Some(40), None).unwrap();
        let children = Bounds::hull(&[Bounds::exactly(28), Bounds::of(Bound::MoreThan, Some(28), None).unwrap()]);
        assert_eq!(children, Bounds { low: Some(28), best: None, high: None });
        assert_eq!(Bounds::sum([&women, &children]), Bounds { low: Some(69), best: None, high: None });
    }

    #[test]
    fn at_least_fifty_and_fifty_two_may_be_the_same_and_two_exact_numbers_may_not() {
        let at_least = Bounds::of(Bound::AtLeast, Some(50), None).unwrap();
        assert!(at_least.may_be_same(&Bounds::exactly(52)));
        assert!(!Bounds::exactly(52).may_be_same(&Bounds::exactly(53)));
        assert!(Bounds::of(Bound::About, Some(60), None).unwrap().may_be_same(&Bounds::exactly(2)));
    }

    fn stated() -> impl Strategy<Value = Bounds> {
        (proptest::sample::select(Bound::ALL), 1u64..1000, 0u64..1000)
            .prop_map(|(bound, n, more)| Bounds::of(bound, Some(n), Some(n + more)).unwrap())
    }

    proptest! {
        #[test]
        fn low_best_and_high_are_in_order_whatever_is_said(one in stated(), other in stated()) {
            for bounds in [one, other, Bounds::sum([&one, &other]), Bounds::hull([&one, &other])] {
                prop_assert!(bounds.is_ordered(), "{bounds:?}");
            }
        }

        #[test]
        fn a_sum_is_never_less_certain_than_its_parts_allow(one in stated(), other in stated()) {
            let sum = Bounds::sum([&one, &other]);
            prop_assert!(sum.low >= one.low && sum.low >= other.low);
            prop_assert_eq!(sum.high.is_some(), one.high.is_some() && other.high.is_some());
            prop_assert_eq!(sum, Bounds::sum([&other, &one]));
        }
    }
}
