//! What the vault promises, seen from outside: on the real disk, through the public interface.

mod canary;
mod damage;
mod imports;
mod kills;
mod persons;
mod world;
