//! `habeas claims`: what texts say, from a suggestion to what counts.
//!
//! Suggestions of files open no vault and count for nothing. What a person adds is accepted by them; what a rule proposes
//! counts when a person has accepted it.

mod add;
mod content;
mod incidents;
mod official;
mod propose;
mod session;
mod suggest;

pub use add::{AddArgs, Coder, Kind, PassageArgs, StanceArgs, date as typed_date};
pub use content::{ContentArgs, FigureArgs};
pub use official::{Official, suggested as suggested_version};
pub use propose::suggest_for;
#[cfg(test)]
pub use session::Line;
pub use session::{Accept, Assign, Judge, Say, Step, take, told};

use crate::{
    cli::{Global, one_of},
    desk::{Desk, asserted},
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use habeas_core::{
    Assertion, EntityKind, Matter, Predicate, Review, Takes, Topic, VOCABULARY_VERSION, Vocabulary, crosswalk,
};
use serde_json::json;
use std::{fmt::Write, path::PathBuf, sync::Arc};

/// Suggest, add and review claims
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Show what texts seem to say, field by field; nothing is written and nothing counts
    Suggest {
        /// Texts, pages, PDF, DOCX, messages, web archives, or folders of them
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The day it was published, where the text does not say
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = suggest::day)]
        published: Option<habeas_core::Date>,
        /// Further places, for this run alone: CSV (name,kind,within,demonym), a country file of GeoNames, or GeoJSON
        #[arg(long, value_name = "FILE")]
        places: Option<PathBuf>,
        #[cfg(feature = "llm")]
        #[command(flatten)]
        model: crate::endpoint::ModelArgs,
    },
    /// Store what a source of the vault seems to say, as proposals; nothing counts until a person accepts it
    Propose {
        /// Key of the source
        source: String,
        /// The day it was published, where the text does not say
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = suggest::day)]
        published: Option<habeas_core::Date>,
        /// Further places, for this run alone: CSV (name,kind,within,demonym), a country file of GeoNames, or GeoJSON
        #[arg(long, value_name = "FILE")]
        places: Option<PathBuf>,
    },
    /// Add a claim that a person has read in a source
    Add(Box<AddArgs>),
    /// Record a session: a file with one command a line (add, accept, reject, question, answer, assign, resolve), all or none
    Session {
        /// The file; `#` begins a comment, `\` at the end goes on in the next line
        file: PathBuf,
        /// Check every line and record nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// List claims with their words, who says so, and how they stand
    List(Filter),
    /// Show one claim with everything that is known of it
    Show {
        /// Its name or id
        claim: String,
    },
    /// Accept proposed claims; what is accepted counts
    Accept(session::Accept),
    /// Show the known incidents that an act may be part of, the likeliest first, each with what speaks for it
    Incidents {
        /// The act, as act:NAME, or a claim about it
        act: String,
    },
    /// Propose what the authorities say of an act that a text tells as their version and disputes; each is confirmed by itself
    OfficialVersion(Official),
    /// Turn claims down; they stay readable and do not count
    Reject(session::Judge),
    /// Ask something about a claim
    Question(session::Say),
    /// Answer a question about a claim, or a finding about it
    Answer(session::Say),
    /// Say who is to work on something
    Assign(session::Assign),
    /// Take two places or two parties for one: recorded with its reason, undone by rejecting it
    Same(session::Pair),
    /// Keep two places or two parties apart; who is kept apart is never joined by way of a third
    Different(session::Pair),
    /// Add a term to a vocabulary of this vault
    AddTerm(session::Term),
    /// Show accounts that cannot all be true, and what is made of them
    Conflicts {
        /// Only those about this, as KIND:NAME
        #[arg(long, value_name = "KIND:NAME")]
        about: Option<String>,
    },
    /// Open every quoted source and check that each claim's words still stand at their place; ends with 4 where some do not
    Verify,
    /// List the questions that a claim can answer, and what each takes
    Topics,
    /// List the codes of a vocabulary, in English and Urdu
    Vocabulary {
        /// Which one [default: their names]
        #[arg(value_parser = one_of(Vocabulary::ALL, Vocabulary::code))]
        name: Option<Vocabulary>,
    },
    /// Compare suggestions with labels: a text and its labels, or a folder of NAME.txt with NAME.labels.json
    Evaluate {
        /// The text, or the folder
        text: PathBuf,
        /// The labels of the text
        labels: Option<PathBuf>,
        /// Further places, for this run alone: CSV (name,kind,within,demonym), a country file of GeoNames, or GeoJSON
        #[arg(long, value_name = "FILE")]
        places: Option<PathBuf>,
    },
}

/// Which claims
#[derive(Debug, clap::Args)]
pub struct Filter {
    /// Only those about this, as KIND:NAME
    #[arg(long, value_name = "KIND:NAME")]
    about: Option<String>,
    /// Only those about something of this kind
    #[arg(long, value_parser = one_of(EntityKind::ALL, EntityKind::code))]
    kind: Option<EntityKind>,
    /// Only those that stand so
    #[arg(long, value_parser = one_of(Review::ALL, Review::code))]
    state: Option<Review>,
    /// Only those with words of this source
    #[arg(long, value_name = "KEY")]
    source: Option<String>,
    /// Only those that no second reader has accepted
    #[arg(long)]
    unread: bool,
    /// Only those with open questions
    #[arg(long)]
    questioned: bool,
    /// Only those with a code that no vocabulary holds
    #[arg(long)]
    unknown_terms: bool,
    /// Only those whose words, names or values have this in them
    #[arg(long, value_name = "WORDS")]
    words: Option<String>,
    /// Names and handles too, which are left out otherwise
    #[arg(long)]
    all: bool,
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    match command {
        #[cfg(not(feature = "llm"))]
        Command::Suggest { files, published, places } => {
            let lexicon = suggest::lexicon(global, places.as_deref())?;
            suggest::suggest_all(&files, published, &lexicon, &mut |_, _| Ok(None), out)
        }
        #[cfg(feature = "llm")]
        Command::Suggest { files, published, places, model } => {
            let (lexicon, mut endpoint) = (suggest::lexicon(global, places.as_deref())?, model.endpoint()?);
            let mut also = |rendition: &_, rules: &_| {
                let asked = endpoint.as_mut().map(|endpoint| endpoint.ask(rendition, rules)).transpose()?;
                Ok(asked.map(|asked| suggest::asked_json(rendition, &asked, &lexicon)))
            };
            suggest::suggest_all(&files, published, &lexicon, &mut also, out)
        }
        Command::Evaluate { text, labels, places } => {
            suggest::evaluate(&text, labels.as_deref(), &suggest::lexicon(global, places.as_deref())?, out)
        }
        Command::Topics => topics(out),
        Command::Vocabulary { name } => vocabulary(name, out),
        Command::Propose { source, published, places } => {
            let desk = opening::desk(global)?;
            let lexicon = suggest::with_places(desk.lexicon()?.as_ref().clone(), places.as_deref())?;
            propose::run(&desk, &source, published, &lexicon, out)
        }
        Command::Session { file, dry_run } => session::file(&opening::desk(global)?, &file, dry_run, out),
        Command::Add(args) => session::one(&opening::desk(global)?, Step::Add(args), out),
        Command::Accept(args) => session::one(&opening::desk(global)?, Step::Accept(args), out),
        Command::Incidents { act } => incidents::run(&opening::desk(global)?, &act, out),
        Command::OfficialVersion(args) => session::one(&opening::desk(global)?, Step::OfficialVersion(args), out),
        Command::Reject(args) => session::one(&opening::desk(global)?, Step::Reject(args), out),
        Command::Question(args) => session::one(&opening::desk(global)?, Step::Question(args), out),
        Command::Answer(args) => session::one(&opening::desk(global)?, Step::Answer(args), out),
        Command::Assign(args) => session::one(&opening::desk(global)?, Step::Assign(args), out),
        Command::Same(args) => session::one(&opening::desk(global)?, Step::Same(args), out),
        Command::Different(args) => session::one(&opening::desk(global)?, Step::Different(args), out),
        Command::AddTerm(args) => session::one(&opening::desk(global)?, Step::AddTerm(args), out),
        Command::List(filter) => list(&opening::desk(global)?, &filter, out),
        Command::Show { claim } => show(&opening::desk(global)?, &claim, out),
        Command::Verify => verify(&opening::desk(global)?, out),
        Command::Conflicts { about } => conflicts(&opening::desk(global)?, about.as_deref(), out),
    }
}

fn list(desk: &Desk, filter: &Filter, out: &Output) -> Result<Exit, Failure> {
    let (book, about) = match &filter.about {
        Some(name) => {
            let (book, about) = desk.book_named(name)?;
            let missing = || Failure::usage("nobody has spoken of this", "see: habeas claims list");
            (Arc::new(book), Some(about.ok_or_else(missing)?))
        }
        None => (desk.book()?, None),
    };
    let source = filter.source.as_deref().map(|key| book.source(key)).transpose()?.map(|source| source.id);
    let words: Vec<String> = filter.words.as_deref().map(habeas_core::fold_tokens).unwrap_or_default();
    let wanted = |one: &&Assertion| {
        let stand = book.stand(one.id);
        let talk = matches!(one.topic, Topic::Of(Matter::Handle | Matter::Review | Matter::Answer));
        let text = || {
            habeas_core::fold(&format!(
                "{} {} {}",
                book.name(one.about),
                one.words(),
                asserted::content_text(&book, one)
            ))
        };
        (filter.all || !talk)
            && about.is_none_or(|about| one.about == about)
            && filter.kind.is_none_or(|kind| one.about.kind == kind)
            && filter.state.is_none_or(|state| stand.is_some_and(|stand| stand.review == state))
            && source.is_none_or(|source| one.quotes.iter().any(|quote| quote.source == source))
            && (!filter.unread || stand.is_some_and(|stand| !stand.has_second_reader(one.recorded_by)))
            && (!filter.unknown_terms || book.unknown_term(one).is_some())
            && (!filter.questioned || stand.is_some_and(|stand| stand.open_questions > 0))
            && (words.is_empty()
                || book.shows(one) && {
                    let text = text();
                    words.iter().all(|word| text.contains(word.as_str()))
                })
    };
    let claims: Vec<&Assertion> = book.assertions.iter().filter(wanted).collect();
    let rows: Vec<_> = claims.iter().map(|one| asserted::assertion_json(&book, one)).collect();
    out.result(&json!({ "schema": 1, "claims": rows }), || {
        let mut text: String = claims.iter().map(|one| format!("{}\n", asserted::assertion_text(&book, one))).collect();
        let _ = writeln!(text, "{} claims", claims.len());
        text
    })?;
    out.next("habeas claims show CLAIM  (everything that is known of one)");
    Ok(Exit::Ok)
}

fn show(desk: &Desk, claim: &str, out: &Output) -> Result<Exit, Failure> {
    let book = desk.book()?;
    let one = book.claim(claim)?;
    let about = habeas_core::Entity::assertion(one.id);
    let talk: Vec<&Assertion> = book.assertions.iter().filter(|other| other.about == about).collect();
    let talk: Vec<&Assertion> = talk.into_iter().filter(|one| one.topic != Topic::Of(Matter::Handle)).collect();
    let set = book.accounts(one);
    let others: Vec<&&Assertion> = set.accounts.iter().filter(|other| other.id != one.id).collect();
    let mut object = asserted::assertion_json(&book, one);
    object["schema"] = json!(1);
    object["said_about_it"] = talk.iter().map(|one| asserted::assertion_json(&book, one)).collect();
    object["other_accounts"] = others.iter().map(|one| asserted::assertion_json(&book, one)).collect();
    object["resolved"] = asserted::resolved_json(&book.resolved(&set), &set, &book);
    out.result(&object, || {
        let mut text = format!("{}\n", asserted::assertion_text(&book, one));
        let _ = writeln!(
            text,
            "      {} · {} · {} · grade {} · {}",
            one.modality.code(),
            one.polarity.code(),
            one.basis.code(),
            one.grade.map_or_else(|| "F6".into(), |grade| grade.code()),
            one.sensitivity.code()
        );
        for other in &others {
            let _ = writeln!(text, "  also: {}", asserted::assertion_text(&book, other));
        }
        for one in &talk {
            let _ = writeln!(text, "  {}: {}", one.topic.code(), asserted::content_text(&book, one));
        }
        text
    })?;
    Ok(Exit::Ok)
}

fn conflicts(desk: &Desk, about: Option<&str>, out: &Output) -> Result<Exit, Failure> {
    let (book, about) = match about {
        Some(name) => {
            let (book, about) = desk.book_named(name)?;
            (Arc::new(book), about)
        }
        None => (desk.book()?, None),
    };
    let mut sets = book.conflicts();
    sets.retain(|set| about.is_none_or(|about| set.about == about));
    let rows: Vec<_> = sets.iter().map(|set| asserted::conflict_json(&book, set)).collect();
    out.result(&json!({ "schema": 1, "conflicts": rows }), || {
        let mut text: String = sets.iter().map(|set| format!("{}\n\n", asserted::conflict_text(&book, set))).collect();
        let _ = writeln!(text, "{} questions with accounts that cannot all be true", sets.len());
        text
    })?;
    out.next("habeas resolve CLAIM --by range|majority|source-order|team --why WORDS");
    Ok(Exit::Ok)
}

/// Every value leads to words that stand in the source; this follows every way back.
fn verify(desk: &Desk, out: &Output) -> Result<Exit, Failure> {
    let book = desk.book()?;
    let mut wrong = Vec::new();
    let mut n_quotes = 0;
    for source in &book.sources {
        let quoting = book.assertions.iter().filter(|one| one.quotes.iter().any(|quote| quote.source == source.id));
        let quoting: Vec<&Assertion> = quoting.collect();
        if quoting.is_empty() {
            continue;
        }
        let text = desk.text_of(source)?;
        for one in quoting {
            for quote in one.quotes.iter().filter(|quote| quote.source == source.id) {
                n_quotes += 1;
                if !quote.holds_in(&text) {
                    wrong.push(json!({
                        "claim": book.claim_name(one.id), "source": source.key, "start": quote.range.start, "end": quote.range.end,
                    }));
                }
            }
        }
    }
    out.result(&json!({ "schema": 1, "quotes": n_quotes, "problems": wrong }), || match wrong.len() {
        0 => format!("{n_quotes} quotes: each stands where it says"),
        n => format!("{n} of {n_quotes} quotes do not stand where they say: {}", json!(wrong)),
    })?;
    Ok(if wrong.is_empty() { Exit::Ok } else { Exit::FoundProblems })
}

fn takes_words(takes: Takes) -> String {
    match takes {
        Takes::Value => "a value of a person".into(),
        Takes::Words => "the words alone".into(),
        Takes::Text => "words that you type".into(),
        Takes::Date => "a date, as EDTF".into(),
        Takes::Place => "a place, the most exact part first".into(),
        Takes::Code(vocabulary) => format!("a code of «{}»", vocabulary.code()),
        Takes::Entity(kinds, degree) => {
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.code()).collect();
            let degree = degree.map(|vocabulary| format!(", with a degree of «{}»", vocabulary.code()));
            format!("KIND:NAME of {}{}", kinds.join(", "), degree.unwrap_or_default())
        }
        Takes::Count => "a count: 52, at-least 70, between 70 94; with --measure".into(),
        Takes::Trend => "rises MEASURE since YEAR".into(),
        Takes::Ratio => "70.20% CLAIM of CLAIM, +6.4% CLAIM from CLAIM".into(),
        Takes::Review | Takes::Resolution => "is not added: accept, reject, resolve".into(),
    }
}

fn topics(out: &Output) -> Result<Exit, Failure> {
    let person = Predicate::PLAIN.iter().map(|predicate| Topic::Person(*predicate));
    let events = habeas_core::EventKind::ALL.iter().flat_map(|kind| {
        [
            Predicate::Event(*kind),
            Predicate::EventDate(*kind),
            Predicate::EventPlace(*kind),
            Predicate::Perpetrator(*kind),
        ]
        .map(Topic::Person)
    });
    let matters = Matter::ALL.iter().map(|matter| Topic::Of(*matter));
    let all: Vec<Topic> = person.chain(events).chain(matters).collect();
    let row = |topic: &Topic| {
        let of = if matches!(topic, Topic::Person(_)) { "mention" } else { "other" };
        json!({ "topic": topic.code(), "of": of, "takes": takes_words(topic.takes()), "one_valued": topic.is_one_valued(), "sensitivity": topic.sensitivity().code() })
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    out.result(&json!({ "schema": 1, "topics": rows }), || {
        let line = |topic: &Topic| {
            let of = if matches!(topic, Topic::Person(_)) { "mention" } else { "other" };
            format!("{:<28} {of:<8} {}\n", topic.code(), takes_words(topic.takes()))
        };
        all.iter().map(line).collect()
    })?;
    Ok(Exit::Ok)
}

fn vocabulary(name: Option<Vocabulary>, out: &Output) -> Result<Exit, Failure> {
    let Some(vocabulary) = name else {
        let names: Vec<&str> = Vocabulary::ALL.iter().map(|vocabulary| vocabulary.code()).collect();
        out.result(&json!({ "schema": 1, "vocabularies": names }), || names.join("\n"))?;
        return Ok(Exit::Ok);
    };
    let rows: Vec<_> = vocabulary
        .terms()
        .iter()
        .map(|term| {
            json!({
                "code": term.code, "parent": term.parent, "en": term.en, "ur": term.ur,
                "huridocs_list": term.huridocs_list, "huridocs_code": term.huridocs_code, "replaced_by": term.replaced_by,
                "elsewhere": crosswalk(vocabulary, term.code).into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            })
        })
        .collect();
    out.result(
        &json!({ "schema": 1, "vocabulary": vocabulary.code(), "version": VOCABULARY_VERSION, "terms": rows }),
        || {
            let line = |term: &habeas_core::Term| format!("{:<20} {}  ·  {}\n", term.code, term.en, term.ur);
            vocabulary.terms().iter().map(line).collect()
        },
    )?;
    Ok(Exit::Ok)
}
