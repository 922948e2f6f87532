//! A rectangle of a page, in thousandths of its width and height as it is seen: it means the same at any resolution.

use std::{fmt, str::FromStr};

/// What is to be blacked out, from the upper left corner on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// From the left edge.
    pub(super) x: u16,
    /// From the upper edge.
    pub(super) y: u16,
    /// To the right.
    pub(super) width: u16,
    /// Downwards.
    pub(super) height: u16,
}

/// Why numbers are no region of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// Not four whole numbers.
    #[error("a region is four whole numbers: x,y,width,height, in thousandths of the page")]
    Numbers,
    /// It covers nothing.
    #[error("a region without width or height covers nothing")]
    Flat,
    /// It reaches beyond an edge.
    #[error("a region reaches beyond the page, which ends at {whole}")]
    Outside {
        /// Where the page ends.
        whole: u16,
    },
    /// There is none at all.
    #[error("no region is named")]
    None,
}

impl Region {
    /// Where a page ends.
    pub const WHOLE: u16 = 1_000;

    /// The region from `x`, `y` on.
    ///
    /// # Errors
    /// [`RegionError`] where it covers nothing or reaches beyond the page.
    pub fn new(x: u16, y: u16, width: u16, height: u16) -> Result<Self, RegionError> {
        if width == 0 || height == 0 {
            return Err(RegionError::Flat);
        }
        let inside = |from: u16, length: u16| from.checked_add(length).is_some_and(|end| end <= Self::WHOLE);
        if !inside(x, width) || !inside(y, height) {
            return Err(RegionError::Outside { whole: Self::WHOLE });
        }
        Ok(Self { x, y, width, height })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.x, self.y, self.width, self.height)
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(typed: &str) -> Result<Self, RegionError> {
        let mut numbers = typed.split(',').map(|number| number.trim().parse::<u16>());
        let mut next = || numbers.next().and_then(Result::ok).ok_or(RegionError::Numbers);
        let (x, y, width, height) = (next()?, next()?, next()?, next()?);
        if numbers.next().is_some() {
            return Err(RegionError::Numbers);
        }
        Self::new(x, y, width, height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_region_lies_on_the_page_and_covers_something() {
        let outside = Err(RegionError::Outside { whole: 1_000 });
        for (typed, read) in [
            ("0,0,1000,1000", Region::new(0, 0, 1_000, 1_000)),
            (" 10, 20 ,30,40", Region::new(10, 20, 30, 40)),
            ("10,20,0,40", Err(RegionError::Flat)),
            ("10,20,30,0", Err(RegionError::Flat)),
            ("1000,0,1,1", outside),
            ("0,999,1,2", outside),
            ("65535,0,65535,1", outside),
            ("-1,0,5,5", Err(RegionError::Numbers)),
            ("1.5,0,5,5", Err(RegionError::Numbers)),
            ("1,2,3", Err(RegionError::Numbers)),
            ("1,2,3,4,5", Err(RegionError::Numbers)),
            ("", Err(RegionError::Numbers)),
        ] {
            assert_eq!(typed.parse(), read, "«{typed}»");
        }
    }

    proptest! {
        #[test]
        fn a_region_is_read_back_as_it_was_written(x in 0..1_000u16, y in 0..1_000u16, w in 1..1_001u16, h in 1..1_001u16) {
            if let Ok(region) = Region::new(x, y, w, h) {
                prop_assert_eq!(region.to_string().parse(), Ok(region));
            }
        }

        #[test]
        fn any_words_are_a_region_or_an_error(typed in ".{0,40}") {
            let _ = typed.parse::<Region>();
        }
    }
}
