use super::*;
use crate::mapping::Field;
use crate::values::{DayOrder, NameLayout, Placeholder};

/// A list of invented people: a header, and rows that are repeated with a running number for `#`.
fn list(header: &[&str], rows: &[&[&str]]) -> Guess {
    let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
    let sample: Vec<Vec<String>> = (0..60)
        .map(|n| rows[n % rows.len()].iter().map(|cell| cell.replace('#', &(n + 1).to_string())).collect())
        .collect();
    guess(&header, &sample, "Committee List 2024.csv")
}

fn codes(guess: &Guess) -> Vec<&'static str> {
    guess.mapping.columns.iter().map(|column| column.field.code()).collect()
}

#[test]
fn headers_are_understood_in_several_languages() {
    for (header, rows, expected) in [
        (
            ["Sr. No", "Name", "Father's Name", "Date of Disappearance", "District"],
            ["#", "Mirak Tolan", "Sohrab Tolan", "25/03/2014", "Kolmar"],
            ["list-id", "name", "name.father", "event.date", "event.place"],
        ),
        (
            ["Número", "Nombre y apellido", "Fecha de secuestro", "Lugar de secuestro", "Apodo"],
            ["#", "Ana Luz Quiroz", "25/03/1976", "San Marcos, Rio Alto", "Nena"],
            ["list-id", "name", "event.date", "event.place", "name.alias"],
        ),
        (
            ["N°", "Nom complet", "Date d'arrestation", "Lieu de naissance", "Profession"],
            ["#", "Paul Verdan", "25/03/1962", "Sainte-Aube", "instituteur"],
            ["other", "name", "event.date", "birth.place", "occupation"],
        ),
        (
            ["الرقم", "الاسم", "اسم الأب", "تاريخ الاعتقال", "الجنس"],
            ["#", "سليم الراوي", "كريم", "25/03/2014", "ذكر"],
            ["other", "name", "name.father", "event.date", "sex"],
        ),
        (
            ["نمبر شمار", "نام", "والد کا نام", "تاریخ پیدائش", "ضلع"],
            ["#", "مراد بخش", "داد بخش", "۲۵/۰۳/۱۹۸۰", "کولمار"],
            ["list-id", "name", "name.father", "birth.date", "event.place"],
        ),
    ] {
        let guess = list(&header, &[&rows]);
        for ((header, code), expected) in header.iter().zip(codes(&guess)).zip(expected) {
            // A number that no header names is a number of the list all the same.
            let expected = if expected == "other" { "list-id" } else { expected };
            assert_eq!(code, expected, "{header}");
        }
    }
}

#[test]
fn who_says_so_is_never_guessed() {
    let guess = list(&["Name", "Reported by", "Source"], &[&["Mirak Tolan", "his brother", "Committee"]]);
    assert!(guess.mapping.columns.iter().all(|column| column.field != Field::SaidBy));
    assert_eq!(guess.mapping.list.speaker, "");
    assert_eq!(guess.mapping.list.id, "committee-list-2024");
}

#[test]
fn each_column_gets_a_reason_that_holds_no_word_of_the_list() {
    let guess = list(&["Name", "Status", "Taken on"], &[&["Mirak Tolan", "released", "25/03/2014"]]);
    assert_eq!(guess.reasons.len(), 3);
    let text = guess.to_toml();
    assert!(!text.contains("Mirak") && !text.contains("Tolan"), "{text}");
    assert_eq!(Mapping::parse(&text), Ok(guess.mapping));
}

#[test]
fn a_rare_status_word_stays_out_of_the_mapping_as_it_may_name_somebody() {
    let mut sample = vec![vec!["Mirak Tolan".to_owned(), "released".to_owned()]; 40];
    sample.push(vec!["Asif Tolan".to_owned(), "killed together with Mirak Tolan".to_owned()]);
    let guess = guess(&["Name".to_owned(), "Status".to_owned()], &sample, "x.csv");
    assert_eq!(guess.mapping.columns[1].field, Field::Event);
    assert_eq!(guess.mapping.columns[1].options.values.keys().collect::<Vec<_>>(), ["released"]);
}

#[test]
fn the_order_of_dates_is_taken_from_the_cells_and_left_open_without_evidence() {
    let order = |cells: &[&str]| {
        let rows: Vec<[&str; 2]> = cells.iter().map(|cell| ["Mirak Tolan", *cell]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
        list(&["Name", "Date of arrest"], &rows).mapping.columns[1].options.order
    };
    assert_eq!(order(&["25/03/2014", "01/02/2014"]), Some(DayOrder::Dmy));
    assert_eq!(order(&["03/25/2014", "01/02/2014"]), Some(DayOrder::Mdy));
    assert_eq!(order(&["03/05/2014", "01/02/2014"]), None);
    assert_eq!(order(&["03/25/2014", "25/02/2014"]), None);
}

#[test]
fn a_first_of_a_month_that_stands_too_often_stands_for_the_month() {
    let guess = list(&["Name", "Date of arrest"], &[&["Mirak Tolan", "01/10/1976"], &["Asif Kar", "17/10/1976"]]);
    assert_eq!(guess.mapping.columns[1].options.placeholder, Some(Placeholder::FirstOfMonth));
    let guess = list(&["Name", "Date of arrest"], &[&["Mirak Tolan", "11/10/1976"], &["Asif Kar", "17/10/1976"]]);
    assert_eq!(guess.mapping.columns[1].options.placeholder, None);
}

#[test]
fn given_names_beside_family_names_are_told_from_full_names() {
    let apart = list(&["Nombres", "Apellidos"], &[&["Ana Luz", "Quiroz"], &["Pablo", "Vela"]]);
    assert_eq!(codes(&apart), ["name.given", "name.family"]);
    let whole = list(&["Nombre", "Apellido"], &[&["Ana Luz Quiroz", "Quiroz"], &["Pablo Vela", "Vela"]]);
    assert_eq!(codes(&whole), ["name", "ignore"]);
    let comma = list(&["Name"], &[&["Quiroz, Ana Luz"], &["Vela, Pablo"]]);
    assert_eq!(comma.mapping.columns[0].options.parts, Some(NameLayout::FamilyCommaGiven));
}

#[test]
fn a_place_where_somebody_was_is_no_status() {
    let guess = list(&["Name", "place_1", "Status"], &[&["Mirak Tolan", "In custody", "missing"]]);
    assert_eq!(codes(&guess), ["name", "other", "event"]);
}

#[test]
fn without_any_header_of_a_name_the_column_that_looks_like_names_is_taken() {
    let rows: Vec<Vec<String>> = ["Mirak Tolan", "Asif Kar", "Sohrab Dil", "Ana Luz Quiroz"]
        .iter()
        .enumerate()
        .map(|(n, name)| vec![n.to_string(), (*name).to_owned()])
        .collect();
    let guess = guess(&["A".to_owned(), "B".to_owned()], &rows, "x.csv");
    assert_eq!(guess.mapping.columns[1].field, Field::Name);
}

#[test]
fn an_empty_table_gives_a_mapping_all_the_same() {
    let guess = guess(&["Name".to_owned(), "Date of birth".to_owned()], &[], "");
    assert_eq!(codes(&guess), ["name", "birth.date"]);
}

#[test]
fn a_date_of_nobody_knows_what_is_not_the_taking_where_a_header_names_that() {
    let dated = list(
        &["نام", "ولد", "تاريخ گرفتاري", "تاريخ درخواست"],
        &[&["کریم دارین", "مراد", "26-03-2015", "09-11-2015"], &["زرین دورک", "حمل", "14-08-2014", "20-01-2015"]],
    );
    assert_eq!(codes(&dated), ["name", "name.father", "event.date", "other"]);
    let mashed = list(
        &["Name", "When and where"],
        &[&["Karim Darin", "25 June 2014   Simjar, Zalkand"], &["Zarin Dorek", "3 May 2012   Corva, Ostrel"]],
    );
    assert_eq!(codes(&mashed), ["name", "event.date-place"]);
}
