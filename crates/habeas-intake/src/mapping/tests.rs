use super::*;
use expect_test::{Expect, expect};
use habeas_core::EventKind;
use proptest::prelude::*;

const EXAMPLE: &str = r#"
format  = "habeas-mapping/1"
name    = "committee-list"
version = 3
changed = "the date column was renamed in the 2024 edition"
column = [
  { header = "No",        field = "list-id" },
  { header = "Name",      field = "name", parts = "as-written" },
  { header = "Father",    field = "name.father" },
  { header = "Date of disappearance", field = "event.date", event = "taken", order = "dmy", calendar = "gregorian", serial = "1900", year2 = "refuse", unread = "quarantine" },
  { header = "District",  field = "event.place", event = "taken", within = ["Kolmar", "Turma"], level = "district" },
  { header = "Taken by",  field = "event.alleged-perpetrator", event = "taken", basis = "accused-by" },
  { header = "Status",    field = "event", unread = "quarantine", values = { "released" = { event = "released" }, "body found" = { event = "found-dead" }, "missing" = {} } },
  { header = "Reported by", field = "said-by", kind = "relative", class = "source-identity" },
  { header = "Phone",     field = "ignore", why = "not needed; stays in the raw cell" },
  { header = "Remarks",   field = "text" },
]
check = [{ rows = 475 }, { cell = "D6", reads = "2014-03-05" }]
[list]
id = "committee"
speaker = "Families' Committee"
edition = "2024-03"
published = "2024-03-10"
period = "2000/2024"
language = "ur-Arab"
[file]
kind = "xlsx"
sheet = "2014"
header_row = 5
rows = "until-blank"
skip = [{ column = "A", matches = "^(Total|کل)", why = "totals row" }]
null = ["", "-", "n/a", "نامعلوم"]
"#;

fn refused(text: &str, expected: Expect) {
    expected.assert_eq(&Mapping::parse(text).unwrap_err().to_string());
}

fn one_column(entry: &str) -> String {
    format!("format = \"habeas-mapping/1\"\ncolumn = [{{ header = \"X\", {entry} }}]\n")
}

#[test]
fn a_mapping_file_says_what_each_column_means() {
    let mapping = Mapping::parse(EXAMPLE).unwrap();
    assert_eq!(mapping.columns.len(), 10);
    assert_eq!(mapping.columns[3].field, Field::EventDate(EventKind::Taken));
    assert_eq!(mapping.columns[3].options.unread, Unread::Quarantine);
    assert_eq!(mapping.columns[6].options.values["missing"], StatusWord::default());
    assert_eq!(mapping.list.period, Some((2000, 2024)));
    assert_eq!(mapping.file.rows, RowRange::UntilBlank);
    assert_eq!(mapping.checks.len(), 2);
}

#[test]
fn a_mapping_that_was_written_is_read_back_as_the_same() {
    let mapping = Mapping::parse(EXAMPLE).unwrap();
    assert_eq!(Mapping::parse(&mapping.to_toml()), Ok(mapping));
    assert_eq!(Mapping::parse(&Mapping::default().to_toml()), Ok(Mapping::default()));
}

#[test]
fn a_mapping_that_is_not_understood_is_refused_with_its_place_and_what_is_allowed() {
    refused(
        "format = \"habeas-mapping/2\"\n",
        expect!["the mapping is of the form «habeas-mapping/2», this program reads «habeas-mapping/1»"],
    );
    refused(
        "format = \"habeas-mapping/1\"\ncolour = 1\n",
        expect![[
            r#"line 2 of the mapping: unknown field `colour`, expected one of `format`, `name`, `version`, `changed`, `column`, `check`, `list`, `file`"#
        ]],
    );
    refused(
        &one_column("field = \"date\""),
        expect![
            "column «X»: field = «date» is not allowed; allowed are «list-id», «name», «name.given», «name.family», «name.father», «name.mother», «name.mother-family», «name.married», «name.alias», «sex», «birth.date», «birth.year», «birth.place», «age», «nationality», «occupation», «residence», «identity-document», «event.date», «event.place», «event.date-place», «event.latitude», «event.longitude», «event.alleged-perpetrator», «event», «said-by», «text», «other», «ignore»"
        ],
    );
    refused(
        &one_column("field = \"event.date\", event = \"taken\", order = \"dym\""),
        expect!["column «X»: order = «dym» is not allowed; allowed are «dmy», «mdy», «ymd»"],
    );
    refused(&one_column("field = \"event.date\""), expect!["column «X»: the field «event.date» needs event"]);
    refused(&one_column("field = \"ignore\""), expect!["column «X»: the field «ignore» needs why"]);
    refused(&one_column("field = \"said-by\""), expect!["column «X»: the field «said-by» needs kind"]);
    refused(
        &one_column("field = \"name\", order = \"dmy\""),
        expect!["column «X»: order has no meaning for the field «name»"],
    );
    refused(
        &one_column("field = \"event\", values = { a = { fate = \"gone\" } }"),
        expect![
            "column «X»: fate = «gone» is not allowed; allowed are «unknown», «alive-reported», «alive-confirmed», «dead-reported», «dead-identified», «dead-match-proposed»"
        ],
    );
    refused(
        "format = \"habeas-mapping/1\"\n[list]\nperiod = \"2024/2000\"\n",
        expect!["[list]: period is not of the form 2000/2024"],
    );
    refused(
        "format = \"habeas-mapping/1\"\n[file]\nrows = \"9\"\n",
        expect!["[file]: rows is not of the form «until-blank» or «6..480»"],
    );
}

#[test]
fn a_mapping_that_would_make_a_record_contradict_itself_is_refused() {
    let two = |first: &str, second: &str| {
        format!(
            "format = \"habeas-mapping/1\"\ncolumn = [{{ header = \"X\", field = \"{first}\" }}, {{ header = \"Y\", field = \"{second}\" }}]\n"
        )
    };
    refused(
        &two("name", "name.given"),
        expect!["column «X»: «name» is already said by another column; map one of them as «other»"],
    );
    refused(
        &two("sex", "sex"),
        expect!["column «Y»: «sex» is already said by another column; map one of them as «other»"],
    );
    refused(&two("text", "text").replace("\"Y\"", "\"X\""), expect!["column «X»: mapped twice"]);
}

#[test]
fn a_mapping_larger_than_any_is_refused_before_it_is_read() {
    refused(&"#".repeat(MOST_BYTES + 1), expect!["the mapping has 1048577 bytes, more than the 1048576 that are read"]);
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_of_mappings_panic(text in "\\PC{0,80}") {
        let _ = Mapping::parse(&text);
        let _ = Mapping::parse(&one_column(&text));
    }

    #[test]
    fn any_words_survive_being_written_and_read(words in any::<String>(), header in any::<String>()) {
        let mut mapping = Mapping::parse(EXAMPLE).unwrap();
        mapping.list.title = words.clone();
        mapping.columns[9].header = header.trim().to_owned();
        mapping.columns[6].options.values.insert(words.clone(), StatusWord::default());
        mapping.file.null = Some(vec![words]);
        prop_assume!(mapping.columns[..9].iter().all(|column| column.header != mapping.columns[9].header));
        prop_assert_eq!(Mapping::parse(&mapping.to_toml()), Ok(mapping));
    }
}
