//! Real lists, where they are at hand: their columns are understood unedited and their dates are read.
//!
//! Only fields and counts are looked at, never words.

use habeas_core::Value;
use habeas_intake::{
    mapping::{Guess, Mapping, guess},
    read::{CellHint, ImportReport, InputRow, Reader, RowOutcome},
    table::{CellKind, OpenOptions, RawRow, RowEvent, Table},
};
use std::{collections::BTreeMap, io::Write, ops::ControlFlow, path::PathBuf};

fn bytes_of(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        let line = format!("skipped: {name} is not at hand\n");
        std::io::stderr().write_all(line.as_bytes()).expect("standard error takes a line");
    }
    bytes
}

fn guess_of(table: &Table<'_>, name: &str) -> Guess {
    guess(table.header().names(), &table.sample(2000).expect("the list is a sound table"), name)
}

fn fields(guess: &Guess) -> BTreeMap<String, String> {
    let columns = guess.mapping.columns.iter().map(|column| {
        let part = column.field.event_part();
        let event = part.map(|part| format!(" {}", part.event.code())).unwrap_or_default();
        (column.header.clone(), format!("{}{event}", column.field.code()))
    });
    columns.collect()
}

/// Checks some columns of the proposal, and that it reads every row of the list.
fn check(name: &str, expected: &[(&str, &str)], rows: u64) -> Option<(ImportReport, BTreeMap<String, [u64; 2]>)> {
    let bytes = bytes_of(name)?;
    let table = Table::open(&bytes, name, &OpenOptions::default()).expect("the list is a table");
    let guess = guess_of(&table, name);
    let fields = fields(&guess);
    for (header, field) in expected {
        assert_eq!(fields.get(*header).map(String::as_str), Some(*field), "{name}: {header}");
    }
    assert_eq!(Mapping::parse(&guess.to_toml()).as_ref(), Ok(&guess.mapping), "{name}");
    let mut reader = Reader::new(table.header().names(), guess.mapping).expect("the proposal fits its own list");
    let mut report = ImportReport::default();
    let mut read: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    table
        .rows(|event| {
            let RowEvent::Row(row) = event else { panic!("{name}: a row that no table has") };
            let outcome = reader.row(input(row));
            if let RowOutcome::Accepted(draft) = &outcome {
                for claim in &draft.claims {
                    let counts = read.entry(claim.predicate.code()).or_default();
                    counts[usize::from(claim.value == Value::Words)] += 1;
                    assert!(claim.passage.spans().all(|span| span.of(&draft.cells).is_some()));
                }
            }
            report.add(&outcome);
            ControlFlow::Continue(())
        })
        .expect("the list is a sound table");
    assert_eq!(report.rows(), rows, "{name}");
    assert_eq!(report.accepted, rows, "{name}: {:?}", report.codes);
    Some((report, read))
}

fn input(row: RawRow) -> InputRow {
    let hints = row.kinds.iter().map(|kind| match *kind {
        CellKind::Text => CellHint::None,
        CellKind::Number(number) => CellHint::Number(number),
        CellKind::Date { serial, from_1904 } => CellHint::Serial { days: serial, from_1904 },
        CellKind::Bool(value) => CellHint::Bool(value),
        CellKind::Error => CellHint::Error,
        CellKind::FormulaOnly => CellHint::Formula,
    });
    InputRow { row: row.row, line: row.line, byte: row.byte, hints: hints.collect(), cells: row.cells }
}

/// Share of the words of a kind that got a value.
fn share_read(read: &BTreeMap<String, [u64; 2]>, predicate: &str) -> f64 {
    let [values, words] = read.get(predicate).copied().unwrap_or_default();
    values as f64 / (values + words).max(1) as f64
}

const REGISTER: &[(&str, &str)] = &[
    ("anio_denuncia", "event.date reported"),
    ("tipificacion_ruvte", "event"),
    ("id_unico_ruvte", "list-id"),
    ("apellido_paterno_nombres", "name"),
    ("apellido_materno", "name.mother-family"),
    ("apellido_casada", "name.married"),
    ("edad_al_momento_del_hecho", "age"),
    ("documentos", "identity-document"),
    ("anio_nacimiento", "birth.year"),
    ("provincia_nacimiento", "birth.place"),
    ("pais_nacimiento", "birth.place"),
    ("nacionalidad", "nationality"),
    ("embarazo", "other"),
    ("fecha_lugar_detencion_secuestro", "event.date-place taken"),
    ("fotografia", "ignore"),
    ("provincia_nacimiento_indec_id", "ignore"),
    ("pais_nacimiento_indec_id", "ignore"),
];

#[test]
fn a_register_with_date_and_place_in_one_cell_is_understood_and_its_dates_are_read() {
    let mut expected = REGISTER.to_vec();
    expected.push(("fecha_lugar_asesinato_o_hallazgo_de_restos", "event.date-place killed"));
    let Some((_, read)) = check("argentina/victimas-accionar-represivo-ilegal.csv", &expected, 8753) else { return };
    for predicate in ["event-date.taken", "event-date.killed", "birth-date"] {
        assert!(share_read(&read, predicate) >= 0.99, "{predicate}: {read:?}");
    }
    assert!(read["event-date.taken"][0] >= 7600, "{read:?}");
    assert!(read["event-place.taken"][0] >= 7500, "{read:?}");
}

#[test]
fn the_register_without_complaints_is_understood_alike() {
    let file = "argentina/victimas-accionar-represivo-ilegal-sin-denuncia-formal.csv";
    let Some((_, read)) = check(file, REGISTER, 784) else { return };
    assert!(share_read(&read, "event-date.taken") >= 0.99, "{read:?}");
}

#[test]
fn a_register_with_names_family_first_and_days_of_birth_is_understood() {
    let expected = [
        ("id", "list-id"),
        ("link", "ignore"),
        ("nombre", "name"),
        ("edad", "age"),
        ("embarazada", "other"),
        ("estado", "event"),
        ("ano_en_monumento", "other"),
        ("domicilios", "residence"),
        ("estado_civil", "other"),
        ("fecha_de_nacimiento", "birth.date"),
        ("fecha_de_secuestro", "event.date taken"),
        ("lugar_de_nacimiento", "birth.place"),
        ("lugar_de_secuestro", "event.place taken"),
        ("nacionalidad", "nationality"),
        ("ocupaciones", "occupation"),
        ("sexo", "sex"),
        ("victimas_simultaneas", "text"),
        ("foto", "ignore"),
        ("apodos", "name.alias"),
        ("victimas_relacionadas", "text"),
        ("fecha_de_asesinado", "event.date killed"),
        ("lugar_de_asesinato", "event.place killed"),
        ("observaciones", "text"),
    ];
    let Some((_, read)) = check("argentina/parque.csv", &expected, 8751) else { return };
    for predicate in ["event-date.taken", "event-date.killed", "birth-date", "sex", "age"] {
        assert!(share_read(&read, predicate) >= 0.99, "{predicate}: {read:?}");
    }
}

#[test]
fn a_data_set_with_six_places_and_their_coordinates_is_understood() {
    let expected = [
        ("individual_id", "list-id"),
        ("group_id", "other"),
        ("start_date_daily", "event.date taken"),
        ("start_date_monthly", "event.date taken"),
        ("end_date_daily", "other"),
        ("last_name", "name.family"),
        ("first_name", "name.given"),
        ("age", "age"),
        ("male", "sex"),
        ("occupation", "occupation"),
        ("occupation_detail", "occupation"),
        ("violence", "event"),
        ("perpetrator_affiliation", "event.alleged-perpetrator taken"),
        ("nationality", "nationality"),
        ("place_1", "other"),
        ("place_2", "other"),
        ("place_6", "other"),
        ("location_1", "event.place taken"),
        ("latitude_1", "event.latitude taken"),
        ("longitude_1", "event.longitude taken"),
        ("location_6", "event.place taken"),
        ("exact_coordinates_1", "ignore"),
        ("additional_comments", "text"),
    ];
    let Some((_, read)) = check("chile/pinochet.csv", &expected, 2398) else { return };
    assert!(share_read(&read, "sex") >= 0.99, "{read:?}");
    assert!(read["event-place.taken"][0] >= 3800, "{read:?}");
}

#[test]
fn test_lists_with_blanks_after_the_commas_of_the_header_are_understood() {
    let expected = [
        ("rec_id", "list-id"),
        ("given_name", "name.given"),
        ("surname", "name.family"),
        ("street_number", "residence"),
        ("address_1", "residence"),
        ("suburb", "residence"),
        ("postcode", "residence"),
        ("state", "residence"),
        ("date_of_birth", "birth.date"),
        ("soc_sec_id", "identity-document"),
    ];
    for (file, rows) in [
        ("febrl/dataset1.csv", 1000),
        ("febrl/dataset3.csv", 5000),
        ("febrl/dataset4a.csv", 5000),
        ("febrl/dataset4b.csv", 5000),
    ] {
        check(file, &expected, rows);
    }
}

#[test]
fn of_several_columns_with_one_name_the_parts_are_taken() {
    let expected = [
        ("unique_id", "list-id"),
        ("cluster", "ignore"),
        ("full_name", "name.alias"),
        ("first_and_surname", "ignore"),
        ("first_name", "name.given"),
        ("surname", "name.family"),
        ("dob", "birth.date"),
        ("birth_place", "birth.place"),
        ("postcode_fake", "residence"),
        ("gender", "sex"),
        ("occupation", "occupation"),
    ];
    check("historical50k/historical_figures_with_errors_50k.csv", &expected, 50578);
}
