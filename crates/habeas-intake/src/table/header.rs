//! Finding the header of a table, and a name for every column.

use super::FileRemark;

/// The header of a table: one name per column, each of them different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    names: Vec<String>,
    line: u64,
    doubled: Vec<u16>,
    unnamed: Vec<u16>,
}

impl Header {
    /// Makes names unique: blanks around them go, a second `Name` becomes `Name #2`, a column without a name is called
    /// after its place (`column 3`).
    pub(super) fn new(cells: &[String], line: u64) -> Self {
        let mut header =
            Self { names: Vec::with_capacity(cells.len()), line, doubled: Vec::new(), unnamed: Vec::new() };
        let mut seen = std::collections::HashMap::new();
        for (column, cell) in cells.iter().enumerate() {
            let mut name = cell.trim().to_owned();
            if name.is_empty() {
                header.unnamed.push(column as u16);
                name = format!("column {}", column + 1);
            }
            let count = seen.entry(name.clone()).and_modify(|n| *n += 1).or_insert(1);
            if *count > 1 {
                header.doubled.push(column as u16);
                name = format!("{name} #{count}");
            }
            header.names.push(name);
        }
        header
    }

    /// Names by column.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of columns.
    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// Line of the file, or row of the sheet, that holds it; 1 is the first.
    pub fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn remark(&self, remarks: &mut Vec<FileRemark>) {
        remarks.extend(self.doubled.iter().map(|column| FileRemark::DoubleHeader { column: *column }));
        remarks.extend(self.unnamed.iter().map(|column| FileRemark::EmptyHeader { column: *column }));
        if self.line > 1 {
            remarks.push(FileRemark::AboveHeader { lines: self.line - 1 });
        }
    }
}

/// Picks the header among the first rows of a file: the first one that fills about as many cells as most rows do and
/// holds words rather than figures. `None` where no row has a cell.
pub(super) fn find(rows: &[Vec<String>]) -> Option<usize> {
    let filled = |row: &Vec<String>| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    // The width of most rows, not the greatest: one row with a comma too many must not become the header.
    let widths: Vec<usize> = rows.iter().map(filled).filter(|width| *width > 0).collect();
    let usual = *widths.iter().max_by_key(|width| (widths.iter().filter(|other| other == width).count(), **width))?;
    let is_figure = |cell: &&String| cell.trim().chars().all(|c| c.is_numeric() || "-+.,:/ ".contains(c));
    let wordy = |row: &Vec<String>| {
        let figures = row.iter().filter(|cell| !cell.trim().is_empty()).filter(is_figure).count();
        figures * 2 <= filled(row)
    };
    let wide = |row: &Vec<String>| filled(row) * 3 >= usual * 2;
    let found = rows.iter().position(|row| wide(row) && wordy(row));
    found.or_else(|| rows.iter().position(|row| filled(row) > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn columns_of_one_name_and_of_none_are_told_apart() {
        let header = Header::new(&row(&[" Name", "Name", "", "Place ", "Name"]), 1);
        assert_eq!(header.names(), ["Name", "Name #2", "column 3", "Place", "Name #3"]);
        let mut remarks = Vec::new();
        header.remark(&mut remarks);
        let codes: Vec<_> = remarks.iter().map(FileRemark::code).collect();
        assert_eq!(codes, ["N_HEADER_DOUBLE", "N_HEADER_DOUBLE", "N_HEADER_EMPTY"]);
    }

    #[test]
    fn the_header_may_stand_below_a_title() {
        let rows = [
            row(&["List of the committee", "", "", ""]),
            row(&["", "", "", ""]),
            row(&["No", "Name", "Date", "Place"]),
            row(&["1", "x", "2014-03-05", "y"]),
        ];
        assert_eq!(find(&rows), Some(2));
        assert_eq!(find(&[row(&["", ""])]), None);
    }

    #[test]
    fn a_row_with_a_comma_too_many_is_no_header() {
        let rows = [row(&["Name", "Date"]), row(&["x", "2013"]), row(&["y"]), row(&["z", "2014", "w", "v"])];
        assert_eq!(find(&rows), Some(0));
    }
}
