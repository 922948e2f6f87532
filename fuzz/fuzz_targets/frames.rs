#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| habeas_intake::fuzzing::no_answer_breaks_the_parent(bytes));
