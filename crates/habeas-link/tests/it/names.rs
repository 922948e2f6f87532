use habeas_link::similarity;
use proptest::prelude::*;

#[test]
fn spellings_orders_and_scripts_of_one_name_are_closer_than_other_names() {
    let alike = [
        ("Kareem Bakhsh", "Karim Baksh"),
        ("Bakhsh Kareem", "Kareem Bakhsh"),
        ("Mah Rang Zoraki", "Mahrang Zoraki"),
        ("کریم بخش", "Kareem Bakhsh"),
        ("Núñez Pérez, Lucía", "LUCIA NUNEZ PEREZ"),
        ("Din Muhammad", "دین محمد"),
        ("J. Zoraki", "Jamil Zoraki"),
        ("Haji Karim Zoraki", "Karim Zoraki"),
    ];
    let apart = [
        ("Kareem Bakhsh", "Salim Zoraki"),
        ("Kareem Bakhsh", "Kareem Zoraki"),
        ("Lucía Pérez", "Ana Gómez"),
        ("کریم بخش", "Salim Zoraki"),
    ];
    let least = alike.iter().map(|(a, b)| similarity(a, b).score).fold(f64::MAX, f64::min);
    let most = apart.iter().map(|(a, b)| similarity(a, b).score).fold(f64::MIN, f64::max);
    assert!(least > most, "{least} {most}");
    assert_eq!(similarity("Kareem Bakhsh", "KAREEM  BAKHSH").score, 1.0);
}

#[test]
fn the_reason_counts_words() {
    let why = similarity("Kareem Bakhsh Zoraki", "Karim Bakhsh").why;
    expect_test::expect!["1 word equal, 1 word alike, 1 word only in the first"].assert_eq(&why);
    expect_test::expect!["one of them holds no name"].assert_eq(&similarity("", "Karim").why);
}

#[test]
fn a_father_is_not_his_son_and_legal_forms_tell_little() {
    let one = [
        ("Velan Torigi Aktiengesellschaft", "Velan Torigi AG"),
        ("Sarband Mining Limited Liability Company", "LLC Sarband Mining"),
        ("A.B.C. Company", "ABC Co."),
        ("Zoraki Sp. z o.o.", "Zoraki"),
        ("Hasan bin Murad al-Zoraki", "Hassan ibn Murad Zoraki"),
        ("Hasan bin Murad", "Hasan Murad"),
        ("Xorinda Velan", "Korinda Velan"),
    ];
    let two = [
        ("Hasan bin Murad al-Zoraki", "Murad bin Hasan al-Zoraki"),
        ("Sarband Mining LLC", "ANO Sarband Mining"),
        ("C.B.A. Company", "A.B.C. Company"),
        ("Zoraki AG", "Velan AG"),
        ("Management Company", "Torigi Management Company"),
    ];
    for (a, b) in one {
        let found = similarity(a, b);
        assert!(found.score >= ONE_NAME, "{a} / {b}: {found:?}");
    }
    for (a, b) in two {
        let found = similarity(a, b);
        assert!(found.score < ONE_NAME, "{a} / {b}: {found:?}");
    }
    // A name that is nothing but a legal form stays what it is.
    assert_eq!(similarity("Co", "Co").score, 1.0);
    assert_eq!(similarity("AG", "Zoraki AG").score, 0.0, "nothing of the name is in common");
}

proptest! {
    #[test]
    fn similarity_is_the_same_from_both_sides(a in "[a-dA-D ]{0,24}", b in "[a-dA-D ]{0,24}") {
        let (there, back) = (similarity(&a, &b).score, similarity(&b, &a).score);
        prop_assert!((there - back).abs() < 1e-9, "{} {}", there, back);
        prop_assert!((0.0..=1.0).contains(&there));
    }

    #[test]
    fn no_text_breaks_the_comparison(a in "\\PC{0,60}", b in any::<String>()) {
        prop_assert!((0.0..=1.0).contains(&similarity(&a, &b).score));
    }
}

#[test]
fn a_fathers_name_is_compared_whether_or_not_its_role_is_stated() {
    use habeas_core::{Claim, NameAsGiven, NamePart, NameRole, Passage, Predicate, Value};
    use habeas_link::{Field, ListInfo, NameField, TableBuilder, explain, guess_model};
    let list = |key: &str| ListInfo { key: key.into(), names_once: true, is_list: true };
    let mut builder = TableBuilder::new(vec![list("a"), list("b")]);
    for (list, role) in [(0, NameRole::Father), (1, NameRole::Unassigned)] {
        let cells = ["Karim Velan".to_owned(), "Murad Osto".to_owned()];
        let father = NameAsGiven { parts: vec![NamePart { text: cells[1].clone(), role }] };
        let claim = |predicate, name, column| {
            Claim::stated(predicate, Value::Name(name), Passage::whole_cell(&cells, column).unwrap())
        };
        let claims = [
            claim(Predicate::Name, NameAsGiven::unassigned(cells[0].clone()), 0),
            claim(Predicate::FatherName, father, 1),
        ];
        builder.push(list, &["name".to_owned(), "father".to_owned()], &cells, &claims);
    }
    let table = builder.finish();
    let explanation = explain(&table, &guess_model(&table), 0, 1);
    let father = explanation.reasons.iter().find(|reason| reason.field == Field::Name(NameField::Father));
    assert_eq!(father.expect("both name a father").level, "the same names");
}

/// One line of `cases/names.csv`.
struct Case {
    left: String,
    right: String,
    same: bool,
    grade: String,
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cases/names.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let case = |line: csv::StringRecord| {
        assert!(["same", "different"].contains(&&line[2]), "{line:?}");
        assert!(["STRONG", "MEDIUM", "WEAK"].contains(&&line[3]), "{line:?}");
        Case { left: line[0].into(), right: line[1].into(), same: &line[2] == "same", grade: line[3].into() }
    };
    reader.records().map(|line| case(line.unwrap())).collect()
}

/// Similarity from which two names count as one.
const ONE_NAME: f64 = 0.75;

#[test]
fn what_every_careful_reader_takes_for_one_name_or_for_two_is_told_so() {
    let failures: Vec<String> = cases()
        .iter()
        .filter(|case| case.grade == "STRONG")
        .map(|case| (case, similarity(&case.left, &case.right)))
        .filter(|(case, found)| (found.score >= ONE_NAME) != case.same)
        .map(|(case, found)| format!("{} / {}: {:.2}, {}", case.left, case.right, found.score, found.why))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_graded_table_of_names_keeps_its_score() {
    let cases = cases();
    assert!(cases.len() >= 300);
    let mut told = String::new();
    for grade in ["STRONG", "MEDIUM", "WEAK"] {
        let of_grade: Vec<&Case> = cases.iter().filter(|case| case.grade == grade).collect();
        let right = of_grade.iter().filter(|c| (similarity(&c.left, &c.right).score >= ONE_NAME) == c.same).count();
        told += &format!("{grade} {right} of {}\n", of_grade.len());
    }
    expect_test::expect![[r#"
        STRONG 252 of 252
        MEDIUM 188 of 193
        WEAK 4 of 13
    "#]]
    .assert_eq(&told);
}

#[test]
fn many_names_at_once_are_compared_as_each_two_by_themselves() {
    let cases = cases();
    let pairs: Vec<(&str, &str)> = cases.iter().map(|case| (case.left.as_str(), case.right.as_str())).collect();
    let together = habeas_link::similarities(&pairs);
    assert_eq!(together.len(), pairs.len());
    for ((left, right), found) in pairs.iter().zip(&together) {
        assert_eq!(*found, similarity(left, right), "{left} / {right}");
    }
}
