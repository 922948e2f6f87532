//! Known incidents that an act may be part of, as a choice in the form that accepts: nothing is chosen beforehand.

use super::super::{error::PageError, incident, query, reader::Reader};
use crate::desk::{Book, incidents::incidents_like};
use habeas_core::{Entity, EntityKind, Sign};
use habeas_publish::ui::datum;
use maud::{Markup, html};

/// One incident, and what speaks for it.
pub struct Like {
    incident: Entity,
    name: String,
    signs: Vec<Sign>,
}

/// The incidents that an act may be part of.
pub fn like(book: &Book, act: Entity) -> Vec<Like> {
    let like = incidents_like(book, act).into_iter();
    like.map(|one| Like { name: book.name(one.incident), incident: one.incident, signs: one.signs }).collect()
}

/// The incident that was chosen; none is the rule.
///
/// # Errors
/// [`PageError::Parameter`] for anything but an incident.
pub fn chosen(fields: &[(String, String)]) -> Result<Option<Entity>, PageError> {
    let incident = |text: &str| text.parse::<Entity>().ok().filter(|entity| entity.kind == EntityKind::Incident);
    query::known(fields, "incident", incident)
}

/// Draws the choice; nothing where no incident is like it.
pub fn choice(reader: &Reader, like: &[Like], chosen: Option<Entity>) -> Markup {
    let why = |signs: &[Sign]| {
        let words: Vec<String> = signs.iter().map(|sign| reader.t(&format!("like-{}", sign.code()))).collect();
        words.join(" · ")
    };
    html! { @if !like.is_empty() { fieldset.like {
        legend { (reader.t("incident-known")) }
        label.tick { input type="radio" name="incident" value="" checked[chosen.is_none()]; span { (reader.t("incident-none")) } }
        @for one in like { div {
            label.tick {
                input type="radio" name="incident" value=(one.incident) checked[chosen == Some(one.incident)];
                span { (datum(&one.name)) " " small.note { (why(&one.signs)) } }
            }
            @if let Some(href) = incident::href(reader, one.incident) {
                a href=(href) target="_blank" aria-label={ (reader.t("claim-open")) ": " (one.name) } { (reader.t("claim-open")) }
            }
        } }
    } } }
}
