//! Releases of one case, for readers who are bound: whom it is about, for whom, and who submits.

use super::{Profile, What, day};
use crate::{
    cli::one_of,
    desk::Desk,
    failure::{Exit, Failure},
};
use habeas_core::{Audience, Date, Purpose, RecordId};
use habeas_publish::paper::Submitter;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// For the profiles wgeid, ced and case
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Of one case")]
pub struct OneCase {
    /// Whose: a person's id (or its beginning), or the address of a record
    #[arg(long, value_name = "ID")]
    pub person: Option<String>,
    /// A file that says who submits: name, address, reached_at, relation, family_agrees, keeps_contact, confidential,
    /// other_procedures, state, witnesses, no_steps, reprisals, protection, annexes, signed, each = "words"
    #[arg(long, value_name = "FILE")]
    pub by: Option<PathBuf>,
    /// The day on which the convention entered into force for the State, for ced
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub in_force: Option<Date>,
    /// Build although the form's minimum is not answered
    #[arg(long)]
    pub incomplete: bool,
    /// For whom, for case
    #[arg(long, value_parser = one_of(Audience::ALL, Audience::code))]
    pub audience: Option<Audience>,
    /// Redacted pictures of papers that go along, by the keys of their sources; may be given several times
    #[arg(long, value_name = "KEY")]
    pub paper: Vec<String>,
    /// What for, for case
    #[arg(long, value_parser = one_of(Purpose::ALL, Purpose::code))]
    pub purpose: Option<Purpose>,
}

/// One case and its readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// A record of the person: it stays the same whatever the linkage finds.
    pub record: RecordId,
    /// For whom.
    pub audience: Audience,
    /// What for.
    pub purpose: Purpose,
    /// Who submits.
    pub submitter: Submitter,
    /// Since when the convention is in force for the State.
    pub in_force: Option<Date>,
    /// Whether it may leave without the minimum.
    pub incomplete: bool,
    /// Keys of redacted pictures that go along.
    pub papers: Vec<String>,
}

/// The file of `--by`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    name: String,
    address: String,
    reached_at: String,
    relation: String,
    family_agrees: String,
    keeps_contact: String,
    confidential: String,
    other_procedures: String,
    state: String,
    witnesses: String,
    no_steps: String,
    reprisals: String,
    protection: String,
    annexes: String,
    signed: String,
}

impl Written {
    fn submitter(self) -> Submitter {
        let answers = [
            ("name", self.name),
            ("address", self.address),
            ("reached_at", self.reached_at),
            ("relation", self.relation),
            ("family_agrees", self.family_agrees),
            ("keeps_contact", self.keeps_contact),
            ("confidential", self.confidential),
            ("other_procedures", self.other_procedures),
            ("state", self.state),
            ("witnesses", self.witnesses),
            ("no_steps", self.no_steps),
            ("reprisals", self.reprisals),
            ("protection", self.protection),
            ("annexes", self.annexes),
            ("signed", self.signed),
        ];
        Submitter { answers: answers.map(|(key, words)| (key.to_owned(), words)).to_vec() }
    }
}

impl Bound {
    /// Reads what was asked for; none for profiles that are not of one case.
    pub fn of(desk: &Desk, what: &What) -> Result<Option<Self>, Failure> {
        let case = &what.case;
        let (audience, purpose) = match what.profile {
            Profile::Site | Profile::Tables | Profile::Ftm | Profile::Replicates => {
                if case.person.is_some() {
                    return Err(Failure::usage("this profile is not of one case", "use --profile wgeid, ced or case"));
                }
                return Ok(None);
            }
            Profile::Wgeid | Profile::Ced => (Audience::UnBody, Purpose::Submission),
            Profile::Case => (case.audience.unwrap_or(Audience::Lawyers), case.purpose.unwrap_or(Purpose::Litigation)),
        };
        if audience == Audience::Public {
            return Err(Failure::usage("a case file does not go to the public", "the memorial does: --profile site"));
        }
        let Some(person) = &case.person else {
            return Err(Failure::usage("whose case?", "say --person ID; see: habeas case list"));
        };
        let written = match &case.by {
            None => Written::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
                toml::from_str(&text).map_err(|error| {
                    Failure::usage(error.message(), "see: habeas publish build --help").at(path.display().to_string())
                })?
            }
        };
        Ok(Some(Self {
            record: desk.records_of_person(person)?[0].id,
            audience,
            purpose,
            submitter: written.submitter(),
            in_force: case.in_force,
            incomplete: case.incomplete,
            papers: case.paper.clone(),
        }))
    }

    /// As the vault keeps it with the release.
    pub fn json(&self) -> Json {
        let answers: serde_json::Map<String, Json> =
            self.submitter.answers.iter().map(|(key, words)| (key.clone(), json!(words))).collect();
        json!({
            "record": self.record.to_string(),
            "audience": self.audience.code(),
            "purpose": self.purpose.code(),
            "submitter": answers,
            "in_force": self.in_force.map(|day| day.to_string()),
            "incomplete": self.incomplete,
            "papers": self.papers,
        })
    }

    /// Reads it back from a release; none where that is not of one case.
    pub fn read(recipe_json: &str) -> Result<Option<Self>, Failure> {
        let recipe: Json = serde_json::from_str(recipe_json).unwrap_or_default();
        let Some(bound) = recipe.get("bound") else { return Ok(None) };
        Self::parse(bound).map(Some).ok_or_else(|| {
            Failure::new(Exit::Failed, "this release was made by a newer habeas", "build it with that one")
        })
    }

    fn parse(bound: &Json) -> Option<Self> {
        let written: Written = serde_json::from_value(bound["submitter"].clone()).ok()?;
        // A release from before pictures could go along has none.
        let papers = match bound.get("papers") {
            None => Vec::new(),
            Some(keys) => serde_json::from_value(keys.clone()).ok()?,
        };
        let in_force = match bound["in_force"].as_str() {
            None => None,
            Some(day) => Some(day.parse().ok()?),
        };
        Some(Self {
            record: bound["record"].as_str()?.parse().ok()?,
            audience: Audience::from_code(bound["audience"].as_str()?)?,
            purpose: Purpose::from_code(bound["purpose"].as_str()?)?,
            submitter: written.submitter(),
            in_force,
            incomplete: bound["incomplete"].as_bool()?,
            papers,
        })
    }
}
