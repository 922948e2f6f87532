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
