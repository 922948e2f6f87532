#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| habeas_intake::fuzzing::answer_is_taken(habeas_intake::table::Kind::Email, bytes));
