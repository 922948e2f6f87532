//! What the process does to keep its memory to itself: no core file, nothing for a debugger of the same user to read, and
//! every block of memory wiped when it is given back, so that a locked vault leaves nothing behind.
//!
//! Not promised: memory that C code gives back (SQLCipher wipes its own keys), pages that were swapped out, whoever is
//! root. `habeas doctor` says what holds on a machine.

use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static WIPED: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

/// Shuts the process against core files and debuggers, as far as the system lets us; `doctor` says how far that is.
#[cfg(target_os = "linux")]
pub fn shut() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // Refused only where it holds already or the system forbids the call: nothing more can be done here.
    let _ = setrlimit(Resource::Core, none);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Nothing by safe calls on this system; `doctor` says so.
#[cfg(not(target_os = "linux"))]
pub fn shut() {}

/// Whether no core file of this process is ever written and no debugger of this user reads its memory.
#[cfg(target_os = "linux")]
pub fn is_shut() -> bool {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};
    let undumpable = dumpable_behavior().is_ok_and(|behavior| behavior == DumpableBehavior::NotDumpable);
    undumpable && getrlimit(Resource::Core).current == Some(0)
}

/// Unknown on this system, so: no.
#[cfg(not(target_os = "linux"))]
pub fn is_shut() -> bool {
    false
}
