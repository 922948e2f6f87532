//! `habeas audit`: who did what in this vault.

use crate::{
    cli::Global,
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use habeas_core::Date;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use std::fmt::Write;

/// Read who did what in this vault
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what was done on this day or later, as YYYY-MM-DD by the clocks of the devices
    #[arg(long, value_name = "DAY", value_parser = day)]
    since: Option<Date>,
}

fn day(text: &str) -> Result<Date, &'static str> {
    text.parse().map_err(|_| "write a day of the calendar as YYYY-MM-DD")
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    let mut entries = desk.audit()?;
    entries.retain(|entry| args.since.is_none_or(|since| day_of(entry.recorded_ms) >= since));
    let rows: Vec<_> = entries.iter().map(|entry| json!({ "at_ms": entry.recorded_ms, "what": entry.what })).collect();
    out.result(&json!({ "schema": 1, "entries": rows }), || {
        let mut text = String::new();
        for entry in &entries {
            let _ = writeln!(text, "{}  {}", day_of(entry.recorded_ms), entry.what);
        }
        let _ = write!(text, "{} entries", entries.len());
        text
    })?;
    Ok(Exit::Ok)
}

/// The day of a moment, in UTC; the epoch for a moment that no calendar has.
pub fn day_of(ms: i64) -> Date {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC).date()
}
