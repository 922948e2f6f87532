//! A public list of fifty thousand records, where it is at hand: the engine returns what memory returns. Nothing is shown of it
//! but numbers.

use super::*;
use habeas_intake::{
    mapping::{Field, guess},
    read::{InputRow, Reader, RowOutcome},
    table::{OpenOptions, RowEvent, Table as InputTable},
};
use habeas_link::plan;
use std::{io::Write, ops::ControlFlow};

const NAME: &str = "historical_figures_with_errors_50k.csv";

/// The list as the linkage compares it, read by a guessed mapping without the column of the truth.
fn real_list() -> Option<Arc<Table>> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/historical50k")).join(NAME);
    let Ok(bytes) = fs::read(&path) else {
        let line = format!("skipped: {NAME} is not at hand\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return None;
    };
    let input = InputTable::open(&bytes, NAME, &OpenOptions::default()).unwrap();
    let header = input.header().names().to_vec();
    let mut mapping = guess(&header, &input.sample(2_000).unwrap(), NAME).mapping;
    mapping
        .columns
        .iter_mut()
        .filter(|column| column.header == "cluster")
        .for_each(|column| column.field = Field::Ignore);
    let mut reader = Reader::new(&header, mapping).unwrap();
    let mut builder = TableBuilder::new(vec![ListInfo { key: NAME.to_owned(), names_once: false, is_list: true }]);
    let rows = input.rows(|event| {
        if let RowEvent::Row(row) = event {
            let hints = vec![habeas_intake::read::CellHint::None; row.cells.len()];
            let row = InputRow { row: row.row, line: row.line, byte: row.byte, cells: row.cells, hints };
            if let RowOutcome::Accepted(draft) = reader.row(row) {
                builder.push(0, &header, &draft.cells, &draft.claims);
            }
        }
        ControlFlow::Continue(())
    });
    rows.unwrap();
    Some(Arc::new(builder.finish()))
}

#[test]
fn fifty_thousand_real_records_give_the_pairs_of_the_engine_in_memory() {
    let Some(table) = real_list() else { return };
    assert!(table.n_records() > 50_000);
    let options = LinkOptions { threads: threads(2), ..LinkOptions::default() };
    let model = plan(&table, &Constraints::default(), &options, &Watch::none()).unwrap().model;
    let memory = MemoryEngine::new(&table, &model, threads(2));
    let expected = memory.pairs_above(&model, options.floor, &Watch::none()).unwrap();
    assert!(expected.n_candidates > 500_000 && expected.pairs.len() > 50_000);
    let engine = open(&table, &model, EngineOptions { memory: Some(100_000_000), ..EngineOptions::default() });
    same(&expected, &engine.pairs_above(&model, options.floor, &Watch::none()).unwrap());
}
