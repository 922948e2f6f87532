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
    /// Day, name and event of each.
    entries: Vec<(String, String, AuditEvent)>,
    n_entries: u64,
}

/// Reads the entries.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let entries = desk.audit()?;
    let newest = entries.iter().rev().take(SHOWN);
    let members = desk.members();
    let name = |user| members.iter().find(|member| member.user == user).map(|member| member.name.clone());
    let shown = newest.map(|entry| {
        let day = day_of(entry.recorded_ms).to_string();
        (day, name(entry.user).unwrap_or_else(|| entry.user.short()), entry.event.clone())
    });
    Ok(View { entries: shown.collect(), n_entries: entries.len() as u64 })
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
            tbody { @for (day, who, event) in &view.entries {
                @let (what, about) = audit_event(reader, event);
                tr { th scope="row" { (day) } td { (datum(who)) } td { (what) @for detail in &about { " · " (datum(detail)) } } }
            } }
        } } }
    };
    layout::page(reader, &title, Some(Section::Audit), &body)
}
