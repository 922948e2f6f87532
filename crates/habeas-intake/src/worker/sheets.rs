//! Reads one sheet of a workbook, inside the worker: sparse, in the order of the file, never as a dense range where the
//! format allows.

use super::{
    drawing,
    frames::{Format, Meta, Refusal, Reply, Request, WireCell, WireKind, WireRow},
    pages,
    zip_guard::guard,
};
use crate::{limits::Limits, table::DamagedPart};
use calamine::{
    CellErrorType, Data, DataRef, ExcelDateTime, Ods, OdsError, Reader, Xls, XlsError, Xlsb, XlsbError, Xlsx,
    XlsxError, XlsxFormulaMetadata,
};
use std::io::Cursor;

/// How much a frame of rows gathers before it is sent, in bytes of words.
const FRAME_WORDS: usize = 128 << 10;
/// Most words of one row, in bytes: what does not fit a frame is no list.
const ROW_WORDS: usize = 8 << 20;

/// Why the reading ended before its end.
pub(super) enum Halt {
    Refused(Refusal),
    /// The parent hung up.
    Closed,
    /// As many rows as were asked for.
    Enough,
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

pub(super) type Send<'s> = dyn FnMut(Reply) -> Result<(), Halt> + 's;

/// Reads the workbook and sends all frames but the first and the last; returns the numbers of rows and cells.
pub(super) fn read(request: &Request, bytes: &[u8], send: &mut Send<'_>) -> Result<(u64, u64), Halt> {
    let active = request.format.is_zip() && guard(bytes, &request.limits)?.active;
    if let Some(page) = request.draw {
        return drawing::read(request, page, bytes, send).map(|()| (0, 0));
    }
    let mut sink = Sink::new(request, send);
    let end = match request.format {
        Format::Xlsx => xlsx(bytes, request, active, &mut sink),
        Format::Xlsb => xlsb(bytes, request, active, &mut sink),
        Format::Xls => xls(bytes, request, active, &mut sink),
        Format::Ods => ods(bytes, request, active, &mut sink),
        _ => return pages::read(request, bytes, active, sink.send).map(|()| (0, 0)),
    };
    match end {
        Ok(()) | Err(Halt::Enough) => sink.finish(),
        Err(halt) => Err(halt),
    }
}

fn damaged(part: DamagedPart) -> Halt {
    Halt::Refused(Refusal::Damaged(part))
}

/// The sheets to try: the named one, else all until one has cells.
fn candidates(names: &[String], request: &Request) -> Result<Vec<String>, Halt> {
    match &request.sheet {
        Some(wanted) if names.contains(wanted) => Ok(vec![wanted.clone()]),
        Some(_) => Err(Refusal::NoSheet { sheets: names.len() }.into()),
        None => Ok(names.to_vec()),
    }
}

fn xlsx(bytes: &[u8], request: &Request, active: bool, sink: &mut Sink<'_, '_>) -> Result<(), Halt> {
    let mut book: Xlsx<_> = Reader::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::Password => Refusal::Locked.into(),
        _ => damaged(DamagedPart::Workbook),
    })?;
    let from_1904 = book.has_1904_epoch();
    let sheets = book.sheet_names();
    for sheet in candidates(&sheets, request)? {
        let merged = book.merge_cells_by_sheet_name(&sheet).map_or(0, |ranges| ranges.len() as u64);
        // A sheet of charts is no worksheet; with no name asked for, the next one is tried.
        let Ok(mut cells) = book.worksheet_cells_reader(&sheet) else { continue };
        sink.meta = Some(Meta { sheets: sheets.clone(), sheet, from_1904, merged, active });
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|_| damaged(DamagedPart::Sheet))? {
            let (row, column) = cell.pos;
            sink.cell(row, column, words_of(&cell.value), cell.formula.as_ref().map(formula_text))?;
        }
        if sink.has_cells() {
            return Ok(());
        }
    }
    Ok(())
}

fn xlsb(bytes: &[u8], request: &Request, active: bool, sink: &mut Sink<'_, '_>) -> Result<(), Halt> {
    let mut book: Xlsb<_> = Reader::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsbError::Password => Refusal::Locked.into(),
        _ => damaged(DamagedPart::Workbook),
    })?;
    let from_1904 = book.has_1904_epoch();
    let sheets = book.sheet_names();
    for sheet in candidates(&sheets, request)? {
        let Ok(mut cells) = book.worksheet_cells_reader(&sheet) else { continue };
        sink.meta = Some(Meta { sheets: sheets.clone(), sheet, from_1904, merged: 0, active });
        while let Some(cell) = cells.next_cell().map_err(|_| damaged(DamagedPart::Sheet))? {
            let (row, column) = cell.get_position();
            sink.cell(row, column, words_of(cell.get_value()), None)?;
        }
        if sink.has_cells() {
            return Ok(());
        }
    }
    Ok(())
}

fn xls(bytes: &[u8], request: &Request, active: bool, sink: &mut Sink<'_, '_>) -> Result<(), Halt> {
    let mut book: Xls<_> = Reader::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => Refusal::Locked.into(),
        _ => damaged(DamagedPart::Workbook),
    })?;
    let from_1904 = book.has_1904_epoch();
    dense(&mut book, request, Meta { sheets: Vec::new(), sheet: String::new(), from_1904, merged: 0, active }, sink)
}

fn ods(bytes: &[u8], request: &Request, active: bool, sink: &mut Sink<'_, '_>) -> Result<(), Halt> {
    let mut book: Ods<_> = Reader::new(Cursor::new(bytes)).map_err(|error| match error {
        OdsError::Password => Refusal::Locked.into(),
        OdsError::CellLimitExceeded { .. } => Refusal::Cells { limit: request.limits.cells }.into(),
        _ => damaged(DamagedPart::Workbook),
    })?;
    let meta = Meta { sheets: Vec::new(), sheet: String::new(), from_1904: false, merged: 0, active };
    dense(&mut book, request, meta, sink)
}

/// Formats without a streaming reader: the library makes a dense range, bounded by the worker's memory.
fn dense<'b, R>(book: &mut R, request: &Request, meta: Meta, sink: &mut Sink<'_, '_>) -> Result<(), Halt>
where
    R: Reader<Cursor<&'b [u8]>>,
{
    let sheets = book.sheet_names();
    for sheet in candidates(&sheets, request)? {
        let range = book.worksheet_range(&sheet).map_err(|_| damaged(DamagedPart::Sheet))?;
        sink.meta = Some(Meta { sheets: sheets.clone(), sheet, ..meta.clone() });
        let (row_0, column_0) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            sink.cell(row_0 + row as u32, column_0 + column as u32, words_of(&borrowed(value)), None)?;
        }
        if sink.has_cells() {
            return Ok(());
        }
    }
    Ok(())
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(n) => DataRef::Int(*n),
        Data::Float(n) => DataRef::Float(*n),
        Data::String(words) => DataRef::SharedString(words),
        Data::Bool(value) => DataRef::Bool(*value),
        Data::DateTime(value) => DataRef::DateTime(*value),
        Data::DateTimeIso(words) | Data::DurationIso(words) => DataRef::SharedString(words),
        Data::Error(value) => DataRef::Error(value.clone()),
        Data::Empty => DataRef::Empty,
    }
}

fn formula_text(formula: &XlsxFormulaMetadata) -> &str {
    match formula {
        XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => formula,
        // Only its first cell holds the text of a shared formula.
        _ => "",
    }
}

/// The words of a cell as the workbook shows them, in one fixed form: numbers at full precision without exponent, dates
/// as ISO 8601.
fn words_of(value: &DataRef<'_>) -> Option<(String, WireKind)> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::Int(n) => (n.to_string(), WireKind::Number(*n as f64)),
        DataRef::Float(n) => (n.to_string(), WireKind::Number(*n)),
        DataRef::String(words) => (words.clone(), WireKind::Text),
        DataRef::SharedString(words) => ((*words).to_owned(), WireKind::Text),
        DataRef::Bool(value) => (value.to_string(), WireKind::Bool(*value)),
        DataRef::DateTime(moment) if moment.is_datetime() => (iso(moment), WireKind::Date(moment.as_f64())),
        DataRef::DateTime(length) => (length.as_f64().to_string(), WireKind::Number(length.as_f64())),
        DataRef::DateTimeIso(words) | DataRef::DurationIso(words) => (words.clone(), WireKind::Text),
        // «Not available» is how programs write a value that is not there; the other errors are accidents.
        DataRef::Error(CellErrorType::NA) => ("#N/A".to_owned(), WireKind::Text),
        DataRef::Error(error) => (error.to_string(), WireKind::Error),
    })
}

fn iso(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time =
        if (hour, minute, second) == (0, 0, 0) { String::new() } else { format!(" {hour:02}:{minute:02}:{second:02}") };
    format!("{year:04}-{month:02}-{day:02}{time}")
}

/// Gathers cells to rows and rows to frames, and counts.
struct Sink<'s, 'f> {
    send: &'s mut Send<'f>,
    limits: &'s Limits,
    first_rows: u64,
    meta: Option<Meta>,
    row: u32,
    cells: Vec<WireCell>,
    row_words: usize,
    frame: Vec<WireRow>,
    frame_words: usize,
    n_rows: u64,
    n_cells: u64,
}

impl<'s, 'f> Sink<'s, 'f> {
    fn new(request: &'s Request, send: &'s mut Send<'f>) -> Self {
        Self {
            send,
            limits: &request.limits,
            first_rows: request.first_rows.unwrap_or(u64::MAX),
            meta: None,
            row: 0,
            cells: Vec::new(),
            row_words: 0,
            frame: Vec::new(),
            frame_words: 0,
            n_rows: 0,
            n_cells: 0,
        }
    }

    fn has_cells(&self) -> bool {
        self.n_cells > 0
    }

    fn cell(
        &mut self,
        row: u32,
        column: u32,
        value: Option<(String, WireKind)>,
        formula: Option<&str>,
    ) -> Result<(), Halt> {
        let (words, kind) = match (value, formula) {
            (None, None) => return Ok(()),
            (None, Some(formula)) => (format!("={formula}"), WireKind::FormulaOnly),
            (Some((words, WireKind::Text)), Some(_)) => (words, WireKind::Result),
            (Some((words, _)), None) if words.is_empty() => return Ok(()),
            (Some(value), _) => value,
        };
        let row = row.checked_add(1).ok_or_else(|| damaged(DamagedPart::Sheet))?;
        if row != self.row {
            self.end_row()?;
            // Rows go up: a sheet that goes back would let one row come twice.
            if row < self.row {
                return Err(damaged(DamagedPart::Sheet));
            }
            self.row = row;
        }
        self.n_cells += 1;
        if self.n_cells > self.limits.cells {
            return Err(Refusal::Cells { limit: self.limits.cells }.into());
        }
        let limit = self.limits.cell_characters;
        let too_long = words.len() as u64 > limit && words.chars().count() as u64 > limit;
        let (words, kind) = if too_long { (String::new(), WireKind::TooLong) } else { (words, kind) };
        let column = u16::try_from(column).map_err(|_| damaged(DamagedPart::Sheet))?;
        self.row_words += words.len() + 16;
        if self.row_words > ROW_WORDS {
            return Err(Refusal::Cells { limit: self.limits.cells }.into());
        }
        self.cells.push(WireCell(column, words, kind));
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Halt> {
        if self.cells.is_empty() {
            return Ok(());
        }
        self.cells.sort_by_key(|cell| cell.0);
        if self.cells.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(damaged(DamagedPart::Sheet));
        }
        self.n_rows += 1;
        if self.n_rows > self.limits.rows {
            return Err(Refusal::Rows { limit: self.limits.rows }.into());
        }
        self.frame.push(WireRow { row: self.row, cells: std::mem::take(&mut self.cells) });
        self.frame_words += std::mem::take(&mut self.row_words);
        if self.frame_words > FRAME_WORDS {
            self.end_frame()?;
        }
        if self.n_rows >= self.first_rows { Err(Halt::Enough) } else { Ok(()) }
    }

    fn end_frame(&mut self) -> Result<(), Halt> {
        if let Some(meta) = self.meta.take() {
            (self.send)(Reply::Meta(meta))?;
        }
        self.frame_words = 0;
        let rows = std::mem::take(&mut self.frame);
        if rows.is_empty() { Ok(()) } else { (self.send)(Reply::Rows(rows)) }
    }

    fn finish(&mut self) -> Result<(u64, u64), Halt> {
        match self.end_row() {
            Ok(()) | Err(Halt::Enough) => {}
            Err(halt) => return Err(halt),
        }
        self.end_frame()?;
        Ok((self.n_rows, self.n_cells))
    }
}
