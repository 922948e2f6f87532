//! Finding the vault and its passphrase.

use crate::{
    cli::Global,
    desk::Desk,
    failure::{Exit, Failure},
    output::Output,
};
use habeas_vault::{Notice, OpenError, Passphrase, Vault};
use std::{
    env,
    io::IsTerminal,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Opens the vault that the options, the environment or the current folder name, for a member whose role lets them do
/// what was asked.
pub fn desk(global: &Global) -> Result<Desk, Failure> {
    let opener = Opener::new(global)?;
    let desk = opener.open(&passphrase(global, "passphrase: ")?)?;
    // Without a line in the table a command opens nothing.
    let asked = global.asked.expect("every command stands in the table of rights: a test walks them all");
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
}

impl Opener {
    /// The vault that the options, the environment or the current folder name.
    pub fn new(global: &Global) -> Result<Self, Failure> {
        Ok(Self { dir: find(global)? })
    }

    /// The vault in a folder.
    pub fn of(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Opens it.
    pub fn open(&self, passphrase: &Passphrase) -> Result<Desk, Failure> {
        Vault::open(&self.dir, passphrase).map(Desk::new).map_err(|error| open_failure(&self.dir, error))
    }
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
    let file = global.passphrase_file.clone().or_else(|| env::var_os("HABEAS_PASSPHRASE_FILE").map(PathBuf::from));
    if let Some(path) = file {
        let text = std::fs::read_to_string(&path).map(Zeroizing::new);
        let text = text.map_err(|error| Failure::file("read", &path, &error))?;
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
    let place = dir.display().to_string();
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
        OpenError::NewerFormat { .. } => {
            Failure::new(Exit::Failed, error, "open it with a newer habeas; this one would not understand all of it")
        }
        other => {
            let remedy = "leave the folder as it is and look at a backup; `habeas verify` says more";
            Failure::new(Exit::Failed, other, remedy)
        }
    }
    .at(place)
}
