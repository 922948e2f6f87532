//! `habeas consent`: what the person or the family has allowed, to whom, what for, until when.

use crate::{
    cli::{Global, one_of},
    commands::publish::{day, today},
    desk::{
        Desk,
        publishing::consents::{Answered, TakenBack, stands},
    },
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::Subcommand;
use habeas_core::{
    Audience, Consent, ConsentAnswer, ConsentId, ConsentMedium, ConsentState, Date, FieldGroup, Giver, Purpose, UserId,
};
use serde_json::json;
use std::{collections::HashMap, fmt::Write};

/// Record and read what may be told about a person
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Record what somebody answered
    Record(Record),
    /// Record that somebody takes back what they gave
    Withdraw {
        /// A person's id (or its beginning), or the address of a record
        id: String,
        /// In which role
        #[arg(long, value_parser = one_of(Giver::ALL, Giver::code))]
        giver: Giver,
        /// Which relative, such as «mother»; no name
        #[arg(long, default_value = "")]
        relation: String,
    },
    /// How each part of a person's file stands
    Show {
        /// A person's id (or its beginning), or the address of a record
        id: String,
        /// Say how to reach whoever answered, where you may know it; that is audited
        #[arg(long)]
        contact: bool,
    },
    /// Everybody about whom somebody has answered
    List {
        /// Only those whose consent ends, or who are to be asked again, within so many days
        #[arg(long, value_name = "DAYS")]
        expiring: Option<u32>,
    },
}

/// One answer
#[derive(Debug, clap::Args)]
pub struct Record {
    /// A person's id (or its beginning), or the address of a record
    id: String,
    /// In which role
    #[arg(long, value_parser = one_of(Giver::ALL, Giver::code))]
    giver: Giver,
    /// Which relative, such as «mother»; no name
    #[arg(long, default_value = "")]
    relation: String,
    /// About which parts of the file
    #[arg(long, required = true, value_delimiter = ',', value_parser = one_of(FieldGroup::ALL, FieldGroup::code))]
    group: Vec<FieldGroup>,
    /// For whom
    #[arg(long, required = true, value_delimiter = ',', value_parser = one_of(Audience::ALL, Audience::code))]
    audience: Vec<Audience>,
    /// What for
    #[arg(long, required = true, value_delimiter = ',', value_parser = one_of(Purpose::ALL, Purpose::code))]
    purpose: Vec<Purpose>,
    /// The answer
    #[arg(long, default_value = "given", value_parser = one_of(ConsentAnswer::ALL, ConsentAnswer::code))]
    answer: ConsentAnswer,
    /// First day [default: today]
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Option<Date>,
    /// Last day
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Option<Date>,
    /// Day on which to ask again
    #[arg(long, value_name = "DAY", value_parser = day)]
    review: Option<Date>,
    /// How it was recorded
    #[arg(long, default_value = "form", value_parser = one_of(ConsentMedium::ALL, ConsentMedium::code))]
    medium: ConsentMedium,
    /// Version of the text on risks that was read out
    #[arg(long, value_name = "VERSION")]
    risk_text: String,
    /// Key of the source that holds the form, recording or note
    #[arg(long, value_name = "KEY")]
    source: Option<String>,
    /// How to reach whoever answered; sealed apart
    #[arg(long, value_name = "WORDS")]
    contact: Option<String>,
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    match command {
        Command::Record(args) => record(&desk, args, out),
        Command::Withdraw { id, giver, relation } => withdraw(&desk, &id, giver, &relation, out),
        Command::Show { id, contact } => show(&desk, &id, contact, out),
        Command::List { expiring } => list(&desk, expiring, out),
    }
}

fn record(desk: &Desk, args: Record, out: &Output) -> Result<Exit, Failure> {
    let from = match args.from {
        Some(day) => day,
        None => today()?,
    };
    if args.until.is_some_and(|until| until < from) {
        return Err(Failure::usage("the last day lies before the first", "check --from and --until"));
    }
    if args.giver == Giver::Family && args.relation.trim().is_empty() {
        return Err(Failure::usage("relatives are told apart by --relation", "say --relation mother, brother, …"));
    }
    let source = match &args.source {
        None => None,
        Some(key) => {
            let sources = desk.sources()?;
            let known = sources.iter().find(|source| source.key == *key).map(|source| source.id);
            Some(known.ok_or_else(|| Failure::usage("no source has this key", "see: habeas source list"))?)
        }
    };
    let draft = Consent {
        id: ConsentId([0; 16]),
        about: desk.records_of_person(&args.id)?[0].id,
        giver: args.giver,
        relation: args.relation.into(),
        groups: args.group.into_iter().collect(),
        audiences: args.audience.into_iter().collect(),
        purposes: args.purpose.into_iter().collect(),
        answer: args.answer,
        from,
        until: args.until,
        review: args.review,
        medium: args.medium,
        risk_text: args.risk_text.into(),
        source,
        replaces: Vec::new(),
        recorded_by: UserId([0; 16]),
    };
    let code = draft.answer.code();
    let id = desk.record_consent(&args.id, draft, args.contact.as_deref())?;
    let object = json!({ "schema": 1, "consent": id.to_string(), "answer": code });
    out.result(&object, || format!("recorded: {code} ({})", id.short()))?;
    out.next(format_args!("habeas consent show {}", args.id));
    Ok(Exit::Ok)
}

fn withdraw(desk: &Desk, id: &str, giver: Giver, relation: &str, out: &Output) -> Result<Exit, Failure> {
    let TakenBack { id: consent, named_in: held } = desk.take_back_consent(id, giver, relation, today()?)?;
    let object = json!({ "schema": 1, "consent": consent.to_string(), "answer": "withdrawn", "named_in": held });
    out.result(&object, || {
        let mut text = format!("recorded: withdrawn ({})", consent.short());
        if !held.is_empty() {
            let numbers: Vec<String> = held.iter().map(|number| format!("R{number:04}")).collect();
            let _ = write!(text, "\nthe person is named in {}: make a release without them", numbers.join(", "));
        }
        text
    })?;
    out.next("habeas publish check");
    Ok(Exit::Ok)
}

fn show(desk: &Desk, id: &str, contact: bool, out: &Output) -> Result<Exit, Failure> {
    let (person, day) = (desk.person_of_id(id)?, today()?);
    let book = desk.consents_of(&[person])?;
    let standing = stands(&book, person, day);
    let statements = book.statements(person);
    let contacts = if contact { desk.contacts_of(statements)? } else { HashMap::new() };
    let until = |state: &ConsentState| match state {
        ConsentState::Given { until } => until.map(|day| day.to_string()),
        _ => None,
    };
    let object = json!({
        "schema": 1,
        "person": person.to_string(),
        "on": day.to_string(),
        "states": standing.iter().map(|(group, audience, purpose, state)| json!({
            "group": group.code(), "audience": audience.code(), "purpose": purpose.code(), "state": state.code(), "until": until(state),
        })).collect::<Vec<_>>(),
        "statements": statements.iter().map(|consent| json!({
            "id": consent.id.to_string(), "contact": contacts.get(&consent.id), "giver": consent.giver.code(), "relation": *consent.relation,
            "answer": consent.answer.code(), "from": consent.from.to_string(), "until": consent.until.map(|day| day.to_string()),
            "review": consent.review.map(|day| day.to_string()), "medium": consent.medium.code(), "risk_text": *consent.risk_text,
            "groups": consent.groups.iter().map(|group| group.code()).collect::<Vec<_>>(),
            "audiences": consent.audiences.iter().map(|audience| audience.code()).collect::<Vec<_>>(),
            "purposes": consent.purposes.iter().map(|purpose| purpose.code()).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    });
    out.result(&object, || {
        let mut text = String::new();
        for consent in statements {
            let who = if consent.relation.is_empty() { String::new() } else { format!(" ({})", consent.relation) };
            let _ = writeln!(text, "{} {}{who}: {}", consent.from, consent.giver.code(), consent.answer.code());
            if let Some(words) = contacts.get(&consent.id) {
                let _ = writeln!(text, "    reached by: {words}");
            }
        }
        let _ = writeln!(text, "\nas of {day}; what is not named here is closed");
        for (group, audience, purpose, state) in &standing {
            let end = until(state).map(|day| format!(" until {day}")).unwrap_or_default();
            let _ = writeln!(
                text,
                "  {:<13} {:<8} {:<11} {}{end}",
                group.code(),
                audience.code(),
                purpose.code(),
                state.code()
            );
        }
        text
    })?;
    out.next("habeas publish check");
    Ok(Exit::Ok)
}

fn list(desk: &Desk, expiring: Option<u32>, out: &Output) -> Result<Exit, Failure> {
    let day = today()?;
    let limit = expiring.map(|days| {
        let span = jiff::Span::new().days(i64::from(days.min(36_500)));
        day.checked_add(span).unwrap_or(Date::MAX)
    });
    let rows = desk.answered(day, limit)?;
    let object = json!({
        "schema": 1,
        "on": day.to_string(),
        "persons": rows.iter().map(|Answered { person, n_statements: n, identity, next, .. }| json!({
            "person": person.to_string(), "statements": n, "identity_public_memorial": identity.code(), "next_day": next.map(|day| day.to_string()),
        })).collect::<Vec<_>>(),
    });
    out.result(&object, || {
        let mut text = format!("{} persons about whom somebody has answered\n", rows.len());
        for Answered { person, n_statements: n, identity, next, .. } in &rows {
            let next = next.map(|day| format!(", {day}")).unwrap_or_default();
            let _ =
                writeln!(text, "  {}  {n} statements; name on the memorial: {}{next}", person.short(), identity.code());
        }
        text
    })?;
    out.next("habeas consent show ID");
    Ok(Exit::Ok)
}
