//! `habeas consent`: what the person or the family has allowed, to whom, what for, until when.

use crate::{
    cli::{Global, one_of},
    commands::{
        init::now_ms,
        publish::{day, today},
    },
    desk::{Desk, vault_failure},
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::Subcommand;
use habeas_core::{
    Audience, Consent, ConsentAnswer, ConsentId, ConsentMedium, ConsentState, Date, FieldGroup, Giver, PersonId,
    Purpose, Right, UserId,
};
use habeas_vault::AuditEvent;
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
        relation: args.relation,
        groups: args.group,
        audiences: args.audience,
        purposes: args.purpose,
        answer: args.answer,
        from,
        until: args.until,
        review: args.review,
        medium: args.medium,
        risk_text: args.risk_text,
        source,
        replaces: Vec::new(),
        recorded_by: UserId([0; 16]),
    };
    let code = draft.answer.code();
    let id = keep(desk, &args.id, draft, args.contact.as_deref())?;
    let object = json!({ "schema": 1, "consent": id.to_string(), "answer": code });
    out.result(&object, || format!("recorded: {code} ({})", id.short()))?;
    out.next(format_args!("habeas consent show {}", args.id));
    Ok(Exit::Ok)
}

fn keep(desk: &Desk, id: &str, draft: Consent, contact: Option<&str>) -> Result<ConsentId, Failure> {
    let records: Vec<_> = desk.records_of_person(id)?.iter().map(|record| record.id).collect();
    desk.keep(Right::Code, |vault| vault.add_consent(draft, &records, contact, now_ms()).map_err(vault_failure))
}

/// One statement that takes back all that the giver gave about the person.
fn withdraw(desk: &Desk, id: &str, giver: Giver, relation: &str, out: &Output) -> Result<Exit, Failure> {
    let person = person_of(desk, id)?;
    let book = desk.consent_book()?;
    let given = book.statements(person).iter().filter(|consent| {
        consent.giver == giver && consent.relation == relation && consent.answer == ConsentAnswer::Given
    });
    let mut all: Option<Consent> = None;
    for consent in given {
        let sum = all.get_or_insert_with(|| consent.clone());
        sum.groups.extend(&consent.groups);
        sum.audiences.extend(&consent.audiences);
        sum.purposes.extend(&consent.purposes);
    }
    let Some(mut draft) = all else {
        return Err(Failure::usage(
            "nothing that this giver gave is recorded",
            format!("see: habeas consent show {id}"),
        ));
    };
    // Of everything: who takes back does not want to be asked which part.
    draft.groups.sort();
    draft.groups.dedup();
    draft.audiences.sort();
    draft.audiences.dedup();
    draft.purposes.sort();
    draft.purposes.dedup();
    let draft = Consent { answer: ConsentAnswer::Withdrawn, from: today()?, until: None, review: None, ..draft };
    let consent = keep(desk, id, draft, None)?;
    let held = desk
        .releases()?
        .iter()
        .filter(|info| {
            info.published && info.withdrawn.is_none() && info.release.named.iter().any(|named| named.person == person)
        })
        .map(|info| info.release.number)
        .collect::<Vec<_>>();
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

fn person_of(desk: &Desk, id: &str) -> Result<PersonId, Failure> {
    let record = desk.records_of_person(id)?[0].id;
    let snapshot = desk.snapshot()?;
    Ok(snapshot.person_of(record).map_or(PersonId::from(record), |person| person.id))
}

fn show(desk: &Desk, id: &str, contact: bool, out: &Output) -> Result<Exit, Failure> {
    let (person, book, day) = (person_of(desk, id)?, desk.consent_book()?, today()?);
    let mut standing: Vec<(FieldGroup, Audience, Purpose, ConsentState)> = Vec::new();
    for group in FieldGroup::ALL {
        for audience in Audience::ALL {
            for purpose in Purpose::ALL {
                let state = book.state(person, *group, *audience, *purpose, day);
                if !matches!(state, ConsentState::Silent | ConsentState::Never) {
                    standing.push((*group, *audience, *purpose, state));
                }
            }
        }
    }
    let statements = book.statements(person);
    let contacts = if contact { contacts_of(desk, statements)? } else { HashMap::new() };
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
            "id": consent.id.to_string(), "contact": contacts.get(&consent.id), "giver": consent.giver.code(), "relation": consent.relation,
            "answer": consent.answer.code(), "from": consent.from.to_string(), "until": consent.until.map(|day| day.to_string()),
            "review": consent.review.map(|day| day.to_string()), "medium": consent.medium.code(), "risk_text": consent.risk_text,
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

/// How to reach the givers, as far as this member may know; that somebody looked is audited.
fn contacts_of(desk: &Desk, statements: &[Consent]) -> Result<HashMap<ConsentId, String>, Failure> {
    desk.keep(Right::Cases, |vault| {
        let known = |consent: &Consent| Some((consent.id, vault.consent_contact(consent.id)?.to_owned()));
        let contacts: HashMap<ConsentId, String> = statements.iter().filter_map(known).collect();
        if !vault.is_read_only() {
            for id in contacts.keys() {
                let looked_up = AuditEvent::new("contact-looked-up", [("consent", id.short())]);
                vault.audit(looked_up, now_ms()).map_err(vault_failure)?;
            }
        }
        Ok(contacts)
    })
}

fn list(desk: &Desk, expiring: Option<u32>, out: &Output) -> Result<Exit, Failure> {
    let (book, day) = (desk.consent_book()?, today()?);
    let limit = expiring.map(|days| {
        let span = jiff::Span::new().days(i64::from(days.min(36_500)));
        day.checked_add(span).unwrap_or(Date::MAX)
    });
    let mut rows = Vec::new();
    for person in book.persons() {
        let statements = book.statements(person);
        let given = statements.iter().filter(|consent| consent.answer == ConsentAnswer::Given);
        let next =
            given.flat_map(|consent| [consent.until, consent.review]).flatten().filter(|date| *date >= day).min();
        if limit.is_none_or(|limit| next.is_some_and(|next| next <= limit)) {
            let identity = book.state(person, FieldGroup::Identity, Audience::Public, Purpose::Memorial, day);
            rows.push((person, statements.len(), identity, next));
        }
    }
    let object = json!({
        "schema": 1,
        "on": day.to_string(),
        "persons": rows.iter().map(|(person, n, identity, next)| json!({
            "person": person.to_string(), "statements": n, "identity_public_memorial": identity.code(), "next_day": next.map(|day| day.to_string()),
        })).collect::<Vec<_>>(),
    });
    out.result(&object, || {
        let mut text = format!("{} persons about whom somebody has answered\n", rows.len());
        for (person, n, identity, next) in &rows {
            let next = next.map(|day| format!(", {day}")).unwrap_or_default();
            let _ =
                writeln!(text, "  {}  {n} statements; name on the memorial: {}{next}", person.short(), identity.code());
        }
        text
    })?;
    out.next("habeas consent show ID");
    Ok(Exit::Ok)
}
