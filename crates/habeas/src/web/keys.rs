//! The list of keys as a page, for readers without JavaScript.

use super::{layout, reader::Reader};
use maud::{Markup, html};

/// Draws the page.
pub fn render(reader: &Reader) -> Markup {
    let title = reader.t("shortcuts");
    let body = html! { header.pagehead { h1 { (title) } p.lead { (reader.t("keys-lead")) } } (layout::keys(reader)) };
    layout::page(reader, &title, None, &body)
}
