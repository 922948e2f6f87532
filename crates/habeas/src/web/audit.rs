//! Who did what: the audit, newest first.

use super::{
    error::PageError,
    layout::{self, Section, empty},
    reader::Reader,
    words::audit_event,
};
use crate::{commands::audit::day_of, desk::Desk};
use habeas_publish::ui::datum;
use habeas_vault::AuditEvent;
use maud::{Markup, html};

/// Entries that the page shows; the command shows all.
const SHOWN: usize = 500;

/// The newest entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Day, name and event of each, and how many times in one stroke.
    entries: Vec<(String, String, AuditEvent, u32)>,
    n_entries: u64,
}

/// Reads the entries.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let (newest, n_entries) = desk.audit_newest(SHOWN)?;
    let members = desk.members();
    let name = |user| members.iter().find(|member| member.user == user).map(|member| member.name.clone());
    let shown = newest.into_iter().map(|entry| {
        let day = day_of(entry.recorded_ms).to_string();
        (day, name(entry.user).unwrap_or_else(|| entry.user.short()), entry.event, entry.times)
    });
    Ok(View { entries: shown.collect(), n_entries })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let title = reader.t("nav-audit");
    let body = html! {
        header.pagehead { h1 { (title) } p.lead { (reader.n("audit-lead", &[("n", view.n_entries)])) } }
        @if view.entries.is_empty() { (empty(&reader.t("audit-empty"), None)) }
        @else { div.scroll tabindex="0" role="group" aria-label=(title) { table.list {
            caption.vh { (title) }
            thead { tr { th scope="col" { (reader.t("audit-day")) } th scope="col" { (reader.t("audit-who")) } th scope="col" { (reader.t("audit-what")) } } }
            tbody { @for (day, who, event, times) in &view.entries {
                @let (what, about) = audit_event(reader, event);
                tr { th scope="row" { (day) } td { (datum(who)) } td { (what) @if *times > 1 { " " bdi { (reader.n("audit-times", &[("n", u64::from(*times))])) } } @for detail in &about { " · " (datum(detail)) } } }
            } }
        } } }
    };
    layout::page(reader, &title, Some(Section::Audit), &body)
}

#[cfg(test)]
mod tests {
    use crate::web::Reader;
    use habeas_core::{Compartment, ErasureReason};
    use std::{collections::BTreeSet, fs, path::Path};

    /// What stands in quotes behind a word, in every source file of a folder.
    fn quoted_after(folder: &Path, words: &[&str], found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                quoted_after(&path, words, found);
            } else if !path.ends_with("crash_tests.rs") && !path.to_string_lossy().contains("tests") {
                let text = fs::read_to_string(&path).unwrap();
                let behind = words.iter().flat_map(|word| text.split(word).skip(1));
                found.extend(behind.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
            }
        }
    }

    #[test]
    fn every_event_of_the_audit_has_words() {
        let reader = Reader::of_file("en");
        let mut events = BTreeSet::new();
        for folder in
            [concat!(env!("CARGO_MANIFEST_DIR"), "/src"), concat!(env!("CARGO_MANIFEST_DIR"), "/../habeas-vault/src")]
        {
            quoted_after(Path::new(folder), &["AuditEvent::new(\"", ".audit(\"", "audited(\""], &mut events);
        }
        events.extend(["erasure-followed", "backup", "drill", "retracted"].map(str::to_owned));
        events.retain(|event| !event.is_empty() && !event.contains(' '));
        assert!(events.len() > 12, "{events:?}");
        for event in events {
            assert!(reader.find(&format!("did-{event}")).is_some(), "did-{event}");
        }
        assert!(Compartment::ALL.iter().all(|part| reader.find(&format!("compartment-{part}")).is_some()));
        assert!(ErasureReason::ALL.iter().all(|reason| reader.find(&format!("reason-{}", reason.code())).is_some()));
        let mut exports = BTreeSet::new();
        quoted_after(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &["note_export(\""], &mut exports);
        assert!(
            exports.len() > 5 && exports.iter().all(|what| reader.find(&format!("export-{what}")).is_some()),
            "{exports:?}"
        );
    }
}
