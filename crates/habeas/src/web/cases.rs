//! The list of case files: search across spellings and scripts, filters in the address, fifty at a time.

use super::{
    earlier::AS_OF,
    error::PageError,
    forms,
    layout::{self, Section, empty},
    query::{self, address},
    reader::Reader,
    searches, words,
};
use crate::desk::{CasePage, CaseQuery, CaseRow, Desk, Facet, Saved};
use habeas_core::Label;
use habeas_publish::ui::{datum, grouped};
use maud::{Markup, html};

/// Case files on one page.
const PER_PAGE: usize = 50;

/// Kinds of one facet that are listed; the search finds the others.
const MOST_KINDS: usize = 12;

/// Which case files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    words: String,
    year: Option<i16>,
    from: Option<String>,
    to: Option<String>,
    place: Option<String>,
    within: Option<String>,
    label: Option<Label>,
    source: Option<String>,
    only_contradicted: bool,
    after: Option<i64>,
}

impl Query {
    /// Reads the address.
    ///
    /// # Errors
    /// [`PageError::Parameter`] for a value that is none.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, PageError> {
        Ok(Self {
            words: query::value(pairs, "q")?.unwrap_or_default(),
            year: query::known(pairs, "year", |text| text.parse().ok())?,
            from: query::known(pairs, "from", dated)?,
            to: query::known(pairs, "to", dated)?,
            place: query::value(pairs, "place")?,
            within: query::value(pairs, "within")?,
            label: query::known(pairs, "status", Label::from_code)?,
            source: query::value(pairs, "source")?,
            only_contradicted: query::known(pairs, "contradicted", |text| (text == "1").then_some(()))?.is_some(),
            after: query::known(pairs, "after", |text| text.parse().ok())?,
        })
    }

    /// The list that a search finds, from its beginning.
    pub fn of(search: &CaseQuery) -> Self {
        Self {
            words: search.words.clone(),
            year: search.year.as_deref().and_then(|year| year.parse().ok()),
            from: search.from.clone(),
            to: search.to.clone(),
            place: search.place.clone(),
            within: search.within.clone(),
            label: search.label.as_deref().and_then(Label::from_code),
            source: search.source.clone(),
            only_contradicted: search.only_contradicted,
            after: None,
        }
    }

    /// What the list asks the desk for, from its beginning and without end.
    pub fn search(&self) -> CaseQuery {
        CaseQuery {
            words: self.words.clone(),
            year: self.year.map(|year| year.to_string()),
            from: self.from.clone(),
            to: self.to.clone(),
            place: self.place.clone(),
            within: self.within.clone(),
            label: self.label.map(|label| label.code().to_owned()),
            source: self.source.clone(),
            only_contradicted: self.only_contradicted,
            after: None,
            limit: 0,
        }
    }

    /// Words and filters by their names in the address; empty where they are not set.
    pub fn parameters(&self) -> [(&'static str, String); 9] {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        [
            ("q", self.words.clone()),
            ("year", self.year.map_or_else(String::new, |year| year.to_string())),
            ("from", text(&self.from)),
            ("to", text(&self.to)),
            ("place", text(&self.place)),
            ("within", text(&self.within)),
            ("status", self.label.map_or("", Label::code).to_owned()),
            ("source", text(&self.source)),
            ("contradicted", if self.only_contradicted { "1" } else { "" }.to_owned()),
        ]
    }

    /// The address of the same list, from its beginning or after a key.
    pub fn address(&self, after: &str) -> String {
        self.address_with("after", after)
    }

    /// The address of the list from its beginning with another value of one filter.
    fn address_with(&self, name: &str, value: &str) -> String {
        let own = self.parameters();
        let mut all: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.push(("after", ""));
        all.iter_mut().filter(|(known, _)| *known == name).for_each(|(_, known)| *known = value);
        address("/cases", &all)
    }
}

/// A date as it may stand in the address: extended date text.
fn dated(text: &str) -> Option<String> {
    habeas_core::parse_edtf(text).ok().map(|_| text.to_owned())
}

/// One page of the list.
#[derive(Debug, Clone)]
pub struct View {
    query: Query,
    page: CasePage,
    /// Key and title of each source.
    sources: Vec<(String, String)>,
    saved: Vec<Saved>,
}

/// Reads one page of the list.
///
/// # Errors
/// [`PageError::Parameter`] where no source has the key.
pub fn load(desk: &Desk, query: Query) -> Result<View, PageError> {
    let sources = desk.sources()?;
    let sources: Vec<_> = sources.iter().map(|source| (source.key.clone(), source.title.clone())).collect();
    if query.source.as_ref().is_some_and(|wanted| sources.iter().all(|(key, _)| key != wanted)) {
        return Err(PageError::Parameter { name: "source" });
    }
    let after = query.after.map(|key| key.to_string());
    let page = desk.search(&CaseQuery { after, limit: PER_PAGE, ..query.search() })?;
    Ok(View { page, sources, saved: desk.saved_searches()?, query })
}

/// Draws the page, or the found part alone where the script asks for it.
pub fn render(reader: &Reader, view: &View) -> Markup {
    if reader.wants_part {
        return found(reader, view);
    }
    let body = html! {
        header.pagehead { h1 { (reader.t("nav-cases")) } p.lead { (reader.t("cases-lead")) " " a href=(reader.to("/entities")) { (reader.t("entities")) } } }
        (search(reader, view))
        (searches::list(reader, &view.saved, &view.query.search()))
        (found(reader, view))
    };
    layout::page(reader, &reader.t("nav-cases"), Some(Section::Cases), &body)
}

fn search(reader: &Reader, view: &View) -> Markup {
    let query = &view.query;
    html! {
        form.search role="search" method="get" action="/cases"
            hx-get="/cases" hx-target="#found" hx-swap="outerHTML" hx-trigger="input changed delay:250ms from:#q, change, submit" {
            @if let Some(point) = &reader.as_of { (forms::hidden(AS_OF, &point.id)) }
            p.field.grow {
                label for="q" { (reader.t("search-words")) }
                input #q name="q" type="search" value=(query.words) dir="auto" autocomplete="off" data-key="/" maxlength="200";
            }
            p.field {
                label for="f-status" { (reader.t("status")) }
                select #f-status name="status" {
                    option value="" { (reader.t("any")) }
                    @for label in Label::ALL {
                        option value=(label.code()) selected[query.label == Some(*label)] { (words::label(reader, *label)) }
                    }
                }
            }
            p.field {
                label for="f-source" { (reader.t("source")) }
                select #f-source name="source" {
                    option value="" { (reader.t("any")) }
                    @for (key, title) in &view.sources {
                        option value=(key) selected[query.source.as_deref() == Some(key)] { (title) }
                    }
                }
            }
            p.field.short {
                label for="f-year" { (reader.t("year")) }
                input #f-year name="year" value=[query.year] inputmode="numeric" pattern="[0-9]{3,4}" autocomplete="off" maxlength="4";
            }
            p.field.short {
                label for="f-from" { (reader.t("search-from")) }
                input #f-from name="from" value=(query.from.as_deref().unwrap_or("")) placeholder="2014-05" autocomplete="off" maxlength="10";
            }
            p.field.short {
                label for="f-to" { (reader.t("search-to")) }
                input #f-to name="to" value=(query.to.as_deref().unwrap_or("")) placeholder="2016" autocomplete="off" maxlength="10";
            }
            p.field {
                label for="f-place" { (reader.t("place")) }
                input #f-place name="place" value=(query.place.as_deref().unwrap_or("")) dir="auto" autocomplete="off" maxlength="200";
            }
            p.field {
                label for="f-within" { (reader.t("search-within")) }
                input #f-within name="within" value=(query.within.as_deref().unwrap_or("")) placeholder="place:corva" dir="auto" autocomplete="off" maxlength="200";
            }
            p.field.check {
                label { input type="checkbox" name="contradicted" value="1" checked[query.only_contradicted]; span { (reader.t("only-contradicted")) } }
            }
            p.field { button.btn { (reader.t("search")) } }
        }
    }
}

fn found(reader: &Reader, view: &View) -> Markup {
    let filtered = view.query.address("") != "/cases";
    html! {
        div #found data-say=(reader.n("cases-n", &[("n", view.page.facets.n_total)])) {
            p.found { (reader.n("cases-n", &[("n", view.page.facets.n_total)])) @if filtered { " · " a href=(reader.to("/cases")) { (reader.t("show-all")) } } }
            (facets(reader, view, filtered))
            @if filtered { (searches::save_form(reader, &view.query)) }
            @if view.page.rows.is_empty() {
                @if filtered { (empty(&reader.t("cases-none-found"), None)) }
                @else { (empty(&reader.t("cases-none"), Some("habeas import FILE --as LIST"))) }
            } @else {
                (list(reader, &view.page.rows))
                nav.pages aria-label=(reader.t("pages")) {
                    @if view.query.after.is_some() { a.btn href=(reader.to(view.query.address(""))) { (reader.t("first-page")) } }
                    @if let Some(next) = &view.page.next { a.btn rel="next" href=(reader.to(view.query.address(next))) { (reader.t("next-page")) } }
                }
            }
        }
    }
}

/// Kinds of persons: what the filter takes, what is shown, and how many they are.
type Kinds = Vec<(String, String, u64)>;

/// What the persons found could be narrowed by, each with how many they are. A filter that is set can be taken off.
fn facets(reader: &Reader, view: &View, is_narrowed: bool) -> Markup {
    let (query, facets) = (&view.query, &view.page.facets);
    let title = |key: &str| {
        let source = view.sources.iter().find(|(known, _)| known == key);
        source.map_or_else(|| key.to_owned(), |(_, title)| title.clone())
    };
    let year = query.year.map(|year| year.to_string());
    let plain = |all: &[Facet]| all.iter().map(|one| (one.value.clone(), one.value.clone(), one.n)).collect();
    let groups: [(&str, &str, Option<&str>, Kinds); 4] = [
        (
            "status",
            "status",
            query.label.map(Label::code),
            facets
                .labels
                .iter()
                .map(|(label, n)| (label.code().to_owned(), words::label(reader, *label), *n))
                .collect(),
        ),
        (
            "source",
            "source",
            query.source.as_deref(),
            facets.sources.iter().map(|one| (one.value.clone(), title(&one.value), one.n)).collect(),
        ),
        ("year", "year", year.as_deref(), plain(&facets.years)),
        ("place", "place", query.place.as_deref(), plain(&facets.places)),
    ];
    html! {
        @if facets.n_total > 0 { details.facets open[is_narrowed] {
            summary { (reader.t("narrow-by")) }
            div.groups {
                @for (name, label, chosen, kinds) in &groups { @if !kinds.is_empty() {
                    section {
                        h2 { (reader.t(label)) }
                        ul { @for (value, text, n) in kinds.iter().take(MOST_KINDS) { li {
                            @let is_chosen = *chosen == Some(value.as_str());
                            @let to = if is_chosen { query.address_with(name, "") } else { query.address_with(name, value) };
                            a href=(reader.to(to)) aria-current=[is_chosen.then_some("true")] { (datum(text)) }
                            " " span.n { (grouped(*n)) }
                        } } }
                        @if kinds.len() > MOST_KINDS { p.note { (reader.n("facets-more", &[("n", (kinds.len() - MOST_KINDS) as u64)])) } }
                    }
                } }
                @if facets.n_contradicted > 0 { section {
                    h2 { (reader.t("facets-conflict")) }
                    ul { li {
                        @let to = query.address_with("contradicted", if query.only_contradicted { "" } else { "1" });
                        a href=(reader.to(to)) aria-current=[query.only_contradicted.then_some("true")] { (reader.t("only-contradicted")) }
                        " " span.n { (grouped(facets.n_contradicted)) }
                    } }
                } }
            }
        } }
    }
}

fn labels_of(reader: &Reader, labels: &[Label]) -> Markup {
    html! {
        @for (i, label) in labels.iter().enumerate() { @if i > 0 { " · " } (words::label(reader, *label)) }
        @if labels.len() > 1 { " " span.tone.amber { (reader.t("disputed")) } }
    }
}

fn list(reader: &Reader, rows: &[CaseRow]) -> Markup {
    let heads = ["name", "taken", "place", "status", "sources"];
    html! {
        div.scroll tabindex="0" role="group" aria-label=(reader.t("nav-cases")) { table.list {
            caption.vh { (reader.t("nav-cases")) }
            thead { tr { @for head in heads { th scope="col" { (reader.t(head)) } } } }
            tbody { @for row in rows { tr {
                th scope="row" {
                    a href=(reader.to(format!("/cases/{}", row.person))) {
                        @for (i, name) in row.names.iter().enumerate() { @if i > 0 { " · " } (datum(name)) }
                        @if row.names.is_empty() { (reader.t("name-not-stated")) }
                    }
                    small { code { (row.person.short()) } " · " (reader.n("records-n", &[("n", u64::from(row.n_records))])) }
                }
                td.dates { @if row.taken.is_empty() { span.absent { (reader.t("not-stated")) } } @else { @for date in row.taken.split(" | ") { bdi { (date) } " " } } }
                td { @if row.place.is_empty() { span.absent { (reader.t("not-stated")) } } @else { (datum(&row.place)) } }
                td {
                    @if row.cases.len() > 1 {
                        (reader.n("cases-of-person-n", &[("n", row.cases.len() as u64)]))
                        @for (_, labels) in &row.cases { br; (labels_of(reader, labels)) }
                    } @else { (labels_of(reader, &row.labels)) }
                    @if row.n_contradictions > 0 {
                        small { span.tone.bad { (reader.n("contradictions-n", &[("n", u64::from(row.n_contradictions))])) } }
                    }
                }
                td { bdi { (row.sources.join(", ")) } }
            } } }
        } }
    }
}
