//! The page of numbers: everything on it is drawn from [`Figures`].

use super::frame::{Page, Place};
use crate::{
    figures::{CategoryName, EstimateCard, Figures, OTHER_PLACES, TableFigure, Told},
    files::OutputFiles,
    ui::{
        Apart, Cell, ChartWords, Figure, Head, Row, Table, Tile, Year, YearChart, datum, figure, grouped, percent,
        rounded, supported_step, table, tiles, year_chart,
    },
};
use habeas_core::Sex;
use habeas_stats::{suppress::Shown, tally::Label};
use maud::{Markup, html};

pub(super) fn write(at: &Place<'_>, figures: &Figures, files: &mut OutputFiles) {
    let any_withheld =
        figures.tables().iter().any(|table| figures.lines(table).iter().any(|(_, shown)| *shown == Shown::Withheld));
    let body = html! {
        header.pagehead { h1 { (at.t("site-statistics")) } p.lead { (at.t("site-statistics-lead")) } }
        (tiles(&head(at, figures)))
        @for shown in figures.tables() { (one_table(at, figures, shown)) }
        @if !figures.agreements.is_empty() { (agreement(at, figures)) }
        @if any_withheld { p.source { (at.t("site-withheld-note")) } }
    };
    let page = Page { path: "statistics.html", title: at.t("site-statistics"), body, scripts: &[], leads_to: None };
    at.page(&page, files);
}

fn head(at: &Place<'_>, figures: &Figures) -> Vec<Tile> {
    let plain = |label: String, value: String, refused, interval, note| Tile {
        label,
        value,
        refused,
        interval,
        note,
        card: None,
    };
    let mut all = Vec::new();
    if let Some(Shown::Count(n)) = figures.documented() {
        all.push(plain(at.t("documented"), grouped(n), false, None, at.t("site-documented-note")));
    }
    for estimate in &figures.estimates {
        let EstimateCard { method, median, interval, others, .. } = estimate;
        let label = format!("{} · {}", at.t("estimated"), at.t(&format!("method-{method}")));
        let step = supported_step(interval.map(|(low, high, _)| (low, high)));
        let shown = |value: f64| grouped(rounded(value, step));
        let (value, refused) = match median {
            Some(median) => (shown(*median), false),
            None => (at.t("site-refused"), true),
        };
        let ends = interval.map(|(low, high, level)| format!("{}–{} ({:.0}%)", shown(low), shown(high), level * 100.0));
        let others =
            others.map(|(low, high)| format!(" · {} {}–{}", at.t("site-other-choices"), shown(low), shown(high)));
        let note: Vec<String> = basis(estimate)
            .map(|(kind, told)| at.words.told(kind, told).unwrap_or_else(|| told.text.clone()))
            .collect();
        all.push(plain(label, value, refused, ends, note.join(" ") + &others.unwrap_or_default()));
    }
    all
}

/// What an estimate assumes, or why it was refused, each with its kind of sentence.
fn basis(estimate: &EstimateCard) -> impl Iterator<Item = (&'static str, &Told)> {
    let assumed = estimate.reasons.is_empty().then_some(("assumed", &estimate.assumption));
    assumed.into_iter().chain(estimate.reasons.iter().map(|reason| ("refusal-told", reason)))
}

/// A sentence in the language of the page, or in English as the run printed it.
fn sentence(at: &Place<'_>, kind: &str, told: &Told) -> Markup {
    match at.words.told(kind, told) {
        Some(words) => html! { (words) },
        None => html! { span lang="en" dir="ltr" { (told.text) } },
    }
}

fn one_table(at: &Place<'_>, figures: &Figures, shown: &TableFigure) -> Markup {
    let title = at.t(&format!("site-table-{}", shown.code.replace('_', "-")));
    let sub = at.t(if shown.sensitive { "site-sensitive-sub" } else { "site-exact-sub" });
    let drawn = match shown.dimensions.as_slice() {
        [one] => list(at, figures, *one, &title),
        [rows, columns, ..] => cross(at, figures, *rows, *columns, &title),
        [] => html! {},
    };
    let drawing = match shown.dimensions.as_slice() {
        [one] if figures.dimension(*one).code == "year" => Some(year_drawing(at, figures, *one, &title)),
        _ => None,
    };
    figure(&Figure {
        id: format!("t-{}", shown.code),
        title,
        sub,
        drawing,
        table: drawn,
        show_table: at.t("show-table"),
        notes: vec![at.t("trend-note")],
    })
}

fn category(at: &Place<'_>, dimension: &str, name: &CategoryName<'_>) -> Cell {
    match name {
        CategoryName::Is(words) if dimension == "sex" => {
            Cell::Text(Sex::from_code(words).map_or_else(|| (*words).to_owned(), |sex| at.words.sex(sex)))
        }
        CategoryName::Is(words) if *words == OTHER_PLACES => Cell::Text(at.t("site-other-places")),
        CategoryName::Is(words) => Cell::Words((*words).to_owned()),
        CategoryName::Disputed => Cell::Text(at.t("site-differ")),
        CategoryName::Unknown => Cell::Text(at.t("site-not-stated")),
    }
}

/// The name of a dimension; that of periods is only here.
fn dimension_name(at: &Place<'_>, code: &str) -> String {
    at.t(if code == "period" { "site-period" } else { code })
}

fn shown_cell(at: &Place<'_>, shown: Option<Shown>) -> Cell {
    match shown {
        Some(Shown::Count(n)) => Cell::Number(n),
        Some(Shown::Withheld) => Cell::Absent(at.t("site-withheld")),
        None => Cell::Text(String::new()),
    }
}

fn list(at: &Place<'_>, figures: &Figures, dimension: usize, title: &str) -> Markup {
    let code = &figures.dimension(dimension).code;
    let whole = match figures.documented() {
        Some(Shown::Count(n)) => Some(n),
        _ => None,
    };
    let rows = figures.labels(dimension).filter_map(|label| {
        let shown = figures.margin(dimension, label)?;
        let stated = matches!(label, Label::Known(_));
        (shown != Shown::Count(0) || !stated).then(|| {
            let share = match (shown, whole) {
                (Shown::Count(n), Some(whole)) => Cell::Figure(percent(n, whole)),
                _ => Cell::Text(String::new()),
            };
            let name = figures.name(dimension, Some(label));
            let key = match &name {
                CategoryName::Is(words) => Some((*words).to_owned()),
                _ => None,
            };
            Row { key, head: category(at, code, &name), cells: vec![shown_cell(at, Some(shown)), share] }
        })
    });
    let total = Row {
        key: None,
        head: Cell::Text(at.t("total")),
        cells: vec![shown_cell(at, figures.documented()), Cell::Text(String::new())],
    };
    table(&Table {
        id: Some(format!("d-{code}")),
        caption: title.to_owned(),
        head: vec![Head::words(dimension_name(at, code)), Head::figures(at.t("persons")), Head::figures(at.t("share"))],
        rows: rows.collect(),
        total: Some(total),
    })
}

fn cross(at: &Place<'_>, figures: &Figures, down: usize, across: usize, title: &str) -> Markup {
    let (down_code, across_code) = (&figures.dimension(down).code, &figures.dimension(across).code);
    let used = |dimension: usize| -> Vec<Label> {
        figures.labels(dimension).filter(|label| figures.margin(dimension, *label) != Some(Shown::Count(0))).collect()
    };
    let columns = used(across);
    let words = |cell: Cell| match cell {
        Cell::Words(words) | Cell::Text(words) => words,
        _ => String::new(),
    };
    let head = columns
        .iter()
        .map(|label| Head::figures(words(category(at, across_code, &figures.name(across, Some(*label))))));
    let row = |label: Label| Row {
        key: None,
        head: category(at, down_code, &figures.name(down, Some(label))),
        cells: columns
            .iter()
            .map(|column| figures.cell((down, label), (across, *column)))
            .chain([figures.margin(down, label)])
            .map(|shown| shown_cell(at, shown))
            .collect(),
    };
    let totals = columns.iter().map(|label| figures.margin(across, *label)).chain([figures.documented()]);
    let total =
        Row { key: None, head: Cell::Text(at.t("total")), cells: totals.map(|shown| shown_cell(at, shown)).collect() };
    table(&Table {
        id: None,
        caption: title.to_owned(),
        head: std::iter::once(Head::words(dimension_name(at, down_code)))
            .chain(head)
            .chain([Head::figures(at.t("total"))])
            .collect(),
        rows: used(down).into_iter().map(row).collect(),
        total: Some(total),
    })
}

fn year_drawing(at: &Place<'_>, figures: &Figures, dimension: usize, title: &str) -> Markup {
    let mut years = Vec::new();
    let mut apart = Vec::new();
    for label in figures.labels(dimension) {
        let Some(Shown::Count(n)) = figures.margin(dimension, label) else { continue };
        match (figures.name(dimension, Some(label)), label) {
            (CategoryName::Is(words), _) => {
                if let Ok(year) = words.parse() {
                    years.push(Year { year, documented: n, published: None, estimate: None });
                }
            }
            (_, Label::Disputed) if n > 0 => apart.push(Apart { mark: "±".into(), label: at.t("year-several"), n }),
            (_, Label::Unknown) if n > 0 => apart.push(Apart { mark: "?".into(), label: at.t("year-not-stated"), n }),
            _ => {}
        }
    }
    years.sort_by_key(|year| year.year);
    year_chart(&YearChart {
        words: ChartWords {
            title: title.to_owned(),
            documented: at.t("documented"),
            estimated: at.t("estimated"),
            interval: at.t("interval95"),
            published: at.t("published"),
        },
        years,
        apart,
        table: format!("d-{}", figures.dimension(dimension).code),
    })
}

fn agreement(at: &Place<'_>, figures: &Figures) -> Markup {
    let title = |key: &str| {
        let list = figures.lists.iter().find(|list| list.key == *key);
        list.map_or_else(|| key.to_owned(), |list| list.title.clone())
    };
    let rows = figures.agreements.iter().map(|line| Row {
        key: None,
        head: Cell::Text(at.words.question(&line.question)),
        cells: vec![
            Cell::Words(title(&line.lists[0])),
            Cell::Words(title(&line.lists[1])),
            Cell::Number(line.n_compared),
            Cell::Number(line.n_contradicts),
            Cell::Share { part: line.n_contradicts, whole: line.n_compared },
            Cell::Number(line.n_differs),
        ],
    });
    let head = ["site-question", "site-list", "site-list"].map(|key| Head::words(at.t(key)));
    let numbers = ["compared", "site-contradict", "share", "site-differ-words"].map(|key| Head::figures(at.t(key)));
    let drawn = table(&Table {
        id: None,
        caption: at.t("disagree-title"),
        head: head.into_iter().chain(numbers).collect(),
        rows: rows.collect(),
        total: None,
    });
    figure(&Figure {
        id: "agreement".into(),
        title: at.t("disagree-title"),
        sub: at.t("site-disagree-sub"),
        drawing: None,
        table: drawn,
        show_table: at.t("show-table"),
        notes: Vec::new(),
    })
}

/// How each number was made, for the page of methods.
pub(super) fn methods(at: &Place<'_>, figures: &Figures) -> Markup {
    let mut used: Vec<usize> = figures.tables().iter().flat_map(|table| table.dimensions.iter().copied()).collect();
    used.sort_unstable();
    used.dedup();
    html! {
        h2 { (at.t("site-lists-title")) }
        ul { @for list in &figures.lists { li {
            (datum(&list.title)) @if !list.edition.is_empty() { " · " (datum(&list.edition)) }
        } } }
        h2 { (at.t("site-policies-title")) }
        ul { @for dimension in used { li {
            (dimension_name(at, &figures.dimension(dimension).code)) ": " code { (figures.dimension(dimension).policy) }
        } } }
        h2 { (at.t("site-estimates-title")) }
        @if figures.estimates.is_empty() { p { (at.t("site-no-estimate")) } }
        @for estimate in &figures.estimates {
            p {
                b { (at.t(&format!("method-{}", estimate.method))) } " (" bdi { code { (estimate.method) } } "):"
                @for (kind, told) in basis(estimate) { " " (sentence(at, kind, told)) }
            }
            @if !estimate.input_sha256.is_empty() { p.note { (at.t("site-input")) " " code { (estimate.input_sha256) } } }
            ul { @for warning in &estimate.warnings { li { (sentence(at, "warning-told", warning)) } } }
        }
    }
}
