//! Which lists go into an estimate: some may be left out, some counted as one.

use crate::failure::Failure;
use clap::Args;
use habeas_stats::{CaptureHistories, Dependence};
use serde_json::{Value, json};

/// The lists that go into an estimate
#[derive(Debug, Clone, Default, Args)]
pub struct Lists {
    /// Leave these lists out, such as --without A,B; who is on no other list is then not counted as documented
    #[arg(long, value_delimiter = ',', value_name = "LISTS")]
    without: Vec<String>,
    /// Count these lists as one source, such as --merge A:B; may stand several times
    #[arg(long, value_name = "A:B")]
    merge: Vec<String>,
}

/// Groups of lists by index; each becomes one list of the table.
pub struct Regrouping {
    names: Vec<String>,
    groups: Vec<Vec<usize>>,
}

impl Lists {
    /// Whether all lists go in as they are.
    pub fn are_all(&self) -> bool {
        self.without.is_empty() && self.merge.is_empty()
    }

    /// What becomes of the lists with these names.
    ///
    /// # Errors
    /// A name that is no list, a list that is named twice, or no list left.
    pub fn regrouping(&self, names: &[String]) -> Result<Regrouping, Failure> {
        let wrong = |what: String| Failure::usage(what, format!("the lists are: {}", names.join(", ")));
        let place = |name: &str| {
            let found = names.iter().position(|known| known == name);
            found.ok_or_else(|| wrong(format!("there is no list {name}")))
        };
        let without = self.without.iter().map(|name| place(name)).collect::<Result<Vec<_>, _>>()?;
        let merged = self.merge.iter().map(|group| group.split(':').map(place).collect::<Result<Vec<_>, _>>());
        let merged = merged.collect::<Result<Vec<_>, _>>()?;
        if merged.iter().any(|group| group.len() < 2) {
            return Err(wrong("--merge names a single list".to_owned()));
        }
        let mut named: Vec<usize> = without.iter().chain(merged.iter().flatten()).copied().collect();
        named.sort_unstable();
        if let Some(twice) = named.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(wrong(format!("{} is named twice by --without and --merge", names[twice[0]])));
        }
        let single = (0..names.len()).filter(|list| !named.contains(list)).map(|list| vec![list]);
        let mut groups: Vec<Vec<usize>> = single.chain(merged).collect();
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort();
        if groups.is_empty() && !self.are_all() {
            return Err(wrong("no list is left".to_owned()));
        }
        Ok(Regrouping { names: names.to_vec(), groups })
    }
}

impl Regrouping {
    /// The table with the lists as they go in.
    pub fn table(&self, table: &CaptureHistories) -> CaptureHistories {
        table.regrouped(&self.groups)
    }

    /// The declared dependences over the lists as they go in: lists that descend from one another through one that was
    /// left out still do.
    pub fn dependences(&self, declared: &[Dependence]) -> Vec<Dependence> {
        let mut source: Vec<usize> = (0..self.names.len()).collect();
        for Dependence { lists: (first, second), .. } in declared {
            let (keep, gone) = (source[*first].min(source[*second]), source[*first].max(source[*second]));
            source.iter_mut().filter(|of| **of == gone).for_each(|of| *of = keep);
        }
        let reason_of = |at: usize| {
            let of_source = declared.iter().filter(|dependence| source[dependence.lists.0] == source[at]);
            of_source.map(|dependence| dependence.reason.as_str()).collect::<Vec<_>>().join("; ")
        };
        let mut found = Vec::new();
        for second in 0..self.groups.len() {
            let same = |&first: &usize| {
                self.groups[first].iter().any(|a| self.groups[second].iter().any(|b| source[*a] == source[*b]))
            };
            if let Some(first) = (0..second).find(same) {
                found.push(Dependence { lists: (first, second), reason: reason_of(self.groups[second][0]) });
            }
        }
        found
    }

    /// Says in the object of a result what was left out and merged, and how many documented people went with that.
    pub fn tell<'a>(&self, whole: impl IntoIterator<Item = &'a CaptureHistories>, object: &mut Value) {
        let is_in = |list: &usize| self.groups.iter().any(|group| group.contains(list));
        let left_out: Vec<&String> =
            (0..self.names.len()).filter(|list| !is_in(list)).map(|list| &self.names[list]).collect();
        let merged: Vec<Vec<&String>> = self
            .groups
            .iter()
            .filter(|group| group.len() > 1)
            .map(|group| group.iter().map(|&list| &self.names[list]).collect())
            .collect();
        let gone_of = |table: &CaptureHistories| table.n_documented() - self.table(table).n_documented();
        let gone: u64 = whole.into_iter().map(gone_of).sum();
        object["lists_left_out"] = json!(left_out);
        object["lists_merged"] = json!(merged);
        object["documented_only_on_lists_left_out"] = json!(gone);
    }
}

/// The same in words; empty where all lists went in as they are.
pub fn text(object: &Value) -> String {
    let mut text = String::new();
    let names = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
    };
    let left_out = names(&object["lists_left_out"]);
    if !left_out.is_empty() {
        text.push_str(&format!(
            "  left out: {}; {} persons who are on no other list are documented all the same and not counted here\n",
            left_out.join(", "),
            object["documented_only_on_lists_left_out"]
        ));
    }
    for group in object["lists_merged"].as_array().into_iter().flatten() {
        text.push_str(&format!("  counted as one source: {}\n", names(group).join(", ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["A", "B", "C", "D", "E"].map(str::to_owned).into()
    }

    fn lists(without: &[&str], merge: &[&str]) -> Lists {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Lists { without: owned(without), merge: owned(merge) }
    }

    #[test]
    fn lists_left_out_take_only_the_people_with_them_who_are_on_no_other() {
        let regrouping = lists(&["E"], &["B:C"]).regrouping(&names()).unwrap();
        let table = CaptureHistories::new(names(), [(0b00001, 5), (0b00110, 7), (0b10000, 11), (0b10001, 2)]).unwrap();
        let left = regrouping.table(&table);
        assert_eq!(left.lists(), ["A", "B+C", "D"]);
        assert_eq!(left.counts().collect::<Vec<_>>(), [(0b001, 7), (0b010, 7)]);
        let mut object = json!({});
        regrouping.tell([&table], &mut object);
        assert_eq!(object["documented_only_on_lists_left_out"], 11);
        assert!(text(&object).contains("left out: E; 11 persons") && text(&object).contains("one source: B, C"));
    }

    #[test]
    fn lists_that_descend_from_one_that_is_left_out_still_descend_from_one_another() {
        let regrouping = lists(&["B"], &[]).regrouping(&names()).unwrap();
        let declared = |first, second| Dependence { lists: (first, second), reason: format!("{first} {second}") };
        let kept = regrouping.dependences(&[declared(0, 1), declared(1, 3)]);
        let pairs: Vec<(usize, usize)> = kept.iter().map(|dependence| dependence.lists).collect();
        assert_eq!(pairs, [(0, 2)]);
        assert_eq!(kept[0].reason, "0 1; 1 3");
    }

    #[test]
    fn names_that_are_no_list_or_stand_twice_are_refused() {
        for (without, merge) in [
            (&["X"][..], &[][..]),
            (&["A"], &["A:B"]),
            (&["A", "A"], &[]),
            (&[], &["A"]),
            (&[], &["A:A"]),
            (&["A", "B", "C", "D", "E"], &[]),
        ] {
            assert!(lists(without, merge).regrouping(&names()).is_err(), "{without:?} {merge:?}");
        }
    }
}
