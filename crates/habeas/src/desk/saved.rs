//! Searches that a member saves for themselves, sealed in the vault: other members do not see them, and what is thrown away
//! is gone.

use super::{CaseQuery, Desk, vault_failure};
use crate::failure::{Exit, Failure};
use habeas_core::Right;
use serde_json::{Value as Json, json};

/// Searches that one member saves at most.
const MOST: usize = 50;

/// Letters at most in the name of a search.
pub const LONGEST_NAME: usize = 80;

/// A search with the name that its member gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The name.
    pub name: String,
    /// Words and filters, from the beginning of what is found.
    pub query: CaseQuery,
}

/// Filters by the names under which they are kept; the same as in the address of a list.
type Fields = [(&'static str, fn(&mut CaseQuery) -> &mut Option<String>); 7];
const FIELDS: Fields = [
    ("year", |query| &mut query.year),
    ("from", |query| &mut query.from),
    ("to", |query| &mut query.to),
    ("place", |query| &mut query.place),
    ("within", |query| &mut query.within),
    ("status", |query| &mut query.label),
    ("source", |query| &mut query.source),
];

impl Saved {
    fn to_json(&self) -> Json {
        let mut query = self.query.clone();
        let mut object = json!({ "name": self.name, "q": query.words, "contradicted": query.only_contradicted });
        for (name, field) in FIELDS {
            if let Some(value) = field(&mut query).take() {
                object[name] = value.into();
            }
        }
        object
    }

    /// Of a search that was kept; none where a later version kept it in another way.
    fn of_json(object: &Json) -> Option<Self> {
        let text = |name: &str| object.get(name)?.as_str().map(str::to_owned);
        let only_contradicted = object.get("contradicted").and_then(Json::as_bool).unwrap_or_default();
        let mut query = CaseQuery { words: text("q")?, only_contradicted, ..CaseQuery::default() };
        for (name, field) in FIELDS {
            *field(&mut query) = text(name);
        }
        Some(Self { name: text("name")?, query })
    }
}

impl Desk {
    /// The searches that the member saved, by name.
    ///
    /// # Errors
    /// [`Failure`] without the right to cases, or where what was kept is damaged.
    pub fn saved_searches(&self) -> Result<Vec<Saved>, Failure> {
        self.ask(Right::Cases)?;
        Ok(searches(&self.settings()?))
    }

    /// Saves a search under a name, in place of another of that name.
    ///
    /// # Errors
    /// [`Failure`] where the name is none, or too many are kept.
    pub fn save_search(&self, name: &str, query: CaseQuery) -> Result<(), Failure> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(Failure::usage("a saved search needs a name of at most 80 letters", "name it, shortly"));
        }
        let query = CaseQuery { after: None, limit: 0, ..query };
        if query == CaseQuery::default() {
            return Err(Failure::usage("this search looks for nothing", "type words or choose a filter, then save it"));
        }
        let mut saved = self.saved_searches()?;
        saved.retain(|known| known.name != name);
        if saved.len() >= MOST {
            return Err(Failure::usage("no more searches can be saved", "throw one away first"));
        }
        saved.push(Saved { name, query });
        saved.sort_by(|a, b| a.name.cmp(&b.name));
        self.keep_searches(&saved)
    }

    /// Throws a saved search away, for good.
    ///
    /// # Errors
    /// [`Failure`] where none has the name.
    pub fn forget_search(&self, name: &str) -> Result<(), Failure> {
        let mut saved = self.saved_searches()?;
        let n_before = saved.len();
        saved.retain(|known| known.name != name);
        if saved.len() == n_before {
            return Err(Failure::new(Exit::Failed, "no saved search has this name", "see: habeas case saved"));
        }
        self.keep_searches(&saved)
    }

    fn settings(&self) -> Result<Json, Failure> {
        // The past had no settings of its own: they are of now.
        let bytes = self.of_now().settings().map_err(vault_failure)?;
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    }

    fn keep_searches(&self, saved: &[Saved]) -> Result<(), Failure> {
        let mut settings = self.settings()?;
        let all: Vec<Json> = saved.iter().map(Saved::to_json).collect();
        match settings.as_object_mut() {
            Some(known) => drop(known.insert("searches".into(), all.into())),
            None => settings = json!({ "schema": 1, "searches": all }),
        }
        self.of_now().keep_settings(settings.to_string().as_bytes()).map_err(vault_failure)
    }
}

fn searches(settings: &Json) -> Vec<Saved> {
    let all = settings.get("searches").and_then(Json::as_array);
    all.into_iter().flatten().filter_map(Saved::of_json).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::tests::empty_desk;

    fn wide() -> CaseQuery {
        let some = |text: &str| Some(text.to_owned());
        CaseQuery {
            words: "کریم".into(),
            year: some("2015"),
            from: some("2014-05"),
            to: some("2016"),
            place: some("Corva"),
            within: some("place:corva"),
            label: some("missing"),
            source: some("families"),
            only_contradicted: true,
            ..CaseQuery::default()
        }
    }

    #[test]
    fn a_saved_search_is_found_again_with_each_of_its_filters() {
        let desk = empty_desk();
        desk.save_search("  mine,  every day ", CaseQuery { after: Some("7".into()), limit: 50, ..wide() }).unwrap();
        desk.save_search("b", CaseQuery { words: "x".into(), ..CaseQuery::default() }).unwrap();
        let saved = desk.saved_searches().unwrap();
        assert_eq!(saved.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["b", "mine, every day"]);
        assert_eq!(saved[1].query, wide(), "from the beginning of what is found");
    }

    #[test]
    fn a_name_stands_for_one_search_and_what_is_thrown_away_is_gone() {
        let desk = empty_desk();
        desk.save_search("mine", wide()).unwrap();
        desk.save_search("mine", CaseQuery { words: "other".into(), ..CaseQuery::default() }).unwrap();
        assert_eq!(desk.saved_searches().unwrap().len(), 1);
        assert_eq!(desk.saved_searches().unwrap()[0].query.words, "other");
        desk.forget_search("mine").unwrap();
        assert!(desk.saved_searches().unwrap().is_empty() && desk.forget_search("mine").is_err());
    }

    #[test]
    fn what_looks_for_nothing_has_no_name_or_is_too_much_is_not_saved() {
        let desk = empty_desk();
        assert!(desk.save_search("all", CaseQuery { limit: 50, ..CaseQuery::default() }).is_err());
        assert!(desk.save_search(" ", wide()).is_err() && desk.save_search(&"x".repeat(81), wide()).is_err());
        (0..MOST).for_each(|n| desk.save_search(&n.to_string(), wide()).unwrap());
        assert!(desk.save_search("one more", wide()).is_err());
        desk.save_search("7", CaseQuery { words: "again".into(), ..wide() }).unwrap();
    }
}
