//! Three short articles and two testimonies about persons of the world, with the claims a careful reader would code.
//!
//! They hold on purpose what makes texts hard: an official denial against a witness, a date that hangs on the day of
//! publication, a paper that reprints another, and a testimony in Arabic script beside its translation.

mod articles;
mod testimonies;

use super::{World, population::Person, sound};
use habeas_core::{
    Attribution, Date, Modality, NameAsGiven, PartialDate, PlaceAsGiven, Polarity, Predicate, SourceKind, Value,
};
use std::ops::Range;

/// One text, whole, with what is to be coded from it.
#[derive(Debug, Clone)]
pub struct TextPlan {
    /// Short name.
    pub key: &'static str,
    /// What kind of work.
    pub kind: SourceKind,
    /// Title.
    pub title: &'static str,
    /// Name of the file.
    pub file_name: &'static str,
    /// Who says what the text says, unless a claim names another.
    pub said_by: Attribution,
    /// The day of publication or recording.
    pub published: Date,
    /// The text.
    pub text: String,
    /// The persons mentioned, in the order of their first mention.
    pub mentions: Vec<MentionPlan>,
}

/// What a text says of one person.
#[derive(Debug, Clone)]
pub struct MentionPlan {
    /// Index of the true person.
    pub person: u32,
    /// The claims, in the order of the text.
    pub claims: Vec<ClaimPlan>,
}

/// One claim with its words.
#[derive(Debug, Clone)]
pub struct ClaimPlan {
    /// The question.
    pub predicate: Predicate,
    /// The answer.
    pub value: Value,
    /// For or against.
    pub polarity: Polarity,
    /// How it is put.
    pub modality: Modality,
    /// Who says so, where that is not who made the text.
    pub said_by: Option<Attribution>,
    /// The words: a byte range of the text.
    pub span: Range<usize>,
}

/// Writes all texts of a world.
pub fn compose(world: &World) -> Vec<TextPlan> {
    let [denied, traced, shot] = world.contested.map(|(person, _)| Subject::of(world, person));
    let brothers = [Subject::of(world, 0), Subject::of(world, 1)];
    let two_taken = articles::two_taken(&brothers);
    let reprint = articles::reprint(&two_taken, &traced);
    vec![
        articles::denial(&denied),
        two_taken.plan,
        reprint,
        testimonies::cellmate(&denied, &shot),
        testimonies::mother(&traced),
    ]
}

/// A person of the world as the texts write about them.
struct Subject<'w> {
    index: u32,
    person: &'w Person,
    given: &'w str,
    family: &'w str,
    father: &'w str,
}

impl<'w> Subject<'w> {
    fn of(world: &'w World, index: u32) -> Self {
        let person = &world.persons[index as usize];
        Self {
            index,
            person,
            given: world.names.given(person.name.given),
            family: world.names.family_of(person.name.family),
            father: world.names.given(person.father),
        }
    }

    fn name(&self) -> String {
        format!("{} {}", sound::plain(self.given), sound::plain(self.family))
    }

    fn place(&self) -> (String, Value) {
        let town = self.person.taken_at;
        let (name, district) = (sound::plain(&town.name()), sound::plain(town.district_name()));
        let words = format!("{name} in {district} district");
        (words, Value::Place(PlaceAsGiven { parts: vec![name, district], point: None }))
    }
}

/// How a claim is made: for or against, as what, by whom.
#[derive(Clone)]
struct Manner {
    polarity: Polarity,
    modality: Modality,
    said_by: Option<Attribution>,
}

impl Manner {
    fn plain() -> Self {
        Self { polarity: Polarity::Affirms, modality: Modality::Stated, said_by: None }
    }

    fn by(speaker: &Attribution) -> Self {
        Self { said_by: Some(speaker.clone()), ..Self::plain() }
    }

    fn alleged(self) -> Self {
        Self { modality: Modality::Alleged, ..self }
    }

    fn official(self) -> Self {
        Self { modality: Modality::OfficialVersion, ..self }
    }

    fn denied(self) -> Self {
        Self { polarity: Polarity::Denies, ..self }
    }
}

/// A text in the making: words that are claims are marked as they are written, so that spans always fit.
#[derive(Default)]
struct Draft {
    text: String,
    mentions: Vec<MentionPlan>,
}

impl Draft {
    /// Writes words that claim nothing.
    fn say(&mut self, words: &str) -> &mut Self {
        self.text.push_str(words);
        self
    }

    /// Writes words that are a claim about one person.
    fn claim(
        &mut self,
        of: &Subject<'_>,
        words: &str,
        predicate: Predicate,
        value: Value,
        manner: &Manner,
    ) -> &mut Self {
        self.claim_of_all(&[of], words, predicate, value, manner)
    }

    /// Writes words that are the same claim about several persons.
    fn claim_of_all(
        &mut self,
        of: &[&Subject<'_>],
        words: &str,
        predicate: Predicate,
        value: Value,
        manner: &Manner,
    ) -> &mut Self {
        let start = self.text.len();
        self.text.push_str(words);
        let span = start..self.text.len();
        for subject in of {
            let Manner { polarity, modality, said_by } = manner.clone();
            let claim = ClaimPlan { predicate, value: value.clone(), polarity, modality, said_by, span: span.clone() };
            match self.mentions.iter_mut().find(|mention| mention.person == subject.index) {
                Some(mention) => mention.claims.push(claim),
                None => self.mentions.push(MentionPlan { person: subject.index, claims: vec![claim] }),
            }
        }
        self
    }

    /// Writes a name and claims it.
    fn name(&mut self, of: &Subject<'_>, words: &str, manner: &Manner) -> &mut Self {
        self.claim(of, words, Predicate::Name, Value::Name(NameAsGiven::unassigned(words)), manner)
    }

    /// Writes the father's name and claims it of each.
    fn father(&mut self, of: &[&Subject<'_>], words: &str, manner: &Manner) -> &mut Self {
        self.claim_of_all(of, words, Predicate::FatherName, Value::Name(NameAsGiven::unassigned(words)), manner)
    }
}

/// «12 March 2016», and the day as a value.
fn in_full(day: Date) -> (String, Value) {
    let month = super::lists::MONTHS[day.month() as usize - 1];
    (format!("{} {month} {}", day.day(), day.year()), Value::Date(PartialDate::day(day)))
}

/// A month of a year as a value; jiff's months are months of every calendar year.
fn month_of(day: Date) -> Value {
    Value::Date(PartialDate::month(day.year(), day.month()).expect("the month of a day exists"))
}
