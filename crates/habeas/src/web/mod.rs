//! The pages: what people see and press, on this computer only.
//!
//! A page is one file with four things: `Query` (typed, refuses values that it does not know), `View` (plain owned data),
//! `load` (blocking: reads the desk) and `render` (pure: a view and a reader in, HTML out). Requests pass [`guard`]
//! first, always. Every control is a link, a form or a button first; script only adds speed.

mod assets;
mod audit;
mod case;
mod cases;
mod claims;
mod consent;
mod crosstab;
mod disagreements;
mod doctor;
mod download;
mod earlier;
mod enter;
mod error;
mod estimates;
mod forms;
mod guard;
mod incident;
mod incoming;
mod jobs;
mod keys;
mod layout;
mod lock;
mod map;
mod named;
mod overview;
mod prefs;
mod publish;
mod query;
mod reader;
mod record;
mod redact;
mod refusals;
mod reported;
mod review;
mod router;
mod routes;
mod searches;
mod server;
mod session;
mod shares;
mod site_words;
mod source;
mod sources;
mod start;
mod stats;
mod strata;
mod team;
#[cfg(test)]
pub mod tests;
mod tls;
mod unlock;
mod words;

pub use lock::Lock;
pub use reader::Reader;
pub use server::{Event, ListenOptions, Network, serve};
pub use site_words::fonts as site_fonts;
pub use tls::Certificate;
pub use words::audit_event;

use crate::desk::{Figures, StoredEstimate};
use habeas_core::CaseFile;
use habeas_publish::ui;

/// Makes a file of one case that needs nothing else; `lang` is `en` or `ur`, anything else reads as English. `is_demo`
/// says that all people are invented, which then stands in every figure.
pub fn report_case(case: &CaseFile<'_>, lang: &str, is_demo: bool) -> String {
    let reader = Reader { is_demo, ..Reader::of_file(lang) };
    let view = case::View::of(case);
    ui::standalone(&view.title(&reader), reader.lang.tag(), reader.lang.dir(), &case::body(&reader, &view))
}

/// Makes a file of all tables that needs nothing else; `lang` and `is_demo` as in [`report_case`].
pub fn report_tables(figures: &Figures, estimates: &[StoredEstimate], lang: &str, is_demo: bool) -> String {
    let reader = Reader { is_demo, ..Reader::of_file(lang) };
    let view = stats::View::of(figures, estimates, Vec::new());
    ui::standalone(&reader.t("stats-title"), reader.lang.tag(), reader.lang.dir(), &stats::body(&reader, &view))
}
