//! One test binary: house rules, and the program as its users meet it.

mod house;
