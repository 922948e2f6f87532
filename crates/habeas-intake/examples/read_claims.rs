//! Measures how fast rows become claims: `cargo run --release -p habeas-intake --example read_claims FILE`.
//!
//! Columns are mapped as proposed. Times are of one core and leave out reading the file.

use habeas_intake::{
    mapping::guess,
    read::{ImportReport, InputRow, Reader},
    table::{OpenOptions, RowEvent, Table},
};
use std::{error::Error, io::Write, ops::ControlFlow, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let bytes = std::fs::read(&path)?;
    let table = Table::open(&bytes, &path, &OpenOptions::default())?;
    let mut out = std::io::stdout();

    let start = Instant::now();
    let guess = guess(table.header().names(), &table.sample(2000)?, &path);
    writeln!(
        out,
        "mapping of {} columns proposed in {:.3} s",
        guess.mapping.columns.len(),
        start.elapsed().as_secs_f64()
    )?;

    let mut rows = Vec::new();
    table.rows(|event| {
        if let RowEvent::Row(row) = event {
            rows.push(InputRow { row: row.row, line: row.line, byte: row.byte, cells: row.cells, hints: Vec::new() });
        }
        ControlFlow::Continue(())
    })?;
    let mut reader = Reader::new(table.header().names(), guess.mapping)?;
    let mut report = ImportReport::default();
    let (n, start) = (rows.len(), Instant::now());
    for row in rows {
        report.add(&reader.row(row));
    }
    let seconds = start.elapsed().as_secs_f64();
    writeln!(out, "{n} rows to claims in {seconds:.3} s: {:.0} rows a second", n as f64 / seconds)?;
    writeln!(
        out,
        "accepted {}, with remarks {}, set aside {}",
        report.accepted, report.with_remarks, report.quarantined
    )?;
    Ok(())
}
