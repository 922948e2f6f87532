//! Documented counts and estimates: tiles, by year, by place, by sex, overlap of lists, how often lists disagree.
//! Every table adds up, «not stated» has its row, and every figure leads to the cases or rows behind it.

use super::{
    disagreements, download, earlier,
    error::PageError,
    estimates::{self, Estimate},
    jobs,
    layout::{self, Section, empty},
    query::address,
    reader::Reader,
    strata::{self, Stratified},
    words,
};
use crate::desk::{
    Desk, Figures, Overlap, StoredEstimate,
    exporting::Sheet,
    figures::{Category, Table as Counts, Tables},
};
use habeas_core::{Predicate, SourceKind};
use habeas_publish::ui::{
    Apart, Card, CardLine, Cell, ChartWords, Figure, Head, Link, Row, Table, Tile, Year, YearChart, card, figure,
    grouped, table, tiles, year_chart,
};
use maud::{Markup, html};

/// Rows of a table before the rest is folded away.
const PLACES_SHOWN: usize = 25;

/// One list of the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFacts {
    key: String,
    title: String,
    edition: String,
}

/// One line of «how often the lists disagree».
#[derive(Debug, Clone, PartialEq, Eq)]
struct Compared {
    question: Predicate,
    lists: [String; 2],
    n_compared: u64,
    n_same: u64,
    n_compatible: u64,
    n_differs: u64,
    n_contradicts: u64,
}

/// All figures.
#[derive(Debug, Clone)]
pub struct View {
    n_records: u64,
    n_unlinked: u64,
    tables: Tables,
    overlap: Overlap,
    compared: Vec<Compared>,
    estimates: Vec<Estimate>,
    stratified: Option<Stratified>,
    lists: Vec<ListFacts>,
    truth: Option<u64>,
    /// The newest checkpoint: what stood until then cannot be changed unseen.
    checkpoint: Option<String>,
}

impl View {
    /// Copies what the page shows. `lists` adds titles and editions where they are known.
    pub fn of(figures: &Figures, stored: &[StoredEstimate], lists: Vec<ListFacts>) -> Self {
        let compared = figures.disagreements.iter().map(|field| Compared {
            question: field.predicate,
            lists: field.lists.clone(),
            n_compared: field.n_compared,
            n_same: field.n_same,
            n_compatible: field.n_compatible,
            n_differs: field.n_differs,
            n_contradicts: field.n_contradicts,
        });
        Self {
            n_records: figures.n_records,
            n_unlinked: figures.n_unlinked,
            tables: figures.tables.clone(),
            overlap: figures.overlap.clone(),
            compared: compared.collect(),
            estimates: Estimate::latest(stored),
            stratified: Stratified::latest(stored),
            lists,
            truth: None,
            checkpoint: None,
        }
    }
}

/// Reads the figures.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let figures = desk.figures()?;
    let lists = figures.sources.iter().filter(|source| source.kind == SourceKind::List).map(|list| ListFacts {
        key: list.key.clone(),
        title: list.title.clone(),
        edition: list.edition.clone(),
    });
    let view = View::of(&figures, &desk.estimates()?, lists.collect());
    Ok(View { truth: truth_of(desk), checkpoint: desk.newest_checkpoint()?, ..view })
}

/// The known number of persons of a demo vault.
pub fn truth_of(desk: &Desk) -> Option<u64> {
    desk.demo_truth()?.get("n_total")?.as_u64()
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    layout::page(reader, &reader.t("stats-title"), Some(Section::Stats), &body(reader, view))
}

/// Draws what page and file share.
pub fn body(reader: &Reader, view: &View) -> Markup {
    html! {
        header.pagehead { h1 { (reader.t("stats-title")) } p.lead { (reader.t("stats-lead")) @if reader.may_open("/reported") { " " a href=(reader.to("/reported")) { (reader.t("reported-figures")) } } } }
        @if view.tables.n_documented == 0 { (empty(&reader.t("stats-none"), Some("habeas import FILE --as LIST"))) }
        @else {
            (tiles(&head_tiles(reader, view)))
            (by_year(reader, view)) (card(&basis(reader, view, view.tables.by_year.policy))) (download::links(reader, Sheet::ByYear, true))
            @if let Some(address) = reader.href("/stats/by") { p { a.btn href=(address) { (reader.t("crosstab-title")) } } }
            (estimates::section(reader, &view.estimates, view.tables.n_documented))
            (jobs::estimate_form(reader))
            @if !view.estimates.is_empty() { (download::links(reader, Sheet::Estimates, false)) }
            @if let Some(stratified) = &view.stratified { (strata::section(reader, stratified)) }
            (by_place(reader, view)) (card(&basis(reader, view, view.tables.by_place.policy))) (download::links(reader, Sheet::ByPlace, false))
            @if let Some(address) = reader.href("/stats/map") { p { a.btn href=(address) { (reader.t("map-title")) } } }
            (by_sex(reader, view)) (card(&basis(reader, view, view.tables.by_sex.policy))) (download::links(reader, Sheet::BySex, false))
            @if !view.overlap.lists.is_empty() { (overlap(reader, view)) (card(&basis(reader, view, ""))) (download::links(reader, Sheet::Overlap, false)) }
            @if !view.compared.is_empty() { (disagree(reader, view)) (card(&basis(reader, view, ""))) (download::links(reader, Sheet::Disagreements, false)) }
        }
    }
}

/// Tiles at the head: documented, estimated or refused, and the truth where it is known.
fn head_tiles(reader: &Reader, view: &View) -> Vec<Tile> {
    let mut all = vec![documented_tile(reader, view)];
    all.extend(estimates::tiles(reader, view.estimates.first(), view.tables.n_documented));
    if let Some(truth) = view.truth {
        all.push(Tile {
            label: reader.t("known-truth"),
            value: grouped(truth),
            refused: false,
            interval: None,
            note: reader.t("known-truth-note"),
            card: None,
        });
    }
    all
}

fn documented_tile(reader: &Reader, view: &View) -> Tile {
    let tables = &view.tables;
    let policies = [tables.by_year.policy, tables.by_place.policy, tables.by_sex.policy].join(", ");
    Tile {
        label: reader.t("documented"),
        value: grouped(tables.n_documented),
        refused: false,
        interval: None,
        note: reader.n("documented-note", &[("records", view.n_records)]),
        card: Some(basis(reader, view, &policies)),
    }
}

/// What documented counts rest on: unit, lists with their editions, links, policy, checkpoint, and the way to the cases.
pub fn basis(reader: &Reader, view: &View, policy: &str) -> Card {
    let line = |term: &str, text: String| CardLine { term: reader.t(term), text, href: None };
    let titled = |key: &String| match view.lists.iter().find(|list| list.key == *key) {
        Some(ListFacts { title, edition, .. }) if edition.is_empty() => title.clone(),
        Some(ListFacts { title, edition, .. }) => format!("{title} ({edition})"),
        None => key.clone(),
    };
    let links = match view.n_unlinked {
        0 => reader.t("card-all-linked"),
        n => reader.n("unlinked-n", &[("n", n)]),
    };
    let mut lines = vec![
        line("card-counts", reader.t("card-counts-persons")),
        line("lists", view.overlap.lists.iter().map(titled).collect::<Vec<_>>().join(" · ")),
        line("card-one-list", grouped(view.overlap.on_exactly.first().copied().unwrap_or(0))),
        line("card-links", links),
    ];
    if !policy.is_empty() {
        lines.push(line("card-policy", policy.to_owned()));
    }
    let checkpoint = reader.as_of.as_ref().map(|point| &point.id).or(view.checkpoint.as_ref());
    lines.extend(checkpoint.map(|checkpoint| line("card-checkpoint", checkpoint.clone())));
    if let Some(href) = reader.href("/cases") {
        let text = reader.n("show-cases-n", &[("n", view.tables.n_documented)]);
        lines.push(CardLine { term: reader.t("card-way-back"), text, href: Some(href) });
    }
    Card { title: reader.t("card-what"), lines }
}

/// Notes that stand in the caption itself, since pictures get cut out and travel.
fn notes(reader: &Reader, key: &str) -> Vec<String> {
    let mut notes = vec![reader.t(key)];
    if reader.is_demo {
        notes.push(reader.t("demo"));
    }
    notes.extend(earlier::caption(reader));
    notes
}

/// Draws persons by year.
pub fn by_year(reader: &Reader, view: &View) -> Markup {
    let counts = &view.tables.by_year;
    let of_year = |year: i16| view.stratified.as_ref()?.of_year(year);
    let mut years: Vec<Year> = Vec::new();
    let (mut n_several, mut n_unknown) = (0, 0);
    for (category, n) in &counts.rows {
        match category {
            Category::Is(words) => match words.parse() {
                Ok(year) => {
                    let estimate = of_year(year).and_then(|(_, band)| band);
                    years.push(Year { year, documented: *n, published: None, estimate });
                }
                Err(_) => n_several += n,
            },
            Category::Disputed(_) => n_several += n,
            Category::Unknown => n_unknown += n,
        }
    }
    years.sort_by_key(|year| year.year);
    let has_estimates = years.iter().any(|year| of_year(year.year).is_some());
    let no_estimate = || [(); 3].map(|()| Cell::Absent("–".into()));
    let apart = [("±", "year-several", n_several), ("?", "year-not-stated", n_unknown)];
    let apart = apart.into_iter().filter(|(.., n)| *n > 0);
    let chart = YearChart {
        words: ChartWords {
            title: reader.t("year-chart"),
            documented: reader.t("documented"),
            estimated: reader.t("estimated"),
            interval: reader.t("interval95"),
            published: reader.t("published"),
        },
        years,
        apart: apart.map(|(mark, key, n)| Apart { mark: mark.into(), label: reader.t(key), n }).collect(),
        table: "years".into(),
    };
    let rows = counts.rows.iter().map(|(category, n)| Row {
        key: match category {
            Category::Is(year) => Some(year.clone()),
            Category::Unknown => Some("?".into()),
            Category::Disputed(_) => None,
        },
        head: match category {
            Category::Is(year) => category_link(reader, category, "year", year, &str::to_owned),
            // No filter finds those without one certain year.
            _ => Cell::Text(words::category(reader, category, str::to_owned)),
        },
        cells: {
            let counted = [Cell::Number(*n), Cell::Share { part: *n, whole: view.tables.n_documented }];
            let of = match category {
                Category::Is(year) => year.parse().ok().and_then(of_year),
                _ => None,
            };
            let [total, interval, _] = of.map_or_else(no_estimate, |(estimate, _)| strata::cells(reader, estimate));
            counted.into_iter().chain([total, interval].into_iter().filter(|_| has_estimates)).collect()
        },
    });
    let mut years =
        Table { id: Some("years".into()), ..count_table(reader, "year", "year-chart", rows.collect(), view) };
    if has_estimates {
        years.head.extend(["estimated", "interval95"].map(|key| Head::figures(reader.t(key))));
        let [total, interval, _] = no_estimate();
        years.total.iter_mut().for_each(|row| row.cells.extend([total.clone(), interval.clone()]));
    }
    figure(&Figure {
        id: "by-year".into(),
        title: reader.t("year-chart"),
        sub: reader.t("year-sub"),
        drawing: Some(year_chart(&chart)),
        table: table(&years),
        show_table: reader.t("show-table"),
        notes: has_estimates
            .then(|| reader.t("year-estimates-note"))
            .into_iter()
            .chain(notes(reader, "trend-note"))
            .collect(),
    })
}

/// The year chart as one file that needs nothing else: what its marks mean, and what the estimates assume, stand in it.
pub fn file(reader: &Reader, view: &View) -> String {
    let estimated = view.stratified.as_ref().and_then(Stratified::assumption_by_year);
    let legend = if estimated.is_some() { "year-legend-estimated" } else { "year-legend" };
    let about =
        estimated.map(|assumption| [reader.t("year-estimates-note"), estimates::told::assumed(reader, assumption)]);
    let words = download::Words {
        title: reader.t("year-chart"),
        sub: reader.t("year-sub"),
        notes: [reader.t(legend)]
            .into_iter()
            .chain(about.into_iter().flatten())
            .chain(notes(reader, "trend-note"))
            .collect(),
    };
    download::alone(&words, &by_year(reader, view).into_string(), [900.0, 360.0])
}

/// A category that leads to its cases.
fn category_link(
    reader: &Reader,
    category: &Category,
    parameter: &str,
    value: &str,
    one: &dyn Fn(&str) -> String,
) -> Cell {
    let href = reader.href(address("/cases", &[(parameter, value)]));
    Cell::Link(Link { text: words::category(reader, category, one), href })
}

fn count_table(reader: &Reader, head: &str, caption: &str, rows: Vec<Row>, view: &View) -> Table {
    let n = view.tables.n_documented;
    let total = Row {
        key: None,
        head: Cell::Text(reader.t("total")),
        cells: vec![Cell::Number(n), Cell::Share { part: n, whole: n }],
    };
    Table {
        id: None,
        caption: reader.t(caption),
        head: vec![Head::words(reader.t(head)), Head::figures(reader.t("persons")), Head::figures(reader.t("share"))],
        rows,
        total: Some(total),
    }
}

fn by_place(reader: &Reader, view: &View) -> Markup {
    let counts = &view.tables.by_place;
    let max = counts.rows.iter().map(|(_, n)| *n).max().unwrap_or(0);
    let row = |(category, n): &(Category, u64)| Row {
        key: None,
        head: match category {
            Category::Is(place) => category_link(reader, category, "place", place, &str::to_owned),
            // No filter finds those without a place.
            _ => Cell::Text(words::category(reader, category, str::to_owned)),
        },
        cells: vec![Cell::Bar { n: *n, max }, Cell::Share { part: *n, whole: view.tables.n_documented }],
    };
    let (first, rest) = split(counts);
    let shown = count_table(reader, "place", "place-title", first.into_iter().map(row).collect(), view);
    let more = Table {
        total: None,
        ..count_table(reader, "place", "place-title", rest.iter().map(|r| row(r)).collect(), view)
    };
    let both = html! {
        (table(&shown))
        @if !rest.is_empty() { details { summary { (reader.n("more-places-n", &[("n", rest.len() as u64)])) } (table(&more)) } }
    };
    plain_figure(reader, "by-place", "place-title", "place-sub", both)
}

/// Lines of a table of counts.
type Lines<'c> = Vec<&'c (Category, u64)>;

/// The largest places with «not stated», and all others.
fn split(counts: &Counts) -> (Lines<'_>, Lines<'_>) {
    let (named, others): (Lines<'_>, Lines<'_>) =
        counts.rows.iter().partition(|(category, _)| matches!(category, Category::Is(_)));
    let (first, rest) = named.split_at(named.len().min(PLACES_SHOWN));
    (first.iter().copied().chain(others).collect(), rest.to_vec())
}

fn by_sex(reader: &Reader, view: &View) -> Markup {
    let word = |code: &str| reader.find(&format!("sex-{code}")).unwrap_or_else(|| code.to_owned());
    let rows = view.tables.by_sex.rows.iter().map(|(category, n)| Row {
        key: None,
        head: Cell::Text(words::category(reader, category, word)),
        cells: vec![Cell::Number(*n), Cell::Share { part: *n, whole: view.tables.n_documented }],
    });
    let drawn = table(&count_table(reader, "sex", "sex-title", rows.collect(), view));
    plain_figure(reader, "by-sex", "sex-title", "sex-sub", drawn)
}

fn plain_figure(reader: &Reader, id: &str, title: &str, sub: &str, table: Markup) -> Markup {
    figure(&Figure {
        id: id.into(),
        title: reader.t(title),
        sub: reader.t(sub),
        drawing: None,
        table,
        show_table: String::new(),
        notes: reader.is_demo.then(|| reader.t("demo")).into_iter().chain(earlier::caption(reader)).collect(),
    })
}

fn overlap(reader: &Reader, view: &View) -> Markup {
    let overlap = &view.overlap;
    let only = |idx: usize| overlap.histories.iter().find(|(mask, _)| *mask == 1 << idx).map_or(0, |(_, n)| *n);
    let row = |idx: usize| Row {
        key: None,
        head: Cell::Link(Link {
            text: overlap.lists[idx].clone(),
            href: reader.href(address("/cases", &[("source", &overlap.lists[idx])])),
        }),
        cells: [Cell::Number(overlap.sizes[idx]), Cell::Number(only(idx))]
            .into_iter()
            .chain((0..overlap.lists.len()).map(|other| match other == idx {
                true => Cell::Absent("–".into()),
                false => Cell::Number(overlap.pairwise[idx][other]),
            }))
            .collect(),
    };
    let pairwise = Table {
        caption: reader.t("overlap-title"),
        head: [Head::words(reader.t("list")), Head::figures(reader.t("persons")), Head::figures(reader.t("only-here"))]
            .into_iter()
            .chain(overlap.lists.iter().map(Head::figures))
            .collect(),
        rows: (0..overlap.lists.len()).map(row).collect(),
        ..Table::default()
    };
    let on_exactly = Table {
        caption: reader.t("on-exactly"),
        head: vec![Head::words(reader.t("number-of-lists")), Head::figures(reader.t("persons"))],
        rows: overlap
            .on_exactly
            .iter()
            .enumerate()
            .map(|(idx, n)| Row { key: None, head: Cell::Figure((idx + 1).to_string()), cells: vec![Cell::Number(*n)] })
            .collect(),
        ..Table::default()
    };
    let histories = Table {
        caption: reader.t("histories"),
        head: vec![Head::words(reader.t("lists")), Head::figures(reader.t("persons"))],
        rows: overlap
            .histories
            .iter()
            .map(|(mask, n)| Row {
                key: None,
                head: Cell::Words(overlap.names_of(*mask).join(" + ")),
                cells: vec![Cell::Number(*n)],
            })
            .collect(),
        ..Table::default()
    };
    let all = html! {
        (table(&pairwise))
        h3 { (reader.t("on-exactly")) }
        (table(&on_exactly))
        details { summary { (reader.t("histories")) } (table(&histories)) }
    };
    plain_figure(reader, "overlap", "overlap-title", "overlap-sub", all)
}

fn disagree(reader: &Reader, view: &View) -> Markup {
    let mut compared: Vec<&Compared> = view.compared.iter().collect();
    compared.sort_by(|a, b| a.lists.cmp(&b.lists));
    let row = |field: &Compared| {
        let behind = field.n_contradicts + field.n_differs;
        let text = words::question(reader, field.question);
        let href = reader.href(disagreements::href(field.question, &field.lists)).filter(|_| behind > 0);
        Row {
            key: None,
            head: Cell::Link(Link { text, href }),
            cells: vec![
                Cell::Words(field.lists.join(" / ")),
                Cell::Number(field.n_compared),
                Cell::Number(field.n_same),
                Cell::Number(field.n_compatible),
                Cell::Number(field.n_differs),
                Cell::Number(field.n_contradicts),
                Cell::Share { part: field.n_contradicts, whole: field.n_compared },
            ],
        }
    };
    let lines = Table {
        caption: reader.t("disagree-title"),
        head: vec![
            Head::words(reader.t("question")),
            Head::words(reader.t("lists")),
            Head::figures(reader.t("compared")),
            Head::figures(reader.t("agreement-same")),
            Head::figures(reader.t("agreement-compatible")),
            Head::figures(reader.t("agreement-differs")),
            Head::figures(reader.t("agreement-contradicts")),
            Head::figures(reader.t("share")),
        ],
        rows: compared.into_iter().map(row).collect(),
        ..Table::default()
    };
    plain_figure(reader, "disagreements", "disagree-title", "disagree-sub", table(&lines))
}
