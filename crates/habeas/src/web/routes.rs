//! A router in which every address says what it needs: there is no way to add one without.
//!
//! The same lines make the router and the list that links, navigation and tests ask. Whoever lacks what an address needs
//! gets no answer from behind it: strangers are led to the way in, a locked vault to its passphrase, and a member without
//! the right to the words that say who can grant it.

use super::{
    earlier,
    error::PageError,
    lock::{Moment, Opened},
    reader::{Reader, cookie},
    router::{App, refuse, routes},
    session::{COOKIE, FormToken},
    unlock,
};
use crate::{
    desk::{Desk, Point},
    rights::Need,
};
use axum::{
    Router,
    extract::{FromRequestParts, Request},
    handler::Handler,
    http::{HeaderName, HeaderValue, Method, StatusCode, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{MethodRouter, get, post},
};
use std::sync::LazyLock;

/// One address and what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its method.
    pub method: Method,
    /// Its path, with `{…}` for what varies.
    pub path: &'static str,
    /// What it needs.
    pub need: Need,
    /// Whether it can be read as things stood at a checkpoint.
    pub of_the_past: bool,
}

/// Addresses with what answers them.
#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    listed: Vec<Listed>,
}

/// All addresses.
pub static LISTED: LazyLock<Vec<Listed>> = LazyLock::new(|| routes().listed);

/// Who asks: what the door found out.
#[derive(Clone, Default)]
pub struct Caller {
    /// What forms of the session carry; none without a session.
    pub form_token: Option<FormToken>,
    /// The vault, where it is open for this session.
    pub opened: Option<Opened>,
    /// Whether other computers reach the pages, sealed.
    pub is_sealed: bool,
    /// The checkpoint as of which the page is asked for; the vault is then the one of that time.
    pub as_of: Option<Point>,
}

impl Routes {
    /// Adds a page.
    pub fn get<T: 'static>(self, path: &'static str, need: Need, handler: impl Handler<T, App>) -> Self {
        self.add(Listed { method: Method::GET, path, need, of_the_past: false }, get(handler))
    }

    /// Adds a page that can also be read as things stood at a checkpoint, by `as_of` in its address.
    pub fn past<T: 'static>(self, path: &'static str, need: Need, handler: impl Handler<T, App>) -> Self {
        self.add(Listed { method: Method::GET, path, need, of_the_past: true }, get(handler))
    }

    /// Adds an address that takes a form.
    pub fn post<T: 'static>(self, path: &'static str, need: Need, handler: impl Handler<T, App>) -> Self {
        self.add(Listed { method: Method::POST, path, need, of_the_past: false }, post(handler))
    }

    fn add(mut self, listed: Listed, answers: MethodRouter<App>) -> Self {
        self.router = self.router.route(listed.path, behind(listed.need, listed.of_the_past, answers));
        self.listed.push(listed);
        self
    }

    /// The router; what no address answers is answered by `nothing`, and what an address takes only in another way by
    /// `otherwise`, to members only.
    pub fn router<T: 'static, U: 'static>(
        self,
        nothing: impl Handler<T, App>,
        otherwise: impl Handler<U, App>,
    ) -> Router<App> {
        let members = || middleware::from_fn(|request: Request, next: Next| door(Need::Member, false, request, next));
        self.router.method_not_allowed_fallback(otherwise.layer(members())).fallback(nothing.layer(members()))
    }
}

fn behind(need: Need, of_the_past: bool, answers: MethodRouter<App>) -> MethodRouter<App> {
    answers.layer(middleware::from_fn(move |request: Request, next: Next| door(need, of_the_past, request, next)))
}

/// What the page at an address needs; what no address answers is for nobody.
pub fn need_of(address: &str) -> Option<Need> {
    need_at(&Method::GET, address)
}

/// What a method at an address needs.
pub fn need_at(method: &Method, address: &str) -> Option<Need> {
    listed_at(method, address).map(|listed| listed.need)
}

/// Whether the page at an address can be read as things stood at a checkpoint.
pub fn is_of_the_past(address: &str) -> bool {
    listed_at(&Method::GET, address).is_some_and(|listed| listed.of_the_past)
}

fn listed_at(method: &Method, address: &str) -> Option<&'static Listed> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let fits = |pattern: &str| {
        let (mut given, mut wanted) = (path.split('/'), pattern.split('/'));
        loop {
            match (given.next(), wanted.next()) {
                (None, None) => return true,
                (Some(_), Some(any)) if any.starts_with("{*") => return true,
                (Some(part), Some(any)) if any.starts_with('{') && !part.is_empty() => {}
                (Some(part), Some(same)) if part == same => {}
                _ => return false,
            }
        }
    };
    LISTED.iter().find(|listed| listed.method == *method && fits(listed.path))
}

/// Lets a request pass, or answers in its place.
async fn door(need: Need, of_the_past: bool, mut request: Request, next: Next) -> Response {
    let app = request.extensions().get::<App>().expect("the guard stands before every door and puts it there").clone();
    app.lock_if_left();
    let session = cookie(request.headers(), COOKIE).and_then(|value| app.sessions.of_cookie(value));
    let opened = session.as_ref().filter(|session| session.unlocked).and_then(|_| app.lock.opened());
    let form_token = session.map(|session| session.form_token);
    let mut caller = Caller { form_token, opened, is_sealed: app.is_sealed, as_of: None };
    let refusal = match (need, &caller) {
        (Need::Nothing, _) | (Need::Browser, Caller { form_token: Some(_), .. }) => None,
        (_, Caller { form_token: None, .. }) if request.method() == Method::POST => {
            Some(StatusCode::FORBIDDEN.into_response())
        }
        (_, Caller { form_token: None, .. }) => Some(elsewhere(&request, "/enter")),
        (_, Caller { opened: None, .. }) if !app.lock.has_vault() => Some(elsewhere(&request, "/start")),
        // What somebody typed when the vault locked comes along, in the answer and nowhere else.
        (Need::Right(_), Caller { opened: None, .. }) if unlock::is_form(&request) => {
            let reader = Reader::of(request.headers(), request.uri(), &caller, app.lock.after());
            return unlock::keep_of(&app, &reader, caller, request).await;
        }
        (_, Caller { opened: None, .. }) => Some(elsewhere(&request, "/unlock")),
        (need, Caller { opened: Some(opened), .. }) => {
            app.lock.touch(Moment::now());
            match need.check(opened.desk.who().role) {
                Ok(()) => None,
                Err(denied) => {
                    let reader = Reader::of(request.headers(), request.uri(), &caller, app.lock.after());
                    Some(refuse(&reader, &PageError::Denied(denied)))
                }
            }
        }
    };
    if let Some(refusal) = refusal {
        return refusal;
    }
    if let (true, Some(opened), Some(id)) = (of_the_past, &mut caller.opened, earlier::asked_for(request.uri())) {
        let Some((point, desk)) = opened.desk.earlier(&id) else {
            let reader = Reader::of(request.headers(), request.uri(), &caller, app.lock.after());
            return earlier::not_read_yet(&reader, &caller, &id);
        };
        opened.desk = desk;
        caller.as_of = Some(point);
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// Leads elsewhere; the whole page, also where only a part of one was asked for.
fn elsewhere(request: &Request, path: &'static str) -> Response {
    if request.headers().contains_key("hx-request") {
        let whole = [(HeaderName::from_static("hx-redirect"), HeaderValue::from_static(path))];
        return (StatusCode::NO_CONTENT, whole).into_response();
    }
    Redirect::to(path).into_response()
}

impl FromRequestParts<App> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

impl FromRequestParts<App> for Desk {
    type Rejection = StatusCode;

    /// The vault, behind a door that asks for it.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let Ok(caller) = Caller::from_request_parts(parts, app).await;
        caller.opened.map(|opened| opened.desk).ok_or(StatusCode::FORBIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_core::Right;

    #[test]
    fn a_link_knows_what_its_page_needs() {
        for (address, need) in [
            ("/stats#by-year", Some(Need::Right(Right::Tables))),
            ("/cases?year=2015", Some(Need::Right(Right::Cases))),
            ("/cases/0011", Some(Need::Right(Right::Cases))),
            ("/sources/families/2", Some(Need::Right(Right::Cases))),
            ("/a/licences/inter.txt", Some(Need::Nothing)),
            ("/cases/", None),
            ("/sources/families/2/3", None),
            ("", None),
        ] {
            assert_eq!(need_of(address), need, "{address}");
        }
    }
}
