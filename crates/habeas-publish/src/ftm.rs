//! FollowTheMoney: entities and statements for Aleph, OpenAleph and nomenklatura.
//!
//! Ids are hashes under the key of the series, so that lists for two audiences cannot be joined. What the model cannot say
//! (denials, ranges, who says what) is counted in `loss.json`, never squeezed into a property.

use crate::{address::SeriesKey, files::OutputFiles, sheets::formula_safe};
use habeas_core::{Disclosed, EventKind, Label, MemorialEntry, PartialDate};
use serde_json::json;
use std::fmt::Write;

/// The data set that statements name.
const DATASET: &str = "habeas";

struct Entity {
    id: String,
    schema: &'static str,
    properties: Vec<(&'static str, Vec<String>)>,
}

/// Writes entities as JSON lines, statements as CSV, and what was lost, below a folder.
pub fn write(people: &[Disclosed<MemorialEntry>], series: &SeriesKey, folder: &str) -> OutputFiles {
    let mut lost = Lost::default();
    let mut entities = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for entry in people.iter().map(Disclosed::get) {
        let id = format!("hbs-{}", series.address(entry.person));
        let sex = entry.sexes.iter().map(|sex| sex.code());
        let deaths = entry.events.iter().filter(|event| matches!(event.kind, EventKind::Killed | EventKind::FoundDead));
        let deaths: Vec<String> = deaths.flat_map(|event| &event.dates).filter_map(|date| lost.prefix(date)).collect();
        lost.n_occupations += entry.occupations.len();
        lost.n_ages += entry.ages.len();
        lost.n_labels += entry.labels.len().saturating_sub(1);
        entities.push(Entity {
            id: id.clone(),
            schema: "Person",
            properties: vec![
                ("name", entry.names.first().cloned().into_iter().collect()),
                ("alias", entry.names.iter().skip(1).cloned().collect()),
                ("fatherName", entry.father.clone()),
                ("motherName", entry.mother.clone()),
                ("gender", sex.map(str::to_owned).collect()),
                ("deathDate", deaths),
                ("status", entry.labels.iter().copied().map(Label::code).map(str::to_owned).collect()),
                ("notes", entry.narrative.iter().map(|told| format!("{} ({})", told.words, told.source)).collect()),
            ],
        });
        names.extend(entry.names.iter().chain(&entry.father).chain(&entry.mother).map(String::as_str));
        for event in &entry.events {
            let places = match event.kind {
                EventKind::Taken | EventKind::LastSeen | EventKind::Killed => {
                    [&entry.exact_places[..], &entry.settlements, &entry.districts].concat()
                }
                _ => Vec::new(),
            };
            let dates: Vec<String> = event.dates.iter().filter_map(|date| lost.prefix(date)).collect();
            let kind = event.kind.code();
            entities.push(Entity {
                id: format!("{id}-{kind}"),
                schema: "Event",
                properties: vec![
                    ("name", vec![kind.to_owned()]),
                    ("date", dates),
                    ("location", places),
                    ("involved", vec![id.clone()]),
                ],
            });
        }
        for (idx, force) in entry.forces.iter().enumerate() {
            let hash = series.mac(&[b"force", force.as_bytes()]);
            let body = format!("hbs-f{:02x}{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3], hash[4]);
            entities.push(Entity {
                id: body.clone(),
                schema: "PublicBody",
                properties: vec![("name", vec![force.clone()])],
            });
            entities.push(Entity {
                id: format!("{id}-alleged-{idx}"),
                schema: "UnknownLink",
                properties: vec![
                    ("subject", vec![body]),
                    ("object", vec![id.clone()]),
                    // An allegation stays one, whoever copies the line.
                    ("role", vec!["alleged".to_owned()]),
                ],
            });
        }
    }
    let mut lines = String::new();
    let mut statements = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let head = ["canonical_id", "entity_id", "schema", "prop", "value", "dataset"];
    statements.write_record(head).expect("memory takes every line");
    for entity in &entities {
        let properties = entity.properties.iter().filter(|(_, values)| !values.is_empty());
        let object: serde_json::Map<String, serde_json::Value> =
            properties.clone().map(|(name, values)| ((*name).to_owned(), json!(values))).collect();
        let _ = writeln!(
            lines,
            "{}",
            json!({ "id": entity.id, "schema": entity.schema, "properties": object, "datasets": [DATASET] })
        );
        for (name, value) in properties.flat_map(|(name, values)| values.iter().map(move |value| (name, value))) {
            let row = [&entity.id, &entity.id, entity.schema, name, &formula_safe(value), DATASET];
            statements.write_record(row).expect("memory takes every line");
        }
    }
    let mut files = OutputFiles::default();
    let statements = statements.into_inner().expect("memory takes every line");
    for (path, bytes) in [("entities.ftm.json", lines.into_bytes()), ("statements.csv", statements)] {
        let file = files.put(format!("{folder}{path}"), bytes);
        names.iter().for_each(|name| file.note(name, 1));
    }
    files.put(format!("{folder}loss.json"), format!("{:#}\n", lost.json()));
    files
}

/// What the model cannot say.
#[derive(Default)]
struct Lost {
    n_vague_dates: usize,
    n_occupations: usize,
    n_ages: usize,
    n_labels: usize,
}

impl Lost {
    /// A date as the beginning of one: year, month, day as far as they are sure; nothing for a range.
    fn prefix(&mut self, date: &PartialDate) -> Option<String> {
        let (earliest, latest) = (date.earliest()?, date.latest()?);
        let same_year = earliest.year() == latest.year();
        let text = match () {
            () if earliest == latest => earliest.to_string(),
            () if same_year && earliest.month() == latest.month() => {
                format!("{:04}-{:02}", earliest.year(), earliest.month())
            }
            () if same_year => format!("{:04}", earliest.year()),
            () => {
                self.n_vague_dates += 1;
                return None;
            }
        };
        Some(text)
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "schema": 1,
            "dates_over_several_years": self.n_vague_dates,
            "occupations": self.n_occupations,
            "ages": self.n_ages,
            "further_labels_of_one_person": self.n_labels,
            "never_exported": ["who says what", "denials", "contradictions between sources"],
        })
    }
}
