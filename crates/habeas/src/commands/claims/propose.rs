//! `habeas claims propose`: suggestions for a source of the vault, stored as proposals, each field with its words. Nothing of
//! it counts until a person has accepted it.

use super::{add::Coder, session};
use crate::{
    desk::Desk,
    failure::{Exit, Failure},
    listing::{table_failure, worker},
    output::Output,
};
use habeas_core::{
    Assertion, AssertionId, Attribution, Bound, Bounds, Content, CountValue, DateBasis, Entity, Flow, Gazetteer,
    MadeBy, Matter, Measure, Modality, NameAsGiven, PartialDate, PlaceAsGiven, Predicate, Quote, Review, Source,
    SpeakerKind, Topic, Value,
};
use habeas_intake::{
    gazetteer::GazetteerPlace,
    limits::Limits,
    page::Page,
    suggest::{
        ActClass, Anchors, CountBound, DateRule, Lexicon, RULES_VERSION, Says, SuggestedClaim, TextCount, TextDate,
        anchors_of, suggest,
    },
};
use std::{ops::Range, sync::Arc};

/// Name of the rules, as proposals bear it.
const RULE: &str = "suggest";

/// Stores proposals for a source and says what they are.
pub fn run(
    desk: &Desk,
    key: &str,
    published: Option<habeas_core::Date>,
    lexicon: &Lexicon,
    out: &Output,
) -> Result<Exit, Failure> {
    let suggested = suggest_for(desk, key, published, lexicon)?;
    if suggested.no_rules {
        out.talk("there are no rules for the language of this text: claims are added by hand");
    }
    session::told(desk, &suggested.ids, &[], out)
}

/// What the rules proposed for a source.
pub struct Suggested {
    /// The proposals.
    pub ids: Vec<AssertionId>,
    /// Whether there are no rules for the language of the text.
    pub no_rules: bool,
}

/// Stores proposals for a source, once.
pub fn suggest_for(
    desk: &Desk,
    key: &str,
    published: Option<habeas_core::Date>,
    lexicon: &Lexicon,
) -> Result<Suggested, Failure> {
    let mut coder = Coder::new(desk)?;
    let source = Arc::clone(coder.book().source(key)?);
    let made_by = MadeBy::Rule(RULE.into(), RULES_VERSION.into());
    let before = coder
        .book()
        .assertions
        .iter()
        .any(|one| one.made_by == made_by && one.quotes.iter().any(|quote| quote.source == source.id));
    if before {
        let remedy = format!("see them: habeas claims list --source {key} --state proposed");
        return Err(Failure::usage("these rules have made their proposals for this source already", remedy));
    }
    let bytes = desk.original_of(&source)?;
    let page = Page::open(&bytes, &source.file_name, &Limits::default(), Some(&worker()?));
    let page = page.map_err(|error| table_failure(error, &source.file_name))?;
    let stated = anchors_of(&page);
    let anchors = Anchors { published: stated.published.or(published), ..stated };
    let suggestions = suggest(&page.rendition, &anchors, &lexicon.clone().with_known(known_places(desk)?));
    let text = desk.text_of(&source)?;
    let mut proposals = Proposals { coder: &mut coder, source, text, rendered: page.rendition.text(), ids: Vec::new() };
    for (n, claim) in (1..).zip(&suggestions.claims) {
        proposals.propose(n, claim)?;
    }
    let ids = proposals.ids;
    desk.assert(coder.into_made())?;
    Ok(Suggested { ids, no_rules: suggestions.no_rules })
}

/// The places of the vault, each with its names and, by one of these, what it lies in.
fn known_places(desk: &Desk) -> Result<Vec<GazetteerPlace>, Failure> {
    let book = desk.book_of_places()?;
    let places = Gazetteer::of(book.counting());
    let names = |place| places.node(place).into_iter().flat_map(|node| node.names.iter().map(|(name, _)| name.clone()));
    let place = |place| {
        let wider = places.node(place)?.within.last().and_then(|(wider, _)| names(*wider).next());
        let mut names = names(place);
        Some(GazetteerPlace {
            name: names.next()?,
            other_names: names.collect(),
            within: wider.unwrap_or_default(),
            ..GazetteerPlace::default()
        })
    };
    Ok(places.places().filter_map(place).collect())
}

struct Proposals<'c, 'd, 'r> {
    coder: &'c mut Coder<'d>,
    source: Arc<Source>,
    text: String,
    rendered: &'r str,
    ids: Vec<AssertionId>,
}

impl Proposals<'_, '_, '_> {
    /// One act with each of its fields as a proposal.
    fn propose(&mut self, n: usize, claim: &SuggestedClaim) -> Result<(), Failure> {
        let act = self.coder.entity(&format!("act:{}-{n}", self.source.key))?;
        let said_by = match &claim.says {
            Says::Author => None,
            Says::Named(slot) => Some((slot.range.clone(), SpeakerKind::Organisation)),
            Says::Unnamed(slot) => Some((slot.range.clone(), SpeakerKind::Unnamed)),
        };
        let said_by = said_by.map(|(range, kind)| Attribution::direct(&self.rendered[range], kind));
        // What the text tells as somebody's version it does not state itself.
        let modality = match (&claim.official_version, claim.modality) {
            (Some(_), Modality::Stated) => Modality::Hedged,
            (_, modality) => modality,
        };
        let mut fields: Vec<(Entity, Topic, Content, Vec<Range<usize>>)> = Vec::new();
        let of = |matter| (act, Topic::Of(matter));
        let (about, topic) = of(Matter::Category);
        let words = claim.triggers.first().unwrap_or(&claim.range).clone();
        fields.push((about, topic, Content::Code(category(claim.class).into()), vec![words]));
        if let (Some(slot), Some(measure)) = (&claim.count, measure(claim.class)) {
            let content = Content::Count(Box::new(count(measure, &slot.value)));
            fields.push((act, Topic::Of(Matter::Count), content, vec![slot.range.clone()]));
        }
        if let Some((slot, date)) = claim.date.as_ref().and_then(|slot| Some((slot, date(&slot.value)?))) {
            fields.push((act, Topic::Of(Matter::When), Content::Value(Value::Date(date)), vec![slot.range.clone()]));
        }
        if let Some(slot) = &claim.length {
            fields.push((act, Topic::Of(Matter::Length), Content::Text(slot.value.clone()), vec![slot.range.clone()]));
        }
        if let Some(slot) = &claim.place {
            let parts = slot.ranges.iter().map(|range| self.rendered[range.clone()].to_owned()).collect();
            let place = Content::Value(Value::Place(PlaceAsGiven { parts, point: None }));
            fields.push((act, Topic::Of(Matter::Where), place, slot.ranges.clone()));
        }
        if let Some(slot) = &claim.perpetrator {
            let words = Content::Value(Value::Words);
            fields.push((act, Topic::Of(Matter::PerpetratorParty), words, vec![slot.range.clone()]));
        }
        if let Some(range) = &claim.official_version {
            fields.push((act, Topic::Of(Matter::Term), Content::Value(Value::Words), vec![range.clone()]));
        }
        for range in &claim.victims.named {
            let name = &self.rendered[range.clone()];
            let mention = self.coder.entity(&format!("mention:{}/{name}", self.source.key))?;
            let name = Content::Value(Value::Name(NameAsGiven::unassigned(name)));
            fields.push((mention, Topic::Person(Predicate::Name), name, vec![range.clone()]));
            fields.push((act, Topic::Of(Matter::Victim), Content::Entity(mention, None), vec![range.clone()]));
        }
        for (about, topic, content, ranges) in fields {
            let quotes: Option<Vec<Quote>> = ranges.into_iter().map(|range| self.quote(range)).collect();
            // What cannot be found in the text again is not proposed.
            let Some(quotes) = quotes else { continue };
            let plain = self.coder.plain(about, topic, content)?;
            // The words of an official version are the authorities'; which ones, a person says.
            let theirs = topic == Topic::Of(Matter::Term);
            let one = Assertion {
                quotes,
                said_by: said_by.clone().filter(|_| !theirs),
                modality: if theirs { Modality::OfficialVersion } else { modality },
                polarity: claim.polarity,
                review: Review::Proposed,
                made_by: MadeBy::Rule(RULE.into(), RULES_VERSION.into()),
                ..plain
            };
            self.ids.push(self.coder.push(one));
        }
        Ok(())
    }

    /// The words of a range of the rendition in the text that the desk shows.
    fn quote(&self, range: Range<usize>) -> Option<Quote> {
        let words = self.rendered.get(range.clone())?;
        let at = Quote::at(self.source.id, &self.text, range).ok().filter(|quote| quote.words == words);
        at.or_else(|| Quote::find(self.source.id, &self.text, words, None).ok())
    }
}

fn category(class: ActClass) -> &'static str {
    match class {
        ActClass::Kill => "0101",
        ActClass::Injure => "injury",
        ActClass::Disappear => "030103",
        ActClass::Abduct => "030104",
        ActClass::Arrest => "030101",
        ActClass::Torture => "02011111",
        ActClass::FoundDead => "body-found",
        ActClass::Release => "release",
        ActClass::Attack => "attack",
    }
}

fn measure(class: ActClass) -> Option<Measure> {
    Some(match class {
        ActClass::Kill => Measure::Killed,
        ActClass::Injure => Measure::Injured,
        ActClass::Disappear => Measure::Disappeared,
        ActClass::Abduct => Measure::Abducted,
        ActClass::Arrest => Measure::Arrested,
        ActClass::FoundDead => Measure::BodiesFound,
        ActClass::Release => Measure::Released,
        ActClass::Torture | ActClass::Attack => return None,
    })
}

/// The rules have computed the bounds from the words already.
fn count(measure: Measure, read: &TextCount) -> CountValue {
    let bound = match read.bound {
        CountBound::Exact => Bound::Exact,
        CountBound::Around => Bound::About,
        CountBound::Nearly => Bound::Nearly,
        CountBound::MoreThan => Bound::MoreThan,
        CountBound::AtLeast => Bound::AtLeast,
        CountBound::AtMost => Bound::UpTo,
        CountBound::FewerThan => Bound::FewerThan,
        CountBound::Vague => Bound::Vague,
    };
    let first = Bounds { low: read.low, best: read.best, high: read.high };
    let others = read.readings.iter().map(|(low, high)| Bounds { low: *low, best: None, high: *high });
    let vague = CountValue::new(measure, Bound::Vague, None, None).expect("«many» needs no number");
    CountValue {
        bound,
        stated: read.stated,
        readings: std::iter::once(first).chain(others).collect(),
        flow: if read.running_total { Flow::Stock } else { Flow::Flow },
        ..vague
    }
}

fn date(read: &TextDate) -> Option<PartialDate> {
    let date = read.value.clone()?;
    Some(match read.rule {
        DateRule::DocumentYear | DateRule::Weekday => date.on_basis(DateBasis::DocumentYear),
        DateRule::NearestAntecedent => date.on_basis(DateBasis::Antecedent),
        _ => date,
    })
}
