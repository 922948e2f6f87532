//! `habeas case`: read case files.

use crate::{
    cli::Global,
    commands::claims::Coder,
    desk::{CaseQuery, CaseRow, Desk, Facet, Facets, asserted, shown, standing},
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::{Args, Subcommand};
use habeas_core::{CaseFile, Content, Entity, EntityId, EntityKind, Label, Matter, Topic};
use serde_json::json;
use std::fmt::Write;

/// Read case files
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List case files
    List(Filter),
    /// Find case files by words of any name, in any script, or of any place
    Search(Search),
    /// List the searches that you saved; nobody else sees them
    Saved,
    /// Throw a saved search away, for good
    Forget {
        /// Its name
        name: String,
    },
    /// Show one case file: each question with every account side by side
    Show {
        /// A person's id (or its beginning), or the address of a record such as `committee:214`
        id: String,
    },
    /// Show how a case stands on each axis, who says so, and what the elements amount to
    Status {
        /// A person's id (or its beginning), or the address of a record
        id: String,
    },
    /// Say which records, acts or claims are of a case: a person who was released and taken again has two
    Assign {
        /// The case, as `case:NAME`; a new name makes a new one
        case: String,
        /// Addresses of records such as `committee:214`, acts such as `act:second-arrest`, or names of claims
        #[arg(required = true)]
        what: Vec<String>,
    },
    /// Show what happened when, one line for each account, of a person, an incident, a place …
    Timeline {
        /// A person's id or the address of a record, or KIND:NAME such as `incident:shrine`
        of: String,
    },
    /// Show what a submission asks and nobody has answered, of one case or, field by field, of all
    Missing {
        /// A person's id (or its beginning), or the address of a record [default: all cases]
        id: Option<String>,
    },
}

/// Which case files
#[derive(Debug, Args)]
pub struct Search {
    /// Words to look for; all must occur
    #[arg(required_unless_present = "saved")]
    words: Vec<String>,
    /// Search again what was saved under this name; filters that are given come in place of its own
    #[arg(long, value_name = "NAME", conflicts_with = "save")]
    saved: Option<String>,
    /// Save the search under a name, for yourself alone, in this vault on this device
    #[arg(long, value_name = "NAME")]
    save: Option<String>,
    #[command(flatten)]
    filter: Filter,
}

/// Which case files
#[derive(Debug, Args)]
pub struct Filter {
    /// Only those of this year, or of these years: 2014..2016
    #[arg(long)]
    year: Option<String>,
    /// Only those who may have been taken on this day or later, by some account: 2014, 2014-05, 2014-05-12
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Only those who may have been taken on this day or earlier, by some account
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Only those of this place (widest part, as in the tables)
    #[arg(long)]
    place: Option<String>,
    /// Only those of a place or of places that lie in it, by what assertions say of it
    #[arg(long, value_name = "place:NAME", conflicts_with = "place")]
    within: Option<String>,
    /// Only those with this label, such as `released`
    #[arg(long)]
    label: Option<String>,
    /// Only those that this source names
    #[arg(long, value_name = "KEY")]
    source: Option<String>,
    /// Only those with accounts that contradict each other and that nobody has settled
    #[arg(long)]
    contradicted: bool,
    /// Count those found by status, source, year and place as well
    #[arg(long)]
    facets: bool,
    /// Go on after this key, as given at the end of a page
    #[arg(long, value_name = "KEY", allow_negative_numbers = true)]
    after: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    match command {
        Command::List(filter) => list(&desk, &filter.query(String::new()), filter.facets, out),
        Command::Search(search) => search.run(&desk, out),
        Command::Saved => saved(&desk, out),
        Command::Forget { name } => {
            desk.forget_search(&name)?;
            out.result(&json!({ "schema": 1, "forgotten": name }), || "thrown away".into())?;
            Ok(Exit::Ok)
        }
        Command::Show { id } => show(&desk, &id, out),
        Command::Assign { case, what } => assign(&desk, &case, &what, out),
        Command::Status { id } => status(&desk, &id, out),
        Command::Timeline { of } => timeline(&desk, &of, out),
        Command::Missing { id: Some(id) } => missing(&desk, &id, out),
        Command::Missing { id: None } => completeness(&desk, out),
    }
}

impl Filter {
    fn query(&self, words: String) -> CaseQuery {
        CaseQuery {
            words,
            year: self.year.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            place: self.place.clone(),
            within: self.within.clone(),
            label: self.label.clone(),
            source: self.source.clone(),
            only_contradicted: self.contradicted,
            after: self.after.clone(),
            limit: self.limit.clamp(1, 10_000),
        }
    }
}

impl Search {
    fn run(&self, desk: &Desk, out: &Output) -> Result<Exit, Failure> {
        let mut query = self.filter.query(self.words.join(" "));
        if let Some(name) = &self.saved {
            let known = desk.saved_searches()?.into_iter().find(|known| known.name == *name);
            let none =
                || Failure::new(Exit::Failed, "no saved search has this name", "see: habeas case saved").at(name);
            let known = known.ok_or_else(none)?.query;
            query = CaseQuery {
                words: if query.words.is_empty() { known.words } else { query.words },
                year: query.year.or(known.year),
                from: query.from.or(known.from),
                to: query.to.or(known.to),
                place: query.place.or(known.place),
                within: query.within.or(known.within),
                label: query.label.or(known.label),
                source: query.source.or(known.source),
                only_contradicted: query.only_contradicted || known.only_contradicted,
                ..query
            };
        }
        if let Some(name) = &self.save {
            desk.save_search(name, query.clone())?;
        }
        list(desk, &query, self.filter.facets, out)
    }
}

fn saved(desk: &Desk, out: &Output) -> Result<Exit, Failure> {
    let saved = desk.saved_searches()?;
    let names: Vec<&str> = saved.iter().map(|one| one.name.as_str()).collect();
    out.result(&json!({ "schema": 1, "searches": names }), || match names.as_slice() {
        [] => "no search is saved".into(),
        names => names.join("\n"),
    })?;
    out.next("habeas case search --saved NAME  (save one: case search WORDS --save NAME)");
    Ok(Exit::Ok)
}

fn list(desk: &Desk, query: &CaseQuery, with_facets: bool, out: &Output) -> Result<Exit, Failure> {
    let page = desk.search(query)?;
    let rows: Vec<_> = page.rows.iter().map(row_json).collect();
    let mut object = json!({ "schema": 1, "total": page.facets.n_total, "next": page.next, "cases": rows });
    if with_facets {
        object["facets"] = facets_json(&page.facets);
    }
    out.result(&object, || {
        let mut text = String::new();
        for row in &page.rows {
            let _ = writeln!(text, "{}", row_text(row));
        }
        let _ = writeln!(text, "{} of {} case files", page.rows.len(), page.facets.n_total);
        if with_facets {
            text.push_str(&facets_text(&page.facets));
        }
        text
    })?;
    match (&page.next, page.rows.first()) {
        (Some(next), _) => out.next(format_args!("the same with --after {next}  (the following page)")),
        (None, Some(row)) => out.next(format_args!("habeas case show {}", row.person.short())),
        (None, None) => out.next("habeas case list  (all case files)"),
    }
    Ok(Exit::Ok)
}

/// Kinds of persons found, each with the words that a filter takes.
fn facet_groups(facets: &Facets) -> [(&'static str, Vec<(&str, u64)>); 4] {
    fn plain(all: &[Facet]) -> Vec<(&str, u64)> {
        all.iter().map(|one| (one.value.as_str(), one.n)).collect()
    }
    [
        ("label", facets.labels.iter().map(|(label, n)| (label.code(), *n)).collect()),
        ("source", plain(&facets.sources)),
        ("year", plain(&facets.years)),
        ("place", plain(&facets.places)),
    ]
}

fn facets_json(facets: &Facets) -> serde_json::Value {
    let mut object = json!({ "contradicted": facets.n_contradicted });
    for (name, kinds) in facet_groups(facets) {
        object[name] = kinds.iter().map(|(value, n)| json!({ "value": value, "persons": n })).collect();
    }
    object
}

fn facets_text(facets: &Facets) -> String {
    const MOST: usize = 20;
    let mut text = String::new();
    for (name, kinds) in facet_groups(facets) {
        let _ = writeln!(text, "\nby {name}");
        for (value, n) in kinds.iter().take(MOST) {
            let _ = writeln!(text, "  {n:>8}  {value}");
        }
        if kinds.len() > MOST {
            let _ = writeln!(text, "  … {} more with --json", kinds.len() - MOST);
        }
    }
    let _ = writeln!(text, "\n  {:>8}  with accounts that contradict each other", facets.n_contradicted);
    text
}

fn row_json(row: &CaseRow) -> serde_json::Value {
    json!({
        "person": row.person.to_string(),
        "names": row.names,
        "taken": row.taken,
        "place": row.place,
        "labels": codes(&row.labels),
        "sources": row.sources,
        "records": row.n_records,
        "contradictions": row.n_contradictions,
        "cases": row.cases.iter().map(|(taken, labels)| json!({ "taken": taken, "labels": codes(labels) })).collect::<Vec<_>>(),
    })
}

fn codes(labels: &[Label]) -> Vec<&'static str> {
    labels.iter().map(|label| label.code()).collect()
}

fn row_text(row: &CaseRow) -> String {
    let labels = match &row.cases[..] {
        [] | [_] => codes(&row.labels).join(" / "),
        several => {
            let each: Vec<String> = several.iter().map(|(_, labels)| codes(labels).join(" / ")).collect();
            format!("{} cases: {}", several.len(), each.join(", then "))
        }
    };
    let contradictions = match row.n_contradictions {
        0 => String::new(),
        n => format!("  ! {n}"),
    };
    format!(
        "{}  {}  {}  {}  {}  [{}]{contradictions}",
        row.person.short(),
        row.names.join(" / "),
        if row.taken.is_empty() { "no date" } else { &row.taken },
        if row.place.is_empty() { "no place" } else { &row.place },
        labels,
        row.sources.join(", "),
    )
}

/// Shows a case file.
pub fn show(desk: &Desk, id: &str, out: &Output) -> Result<Exit, Failure> {
    let records = desk.records_of_person(id)?;
    let (book, cases) = desk.cases_of(&records)?;
    let case = desk.case_of(&records)?;
    let mut object = shown::case_json(&case);
    object["claims"] = standing::claims_json(&book, &case).into();
    object["cases"] = standing::cases_json(&case, &book, &cases);
    out.result(&object, || standing::cases_text(&case, &book, &cases))?;
    out.next(format_args!("habeas report case {} --html FILE", case.person.short()));
    Ok(Exit::Ok)
}

fn status(desk: &Desk, id: &str, out: &Output) -> Result<Exit, Failure> {
    let records = desk.records_of_person(id)?;
    let (book, cases) = desk.cases_of(&records)?;
    let case = desk.case_of(&records)?;
    let mut status = standing::status_json(&book, &case);
    let each = cases.all.iter().map(|one| {
        let mut status = standing::status_json(&book, &one.file(&case));
        status["case"] = json!(one.named.map(|named| book.name(named)));
        status
    });
    status["cases"] = each.collect();
    if cases.all.len() > 1 {
        status["disputed"] = json!(cases.all.iter().any(|one| one.file(&case).is_disputed()));
    }
    out.result(&status, || match status["cases"].as_array() {
        Some(several) if several.len() > 1 => {
            let each = several.iter().zip(1..).map(|(one, nth)| {
                let name = one["case"].as_str().map_or_else(|| format!("case {nth}"), str::to_owned);
                format!("{name} of {}: {}", several.len(), standing::status_text(one))
            });
            each.collect::<Vec<_>>().join("\n\n")
        }
        _ => standing::status_text(&status),
    })?;
    out.next(format_args!("habeas case timeline {}", case.person.short()));
    Ok(Exit::Ok)
}

/// Says which case records, acts and claims are of.
fn assign(desk: &Desk, case: &str, what: &[String], out: &Output) -> Result<Exit, Failure> {
    let mut coder = Coder::new(desk)?;
    let case = coder.entity(case)?;
    if case.kind != EntityKind::Case {
        return Err(Failure::usage("this is no case", "write case:NAME; a new name makes a new one"));
    }
    let mut ids = Vec::new();
    for what in what {
        let kind = what.split_once(':').and_then(|(kind, _)| EntityKind::from_code(kind));
        let (about, topic, to) = match (kind, what.split_once(':')) {
            (Some(EntityKind::Act), _) => (coder.entity(what)?, Matter::PartOf, case),
            (Some(EntityKind::Mention), _) => (case, Matter::Actor, coder.entity(what)?),
            (_, Some(_)) => {
                let record = desk.record_at(what)?;
                let mention = Entity { kind: EntityKind::Mention, id: EntityId(record.0) };
                (case, Matter::Actor, mention)
            }
            (_, None) => (Entity::assertion(coder.claim(what)?), Matter::PartOf, case),
        };
        let one = coder.plain(about, Topic::Of(topic), Content::Entity(to, None))?;
        ids.push(coder.push(one));
    }
    let made = coder.into_made();
    desk.assert(made)?;
    crate::commands::claims::told(desk, &ids, &[], out)
}

fn timeline(desk: &Desk, of: &str, out: &Output) -> Result<Exit, Failure> {
    let kind = of.split_once(':').map(|(kind, _)| kind);
    let (book, name, entities, happenings) = if kind.and_then(EntityKind::from_code).is_some() {
        let (book, entity) = desk.book_named(of)?;
        let entity = entity.ok_or_else(|| Failure::usage("nobody has spoken of this", "see: habeas claims list"))?;
        let name = book.name(entity);
        (book, name, vec![entity], Vec::new())
    } else {
        let records = desk.records_of_person(of)?;
        let case = desk.case_of(&records)?;
        let happenings = shown::case_json(&case)["timeline"].as_array().cloned().unwrap_or_default();
        let mentions = standing::mentions_of(&case);
        (desk.book_about(&mentions)?, case.person.short(), mentions, happenings)
    };
    let moments = standing::moments(&book, &entities);
    let rows: Vec<_> = moments.iter().map(|moment| asserted::moment_json(&book, moment)).collect();
    out.result(&json!({ "schema": 1, "of": name, "moments": rows, "happenings": happenings }), || {
        let mut text = String::new();
        for happening in &happenings {
            let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let _ = writeln!(text, "{}  ({})", word(&happening["event"]), word(&happening["agreement"]));
            for account in happening["dates"].as_array().into_iter().flatten() {
                let (value, who, at) = (word(&account["value"]), word(&account["said_by"]), word(&account["where"]));
                let _ = writeln!(text, "    {value:<28} {who}; {at}");
            }
        }
        moments.iter().for_each(|moment| {
            let _ = writeln!(text, "{}", asserted::moment_text(&book, moment));
        });
        text
    })?;
    Ok(Exit::Ok)
}

fn missing(desk: &Desk, id: &str, out: &Output) -> Result<Exit, Failure> {
    let records = desk.records_of_person(id)?;
    let (book, cases) = desk.cases_of(&records)?;
    let case = desk.case_of(&records)?;
    let (mut object, text) = missing_of(&case);
    object["schema"] = json!(1);
    object["person"] = json!(case.person.to_string());
    // A submission is about one taking: what is told of the other answers nothing of it.
    let several = if cases.all.len() > 1 { &cases.all[..] } else { &[] };
    let each = several.iter().zip(1..).map(|(one, nth)| {
        let name = one.named.map_or_else(|| format!("case {nth}"), |named| book.name(named));
        let (object, text) = missing_of(&one.file(&case));
        (name, object, text)
    });
    let each: Vec<(String, serde_json::Value, String)> = each.collect();
    let rows = each.iter().map(|(name, object, _)| {
        let mut row = object.clone();
        row["case"] = json!(name);
        row
    });
    object["cases"] = rows.collect();
    out.result(&object, || match &each[..] {
        [] => text,
        several => several.iter().map(|(name, _, text)| format!("{name}\n{text}\n")).collect(),
    })?;
    Ok(Exit::Ok)
}

/// What a submission asks of a case file and how it stands, as fields and as lines.
fn missing_of(case: &CaseFile<'_>) -> (serde_json::Value, String) {
    let asked = standing::asked_of(case);
    let n_answered = asked.iter().filter(|asked| asked.n_accounts > 0 && !asked.too_vague).count();
    let stand = |asked: &standing::Asked| match (asked.n_accounts, asked.too_vague, asked.disputed) {
        (0, ..) => "missing",
        (_, true, _) => "too-vague",
        (_, _, true) => "disputed",
        _ => "answered",
    };
    let rows: Vec<_> = asked
        .iter()
        .map(|asked| json!({ "asked": asked.what, "accounts": asked.n_accounts, "stand": stand(asked) }))
        .collect();
    let mut text: String = asked.iter().map(|asked| format!("{:<10} {}\n", stand(asked), asked.what)).collect();
    let _ = writeln!(text, "{n_answered} of {} are answered", asked.len());
    (json!({ "answered": n_answered, "of": asked.len(), "fields": rows }), text)
}

/// How many cases answer each field, how many too vaguely, and in how many the answers contradict each other.
fn completeness(desk: &Desk, out: &Output) -> Result<Exit, Failure> {
    let snapshot = desk.snapshot()?;
    let n_cases = snapshot.persons.len();
    let mut fields: Vec<(&'static str, [usize; 3])> = Vec::new();
    snapshot.for_each_case(|case| {
        for asked in standing::asked_of(case) {
            let known = fields.iter().position(|(what, _)| *what == asked.what);
            let at = known.unwrap_or_else(|| {
                fields.push((asked.what, [0; 3]));
                fields.len() - 1
            });
            let [answered, vague, disputed] = &mut fields[at].1;
            *answered += usize::from(asked.n_accounts > 0 && !asked.too_vague);
            *vague += usize::from(asked.too_vague);
            *disputed += usize::from(asked.disputed);
        }
    });
    let row = |(what, [answered, vague, disputed]): &(&str, [usize; 3])| json!({ "asked": what, "answered": answered, "too_vague": vague, "disputed": disputed, "of": n_cases });
    let rows: Vec<_> = fields.iter().map(row).collect();
    out.result(&json!({ "schema": 1, "cases": n_cases, "fields": rows }), || {
        let mut text = String::from("answered  too vague  disputed\n");
        for (what, [answered, vague, disputed]) in &fields {
            let _ = writeln!(text, "{answered:>8}  {vague:>9}  {disputed:>8}  {what}");
        }
        let _ = writeln!(text, "of {n_cases} cases");
        text
    })?;
    out.next("habeas case missing ID  (one case)");
    Ok(Exit::Ok)
}
