//! What the process does to keep its memory to itself: no core file, nothing for a debugger of the same user to read, and
//! every block of memory wiped when it is given back, so that a locked vault leaves nothing behind. A process that runs all
//! day also gives it back to the system.
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

/// Begins the process anew where the C library would keep what is freed: glibc asks the system for large blocks one by one
/// and gives them back, but takes each that is freed for a reason to call larger ones small, up to 32 MB, and holes in what it
/// keeps stay. Its setting is read when a process begins, by safe calls at no other time. Where somebody has made the setting,
/// theirs is kept; where the process cannot begin anew, it goes on with more memory.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_memory_back() {
    use std::{env, os::unix::process::CommandExt, process::Command};
    const LARGE_FROM: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "65536");
    if env::var_os(LARGE_FROM.0).is_some() {
        return;
    }
    let mut words = env::args_os();
    let name = words.next().unwrap_or_default();
    // The file that runs now, also where another has taken its name.
    let _ = Command::new("/proc/self/exe").arg0(name).args(words).env(LARGE_FROM.0, LARGE_FROM.1).exec();
}

/// Other C libraries have habits of their own.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_memory_back() {}

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
