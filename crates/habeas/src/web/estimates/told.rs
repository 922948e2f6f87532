//! Sentences about estimates in the reader's language, made from what a run keeps of each: a code and facts.
//!
//! A run that kept fewer facts than the sentence needs is shown as it was printed, in English and marked as English.

use super::super::reader::Reader;
use fluent_templates::fluent_bundle::FluentValue;
use habeas_publish::{figures::Told, ui::grouped};
use maud::{Markup, html};
use serde_json::{Map, Number, Value as Json};
use std::{borrow::Cow, collections::HashMap};

/// Values of a message by name.
type Values = HashMap<Cow<'static, str>, FluentValue<'static>>;

/// A sentence of a kind, such as `refusal-told`; none where the run has to speak for itself.
pub fn words(reader: &Reader, kind: &str, told: &Told) -> Option<String> {
    let values = told.facts.as_object().map(|facts| values(reader, facts)).unwrap_or_default();
    reader.find_with(&format!("{kind}-{}", told.code), &values)
}

/// The same as part of a page.
pub fn sentence(reader: &Reader, kind: &str, told: &Told) -> Markup {
    words(reader, kind, told).map_or_else(|| printed(&told.text), |words| html! { (words) })
}

/// What a method assumes.
pub fn assumed(reader: &Reader, assumption: &Told) -> String {
    words(reader, "assumed", assumption).unwrap_or_else(|| assumption.text.clone())
}

/// What would help against all reasons, each advice once.
pub fn help(reader: &Reader, reasons: &[Told], as_printed: &str) -> Markup {
    let mut advice: Vec<String> = Vec::new();
    for reason in reasons {
        match words(reader, "refusal-help", reason) {
            None => return printed(as_printed),
            Some(known) if advice.contains(&known) => {}
            Some(new) => advice.push(new),
        }
    }
    html! { (advice.join(" ")) }
}

/// The words for a model that an estimate names.
pub fn model(reader: &Reader, code: &str) -> Option<String> {
    reader.find_with("told-model", &Values::from([("model".into(), code.to_owned().into())]))
}

/// A sentence of a run as it was printed.
fn printed(text: &str) -> Markup {
    html! { span lang="en" dir="ltr" { (text) } }
}

fn values(reader: &Reader, facts: &Map<String, Json>) -> Values {
    facts.iter().map(|(name, fact)| (Cow::Owned(name.clone()), value(reader, name, fact))).collect()
}

fn value(reader: &Reader, name: &str, fact: &Json) -> FluentValue<'static> {
    match fact {
        Json::Number(number) => whole(number).map_or_else(|| number.to_string().into(), FluentValue::from),
        // The one code that stands in a sentence and means a sentence itself.
        Json::String(code) if name == "commonest" => super::why(reader, code).into(),
        Json::String(code) => code.clone().into(),
        Json::Array(entries) => joined(reader, entries).into(),
        Json::Null | Json::Bool(_) | Json::Object(_) => FluentValue::None,
    }
}

fn whole(number: &Number) -> Option<u64> {
    let number = number.as_f64().filter(|number| *number >= 0.0 && number.fract() == 0.0)?;
    Some(number as u64)
}

/// Names, numbers, groups of names or totals of methods, as the language puts them in a row.
fn joined(reader: &Reader, entries: &[Json]) -> String {
    let key = if entries.iter().any(Json::is_array) { "told-groups" } else { "told-names" };
    let pair = |before: String, next: String| {
        let both = Values::from([("before".into(), before.into()), ("next".into(), next.into())]);
        reader.find_with(key, &both).unwrap_or_default()
    };
    entries.iter().map(|entry| one(reader, entry)).reduce(pair).unwrap_or_default()
}

fn one(reader: &Reader, entry: &Json) -> String {
    match entry {
        Json::Array(names) => format!("[{}]", joined(reader, names)),
        Json::Object(total) => isolated(&reader.find_with("told-total", &values(reader, total)).unwrap_or_default()),
        Json::Number(number) => whole(number).map_or_else(|| number.to_string(), grouped),
        name => isolated(name.as_str().unwrap_or_default()),
    }
}

/// Words that keep their own direction within a sentence of any other.
fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}

#[cfg(test)]
mod tests;
