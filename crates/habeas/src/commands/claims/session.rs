//! Steps of a coder's session: claims, reviews, questions and decisions. One step is a command, many are a file; either
//! way they are recorded together or not at all.

use super::add::{AddArgs, Coder};
use super::content::{ContentArgs, content};
use super::incidents;
use super::official::{self, Official};
use crate::{
    cli::one_of,
    commands::resolve,
    desk::Desk,
    failure::{Exit, Failure},
    output::Output,
};
use clap::{Args, Parser, Subcommand};
use habeas_core::{
    AddedTerm, Assertion, AssertionId, Content, Entity, EntityKind, Matter, Polarity, Review, Topic, Vocabulary,
    is_code,
};
use serde_json::json;
use std::path::Path;

/// One step
#[derive(Debug, Subcommand)]
pub enum Step {
    /// Add a claim
    Add(Box<AddArgs>),
    /// Accept proposed claims
    Accept(Accept),
    /// Turn claims down
    Reject(Judge),
    /// Ask something about a claim
    Question(Say),
    /// Answer a question or a finding
    Answer(Say),
    /// Say who is to work on something
    Assign(Assign),
    /// Settle a question by a policy
    Resolve(resolve::Args),
    /// Take two places or two parties for one
    Same(Pair),
    /// Keep two places or two parties apart
    Different(Pair),
    /// Propose what the authorities say of an act that a text tells as their version
    OfficialVersion(Official),
    /// Add a term to a vocabulary
    AddTerm(Term),
}

/// Two entities of one kind, and why
#[derive(Debug, Clone, Args)]
pub struct Pair {
    /// One of them, as `place:NAME` or `party:NAME`
    pub this: String,
    /// The other
    pub other: String,
    /// Why; the decision is undone with: habeas claims reject DECISION
    #[arg(long, value_name = "WORDS")]
    pub why: String,
}

/// A term that no vocabulary has yet
#[derive(Debug, Clone, Args)]
pub struct Term {
    /// The vocabulary
    #[arg(value_parser = one_of(Vocabulary::ALL, Vocabulary::code))]
    pub vocabulary: Vocabulary,
    /// Its code: small letters, digits, points and hyphens
    pub code: String,
    /// Label in English
    #[arg(long, value_name = "WORDS")]
    pub label: String,
    /// Label in Urdu
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub label_ur: String,
    /// The wider term
    #[arg(long, value_name = "CODE", default_value = "")]
    pub under: String,
}

/// Which claims to accept, and what of them to put right
#[derive(Debug, Clone, Args)]
pub struct Accept {
    /// Names or ids of claims, or KIND:NAME for all proposals about that
    #[arg(required = true)]
    pub claims: Vec<String>,
    /// Accept with another value, as TOPIC=VALUE: a correction with the same words (can be repeated)
    #[arg(long, value_name = "TOPIC=VALUE")]
    pub field: Vec<String>,
    /// The known incident that the act is part of; see `habeas claims incidents` [default: none of these, or not known]
    #[arg(long, value_name = "NAME")]
    pub incident: Option<String>,
    /// Why
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub why: String,
}

/// Which claims, and why
#[derive(Debug, Clone, Args)]
pub struct Judge {
    /// Names or ids of claims, or KIND:NAME for all proposals about that
    #[arg(required = true)]
    pub claims: Vec<String>,
    /// Why
    #[arg(long, value_name = "WORDS")]
    pub why: String,
}

/// Words about a claim
#[derive(Debug, Clone, Args)]
pub struct Say {
    /// Name or id of the claim
    pub claim: String,
    /// The words
    pub words: String,
}

/// Who works on what
#[derive(Debug, Clone, Args)]
pub struct Assign {
    /// A claim, or KIND:NAME
    pub what: String,
    /// To whom
    pub to: String,
}

/// A step as it is typed
#[derive(Debug, Parser)]
#[command(no_binary_name = true, name = "session", disable_help_flag = true)]
pub struct Line {
    #[command(subcommand)]
    pub step: Step,
}

/// Takes one step and records it.
pub fn one(desk: &Desk, step: Step, out: &Output) -> Result<Exit, Failure> {
    let mut coder = Coder::new(desk)?;
    let ids = take(&mut coder, &step)?;
    let acts = match &step {
        Step::Accept(args) => acts_meant(&coder, &args.claims)?,
        _ => Vec::new(),
    };
    let made = coder.into_made();
    desk.assert(made)?;
    told(desk, &ids, &acts, out)
}

/// Says what was recorded, and which known incidents the acts may be part of.
pub fn told(desk: &Desk, ids: &[AssertionId], acts: &[Entity], out: &Output) -> Result<Exit, Failure> {
    let book = desk.book()?;
    let proposed = incidents::proposed_json(&book, acts);
    let recorded: Vec<&Assertion> = ids.iter().filter_map(|id| book.get(*id)).collect();
    let rows: Vec<_> = recorded.iter().map(|one| crate::desk::asserted::assertion_json(&book, one)).collect();
    let mut object = json!({ "schema": 1, "recorded": rows });
    if !proposed.is_empty() {
        object["incidents"] = json!(proposed);
    }
    out.result(&object, || {
        let recorded = recorded.iter().map(|one| format!("{}\n", crate::desk::asserted::assertion_text(&book, one)));
        recorded.chain(proposed.iter().map(incidents::line)).collect()
    })?;
    if let Some(first) = proposed.first() {
        let [act, incident] = ["act", "incident"].map(|key| first[key].as_str().unwrap_or_default());
        out.next(format_args!("habeas claims accept {act} --incident {incident}  (nothing is linked before)"));
    }
    for act in acts.iter().filter(|act| official::suggested(&book, **act).is_some()) {
        let act = book.name(*act);
        out.next(format_args!("habeas claims official-version {act} --by NAME  (their version, as claims of its own)"));
    }
    out.next("habeas claims conflicts  (accounts that cannot all be true)  or  habeas figures check");
    Ok(Exit::Ok)
}

/// Takes every step of a file and records them together.
pub fn file(desk: &Desk, path: &Path, dry_run: bool, out: &Output) -> Result<Exit, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    let mut coder = Coder::new(desk)?;
    let (mut n_steps, mut ids) = (0, Vec::new());
    for (number, line) in lines(&text) {
        let at = |failure: Failure| failure.at(format!("{}, line {number}", path.display()));
        let words = shlex::split(&line).ok_or_else(|| {
            at(Failure::usage("a quotation mark is not closed", "close it, or escape it with a backslash"))
        })?;
        if words.is_empty() {
            continue;
        }
        let typed = Line::try_parse_from(words).map_err(|error| {
            let text = error.render().to_string();
            let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            at(Failure::usage(first, "see: habeas claims add --help"))
        })?;
        ids.extend(take(&mut coder, &typed.step).map_err(at)?);
        n_steps += 1;
    }
    let made = coder.into_made();
    let n = made.len();
    if !dry_run {
        desk.assert(made)?;
    }
    let object =
        json!({ "schema": 1, "steps": n_steps, "assertions": if dry_run { 0 } else { n }, "dry_run": dry_run });
    out.result(&object, || match dry_run {
        true => format!("{n_steps} steps can be recorded; nothing was"),
        false => format!("{n_steps} steps recorded, {n} assertions"),
    })?;
    out.next("habeas claims conflicts  (accounts that cannot all be true)  or  habeas figures check");
    Ok(Exit::Ok)
}

/// Whole lines with the number of their first one; those that end in a backslash go on.
fn lines(text: &str) -> Vec<(usize, String)> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (number, line) in (1..).zip(text.lines()) {
        let (part, goes_on) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
        match whole.last_mut() {
            Some((_, last)) if open => {
                last.push(' ');
                last.push_str(part);
            }
            _ => whole.push((number, part.to_owned())),
        }
        open = goes_on;
    }
    whole.retain(|(_, line)| !line.trim_start().starts_with('#') && !line.trim().is_empty());
    whole
}

/// Makes the assertions of one step.
pub fn take(coder: &mut Coder<'_>, step: &Step) -> Result<Vec<AssertionId>, Failure> {
    match step {
        Step::Add(args) => Ok(vec![coder.add(args)?]),
        Step::Accept(args) => accept(coder, args),
        Step::Reject(args) => review(coder, &args.claims, Review::Rejected, &args.why),
        Step::Question(args) => say(coder, &args.claim, Matter::Question, &args.words),
        Step::Answer(args) => say(coder, &args.claim, Matter::Answer, &args.words),
        Step::Assign(args) => {
            let about = if args.what.contains(':') {
                coder.entity(&args.what)?
            } else {
                Entity::assertion(coder.claim(&args.what)?)
            };
            let one = coder.plain(about, Topic::Of(Matter::Assigned), Content::Text(args.to.clone()))?;
            Ok(vec![coder.push(one)])
        }
        Step::Resolve(args) => Ok(vec![resolve::decide(coder, args)?]),
        Step::Same(args) => pair(coder, args, Polarity::Affirms),
        Step::Different(args) => pair(coder, args, Polarity::Denies),
        Step::OfficialVersion(args) => official::propose(coder, args),
        Step::AddTerm(args) => add_term(coder, args),
    }
}

/// A decision about two entities, with its reason.
fn pair(coder: &mut Coder<'_>, args: &Pair, polarity: Polarity) -> Result<Vec<AssertionId>, Failure> {
    let (this, other) = (coder.entity(&args.this)?, coder.entity(&args.other)?);
    if this.kind != other.kind || this == other || !matches!(this.kind, EntityKind::Place | EntityKind::Party) {
        let remedy = "name two places or two parties; records of persons are judged with: habeas review decide";
        return Err(Failure::usage("these cannot be taken for one", remedy));
    }
    let one = coder.plain(this, Topic::Of(Matter::Same), Content::Entity(other, None))?;
    let id = coder.push(Assertion { polarity, ..one });
    let why = Content::Review(Review::Accepted, args.why.clone());
    let why = coder.plain(Entity::assertion(id), Topic::Of(Matter::Review), why)?;
    coder.push(why);
    Ok(vec![id])
}

fn add_term(coder: &mut Coder<'_>, args: &Term) -> Result<Vec<AssertionId>, Failure> {
    let Term { vocabulary, code, label, label_ur, under } = args.clone();
    let known = |code: &str| {
        let added = |term: &AddedTerm| term.vocabulary == vocabulary && term.code == code;
        vocabulary.holds(code) || coder.book().terms().iter().any(added)
    };
    if !is_code(&code) || known(&code) {
        let what = format!("«{code}» is no code, or stands in the vocabulary already");
        return Err(Failure::usage(what, "write small letters, digits, points and hyphens, such as own.night-raid"));
    }
    if !under.is_empty() && !known(&under) {
        let remedy = format!("see: habeas claims vocabulary {}", vocabulary.code());
        return Err(Failure::usage(format_args!("«{under}» is no term of this vocabulary"), remedy));
    }
    let about = coder.entity(&format!("term:{}/{code}", vocabulary.code()))?;
    let term = AddedTerm { vocabulary, code, parent: under, en: label, ur: label_ur };
    let one = coder.plain(about, Topic::Of(Matter::AddedTerm), Content::Text(term.to_text()))?;
    Ok(vec![coder.push(one)])
}

fn say(coder: &mut Coder<'_>, claim: &str, matter: Matter, words: &str) -> Result<Vec<AssertionId>, Failure> {
    let about = Entity::assertion(coder.claim(claim)?);
    let one = coder.plain(about, Topic::Of(matter), Content::Text(words.to_owned()))?;
    Ok(vec![coder.push(one)])
}

/// The acts that names mean, or that the claims of these names are about, each once.
pub fn acts_meant(coder: &Coder<'_>, names: &[String]) -> Result<Vec<Entity>, Failure> {
    let mut acts: Vec<Entity> = Vec::new();
    for name in names {
        let about = if name.contains(':') {
            coder.known(name)?
        } else {
            let id = coder.claim(name)?;
            coder.get(id).map(|one| one.about)
        };
        acts.extend(about.filter(|about| about.kind == EntityKind::Act));
    }
    acts.sort();
    acts.dedup();
    Ok(acts)
}

/// The claims that names mean: single ones, or all proposals about an entity.
fn meant(coder: &Coder<'_>, names: &[String]) -> Result<Vec<AssertionId>, Failure> {
    let mut ids = Vec::new();
    for name in names {
        if !name.contains(':') {
            ids.push(coder.claim(name)?);
            continue;
        }
        let book = coder.book();
        let entity =
            book.entity(name)?.ok_or_else(|| Failure::usage("nobody has spoken of this", "see: habeas claims list"))?;
        let proposed = book.assertions.iter().filter(|one| {
            let open = book.stand(one.id).is_some_and(|stand| stand.review == Review::Proposed);
            one.about == entity && open
        });
        ids.extend(proposed.map(|one| one.id));
    }
    Ok(ids)
}

fn review(coder: &mut Coder<'_>, names: &[String], review: Review, why: &str) -> Result<Vec<AssertionId>, Failure> {
    let mut reviews = Vec::new();
    for id in meant(coder, names)? {
        let content = Content::Review(review, why.to_owned());
        let one = coder.plain(Entity::assertion(id), Topic::Of(Matter::Review), content)?;
        reviews.push(coder.push(one));
    }
    Ok(reviews)
}

/// Accepts; a field that is put right becomes a correction with the same words, and the proposal is turned down.
fn accept(coder: &mut Coder<'_>, args: &Accept) -> Result<Vec<AssertionId>, Failure> {
    let ids = meant(coder, &args.claims)?;
    let mut fields: Vec<(&str, &str)> = Vec::new();
    for field in &args.field {
        let pair = field
            .split_once('=')
            .ok_or_else(|| Failure::usage("a field is written TOPIC=VALUE", "for example: --field when=2016-11-12"))?;
        fields.push(pair);
    }
    let mut recorded = Vec::new();
    for id in ids {
        let Some(known) = coder.get(id).cloned() else { continue };
        let right = fields.iter().find(|(topic, _)| *topic == known.topic.code());
        let Some((_, value)) = right else {
            let content = Content::Review(Review::Accepted, args.why.clone());
            let one = coder.plain(Entity::assertion(id), Topic::Of(Matter::Review), content)?;
            recorded.push(coder.push(one));
            continue;
        };
        let typed = ContentArgs::of(value, known.count());
        let content = content(coder, known.topic, &typed, &known.quotes)?;
        let plain = coder.plain(known.about, known.topic, content)?;
        let corrected = Assertion {
            quotes: known.quotes.clone(),
            polarity: known.polarity,
            modality: known.modality,
            basis: known.basis,
            said_by: known.said_by.clone(),
            said_at: known.said_at.clone(),
            supersedes: Some(id),
            ..plain
        };
        recorded.push(coder.push(corrected));
    }
    if let Some(incident) = &args.incident {
        let acts = acts_meant(coder, &args.claims)?;
        recorded.extend(incidents::part_of(coder, &acts, incident)?);
    }
    Ok(recorded)
}
