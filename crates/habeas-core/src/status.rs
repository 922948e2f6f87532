//! The status of a case on four independent axes, and the label derived from them.
//!
//! Fate is not whereabouts, and neither is what an authority acknowledges or what a register writes. A register's word
//! changes its own axis only; nothing here ever turns time into death.

use crate::vocabulary::vocabulary;

vocabulary!(
    /// What became of the person.
    Fate {
        /// Said to be not known.
        Unknown = "unknown",
        /// Said to be alive.
        AliveReported = "alive-reported",
        /// Seen or heard alive by whoever says so.
        AliveConfirmed = "alive-confirmed",
        /// Said to be dead.
        DeadReported = "dead-reported",
        /// Remains identified.
        DeadIdentified = "dead-identified",
        /// Unidentified remains, possibly this person's. Never merged by machine.
        DeadMatchProposed = "dead-match-proposed",
    }
);
vocabulary!(
    /// Where the person is.
    Whereabouts {
        /// Said to be not known.
        Unknown = "unknown",
        /// Secret custody is alleged.
        SecretCustodyAlleged = "secret-custody-alleged",
        /// In police custody.
        CustodyPolice = "custody-police",
        /// In prison.
        CustodyPrison = "custody-prison",
        /// In an internment centre.
        CustodyInternment = "custody-internment",
        /// In military custody.
        CustodyMilitary = "custody-military",
        /// In custody of a kind that is not said.
        CustodyKindOpen = "custody-kind-open",
        /// At home.
        Home = "home",
        /// Free, elsewhere.
        FreeElsewhere = "free-elsewhere",
        /// Abroad.
        Abroad = "abroad",
        /// The place of the remains is known.
        Remains = "remains",
    }
);
vocabulary!(
    /// What the authorities say of it.
    Acknowledgement {
        /// Nothing is known of any answer.
        None = "none",
        /// Asked and silent.
        Silent = "silent",
        /// Custody denied.
        Denied = "denied",
        /// Custody admitted.
        CustodyAdmitted = "custody-admitted",
        /// Death admitted.
        DeathAdmitted = "death-admitted",
        /// Said to have died in an «encounter».
        EncounterClaimed = "encounter-claimed",
        /// Said never to have been held.
        NeverHeldClaimed = "never-held-claimed",
        /// Said to be absent of their own will.
        VoluntaryAbsenceClaimed = "voluntary-absence-claimed",
    }
);
vocabulary!(
    /// What one register does with its case. One axis per register; a word here never touches fate.
    Register {
        /// Reported to it.
        Reported = "reported",
        /// Registered.
        Registered = "registered",
        /// Transmitted to the government.
        Transmitted = "transmitted",
        /// Under inquiry.
        UnderInquiry = "under-inquiry",
        /// Written off as traced.
        Traced = "traced",
        /// Clarified by the state.
        ClarifiedByState = "clarified-by-state",
        /// Clarified by the source.
        ClarifiedBySource = "clarified-by-source",
        /// Closed.
        Closed = "closed",
        /// Discontinued.
        Discontinued = "discontinued",
        /// Withdrawn.
        Withdrawn = "withdrawn",
        /// Deleted as incomplete.
        DeletedIncomplete = "deleted-incomplete",
        /// Deleted as not an enforced disappearance.
        DeletedNotEd = "deleted-not-ed",
        /// Deleted as a duplicate.
        DeletedDuplicate = "deleted-duplicate",
    }
);
vocabulary!(
    /// The one-line status of a case, derived from the axes.
    Label {
        /// Our own decision: another entry of ours is this case.
        Duplicate = "duplicate",
        /// Our own decision: no enforced disappearance.
        NotADisappearance = "not-a-disappearance",
        /// Our own decision: too little is known.
        InsufficientInformation = "insufficient-information",
        /// The remains were identified.
        FoundDead = "found-dead",
        /// Said to be dead, without identification.
        ReportedDead = "reported-dead",
        /// Dead, and the authorities speak of an encounter.
        KilledInReportedEncounter = "killed-in-reported-encounter",
        /// Remains that may be this person's.
        UnidentifiedRemains = "unidentified-remains-possible-match",
        /// In custody on the order of a court.
        Remanded = "remanded",
        /// In custody, and produced before a court.
        ProducedInCourt = "produced-in-court",
        /// In custody that is acknowledged.
        InAcknowledgedCustody = "in-acknowledged-custody",
        /// Custody is alleged and not acknowledged.
        ReportedInCustody = "reported-in-custody",
        /// Escaped.
        Escaped = "escaped",
        /// Released; the disappearance stays in its year's count.
        Released = "released",
        /// At home.
        ReturnedHome = "returned-home",
        /// Said to be alive.
        ReportedAlive = "reported-alive",
        /// Nothing more is known.
        Missing = "missing",
    }
);

/// What the accounts of one reading say on the axes; absent = nothing said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Axes {
    /// Fate, if said.
    pub fate: Option<Fate>,
    /// Whereabouts, if said.
    pub whereabouts: Option<Whereabouts>,
    /// Acknowledgement, if said.
    pub acknowledgement: Option<Acknowledgement>,
    /// What our own register does with the case; the word of any other register is no matter of the label.
    pub ours: Option<Register>,
    /// Whether a remand is said to have happened.
    pub remanded: bool,
    /// Whether a production in court is said to have happened.
    pub produced_in_court: bool,
    /// Whether an escape is said to have happened.
    pub escaped: bool,
    /// Whether a release is said to have happened.
    pub released: bool,
}

/// Derives the label of one combination of axes; the first rule that holds.
pub fn label(axes: &Axes) -> Label {
    use Whereabouts as W;
    match axes.ours {
        Some(Register::DeletedDuplicate) => return Label::Duplicate,
        Some(Register::DeletedNotEd) => return Label::NotADisappearance,
        Some(Register::DeletedIncomplete) => return Label::InsufficientInformation,
        _ => {}
    }
    let dead = matches!(axes.fate, Some(Fate::DeadReported | Fate::DeadIdentified));
    match axes.whereabouts {
        _ if dead && axes.acknowledgement == Some(Acknowledgement::EncounterClaimed) => {
            Label::KilledInReportedEncounter
        }
        _ if axes.fate == Some(Fate::DeadIdentified) => Label::FoundDead,
        _ if axes.fate == Some(Fate::DeadMatchProposed) => Label::UnidentifiedRemains,
        _ if dead => Label::ReportedDead,
        Some(W::CustodyPolice | W::CustodyPrison | W::CustodyInternment | W::CustodyMilitary | W::CustodyKindOpen) => {
            if axes.remanded {
                Label::Remanded
            } else if axes.produced_in_court {
                Label::ProducedInCourt
            } else {
                Label::InAcknowledgedCustody
            }
        }
        Some(W::SecretCustodyAlleged) => Label::ReportedInCustody,
        _ if axes.escaped => Label::Escaped,
        _ if axes.released => Label::Released,
        Some(W::Home) => Label::ReturnedHome,
        _ if matches!(axes.fate, Some(Fate::AliveReported | Fate::AliveConfirmed)) => Label::ReportedAlive,
        _ => Label::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_back() {
        for fate in Fate::ALL {
            assert_eq!(Fate::from_code(fate.code()), Some(*fate));
        }
        for register in Register::ALL {
            assert_eq!(Register::from_code(register.code()), Some(*register));
        }
        assert_eq!(Whereabouts::from_code("nowhere"), None);
    }

    #[test]
    fn labels_follow_the_first_rule_that_holds() {
        let axes = Axes::default();
        let cases = [
            (axes, Label::Missing),
            (Axes { released: true, ..axes }, Label::Released),
            (Axes { fate: Some(Fate::DeadReported), released: true, ..axes }, Label::ReportedDead),
            (
                Axes {
                    fate: Some(Fate::DeadIdentified),
                    acknowledgement: Some(Acknowledgement::EncounterClaimed),
                    ..axes
                },
                Label::KilledInReportedEncounter,
            ),
            (Axes { whereabouts: Some(Whereabouts::SecretCustodyAlleged), ..axes }, Label::ReportedInCustody),
            (Axes { fate: Some(Fate::DeadMatchProposed), ..axes }, Label::UnidentifiedRemains),
            (Axes { fate: Some(Fate::Unknown), ..axes }, Label::Missing),
            (Axes { whereabouts: Some(Whereabouts::CustodyPrison), remanded: true, ..axes }, Label::Remanded),
            (
                Axes { whereabouts: Some(Whereabouts::CustodyPolice), produced_in_court: true, ..axes },
                Label::ProducedInCourt,
            ),
            (Axes { escaped: true, released: true, ..axes }, Label::Escaped),
            (
                Axes { ours: Some(Register::DeletedDuplicate), fate: Some(Fate::DeadIdentified), ..axes },
                Label::Duplicate,
            ),
            (Axes { ours: Some(Register::Traced), ..axes }, Label::Missing),
        ];
        for (axes, expected) in cases {
            assert_eq!(label(&axes), expected, "{axes:?}");
        }
    }
}
