//! `habeas doctor`: which protections hold on this machine and for this vault's folder. Opens nothing and asks for no
//! passphrase, unless it is asked to look inside.

use crate::{
    cli::Global,
    commands::{
        backup::{BACKUP, DRILL},
        init::now_ms,
    },
    desk::Desk,
    failure::{Exit, Failure},
    hardening, listing, opening,
    output::Output,
};
use habeas_vault::{SlotKind, Vault};
use serde_json::{Map, json};
use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

/// What was found out about one protection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// For scripts.
    code: &'static str,
    /// Whether it holds; none where this system does not tell.
    pub holds: Option<bool>,
    /// What holds or does not, and what to do then.
    pub words: String,
}

impl Check {
    fn new(code: &'static str, holds: impl Into<Option<bool>>, words: impl Into<String>) -> Self {
        Self { code, holds: holds.into(), words: words.into() }
    }
}

/// Say what protections this machine offers
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also open the vault, and say when it was last backed up and restored for trial
    #[arg(long)]
    inside: bool,
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let layers = layers()?;
    let mut checks = of_machine();
    if let Ok(dir) = opening::find(global) {
        let dir = dir.canonicalize().unwrap_or(dir);
        checks.extend(ways_in(&Vault::ways_in(&dir).unwrap_or_default()));
        checks.extend([
            synced(&dir, &|path| path.exists()),
            network(&dir, &read("/proc/self/mountinfo")),
            private(&dir),
        ]);
    }
    if args.inside {
        checks.extend(inside(&opening::desk(global)?, now_ms())?);
    }
    let parts: Map<_, _> = layers.iter().map(|(layer, holds)| (layer.clone(), json!(holds))).collect();
    let rows: Vec<_> =
        checks.iter().map(|check| json!({ "check": check.code, "holds": check.holds, "words": check.words })).collect();
    out.result(&json!({ "schema": 1, "parse_worker": parts, "checks": rows }), || {
        let mut text = String::new();
        for check in &checks {
            let _ = writeln!(text, "{:<3} {}", answer(check.holds), check.words);
        }
        let _ = writeln!(text, "\nprotections of the process that reads foreign spreadsheets:");
        for (layer, holds) in &layers {
            let _ = writeln!(text, "{:<3} {layer}", answer(Some(*holds)));
        }
        text
    })?;
    Ok(if checks.iter().any(|check| check.holds == Some(false)) { Exit::FoundProblems } else { Exit::Ok })
}

/// What can be said of this computer without a vault.
pub fn of_machine() -> Vec<Check> {
    vec![memory(), swap(&read("/proc/swaps"), &is_encrypted)]
}

/// Protections of the process that reads foreign spreadsheets, each with whether it holds.
///
/// # Errors
/// [`Failure`] where that process cannot be started.
pub fn layers() -> Result<Vec<(String, bool)>, Failure> {
    let layers = habeas_intake::worker::probe(&listing::worker()?).map_err(|error| {
        Failure::new(Exit::Failed, error, "spreadsheets cannot be read here; lists as CSV can").at("the parse worker")
    })?;
    Ok(layers.into_iter().map(|(layer, holds)| (layer.to_string(), holds)).collect())
}

fn answer(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "yes",
        Some(false) => "no",
        None => "?",
    }
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn memory() -> Check {
    let holds = hardening::is_shut();
    let words = if holds {
        "the memory of habeas goes into no core file and to no debugger of yours"
    } else {
        "this system lets core files or debuggers read the memory of habeas: switch core files off (ulimit -c 0)"
    };
    Check::new("core-dumps", if cfg!(target_os = "linux") { Some(holds) } else { None }, words)
}

/// Memory that is swapped out lies on the disk as it is. `swaps` is `/proc/swaps`.
fn swap(swaps: &Option<String>, is_encrypted: &dyn Fn(&str) -> bool) -> Check {
    let Some(swaps) = swaps else { return Check::new("swap", None, "whether swap is encrypted cannot be told here") };
    let in_clear: Vec<&str> = swaps
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .filter(|device| !device.starts_with("/dev/zram") && !is_encrypted(device))
        .collect();
    match in_clear.as_slice() {
        [] => Check::new("swap", true, "nothing is swapped to a disk in clear"),
        devices => {
            let words = "is not known to be encrypted: what an open vault shows may be written there; encrypt swap or \
                         switch it off";
            Check::new("swap", false, format!("swap on {} {words}", devices.join(", ")))
        }
    }
}

/// Whether a swap device is a mapping of dm-crypt. A swap file says nothing of the disk below it.
fn is_encrypted(device: &str) -> bool {
    let resolved = Path::new(device).canonicalize().unwrap_or_else(|_| PathBuf::from(device));
    let name = resolved.file_name().unwrap_or_default().to_string_lossy().into_owned();
    std::fs::read_to_string(format!("/sys/block/{name}/dm/uuid")).is_ok_and(|uuid| uuid.starts_with("CRYPT-"))
}

/// Marks of programs that copy a folder while habeas writes in it.
const SYNC_MARKS: [&str; 6] =
    [".stfolder", ".dropbox", ".dropbox.cache", ".nextcloudsync.log", ".owncloudsync.log", ".sync"];
/// Names of folders that such programs make.
const SYNC_FOLDERS: [&str; 8] =
    ["Dropbox", "OneDrive", "Google Drive", "GoogleDrive", "Nextcloud", "ownCloud", "iCloud Drive", "Mobile Documents"];

fn synced(dir: &Path, exists: &dyn Fn(&Path) -> bool) -> Check {
    let by = dir.ancestors().find(|folder| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        SYNC_FOLDERS.iter().any(|known| name == *known || name.starts_with(&format!("{known} - ")))
            || SYNC_MARKS.iter().any(|mark| exists(&folder.join(mark)))
    });
    match by {
        None => Check::new("synced-folder", true, "no program is known to synchronise the vault's folder"),
        Some(_) => {
            let words = "the vault lies in a folder that another program synchronises: copies made while habeas writes \
                         look like damage. Keep it elsewhere and share a folder with `habeas sync FOLDER`";
            Check::new("synced-folder", false, words)
        }
    }
}

/// File systems over a network, whose locks and syncs cannot be relied on.
const NETWORK: [&str; 9] = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs"];

/// `mounts` is `/proc/self/mountinfo`.
fn network(dir: &Path, mounts: &Option<String>) -> Check {
    let code = "network-folder";
    let Some(mounts) = mounts else { return Check::new(code, None, "the kind of disk cannot be told here") };
    let mounted = mounts.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        Some((left.split(' ').nth(4)?.replace("\\040", " "), right.split(' ').next()?))
    });
    let kind = mounted.filter(|(at, _)| dir.starts_with(at)).max_by_key(|(at, _)| at.len()).map(|(_, kind)| kind);
    match kind {
        Some(kind) if NETWORK.contains(&kind) => {
            let words = "the vault lies on a network disk, where locks and syncs cannot be relied on: keep it on this \
                         computer and share a folder with `habeas sync FOLDER`";
            Check::new(code, false, words)
        }
        Some(_) => Check::new(code, true, "the vault lies on a disk of this computer"),
        None => Check::new(code, None, "the kind of disk cannot be told here"),
    }
}

/// Least cost of a try of a passphrase: memory in MiB and passes, as `init` takes them. Less is guessed too fast.
const LEAST_COST: (u32, u32) = (64, 3);

/// What the ways in say of themselves, without any secret.
fn ways_in(ways: &[SlotKind]) -> Vec<Check> {
    let cheap = |way: &SlotKind| match way {
        SlotKind::Passphrase { cost, .. } => cost.memory_mib() < LEAST_COST.0 || cost.passes() < LEAST_COST.1,
        SlotKind::RecoveryKey | SlotKind::Shares { .. } | SlotKind::Keyring => false,
    };
    let aged = match ways.iter().filter(|way| cheap(way)).count() {
        0 => Check::new("passphrase-cost", true, "each try of a passphrase costs what it should"),
        n => {
            let words = "passphrases cost too little to try: whoever owns one runs `habeas passphrase change`";
            Check::new("passphrase-cost", false, format!("{n} {words}"))
        }
    };
    let recovery = if ways.iter().any(|way| matches!(way, SlotKind::RecoveryKey | SlotKind::Shares { .. })) {
        Check::new("recovery", true, "a recovery key or shares open the vault when passphrases are lost")
    } else {
        let words = "a lost passphrase loses everything: habeas recovery make, or habeas shares make 2 3 --out DIR";
        Check::new("recovery", false, words)
    };
    vec![aged, recovery]
}

/// Days after which a copy is old.
const BACKUP_DAYS: i64 = 30;
/// Days after which the last trial says little.
const DRILL_DAYS: i64 = 180;

/// When the vault was last copied, and when a copy was last proved to be one.
pub fn inside(desk: &Desk, now_ms: i64) -> Result<Vec<Check>, Failure> {
    let days_since = |what: &str| -> Result<Option<i64>, Failure> {
        let last = desk.of_member(|vault| {
            Ok(vault
                .audit_entries()
                .iter()
                .filter(|entry| entry.event.code == what)
                .map(|entry| entry.recorded_ms)
                .max())
        })?;
        Ok(last.map(|ms| (now_ms - ms).max(0) / 86_400_000))
    };
    let check = |code, what: &str, days: Option<i64>, limit: i64, remedy: &str| match days {
        Some(days) if days <= limit => Check::new(code, true, format!("the last {what} was {days} days ago")),
        Some(days) => Check::new(code, false, format!("the last {what} was {days} days ago: {remedy}")),
        None => Check::new(code, false, format!("there was no {what} yet: {remedy}")),
    };
    Ok(vec![
        check("backup", "backup", days_since(BACKUP)?, BACKUP_DAYS, "habeas backup FOLDER"),
        check("drill", "restore drill", days_since(DRILL)?, DRILL_DAYS, "habeas restore FOLDER --drill"),
    ])
}

/// Whether other users of this computer reach into the folder. They would see sealed files, and could remove them.
fn private(dir: &Path) -> Check {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(dir).map(|metadata| metadata.permissions().mode());
        let holds = mode.ok().map(|mode| mode & 0o022 == 0);
        let words = match holds {
            Some(false) => {
                "other users of this computer may change or remove files of the vault: chmod go-w its folder"
            }
            _ => "no other user of this computer may change files of the vault",
        };
        Check::new("other-users", holds, words)
    }
    #[cfg(not(unix))]
    {
        let _ = dir;
        Check::new("other-users", None, "whether other users may change the vault cannot be told here")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swap_in_clear_is_told_from_compressed_memory_and_encrypted_disks() {
        let swaps = |devices: &[&str]| {
            let lines: String = devices.iter().map(|device| format!("{device} partition 1 0 -2\n")).collect();
            Some(format!("Filename Type Size Used Priority\n{lines}"))
        };
        let holds = |devices: &[&str]| swap(&swaps(devices), &|device| device == "/dev/dm-1").holds;
        assert_eq!(holds(&[]), Some(true));
        assert_eq!(holds(&["/dev/zram0", "/dev/dm-1"]), Some(true));
        assert_eq!(holds(&["/dev/dm-1", "/dev/sda2"]), Some(false));
        assert_eq!(holds(&["/swapfile"]), Some(false));
        assert_eq!(swap(&None, &|_| true).holds, None);
    }

    #[test]
    fn a_vault_in_a_folder_of_a_synchronising_program_is_told_of() {
        let holds = |dir: &str, marks: &[&str]| {
            synced(Path::new(dir), &|path| marks.iter().any(|mark| path == Path::new(mark))).holds
        };
        assert_eq!(holds("/home/a/vault", &[]), Some(true));
        assert_eq!(holds("/home/a/Dropbox/work/vault", &[]), Some(false));
        assert_eq!(holds("/home/a/OneDrive - Office/vault", &[]), Some(false));
        assert_eq!(holds("/home/a/work/vault", &["/home/a/work/.stfolder"]), Some(false));
        assert_eq!(holds("/home/a/Dropboxes/vault", &[]), Some(true));
    }

    #[test]
    fn a_vault_on_a_network_disk_is_told_of() {
        let mounts = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 0:40 / /mnt/our\\040office rw - nfs4 server:/x rw\n";
        let holds = |dir: &str| network(Path::new(dir), &Some(mounts.into())).holds;
        assert_eq!(holds("/home/a/vault"), Some(true));
        assert_eq!(holds("/mnt/our office/vault"), Some(false));
        assert_eq!(network(Path::new("/x"), &None).holds, None);
    }
}
