//! Who has agreed to what being told to whom: everybody about whom somebody has answered, one person's parts as they
//! stand, every statement, and the forms that record an answer or take one back.

use super::{
    error::PageError,
    forms,
    guard::SignedForm,
    layout::{self, Section},
    query::{self, Pairs},
    reader::Reader,
    router::{page, refuse},
};
use crate::{
    commands::publish::{day, today},
    desk::{
        Desk,
        publishing::consents::{AnsweredPage, StandsFor, stands},
    },
    failure::Failure,
};
use axum::response::{IntoResponse, Redirect, Response};
use habeas_core::{
    Audience, Consent, ConsentAnswer, ConsentId, ConsentMedium, ConsentState, Date, FieldGroup, Giver, Listed,
    PersonId, Purpose, Record, RecordId, Right, SetOf, UserId, case_file,
};
use habeas_publish::ui::datum;
use maud::{Markup, html};

/// Persons at most on one page.
const MOST_ROWS: usize = 50;

/// Whose consents; everybody's where nobody is named.
#[derive(Debug, Clone, Default)]
pub struct Query {
    of: Option<String>,
    only_ending: bool,
    after: i64,
}

impl Query {
    /// Reads the address.
    ///
    /// # Errors
    /// [`PageError::Parameter`] for a value that is not known.
    pub fn read(pairs: &Pairs) -> Result<Self, PageError> {
        let of = query::value(pairs, "of")?;
        let only_ending = query::known(pairs, "ending", |value| (value == "1").then_some(()))?.is_some();
        Ok(Self { of, only_ending, after: query::known(pairs, "after", |key| key.parse().ok())?.unwrap_or(0) })
    }
}

/// What the page shows.
pub enum View {
    /// Everybody about whom somebody has answered, with names, and how many there are in all.
    Everybody(Page),
    /// One person.
    One(Box<Person>),
}

/// Some of the persons about whom somebody has answered.
pub struct Page {
    found: AnsweredPage,
    only_ending: bool,
}

/// One person's consents.
pub struct Person {
    id: PersonId,
    names: Vec<String>,
    stands: Vec<StandsFor>,
    statements: Vec<Consent>,
    today: Date,
}

/// Days ahead in which a consent is said to end soon.
const SOON_DAYS: i64 = 90;

/// Reads consents.
///
/// # Errors
/// [`PageError`] where nobody has this id, or the vault cannot be read.
pub fn load(desk: &Desk, query: Query) -> Result<View, PageError> {
    let on = today()?;
    let Some(of) = query.of else {
        let soon = on.checked_add(jiff::Span::new().days(SOON_DAYS)).unwrap_or(Date::MAX);
        let found = desk.answered_page(on, query.only_ending.then_some(soon), query.after, MOST_ROWS)?;
        return Ok(View::Everybody(Page { found, only_ending: query.only_ending }));
    };
    let id = desk.person_of_id(&of).map_err(|_| PageError::NotFound)?;
    let book = desk.consents_of(&[id])?;
    let records = desk.person_of(RecordId(id.0))?;
    let all: Vec<&Record> = records.iter().collect();
    Ok(View::One(Box::new(Person {
        id,
        names: if all.is_empty() { Vec::new() } else { case_file(&all).names() },
        stands: stands(&book, id, on),
        statements: book.statements(id).to_vec(),
        today: on,
    })))
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let body = match view {
        View::Everybody(page) => everybody(reader, page),
        View::One(person) => one(reader, person),
    };
    layout::page(reader, &reader.t("nav-consent"), Some(Section::Consent), &body)
}

fn address(person: PersonId) -> String {
    query::address("/consent", &[("of", &person.to_string())])
}

fn everybody(reader: &Reader, page: &Page) -> Markup {
    let Page { found: AnsweredPage { rows, n_all, next }, only_ending } = page;
    let other = if *only_ending { "/consent" } else { "/consent?ending=1" };
    html! {
        header.pagehead { h1 { (reader.t("nav-consent")) } p.lead { (reader.t("consent-lead")) } }
        form.search method="get" action="/consent" role="search" {
            p.field.grow { label for="of" { (reader.t("consent-whose")) } input #of name="of" required maxlength="80" dir="ltr" autocomplete="off" spellcheck="false" placeholder="committee:214"; }
            p.field { button.btn { (reader.t("consent-open")) } }
        }
        p.found { (reader.n("consent-n", &[("n", *n_all)])) " · " a href=(other) { (reader.t(if *only_ending { "consent-all" } else { "consent-ending" })) } }
        @if rows.is_empty() { (layout::empty(&reader.t("consent-nobody"), None)) } @else {
            div.scroll tabindex="0" role="group" aria-label=(reader.t("nav-consent")) { table.list {
                caption.vh { (reader.t("nav-consent")) }
                thead { tr { @for head in ["consent-person", "consent-on-memorial", "consent-statements", "consent-next"] { th scope="col" { (reader.t(head)) } } } }
                tbody { @for row in rows { tr {
                    th scope="row" { a href=(address(row.person)) { (who(&row.names, row.person)) } }
                    td { (state(reader, row.identity)) }
                    td { bdi { (row.n_statements) } }
                    td { @match row.next { Some(day) => bdi { (day) }, None => "—" } }
                } } }
            } }
        }
        @if let Some(next) = next {
            @let ending = if *only_ending { "1" } else { "" };
            div.pages { a.btn rel="next" href=(query::address("/consent", &[("ending", ending), ("after", &next.to_string())])) { (reader.t("next-page")) } }
        }
    }
}

fn who(names: &[String], person: PersonId) -> Markup {
    match names {
        [] => html! { bdi { code { (person.short()) } } },
        [first, more @ ..] => html! { (datum(first)) @for name in more { " " small { (datum(name)) } } },
    }
}

fn state(reader: &Reader, state: ConsentState) -> Markup {
    let tone = match state {
        ConsentState::Given { .. } => "good",
        ConsentState::Refused | ConsentState::Withdrawn => "bad",
        _ => "amber",
    };
    html! {
        span class={ "tone " (tone) } { (reader.t(&format!("consent-{}", state.code()))) }
        @if let ConsentState::Given { until: Some(day) } = state { " " (reader.t("consent-until")) " " bdi { (day) } }
    }
}

fn words(reader: &Reader, kind: &str, codes: impl IntoIterator<Item = &'static str>) -> String {
    let words: Vec<String> = codes.into_iter().map(|code| reader.t(&format!("{kind}-{code}"))).collect();
    words.join(if reader.lang.dir() == "rtl" { "، " } else { ", " })
}

fn one(reader: &Reader, person: &Person) -> Markup {
    let may = reader.who.as_ref().is_some_and(|who| who.role.may(Right::Code));
    html! {
        header.pagehead {
            h1 { (who(&person.names, person.id)) }
            p.lead { (reader.t("consent-one-lead")) " " bdi { (person.today) } }
            p { a href={ "/cases/" (person.id) } { (reader.t("consent-case")) } " · " a href="/consent" { (reader.t("consent-all")) } }
        }
        section aria-labelledby="stands-h" {
            h2 #stands-h { (reader.t("consent-stands")) }
            @if person.stands.is_empty() { (layout::empty(&reader.t("consent-silent-about"), None)) } @else { (table(reader, &person.stands)) }
        }
        section aria-labelledby="said-h" {
            h2 #said-h { (reader.t("consent-statements")) }
            ul.queue { @for consent in person.statements.iter().rev() { li { (statement(reader, consent)) } } }
        }
        @if may { (record_form(reader, person)) (withdraw_forms(reader, person)) }
    }
}

/// One row for each part and reader that an answer speaks of, with the purposes that stand alike.
fn table(reader: &Reader, all: &[StandsFor]) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(reader.t("consent-stands")) { table.list {
            caption.vh { (reader.t("consent-stands")) }
            thead { tr { @for head in ["consent-part", "consent-reader", "consent-purpose", "consent-state"] { th scope="col" { (reader.t(head)) } } } }
            tbody { @for rows in all.chunk_by(|a, b| (a.0, a.1, a.3) == (b.0, b.1, b.3)) { tr {
                @let (group, audience, _, stand) = &rows[0];
                th scope="row" { (reader.t(&format!("group-{}", group.code()))) }
                td { (reader.t(&format!("audience-{}", audience.code()))) }
                td { (words(reader, "purpose", rows.iter().map(|(_, _, purpose, _)| purpose.code()))) }
                td { (state(reader, *stand)) }
            } } }
        } }
        p.note { (reader.t("consent-else-closed")) }
    }
}

fn statement(reader: &Reader, consent: &Consent) -> Markup {
    html! {
        p {
            bdi { (consent.from) } @if let Some(until) = consent.until { "–" bdi { (until) } } " · "
            b { (reader.t(&format!("giver-{}", consent.giver.code()))) }
            @if !consent.relation.is_empty() { " (" (datum(&consent.relation)) ")" }
            ": " b { (reader.t(&format!("consent-{}", consent.answer.code()))) }
        }
        p { (words(reader, "group", consent.groups.iter().map(|group| group.code()))) }
        p.note {
            (words(reader, "audience", consent.audiences.iter().map(|audience| audience.code()))) " · "
            (words(reader, "purpose", consent.purposes.iter().map(|purpose| purpose.code()))) " · "
            (reader.t(&format!("medium-{}", consent.medium.code()))) " · "
            (reader.t("consent-risk-text")) " " bdi { (consent.risk_text) }
            @if let Some(day) = consent.review { " · " (reader.t("consent-review")) " " bdi { (day) } }
        }
    }
}

fn boxes(reader: &Reader, name: &str, kind: &str, codes: impl IntoIterator<Item = &'static str>) -> Markup {
    html! { fieldset.boxes {
        legend { (reader.t(&format!("consent-{name}"))) }
        @for code in codes { label { input type="checkbox" name=(name) value=(code); " " (reader.t(&format!("{kind}-{code}"))) } " " }
    } }
}

fn choice(reader: &Reader, name: &str, kind: &str, codes: impl IntoIterator<Item = &'static str>) -> Markup {
    html! { p.field { label for={ "c-" (name) } { (reader.t(&format!("consent-{name}"))) }
        select id={ "c-" (name) } name=(name) { @for code in codes { option value=(code) { (reader.t(&format!("{kind}-{code}"))) } } }
    } }
}

fn record_form(reader: &Reader, person: &Person) -> Markup {
    html! { section aria-labelledby="record-h" {
        h2 #record-h { (reader.t("consent-record")) }
        p.lead { (reader.t("consent-record-lead")) }
        form method="post" action="/consent" {
            (forms::token(reader)) (forms::hidden("of", &person.id.to_string()))
            div.search {
                (choice(reader, "giver", "giver", Giver::ALL.iter().map(|one| one.code())))
                p.field { label for="c-relation" { (reader.t("consent-relation")) } input #c-relation name="relation" maxlength="40" dir="auto" autocomplete="off"; }
                (choice(reader, "answer", "consent", ConsentAnswer::ALL.iter().map(|one| one.code())))
                (choice(reader, "medium", "medium", ConsentMedium::ALL.iter().map(|one| one.code())))
            }
            (boxes(reader, "group", "group", FieldGroup::ALL.iter().map(|one| one.code())))
            (boxes(reader, "audience", "audience", Audience::ALL.iter().map(|one| one.code())))
            (boxes(reader, "purpose", "purpose", Purpose::ALL.iter().map(|one| one.code())))
            div.search {
                p.field { label for="c-risk" { (reader.t("consent-risk-text")) } input #c-risk name="risk_text" required maxlength="40" dir="ltr" autocomplete="off"; }
                @for (name, key) in [("from", "consent-from"), ("until", "consent-until"), ("review", "consent-review")] {
                    p.field { label for={ "c-" (name) } { (reader.t(key)) } input id={ "c-" (name) } name=(name) type="date" value=[(name == "from").then(|| person.today.to_string())]; }
                }
                p.field.grow { label for="c-contact" { (reader.t("consent-contact")) } input #c-contact name="contact" maxlength="200" dir="auto" autocomplete="off"; }
                p.field { button.btn.go { (reader.t("consent-record")) } }
            }
        }
    } }
}

/// One form for each giver who has given something.
fn withdraw_forms(reader: &Reader, person: &Person) -> Markup {
    let mut givers: Vec<(Giver, &str)> = Vec::new();
    for consent in person.statements.iter().filter(|consent| consent.answer == ConsentAnswer::Given) {
        let giver = (consent.giver, &*consent.relation);
        if !givers.contains(&giver) {
            givers.push(giver);
        }
    }
    html! { @if !givers.is_empty() { section aria-labelledby="withdraw-h" {
        h2 #withdraw-h { (reader.t("consent-withdraw")) }
        p.lead { (reader.t("consent-withdraw-lead")) }
        @for (giver, relation) in givers { form.search method="post" action="/consent/withdraw" {
            (forms::token(reader)) (forms::hidden("of", &person.id.to_string()))
            (forms::hidden("giver", giver.code())) (forms::hidden("relation", relation))
            p.field { button.btn {
                span {
                    (reader.t("consent-withdraw")) ": " (reader.t(&format!("giver-{}", giver.code())))
                    @if !relation.is_empty() { " (" (datum(relation)) ")" }
                }
            } }
        } }
    } } }
}

/// Every value of a field that may be ticked several times.
fn ticked<T: Listed>(
    fields: &Pairs,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<SetOf<T>, PageError> {
    let values = fields.iter().filter(|(known, _)| known == name);
    let all: Option<Vec<T>> = values.map(|(_, value)| read(value)).collect();
    let some = all.filter(|all| !all.is_empty()).map(|all| all.into_iter().collect());
    some.ok_or(PageError::Parameter { name })
}

fn wanted<T>(fields: &Pairs, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<T, PageError> {
    query::known(fields, name, read)?.ok_or(PageError::Parameter { name })
}

fn read_day(text: &str) -> Option<Date> {
    day(text).ok()
}

/// Records an answer.
pub async fn record(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let read = || -> Result<(String, Consent, Option<String>), PageError> {
        let of = query::value(&fields, "of")?.ok_or(PageError::Parameter { name: "of" })?;
        let giver = wanted(&fields, "giver", Giver::from_code)?;
        let relation = query::value(&fields, "relation")?.unwrap_or_default();
        if giver == Giver::Family && relation.is_empty() {
            return Err(PageError::Parameter { name: "relation" });
        }
        let from = wanted(&fields, "from", read_day)?;
        let until = query::known(&fields, "until", read_day)?;
        if until.is_some_and(|until| until < from) {
            return Err(PageError::Parameter { name: "until" });
        }
        let draft = Consent {
            id: ConsentId([0; 16]),
            about: desk.records_of_person(&of).map_err(|_| PageError::NotFound)?[0].id,
            giver,
            relation: relation.into(),
            groups: ticked(&fields, "group", FieldGroup::from_code)?,
            audiences: ticked(&fields, "audience", Audience::from_code)?,
            purposes: ticked(&fields, "purpose", Purpose::from_code)?,
            answer: wanted(&fields, "answer", ConsentAnswer::from_code)?,
            from,
            until,
            review: query::known(&fields, "review", read_day)?,
            medium: wanted(&fields, "medium", ConsentMedium::from_code)?,
            risk_text: query::value(&fields, "risk_text")?.ok_or(PageError::Parameter { name: "risk_text" })?.into(),
            source: None,
            replaces: Vec::new(),
            recorded_by: UserId([0; 16]),
        };
        Ok((of, draft, query::value(&fields, "contact")?))
    };
    match read() {
        Err(error) => refuse(&reader, &error),
        Ok((of, draft, contact)) => {
            let back = query::address("/consent", &[("of", &of)]);
            let kept = tokio::task::spawn_blocking(move || {
                // A form that is sent twice says the same thing twice: the second adds nothing.
                let person = desk.person_of_id(&of)?;
                let book = desk.consents_of(&[person])?;
                let known = book.statements(person).iter().any(|known| says_the_same(known, &draft));
                if known { Ok(()) } else { desk.record_consent(&of, draft, contact.as_deref()).map(drop) }
            });
            done(&reader, kept.await, &back)
        }
    }
}

fn says_the_same(known: &Consent, draft: &Consent) -> bool {
    let plain = |consent: &Consent| {
        let Consent {
            giver,
            relation,
            groups,
            audiences,
            purposes,
            answer,
            from,
            until,
            review,
            medium,
            risk_text,
            ..
        } = consent.clone();
        (giver, relation, groups, audiences, purposes, answer, (from, until, review), medium, risk_text)
    };
    plain(known) == plain(draft)
}

/// Takes back all that a giver gave.
pub async fn withdraw(desk: Desk, reader: Reader, SignedForm(fields): SignedForm) -> Response {
    let read = || -> Result<(String, Giver, String), PageError> {
        let of = query::value(&fields, "of")?.ok_or(PageError::Parameter { name: "of" })?;
        let giver = wanted(&fields, "giver", Giver::from_code)?;
        Ok((of, giver, query::value(&fields, "relation")?.unwrap_or_default()))
    };
    match read() {
        Err(error) => refuse(&reader, &error),
        Ok((of, giver, relation)) => {
            let back = query::address("/consent", &[("of", &of)]);
            let taken =
                tokio::task::spawn_blocking(move || desk.take_back_consent(&of, giver, &relation, today()?).map(drop));
            done(&reader, taken.await, &back)
        }
    }
}

fn done(reader: &Reader, result: Result<Result<(), Failure>, tokio::task::JoinError>, back: &str) -> Response {
    match result {
        Ok(Ok(())) => Redirect::to(back).into_response(),
        Ok(Err(failure)) => refuse(reader, &failure.into()),
        Err(_) => refuse(reader, &PageError::Bug),
    }
}

/// Answers the page.
pub async fn show(desk: Desk, reader: Reader, pairs: &Pairs) -> Response {
    match Query::read(pairs) {
        Ok(query) => page(desk, reader, move |desk| load(desk, query), render).await,
        Err(error) => refuse(&reader, &error),
    }
}
