#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| habeas_vault::fuzzing::file(bytes));
