#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| habeas_intake::fuzzing::text_table(bytes));
