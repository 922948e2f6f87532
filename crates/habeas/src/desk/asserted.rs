//! Assertions, conflicts and findings as JSON and as text for a terminal. Every value keeps its words and its address; what
//! the reader may not see keeps its place.

use super::{Book, Settled};
use habeas_core::{
    Assertion, Bounds, ConflictSet, Content, CountRelation, CountValue, Entity, Finding, Flow, Matter, Modality,
    Moment, Outcome, PartialDate, Polarity, Policy, Resolved, Review, Source, Topic, groups,
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, fmt::Write};

/// Stands where a reader may not see what is said.
const HIDDEN: &str = "‹secret›";

/// What a source says of itself is asked of each text: a day of capture never stands in for one of publication.
pub const OF_A_TEXT: [Matter; 5] =
    [Matter::Author, Matter::Publisher, Matter::Published, Matter::FirstPublished, Matter::DerivedFrom];

/// The accounts of [`OF_A_TEXT`] that count, each once; none where nobody states it. Originals of which no copy is kept are
/// marked.
pub fn stated_of_text(book: &Book, source: &Source) -> Vec<(Matter, Vec<String>)> {
    let said = book.counting_about(Entity::source(source.id));
    let held = |one: &Assertion| {
        let original = one.leads_to().filter(|_| one.topic == Topic::Of(Matter::DerivedFrom));
        original.is_none_or(|original| book.sources.iter().any(|known| Entity::source(known.id) == original))
    };
    let words = |one: &&Assertion| match content_text(book, one) {
        text if held(one) => text,
        text => format!("{text} (not held)"),
    };
    let accounts = |matter| {
        let on_it = said.iter().filter(|one| one.topic == Topic::Of(matter));
        on_it.map(words).collect::<BTreeSet<String>>().into_iter().collect()
    };
    OF_A_TEXT.into_iter().map(|matter| (matter, accounts(matter))).collect()
}

/// Bounds as low, best and high; open ones are null.
pub fn bounds_json(bounds: &Bounds) -> Json {
    json!({ "low": bounds.low, "best": bounds.best, "high": bounds.high })
}

/// Bounds in a line: `70`, `101 or more`, `about 60`, `45 to 94`.
pub fn bounds_text(bounds: &Bounds) -> String {
    match (bounds.low, bounds.best, bounds.high) {
        (Some(low), _, Some(high)) if low == high => low.to_string(),
        (Some(low), _, Some(high)) => format!("{low} to {high}"),
        (Some(low), Some(best), None) => format!("{low} or more, {best} stated"),
        (Some(low), None, None) => format!("{low} or more"),
        (None, Some(best), Some(high)) if best == high => format!("nearly {best}"),
        (None, Some(best), _) => format!("about {best}"),
        (None, None, Some(high)) => format!("up to {high}"),
        (None, None, None) => "number not stated".into(),
    }
}

/// What an assertion says, in one line.
pub fn content_text(book: &Book, one: &Assertion) -> String {
    if !book.shows(one) {
        return HIDDEN.into();
    }
    match &one.content {
        Content::Value(value) => match book.date(one) {
            Some(date) => date_text(&date),
            None => {
                let value = super::shown::plain_value(value);
                value.unwrap_or_else(|| format!("«{}»", one.words()))
            }
        },
        Content::Text(text) => text.clone(),
        Content::Code(code) => code_text(one, code),
        Content::Entity(entity, degree) => match degree {
            Some(degree) => format!("{} ({})", book.name(*entity), code_text(one, degree)),
            None => book.name(*entity),
        },
        Content::Count(count) => count_text(count),
        Content::Trend(trend) => {
            let direction = if trend.rises { "rises" } else { "falls" };
            format!("{} {direction} every year since {}", trend.measure.code(), trend.since)
        }
        Content::Ratio(ratio) => {
            let decimals = usize::from(ratio.decimals);
            let percent = ratio.basis_points as f64 / 100.0;
            let word = if ratio.is_change { "from" } else { "of" };
            format!("{percent:.decimals$} % {} {word} {}", book.claim_name(ratio.of), book.claim_name(ratio.to))
        }
        Content::Review(review, why) => format!("{}: {why}", review.code()),
        Content::Resolution(resolution) => {
            let taken = match &resolution.policy {
                Policy::Team(chosen) => format!(" takes {}", book.claim_name(*chosen)),
                _ => String::new(),
            };
            format!("{}{taken}: {}", resolution.policy.id(), resolution.why)
        }
    }
}

/// A date with how it fills its days, where its form does not say so.
fn date_text(date: &PartialDate) -> String {
    let text = date.to_string();
    match date.holds() {
        habeas_core::Holds::Starts if !text.ends_with("/..") => format!("since {text}"),
        habeas_core::Holds::Ends if !text.starts_with("../") => format!("until {text}"),
        _ => text,
    }
}

fn code_text(one: &Assertion, code: &str) -> String {
    use habeas_core::Takes;
    let (Takes::Code(vocabulary) | Takes::Entity(_, Some(vocabulary))) = one.topic.takes() else { return code.into() };
    vocabulary.term(code).map_or_else(|| code.to_owned(), |term| format!("{} [{code}]", term.en))
}

fn count_text(count: &CountValue) -> String {
    let mut text = format!("{} {}", count.measure.code(), bounds_text(&count.bounds()));
    if !count.subgroup.is_empty() {
        let _ = write!(text, " ({})", count.subgroup);
    }
    if let Some(period) = &count.period {
        let _ = write!(text, ", {period}");
    }
    if let Some(day) = &count.as_of {
        let _ = write!(text, ", as of {day}");
    }
    if let Some(place) = &count.place {
        let _ = write!(text, ", {}", place.text());
    }
    if count.readings.len() > 1 {
        let readings: Vec<String> = count.readings.iter().map(bounds_text).collect();
        let _ = write!(text, " [read as {}]", readings.join(" or "));
    }
    text
}

/// The figure with those that it adds to: they count nobody twice, by what the source says.
fn together(book: &Book, count: &CountValue) -> Option<Bounds> {
    let added = count.relations.iter().filter(|(relation, _)| *relation == CountRelation::InAdditionTo);
    let others: Option<Vec<Bounds>> = added.map(|(_, other)| Some(book.get(*other)?.count()?.bounds())).collect();
    let others = others.filter(|others| !others.is_empty())?;
    Some(Bounds::sum(others.iter().chain([&count.bounds()])))
}

fn count_json(book: &Book, one: &Assertion, count: &CountValue) -> Json {
    let of = |relation: CountRelation| -> Vec<String> {
        let others = count.relations.iter().filter(|(known, _)| *known == relation);
        others.map(|(_, other)| book.claim_name(*other)).collect()
    };
    json!({
        "measure": count.measure.code(),
        "unit": count.unit.code(),
        "bound": count.bound.code(),
        "stated": count.stated,
        "bounds": bounds_json(&count.bounds()),
        "readings": count.readings.iter().map(bounds_json).collect::<Vec<_>>(),
        "subgroup": count.subgroup,
        "period": count.period.as_ref().map(ToString::to_string),
        "year": book.year_of_figure(one).unwrap_or_else(|| "year not stated".into()),
        "place": count.place.as_ref().map(|place| place.text()),
        "as_of": count.as_of.as_ref().map(ToString::to_string),
        "kind": if count.flow == Flow::Stock { "stock" } else { "flow" },
        "exhaustive": count.exhaustive,
        "definition": count.definition,
        "together": together(book, count).as_ref().map(bounds_json),
        "part_of": of(CountRelation::PartOf),
        "in_addition_to": of(CountRelation::InAdditionTo),
        "compared_with": of(CountRelation::ComparedWith),
    })
}

/// An assertion with everything that is known of it.
pub fn assertion_json(book: &Book, one: &Assertion) -> Json {
    let shows = book.shows(one);
    let quotes: Vec<Json> = one
        .quotes
        .iter()
        .map(|quote| {
            json!({
                "source": book.source_key(quote.source),
                "start": quote.range.start,
                "end": quote.range.end,
                "words": if shows { quote.words.as_str() } else { HIDDEN },
            })
        })
        .collect();
    let stand = book.stand(one.id);
    let chain: Option<Vec<String>> = one
        .said_by
        .as_ref()
        .map(|said| std::iter::once(&said.speaker).chain(&said.relayed_by).map(|who| who.name.clone()).collect());
    json!({
        "id": one.id.to_string(),
        "name": book.claim_name(one.id),
        "about": book.name(one.about),
        "entity": one.about.to_string(),
        "topic": one.topic.code(),
        "value": content_text(book, one),
        "count": one.count().filter(|_| shows).map(|count| count_json(book, one, count)),
        "date": book.date(one).filter(|_| shows).map(|date| json!({
            "edtf": date.to_string(),
            "as_told": one.date().map(ToString::to_string),
            "holds": format!("{:?}", date.holds()).to_lowercase(),
            "precision": format!("{:?}", date.precision()).to_lowercase(),
            "elsewhere": {
                "ucdp": date.in_ucdp().map(|date| json!({
                    "start": date.start.to_string(), "end": date.end.to_string(), "date_prec": date.precision,
                })),
                "acled_time_precision": date.in_acled(),
                "huridocs_48": date.in_huridocs(),
            },
        })),
        "passages": quotes,
        "said_by": chain,
        "polarity": one.polarity.code(),
        "modality": one.modality.code(),
        "basis": one.basis.code(),
        "said_at": one.said_at.as_ref().map(ToString::to_string),
        "valid": one.valid.as_ref().map(ToString::to_string),
        "grade": one.grade.map(|grade| grade.code()).unwrap_or_else(|| "F6".into()),
        "sensitivity": one.sensitivity.code(),
        "state": stand.map_or("source-taken-back", |stand| stand.review.code()),
        "counts": stand.is_some_and(|stand| stand.counts()),
        "second_reader": stand.is_some_and(|stand| stand.has_second_reader(one.recorded_by)),
        "superseded_by": stand.and_then(|stand| stand.superseded_by).map(|id| book.claim_name(id)),
        "taken_back_by": stand.and_then(|stand| stand.taken_back_by).map(|id| book.claim_name(id)),
        "unknown_term": book.unknown_term(one).is_some(),
        "open_questions": stand.map_or(0, |stand| stand.open_questions),
        "recorded_ms": one.recorded_ms,
        "recorded_by": one.recorded_by.to_string(),
    })
}

/// An assertion in a line or two for a terminal.
pub fn assertion_text(book: &Book, one: &Assertion) -> String {
    let mut text = format!(
        "{}  {}  {} = {}",
        book.claim_name(one.id),
        book.name(one.about),
        one.topic.code(),
        content_text(book, one)
    );
    let mut notes: Vec<String> = Vec::new();
    if one.polarity != Polarity::Affirms {
        notes.push(one.polarity.code().into());
    }
    if one.modality != Modality::Stated {
        notes.push(one.modality.code().into());
    }
    match book.stand(one.id) {
        None => notes.push("its source was taken back".into()),
        Some(stand) => {
            if stand.review != Review::Accepted {
                notes.push(stand.review.code().into());
            }
            notes.extend(stand.superseded_by.map(|id| format!("corrected by {}", book.claim_name(id))));
            notes.extend(stand.taken_back_by.map(|id| format!("taken back by {}", book.claim_name(id))));
            if stand.open_questions > 0 {
                notes.push(format!("{} open questions", stand.open_questions));
            }
        }
    }
    notes.extend(book.unknown_term(one).map(|code| format!("«{code}» is a term that no vocabulary holds")));
    if !notes.is_empty() {
        let _ = write!(text, "  [{}]", notes.join(", "));
    }
    let _ = write!(text, "\n      {}", address_text(book, one));
    text
}

/// Who says it, in which words, where.
pub fn address_text(book: &Book, one: &Assertion) -> String {
    let speaker = one.said_by.as_ref().map(|said| {
        let chain: Vec<&str> =
            std::iter::once(&said.speaker).chain(&said.relayed_by).map(|who| who.name.as_str()).collect();
        chain.join(" → ")
    });
    let places: Vec<String> = one
        .quotes
        .iter()
        .map(|quote| {
            let words = if book.shows(one) { quote.words.replace('\n', " ") } else { HIDDEN.into() };
            format!("«{words}» {}:{}–{}", book.source_key(quote.source), quote.range.start, quote.range.end)
        })
        .collect();
    let parts: Vec<String> = speaker.into_iter().chain((!places.is_empty()).then(|| places.join(" · "))).collect();
    if parts.is_empty() { "entered without words of a source".into() } else { parts.join(" → ") }
}

/// What a policy makes of a question.
pub fn resolved_json(resolved: &Resolved, set: &ConflictSet<'_>, book: &Book) -> Json {
    json!({
        "policy": resolved.policy_id,
        "bounds": resolved.bounds.as_ref().map(bounds_json),
        "taken": resolved.taken.map(|id| book.claim_name(id)),
        "open_at_the_top": resolved.n_open,
        "support": resolved.support.0,
        "independent_sources": resolved.support.1,
        "stale": match book.settled(set) {
            Settled::By(_, resolution) => set.makes_stale(resolution),
            Settled::ByNobody | Settled::Disputed(_) => false,
        },
        "decided": match book.settled(set) {
            Settled::ByNobody => json!("by-nobody"),
            Settled::By(one, resolution) => json!({
                "why": resolution.why, "by": one.recorded_by.to_string(), "at_ms": one.recorded_ms,
            }),
            Settled::Disputed(decisions) => json!({ "disputed": decisions.len() }),
        },
    })
}

/// One question with all accounts and what is made of them.
pub fn conflict_json(book: &Book, set: &ConflictSet<'_>) -> Json {
    let accounts = |all: &[&Assertion]| all.iter().map(|one| assertion_json(book, one)).collect::<Vec<_>>();
    json!({
        "about": book.name(set.about),
        "topic": set.topic.code(),
        "accounts": accounts(&set.accounts),
        "replaced_by_their_speaker": accounts(&set.superseded),
        "independent_sources": groups(&set.accounts, &book.ties).n(),
        "definitions_differ": set.definitions_differ,
        "resolved": resolved_json(&book.resolved(set), set, book),
    })
}

/// One question for a terminal.
pub fn conflict_text(book: &Book, set: &ConflictSet<'_>) -> String {
    let mut text = format!("{}  {}\n", book.name(set.about), set.topic.code());
    for one in &set.accounts {
        let _ = writeln!(text, "  {}", assertion_text(book, one));
    }
    for one in &set.superseded {
        let _ = writeln!(text, "  replaced by its speaker: {}", assertion_text(book, one));
    }
    let resolved = book.resolved(set);
    let number = resolved.bounds.as_ref().map(bounds_text);
    let made = match (number, resolved.taken) {
        (Some(number), _) => number,
        (None, Some(taken)) => book.get(taken).map_or_else(String::new, |one| content_text(book, one)),
        (None, None) => "no single answer".into(),
    };
    let open = if resolved.n_open > 0 { format!(" · {} leave the top open", resolved.n_open) } else { String::new() };
    let (support, of) = resolved.support;
    let _ = write!(text, "  → {made}  [{} · {support} of {of} independent sources{open}]", resolved.policy_id);
    match book.settled(set) {
        Settled::By(_, resolution) if set.makes_stale(resolution) => {
            let _ =
                write!(text, "\n  new accounts have come in since this was decided: decide again with habeas resolve");
        }
        Settled::Disputed(decisions) => {
            let _ = write!(
                text,
                "\n  {} people have decided differently: none of it holds until they agree",
                decisions.len()
            );
        }
        Settled::By(..) | Settled::ByNobody => {}
    }
    text
}

/// One check with what it rests on.
pub fn finding_json(book: &Book, finding: &Finding) -> Json {
    let (outcome, by) = match finding.outcome {
        Outcome::Holds => ("holds", None),
        Outcome::FailsBy(by) => ("fails", Some(by)),
        Outcome::CannotTell => ("cannot-tell", None),
    };
    let speakers = finding.assertions.iter().filter_map(|id| book.get(*id)).map(|one| address_text(book, one));
    json!({
        "rule": finding.rule.code(),
        "outcome": outcome,
        "by": by,
        "expected": finding.expected.as_ref().map(bounds_json),
        "found": finding.found.as_ref().map(bounds_json),
        "hint": finding.hint.map(|hint| hint.code()),
        "claims": finding.assertions.iter().map(|id| book.claim_name(*id)).collect::<Vec<_>>(),
        "said": speakers.collect::<Vec<_>>(),
        "answers": answers(book, finding),
    })
}

/// What people have answered to a finding: answers to the claim that it checks.
fn answers(book: &Book, finding: &Finding) -> Vec<String> {
    let Some(first) = finding.assertions.first() else { return Vec::new() };
    let about = Entity::assertion(*first);
    let answers = book.counting_about(about).into_iter().filter(|one| one.topic == Topic::Of(Matter::Answer));
    answers.map(|one| content_text(book, one)).collect()
}

/// One check for a terminal.
pub fn finding_text(book: &Book, finding: &Finding) -> String {
    let outcome = match finding.outcome {
        Outcome::Holds => "holds".to_owned(),
        Outcome::FailsBy(by) => format!("FAILS by {by:+}"),
        Outcome::CannotTell => "cannot tell".to_owned(),
    };
    let names: Vec<String> = finding.assertions.iter().map(|id| book.claim_name(*id)).collect();
    let mut text = format!("{:<11} {outcome:<14} {}", finding.rule.code(), names.join(", "));
    if let (Some(found), Some(expected), Outcome::FailsBy(_)) = (&finding.found, &finding.expected, finding.outcome) {
        let _ = write!(text, "\n    says {}, the others make it {}", bounds_text(found), bounds_text(expected));
    }
    if let Some(hint) = finding.hint {
        let _ = write!(text, "\n    perhaps: {}", hint_text(hint));
    }
    for answer in answers(book, finding) {
        let _ = write!(text, "\n    answered: {answer}");
    }
    text
}

fn hint_text(hint: habeas_core::Hint) -> &'static str {
    use habeas_core::Hint;
    match hint {
        Hint::ReceivedIsOlder => "the figure received is a month old: the difference is what came in that month",
        Hint::DisposedIsOlder => "the figure disposed is a month old: the difference is what was done that month",
        Hint::TotalTakenForSubgroup => "the total may have been taken for the subgroup",
        Hint::DateOfAnotherAct => "the date may be that of another act",
        Hint::WrongWeekday => "the day is not the weekday that the words name",
        Hint::RevisedSince => "the text tells of days after it was first published: it was revised since",
        Hint::Unexplained => "nothing that is known explains it",
    }
}

/// One line of a timeline: each account of when.
pub fn moment_json(book: &Book, moment: &Moment<'_>) -> Json {
    json!({
        "about": book.name(moment.about),
        "topic": moment.topic.code(),
        "disputed": moment.disputed,
        "ongoing": moment.is_ongoing(),
        "accounts": moment.accounts.iter().map(|one| assertion_json(book, one)).collect::<Vec<_>>(),
    })
}

/// One line of a timeline for a terminal.
pub fn moment_text(book: &Book, moment: &Moment<'_>) -> String {
    let disputed = if moment.disputed { "  (disputed)" } else { "" };
    let mut text = format!("{}  {}{disputed}", book.name(moment.about), moment.topic.code());
    for one in &moment.accounts {
        let _ = write!(text, "\n    {:<28} {}", content_text(book, one), address_text(book, one));
    }
    text
}
