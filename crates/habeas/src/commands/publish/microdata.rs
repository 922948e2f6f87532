//! Replicates of the linkage for statisticians: counts by default, rows only where they hide among each other.

use super::{
    Profile, What,
    compose::{Composed, Plan},
    objection::Objection,
    one_case::about,
};
use crate::{
    desk::{
        Desk,
        publishing::{LinkageSpellings, replicates::DIMENSIONS},
    },
    failure::{Exit, Failure},
    output::Output,
};
use habeas_core::{Audience, Purpose};
use habeas_publish::{
    figures::OTHER_PLACES,
    gate,
    replicates::{write_counts, write_rows},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Draws at most: each is a file.
const MOST_DRAWS: u32 = 1_000;

/// For the profile replicates
#[derive(Debug, Clone, PartialEq, Eq, clap::Args, Serialize, Deserialize)]
#[command(next_help_heading = "Of replicates")]
pub struct Microdata {
    /// How many draws of the linkage
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_DRAWS)))]
    pub draws: u32,
    /// One row for each person instead of counts; refused unless enough persons share all that is told
    #[arg(long)]
    pub rows: bool,
    /// By which dimensions; «none» for none
    #[arg(long = "strata", id = "strata", value_delimiter = ',', default_value = "year,place", value_parser = ["year", "place", "none"])]
    pub by: Vec<String>,
}

impl Default for Microdata {
    fn default() -> Self {
        Self { draws: 100, rows: false, by: DIMENSIONS.map(str::to_owned).to_vec() }
    }
}

impl Microdata {
    /// Whom replicates are for: readers who have agreed to terms, not the public.
    pub const AUDIENCE: Audience = Audience::Partner;
    /// What they are for.
    pub const PURPOSE: Purpose = Purpose::Research;

    /// What was asked for; none for other profiles.
    pub fn of(what: &What) -> Option<Self> {
        (what.profile == Profile::Replicates).then(|| what.microdata.clone())
    }

    /// Reads it back from a release; none where that is of another profile.
    pub fn read(recipe_json: &str) -> Result<Option<Self>, Failure> {
        let recipe: Json = serde_json::from_str(recipe_json).unwrap_or_default();
        let Some(asked) = recipe.get("replicates") else { return Ok(None) };
        serde_json::from_value(asked.clone()).map(Some).map_err(|_| {
            Failure::new(Exit::Failed, "this release was made by a newer habeas", "build it with that one")
        })
    }
}

/// Composes replicates and searches them.
pub fn compose(desk: &Desk, plan: &Plan, asked: &Microdata, out: &Output) -> Result<Composed, Failure> {
    let policy = desk.publication_policy()?;
    let by: Vec<String> = asked.by.iter().filter(|dimension| *dimension != "none").cloned().collect();
    let threshold = policy.suppression.threshold;
    let (replicates, card) = desk.replicates(&by, asked.draws as usize, threshold, out)?;
    let mut objections = Vec::new();
    let mut files = if asked.rows {
        write_rows(&replicates, &card, "").unwrap_or_else(|risky| {
            objections.push(Objection::Risky { how: risky.to_string() });
            Default::default()
        })
    } else {
        write_counts(&replicates, &card, "")
    };
    let categories: BTreeSet<&str> = replicates
        .iter()
        .flat_map(|replicate| replicate.counts.keys())
        .flat_map(|combination| &combination.strata)
        .map(String::as_str)
        .collect();
    let what = "replicates of the linkage, for those who have agreed to keep them to themselves.\n\
         Each file is one draw from the posterior of the linkage: estimate with each, then combine.\n\
         Lists are told by number. Nothing in two files is the same person by its number or place in the file";
    about(plan, Microdata::AUDIENCE, Microdata::PURPOSE, what, 0, &policy, &mut files);
    out.progress("searching every byte", 0, 1);
    let mut terms = desk.protected(&[], &policy)?;
    // Names of categories stand in every public table too.
    categories.into_iter().chain([OTHER_PLACES]).for_each(|name| terms.is_public(name));
    let findings = gate::search(&files, &terms, &LinkageSpellings, &BTreeSet::new());
    out.progress("searching every byte", 1, 1);
    Ok(Composed {
        files,
        findings,
        profile: plan.profile,
        n_named: 0,
        named: Vec::new(),
        n_terms: terms.len(),
        n_small: 0,
        n_beside: 0,
        left_out: Vec::new(),
        recipe_json: json!({ "schema": 1, "replicates": asked }).to_string(),
        looked: plan.looked.clone(),
        objections,
        notes: Vec::new(),
    })
}
