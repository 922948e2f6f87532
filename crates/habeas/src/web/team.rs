//! Who takes part, with which role; checkpoints to compare by telephone; a backup to another place.

use super::{
    error::PageError,
    forms,
    guard::SignedForm,
    jobs,
    layout::{self, Section},
    query,
    reader::Reader,
    router::{html_page, refuse},
};
use crate::{
    commands::{audit::day_of, init::now_ms},
    desk::{
        Desk,
        jobs::{Came, Work},
        vault_failure,
    },
    failure::Failure,
    opening::open_error,
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use habeas_core::{Compartment, Right, Role, UserId};
use habeas_publish::ui::{Cell, Head, Row, Table, datum, table};
use habeas_vault::MemberInfo;
use maud::{Markup, html};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Ways back in stand among the members as keepers of their own, under names that end so. With another role they would
/// open nothing on the day on which they are needed, so it is not offered.
const WAYS_BACK: [&str; 2] = ["recovery key", "shares"];

/// Everybody who takes part, their devices, and the newest checkpoint.
#[derive(Debug, Clone)]
pub struct View {
    members: Vec<(MemberInfo, Vec<Compartment>)>,
    /// Name, of whom, whether it was removed.
    devices: Vec<(String, String, bool)>,
    me: UserId,
    checkpoint: Option<Newest>,
}

/// The newest checkpoint of this device.
#[derive(Debug, Clone)]
struct Newest {
    id: String,
    n_entries: u64,
    digits: String,
    words: String,
}

/// Reads who takes part.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let members = desk.members();
    let name_of = |user: UserId| members.iter().find(|member| member.user == user).map(|member| member.name.clone());
    let devices = desk.devices().into_iter();
    let devices = devices
        .map(|device| (device.name, name_of(device.introduced_by).unwrap_or_default(), device.removed_after.is_some()))
        .collect();
    let checkpoint = if desk.may(Right::Copy) { newest(desk)? } else { None };
    let held = members.into_iter().map(|member| {
        let held = desk.compartments_of(member.user)?;
        Ok((member, held))
    });
    Ok(View { members: held.collect::<Result<_, Failure>>()?, devices, me: desk.who().user, checkpoint })
}

fn newest(desk: &Desk) -> Result<Option<Newest>, Failure> {
    desk.keep(Right::Copy, |vault| {
        let device = vault.this_device();
        let own = vault.checkpoints().iter().rfind(|known| known.head.device == device.0);
        Ok(own.map(|checkpoint| Newest {
            id: checkpoint.id().to_string(),
            n_entries: checkpoint.n_entries,
            digits: checkpoint.digits(),
            words: checkpoint.words(),
        }))
    })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let may = |right: Right| reader.who.as_ref().is_some_and(|who| who.role.may(right));
    let body = html! {
        header.pagehead { h1 { (reader.t("nav-team")) } p.lead { (reader.t("team-lead")) } }
        (members(reader, view, may(Right::Keep)))
        @if may(Right::Keep) { (invite(reader)) (super::shares::form(reader)) }
        section aria-labelledby="devices-h" {
            h2 #devices-h { (reader.t("team-devices")) }
            ul.mentions { @for (name, of, removed) in &view.devices { li {
                (datum(name)) " · " (datum(of)) @if *removed { " · " (reader.t("team-removed")) }
            } } }
        }
        @if may(Right::Copy) { (checkpoint_section(reader, view)) (backup_section(reader)) }
        p.begin { a.btn href="/doctor" { (reader.t("doctor-title")) } }
    };
    layout::page(reader, &reader.t("nav-team"), Some(Section::Team), &body)
}

fn members(reader: &Reader, view: &View, may_change: bool) -> Markup {
    let rows = view.members.iter().map(|(member, held)| {
        let held: Vec<String> = held.iter().map(|part| reader.t(&format!("compartment-{part}"))).collect();
        let role = match member.role {
            Some(role) => Cell::Text(reader.t(&format!("role-{role}"))),
            None => Cell::Absent(reader.t("team-removed")),
        };
        Row {
            key: None,
            head: Cell::Words(member.name.clone()),
            cells: vec![role, Cell::Figure(day_of(member.since_ms).to_string()), Cell::Text(held.join(", "))],
        }
    });
    let heads = ["team-name", "team-role", "team-since", "team-compartments"];
    let listed = Table {
        caption: reader.t("team-members"),
        head: heads.iter().map(|head| Head::words(reader.t(head))).collect(),
        rows: rows.collect(),
        ..Table::default()
    };
    let is_person = |member: &MemberInfo| !WAYS_BACK.iter().any(|way| member.name.ends_with(way));
    let others =
        view.members.iter().filter(|(member, _)| member.role.is_some() && member.user != view.me && is_person(member));
    html! {
        (table(&listed))
        @if may_change {
            @for (i, (member, _)) in others.enumerate() { details {
                summary { (reader.t("team-change-role")) ": " (datum(&member.name)) }
                form.search method="post" action="/team/role" {
                    (forms::token(reader))
                    (forms::hidden("user", &member.user.to_string()))
                    p.field { label for={ "role-" (i) } { (reader.t("team-role")) } (roles(reader, &format!("role-{i}"), member.role)) }
                    p.field { button.btn { (reader.t("team-change-role")) } }
                }
            } }
        }
    }
}

fn roles(reader: &Reader, id: &str, own: Option<Role>) -> Markup {
    html! { select id=(id) name="role" { @for role in Role::ALL {
        option value=(role.code()) selected[own == Some(*role)] { (reader.t(&format!("role-{role}"))) }
    } } }
}

fn invite(reader: &Reader) -> Markup {
    html! { section aria-labelledby="invite-h" {
        h2 #invite-h { (reader.t("team-invite")) }
        p.lead { (reader.t("team-invite-lead")) }
        form.search method="post" action="/team/add" {
            (forms::token(reader))
            p.field.grow { label for="new-name" { (reader.t("team-name")) } input #new-name name="name" required maxlength="120" dir="auto" autocomplete="off"; }
            p.field { label for="new-role" { (reader.t("team-role")) } (roles(reader, "new-role", Some(Role::Reviewer))) }
            p.field { button.btn { (reader.t("team-invite")) } }
        }
        p.note { (reader.t("team-elsewhere")) " " code dir="ltr" { "habeas user add NAME --role ROLE --invitation FILE" } }
    } }
}

fn checkpoint_section(reader: &Reader, view: &View) -> Markup {
    html! { section aria-labelledby="checkpoint-h" {
        h2 #checkpoint-h { (reader.t("team-checkpoint")) }
        p.lead { (reader.t("team-checkpoint-lead")) }
        @match &view.checkpoint {
            Some(newest) => {
                p { code { (newest.id) } " · " (reader.n("team-entries", &[("n", newest.n_entries)])) }
                p.digits dir="ltr" { (newest.digits) }
                p.note dir="ltr" lang="en" { (newest.words) }
            }
            None => { p.note { (reader.t("team-no-checkpoint")) } }
        }
        form method="post" action="/checkpoints" { (forms::token(reader)) button.btn { (reader.t("team-checkpoint-make")) } }
    } }
}

fn backup_section(reader: &Reader) -> Markup {
    html! { section aria-labelledby="backup-h" {
        h2 #backup-h { (reader.t("team-backup")) }
        p.lead { (reader.t("team-backup-lead")) }
        form.search method="post" action="/backup" {
            (forms::token(reader))
            p.field.grow { label for="to" { (reader.t("start-folder")) } input #to name="to" required dir="ltr" autocomplete="off" spellcheck="false" maxlength="200"; }
            p.field { button.btn { (reader.t("team-backup-go")) } }
        }
        p.note { (reader.t("team-drill")) " " code dir="ltr" { "habeas restore FOLDER --drill" } }
    } }
}

/// Adds a member who works at this computer, and shows their passphrase once.
pub async fn add(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let name = query::value(&fields, "name");
    let role = query::known(&fields, "role", Role::from_code);
    let (name, role) = match (name, role) {
        (Ok(Some(name)), Ok(Some(role))) => (name, role),
        (Err(error), _) | (_, Err(error)) => return refuse(&reader, &error),
        (Ok(None), _) => return refuse(&reader, &PageError::Parameter { name: "name" }),
        (_, Ok(None)) => return refuse(&reader, &PageError::Parameter { name: "role" }),
    };
    let shown = name.clone();
    let added = tokio::task::spawn_blocking(move || desk.add_member_here(name, role));
    match added.await {
        Ok(Ok(passphrase)) => html_page(StatusCode::OK, added_page(&reader, &shown, role, &passphrase)),
        Ok(Err(failure)) => refuse(&reader, &failure.into()),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

fn added_page(reader: &Reader, name: &str, role: Role, passphrase: &Zeroizing<String>) -> Markup {
    let body = html! {
        header.pagehead { h1 { (datum(name)) } p.lead { (reader.t(&format!("role-{role}"))) } }
        p { (reader.t("team-passphrase")) }
        p.digits dir="ltr" { (passphrase.as_str()) }
        p.note { (reader.t("team-passphrase-once")) " " code dir="ltr" { "habeas passphrase change" } }
        p { a.btn.go href="/team" { (reader.t("nav-team")) } }
    };
    layout::page(reader, &reader.t("team-invite"), Some(Section::Team), &body)
}

/// Gives a member another role.
pub async fn set_role(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let user = query::known(&fields, "user", |text| text.parse::<UserId>().ok());
    let role = query::known(&fields, "role", Role::from_code);
    let (user, role) = match (user, role) {
        (Ok(Some(user)), Ok(Some(role))) => (user, role),
        (Err(error), _) | (_, Err(error)) => return refuse(&reader, &error),
        _ => return refuse(&reader, &PageError::Parameter { name: "user" }),
    };
    let set = tokio::task::spawn_blocking(move || {
        desk.change(Right::Keep, |vault| vault.set_role(user, role, now_ms()).map_err(vault_failure))
    });
    back(&reader, set.await)
}

/// Makes a checkpoint.
pub async fn checkpoint(desk: Desk, reader: Reader, SignedForm(_): SignedForm) -> Response {
    let made = tokio::task::spawn_blocking(move || {
        desk.keep(Right::Copy, |vault| vault.make_checkpoint().map(drop).map_err(open_error))
    });
    back(&reader, made.await)
}

fn back(reader: &Reader, done: Result<Result<(), Failure>, tokio::task::JoinError>) -> Response {
    match done {
        Ok(Ok(())) => Redirect::to("/team").into_response(),
        Ok(Err(failure)) => refuse(reader, &failure.into()),
        Err(_) => refuse(reader, &PageError::Bug),
    }
}

/// Begins a backup.
pub async fn backup(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let to = match query::value(&fields, "to") {
        Ok(Some(to)) => PathBuf::from(to),
        Ok(None) => return refuse(&reader, &PageError::Parameter { name: "to" }),
        Err(error) => return refuse(&reader, &error),
    };
    let about = to.display().to_string();
    let job = desk.start(Work::Backup, about, move |desk, _| {
        desk.keep(Right::Copy, |vault| vault.backup(&to, now_ms()).map(drop).map_err(open_error))?;
        Ok(Came { goes: "/team".into(), ..Came::default() })
    });
    match job {
        Ok(job) => jobs::to(&job),
        Err(failure) => refuse(&reader, &failure.into()),
    }
}
