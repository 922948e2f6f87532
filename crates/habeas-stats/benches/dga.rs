//! Speed of the averaging over decomposable graphs.

fn main() {
    divan::main();
}
