//! The words of the public site, from the same messages as the pages.

use super::{Reader, assets, estimates, words};
use habeas_core::{EventKind, Label, Predicate, Sex};
use habeas_publish::{figures::Told, site::Words};

impl Words for Reader {
    fn lang(&self) -> &str {
        self.lang.tag()
    }

    fn dir(&self) -> &str {
        self.lang.dir()
    }

    fn own_name(&self) -> &str {
        if self.lang.tag() == "ur" { "اردو" } else { "English" }
    }

    fn t(&self, key: &str) -> String {
        self.find(key).unwrap_or_else(|| key.to_owned())
    }

    fn n(&self, key: &str, n: u64) -> String {
        Self::n(self, key, &[("n", n)])
    }

    fn told(&self, kind: &str, told: &Told) -> Option<String> {
        estimates::told::words(self, kind, told)
    }

    fn label(&self, label: Label) -> String {
        words::label(self, label)
    }

    fn event(&self, event: EventKind) -> String {
        words::event(self, event)
    }

    fn sex(&self, sex: Sex) -> String {
        Self::t(self, &format!("sex-{}", sex.code()))
    }

    fn question(&self, code: &str) -> String {
        Predicate::from_code(code).map_or_else(|| code.to_owned(), |predicate| words::question(self, predicate))
    }
}

/// Faces and fonts that a public site takes along.
pub fn fonts() -> (String, Vec<(String, Vec<u8>)>) {
    assets::for_a_site()
}
