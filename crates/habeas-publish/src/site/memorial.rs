//! The memorial: lists of names by first letter, a page for each person, a search, and pages that say only that they were
//! withdrawn.

use super::{
    People,
    frame::{Page, Place},
};
use crate::{
    files::{OutputFile, OutputFiles},
    ui::datum,
};
use habeas_core::{Disclosed, MemorialEntry, PartialDate, fold};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Names on one page.
const MOST_ON_A_PAGE: usize = 400;

pub(super) fn write(at: &Place<'_>, people: People<'_>, files: &mut OutputFiles) {
    let mut entries: Vec<(String, &Disclosed<MemorialEntry>)> = people
        .entries
        .iter()
        .filter(|entry| !entry.get().names.is_empty())
        .map(|entry| (at.site.series.address(entry.get().person), entry))
        .collect();
    entries.sort_by_cached_key(|(address, entry)| (fold(&entry.get().names[0]), address.clone()));
    lists(at, &entries, files);
    for (address, entry) in &entries {
        person(at, address, entry.get(), files);
    }
    for withdrawn in people.withdrawn {
        let body =
            html! { header.pagehead { h1 { (at.t("site-withdrawn")) } p.lead { (at.t("site-withdrawn-lead")) } } };
        let path = format!("p/{}.html", at.site.series.address(*withdrawn));
        at.page(&Page { path: &path, title: at.t("site-withdrawn"), body, scripts: &[], leads_to: None }, files);
    }
    for (before, now) in people.moved {
        let address = format!("{}.html", at.site.series.address(*now));
        let body = html! {
            header.pagehead { h1 { (at.t("site-moved")) } p.lead { (at.t("site-moved-lead")) } }
            p { a href=(address) { (at.t("site-moved-to")) } }
        };
        let path = format!("p/{}.html", at.site.series.address(*before));
        at.page(&Page { path: &path, title: at.t("site-moved"), body, scripts: &[], leads_to: Some(&address) }, files);
    }
    if at.below.is_empty() {
        index(at, &entries, files);
    }
}

type Entries<'e> = [(String, &'e Disclosed<MemorialEntry>)];

/// Pages of names: one for all where they fit, else one for each first letter.
fn lists(at: &Place<'_>, entries: &Entries<'_>, files: &mut OutputFiles) {
    let mut parts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (idx, (_, entry)) in entries.iter().enumerate() {
        let letter = if entries.len() <= MOST_ON_A_PAGE {
            String::new()
        } else {
            fold(&entry.get().names[0]).chars().next().map_or_else(|| "·".into(), |c| c.to_uppercase().to_string())
        };
        parts.entry(letter).or_default().push(idx);
    }
    let pages: Vec<(String, String)> = (1..)
        .zip(parts.keys())
        .map(|(number, letter)| {
            let path = if letter.is_empty() { String::new() } else { format!("names-{number}.html") };
            (letter.clone(), path)
        })
        .collect();
    let letters = html! {
        @if pages.len() > 1 {
            ul.letters { @for (letter, path) in &pages { li { a href=(path) { (datum(letter)) } } } }
        }
    };
    let whole = parts.get("").map(Vec::as_slice).unwrap_or_default();
    let body = html! {
        header.pagehead { h1 { (at.t("site-memorial")) } p.lead { (at.words.n("site-memorial-lead", entries.len() as u64)) } }
        div.finder {
            label for="finder" { (at.t("site-search")) }
            input #finder type="search" autocomplete="off" spellcheck="false" dir="auto";
            p.note { span #count role="status" {} }
        }
        noscript { p.note { (at.t("site-search-noscript")) } }
        ul.names #found {}
        (letters)
        (names(at, entries, whole))
    };
    let depth = if at.below.is_empty() { "" } else { at.below.as_str() };
    debug_assert!(depth.is_empty() || depth.ends_with('/'));
    let scripts = ["a/search.js", "a/index.js"];
    let file = at.page(
        &Page { path: "memorial.html", title: at.t("site-memorial"), body, scripts: &scripts, leads_to: None },
        files,
    );
    note_all(file, entries, whole, 1);
    for (letter, path) in pages.iter().filter(|(letter, _)| !letter.is_empty()) {
        let chosen = parts.get(letter).map(Vec::as_slice).unwrap_or_default();
        let body = html! {
            header.pagehead { h1 { (at.t("site-memorial")) " · " (datum(letter)) } }
            (letters)
            (names(at, entries, chosen))
        };
        let file = at.page(&Page { path, title: at.t("site-memorial"), body, scripts: &[], leads_to: None }, files);
        note_all(file, entries, chosen, 1);
    }
}

fn note_all(file: &mut OutputFile, entries: &Entries<'_>, chosen: &[usize], times: usize) {
    for idx in chosen {
        entries[*idx].1.get().names.iter().for_each(|name| file.note(name, times));
    }
}

fn names(at: &Place<'_>, entries: &Entries<'_>, chosen: &[usize]) -> Markup {
    html! {
        ul.names { @for idx in chosen {
            @let (address, entry) = &entries[*idx];
            li {
                a href={ "p/" (address) ".html" } { (datum(&entry.get().names[0])) }
                // The blanks keep what follows a name from running into it where tags are dropped.
                @for name in &entry.get().names[1..] { " " small { (datum(name)) } }
                @let dates = when(entry.get());
                @if !dates.is_empty() { " " small { @for (i, date) in dates.iter().enumerate() { @if i > 0 { " / " } bdi { (date) } } } }
            }
        } }
        @if chosen.is_empty() && entries.is_empty() { p { (at.t("site-memorial-none")) } }
    }
}

/// Days of the first event that has any.
fn when(entry: &MemorialEntry) -> Vec<&PartialDate> {
    entry
        .events
        .iter()
        .find(|event| !event.dates.is_empty())
        .map(|event| event.dates.iter().collect())
        .unwrap_or_default()
}

fn person(at: &Place<'_>, address: &str, entry: &MemorialEntry, files: &mut OutputFiles) {
    let text = |values: &[String]| -> Vec<Markup> { values.iter().map(|value| datum(value)).collect() };
    let mut lines: Vec<(String, Vec<Markup>)> = vec![
        (at.t("site-father"), text(&entry.father)),
        (at.t("site-mother"), text(&entry.mother)),
        (at.t("site-standing"), entry.labels.iter().map(|label| html! { (at.words.label(*label)) }).collect()),
    ];
    lines.extend(
        entry.events.iter().map(|event| {
            (at.words.event(event.kind), event.dates.iter().map(|date| html! { bdi { (date) } }).collect())
        }),
    );
    lines.extend([
        (at.t("site-forces"), text(&entry.forces)),
        (at.t("place"), text(&[&entry.exact_places[..], &entry.settlements].concat())),
        (at.t("site-district"), text(&entry.districts)),
        (at.t("sex"), entry.sexes.iter().map(|sex| html! { (at.words.sex(*sex)) }).collect()),
        (
            at.t("site-age"),
            entry
                .ages
                .iter()
                .map(|age| {
                    html! { bdi {
                        @if age.low == age.high { (age.low) } @else { (age.low) "–" (age.high) }
                    } }
                })
                .collect(),
        ),
        (at.t("site-occupation"), text(&entry.occupations)),
    ]);
    let told = entry.narrative.iter().chain(&entry.high_risk);
    let told: Vec<Markup> = told.map(|told| html! { (datum(&told.words)) " — " (datum(&told.source)) }).collect();
    lines.push((at.t("site-account"), told));
    lines.push((at.t("site-named-by"), text(&entry.lists)));
    let body = html! {
        header.pagehead {
            h1 { (datum(&entry.names[0])) }
            @for name in &entry.names[1..] { p.lead { (datum(name)) } }
        }
        dl.told { @for (term, values) in lines.iter().filter(|(_, values)| !values.is_empty()) {
            dt { (term) }
            @for value in values { dd { (value) } }
        } }
        p.source { (at.t("site-disputes-note")) }
        p { a href="../memorial.html" { (at.t("site-back")) } }
    };
    let path = format!("p/{address}.html");
    let title = at.t("site-memorial");
    let file = at.page(&Page { path: &path, title, body, scripts: &[], leads_to: None }, files);
    let names = entry.names.iter().chain(&entry.father).chain(&entry.mother);
    names.for_each(|name| file.note(name, 1));
}

/// What the search reads. A script, since a page from a disk may load scripts and nothing else.
fn index(at: &Place<'_>, entries: &Entries<'_>, files: &mut OutputFiles) {
    let rows: Vec<serde_json::Value> = entries
        .iter()
        .map(|(address, entry)| {
            let names = entry.get().names.join(" / ");
            serde_json::json!([address, names, fold(&names)])
        })
        .collect();
    let mut text = String::from("habeasIndex([\n");
    rows.iter().for_each(|row| text.push_str(&format!("{row},\n")));
    text.push_str("]);\n");
    let file = files.put(format!("{}a/index.js", at.folder), text);
    for (_, entry) in entries {
        // Once as written and once folded.
        entry.get().names.iter().for_each(|name| file.note(name, 2));
    }
}
