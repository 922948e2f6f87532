//! `habeas audit`: who did what in this vault.

use crate::{
    cli::Global,
    failure::{Exit, Failure},
    opening,
    output::Output,
    web::{Reader, audit_event},
};
use habeas_core::{Date, UserId};
use habeas_vault::AuditEvent;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use std::{collections::BTreeMap, fmt::Write};

/// Read who did what in this vault
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what was done on this day or later, as YYYY-MM-DD by the clocks of the devices
    #[arg(long, value_name = "DAY", value_parser = day)]
    since: Option<Date>,
    /// Only what this member did: their name or the beginning of their id
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
}

fn day(text: &str) -> Result<Date, &'static str> {
    text.parse().map_err(|_| "write a day of the calendar as YYYY-MM-DD")
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    let mut entries = desk.audit()?;
    entries.retain(|entry| args.since.is_none_or(|since| day_of(entry.recorded_ms) >= since));
    let members = desk.members();
    let name = |user: UserId| members.iter().find(|member| member.user == user).map_or("", |member| &member.name);
    if let Some(wanted) = &args.user {
        let fits = |user: UserId| name(user) == wanted || (wanted.len() >= 6 && user.to_string().starts_with(wanted));
        entries.retain(|entry| fits(entry.user));
    }
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            json!({
                "at_ms": entry.recorded_ms,
                "user": entry.user.to_string(),
                "name": name(entry.user),
                "device": entry.device.to_string(),
                "code": entry.event.code,
                "times": entry.times,
                "about": entry.event.about.iter().cloned().collect::<BTreeMap<_, _>>(),
                "what": what(&entry.event),
            })
        })
        .collect();
    out.result(&json!({ "schema": 1, "entries": rows }), || {
        let mut text = String::new();
        for entry in &entries {
            let (day, who) = (day_of(entry.recorded_ms), name(entry.user));
            let times = if entry.times > 1 { format!(" × {}", entry.times) } else { String::new() };
            let _ = writeln!(text, "{day}  {who} ({})  {}{times}", entry.device.short(), what(&entry.event));
        }
        let _ = write!(text, "{} entries", entries.len());
        text
    })?;
    Ok(Exit::Ok)
}

/// What was done, in one line.
fn what(event: &AuditEvent) -> String {
    let (what, about) = audit_event(&Reader::of_file("en"), event);
    [what].into_iter().chain(about).collect::<Vec<_>>().join(" · ")
}

/// The day of a moment, in UTC; the epoch for a moment that no calendar has.
pub fn day_of(ms: i64) -> Date {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC).date()
}
