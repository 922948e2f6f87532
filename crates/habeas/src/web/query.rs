//! Reading the values of an address. Parameters that a page does not know are ignored and never shown again; values
//! that it does not know are refused.

use super::error::PageError;

/// Name and value of each parameter, decoded.
pub type Pairs = Vec<(String, String)>;

/// Letters at most in a value that people type.
const LONGEST: usize = 200;

/// The value of a parameter; none where it is absent or empty.
///
/// # Errors
/// [`PageError::Parameter`] where it is given twice or is longer than anybody would type.
pub fn value(pairs: &[(String, String)], name: &'static str) -> Result<Option<String>, PageError> {
    let mut values = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
    let first = values.next();
    if values.next().is_some() || first.is_some_and(|value| value.chars().count() > LONGEST) {
        return Err(PageError::Parameter { name });
    }
    Ok(first.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()))
}

/// The value of a parameter, read.
///
/// # Errors
/// As [`value`], and where `read` knows no such value.
pub fn known<T>(
    pairs: &[(String, String)],
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, PageError> {
    match value(pairs, name)? {
        Some(text) => read(&text).map(Some).ok_or(PageError::Parameter { name }),
        None => Ok(None),
    }
}

/// Writes an address with parameters; empty values are left out.
pub fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    for (i, (name, value)) in parameters.iter().filter(|(_, value)| !value.is_empty()).enumerate() {
        out.push(if i == 0 { '?' } else { '&' });
        out.push_str(name);
        out.push('=');
        out.push_str(&segment(value));
    }
    out
}

/// An address with one more parameter, in front of its fragment.
pub fn with_parameter(address: &str, name: &str, value: &str) -> String {
    let (path, fragment) = address.split_once('#').map_or((address, None), |(path, fragment)| (path, Some(fragment)));
    let mark = if path.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{path}{mark}{name}={}{fragment}", segment(value))
}

/// An address without a parameter.
pub fn without_parameter(address: &str, name: &str) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let others = query.split('&').filter(|pair| pair.split('=').next() != Some(name));
    let others = others.collect::<Vec<_>>().join("&");
    if others.is_empty() { path.to_owned() } else { format!("{path}?{others}") }
}

/// A value as a part of an address: everything but plain letters, digits and `-._~` is escaped.
pub fn segment(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_place_in_an_address() {
        assert_eq!(segment("a/b?c=ت"), "a%2Fb%3Fc%3D%D8%AA");
        assert_eq!(address("/cases", &[("q", "a b"), ("year", ""), ("label", "x")]), "/cases?q=a%20b&label=x");
    }

    #[test]
    fn a_parameter_comes_before_the_fragment() {
        assert_eq!(with_parameter("/cases", "as_of", "0a"), "/cases?as_of=0a");
        assert_eq!(with_parameter("/cases?q=x#list", "as_of", "a&b"), "/cases?q=x&as_of=a%26b#list");
    }

    #[test]
    fn a_parameter_is_taken_off_and_the_others_stay() {
        for (address, without) in [
            ("/cases", "/cases"),
            ("/cases?as_of=0a", "/cases"),
            ("/cases?q=x&as_of=0a&year=2015", "/cases?q=x&year=2015"),
        ] {
            assert_eq!(without_parameter(address, "as_of"), without);
        }
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        let pairs = |text: &[(&str, &str)]| -> Pairs { text.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect() };
        assert_eq!(value(&pairs(&[("q", " a ")]), "q").unwrap(), Some("a".into()));
        assert_eq!(value(&pairs(&[("q", "")]), "q").unwrap(), None);
        assert!(value(&pairs(&[("q", "a"), ("q", "b")]), "q").is_err());
        assert!(known(&pairs(&[("n", "x")]), "n", |text| text.parse::<u64>().ok()).is_err());
    }
}
