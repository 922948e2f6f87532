//! The worker shuts itself in, before it sees a byte of the file.
//!
//! Each layer is tried for itself; one that the system does not offer is reported and not fatal. Only Linux has layers so
//! far: elsewhere all are reported missing.

use crate::limits::Limits;

/// Puts one layer in force and says whether it could.
type Put = fn(&Limits) -> bool;

/// The layers, by name.
const LAYERS: [(&str, Put); 4] =
    [("resource limits", rlimits), ("process flags", flags), ("landlock", landlock), ("system call filter", seccomp)];

/// Names of all layers, in the order in which they are put in force.
pub(super) fn layers() -> impl Iterator<Item = &'static str> {
    LAYERS.iter().map(|(name, _)| *name)
}

/// Puts all layers in force and names those that could not be.
pub(super) fn confine(limits: &Limits) -> Vec<String> {
    LAYERS.iter().filter(|(_, put)| !put(limits)).map(|(name, _)| (*name).to_owned()).collect()
}

#[cfg(target_os = "linux")]
fn rlimits(limits: &Limits) -> bool {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let cpu = limits.worker_cpu_seconds;
    let bounds = [
        (Resource::As, limits.worker_memory, limits.worker_memory),
        // Soft below hard, so that the signal tells which limit it was where the system says so.
        (Resource::Cpu, cpu, cpu + 2),
        (Resource::Fsize, 0, 0),
        (Resource::Core, 0, 0),
        (Resource::Nofile, 16, 16),
    ];
    // All are tried, also after one that failed.
    let mut all = true;
    for (resource, soft, hard) in bounds {
        all &= setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) }).is_ok();
    }
    all
}

#[cfg(target_os = "linux")]
fn flags(_: &Limits) -> bool {
    use rustix::process::{DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal};
    let undumped = set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok();
    let dies_with_parent = set_parent_process_death_signal(Some(Signal::KILL)).is_ok();
    undumped && dies_with_parent
}

/// No file and no TCP at all.
#[cfg(target_os = "linux")]
fn landlock(_: &Limits) -> bool {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus};
    // Best effort: what this kernel does not know is left out, and the status tells.
    let put = || {
        Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V5))?
            .handle_access(AccessNet::from_all(ABI::V5))?
            .create()?
            .restrict_self()
    };
    put().is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}

/// An allow-list. Everything else fails with «not permitted»; killing would lose innocent files to one harmless call.
#[cfg(target_os = "linux")]
fn seccomp(_: &Limits) -> bool {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
    let calls = [
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_gettid,
        libc::SYS_getpid,
        libc::SYS_tgkill,
        libc::SYS_clock_gettime,
        libc::SYS_sched_yield,
        libc::SYS_getrandom,
        libc::SYS_rseq,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];
    let put = || {
        let arch = TargetArch::try_from(std::env::consts::ARCH).ok()?;
        let rules = calls.into_iter().map(|call| (call, Vec::new())).collect();
        let refuse = SeccompAction::Errno(libc::EPERM as u32);
        let filter = SeccompFilter::new(rules, refuse, SeccompAction::Allow, arch).ok()?;
        let program: BpfProgram = filter.try_into().ok()?;
        seccompiler::apply_filter(&program).ok()
    };
    put().is_some()
}

#[cfg(not(target_os = "linux"))]
fn missing(_: &Limits) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
use {missing as rlimits, missing as flags, missing as landlock, missing as seccomp};
