//! Tables taken out as files: CSV and JSON of every table, the year chart and the map as drawings. Each is an entry of the audit.

use super::{error::PageError, map, query::segment, reader::Reader, router::refuse, stats};
use crate::desk::{Desk, exporting::Sheet};
use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use std::path::PathBuf;

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Json,
    Svg,
}

impl Form {
    fn kind(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Svg => "image/svg+xml",
        }
    }
}

fn read(file: &str) -> Option<(Sheet, Form)> {
    let (name, ending) = file.rsplit_once('.')?;
    let form = match ending {
        "csv" => Form::Csv,
        "json" => Form::Json,
        "svg" => Form::Svg,
        _ => return None,
    };
    Some((Sheet::from_name(name)?, form))
}

/// Answers with a file of a table.
pub async fn get(desk: Desk, reader: Reader, Path(file): Path<String>) -> Response {
    let Some((sheet, form)) = read(&file) else { return refuse(&reader, &PageError::NotFound) };
    answer(desk, reader, file, form, move |desk, reader| {
        desk.ask(sheet.needs())?;
        Ok(match form {
            Form::Csv => sheet.csv(desk)?,
            Form::Json => {
                let mut object = sheet.json(desk)?;
                if let Some(point) = &reader.as_of {
                    object["as_of"] = point.id.clone().into();
                }
                Some(format!("{object:#}\n").into_bytes())
            }
            Form::Svg if sheet == Sheet::ByYear => Some(stats::file(reader, &stats::load(desk)?).into_bytes()),
            Form::Svg => None,
        })
    })
    .await
}

/// Answers with the map as a file.
pub async fn map(desk: Desk, reader: Reader) -> Response {
    let made = |desk: &Desk, reader: &Reader| Ok(Some(map::file(reader, &map::load(desk)?).into_bytes()));
    answer(desk, reader, "places.svg".into(), Form::Svg, made).await
}

/// Makes a file, notes it in the audit, and answers with it.
async fn answer(
    desk: Desk,
    reader: Reader,
    file: String,
    form: Form,
    make: impl FnOnce(&Desk, &Reader) -> Result<Option<Vec<u8>>, PageError> + Send + 'static,
) -> Response {
    // A file travels: that its people are invented, or that it is of the past, stands in its name as well.
    let whose = if reader.is_demo { "invented" } else { "habeas" };
    let as_of = reader.as_of.as_ref().map(|point| format!("-as-of-{}", point.id)).unwrap_or_default();
    let name = format!("{whose}{as_of}-{file}");
    let (own, drawn_for) = (name.clone(), reader.clone());
    let made = tokio::task::spawn_blocking(move || -> Result<Option<Vec<u8>>, PageError> {
        let bytes = make(&desk, &drawn_for)?;
        if bytes.is_some() {
            desk.note_export("tables", &[PathBuf::from(own)])?;
        }
        Ok(bytes)
    });
    match made.await {
        Ok(Ok(Some(bytes))) => {
            let as_file = format!("attachment; filename=\"{name}\"");
            (
                StatusCode::OK,
                [(header::CONTENT_TYPE, form.kind().to_owned()), (header::CONTENT_DISPOSITION, as_file)],
                bytes,
            )
                .into_response()
        }
        Ok(Ok(None)) => refuse(&reader, &PageError::NotFound),
        Ok(Err(error)) => refuse(&reader, &error),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// Colours of a drawing that stands alone: those of the light theme.
const COLOURS: &str = "text{font:500 12px system-ui,sans-serif;fill:#535963}.grid{stroke:#e2ddd2}.base{stroke:#cbc5b7}\
    .b95{fill:#cfdde2}.b50{fill:#93b5c4}.edge{fill:none;stroke:#4d83a0;stroke-dasharray:3 3}.mid{fill:none;stroke:#1c4f6e;stroke-width:2.5}\
    .doc{fill:#535963}.doc.apart{fill:#93b5c4}.pub{fill:#fff;stroke:#1b1f27}.hit,.cursor{fill:none;stroke:none}.h{font-size:16px;font-weight:600;fill:#1b1f27}\
    .spot{fill:#1c4f6e;fill-opacity:.35;stroke:#1c4f6e;stroke-width:1.5}.frame{fill:none;stroke:#cbc5b7}path.base{fill:none}";

/// What stands around a drawing that leaves its page.
pub struct Words {
    /// What is drawn.
    pub title: String,
    /// What is counted.
    pub sub: String,
    /// What has to be said of it.
    pub notes: Vec<String>,
}

/// Units between the edge of a file and what stands in it, and from line to line.
const EDGE: f64 = 20.0;
const LINE: f64 = 18.0;

/// The first drawing in some HTML with its words around it, as one file that needs nothing else.
pub fn alone(words: &Words, html: &str, [width, height]: [f64; 2]) -> String {
    let chart = html.split_once("<svg").and_then(|(_, rest)| rest.split_once("</svg>")).map_or("", |(chart, _)| chart);
    let (top, below) = (70.0, 70.0 + height + EDGE + LINE);
    let (wide, high) = (width + 2.0 * EDGE, below + LINE * words.notes.len() as f64);
    let page = html! {
        style { (COLOURS) }
        rect width=(wide) height=(high) fill="#fff" {}
        text.h x=(EDGE) y="30" { (words.title) }
        text x=(EDGE) y="52" { (words.sub) }
        @for (i, note) in words.notes.iter().enumerate() { text x=(EDGE) y=(below + LINE * i as f64) { (note) } }
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\">{}<svg x=\"{EDGE}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"{chart}</svg></svg>\n",
        page.into_string()
    )
}

/// Links to the files of a table.
pub fn links(reader: &Reader, sheet: Sheet, as_drawing: bool) -> Markup {
    let endings = ["csv", "json", "svg"].into_iter().filter(|ending| as_drawing || *ending != "svg");
    let name = sheet.name();
    html! { @if !reader.is_file {
        p.downloads { (reader.t("download")) @for ending in endings.filter(|ending| sheet != Sheet::Estimates || *ending == "json") {
            " " a href=[reader.href(format!("/stats/file/{}.{ending}", segment(&name)))] download="" { (ending.to_uppercase()) }
        } }
    } }
}
