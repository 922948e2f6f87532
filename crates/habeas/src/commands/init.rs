//! `habeas init`: a new vault.

use crate::{
    cli::Global,
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use habeas_vault::{InitError, InitOptions, KdfCost, Passphrase, Vault};
use serde_json::json;
use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// Make a new vault
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder to make; it must not exist or be empty
    dir: PathBuf,
    /// A name for people, shown on the pages [default: the folder's name]
    #[arg(long)]
    name: Option<String>,
    /// Your name, as members will see it; you become its first keeper [default: your account's name on this computer]
    #[arg(long = "me", value_name = "NAME")]
    founder: Option<String>,
    /// What your team calls this computer [default: its name on the network]
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let passphrase = choose_passphrase(opening::passphrase_file(global).as_deref(), out)?;
    let name = args.name.unwrap_or_else(|| {
        args.dir.file_name().map_or_else(|| "vault".into(), |name| name.to_string_lossy().into_owned())
    });
    let kdf = calibrated();
    let founder = args.founder.unwrap_or_else(account_name);
    let device = args.device.unwrap_or_else(device_name);
    let options = InitOptions { name, founder, device, kdf, now_ms: now_ms() };
    let vault = Vault::init(&args.dir, &passphrase, options).map_err(|error| init_failure(&args.dir, error))?;
    let dir = args.dir.display().to_string();
    out.result(&json!({ "schema": 1, "vault": dir, "id": vault.id() }), || format!("made a vault in {dir}"))?;
    out.talk("A lost passphrase loses everything: write it down and keep it apart from this computer.");
    out.next(format_args!("habeas import FILE --as LIST --vault {dir}"));
    Ok(Exit::Ok)
}

/// The name of the account on this computer.
pub fn account_name() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|variable| std::env::var(variable).ok());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| "keeper".into())
}

/// What this computer calls itself.
pub fn device_name() -> String {
    #[cfg(unix)]
    {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    }
    #[cfg(not(unix))]
    {
        std::env::var("COMPUTERNAME").unwrap_or_else(|_| "computer".into())
    }
}

/// What a try of a passphrase costs on this computer: at least half a second.
pub fn calibrated() -> KdfCost {
    let begun = Instant::now();
    KdfCost::calibrated(|| begun.elapsed())
}

/// Milliseconds since 1970, the only clock that entries are stamped with; no rule depends on it.
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_millis() as i64)
}

/// A new passphrase: from a file, or proposed and typed twice where there is a terminal.
pub fn choose_passphrase(file: Option<&Path>, out: &Output) -> Result<Passphrase, Failure> {
    if file.is_some() || !std::io::stdin().is_terminal() {
        return opening::passphrase_from(file, "");
    }
    let proposal = habeas_vault::proposed_passphrase().map_err(|error| {
        Failure::new(Exit::Failed, error, "run the command again; without random numbers there is no safe vault")
    })?;
    out.talk("Choose a passphrase. A good one, made just now for you:\n");
    out.talk(format_args!("    {}\n", *proposal));
    let first = opening::typed("new passphrase: ")?;
    let again = opening::typed("the same again: ")?;
    if *first != *again {
        return Err(Failure::usage("the two passphrases differ", "run the command again"));
    }
    Ok(Passphrase::new(&first))
}

/// Why a vault cannot be made, for people.
pub fn init_failure(dir: &Path, error: InitError) -> Failure {
    let remedy = match error {
        InitError::AlreadyAVault => "use it as it is, or name another folder",
        InitError::NotEmpty => "name a new folder, or an empty one",
        InitError::ShortPassphrase { .. } => "take the proposed one, or a sentence that only you know",
        InitError::Vault(_) => "look whether there is room and whether you may write there",
    };
    Failure::new(Exit::Failed, error, remedy).at(dir.display().to_string())
}
