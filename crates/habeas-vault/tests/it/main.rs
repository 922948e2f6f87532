//! What the vault promises, seen from outside: on the real disk, through the public interface.

// Helpers of tests are tests too; clippy sees that only where `#[test]` stands above a function.
#![allow(clippy::unwrap_used)]
// What a long run counted, and why a test is skipped.
#![allow(clippy::print_stdout)]

mod assertions;
mod canary;
mod consents;
mod damage;
mod earlier;
mod imports;
mod kills;
mod persons;
mod second_reader;
mod settings;
mod world;
