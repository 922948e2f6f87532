//! Releases: check what would leave and what stands against it, build, approve, hand over, withdraw, verify a folder.

use super::{
    error::PageError,
    forms,
    guard::SignedForm,
    jobs,
    layout::{self, Section},
    query::{self, Pairs},
    reader::Reader,
    router::refuse,
};
use crate::{
    commands::publish::{self, Checked, Deliver, Microdata, Objection, OneCase, Profile, Reason, What},
    desk::{
        Desk,
        jobs::{Came, Said, Work},
    },
    failure::Failure,
    output::Output,
};
use axum::{
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use clap::ValueEnum;
use habeas_core::Date;
use habeas_publish::{release, ui::datum};
use habeas_vault::ReleaseInfo;
use maud::{Markup, html};
use std::path::PathBuf;

/// Languages that a site may be in, as the form offers them.
const LANGS: [&str; 4] = ["en", "ur", "en,ur", "ur,en"];

/// What the page shows.
pub struct View {
    releases: Vec<Row>,
    two_persons: bool,
    policy_sha256: String,
}

/// A release and how it stands.
struct Row {
    info: ReleaseInfo,
    state: &'static str,
    manifest: String,
}

/// Reads the releases.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let releases = desk.releases()?;
    let policy = desk.publication_policy()?;
    let row = |info: &ReleaseInfo| Row {
        state: publish::state_of(info, &releases),
        manifest: publish::manifest_hash(&info.release),
        info: info.clone(),
    };
    Ok(View {
        releases: releases.iter().rev().map(row).collect(),
        two_persons: policy.disclosure.two_persons,
        policy_sha256: policy.sha256,
    })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let body = html! {
        header.pagehead { h1 { (reader.t("nav-publish")) } p.lead { (reader.t("publish-lead")) } }
        (make_form(reader, view))
        section aria-labelledby="releases-h" {
            h2 #releases-h { (reader.t("publish-releases")) }
            @if view.releases.is_empty() { (layout::empty(&reader.t("publish-none"), None)) }
            ul.queue { @for row in &view.releases { li { (release_row(reader, row)) } } }
        }
        section aria-labelledby="verify-h" {
            h2 #verify-h { (reader.t("publish-verify")) }
            p.lead { (reader.t("publish-verify-lead")) }
            form.search method="post" action="/publish/verify" {
                (forms::token(reader)) (folder(reader, "verify-dir"))
                p.field { button.btn { (reader.t("publish-verify")) } }
            }
        }
    };
    layout::page(reader, &reader.t("nav-publish"), Some(Section::Publish), &body)
}

fn folder(reader: &Reader, id: &str) -> Markup {
    html! { p.field.grow { label for=(id) { (reader.t("start-folder")) } input id=(id) name="dir" dir="ltr" autocomplete="off" spellcheck="false" maxlength="200"; } }
}

fn choice(reader: &Reader, name: &str, label: &str, options: &[(&str, String)]) -> Markup {
    html! { p.field { label for={ "p-" (name) } { (reader.t(label)) }
        select id={ "p-" (name) } name=(name) { @for (code, words) in options { option value=(code) { (words) } } }
    } }
}

fn make_form(reader: &Reader, view: &View) -> Markup {
    let profiles: Vec<(&str, String)> = Profile::value_variants()
        .iter()
        .map(|profile| (profile.code(), reader.t(&format!("profile-{}", profile.code()))))
        .collect();
    let reasons: Vec<(&str, String)> = Reason::value_variants()
        .iter()
        .map(|reason| (reason.code(), reader.t(&format!("release-{}", reason.code()))))
        .collect();
    let langs: Vec<(&str, String)> = LANGS.map(|lang| (lang, lang.replace(',', ", "))).to_vec();
    html! { section aria-labelledby="make-h" {
        h2 #make-h { (reader.t("publish-make")) }
        form method="post" action="/publish/check" {
            (forms::token(reader))
            div.search {
                (choice(reader, "profile", "publish-profile", &profiles))
                (choice(reader, "lang", "publish-langs", &langs))
                (choice(reader, "reason", "publish-reason", &reasons))
                p.field.grow { label for="p-looked" { (reader.t("publish-looked")) } input #p-looked name="looked" maxlength="200" dir="auto" autocomplete="off"; }
            }
            details {
                summary { (reader.t("publish-one-case")) }
                div.search {
                    p.field { label for="p-person" { (reader.t("consent-whose")) } input #p-person name="person" maxlength="80" dir="ltr" autocomplete="off" spellcheck="false"; }
                    p.field.grow { label for="p-by" { (reader.t("publish-by")) } input #p-by name="by" maxlength="200" dir="ltr" autocomplete="off" spellcheck="false"; }
                    p.field { label for="p-force" { (reader.t("publish-in-force")) } input #p-force name="in_force" type="date"; }
                    p.field.grow { label for="p-papers" { (reader.t("publish-papers")) } input #p-papers name="papers" maxlength="200" dir="ltr" autocomplete="off" spellcheck="false"; }
                    p.field.check { label for="p-incomplete" { input #p-incomplete type="checkbox" name="incomplete" value="1"; " " (reader.t("publish-incomplete")) } }
                }
            }
            div.search {
                p.field { button.btn.go { (reader.t("publish-check")) } }
                (folder(reader, "build-dir"))
                @if view.two_persons {
                    p.field { button.btn formaction="/publish/propose" { (reader.t("publish-propose")) } }
                } @else {
                    p.field { button.btn formaction="/publish/build" { (reader.t("publish-build")) } }
                }
            }
        }
        p.note {
            (reader.t(if view.two_persons { "publish-two" } else { "publish-one" })) " "
            (reader.t("publish-policy")) " " bdi { code { (view.policy_sha256.get(..12).unwrap_or_default()) } } " "
            code dir="ltr" { "habeas publish policy" }
        }
    } }
}

fn release_row(reader: &Reader, row: &Row) -> Markup {
    let release = &row.info.release;
    let id = |what: &str| format!("{what}-{}", release.number);
    let number = release.number.to_string();
    let profile = release.profile.split(' ').next().unwrap_or_default();
    html! {
        p {
            b { bdi { "R" (format!("{:04}", release.number)) } } " · " bdi { (release.made_on) } " · "
            (reader.t(&format!("profile-{profile}"))) " · "
            b { (reader.t(&format!("release-{}", row.state))) }
        }
        p.note {
            (reader.n("publish-named", &[("n", release.named.len() as u64)])) " · "
            (reader.t(&format!("release-{}", release.reason))) " · "
            bdi { code { (row.manifest.get(..16).unwrap_or_default()) } }
        }
        @if !row.info.deliveries.is_empty() {
            p { (reader.t("publish-copies")) }
            ul.mentions { @for delivery in &row.info.deliveries { li { (datum(&delivery.recipient)) " · " bdi { (delivery.on) } } } }
        }
        @if row.state == "proposed" {
            form.search method="post" action="/publish/approve" {
                (forms::token(reader)) (forms::hidden("number", &number))
                p.field { button.btn { (reader.t("publish-approve")) } }
            }
        }
        @if row.state == "approved" {
            form.search method="post" action="/publish/build" {
                (forms::token(reader)) (forms::hidden("number", &number)) (folder(reader, &id("dir")))
                p.field { button.btn { (reader.t("publish-build")) } }
            }
        }
        @if matches!(row.state, "published" | "superseded") {
            details {
                summary { (reader.t("publish-deliver")) }
                form.search method="post" action="/publish/deliver" {
                    (forms::token(reader)) (forms::hidden("number", &number))
                    p.field.grow { label for=(id("to")) { (reader.t("publish-to")) } input id=(id("to")) name="to" required maxlength="120" dir="auto" autocomplete="off"; }
                    p.field.grow { label for=(id("why")) { (reader.t("publish-why")) } input id=(id("why")) name="why" maxlength="200" dir="auto" autocomplete="off"; }
                    p.field { button.btn { (reader.t("publish-deliver")) } }
                    p.field.grow { label for=(id("age")) { (reader.t("publish-key")) } input id=(id("age")) name="age" maxlength="80" dir="ltr" autocomplete="off" spellcheck="false" placeholder="age1…"; }
                    p.field { button.btn formaction="/publish/copy" { (reader.t("publish-copy")) } }
                }
                p.note { (reader.t("publish-copy-lead")) }
            }
        }
        @if row.state != "withdrawn" {
            details {
                summary { (reader.t("publish-withdraw")) }
                p { (reader.t("publish-withdraw-lead")) }
                form.search method="post" action="/publish/withdraw" {
                    (forms::token(reader)) (forms::hidden("number", &number))
                    p.field { label for=(id("reason")) { (reader.t("publish-reason")) }
                        select id=(id("reason")) name="reason" { @for reason in Reason::value_variants() {
                            option value=(reason.code()) { (reader.t(&format!("release-{}", reason.code()))) }
                        } }
                    }
                    p.field { button.btn { (reader.t("publish-withdraw")) } }
                }
            }
        }
    }
}

fn what_of(fields: &Pairs) -> Result<What, PageError> {
    let profile =
        query::known(fields, "profile", Profile::from_code)?.ok_or(PageError::Parameter { name: "profile" })?;
    let known_langs = |text: &str| LANGS.contains(&text).then(|| text.split(',').map(str::to_owned).collect());
    let read_reason = |text: &str| Reason::value_variants().iter().copied().find(|reason| reason.code() == text);
    let one_case = matches!(profile, Profile::Wgeid | Profile::Ced | Profile::Case);
    let person = query::value(fields, "person")?;
    if one_case && person.is_none() {
        return Err(PageError::Parameter { name: "person" });
    }
    Ok(What {
        profile,
        lang: query::known(fields, "lang", known_langs)?.unwrap_or_else(|| vec!["en".to_owned()]),
        reason: query::known(fields, "reason", read_reason)?.unwrap_or(Reason::NewData),
        on: None,
        looked: query::value(fields, "looked")?,
        case: OneCase {
            person: person.filter(|_| one_case),
            by: query::value(fields, "by")?.map(PathBuf::from),
            in_force: query::known(fields, "in_force", |text| text.parse::<Date>().ok())?,
            incomplete: query::value(fields, "incomplete")?.is_some(),
            paper: query::value(fields, "papers")?.map_or_else(Vec::new, |keys| {
                keys.split([',', ' ']).filter(|key| !key.is_empty()).map(str::to_owned).collect()
            }),
            ..OneCase::default()
        },
        microdata: Microdata::default(),
    })
}

fn number_of(fields: &Pairs) -> Result<u64, PageError> {
    query::known(fields, "number", |text| text.parse().ok())?.ok_or(PageError::Parameter { name: "number" })
}

fn dir_of(fields: &Pairs) -> Result<PathBuf, PageError> {
    query::value(fields, "dir")?.map(PathBuf::from).ok_or(PageError::Parameter { name: "dir" })
}

/// Begins work and leads to its page, or says what the form lacks.
fn begin(
    desk: &Desk,
    reader: &Reader,
    work: Work,
    run: Result<impl FnOnce(&Desk, &Output) -> Result<Came, Failure> + Send + 'static, PageError>,
) -> Response {
    let run = match run {
        Ok(run) => run,
        Err(error) => return refuse(reader, &error),
    };
    match desk.start(work, String::new(), run) {
        Ok(job) => jobs::to(&job),
        Err(failure) => refuse(reader, &failure.into()),
    }
}

/// Begins a check: what would leave, and what stands against it.
pub async fn check(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let run = what_of(&fields)
        .map(|what| move |desk: &Desk, out: &Output| publish::checked(desk, &what, out).map(came_of_check));
    begin(&desk, &reader, Work::Check, run)
}

fn came_of_check(checked: Checked) -> Came {
    let [small, beside] = checked.n_withheld;
    let mut counts = vec![
        ("release-files", checked.n_files as u64),
        ("release-named", checked.n_named as u64),
        ("release-withheld", (small + beside) as u64),
        ("release-terms", checked.n_terms as u64),
        ("release-against", checked.objections.len() as u64),
    ];
    if let Some(difference) = &checked.difference {
        counts.push(("release-added", difference.persons_added as u64));
        counts.push(("release-removed", difference.persons_removed as u64));
    }
    let left_out = checked.left_out.into_iter().map(|table| Objection::LeftOut { table });
    let all = checked.objections.into_iter().chain(checked.notes).chain(left_out);
    Came { counts, said: all.map(|one| one.said()).collect(), goes: "/publish".into(), ..Came::default() }
}

/// What is wrong with a folder, as a sentence.
fn said_of_problem(problem: &release::Problem) -> Said {
    use release::Problem;
    let (key, data) = match problem {
        Problem::NotARelease { file } => ("not-a-release", vec![(*file).to_owned()]),
        Problem::Changed { path } => ("changed", vec![path.clone()]),
        Problem::Missing { path } => ("missing", vec![path.clone()]),
        Problem::Foreign { path } => ("foreign", vec![path.clone()]),
        Problem::Manifest => ("manifest", Vec::new()),
        Problem::Signature => ("signature", Vec::new()),
        Problem::TooFewSignatures { found, needed } => ("signatures", vec![format!("{found} / {needed}")]),
        Problem::OtherSigner => ("other-signer", Vec::new()),
    };
    Said { keys: vec![format!("folder-{key}")], numbers: Vec::new(), data }
}

/// Draws sentences with what stands beside each.
pub fn said(reader: &Reader, said: &[Said]) -> Markup {
    html! { @if !said.is_empty() { ul.queue.remarks { @for one in said { li {
        p { (one.keys.iter().map(|key| reader.n(key, &one.numbers)).collect::<Vec<_>>().join(" · ")) }
        @if !one.data.is_empty() { p.note { @for (at, datum_) in one.data.iter().enumerate() { @if at > 0 { " · " } (datum(datum_)) } } }
    } } } } }
}

/// Proposes a release for a second person.
pub async fn propose(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let run = what_of(&fields).map(|what| {
        move |desk: &Desk, out: &Output| {
            let info = publish::propose(desk, &what, out)?;
            Ok(numbered(info.release.number, Vec::new()))
        }
    });
    begin(&desk, &reader, Work::Publish, run)
}

/// Approves the bytes of a proposed release.
pub async fn approve(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let run = number_of(&fields).map(|number| {
        move |desk: &Desk, out: &Output| {
            publish::approved(desk, number, out)?;
            Ok(numbered(number, Vec::new()))
        }
    });
    begin(&desk, &reader, Work::Publish, run)
}

/// Builds a release into a folder: a new one, or one that was proposed and approved.
pub async fn build(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let read = || -> Result<_, PageError> {
        let number = query::known(&fields, "number", |text| text.parse::<u64>().ok())?;
        // What is approved says itself what it is made of.
        let what = match number {
            Some(_) => What {
                profile: Profile::Site,
                lang: Vec::new(),
                reason: Reason::NewData,
                on: None,
                looked: None,
                case: OneCase::default(),
                microdata: Microdata::default(),
            },
            None => what_of(&fields)?,
        };
        Ok((what, dir_of(&fields)?, number))
    };
    let run = read().map(|(what, dir, number)| {
        move |desk: &Desk, out: &Output| {
            let built = publish::built(desk, &dir, &what, number, false, out)?;
            let counts = vec![("release-files", built.n_files as u64), ("release-named", built.n_named as u64)];
            Ok(numbered(built.number, counts))
        }
    });
    begin(&desk, &reader, Work::Publish, run)
}

fn numbered(number: u64, more: Vec<(&'static str, u64)>) -> Came {
    let counts = [("release-number", number)].into_iter().chain(more);
    Came { counts: counts.collect(), goes: "/publish".into(), ..Came::default() }
}

/// Checks a folder by its files alone.
pub async fn verify(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let run = dir_of(&fields).map(|dir| {
        move |_: &Desk, _: &Output| {
            let report = release::verify(&publish::read_folder(&dir)?, None);
            let said = report.problems.iter().map(said_of_problem).collect();
            let counts = vec![
                ("release-number", report.number),
                ("release-whole", report.n_files as u64),
                ("release-signers", report.signers.len() as u64),
                ("release-against", report.problems.len() as u64),
            ];
            Ok(Came { counts, said, goes: "/publish".into(), ..Came::default() })
        }
    });
    begin(&desk, &reader, Work::Check, run)
}

/// Notes who was given a copy.
pub async fn deliver(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let read = || -> Result<Deliver, PageError> {
        let to = query::value(&fields, "to")?.ok_or(PageError::Parameter { name: "to" })?;
        Ok(Deliver::whole(number_of(&fields)?, to, query::value(&fields, "why")?.unwrap_or_default()))
    };
    match read() {
        Err(error) => refuse(&reader, &error),
        Ok(args) => {
            let done =
                tokio::task::spawn_blocking(move || publish::delivered(&desk, args, &Output::silent()).map(drop));
            back(&reader, done.await)
        }
    }
}

/// Makes the copy of a recipient, sealed to their key, and answers with it; it is noted before it leaves.
pub async fn copy(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let read = || -> Result<_, PageError> {
        let to = query::value(&fields, "to")?.ok_or(PageError::Parameter { name: "to" })?;
        let key = query::known(&fields, "age", |typed| publish::recipient_key(typed).ok())?;
        let key = key.ok_or(PageError::Parameter { name: "age" })?;
        Ok((number_of(&fields)?, to, query::value(&fields, "why")?.unwrap_or_default(), key))
    };
    let (number, to, why, key) = match read() {
        Ok(read) => read,
        Err(error) => return refuse(&reader, &error),
    };
    let done = tokio::task::spawn_blocking(move || {
        let sealed = publish::sealed(&desk, number, &to, &why, &[key], &Output::silent())?;
        let name = format!("R{number:04}.age");
        desk.note_export("bundle", &[PathBuf::from(&name)])?;
        Ok::<_, Failure>((name, sealed))
    });
    match done.await {
        Ok(Ok((name, sealed))) => {
            let as_file = format!("attachment; filename=\"{name}\"");
            let kind = "application/octet-stream".to_owned();
            ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, as_file)], sealed).into_response()
        }
        Ok(Err(failure)) => refuse(&reader, &failure.into()),
        Err(_) => refuse(&reader, &PageError::Bug),
    }
}

/// Withdraws a release; whoever has a copy stays listed beside it.
pub async fn withdraw(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let read_reason = |text: &str| Reason::value_variants().iter().copied().find(|reason| reason.code() == text);
    let read = || -> Result<_, PageError> {
        let reason = query::known(&fields, "reason", read_reason)?.ok_or(PageError::Parameter { name: "reason" })?;
        Ok((number_of(&fields)?, reason))
    };
    match read() {
        Err(error) => refuse(&reader, &error),
        Ok((number, reason)) => {
            let done = tokio::task::spawn_blocking(move || publish::withdrawn(&desk, number, reason).map(drop));
            back(&reader, done.await)
        }
    }
}

fn back(reader: &Reader, done: Result<Result<(), Failure>, tokio::task::JoinError>) -> Response {
    match done {
        Ok(Ok(())) => Redirect::to("/publish").into_response(),
        Ok(Err(failure)) => refuse(reader, &failure.into()),
        Err(_) => refuse(reader, &PageError::Bug),
    }
}
