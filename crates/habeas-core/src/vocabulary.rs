//! Closed vocabularies of the domain: each value has a stable code, and leads back from it.

use std::marker::PhantomData;

/// One of a closed vocabulary of at most 16 values.
pub trait Listed: Copy + 'static {
    /// Every value, in the order of the vocabulary.
    const LISTED: &'static [Self];

    /// The place in that order.
    fn place(self) -> u8;
}

/// A set of values of one vocabulary, in two bytes; values come in the order of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SetOf<V>(u16, PhantomData<V>);

impl<V: Listed> SetOf<V> {
    const FITS: () =
        assert!(V::LISTED.len() <= u16::BITS as usize, "the vocabulary has more values than a set has bits");

    /// Whether a value is in it.
    pub fn contains(self, value: V) -> bool {
        self.0 & 1 << value.place() != 0
    }

    /// Its values.
    pub fn iter(self) -> impl Iterator<Item = V> {
        V::LISTED.iter().copied().filter(move |value| self.contains(*value))
    }

    /// The values that are in either.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0, PhantomData)
    }
}

impl<V: Listed> FromIterator<V> for SetOf<V> {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        let () = Self::FITS;
        Self(values.into_iter().fold(0, |set, value| set | 1 << value.place()), PhantomData)
    }
}

impl<V: Listed, const N: usize> From<[V; N]> for SetOf<V> {
    fn from(values: [V; N]) -> Self {
        values.into_iter().collect()
    }
}

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

        impl crate::vocabulary::Listed for $name {
            const LISTED: &'static [Self] = Self::ALL;

            fn place(self) -> u8 {
                self as u8
            }
        }
    };
}
pub(crate) use vocabulary;

#[cfg(test)]
mod tests {
    use super::{Listed, SetOf};
    use crate::{Audience, Compartment, FieldGroup, Right, Role};

    #[test]
    fn a_code_leads_back_to_its_value_and_no_other_text_does() {
        assert!(Role::ALL.iter().all(|role| Role::from_code(role.code()) == Some(*role)));
        assert!(Right::ALL.iter().all(|right| Right::from_code(right.code()) == Some(*right)));
        assert!(Compartment::ALL.iter().all(|part| Compartment::from_code(part.code()) == Some(*part)));
        assert_eq!((Role::from_code("Keeper"), Role::from_code("")), (None, None));
    }

    #[test]
    fn a_set_holds_each_value_once_and_gives_them_in_the_order_of_the_vocabulary() {
        let set = SetOf::from([Audience::Public, Audience::Team, Audience::Public]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Audience::Team, Audience::Public]);
        assert!(set.contains(Audience::Public) && !set.contains(Audience::Court));
        assert_eq!(set.with([Audience::Court].into()).iter().count(), 3);
        let all: SetOf<FieldGroup> = FieldGroup::ALL.iter().copied().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), FieldGroup::LISTED);
    }
}
