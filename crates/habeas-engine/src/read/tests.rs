//! Columnar files arrive as the text that a list in CSV would be.

use super::*;
use datafusion::arrow::{
    array::{ArrayRef, Date32Array, Int64Array, ListArray, RecordBatch, StringArray, StringViewArray},
    datatypes::Int32Type,
    ipc::writer::FileWriter,
};
use parquet::arrow::ArrowWriter;
use std::{fs::File, sync::Arc};

fn columns() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("name", Arc::new(StringArray::from(vec![Some("Karim Velan"), None, Some("Sanam, \"Osto\"")]))),
        ("born", Arc::new(Date32Array::from(vec![Some(0), Some(19_000), None]))),
        ("age", Arc::new(Int64Array::from(vec![Some(31), None, Some(-4)]))),
        (
            "town",
            Arc::new(StringViewArray::from(vec!["Corva", "a town with a name of more than twelve bytes", "كوئٹہ"])),
        ),
    ]
}

const TEXT: &str = "name,born,age,town\nKarim Velan,1970-01-01,31,Corva\n,2022-01-08,,a town with a name of more than twelve bytes\n\"Sanam, \"\"Osto\"\"\",,-4,كوئٹہ\n";

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true))).unwrap()
}

fn write_parquet(path: &Path, batch: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn write_arrow(path: &Path, batch: &RecordBatch) {
    let mut writer = FileWriter::try_new(File::create(path).unwrap(), &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
}

#[test]
fn parquet_and_arrow_say_what_the_same_list_in_csv_says() {
    let folder = tempfile::tempdir().unwrap();
    let (parquet, arrow) = (folder.path().join("list.parquet"), folder.path().join("list.Arrow"));
    write_parquet(&parquet, &batch(columns()));
    write_arrow(&arrow, &batch(columns()));
    for path in [parquet, arrow] {
        assert!(is_columnar(&path));
        assert_eq!(String::from_utf8(read_as_csv(&path).unwrap()).unwrap(), TEXT, "{}", path.display());
    }
    assert!(!is_columnar(Path::new("list.csv")));
}

#[test]
fn parts_in_a_folder_are_one_list_if_their_columns_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.parquet");
    fs::create_dir(&list).unwrap();
    assert!(matches!(read_as_csv(&list), Err(ReadError::Empty { .. })));
    write_parquet(&list.join("part-1.parquet"), &batch(columns()));
    write_parquet(&list.join("part-2.parquet"), &batch(columns()));
    let rows = TEXT.split_once('\n').unwrap().1;
    assert_eq!(String::from_utf8(read_as_csv(&list).unwrap()).unwrap(), format!("{TEXT}{rows}"));
    let mut others = columns();
    others.swap(0, 3);
    write_parquet(&list.join("part-3.parquet"), &batch(others));
    let refused = read_as_csv(&list);
    assert!(matches!(&refused, Err(ReadError::DifferentColumns { path, .. }) if path.ends_with("part-3.parquet")));
}

#[test]
fn a_file_that_is_cut_off_or_no_such_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, write) in [("list.parquet", write_parquet as fn(&Path, &RecordBatch)), ("list.arrow", write_arrow)] {
        let path = folder.path().join(name);
        write(&path, &batch(columns()));
        let bytes = fs::read(&path).unwrap();
        for keep in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            fs::write(&path, &bytes[..keep]).unwrap();
            let refused = read_as_csv(&path);
            let is_named = match &refused {
                Err(ReadError::Damaged { path, .. }) => path.ends_with(name) && keep > 0,
                Err(ReadError::Nothing { path }) => path.ends_with(name) && keep == 0,
                _ => false,
            };
            assert!(is_named, "{keep} of {name}: {refused:?}");
        }
        fs::remove_file(&path).unwrap();
        assert!(matches!(read_as_csv(&path), Err(ReadError::Open { .. })));
    }
}

#[test]
fn a_column_of_lists_is_no_column_of_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.parquet");
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), Some(2)])]);
    let name: ArrayRef = Arc::new(StringArray::from(vec!["Karim Velan"]));
    write_parquet(&path, &batch(vec![("name", name), ("ages", Arc::new(lists))]));
    assert!(matches!(read_as_csv(&path), Err(ReadError::Nested { column: 2, .. })));
}
