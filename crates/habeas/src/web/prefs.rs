//! Theme and language. Kept in cookies, so that the server sends the right page at once and without inline script.

use super::query::Pairs;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};

/// Cookies that may be set, with their values; each is set in the words of this table, never in those of a request.
const CHOICES: [(&str, &str, &str); 4] = [
    ("theme", "light", "theme=light; Path=/; Max-Age=31536000; SameSite=Strict; HttpOnly"),
    ("theme", "dark", "theme=dark; Path=/; Max-Age=31536000; SameSite=Strict; HttpOnly"),
    ("lang", "en", "lang=en; Path=/; Max-Age=31536000; SameSite=Strict; HttpOnly"),
    ("lang", "ur", "lang=ur; Path=/; Max-Age=31536000; SameSite=Strict; HttpOnly"),
];

/// Sets what the form asks for and goes back.
pub fn answer(fields: &Pairs) -> Response {
    let back = fields.iter().find(|(name, value)| name == "back" && is_own(value)).map_or("/", |(_, value)| value);
    let mut response = Redirect::to(back).into_response();
    for (name, value, cookie) in CHOICES {
        if fields.iter().any(|(n, v)| n == name && v == value) {
            response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
    }
    response
}

/// Whether an address lies in this application: a path of one slash, then plain signs only (no second slash at the start,
/// no backslash, no colon), with a query of the same.
pub fn is_own(address: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-.~%?=&".contains(&byte);
    address.starts_with('/') && !address.starts_with("//") && address.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_in_the_house() {
        let location = |back: &str| {
            let fields = vec![("theme".to_owned(), "dark".to_owned()), ("back".to_owned(), back.to_owned())];
            answer(&fields).headers()[header::LOCATION].to_str().unwrap().to_owned()
        };
        for own in ["/", "/cases?q=a%20b&after=0f", "/sources/families-2014/7"] {
            assert_eq!(location(own), own);
        }
        for foreign in ["//evil.test", "/\\evil.test", "https://evil.test", "", "/a\r\nSet-Cookie:x=1", "/a:b"] {
            assert_eq!(location(foreign), "/", "{foreign}");
        }
    }

    #[test]
    fn only_known_choices_become_cookies() {
        let set = |name: &str, value: &str| {
            answer(&vec![(name.to_owned(), value.to_owned())]).headers().get_all(header::SET_COOKIE).iter().count()
        };
        assert_eq!(
            (set("theme", "dark"), set("lang", "ur"), set("theme", "x; Domain=evil"), set("sid", "1")),
            (1, 1, 0, 0)
        );
    }
}
