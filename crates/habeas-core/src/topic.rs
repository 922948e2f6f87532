//! What an assertion is about its subject: a question of a person's file, or one of the matters below. The table of
//! matters fixes what kind of content each takes, and how private it is unless somebody says otherwise.

use crate::vocab::{Vocabulary, is_code};
use crate::vocabulary::vocabulary;
use crate::{Content, EntityKind, Predicate, Sensitivity};

vocabulary!(
    /// A matter of an incident, act, party, place, source, series or assertion.
    Matter {
        /// The short name that commands use.
        Handle = "handle",
        /// A name or title in the words of a source.
        Called = "called",
        /// Kind of act, action or party, by a code.
        Category = "category",
        /// By what means.
        Method = "method",
        /// When.
        When = "when",
        /// Where.
        Where = "where",
        /// How long.
        Length = "length",
        /// To whom an act was done.
        Victim = "victim",
        /// By whom, with the degree of involvement.
        PerpetratorParty = "perpetrator",
        /// Who did an action, or whom a case or proceeding is about.
        Actor = "actor",
        /// To whom an action is addressed, or before whom a proceeding is.
        Addressee = "addressee",
        /// Of what it is a part: an act of an incident, a place of a wider place, a unit of a force.
        PartOf = "part-of",
        /// How it hangs together with another incident or act.
        Linked = "linked",
        /// Belongs to a group.
        MemberOf = "member-of",
        /// Commands a unit.
        Commands = "commands",
        /// Speaks for another: the two are one origin.
        SpeaksFor = "speaks-for",
        /// Is the same party under another name.
        SameParty = "same-party",
        /// A source made of another: reprint, translation, excerpt.
        DerivedFrom = "derived-from",
        /// A document that a source rests on.
        Cites = "cites",
        /// When a source was published.
        Published = "published",
        /// When its text was first published.
        FirstPublished = "first-published",
        /// Who wrote it.
        Author = "author",
        /// Who published it.
        Publisher = "publisher",
        /// A figure.
        Count = "count",
        /// That a figure rises or falls.
        Trend = "trend",
        /// A percentage or ratio between two figures.
        Ratio = "ratio",
        /// The reason that a source gives.
        StatedReason = "stated-reason",
        /// What a source says of how much is known at all.
        CoverageRemark = "coverage-remark",
        /// A word of the source that is kept in quotes.
        Term = "term",
        /// How two are related.
        Relation = "relation",
        /// What somebody is or does.
        Post = "post",
        /// A step of a proceeding or case.
        Step = "step",
        /// When the next step is due.
        NextStep = "next-step",
        /// What surrounds the matter and counts nobody.
        Context = "context",
        /// Words that fit no other matter.
        Remark = "remark",
        /// What a reader decides about an assertion.
        Review = "review",
        /// What a reader asks about it.
        Question = "question",
        /// The answer to a question or a finding.
        Answer = "answer",
        /// Who is to work on it.
        Assigned = "assigned",
        /// By which policy a conflict is settled.
        Resolution = "resolution",
        /// Why two entities of a kind are taken for one.
        Same = "same",
        /// Why a later edition of a list no longer has the row of a mention, as its keeper or whoever asked says.
        RowGone = "row-gone",
        /// A term that is added to a vocabulary.
        AddedTerm = "added-term",
    }
);

/// What kind of content a topic takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A value as in records.
    Value,
    /// Nothing but the words of the source.
    Words,
    /// Words that a person typed.
    Text,
    /// A date.
    Date,
    /// A place.
    Place,
    /// A code of this vocabulary.
    Code(Vocabulary),
    /// An entity of one of these kinds, with a code of this vocabulary where there is one.
    Entity(&'static [EntityKind], Option<Vocabulary>),
    /// A count.
    Count,
    /// A trend.
    Trend,
    /// A ratio.
    Ratio,
    /// A review.
    Review,
    /// A resolution.
    Resolution,
}

/// What an assertion is about its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// A question of a person's case file; the subject is a mention.
    Person(Predicate),
    /// A matter of any other subject.
    Of(Matter),
}

impl Topic {
    /// The stable code.
    pub fn code(self) -> String {
        match self {
            Self::Person(predicate) => predicate.code(),
            Self::Of(matter) => matter.code().to_owned(),
        }
    }

    /// Reads a code, of a subject of this kind: a mention's `count` is none, an incident's `name` is none.
    pub fn from_code(code: &str, subject: EntityKind) -> Option<Self> {
        let person = || Predicate::from_code(code).map(Self::Person).filter(|_| subject == EntityKind::Mention);
        person().or_else(|| Matter::from_code(code).map(Self::Of))
    }

    /// What kind of content it takes.
    pub fn takes(self) -> Takes {
        use EntityKind as K;
        let Self::Of(matter) = self else { return Takes::Value };
        match matter {
            Matter::Handle
            | Matter::Question
            | Matter::Answer
            | Matter::Assigned
            | Matter::Length
            | Matter::AddedTerm => Takes::Text,
            Matter::Category => Takes::Code(Vocabulary::Category),
            Matter::Method => Takes::Code(Vocabulary::Method),
            Matter::RowGone => Takes::Code(Vocabulary::RowGone),
            Matter::When | Matter::Published | Matter::FirstPublished | Matter::NextStep => Takes::Date,
            Matter::Where => Takes::Place,
            Matter::Victim => Takes::Entity(&[K::Mention, K::Party], None),
            Matter::PerpetratorParty => Takes::Entity(&[K::Party, K::Mention], Some(Vocabulary::Involvement)),
            Matter::Actor | Matter::Addressee => Takes::Entity(&[K::Party, K::Mention], None),
            Matter::PartOf => Takes::Entity(&[K::Incident, K::Place, K::Party, K::Case, K::Act, K::Series], None),
            Matter::Linked => Takes::Entity(&[K::Incident, K::Act, K::Action, K::Case], Some(Vocabulary::Chain)),
            Matter::MemberOf | Matter::Commands | Matter::SpeaksFor | Matter::SameParty => {
                Takes::Entity(&[K::Party], None)
            }
            Matter::DerivedFrom | Matter::Cites => Takes::Entity(&[K::Source], None),
            Matter::Count => Takes::Count,
            Matter::Trend => Takes::Trend,
            Matter::Ratio => Takes::Ratio,
            Matter::Review => Takes::Review,
            Matter::Resolution => Takes::Resolution,
            Matter::Same => Takes::Entity(K::ALL, None),
            Matter::Called
            | Matter::Author
            | Matter::Publisher
            | Matter::StatedReason
            | Matter::CoverageRemark
            | Matter::Term
            | Matter::Relation
            | Matter::Post
            | Matter::Step
            | Matter::Context
            | Matter::Remark => Takes::Words,
        }
    }

    /// Whether a subject has one true answer at a time, so that two that differ are in conflict.
    pub fn is_one_valued(self) -> bool {
        match self {
            Self::Person(predicate) => !matches!(
                predicate,
                Predicate::Alias | Predicate::ListNumber | Predicate::Remarks | Predicate::Attribute
            ),
            Self::Of(matter) => matches!(
                matter,
                Matter::Count
                    | Matter::When
                    | Matter::Where
                    | Matter::Published
                    | Matter::FirstPublished
                    | Matter::Category
                    | Matter::Post
                    | Matter::RowGone
            ),
        }
    }

    /// How private it is, unless the assertion says more.
    pub fn sensitivity(self) -> Sensitivity {
        match self {
            Self::Person(Predicate::Residence | Predicate::IdentityDocument | Predicate::BirthDate) => {
                Sensitivity::Secret
            }
            Self::Person(_) => Sensitivity::Restricted,
            Self::Of(
                Matter::Victim | Matter::Actor | Matter::Relation | Matter::Step | Matter::NextStep | Matter::RowGone,
            ) => Sensitivity::Restricted,
            Self::Of(_) => Sensitivity::Public,
        }
    }

    /// Whether content is of the kind that the topic takes. A value that nobody could read is words, whatever the topic.
    pub fn accepts(self, content: &Content) -> bool {
        use crate::Value;
        match (self.takes(), content) {
            (_, Content::Value(Value::Words)) => !matches!(self.takes(), Takes::Review | Takes::Resolution),
            (Takes::Value, Content::Value(_))
            | (Takes::Words | Takes::Text, Content::Text(_))
            | (Takes::Date, Content::Value(Value::Date(_)))
            | (Takes::Place, Content::Value(Value::Place(_)))
            | (Takes::Count, Content::Count(_))
            | (Takes::Trend, Content::Trend(_))
            | (Takes::Ratio, Content::Ratio(_))
            | (Takes::Review, Content::Review(..))
            | (Takes::Resolution, Content::Resolution(_)) => true,
            // A term that nobody here knows is kept and flagged: another office may have added it.
            (Takes::Code(_), Content::Code(code)) => is_code(code),
            (Takes::Entity(kinds, codes), Content::Entity(entity, code)) => {
                let coded = code.as_deref().is_none_or(|code| codes.is_some() && is_code(code));
                coded && kinds.contains(&entity.kind)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_is_read_back_from_its_code() {
        for matter in Matter::ALL {
            assert_eq!(Topic::from_code(matter.code(), EntityKind::Incident), Some(Topic::Of(*matter)));
        }
        for predicate in Predicate::PLAIN {
            let topic = Topic::Person(*predicate);
            assert_eq!(Topic::from_code(&topic.code(), EntityKind::Mention), Some(topic));
        }
        assert_eq!(Topic::from_code("name", EntityKind::Incident), None);
    }

    #[test]
    fn what_has_not_the_form_of_a_code_is_no_content_and_an_unknown_one_is() {
        let topic = Topic::Of(Matter::Category);
        assert!(topic.accepts(&Content::Code("030103".into())));
        assert!(topic.accepts(&Content::Code("own.night-raid".into())));
        assert!(!topic.accepts(&Content::Code("Night Raid".into())));
        assert!(!Topic::Of(Matter::Count).accepts(&Content::Text("52".into())));
    }
}
