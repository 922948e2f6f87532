//! The frame around every page: head, navigation, preferences, list of keys, live region.

use super::{assets, earlier, reader::Reader, routes::need_of};
use habeas_core::Role;
use habeas_publish::ui::datum;
use maud::{DOCTYPE, Markup, html};

/// Where a page stands in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The overview.
    Home,
    /// Sources and their records.
    Sources,
    /// Case files.
    Cases,
    /// Pairs of records that people decide.
    Review,
    /// Statistics.
    Stats,
    /// Who agreed to what.
    Consent,
    /// Releases.
    Publish,
    /// Members, checkpoints, backup.
    Team,
    /// Who did what.
    Audit,
}

/// Message, address and icon of each part of the navigation.
const NAV: [(Section, &str, &str, &str); 9] = [
    (Section::Home, "nav-home", "/", "M3 11 12 4l9 7M6 9.5V20h12V9.5"),
    (Section::Sources, "nav-sources", "/sources", "M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h5"),
    (Section::Cases, "nav-cases", "/cases", "M3 6h6l2 2h10v11H3zM3 12h18"),
    (Section::Review, "nav-review", "/review", "M4 5h7v14H4zM13 5h7v14h-7zM6 9h3M15 9h3M6 13h3M15 13h3"),
    (Section::Stats, "nav-stats", "/stats", "M4 20V4M4 20h17M8 16l4-5 3 3 5-7"),
    (Section::Consent, "nav-consent", "/consent", "M4 4h16v12H9l-5 4zM8 10l3 3 5-6"),
    (Section::Publish, "nav-publish", "/publish", "M12 16V4M7 9l5-5 5 5M4 15v5h16v-5"),
    (Section::Audit, "nav-audit", "/audit", "M4 5h10M4 10h10M4 15h6M13 17l2 2 5-6"),
    (
        Section::Team,
        "nav-team",
        "/team",
        "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 3-6 6-6s6 2 6 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .8 3 2.500 3 5.500",
    ),
];
const HERE: &str = "M4 5h16v11H4zM9 20h6M12 16v4";
const LOCK: &str = "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3";
const SUN: &str =
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2";
const MOON: &str = "M20 14.5A8 8 0 1 1 9.5 4 6.5 6.5 0 0 0 20 14.5z";
const KEYBOARD: &str = "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8";
/// A printer.
pub const PRINTER: &str = "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z";

/// Keys and what they do, in the order of the list.
pub const KEYS: [(&str, &str); 16] = [
    ("m", "verdict-same"),
    ("n", "verdict-different"),
    ("u", "verdict-undecided"),
    ("w", "show-weights"),
    ("z", "undo-last"),
    ("a", "claims-accept"),
    ("r", "claims-reject"),
    ("e", "key-first-field"),
    ("j", "queue-after"),
    ("k", "queue-before"),
    ("u", "key-undo-claims"),
    ("c", "claim-of-selection"),
    ("/", "key-search"),
    ("t", "theme"),
    ("l", "lock"),
    ("?", "shortcuts"),
];

/// Settings of htmx. Without them it would write a `<style>` and keep pages in the browser's storage.
const HTMX: &str = r#"{"includeIndicatorCSS":false,"history":false}"#;

/// A drawing of 24 × 24 beside words that say the same.
pub fn icon(path: &str) -> Markup {
    html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" focusable="false" { path d=(path) {} } }
}

/// Draws a whole page. `section` is where it stands in the navigation.
pub fn page(reader: &Reader, title: &str, section: Option<Section>, body: &Markup) -> Markup {
    page_looking_again(reader, title, section, body, None)
}

/// Draws a whole page that a browser without script asks for again after so many seconds.
pub fn page_looking_again(
    reader: &Reader,
    title: &str,
    section: Option<Section>,
    body: &Markup,
    again_s: Option<u64>,
) -> Markup {
    let locks = reader.lock_after_s > 0;
    let font = if reader.lang.dir() == "rtl" { "naskh.woff2" } else { "inter.woff2" };
    html! {
        (DOCTYPE)
        html lang=(reader.lang.tag()) dir=(reader.lang.dir()) data-theme=(reader.theme) data-lock-after=[locks.then_some(reader.lock_after_s)] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="htmx-config" content=(HTMX);
                title { (title) " · habeas" }
                link rel="icon" href=(assets::url("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(assets::url("app.css"));
                // By the same address as in the style sheet, or the font is fetched twice.
                link rel="preload" href=(assets::url(font)) as="font" type="font/woff2" crossorigin;
                // A page that is left open must not outlive the lock; with a script it is led away to the second.
                @if let Some(seconds) = again_s { noscript { meta http-equiv="refresh" content=(seconds); } }
                @else if locks { noscript { meta http-equiv="refresh" content={ (reader.lock_after_s + 5) ";url=/unlock" }; } }
                script src=(assets::url("htmx.min.js")) defer {}
                script src=(assets::url("app.js")) defer {}
            }
            body {
                a.skip href="#main" { (reader.t("skip")) }
                div.shell {
                    header.side {
                        a.brand href=(home(reader)) { span.mark aria-hidden="true" { "h" } span { "habeas" } }
                        // Before the session there is nothing to go to.
                        @if reader.who.is_some() { (navigation(reader, section)) }
                        div.foot {
                            p.trust { (icon(HERE)) span { (reader.t(if reader.is_sealed { "network-sealed" } else { "local-only" })) } }
                            (who(reader))
                            (preferences(reader))
                        }
                    }
                    main #main tabindex="-1" {
                        @if reader.is_damaged { p.said role="alert" { (reader.t("damaged")) } }
                        @if reader.is_demo { p.demo role="note" { (reader.t("demo")) } }
                        (earlier::field(reader))
                        (body)
                    }
                }
                dialog #keys aria-labelledby="keys-h" {
                    h2 #keys-h { (reader.t("shortcuts")) }
                    (keys(reader))
                    label.switch { input #keys-on type="checkbox" checked; span { (reader.t("keys-on")) } }
                    form method="dialog" { button.btn { (reader.t("close")) } }
                }
                div #live.vh role="status" aria-live="polite" {}
            }
        }
    }
}

fn navigation(reader: &Reader, section: Option<Section>) -> Markup {
    html! {
        nav aria-label=(reader.t("nav")) { ul {
            @for (part, key, href, drawing) in NAV.into_iter().filter(|(_, _, href, _)| reader.may_open(href)) { li {
                a href=(reader.to(href)) aria-current=[(section == Some(part)).then_some("page")] { (icon(drawing)) span { (reader.t(key)) } }
            } }
        } }
    }
}

/// Who is at the desk, and the button that locks it.
fn who(reader: &Reader) -> Markup {
    html! {
        @if let (Some(who), Some(token)) = (&reader.who, &reader.form_token) {
            div.who {
                p { @if !who.name.is_empty() { (datum(&who.name)) " · " } (reader.t(&format!("role-{}", who.role))) }
                form method="post" action="/lock" data-lock="" {
                    input type="hidden" name="token" value=(token);
                    button.ghost data-key="l" { (icon(LOCK)) span { (reader.t("lock")) } }
                }
            }
        }
    }
}

/// The first page that the reader may open; while the vault is locked, the one that opens it.
pub fn home(reader: &Reader) -> &'static str {
    home_of(reader.who.as_ref().map(|who| who.role))
}

/// The first page for a role.
pub fn home_of(role: Option<Role>) -> &'static str {
    let may = |href: &str| role.zip(need_of(href)).is_some_and(|(role, need)| need.check(role).is_ok());
    NAV.iter().map(|(_, _, href, _)| *href).find(|href| may(href)).unwrap_or("/unlock")
}

fn preferences(reader: &Reader) -> Markup {
    let (other_theme, drawing) = if reader.theme == "dark" { ("light", SUN) } else { ("dark", MOON) };
    let (other_lang, name) = if reader.lang.tag() == "ur" { ("en", "English") } else { ("ur", "اردو") };
    html! {
        div.prefs {
            @if let Some(token) = &reader.form_token {
                form method="post" action="/prefs" {
                    input type="hidden" name="token" value=(token);
                    // The way back is a field: a Referer may be missing.
                    input type="hidden" name="back" value=(reader.address);
                    button.ghost name="theme" value=(other_theme) aria-label=(reader.t("theme")) data-key="t" { (icon(drawing)) }
                    button.ghost name="lang" value=(other_lang) lang=(other_lang) { (name) }
                }
                a.ghost href="/keys" data-open="keys" data-key="?" aria-label=(reader.t("shortcuts")) { (icon(KEYBOARD)) }
            }
        }
    }
}

/// The list of keys.
pub fn keys(reader: &Reader) -> Markup {
    html! { dl.keys { @for (key, what) in KEYS { dt { kbd { (key) } } dd { (reader.t(what)) } } } }
}

/// What a page shows where there is nothing yet: a sentence, and the next step as a command.
pub fn empty(sentence: &str, command: Option<&str>) -> Markup {
    html! {
        div.empty {
            p { (sentence) }
            @if let Some(command) = command { p { code dir="ltr" { (command) } } }
        }
    }
}
