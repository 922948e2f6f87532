//! The words of the domain and the pure folds over them.
//!
//! Everything that the vault stores is what *somebody said, where and when* ([`Claim`]s of a [`Record`] from a
//! [`Source`], [`Assertion`]s about an [`Entity`]). Persons, case files, disagreements and labels are views: pure functions of records, judgements and a
//! partition. This crate does no I/O, reads no clock, uses no randomness, is not async, and its types are not
//! serialisable: stored forms belong to `habeas-vault`, shown forms to the binary.

mod anchor;
mod assertion;
mod case;
mod cases;
mod checks;
mod claim;
mod consent;
mod count;
mod date;
mod date_schemes;
mod disclosure;
mod edtf;
mod entity;
mod erasure;
mod gazetteer;
mod id;
mod incident;
mod independence;
mod judgement;
mod mention;
mod name;
mod partition;
mod place;
mod policy;
mod qualification;
mod role;
mod same;
mod settlement;
mod source;
mod status;
mod text;
mod timeline;
mod topic;
mod vocab;
mod vocabulary;
mod weekday;

pub use anchor::{document_years, effective_date};
pub use assertion::{
    Assertion, Basis, Content, Grade, MadeBy, Quote, QuoteError, Ratio, Review, Sensitivity, Stand, Trend, counting,
    standings,
};
pub use case::{Account, Agreement, CaseFile, Happening, Question, Reading, case_file, relation};
pub use cases::{CaseNames, Cases, PersonCase, cases, is_of_a_case};
pub use checks::{Finding, Hint, Outcome, Rule, check, ratio, stock, sum_against, trend};
pub use claim::{
    Age, CellSpan, Claim, Element, EventKind, Modality, Passage, PassageError, Polarity, Predicate, Sex, Value,
};
pub use consent::{
    Audience, Consent, ConsentAnswer, ConsentBook, ConsentMedium, ConsentState, FieldGroup, Giver, Purpose, Subject,
};
pub use count::{Bound, Bounds, CountError, CountRelation, CountValue, Flow, Measure, Unit};
pub use date::{Date, DateBasis, DaySpan, Holds, PartialDate, PartialDateError, Precision, Truth, YearOf};
pub use date_schemes::UcdpDate;
pub use disclosure::{
    AnsweredBy, CaseToTell, Disclosable, Disclosed, DisclosurePolicy, DisclosureRequest, FieldStand, Form, FormField,
    Grant, MemorialEntry, PapersToTell, Told, ToldAccount, ToldCase, ToldEvent, ToldPapers, ToldQuestion, ToldSpeaker,
    Urgency, Withheld, disclose, groups_of, stand_of, urgency,
};
pub use edtf::{EdtfError, parse_edtf};
pub use entity::{Entity, EntityKind, ParseEntityError};
pub use erasure::ErasureReason;
pub use gazetteer::{Gazetteer, PlaceNode};
pub use id::{
    AssertionId, ConsentId, DeviceId, EntityId, ImportId, JudgementId, LinkRunId, ParseIdError, PersonId, RecordId,
    SourceId, UserId,
};
pub use incident::{LikeIncident, Particulars, Sign, like_incidents};
pub use independence::{Groups, OriginOf, Ties, groups};
pub use judgement::{Judgement, RecordPair, Standing, Verdict, standing};
pub use mention::{BY_HAND, MentionRecord, mention_records};
pub use name::{NameAsGiven, NamePart, NameRole};
pub use partition::{MatchWeight, Partition, Probability, ScoredPair};
pub use place::{PlaceAsGiven, Point};
pub use policy::{
    ConflictSet, POLICY_VERSION, Policy, PolicyKind, Resolution, Resolved, accounts_of, compatible, conflicts, resolve,
};
pub use qualification::{ElementStand, Elements, Qualification};
pub use role::{Compartment, Right, Role};
pub use same::SameEntities;
pub use settlement::{Decided, Settlement, Settlements, account_id};
pub use source::{Attribution, Origin, Record, RecordAddress, Source, SourceKind, Speaker, SpeakerKind};
pub use status::{Acknowledgement, Axes, Fate, Label, Register, Whereabouts, label};
pub use text::{Script, fold, fold_tokens, script_of};
pub use timeline::{Moment, timeline};
pub use topic::{Matter, Takes, Topic};
pub use vocab::{AddedTerm, Term, VOCABULARY_VERSION, Vocabulary, crosswalk, is_code};
pub use vocabulary::{Listed, SetOf};
pub use weekday::weekday_named;
