use crate::invented::{table, three_lists};
use habeas_link::{Constraints, LinkOptions, Model, ModelFormatError, Watch, from_toml, guess_model, link, to_toml};
use std::error::Error;

fn model() -> Model {
    let (lists, entries) = three_lists(60, 31);
    guess_model(&table(&lists, &entries))
}

#[test]
fn a_model_is_read_back_as_it_was_written_and_links_the_same() {
    let (lists, entries) = three_lists(200, 32);
    let table = table(&lists, &entries);
    let options = LinkOptions::default();
    let learnt = link(&table, None, &Constraints::default(), &options, &Watch::none()).unwrap();
    let read = from_toml(&to_toml(&learnt.model)).unwrap();
    assert_eq!(read, learnt.model);
    let again = link(&table, Some(read), &Constraints::default(), &options, &Watch::none()).unwrap();
    assert_eq!((again.pairs, again.partition), (learnt.pairs, learnt.partition));
    assert_eq!(again.fit, None);
}

#[test]
fn a_guessed_model_is_valid() {
    assert_eq!(model().validate(), Ok(()));
}

fn message(text: &str) -> String {
    let error = from_toml(text).unwrap_err();
    match error {
        ModelFormatError::Invalid { source } => source.to_string(),
        ModelFormatError::Toml { .. } => format!("{error}; {}", error.source().is_some()),
        other => other.to_string(),
    }
}

#[test]
fn a_file_that_is_no_model_is_refused_with_its_fault() {
    let good = to_toml(&model());
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        message(&good.replacen(from, to, 1))
    };
    let faults = [
        message("this is not TOML ["),
        message(&"#".repeat(1 << 19)),
        changed("habeas-model/1", "habeas-model/9"),
        changed("cut_bits", "cut_bites"),
        changed("field = \"name\"", "field = \"shoe-size\""),
        changed("\"name-two-words\"", "\"name-all-words\""),
        changed("m = 0.7", "m = 0.9"),
        changed("m = 0.7", "m = -0.7"),
        changed("the same names\"", "the very same names\""),
        changed("cut_bits = 0.0", "cut_bits = inf"),
        changed("lambda = ", "lambda = 7"),
        changed("typical_bits = 6.0", "typical_bits = nan"),
        changed("field = \"father-name\"", "field = \"name\""),
    ];
    expect_test::expect![[r#"
        the file is not a linkage model; true
        a model file has at most 262144 bytes; this one has 524288
        the format of the file is not habeas-model/1
        the file is not a linkage model; true
        comparison 0 names a field that does not exist
        blocking rule 6 names a key that does not exist
        the m probabilities of comparison 0 must be above 0 and sum to 1; their sum is 1.2000000000000002
        the m probabilities of comparison 0 must be above 0 and sum to 1; their sum is -0.3999999999999999
        comparison 0 has other levels than its field: level 9 should be «the same names»
        the cut must be a number of bits; it is inf
        λ and the share of relatives must be above 0, and their sum below 1; they are 70.00388349514563 and 0.0038834951456310682
        the typical bits of comparison 0, level 1, must lie between 0 and 64; they are NaN
        comparison 1 compares the same field as one before it"#]].assert_eq(&faults.join("\n"));
}
