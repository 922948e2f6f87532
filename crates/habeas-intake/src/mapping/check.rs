//! What a list says that it holds, so that a wrong reading is seen before it counts.

use std::fmt;

/// A cell by its letter and row, as spreadsheets name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CellAddress {
    /// Index of the column; 0 is A.
    pub column: u16,
    /// Line of the file or row of the sheet; 1 is the first.
    pub line: u64,
}

/// Something that must hold of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// It has this many records.
    Rows(u64),
    /// The date of a cell is read as this extended date.
    Reads {
        /// The cell.
        cell: CellAddress,
        /// What it must be read as.
        reads: String,
    },
}

impl CellAddress {
    /// Reads `D6`.
    pub fn parse(text: &str) -> Option<Self> {
        let letters = text.find(|c: char| c.is_ascii_digit())?;
        let (letters, digits) = text.split_at(letters);
        let line = digits.parse().ok().filter(|line| *line > 0)?;
        Some(Self { column: column_of_letters(letters)?, line })
    }
}

/// Index of the column with these letters: A is 0, Z 25, AA 26.
pub(crate) fn column_of_letters(letters: &str) -> Option<u16> {
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut number = 0u32;
    for c in letters.chars() {
        let letter = c.is_ascii_alphabetic().then(|| c.to_ascii_uppercase() as u32 - 'A' as u32)?;
        number = number * 26 + letter + 1;
    }
    u16::try_from(number - 1).ok()
}

impl fmt::Display for CellAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut number = u32::from(self.column) + 1;
        while number > 0 {
            letters.push(char::from(b'A' + ((number - 1) % 26) as u8));
            number = (number - 1) / 26;
        }
        write!(f, "{}{}", letters.iter().rev().collect::<String>(), self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_spreadsheets_name_them() {
        for (text, column) in [("A1", 0), ("Z9", 25), ("AA10", 26), ("XFD3", 16_383)] {
            let cell = CellAddress::parse(text).unwrap();
            assert_eq!(cell.column, column);
            assert_eq!(cell.to_string(), text);
        }
        for text in ["", "A", "1", "A0", "ABCD1", "é1", "D-6"] {
            assert_eq!(CellAddress::parse(text), None, "{text}");
        }
    }
}
