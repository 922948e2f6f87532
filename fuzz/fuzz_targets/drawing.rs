#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| habeas_intake::fuzzing::a_drawing_is_taken(bytes));
