//! `habeas redact`: a page of a source with parts blacked out, as a picture of its own.

use crate::{
    cli::Global,
    commands::report::write_whole,
    desk::redacting::region_failure,
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use habeas_intake::picture::Region;
use serde_json::json;
use std::path::PathBuf;

/// Black out parts of a page: what lay under them is gone from the result, and the original stays
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The source's key
    source: String,
    /// Which page of a PDF
    #[arg(long, value_name = "N", default_value_t = 1)]
    page: u32,
    /// What is to be black, in thousandths of the page as it is seen, from its upper left corner on; may be given several
    /// times. It grows to whole squares, so that its width does not tell the length of a name
    #[arg(long = "box", value_name = "X,Y,WIDTH,HEIGHT")]
    regions: Vec<Region>,
    /// Only look: write the page to this file as it would be, and keep nothing
    #[arg(long, value_name = "FILE.png")]
    look: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let Args { source: key, page, regions, look } = args;
    let desk = opening::desk(global)?;
    if let Some(path) = look {
        let drawn = desk.drawn_page(&key, page)?;
        let (pages, (width, height)) = (drawn.pages(), drawn.size());
        let png = if regions.is_empty() { drawn.png() } else { drawn.redact(&regions).map_err(region_failure)?.png() };
        write_whole(&path, &png).map_err(|error| Failure::file("written", &path, &error))?;
        desk.note_export("page", std::slice::from_ref(&path))?;
        let object = json!({ "schema": 1, "page": page, "pages": pages, "width": width, "height": height });
        out.result(&object, || format!("page {page} of {pages}, {width} × {height} pixels: {}", path.display()))?;
        out.next(format_args!("habeas redact {key} --page {page} --box X,Y,WIDTH,HEIGHT"));
        return Ok(Exit::Ok);
    }
    let made = desk.redact(&key, page, &regions)?;
    let object = json!({
        "schema": 1,
        "source": made.key,
        "made_from": key,
        "page": page,
        "regions": regions.iter().map(Region::to_string).collect::<Vec<_>>(),
        "sha256": made.sha256,
    });
    out.result(&object, || format!("kept {}: page {page} of {key}, {} regions black", made.key, regions.len()))?;
    out.next(format_args!("habeas redact {} --look FILE.png  (look at it before it goes anywhere)", made.key));
    Ok(Exit::Ok)
}
