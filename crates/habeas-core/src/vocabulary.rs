//! Closed vocabularies of the domain: each value has a stable code, and leads back from it.

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in the order of the vocabulary.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable code, as written in mappings and exports.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// Reads a code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }
    };
}
pub(crate) use vocabulary;

#[cfg(test)]
mod tests {
    use crate::{Compartment, Right, Role};

    #[test]
    fn a_code_leads_back_to_its_value_and_no_other_text_does() {
        assert!(Role::ALL.iter().all(|role| Role::from_code(role.code()) == Some(*role)));
        assert!(Right::ALL.iter().all(|right| Right::from_code(right.code()) == Some(*right)));
        assert!(Compartment::ALL.iter().all(|part| Compartment::from_code(part.code()) == Some(*part)));
        assert_eq!((Role::from_code("Keeper"), Role::from_code("")), (None, None));
    }
}
