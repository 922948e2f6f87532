//! Reads a table and prints how many rows it has and how long that took: for measuring.
//!
//! `cargo run --release --example read_rows -- FILE`; workbooks are parsed by the same program as its own worker.

use habeas_intake::{
    table::{OpenOptions, RowEvent, Table},
    worker::{WorkerProgram, serve},
};
use std::{io::Write, ops::ControlFlow, process::ExitCode, time::Instant};

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else { return ExitCode::from(2) };
    if path == "parse-worker" {
        return serve(std::io::stdin().lock(), std::io::stdout().lock());
    }
    let worker =
        std::env::current_exe().ok().map(|program| WorkerProgram { program, args: vec!["parse-worker".into()] });
    let started = Instant::now();
    let (mut n_rows, mut n_bad, mut n_remarks) = (0_u64, 0_u64, 0_u64);
    let outcome = std::fs::read(&path).map(|bytes| {
        let table = Table::open(&bytes, &path, &OpenOptions { worker, ..OpenOptions::default() })?;
        table.rows(|event| {
            match event {
                RowEvent::Row(row) => (n_rows, n_remarks) = (n_rows + 1, n_remarks + row.remarks.len() as u64),
                RowEvent::Quarantined(_) => n_bad += 1,
            }
            ControlFlow::Continue(())
        })?;
        Ok::<_, habeas_intake::table::TableError>((table.header().width(), table.encoding().map(|e| e.name())))
    });
    let line = format!("{outcome:?}: {n_rows} rows, {n_bad} set aside, {n_remarks} remarks, {:?}\n", started.elapsed());
    let _ = std::io::stdout().write_all(line.as_bytes());
    ExitCode::SUCCESS
}
