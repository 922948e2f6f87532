//! What the vault keeps of the numbers of a release: enough to judge later releases beside it, and none of its files.

use super::Policy;
use crate::{
    desk::figures::{POLICY_PLACE, POLICY_SEX, POLICY_YEAR},
    failure::{Exit, Failure},
};
use habeas_core::fold;
use habeas_stats::{
    suppress::{Earlier, Released, ReleasedCell, Shown, TableSpec},
    tally::{Label, Tally, Unit},
};
use serde_json::{Value, json};

/// The dimensions of tables with the policies that sort persons.
pub const DIMENSIONS: [(&str, &str); 4] =
    [("year", POLICY_YEAR), ("place", POLICY_PLACE), ("sex", POLICY_SEX), ("period", "period.five-years-joined@1")];

/// Names of categories by dimension.
type Names = [Vec<String>; DIMENSIONS.len()];

/// The numbers of a release as the vault keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// Names of categories by dimension.
    pub categories: Vec<Vec<String>>,
    counts: Vec<(Vec<Label>, u64)>,
    cells: Vec<ReleasedCell>,
    tables: Vec<TableSpec>,
    policy_sha256: String,
}

impl Recipe {
    /// Of a release that is being made.
    pub fn of(categories: &Names, tally: &Tally, released: &Released, policy: &Policy) -> Self {
        let all = tally.table(&[0, 1, 2, 3]).unwrap_or_default();
        let counts = all.into_iter().filter(|bounds| bounds.low > 0).map(|bounds| (bounds.labels, bounds.low));
        let tables = policy
            .tables
            .iter()
            .map(|table| TableSpec { dimensions: table.dimensions.clone(), sensitive: table.sensitive });
        Self {
            categories: categories.to_vec(),
            counts: counts.collect(),
            cells: released.cells().to_vec(),
            tables: tables.collect(),
            policy_sha256: policy.sha256.clone(),
        }
    }

    /// As an earlier release beside one with these categories, which hold those of the recipe.
    pub fn earlier(&self, categories: &Names) -> Earlier {
        let now = |dimension: usize, label: Label| match label {
            Label::Known(number) => {
                let name = fold(&self.categories[dimension][number as usize]);
                let found = categories[dimension].iter().position(|known| fold(known) == name);
                found.map_or(Label::Unknown, |number| Label::Known(number as u32))
            }
            other => other,
        };
        let mut tally = Tally::new(Unit::Persons, categories.iter().map(|names| names.len() as u32).collect());
        for (labels, count) in &self.counts {
            let labels: Vec<Label> = labels.iter().enumerate().map(|(at, label)| now(at, *label)).collect();
            tally.add(&labels, *count).expect("the labels are those of the categories");
        }
        let cells = self.cells.iter().map(|cell| ReleasedCell {
            labels: cell.labels.iter().enumerate().map(|(at, label)| label.map(|label| now(at, label))).collect(),
            shown: cell.shown,
        });
        Earlier { tally, cells: cells.collect(), tables: self.tables.clone() }
    }

    /// Whether it tells a sensitive table over these dimensions.
    pub fn tells(&self, dimensions: &[usize]) -> bool {
        self.tables.iter().any(|table| table.sensitive && table.dimensions == dimensions)
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let labels = |labels: &[Label]| labels.iter().map(|label| label_json(Some(*label))).collect::<Vec<_>>();
        json!({
            "schema": 1,
            "policy_sha256": self.policy_sha256,
            "categories": self.categories,
            "counts": self.counts.iter().map(|(l, n)| json!([labels(l), n])).collect::<Vec<_>>(),
            "cells": self.cells.iter().map(|cell| {
                let labels: Vec<Value> = cell.labels.iter().map(|label| label_json(*label)).collect();
                match cell.shown {
                    Shown::Count(n) => json!([labels, n]),
                    Shown::Withheld => json!([labels, null]),
                }
            }).collect::<Vec<_>>(),
            "tables": self.tables.iter().map(|t| json!([t.dimensions, t.sensitive])).collect::<Vec<_>>(),
        })
    }

    /// Reads what [`Recipe::json`] wrote; none of a release without numbers.
    ///
    /// # Errors
    /// For numbers that cannot be read: what was told before must not be left out of the audit.
    pub fn read(text: &str) -> Result<Option<Self>, Failure> {
        let json: Value = serde_json::from_str(text).unwrap_or_default();
        if json.get("schema").is_some() && json.get("counts").is_none() {
            return Ok(None);
        }
        let known = Self::parse(&json).filter(Self::is_sound);
        known.map(Some).ok_or_else(|| {
            let what = "the numbers of an earlier release cannot be read, so nothing can be judged beside them";
            Failure::new(Exit::FoundProblems, what, "use the habeas that made it, or a newer one")
        })
    }

    /// Whether every label is one of the categories.
    fn is_sound(&self) -> bool {
        let fits = |at: usize, label: &Label| match label {
            Label::Known(number) => (*number as usize) < self.categories[at].len(),
            Label::Disputed | Label::Unknown => true,
        };
        self.categories.len() == DIMENSIONS.len()
            && self.counts.iter().all(|(labels, _)| {
                labels.len() == DIMENSIONS.len() && labels.iter().enumerate().all(|(at, label)| fits(at, label))
            })
            && self.cells.iter().all(|cell| {
                let labels = cell.labels.iter().enumerate();
                cell.labels.len() == DIMENSIONS.len()
                    && labels.flat_map(|(at, label)| label.map(|label| (at, label))).all(|(at, label)| fits(at, &label))
            })
            && self.tables.iter().all(|table| table.dimensions.iter().all(|dimension| *dimension < DIMENSIONS.len()))
    }

    fn parse(json: &Value) -> Option<Self> {
        let strings = |value: &Value| -> Option<Vec<String>> {
            value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
        };
        let labels = |value: &Value| -> Option<Vec<Option<Label>>> { value.as_array()?.iter().map(label_of).collect() };
        let counts = json["counts"]
            .as_array()?
            .iter()
            .map(|row| Some((labels(&row[0])?.into_iter().collect::<Option<Vec<Label>>>()?, row[1].as_u64()?)));
        let cells = json["cells"].as_array()?.iter().map(|row| {
            let shown = row[1].as_u64().map_or(Shown::Withheld, Shown::Count);
            Some(ReleasedCell { labels: labels(&row[0])?, shown })
        });
        let tables = json["tables"].as_array()?.iter().map(|row| {
            let dimensions = row[0].as_array()?.iter().map(|n| Some(n.as_u64()? as usize)).collect::<Option<_>>()?;
            Some(TableSpec { dimensions, sensitive: row[1].as_bool()? })
        });
        Some(Self {
            categories: json["categories"].as_array()?.iter().map(strings).collect::<Option<_>>()?,
            counts: counts.collect::<Option<_>>()?,
            cells: cells.collect::<Option<_>>()?,
            tables: tables.collect::<Option<_>>()?,
            policy_sha256: json["policy_sha256"].as_str()?.to_owned(),
        })
    }
}

/// A category by its number, `d` where accounts differ, `u` where none says, `*` for the total.
fn label_json(label: Option<Label>) -> Value {
    match label {
        None => json!("*"),
        Some(Label::Known(number)) => json!(number),
        Some(Label::Disputed) => json!("d"),
        Some(Label::Unknown) => json!("u"),
    }
}

fn label_of(value: &Value) -> Option<Option<Label>> {
    match (value.as_str(), value.as_u64()) {
        (Some("*"), _) => Some(None),
        (Some("d"), _) => Some(Some(Label::Disputed)),
        (Some("u"), _) => Some(Some(Label::Unknown)),
        (_, Some(number)) => Some(Some(Label::Known(number as u32))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::publishing::policy;
    use habeas_stats::suppress;

    #[test]
    fn the_numbers_of_a_release_are_read_back_and_stand_beside_new_categories() {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
        let categories = [names(&["2014"]), names(&["Corva"]), names(&["male"]), names(&["2010–2014"])];
        let mut tally = Tally::new(Unit::Persons, vec![1, 1, 1, 1]);
        tally.add(&[Label::Known(0), Label::Disputed, Label::Known(0), Label::Known(0)], 9).unwrap();
        let policy = Policy::read(policy::DEFAULT).unwrap();
        let specs: Vec<TableSpec> = vec![TableSpec { dimensions: vec![0, 2], sensitive: true }];
        let (released, _) = suppress::release_beside(&tally, &specs, None, policy.suppression, &[]).unwrap();
        let recipe = Recipe::of(&categories, &tally, &released, &policy);
        assert_eq!(Recipe::read(&recipe.json().to_string()), Ok(Some(recipe.clone())));
        let later = [names(&["2013", "2014"]), names(&["Corva"]), names(&["male"]), names(&["2010–2014"])];
        let earlier = recipe.earlier(&later);
        assert_eq!(earlier.tally.total(), 9);
        assert!(
            earlier.cells.iter().any(|cell| cell.labels[0] == Some(Label::Known(1)) && cell.shown == Shown::Count(9))
        );
        assert_eq!(Recipe::read("{\"schema\":1}"), Ok(None), "a release without numbers");
        let fewer = recipe.json().to_string().replace("\"2010–2014\"", "");
        assert!(Recipe::read("{}").is_err() && Recipe::read("torn").is_err() && Recipe::read(&fewer).is_err());
    }
}
