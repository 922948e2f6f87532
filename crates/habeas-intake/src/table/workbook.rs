//! Workbooks: rows of a sheet, as the parse worker sends them.

use super::{
    BadRow, CellKind, FileRemark, Header, Kind, OpenOptions, RawRow, RowEvent, RowProblem, RowRemark, TableError,
    header,
};
use crate::{
    limits::Limits,
    worker::{
        WorkerProgram,
        frames::{Format, Meta, Request, WireCell, WireKind, WireRow},
        parent::Answer,
        run,
    },
};
use std::ops::ControlFlow;

/// Rows of a sheet that are looked at to find its header and its width.
const LOOKED_AT: u64 = 200;
/// Rows among which the header is looked for.
const HEADER_WITHIN: usize = 20;
/// Empty columns that may stand inside a table. A cell further to the right is a stray one, so that one cell in the last
/// column of the sheet does not make 16 384 columns.
const GAP: u16 = 16;

/// A workbook whose sheet and header are known.
#[derive(Debug)]
pub(super) struct Workbook<'b> {
    bytes: &'b [u8],
    worker: WorkerProgram,
    request: Request,
    meta: Meta,
    limits: Limits,
}

impl<'b> Workbook<'b> {
    pub(super) fn open(
        bytes: &'b [u8],
        kind: Kind,
        options: &OpenOptions,
        remarks: &mut Vec<FileRemark>,
    ) -> Result<(Header, Self), TableError> {
        let worker = options.worker.clone().ok_or(TableError::NoWorker)?;
        let format = Format::of(kind).ok_or(TableError::NoTable { found: kind, promised: None })?;
        // The header that was asked for may stand below the rows that are looked at.
        let first_rows = Some(LOOKED_AT + options.header_row.unwrap_or(0));
        let limits = options.limits.clone();
        let mut request =
            Request { format, sheet: options.sheet.clone(), first_rows, draw: None, limits: limits.clone() };
        let mut opened = None;
        let mut rows = Vec::new();
        run(&worker, &request, bytes, &mut |answer| {
            match answer {
                Answer::Opened { missing, meta } => opened = Some((missing, meta)),
                Answer::Row(row) => rows.push(row),
            }
            ControlFlow::Continue(())
        })?;
        let (missing, meta) = opened.ok_or(TableError::NoHeader { asked: options.header_row })?;
        remark(kind, &meta, &missing, &rows, options, remarks);
        let header = find_header(&rows, options.header_row)?;
        if header.width() as u64 > limits.columns {
            return Err(TableError::TooManyColumns { limit: limits.columns });
        }
        request.first_rows = None;
        request.sheet = Some(meta.sheet.clone());
        Ok((header, Self { bytes, worker, request, meta, limits }))
    }

    pub(super) fn sheet(&self) -> &str {
        &self.meta.sheet
    }

    pub(super) fn sheets(&self) -> &[String] {
        &self.meta.sheets
    }

    pub(super) fn rows(
        &self,
        header: &Header,
        take: &mut dyn FnMut(RowEvent) -> ControlFlow<()>,
    ) -> Result<(), TableError> {
        let mut n_rows = 0;
        run(&self.worker, &self.request, self.bytes, &mut |answer| match answer {
            Answer::Row(row) if u64::from(row.row) > header.line() => {
                n_rows += 1;
                take(self.event(row, n_rows, header.width()))
            }
            _ => ControlFlow::Continue(()),
        })
    }

    fn event(&self, wire: WireRow, row: u64, width: usize) -> RowEvent {
        let line = u64::from(wire.row);
        let bad = |problem, cells| RowEvent::Quarantined(BadRow { row, line, byte: 0, problem, cells });
        let words = |cells: Vec<WireCell>| cells.into_iter().map(|cell| cell.1).collect();
        if let Some(far) = wire.cells.last().filter(|cell| usize::from(cell.0) >= width) {
            let columns = u32::from(far.0) - width as u32 + 1;
            return bad(RowProblem::BeyondHeader { columns }, words(wire.cells));
        }
        if let Some(long) = wire.cells.iter().find(|cell| cell.2 == WireKind::TooLong) {
            let problem = RowProblem::CellTooLong { column: long.0, limit: self.limits.cell_characters };
            return bad(problem, words(wire.cells));
        }
        let mut cells = vec![String::new(); width];
        let mut kinds = Vec::new();
        let mut remarks = Vec::new();
        for WireCell(column, words, wire_kind) in wire.cells {
            let kind = self.kind(wire_kind);
            match kind {
                CellKind::FormulaOnly => remarks.push(RowRemark::FormulaOnly { column }),
                CellKind::Error => remarks.push(RowRemark::ErrorValue { column }),
                CellKind::Number(number) if number.fract() == 0.0 && number.abs() >= 1e15 => {
                    remarks.push(RowRemark::LostDigits { column });
                }
                _ => {}
            }
            if kind != CellKind::Text {
                kinds.resize(width, CellKind::Text);
                kinds[usize::from(column)] = kind;
            }
            cells[usize::from(column)] = words;
        }
        RowEvent::Row(RawRow { row, line, byte: 0, cells, kinds, remarks })
    }

    fn kind(&self, kind: WireKind) -> CellKind {
        match kind {
            WireKind::Text | WireKind::Result | WireKind::TooLong => CellKind::Text,
            WireKind::Number(number) => CellKind::Number(number),
            WireKind::Date(serial) => CellKind::Date { serial, from_1904: self.meta.from_1904 },
            WireKind::Bool(value) => CellKind::Bool(value),
            WireKind::Error => CellKind::Error,
            WireKind::FormulaOnly => CellKind::FormulaOnly,
        }
    }
}

fn remark(
    kind: Kind,
    meta: &Meta,
    missing: &[String],
    rows: &[WireRow],
    options: &OpenOptions,
    remarks: &mut Vec<FileRemark>,
) {
    if !missing.is_empty() {
        remarks.push(FileRemark::Unconfined { missing: missing.join(", ") });
    }
    if meta.active {
        remarks.push(FileRemark::Active);
    }
    if meta.from_1904 {
        remarks.push(FileRemark::Epoch1904);
    }
    if meta.merged > 0 {
        remarks.push(FileRemark::Merged { ranges: meta.merged });
    }
    if meta.sheets.len() > 1 && options.sheet.is_none() {
        remarks.push(FileRemark::OtherSheets { sheets: meta.sheets.len() - 1 });
    }
    if kind != Kind::Xlsx {
        remarks.push(FileRemark::Lossy { kind });
    }
    let formulas = |cell: &WireCell| matches!(cell.2, WireKind::Result | WireKind::FormulaOnly);
    if rows.iter().flat_map(|row| &row.cells).any(formulas) {
        remarks.push(FileRemark::Formulas);
    }
}

fn find_header(rows: &[WireRow], asked: Option<u64>) -> Result<Header, TableError> {
    let no_header = TableError::NoHeader { asked };
    let last = last_column(rows).ok_or(no_header.clone())?;
    let dense = |row: &WireRow| {
        let mut cells = vec![String::new(); usize::from(last) + 1];
        for cell in &row.cells {
            if let Some(place) = cells.get_mut(usize::from(cell.0)) {
                place.clone_from(&cell.1);
            }
        }
        cells
    };
    let idx = match asked {
        Some(asked) => rows.iter().position(|row| u64::from(row.row) == asked),
        None => header::find(&rows.iter().take(HEADER_WITHIN).map(dense).collect::<Vec<_>>()),
    };
    let idx = idx.ok_or(no_header.clone())?;
    // Notes above the header may be wider than the table.
    let last = last_column(&rows[idx..]).ok_or(no_header)?;
    let mut cells = dense(&rows[idx]);
    cells.truncate(usize::from(last) + 1);
    Ok(Header::new(&cells, u64::from(rows[idx].row)))
}

/// The last column of the table: from the first one on, as long as no gap is wider than [`GAP`].
fn last_column(rows: &[WireRow]) -> Option<u16> {
    let mut columns: Vec<u16> = rows.iter().flat_map(|row| &row.cells).map(|cell| cell.0).collect();
    columns.sort_unstable();
    columns.dedup();
    let first = *columns.first()?;
    let within = columns.windows(2).take_while(|pair| pair[1] - pair[0] <= GAP).map(|pair| pair[1]);
    Some(within.last().unwrap_or(first))
}
