//! What every request passes before anything else sees it, and what every answer carries.
//!
//! In this order: the host must be one of ours, letter by letter (421, empty: a page of another name that now resolves
//! to this computer gets nothing); the request must come from our own pages (403). Then the door of each address asks who
//! it is (`routes`). Forms carry a token besides, checked where they are read ([`SignedForm`]).

use super::{query::Pairs, router::App, routes::Caller};
use axum::{
    Form,
    body::Body,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Headers of every answer.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // With `no-referrer` browsers send `Origin: null` on our own forms, which we would have to refuse.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), clipboard-read=(), display-capture=(), usb=(), payment=()",
    ),
];

/// Refuses what does not come from our own pages, and puts the strict headers on every answer.
pub async fn guard(State(app): State<App>, mut request: Request<Body>, next: Next) -> Response {
    // All that is asked of the request is asked before the await: a borrowed request would not be Send.
    let mut response = match admit(&app, request.method(), request.uri(), request.headers()) {
        Err(refusal) => refusal.status().into_response(),
        Ok(()) => {
            request.extensions_mut().insert(app);
            next.run(request).await
        }
    };
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Why a request goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// Asked for under a name that is not ours.
    AnotherHost,
    /// A method that no page has.
    Method,
    /// Sent by a page that is not ours.
    Foreign,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::AnotherHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Foreign => StatusCode::FORBIDDEN,
        }
    }
}

fn admit(app: &App, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let host = own_host(app, uri, headers).ok_or(Refusal::AnotherHost)?;
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if !reads && *method != Method::POST {
        return Err(Refusal::Method);
    }
    // The way in holds no data, and it must be reachable from a file or another program that opens it.
    let is_way_in = reads && uri.path() == "/enter";
    if is_way_in || comes_from_us(app.scheme(), host, reads, headers) { Ok(()) } else { Err(Refusal::Foreign) }
}

/// The host that was asked for, if there is exactly one and it is ours to the letter.
fn own_host<'h>(app: &App, uri: &Uri, headers: &'h HeaderMap) -> Option<&'h str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (host, more) = (hosts.next()?.to_str().ok()?, hosts.next());
    let named_otherwise = uri.authority().is_some_and(|authority| authority.as_str() != host);
    (more.is_none() && !named_otherwise && app.hosts.iter().any(|own| own == host)).then_some(host)
}

/// Whether a request comes from our own pages. `same-site` is not enough, since a site ignores the port; that a header
/// is missing allows nothing by itself, since the other rules still hold.
fn comes_from_us(scheme: &str, host: &str, reads: bool, headers: &HeaderMap) -> bool {
    let only = |name: &str| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Some(None),
            (Some(value), None) => value.to_str().ok().map(Some),
            _ => None,
        }
    };
    let (Some(origin), Some(site)) = (only("origin"), only("sec-fetch-site")) else { return false };
    let own_origin = origin.map(|origin| origin.strip_prefix(scheme) == Some(host));
    let own_site = match site {
        None | Some("same-origin") => true,
        Some("none") => reads,
        Some(_) => false,
    };
    own_site && own_origin.unwrap_or(reads)
}

/// The fields of a form that carries the token of its session.
pub struct SignedForm(pub Pairs);

impl FromRequest<App> for SignedForm {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let caller = request.extensions().get::<Caller>();
        let token = caller.and_then(|caller| caller.form_token.clone());
        let Form(fields) = Form::<Pairs>::from_request(request, app).await.map_err(IntoResponse::into_response)?;
        let signed = token.is_some_and(|token| {
            let given = fields.iter().find(|(name, _)| name == "token");
            given.is_some_and(|(_, value)| token.is(value))
        });
        if signed { Ok(Self(fields)) } else { Err(StatusCode::FORBIDDEN.into_response()) }
    }
}
