//! What forms carry besides what people type: the token of the session, and a key that makes a form sent twice one write.

use super::{error::PageError, query, reader::Reader};
use maud::{Markup, html};

/// Letters at most in a reason.
pub const LONGEST_REASON: usize = 500;

/// Makes a form that is sent twice one write: 128 random bits, new for each page that holds the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(pub [u8; 16]);

impl Key {
    /// A new key.
    pub fn fresh() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("a system without randomness cannot serve anything");
        Self(bytes)
    }

    /// Reads the key of a form.
    ///
    /// # Errors
    /// [`PageError::Parameter`] where it is none of ours.
    pub fn of(fields: &[(String, String)]) -> Result<Self, PageError> {
        let read = |text: &str| u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32);
        let bits = query::known(fields, "key", read)?.ok_or(PageError::Parameter { name: "key" })?;
        Ok(Self(bits.to_be_bytes()))
    }

    /// As a form carries it.
    pub fn hex(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }
}

/// Words that somebody typed at length; the empty text where there are none.
///
/// # Errors
/// [`PageError::Parameter`] where they are longer than the field allows.
pub fn reason(fields: &[(String, String)], name: &'static str) -> Result<String, PageError> {
    let typed = fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim());
    let fits = typed.chars().count() <= LONGEST_REASON;
    if fits { Ok(typed.to_owned()) } else { Err(PageError::Parameter { name }) }
}

/// The field that shows that a form is ours.
pub fn token(reader: &Reader) -> Markup {
    html! { @if let Some(token) = &reader.form_token { input type="hidden" name="token" value=(token); } }
}

/// A field that people do not see.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_as_it_was_written_and_nothing_else_is_a_key() {
        let key = Key::fresh();
        let fields = |text: &str| vec![("key".to_owned(), text.to_owned())];
        assert_eq!(Key::of(&fields(&key.hex())).unwrap(), key);
        assert_ne!(Key::fresh(), key);
        for odd in ["", "12", &"g".repeat(32), &"1".repeat(33)] {
            assert!(Key::of(&fields(odd)).is_err(), "{odd}");
        }
    }
}
