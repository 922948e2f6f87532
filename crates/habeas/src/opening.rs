//! Finding the vault and its passphrase.

use crate::{
    cli::Global,
    commands::{
        checkpoint,
        init::{init_failure, now_ms},
    },
    desk::{Desk, vault_failure},
    failure::{Exit, Failure},
    keyring,
    output::Output,
};
use habeas_vault::{
    AuditEvent, Notice, OpenError, Passphrase, RestoreError, Vault, VaultError, Way, note_failed_unlock,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::{
    env,
    io::IsTerminal,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};
use zeroize::Zeroizing;

/// Opens the vault that the options, the environment or the current folder name, for a member whose role lets them do
/// what was asked.
pub fn desk(global: &Global) -> Result<Desk, Failure> {
    // Without a line in the table a command opens nothing.
    let asked = global.asked.expect("every command stands in the table of rights: a test walks them all");
    if global.as_of.is_some() && !asked.of_the_past {
        let what = format!("`habeas {}` cannot be asked how things stood", asked.words);
        return Err(Failure::usage(
            what,
            "--as-of is for: case, claims list, figures, report, estimate run, link clusters",
        ));
    }
    let opener = Opener::new(global)?;
    let remembered = if passphrase_file(global).is_none() { opener.open_remembered() } else { None };
    let mut vault = match remembered {
        Some(vault) => vault,
        None => opener.open_vault(&passphrase(global, "passphrase: ")?)?,
    };
    if let Some(named) = &global.as_of {
        let checkpoint = checkpoint::as_of(&vault, named)?;
        vault = vault.as_of(&checkpoint).map_err(open_error)?;
        Output::new(global.json).talk(format_args!("as of checkpoint {}", checkpoint.id()));
    }
    let desk = Desk::new(vault);
    asked.need.check(desk.who().role).map_err(|denied| Failure::from(denied).at(format!("habeas {}", asked.words)))?;
    for notice in desk.notices() {
        Output::new(global.json).talk(notice_words(&notice));
    }
    Ok(desk)
}

/// A vault's folder, to be opened with a passphrase, more than once if need be.
#[derive(Debug, Clone)]
pub struct Opener {
    dir: PathBuf,
    /// SHA-256 of the key file that goes with the passphrase.
    key_file: Option<[u8; 32]>,
}

impl Opener {
    /// The vault that the options, the environment or the current folder name.
    pub fn new(global: &Global) -> Result<Self, Failure> {
        Ok(Self { dir: find(global)?, key_file: key_file(global)? })
    }

    /// The vault in a folder.
    pub fn of(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), key_file: None }
    }

    /// Opens it.
    pub fn open(&self, passphrase: &Passphrase) -> Result<Desk, Failure> {
        self.open_vault(passphrase).map(Desk::new)
    }

    /// Whether the keyring of this computer remembers a way in.
    pub fn is_remembered(&self) -> bool {
        Vault::id_in(&self.dir).is_ok_and(|id| keyring::recall(&id).is_some())
    }

    /// Opens it as the keyring of this computer remembers; `None` where it does not, or what it remembers opens nothing.
    fn open_remembered(&self) -> Option<Vault> {
        let secret = keyring::recall(&Vault::id_in(&self.dir).ok()?)?;
        self.settled(Vault::open_what_stands(&self.dir, Way::Keyring(&secret))).ok()
    }

    fn open_vault(&self, passphrase: &Passphrase) -> Result<Vault, Failure> {
        let way = Way::Passphrase { passphrase, key_file: self.key_file };
        let opened = Vault::open_what_stands(&self.dir, way);
        if let Err(OpenError::WrongPassphrase) = opened {
            note_failed_unlock(&self.dir, now_ms());
        }
        self.settled(opened)
    }

    /// What every opening comes to: damage is remembered for the exit code, failed tries go into the audit.
    fn settled(&self, opened: Result<Vault, OpenError>) -> Result<Vault, Failure> {
        let mut vault = opened.map_err(|error| open_failure(&self.dir, error))?;
        if vault.notices().iter().any(|notice| matches!(notice, Notice::Damaged(_))) {
            DAMAGED.store(true, Ordering::Relaxed);
        }
        audit_failed_unlocks(&mut vault).map_err(vault_failure)?;
        Ok(vault)
    }
}

/// Whether a vault was opened in which bytes are not as they were written.
static DAMAGED: AtomicBool = AtomicBool::new(false);

/// How a process ends that did what was asked: a damaged vault is told whatever was asked of it.
pub fn exit_of(done: Exit) -> Exit {
    if done == Exit::Ok && DAMAGED.load(Ordering::Relaxed) { Exit::FoundProblems } else { done }
}

/// Takes tries that opened nothing into the audit.
fn audit_failed_unlocks(vault: &mut Vault) -> Result<(), VaultError> {
    let tries = vault.failed_unlocks()?;
    let (Some(first), Some(last)) = (tries.first(), tries.last()) else { return Ok(()) };
    if vault.is_read_only() {
        return Ok(());
    }
    let minute = |ms: &i64| Timestamp::from_millisecond(*ms).map_or_else(|_| ms.to_string(), |at| format!("{at:.0}"));
    let about = [("tries", tries.len().to_string()), ("first", minute(first)), ("last", minute(last))];
    vault.audit(AuditEvent::new("unlock-failed", about), now_ms())?;
    vault.forget_failed_unlocks()
}

/// What opening found and settled, in one line.
fn notice_words(notice: &Notice) -> String {
    match notice {
        Notice::TornTail(torn) => match &torn.moved_to {
            Some(to) => format!("note: {} bytes that a crash left, never acknowledged, were moved to {to}", torn.bytes),
            None => format!("note: {} bytes that a crash left, never acknowledged, are not read", torn.bytes),
        },
        Notice::ImportAbandoned(id) => format!("note: import {} was interrupted; nothing of it is visible", id.short()),
        Notice::IndexRebuilt => "note: the index was made anew from the log".into(),
        Notice::LengthRecordLost => {
            "note: one of two records of the log's length was unreadable; the other held".into()
        }
        Notice::ReadOnly => {
            "note: this medium takes no writes; what is here can be read, nothing can be recorded".into()
        }
        Notice::NotCounted(n) => {
            format!("note: {n} statements do not count: made without the right to, or not signed by whom they name")
        }
        Notice::Waiting(n) => format!("note: {n} statements speak of what has not arrived from another device yet"),
        Notice::Sealed { n, compartment } => {
            format!("note: {n} statements are in the compartment «{compartment}», which was not granted to you")
        }
        Notice::KeysMissing(n) => {
            format!("warning: the keys of {n} statements are missing, and nothing says that they were erased")
        }
        Notice::Erased(n) => format!("note: keys were destroyed here, as {n} erasures ask for"),
        Notice::Damaged(damage) => format!(
            "warning: {damage}. What stands without it is shown, nothing can be recorded, figures may be too low"
        ),
        Notice::DiskFull => "note: the disk is full; what is here can be read, nothing can be recorded".into(),
    }
}

/// The folder of the vault.
pub fn find(global: &Global) -> Result<PathBuf, Failure> {
    if let Some(dir) = global.vault.clone().or_else(|| env::var_os("HABEAS_VAULT").map(PathBuf::from)) {
        return Ok(dir);
    }
    let here = env::current_dir().map_err(|error| Failure::file("read", Path::new("."), &error))?;
    Vault::find(&here).ok_or_else(|| {
        let remedy = "go into a vault's folder, name it with --vault DIR, or make one: habeas init DIR";
        Failure::new(Exit::NoVault, "there is no vault here", remedy).at(here.display().to_string())
    })
}

/// The passphrase: from a file, or from a prompt where there is a terminal.
pub fn passphrase(global: &Global, prompt: &str) -> Result<Passphrase, Failure> {
    passphrase_from(passphrase_file(global).as_deref(), prompt)
}

/// SHA-256 of the key file that goes with the passphrase, where one is named.
pub fn key_file(global: &Global) -> Result<Option<[u8; 32]>, Failure> {
    let named = global.key_file.clone().or_else(|| env::var_os("HABEAS_KEY_FILE").map(PathBuf::from));
    named.map(|path| hash_of_file(&path)).transpose()
}

/// SHA-256 of a file.
pub fn hash_of_file(path: &Path) -> Result<[u8; 32], Failure> {
    let bytes = std::fs::read(path).map(Zeroizing::new).map_err(|error| Failure::file("read", path, &error))?;
    Ok(Sha256::digest(&*bytes).into())
}

/// The file that holds the passphrase, where one is named.
pub fn passphrase_file(global: &Global) -> Option<PathBuf> {
    global.passphrase_file.clone().or_else(|| env::var_os("HABEAS_PASSPHRASE_FILE").map(PathBuf::from))
}

/// A passphrase from the first line of a file, or from a prompt where there is a terminal.
pub fn passphrase_from(file: Option<&Path>, prompt: &str) -> Result<Passphrase, Failure> {
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map(Zeroizing::new);
        let text = text.map_err(|error| Failure::file("read", path, &error))?;
        return Ok(Passphrase::new(text.lines().next().unwrap_or_default()));
    }
    if !std::io::stdin().is_terminal() {
        let remedy = "give --passphrase-file FILE, or set HABEAS_PASSPHRASE_FILE";
        return Err(Failure::new(
            Exit::Locked,
            "the vault is locked and nobody is here to type the passphrase",
            remedy,
        ));
    }
    Ok(Passphrase::new(&typed(prompt)?))
}

/// A line typed without being shown.
pub fn typed(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    let typed = rpassword::prompt_password(prompt).map(Zeroizing::new);
    typed.map_err(|error| Failure::file("read", Path::new("terminal"), &error))
}

/// Why a vault does not open, for people.
pub fn open_failure(dir: &Path, error: OpenError) -> Failure {
    open_error(error).at(dir.display().to_string())
}

/// Why a vault cannot be made from a copy in `dir`, for people.
pub fn restore_failure(dir: &Path, error: RestoreError) -> Failure {
    match error {
        RestoreError::Init(error) => init_failure(dir, error),
        RestoreError::Open(error) => open_error(error),
    }
}

/// Why a vault does not open, or does not exchange with another folder, for people.
pub fn open_error(error: OpenError) -> Failure {
    match error {
        OpenError::NoVault => {
            let remedy = "name its folder with --vault DIR, or make one: habeas init DIR";
            Failure::new(Exit::NoVault, "there is no vault here", remedy)
        }
        OpenError::WrongPassphrase => {
            let remedy = "type the passphrase again; there is no other way in than the ones that were set up";
            Failure::new(Exit::Locked, "the passphrase does not open this vault", remedy)
        }
        OpenError::NotAMember => {
            let remedy = "a keeper can invite you again; what you recorded stays in the vault";
            Failure::new(Exit::Locked, "you are no member of this vault any more", remedy)
        }
        OpenError::HeldByAnotherProcess => {
            let remedy = "close the other habeas (perhaps `habeas serve`), or wait until it ends";
            Failure::new(Exit::Held, "another process holds this vault", remedy)
        }
        OpenError::OtherVault => {
            Failure::new(Exit::Failed, error, "name the folder through which the members of this vault exchange")
        }
        OpenError::NoReceipt => {
            let remedy = "run `habeas sync FOLDER` here, let the partner run it there, then leave: they sign by it";
            Failure::new(Exit::Failed, error, remedy)
        }
        OpenError::Vault(error) => vault_failure(error),
        OpenError::NewerFormat { .. } => {
            Failure::new(Exit::Failed, error, "open it with a newer habeas; this one would not understand all of it")
        }
        other => {
            let remedy = "leave the folder as it is and look at a backup; `habeas verify` says more";
            Failure::new(Exit::Failed, other, remedy)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::{COMMANDS, Need};
    use habeas_core::Role;
    use habeas_vault::{InitOptions, KdfCost, NewMember};

    /// A vault with one member of each role, and the passphrase file of each.
    fn office() -> (tempfile::TempDir, Vec<(Role, PathBuf)>) {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("vault");
        let options = InitOptions {
            name: "office".into(),
            founder: "Founder".into(),
            device: "computer".into(),
            kdf: KdfCost::demo(),
            now_ms: 0,
        };
        let mut vault = Vault::init(&dir, &Passphrase::new("the founder of this office"), options).unwrap();
        let files = Role::ALL.iter().map(|role| {
            let words = format!("invented words of the {role}");
            let new = NewMember { name: format!("The {role}"), role: *role, compartments: Vec::new() };
            vault.add_member(new, &Passphrase::new(&words), KdfCost::demo(), true, 0).unwrap();
            let file = folder.path().join(role.code());
            std::fs::write(&file, words).unwrap();
            (*role, file)
        });
        let files = files.collect();
        (folder, files)
    }

    fn global(folder: &Path, file: &Path, words: &str) -> Global {
        Global {
            vault: Some(folder.join("vault")),
            passphrase_file: Some(file.to_owned()),
            key_file: None,
            as_of: None,
            json: true,
            asked: crate::rights::of_command(words),
        }
    }

    #[test]
    fn every_command_opens_for_members_whose_role_has_its_right_and_for_no_other() {
        let (folder, files) = office();
        let mut cells = 0;
        for (role, file) in &files {
            for asked in COMMANDS {
                let opened = desk(&global(folder.path(), file, asked.words));
                match asked.need {
                    Need::Right(right) if !role.may(right) => {
                        let Err(failure) = opened else { panic!("{role} ran {}", asked.words) };
                        assert_eq!(failure.exit, Exit::Failed);
                        assert!(failure.what.contains(&format!("«{right}»")), "{}", failure.what);
                        assert_eq!(failure.place, Some(format!("habeas {}", asked.words)));
                    }
                    _ => {
                        let desk = opened.unwrap_or_else(|failure| panic!("{role}: {}: {}", asked.words, failure.what));
                        assert_eq!((desk.who().role, desk.who().name.clone()), (*role, format!("The {role}")));
                    }
                }
                cells += 1;
            }
        }
        assert_eq!(cells, Role::ALL.len() * COMMANDS.len());
    }

    #[test]
    fn only_what_can_be_asked_of_the_past_takes_a_checkpoint() {
        let (folder, files) = office();
        let keeper = &files[Role::ALL.iter().position(|role| *role == Role::Keeper).unwrap()].1;
        for asked in COMMANDS {
            let past = Global { as_of: Some("1970-01-01".into()), ..global(folder.path(), keeper, asked.words) };
            let Err(failure) = desk(&past) else { panic!("there is no checkpoint yet") };
            let exit = if asked.of_the_past { Exit::Failed } else { Exit::Usage };
            assert_eq!(failure.exit, exit, "{}: {}", asked.words, failure.what);
        }
    }
}
