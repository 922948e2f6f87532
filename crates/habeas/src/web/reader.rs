//! What a page has to know about the person who reads it: language, direction, theme, and whether it is a page or a file.

use super::{
    earlier::AS_OF,
    query::with_parameter,
    router::App,
    routes::{Caller, is_of_the_past, need_of},
};
use crate::desk::{Point, Who};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Uri, header, request::Parts},
};
use fluent_templates::{
    LanguageIdentifier, Loader,
    fluent_bundle::{FluentValue, types::FluentNumber},
    static_loader,
};
use habeas_core::Right;
use habeas_publish::ui::grouped;
use std::{borrow::Cow, collections::HashMap, convert::Infallible, sync::LazyLock, time::Duration};

static_loader! {
    // Isolation marks are off: text values stand beside a message in their own element, or bring their marks (`told.rs`).
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| {
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(written));
        },
    };
}

/// Writes numbers in messages as everywhere else: in groups of three.
fn written<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(FluentNumber { value, .. }) if *value >= 0.0 => Some(grouped(*value as u64)),
        _ => None,
    }
}

/// Languages of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Urdu.
    Ur,
}

static ENGLISH: LazyLock<LanguageIdentifier> = LazyLock::new(|| "en".parse().expect("a language tag"));
static URDU: LazyLock<LanguageIdentifier> = LazyLock::new(|| "ur".parse().expect("a language tag"));

impl Lang {
    /// Reads a language tag, such as `ur-PK`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()? {
            "en" => Some(Self::En),
            "ur" => Some(Self::Ur),
            _ => None,
        }
    }

    /// The language tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ur => "ur",
        }
    }

    /// The direction of its script.
    pub fn dir(self) -> &'static str {
        match self {
            Self::En => "ltr",
            Self::Ur => "rtl",
        }
    }

    fn identifier(self) -> &'static LanguageIdentifier {
        match self {
            Self::En => &ENGLISH,
            Self::Ur => &URDU,
        }
    }
}

/// Who reads, and how.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    /// The language of the interface.
    pub lang: Lang,
    /// `light`, `dark`, or `auto` for what the system says.
    pub theme: &'static str,
    /// Path and query of the page, to come back to.
    pub address: String,
    /// Whether a part of a page is asked for.
    pub wants_part: bool,
    /// Whether this becomes a file: then no address inside the application is written.
    pub is_file: bool,
    /// Whether all people in the vault are invented; stands on every page and in every figure.
    pub is_demo: bool,
    /// Whether something may be missing because bytes of the vault are damaged; stands on every page.
    pub is_damaged: bool,
    /// The vault's name.
    pub vault: String,
    /// Who reads; nobody while the vault is locked.
    pub who: Option<Who>,
    /// Seconds without use after which the vault locks; 0 where there is nothing to lock.
    pub lock_after_s: u64,
    /// Whether other computers reach the pages, sealed.
    pub is_sealed: bool,
    /// What forms carry to show that they come from this session; absent before the session.
    pub form_token: Option<String>,
    /// The checkpoint as of which the page shows how things stood; then nothing is written from it.
    pub as_of: Option<Point>,
}

impl Reader {
    /// A reader of a file in a language.
    pub fn of_file(lang: &str) -> Self {
        Self { lang: Lang::from_tag(lang).unwrap_or_default(), theme: "auto", is_file: true, ..Self::default() }
    }

    /// The message `key`.
    pub fn t(&self, key: &str) -> String {
        LOCALES.lookup(self.lang.identifier(), key)
    }

    /// The message `key`, where there is one: for codes that may be newer than our words for them.
    pub fn find(&self, key: &str) -> Option<String> {
        LOCALES.try_lookup(self.lang.identifier(), key)
    }

    /// The message `key` with numbers put in.
    pub fn n(&self, key: &str, numbers: &[(&'static str, u64)]) -> String {
        let numbers: HashMap<Cow<'static, str>, FluentValue<'_>> =
            numbers.iter().map(|(name, n)| (Cow::Borrowed(*name), FluentValue::from(*n))).collect();
        LOCALES.lookup_with_args(self.lang.identifier(), key, &numbers)
    }

    /// The message `key` with values put in, where there is one and it lacks none of them.
    pub fn find_with(&self, key: &str, values: &HashMap<Cow<'static, str>, FluentValue<'_>>) -> Option<String> {
        LOCALES.try_lookup_with_args(self.lang.identifier(), key, values)
    }

    /// An address inside the application, as [`Reader::to`]; none in a file, where it would lead nowhere, and none that the
    /// reader may not open. From a page about the past none leads to where something is written.
    pub fn href(&self, address: impl Into<String>) -> Option<String> {
        let address = address.into();
        let leads = self.as_of.is_none() || is_of_the_past(&address);
        (!self.is_file && leads && self.may_open(&address)).then(|| self.to(address))
    }

    /// An address as it is reached from this page: a page about the past leads to others as of the same checkpoint.
    pub fn to(&self, address: impl Into<String>) -> String {
        let address = address.into();
        match &self.as_of {
            Some(point) if is_of_the_past(&address) => with_parameter(&address, AS_OF, &point.id),
            _ => address,
        }
    }

    /// Whether something can be recorded from this page.
    pub fn may_record(&self, right: Right) -> bool {
        let may = self.who.as_ref().is_some_and(|who| who.role.may(right));
        may && !self.is_file && self.as_of.is_none()
    }

    /// Whether the role of the reader opens an address.
    pub fn may_open(&self, address: &str) -> bool {
        let need = need_of(address);
        self.who.as_ref().is_some_and(|who| need.is_some_and(|need| need.check(who.role).is_ok()))
    }

    /// The reader of a page that somebody asks for.
    pub fn of(headers: &HeaderMap, uri: &Uri, caller: &Caller, lock_after: Duration) -> Self {
        let theme = match cookie(headers, "theme") {
            Some("dark") => "dark",
            Some("light") => "light",
            _ => "auto",
        };
        let opened = caller.opened.as_ref();
        Self {
            lang: cookie(headers, "lang").and_then(Lang::from_tag).unwrap_or_else(|| accepted(headers)),
            theme,
            address: uri.path_and_query().map_or("/", |address| address.as_str()).to_owned(),
            wants_part: headers.contains_key("hx-request"),
            is_file: false,
            is_demo: opened.is_some_and(|opened| opened.is_demo),
            is_damaged: opened.is_some_and(|opened| opened.is_damaged),
            vault: opened.map(|opened| opened.vault_name.clone()).unwrap_or_default(),
            who: opened.map(|opened| opened.desk.who().clone()),
            lock_after_s: if opened.is_some() { lock_after.as_secs() } else { 0 },
            is_sealed: caller.is_sealed,
            form_token: caller.form_token.as_ref().map(|token| token.0.clone()),
            as_of: caller.as_of.clone(),
        }
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let caller = Caller::from_request_parts(parts, app).await?;
        Ok(Self::of(&parts.headers, &parts.uri, &caller, app.lock.after()))
    }
}

/// The first language of the browser that we have.
fn accepted(headers: &HeaderMap) -> Lang {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    wanted.split(',').find_map(|tag| Lang::from_tag(tag.split(';').next()?.trim())).unwrap_or_default()
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let jars = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    jars.flat_map(|jar| jar.split("; ")).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_core::{Role, UserId};

    fn reader(lang: &str) -> Reader {
        Reader::of_file(lang)
    }

    #[test]
    fn numbers_in_messages_are_grouped_and_plural_forms_still_hold() {
        assert_eq!(reader("en").n("persons-n", &[("n", 1)]), "1 person");
        assert_eq!(reader("en").n("persons-n", &[("n", 12_270)]), "12\u{202f}270 persons");
    }

    #[test]
    fn a_file_holds_no_address_of_the_application() {
        assert_eq!(reader("en").href("/cases"), None);
    }

    #[test]
    fn nobody_is_led_to_a_page_that_is_not_theirs() {
        let who = |role| Some(Who { user: UserId([1; 16]), name: "Ilan".into(), role });
        let href = |role, address: &str| Reader { who: who(role), ..Reader::default() }.href(address);
        assert_eq!(href(Role::Coder, "/cases?year=2015"), Some("/cases?year=2015".into()));
        assert_eq!(href(Role::Reader, "/cases?year=2015"), None);
        assert_eq!(href(Role::Reader, "/stats"), Some("/stats".into()));
        assert_eq!(Reader::default().href("/stats"), None, "nor anybody while the vault is locked");
    }

    #[test]
    fn the_browsers_first_known_language_is_taken() {
        for (header, lang) in [("ur-PK,en;q=0.8", Lang::Ur), ("fr, ur;q=0.5", Lang::Ur), ("fr", Lang::En)] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, header.parse().unwrap());
            assert_eq!(accepted(&headers), lang, "{header}");
        }
    }
}
