//! CSV, TSV and their relatives, streamed record by record with line and byte.
//!
//! The parser takes any bytes for some table, and an open quote would swallow the rest of the file without an error. So
//! every record is guarded: one that covers several lines and has an odd number of quotes, or not as many fields as the
//! header, is taken for an open quote. Its first line alone is set aside, and reading goes on at the next line.

use super::{
    BadRow, FileRemark, Header, OpenOptions, RawRow, RowEvent, RowProblem, RowRemark, TableError, TextEncoding,
    encoding::{detect, parseable, push_field},
    header,
};
use crate::limits::Limits;
use csv_core::ReadRecordResult;
use memchr::{memchr, memchr_iter, memchr2};
use std::{borrow::Cow, ops::ControlFlow};

/// Delimiters that are told from the bytes, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Records that are looked at to tell the delimiter and the header.
const LOOKED_AT: usize = 100;
/// Rows among which the header is looked for.
const HEADER_WITHIN: usize = 20;
/// Bytes and lines beyond which a record is not believed before the header is known.
const BELIEVABLE: (u64, u64) = (64 << 10, 20);

/// A text table whose encoding, delimiter and header are known.
#[derive(Debug)]
pub(super) struct Delimited<'b> {
    text: Cow<'b, [u8]>,
    /// Bytes of the mark before the text.
    mark: u64,
    encoding: TextEncoding,
    delimiter: u8,
    line_end: u8,
    has_controls: bool,
    below_header: Position,
    limits: Limits,
}

/// A place between two records.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    byte: usize,
    /// 1 for the first line.
    line: u64,
    /// Byte in the file as it came, which differs from `byte` where the text was UTF-16.
    origin: u64,
}

/// One record as it was cut out.
struct Cut {
    start: Position,
    /// Bytes without the line end.
    end: usize,
    lines: u64,
    odd_quotes: bool,
    whole: bool,
}

impl<'b> Delimited<'b> {
    pub(super) fn open(
        bytes: &'b [u8],
        options: &OpenOptions,
        remarks: &mut Vec<FileRemark>,
    ) -> Result<(Header, Self), TableError> {
        let encoding = options.encoding.unwrap_or_else(|| detect(bytes));
        if options.encoding.is_none() && matches!(encoding, TextEncoding::Legacy(_) | TextEncoding::Mixed(_)) {
            remarks.push(FileRemark::Encoding { encoding: encoding.name() });
        }
        let (text, units) = parseable(bytes, encoding);
        if units > 0 {
            remarks.push(FileRemark::LoneSurrogates { units });
        }
        let mark = match encoding {
            TextEncoding::Utf16(_) if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) => 2,
            TextEncoding::Utf16(_) => 0,
            _ => (bytes.len() - text.len()) as u64,
        };
        let line_end = if memchr(b'\n', &text).is_some() { b'\n' } else { b'\r' };
        let has_controls = text.iter().any(|byte| is_control(*byte));
        let start = Position { byte: 0, line: 1, origin: mark };
        let mut table = Self {
            text,
            mark,
            encoding,
            delimiter: b',',
            line_end,
            has_controls,
            below_header: start,
            limits: options.limits.clone(),
        };
        table.delimiter = options.delimiter.unwrap_or_else(|| table.sniff_delimiter(start));
        let header = table.find_header(start, options.header_row)?;
        if header.width() == 1 && options.delimiter.is_none() {
            remarks.push(FileRemark::OneColumn);
        }
        Ok((header, table))
    }

    pub(super) fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The delimiter under which most of the first records have one number of fields, the header's among them.
    fn sniff_delimiter(&self, start: Position) -> u8 {
        let score = |delimiter: &u8| {
            let mut cursor = Cursor::new(self, *delimiter, start).believing_little();
            let mut widths = Vec::new();
            while let Some(cut) = cursor.next().filter(|_| widths.len() < LOOKED_AT) {
                widths.push(if cursor.sets_aside(&cut) { 0 } else { cursor.ends.len() });
            }
            let count_of = |width: usize| widths.iter().filter(|w| **w == width).count();
            let usual = widths.iter().copied().filter(|w| *w > 1).max_by_key(|w| (count_of(*w), *w));
            usual.map_or(0, |usual| {
                let share = count_of(usual) * 1000 / widths.len();
                let header_too = if widths.first() == Some(&usual) { 500 } else { 0 };
                share + header_too + usual.min(50)
            })
        };
        // The last of equals wins in `max_by_key`, so the likeliest delimiter comes last.
        DELIMITERS.iter().rev().copied().max_by_key(|delimiter| score(delimiter)).unwrap_or(b',')
    }

    fn find_header(&mut self, start: Position, asked: Option<u64>) -> Result<Header, TableError> {
        let mut cursor = Cursor::new(self, self.delimiter, start).believing_little();
        let mut rows = Vec::new();
        let mut places = Vec::new();
        while rows.len() < HEADER_WITHIN || asked.is_some() {
            let Some(cut) = cursor.next() else { break };
            if asked.is_some_and(|asked| cut.start.line < asked) {
                continue;
            }
            let aside = cursor.sets_aside(&cut);
            rows.push(if aside { Vec::new() } else { cursor.cells(&mut Vec::new()) });
            places.push((cut.start.line, cursor.position));
            if asked.is_some() {
                break;
            }
        }
        let idx = if asked.is_some() { (!rows.is_empty()).then_some(0) } else { header::find(&rows) };
        let idx = idx.ok_or(TableError::NoHeader { asked })?;
        if rows[idx].len() as u64 > self.limits.columns {
            return Err(TableError::TooManyColumns { limit: self.limits.columns });
        }
        self.below_header = places[idx].1;
        Ok(Header::new(&rows[idx], places[idx].0))
    }

    pub(super) fn rows(
        &self,
        header: &Header,
        take: &mut dyn FnMut(RowEvent) -> ControlFlow<()>,
    ) -> Result<(), TableError> {
        let expected = header.width();
        let mut cursor = Cursor::new(self, self.delimiter, self.below_header);
        // Records that failed the guard were scanned for nothing. Where that has cost as much as reading the file four
        // times, records of several lines are no longer believed, so that hostile files take linear time.
        let mut patience = self.text.len().saturating_mul(4).saturating_add(1 << 20);
        let mut row = 0;
        while let Some(cut) = cursor.next() {
            row += 1;
            if row > self.limits.rows {
                return Err(TableError::TooManyRows { limit: self.limits.rows });
            }
            let found = cursor.ends.len();
            let last_line = memchr2(b'\n', b'\r', &self.text[cut.end..]).is_none();
            let open = (cut.lines > 1 && (cut.odd_quotes || found != expected))
                || (cut.odd_quotes && (last_line || cursor.holds_line_end()))
                || (!cut.whole && cut.lines > 1);
            let event = if open {
                patience = patience.saturating_sub(cut.end - cut.start.byte);
                cursor.single_lines |= patience == 0;
                let line = cursor.back_to_second_line(&cut);
                self.bad(&cut, row, RowProblem::OpenQuote, vec![line])
            } else if !cut.whole {
                cursor.skip_line();
                self.bad(&cut, row, RowProblem::TooLong { limit: self.limits.record_bytes }, Vec::new())
            } else {
                let mut remarks = Vec::new();
                let cells = cursor.cells(&mut remarks);
                let limit = self.limits.cell_characters;
                let long = cells.iter().position(|c| c.len() as u64 > limit && c.chars().count() as u64 > limit);
                if found != expected {
                    self.bad(&cut, row, RowProblem::Fields { found, expected }, cells)
                } else if let Some(column) = long {
                    self.bad(&cut, row, RowProblem::CellTooLong { column: column as u16, limit }, cells)
                } else {
                    self.remark(&cut, &mut remarks);
                    let Position { line, origin, .. } = cut.start;
                    RowEvent::Row(RawRow { row, line, byte: origin, cells, kinds: Vec::new(), remarks })
                }
            };
            if take(event).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn bad(&self, cut: &Cut, row: u64, problem: RowProblem, cells: Vec<String>) -> RowEvent {
        RowEvent::Quarantined(BadRow { row, line: cut.start.line, byte: cut.start.origin, problem, cells })
    }

    fn remark(&self, cut: &Cut, remarks: &mut Vec<RowRemark>) {
        if cut.lines > 1 {
            remarks.push(RowRemark::Multiline { lines: cut.lines });
        } else if cut.odd_quotes {
            remarks.push(RowRemark::Quote);
        }
        if self.has_controls {
            let raw = &self.text[cut.start.byte..cut.end];
            if let Some(at) = raw.iter().position(|byte| is_control(*byte)) {
                let byte = cut.start.origin + self.origin_length(&raw[..at]);
                remarks.push(RowRemark::Control { byte });
            }
        }
    }

    /// How many bytes of the file as it came a piece of the parsed text was.
    fn origin_length(&self, text: &[u8]) -> u64 {
        match self.encoding {
            TextEncoding::Utf16(_) => String::from_utf8_lossy(text).encode_utf16().count() as u64 * 2,
            _ => text.len() as u64,
        }
    }
}

/// Control characters that no table needs. Line ends and tabs are not among them.
fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Walks over the records; after [`Cursor::next`] the fields of the last one lie in `out`, cut at `ends`.
struct Cursor<'t, 'b> {
    table: &'t Delimited<'b>,
    core: csv_core::Reader,
    position: Position,
    out: Vec<u8>,
    ends: Vec<usize>,
    single_lines: bool,
    record_bytes: u64,
}

impl<'t, 'b> Cursor<'t, 'b> {
    fn new(table: &'t Delimited<'b>, delimiter: u8, position: Position) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        let record_bytes = table.limits.record_bytes;
        Self { table, core, position, out: vec![0; 4096], ends: Vec::new(), single_lines: false, record_bytes }
    }

    fn believing_little(mut self) -> Self {
        self.record_bytes = self.record_bytes.min(BELIEVABLE.0);
        self
    }

    /// Before the header is known: sets the first line of an unbelievable record aside and goes to the next one.
    fn sets_aside(&mut self, cut: &Cut) -> bool {
        let aside = !cut.whole || cut.lines > BELIEVABLE.1 || (cut.lines > 1 && cut.odd_quotes);
        if aside {
            self.back_to_second_line(cut);
            self.skip_line();
        }
        aside
    }

    /// Cuts out the next record; blank lines are no records.
    fn next(&mut self) -> Option<Cut> {
        self.skip_line_ends();
        let text = &self.table.text[self.position.byte..];
        if text.is_empty() {
            return None;
        }
        let start = self.position;
        let mut window = text.len().min(self.record_bytes as usize);
        if self.single_lines {
            window = window.min(memchr(self.table.line_end, text).map_or(text.len(), |at| at + 1));
        }
        let (whole, length) = self.parse(&text[..window], window == text.len() || self.single_lines);
        let raw = &text[..length];
        let raw = &raw[..raw.len() - raw.iter().rev().take_while(|byte| matches!(**byte, b'\n' | b'\r')).count()];
        let lines = 1 + memchr_iter(self.table.line_end, raw).count() as u64;
        let odd_quotes = memchr_iter(b'"', raw).count() % 2 == 1;
        let cut = Cut { start, end: start.byte + raw.len(), lines, odd_quotes, whole };
        self.go_to(cut.end, start.line + lines - 1);
        Some(cut)
    }

    /// Parses one record of a window; returns whether it ended there, and how many bytes it took.
    fn parse(&mut self, window: &[u8], is_all: bool) -> (bool, usize) {
        self.core.reset();
        self.ends.clear();
        let (mut read, mut written) = (0, 0);
        let mut ends = [0; 256];
        loop {
            let (result, n_read, n_written, n_ends) =
                self.core.read_record(&window[read..], &mut self.out[written..], &mut ends);
            read += n_read;
            written += n_written;
            self.ends.extend_from_slice(&ends[..n_ends]);
            match result {
                ReadRecordResult::Record => return (true, read),
                ReadRecordResult::End => return (true, read),
                ReadRecordResult::InputEmpty if !is_all => return (false, read),
                // The next call gets no input, by which the parser knows that the file ends.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.out.resize(self.out.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => {}
            }
        }
    }

    /// Whether the last field ends with a line end, which it does only inside quotes.
    fn holds_line_end(&self) -> bool {
        let written = self.ends.last().copied().unwrap_or(0);
        matches!(self.out[..written].last(), Some(b'\n' | b'\r'))
    }

    /// The fields of the last record.
    fn cells(&self, remarks: &mut Vec<RowRemark>) -> Vec<String> {
        let encoding = self.table.encoding;
        let (mut start, mut by_guess) = (0, false);
        let mut cells = Vec::with_capacity(self.ends.len());
        for end in &self.ends {
            let mut cell = String::with_capacity(end - start);
            by_guess |= push_field(&self.out[start..*end], encoding, &mut cell);
            if self.table.has_controls && cell.contains('\0') {
                cell = cell.replace('\0', "␀");
            }
            cells.push(cell);
            start = *end;
        }
        if by_guess {
            match encoding {
                TextEncoding::Mixed(guess) => remarks.push(RowRemark::LegacyLine { encoding: guess.name() }),
                TextEncoding::Utf8 => remarks.push(RowRemark::LegacyLine { encoding: "windows-1252" }),
                _ => {}
            }
        }
        cells
    }

    /// Goes back to the second line of a record and returns the words of its first one.
    fn back_to_second_line(&mut self, cut: &Cut) -> String {
        let text = &self.table.text[cut.start.byte..cut.end];
        let length = memchr(self.table.line_end, text).unwrap_or(text.len());
        self.position = cut.start;
        self.go_to(cut.start.byte + length, cut.start.line);
        let mut words = String::new();
        push_field(text[..length].trim_ascii_end(), self.table.encoding, &mut words);
        words
    }

    /// Goes to the end of a line that is too long to be a record.
    fn skip_line(&mut self) {
        let from = self.position.byte;
        let text = &self.table.text[from..];
        let length = memchr(self.table.line_end, text).unwrap_or(text.len());
        self.go_to(from + length, self.position.line);
    }

    fn skip_line_ends(&mut self) {
        let text = &self.table.text[self.position.byte..];
        let length = text.iter().take_while(|byte| matches!(**byte, b'\n' | b'\r')).count();
        let lines = memchr_iter(self.table.line_end, &text[..length]).count() as u64;
        self.go_to(self.position.byte + length, self.position.line + lines);
    }

    fn go_to(&mut self, byte: usize, line: u64) {
        let origin = match self.table.encoding {
            TextEncoding::Utf16(_) => {
                self.position.origin + self.table.origin_length(&self.table.text[self.position.byte..byte])
            }
            _ => byte as u64 + self.table.mark,
        };
        self.position = Position { byte, line, origin };
    }
}

#[cfg(test)]
mod tests;
