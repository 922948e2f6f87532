//! Whether what is said amounts to an enforced disappearance: derived from three assertions per case, never asserted.
//!
//! Deprivation of liberty, agents of the State or its acquiescence, and concealment (Declaration of 1992, preamble;
//! Convention, articles 2 and 3). What nobody says is not stated, which is not denied; a denial cancels nothing.

use crate::vocabulary::vocabulary;
use crate::{Element, Polarity};

vocabulary!(
    /// How one element stands.
    ElementStand {
        /// Somebody affirms it.
        Affirmed = "affirmed",
        /// Somebody denies it, nobody affirms it.
        Denied = "denied",
        /// Some affirm it, some deny it.
        Both = "both",
        /// Nobody says anything of it.
        NotStated = "not-stated",
    }
);
vocabulary!(
    /// What the elements amount to.
    Qualification {
        /// All three are affirmed.
        EnforcedDisappearance = "enforced-disappearance",
        /// Deprivation and concealment, without the State.
        ActsUnderArticle3 = "acts-under-article-3",
        /// Deprivation alone.
        AbductionOrArrest = "abduction-or-arrest",
        /// Not even deprivation is affirmed.
        None = "none",
    }
);

/// How the three elements of a case stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elements {
    /// Deprivation of liberty.
    pub deprivation: ElementStand,
    /// The State.
    pub state: ElementStand,
    /// Concealment.
    pub concealment: ElementStand,
}

impl Elements {
    /// How they stand by what accepted accounts say.
    pub fn of(said: impl IntoIterator<Item = (Element, Polarity)>) -> Self {
        let mut elements = Self {
            deprivation: ElementStand::NotStated,
            state: ElementStand::NotStated,
            concealment: ElementStand::NotStated,
        };
        for (element, polarity) in said {
            let stand = match element {
                Element::Deprivation => &mut elements.deprivation,
                Element::State => &mut elements.state,
                Element::Concealment => &mut elements.concealment,
            };
            *stand = match (*stand, polarity) {
                (stand, Polarity::CannotConfirm | Polarity::Retracts) => stand,
                (ElementStand::NotStated | ElementStand::Affirmed, Polarity::Affirms) => ElementStand::Affirmed,
                (ElementStand::NotStated | ElementStand::Denied, Polarity::Denies) => ElementStand::Denied,
                _ => ElementStand::Both,
            };
        }
        elements
    }

    /// What they amount to.
    pub fn qualification(&self) -> Qualification {
        let said = |stand| matches!(stand, ElementStand::Affirmed | ElementStand::Both);
        match (said(self.deprivation), said(self.state), said(self.concealment)) {
            (true, true, true) => Qualification::EnforcedDisappearance,
            (true, false, true) => Qualification::ActsUnderArticle3,
            (true, ..) => Qualification::AbductionOrArrest,
            _ => Qualification::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL_THREE: [(Element, Polarity); 3] = [
        (Element::Deprivation, Polarity::Affirms),
        (Element::State, Polarity::Affirms),
        (Element::Concealment, Polarity::Affirms),
    ];

    #[test]
    fn taken_by_unknown_armed_men_is_an_abduction_until_the_state_and_concealment_are_affirmed() {
        let of = |n: usize| Elements::of(ALL_THREE[..n].iter().copied()).qualification();
        assert_eq!(
            [of(0), of(1), of(2)],
            [Qualification::None, Qualification::AbductionOrArrest, Qualification::AbductionOrArrest]
        );
        assert_eq!(of(3), Qualification::EnforcedDisappearance);
        let without_state = [ALL_THREE[0], ALL_THREE[2]];
        assert_eq!(Elements::of(without_state).qualification(), Qualification::ActsUnderArticle3);
    }

    #[test]
    fn not_stated_is_not_denied() {
        assert_eq!(Elements::of([]).state, ElementStand::NotStated);
        assert_eq!(Elements::of([(Element::State, Polarity::Denies)]).state, ElementStand::Denied);
    }

    proptest! {
        #[test]
        fn a_denial_cancels_nothing(denied in 0usize..3, first: bool) {
            let denial = [(Element::ALL[denied], Polarity::Denies)];
            let said: Vec<_> =
                if first { denial.into_iter().chain(ALL_THREE).collect() } else { ALL_THREE.into_iter().chain(denial).collect() };
            prop_assert_eq!(Elements::of(said).qualification(), Qualification::EnforcedDisappearance);
        }
    }
}
