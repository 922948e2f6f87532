//! The words of the domain and the pure folds over them.
//!
//! Everything that the vault stores is what *somebody said, where and when* ([`Claim`]s of a [`Record`] from a
//! [`Source`]). Persons, case files, disagreements and labels are views: pure functions of records, judgements and a
//! partition. This crate does no I/O, reads no clock, uses no randomness, is not async, and its types are not
//! serialisable: stored forms belong to `habeas-vault`, shown forms to the binary.

mod assertion;
mod case;
mod consent;
mod date;
mod disclosure;
mod erasure;
mod id;
mod judgement;
mod name;
mod partition;
mod place;
mod role;
mod source;
mod status;
mod text;
mod vocabulary;

pub use assertion::{
    Age, CellSpan, Claim, EventKind, Modality, Passage, PassageError, Polarity, Predicate, Sex, Value,
};
pub use case::{Account, Agreement, CaseFile, Happening, Question, Reading, case_file, relation};
pub use consent::{
    Audience, Consent, ConsentAnswer, ConsentBook, ConsentMedium, ConsentState, FieldGroup, Giver, Purpose, Subject,
};
pub use date::{Date, DateBasis, DaySpan, Holds, PartialDate, PartialDateError, Precision, Truth, YearOf};
pub use disclosure::{
    Disclosable, Disclosed, DisclosurePolicy, DisclosureRequest, Grant, MemorialEntry, Told, ToldEvent, Withheld,
    disclose,
};
pub use erasure::ErasureReason;
pub use id::{
    ConsentId, DeviceId, ImportId, JudgementId, LinkRunId, ParseIdError, PersonId, RecordId, SourceId, UserId,
};
pub use judgement::{Judgement, RecordPair, Standing, Verdict, standing};
pub use name::{NameAsGiven, NamePart, NameRole};
pub use partition::{MatchWeight, Partition, Probability, ScoredPair};
pub use place::{PlaceAsGiven, Point};
pub use role::{Compartment, Right, Role};
pub use source::{Attribution, Origin, Record, RecordAddress, Source, SourceKind, Speaker, SpeakerKind};
pub use status::{Acknowledgement, Axes, Fate, Label, Register, Whereabouts, label};
pub use text::{Script, fold, fold_tokens, script_of};
