//! `habeas claims incidents`, and `--incident` of `claims accept`: which known incidents an act may be part of, and the
//! claim that it is part of one.

use super::{add::Coder, session::acts_meant};
use crate::{
    desk::{Book, Desk, incidents},
    failure::{Exit, Failure},
    output::Output,
};
use habeas_core::{Assertion, AssertionId, Content, Entity, EntityKind, Matter, Modality, Review, Sign, Topic};
use serde_json::{Value as Json, json};

/// Shows the incidents that an act may be part of.
pub fn run(desk: &Desk, act: &str, out: &Output) -> Result<Exit, Failure> {
    let acts = acts_meant(&Coder::new(desk)?, &[act.to_owned()])?;
    let book = desk.book()?;
    let part_of: Vec<String> =
        acts.iter().flat_map(|act| incidents::incidents_of(&book, *act)).map(|known| book.name(known)).collect();
    let proposed = proposed_json(&book, &acts);
    out.result(&json!({ "schema": 1, "part_of": part_of, "incidents": proposed }), || {
        match (&part_of[..], &proposed[..]) {
            ([], []) => "no known incident is like it".into(),
            ([], proposed) => proposed.iter().map(line).collect(),
            (known, _) => format!("it is part of {}", known.join(", ")),
        }
    })?;
    if let Some(first) = proposed.first() {
        let [act, incident] = ["act", "incident"].map(|key| first[key].as_str().unwrap_or_default().to_owned());
        out.next(format_args!("habeas claims accept {act} --incident {incident}"));
    }
    Ok(Exit::Ok)
}

/// Proposals for acts, the likeliest of each first, with the signs as codes and in words.
pub fn proposed_json(book: &Book, acts: &[Entity]) -> Vec<Json> {
    let of = |act: &Entity| {
        let act = *act;
        incidents::incidents_like(book, act).into_iter().map(move |like| (act, like)).collect::<Vec<_>>()
    };
    let row = |(act, like): (Entity, habeas_core::LikeIncident)| {
        let codes: Vec<&str> = like.signs.iter().map(|sign| sign.code()).collect();
        let words: Vec<&str> = like.signs.iter().map(|sign| words(*sign)).collect();
        json!({
            "act": book.name(act), "incident": book.name(like.incident), "entity": like.incident.to_string(),
            "signs": codes, "why": words.join(", "),
        })
    };
    acts.iter().flat_map(of).map(row).collect()
}

/// A proposal for a terminal.
pub fn line(row: &Json) -> String {
    let word = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
    format!("{} may be part of {}: {}\n", word("act"), word("incident"), word("why"))
}

fn words(sign: Sign) -> &'static str {
    match sign {
        Sign::Person => "a person of the same name",
        Sign::Day => "the same day",
        Sign::Days => "dates that may be one day",
        Sign::Place => "the same place",
        Sign::Within => "one place inside the other",
        Sign::Deed => "the same kind of deed",
        Sign::Figure => "figures that may be the same",
    }
}

/// Says that acts are part of a known incident, on the words that tell of the act; what is said already is not said again.
pub fn part_of(coder: &mut Coder<'_>, acts: &[Entity], incident: &str) -> Result<Vec<AssertionId>, Failure> {
    let name = if incident.contains(':') { incident.to_owned() } else { format!("incident:{incident}") };
    let known = coder.known(&name)?.filter(|known| known.kind == EntityKind::Incident);
    let incident = known.ok_or_else(|| {
        let remedy = "see which may be meant: habeas claims incidents ACT; a new one begins with: habeas claims add \
                      --about incident:NAME";
        Failure::usage(format_args!("there is no incident «{incident}»"), remedy)
    })?;
    if acts.is_empty() {
        return Err(Failure::usage(
            "only an act is part of an incident, and these claims are about none",
            "leave out --incident",
        ));
    }
    let mut said = Vec::new();
    for act in acts {
        if incidents::incidents_of(coder.book(), *act).contains(&incident) {
            continue;
        }
        let book = coder.book();
        let tells = |one: &&Assertion| {
            one.about == *act
                && !one.quotes.is_empty()
                && book.stand(one.id).is_some_and(|stand| stand.review != Review::Rejected)
        };
        // What kind of deed it is stands first among the proposals.
        let quotes = book.assertions.iter().find(tells).map(|one| one.quotes.clone()).unwrap_or_default();
        let plain = coder.plain(*act, Topic::Of(Matter::PartOf), Content::Entity(incident, None))?;
        // No source says so: whoever read both does.
        said.push(coder.push(Assertion { quotes, modality: Modality::InferredByUs, ..plain }));
    }
    Ok(said)
}
