//! `habeas user`: who takes part in a vault, and as what.

use crate::{
    cli::{Global, one_of},
    commands::{
        audit::day_of,
        init::{calibrated, now_ms},
        report::write_whole,
    },
    desk::{Desk, vault_failure},
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use clap::Subcommand;
use habeas_core::{Compartment, Right, Role, UserId};
use habeas_vault::{MemberInfo, NewMember, Passphrase};
use serde_json::json;
use std::{fmt::Write, path::PathBuf};

/// Say who takes part, and as what
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a member; a passphrase is made for them, which they change at their first use
    Add {
        /// Their name, as members will see it
        name: String,
        /// What they are there for
        #[arg(long, value_parser = one_of(Role::ALL, Role::code))]
        role: Role,
        /// Compartments that they may open beside those of their role
        #[arg(long, value_name = "COMPARTMENT", value_delimiter = ',', value_parser = one_of(Compartment::ALL, Compartment::code))]
        grant: Vec<Compartment>,
        /// Write an invitation for their own computer (`habeas join`) instead of letting them in on this one
        #[arg(long, value_name = "FILE")]
        invitation: Option<PathBuf>,
    },
    /// List members and devices
    List,
    /// Give a member another role
    Role {
        /// Their name, or the beginning of their id
        name: String,
        /// The new role
        #[arg(value_parser = one_of(Role::ALL, Role::code))]
        role: Role,
    },
    /// Let a member open a compartment
    Grant {
        /// Their name, or the beginning of their id
        name: String,
        /// The compartment
        #[arg(value_parser = one_of(Compartment::ALL, Compartment::code))]
        compartment: Compartment,
    },
    /// End a membership: what is recorded from now on is sealed under new keys
    Remove {
        /// Their name, or the beginning of their id
        name: String,
        /// Why, in words
        #[arg(long, value_name = "WORDS")]
        why: String,
        /// Do it
        #[arg(long)]
        yes: bool,
    },
}

/// Runs the command.
pub fn run(command: Command, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    match command {
        Command::Add { name, role, grant, invitation } => {
            add(&desk, NewMember { name, role, compartments: grant }, invitation, out)
        }
        Command::List => list(&desk, out),
        Command::Role { name, role } => {
            let member = find(&desk, &name)?;
            desk.change(Right::Keep, |vault| vault.set_role(member.user, role, now_ms()).map_err(vault_failure))?;
            said(out, "role", &member, &format!("{name} is now: {role}"))
        }
        Command::Grant { name, compartment } => {
            let member = find(&desk, &name)?;
            desk.change(Right::Keep, |vault| {
                vault.grant_compartment(member.user, compartment, now_ms()).map_err(vault_failure)
            })?;
            said(out, "granted", &member, &format!("{name} may open the compartment «{compartment}»"))
        }
        Command::Remove { name, why, yes } => {
            let member = find(&desk, &name)?;
            if !yes {
                let what = "a membership ends only on a clear word";
                let remedy =
                    "say --yes; what they could read they may have kept, and what comes is sealed under new keys";
                return Err(Failure::usage(what, remedy).at(name));
            }
            desk.change(Right::Keep, |vault| vault.remove_member(member.user, &why, now_ms()).map_err(vault_failure))?;
            said(out, "removed", &member, &format!("{name} is no member any more"))
        }
    }
}

fn add(desk: &Desk, new: NewMember, invitation: Option<PathBuf>, out: &Output) -> Result<Exit, Failure> {
    let passphrase = desk.passphrase_for_new(&new.name)?;
    if let Some(path) = invitation.as_deref().filter(|path| path.exists()) {
        let failure = Failure::usage("the invitation file exists already", "name another file, or remove it first");
        return Err(failure.at(path.display().to_string()));
    }
    let (name, role) = (new.name.clone(), new.role);
    let here = invitation.is_none();
    let (user, bytes) = desk.change(Right::Keep, |vault| {
        vault.add_member(new, &Passphrase::new(&passphrase), calibrated(), here, now_ms()).map_err(vault_failure)
    })?;
    if let Some(path) = &invitation {
        write_whole(path, &bytes).map_err(|error| {
            let left = format!("{name} is a member without a way in: habeas user remove {} --why …", user.short());
            Failure::file("written", path, &error).leaving(left)
        })?;
    }
    let object = json!({
        "schema": 1,
        "user": user.to_string(),
        "name": name,
        "role": role.code(),
        "passphrase": *passphrase,
        "invitation": invitation,
    });
    out.result(&object, || {
        format!("{name} is now a member: {role}\n\n    {}\n\nis their passphrase. It is shown once.", *passphrase)
    })?;
    match &invitation {
        Some(path) => {
            out.talk(format_args!(
                "Give them {} and, by another way, the passphrase; either without the other opens nothing.",
                path.display()
            ));
            out.next("habeas sync FOLDER  (they begin with: habeas join FOLDER DIR --invitation FILE)");
        }
        None => out.next("habeas passphrase change  (for them to run, with this passphrase)"),
    }
    Ok(Exit::Ok)
}

fn list(desk: &Desk, out: &Output) -> Result<Exit, Failure> {
    let (members, devices, me) = (desk.members(), desk.devices(), desk.who().user);
    let name_of = |user: UserId| members.iter().find(|member| member.user == user).map_or("", |member| &member.name);
    let held = members.iter().map(|member| {
        let held = desk.compartments_of(member.user)?;
        Ok(held.into_iter().map(Compartment::code).collect::<Vec<_>>())
    });
    let held = held.collect::<Result<Vec<_>, Failure>>()?;
    let rows: Vec<_> = members
        .iter()
        .zip(&held)
        .map(|(member, held)| {
            json!({
                "compartments": held,
                "user": member.user.to_string(),
                "name": member.name,
                "role": member.role.map(Role::code),
                "since_ms": member.since_ms,
                "me": member.user == me,
            })
        })
        .collect();
    let machines: Vec<_> = devices
        .iter()
        .map(|device| {
            json!({
                "device": device.device.to_string(),
                "name": device.name,
                "introduced_by": device.introduced_by.to_string(),
                "removed": device.removed_after.is_some(),
            })
        })
        .collect();
    out.result(&json!({ "schema": 1, "members": rows, "devices": machines }), || {
        let mut text = String::new();
        for (member, held) in members.iter().zip(&held) {
            let role = member.role.map_or("no member any more", Role::code);
            let you = if member.user == me { "  (you)" } else { "" };
            let since = day_of(member.since_ms);
            let (id, held, name) = (member.user.short(), held.join(" "), &member.name);
            let _ = writeln!(text, "{id}  {role:<10}  {held:<25}  since {since}  {name}{you}");
        }
        for device in &devices {
            let removed = if device.removed_after.is_some() { "  (removed)" } else { "" };
            let by = name_of(device.introduced_by);
            let _ = writeln!(text, "{}  device      {}, of {by}{removed}", device.device.short(), device.name);
        }
        text
    })?;
    Ok(Exit::Ok)
}

fn said(out: &Output, what: &str, member: &MemberInfo, words: &str) -> Result<Exit, Failure> {
    out.result(&json!({ "schema": 1, "done": what, "user": member.user.to_string() }), || words.to_owned())?;
    out.next("habeas sync FOLDER  (other devices learn of it)");
    Ok(Exit::Ok)
}

/// The present member with a name, or with an id that begins so.
fn find(desk: &Desk, name: &str) -> Result<MemberInfo, Failure> {
    let mut found = desk.members();
    found.retain(|member| {
        let by_id = name.len() >= 6 && member.user.to_string().starts_with(name);
        member.role.is_some() && (member.name == name || by_id)
    });
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Failure::usage("no member has this name or id", "see: habeas user list")),
        n => Err(Failure::usage(format_args!("{n} members fit"), "give the id, as `habeas user list` shows it")),
    }
}
