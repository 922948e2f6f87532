//! The memorial page: those whose names may be told, and no more of each than may be told.
//!
//! It takes [`Disclosed`] values only. A case that nobody disclosed does not compile:
//!
//! ```compile_fail
//! # use habeas_core::PublicCase;
//! # use habeas_publish::memorial::{MemorialWords, memorial};
//! fn publish(case: PublicCase, words: &MemorialWords<'_>) {
//!     memorial(words, &[case]);
//! }
//! ```
//!
//! ```
//! # use habeas_core::{Disclosed, PublicCase};
//! # use habeas_publish::memorial::{MemorialWords, memorial};
//! fn publish(case: Disclosed<PublicCase>, words: &MemorialWords<'_>) {
//!     memorial(words, &[case]);
//! }
//! ```

use crate::ui::datum;
use habeas_core::{Disclosed, Label, PublicCase, YearOf};
use maud::{Markup, html};

/// Words of the interface on the page.
pub struct MemorialWords<'w> {
    /// Heading.
    pub title: String,
    /// What the page holds, and what it leaves out.
    pub lead: String,
    /// For a person whose name may not be told.
    pub name_withheld: String,
    /// For a year that no source states.
    pub year_not_stated: String,
    /// Follows the labels where there is more than one.
    pub disputed: String,
    /// The words of a label.
    pub label: &'w dyn Fn(Label) -> String,
}

/// Draws the memorial page's body. What a case does not hold is absent, not blank.
pub fn memorial(words: &MemorialWords<'_>, cases: &[Disclosed<PublicCase>]) -> Markup {
    html! {
        header.pagehead { h1 { (words.title) } p.lead { (words.lead) } }
        ul.memorial { @for case in cases { (entry(words, case.get())) } }
    }
}

fn entry(words: &MemorialWords<'_>, case: &PublicCase) -> Markup {
    html! {
        li {
            h2 {
                @for name in &case.names { (datum(name)) " " }
                @if case.names.is_empty() { (words.name_withheld) }
            }
            p.standing {
                @if let Some(year) = case.year { span { (year_words(words, year)) } }
                @if let Some(region) = &case.region { span { (datum(region)) } }
                @for label in &case.labels { span { ((words.label)(*label)) } }
                @if case.labels.len() > 1 { span { (words.disputed) } }
            }
        }
    }
}

fn year_words(words: &MemorialWords<'_>, year: YearOf) -> Markup {
    match year {
        YearOf::Certain(year) => html! { bdi { (year) } },
        YearOf::Between(first, last) => html! { bdi { (first) "–" (last) } },
        YearOf::NotStated => html! { (words.year_not_stated) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_core::{
        Attribution, Audience, Claim, Consent, ConsentAnswer, Date, DisclosurePolicy, FieldGroup, Giver, ImportId,
        NameAsGiven, Origin, Passage, PersonId, Predicate, Purpose, Record, RecordId, Source, SourceId, SourceKind,
        SpeakerKind, Value, case_file, disclose,
    };
    use std::sync::Arc;

    fn record() -> Record {
        let cells = vec!["Daria <Velen>".to_owned(), "female".to_owned()];
        let claims = vec![
            Claim::stated(
                Predicate::Name,
                Value::Name(NameAsGiven::unassigned(cells[0].clone())),
                Passage::whole_cell(&cells, 0).unwrap(),
            ),
            Claim::stated(Predicate::Sex, Value::Words, Passage::whole_cell(&cells, 1).unwrap()),
        ];
        let source = Source {
            id: SourceId([0; 16]),
            key: "families".into(),
            kind: SourceKind::List,
            title: "Families".into(),
            said_by: Attribution::direct("Families", SpeakerKind::ListKeeper),
            edition: String::new(),
            sha256: String::new(),
            file_name: "families.csv".into(),
            names_once: true,
            compiled_from: Vec::new(),
            header: vec!["Name".into(), "Sex".into()],
        };
        let origin = Origin::Row { sheet: String::new(), row: 2 };
        Record { id: RecordId([1; 16]), source: Arc::new(source), import: ImportId([0; 16]), origin, cells, claims }
    }

    fn page(groups: &[FieldGroup]) -> String {
        let record = record();
        let case = case_file(&[&record]);
        let today: Date = "2026-03-01".parse().unwrap();
        let consent = |group: &FieldGroup| Consent {
            person: PersonId::from(record.id),
            group: *group,
            audience: Audience::Public,
            purpose: Purpose::Memorial,
            answer: ConsentAnswer::Given,
            giver: Giver::Family,
            expires: None,
        };
        let consents: Vec<Consent> = groups.iter().map(consent).collect();
        let policy = DisclosurePolicy { audience: Audience::Public, purpose: Purpose::Memorial, today };
        let disclosed: Vec<_> = disclose(&case, &consents, &policy).into_iter().collect();
        let words = MemorialWords {
            title: "In memory".into(),
            lead: String::new(),
            name_withheld: "Name withheld".into(),
            year_not_stated: "year not stated".into(),
            disputed: "disputed".into(),
            label: &|label| label.code().to_owned(),
        };
        memorial(&words, &disclosed).into_string()
    }

    #[test]
    fn a_name_appears_only_with_consent_to_the_name() {
        assert!(page(&[FieldGroup::Name]).contains("Daria &lt;Velen&gt;"));
        let status_only = page(&[FieldGroup::Status]);
        assert!(!status_only.contains("Daria") && status_only.contains("Name withheld"));
    }

    #[test]
    fn nobody_appears_without_any_consent() {
        assert!(!page(&[]).contains("<li>"));
    }
}
