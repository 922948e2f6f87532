//! `habeas init`: a new vault.

use crate::{
    cli::Global,
    commands::recovery::{combined, read, recovery_key, recovery_words, refuse_existing, write_shares},
    desk::vault_failure,
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use habeas_vault::{InitError, InitOptions, KdfCost, Passphrase, Vault, Way};
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
    /// For the day on which the passphrase is lost: write a recovery key of 24 words to this file, to be printed
    #[arg(long, value_name = "FILE", group = "recovery")]
    recovery_key: Option<PathBuf>,
    /// For the day on which the passphrase is lost: make N shares of which K open the vault, such as 2/3
    #[arg(long, value_name = "K/N", group = "recovery", requires = "shares_out", value_parser = shares)]
    shares: Option<(u8, u8)>,
    /// The folder to make for the shares, one file each
    #[arg(long, value_name = "DIR", requires = "shares")]
    shares_out: Option<PathBuf>,
    /// A lost passphrase loses everything: I know
    #[arg(long, group = "recovery")]
    no_recovery: bool,
}

/// How the vault opens when the passphrase is lost.
enum Recovery {
    /// 24 words, in a file, or shown and typed back.
    Key(Option<PathBuf>),
    /// Shares in a folder.
    Shares { k: u8, n: u8, dir: PathBuf },
    /// Not at all.
    Nothing,
}

fn shares(text: &str) -> Result<(u8, u8), &'static str> {
    let parsed = text.split_once('/').and_then(|(k, n)| Some((k.trim().parse().ok()?, n.trim().parse().ok()?)));
    match parsed {
        Some((k, n)) if k >= 2 && n >= k => Ok((k, n)),
        _ => Err("write how many open it and how many there are, such as 2/3"),
    }
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    [&args.recovery_key, &args.shares_out].into_iter().try_for_each(|path| refuse_existing(path.as_deref()))?;
    let passphrase = choose_passphrase(opening::passphrase_file(global).as_deref(), out)?;
    let recovery = match (args.recovery_key, args.shares.zip(args.shares_out)) {
        (Some(file), _) => Recovery::Key(Some(file)),
        (_, Some(((k, n), dir))) => Recovery::Shares { k, n, dir },
        // Scripts are asked nothing: `doctor` says what is missing.
        _ if args.no_recovery || !std::io::stdin().is_terminal() => Recovery::Nothing,
        _ => choose_recovery(&args.dir, out)?,
    };
    let name = args.name.unwrap_or_else(|| {
        args.dir.file_name().map_or_else(|| "vault".into(), |name| name.to_string_lossy().into_owned())
    });
    let kdf = calibrated();
    let founder = args.founder.unwrap_or_else(account_name);
    let device = args.device.unwrap_or_else(device_name);
    let options = InitOptions { name, founder, device, kdf, now_ms: now_ms() };
    let mut vault = Vault::init(&args.dir, &passphrase, options).map_err(|error| init_failure(&args.dir, error))?;
    let (id, dir) = (vault.id(), args.dir.display().to_string());
    let made = match recovery {
        Recovery::Key(file) => {
            let words = recovery_words(&mut vault, file.as_deref())?;
            drop(vault);
            try_recovery_key(&args.dir, &words, file.as_deref(), out)?;
            "recovery-key"
        }
        Recovery::Shares { k, n, dir } => {
            let files = write_shares(&mut vault, k, n, &dir)?;
            drop(vault);
            try_opening(&args.dir, Way::Shares(&combined(&files[..k.into()])?))?;
            out.talk(format_args!("{n} shares are in {}: any {k} of them have just opened the vault.", dir.display()));
            out.talk("Give each to another person, by another way, and remove the files.");
            "shares"
        }
        Recovery::Nothing => {
            out.talk("A lost passphrase loses everything: write it down and keep it apart from this computer.");
            "nothing"
        }
    };
    let object = json!({ "schema": 1, "vault": dir, "id": id, "recovery": made });
    out.result(&object, || format!("made a vault in {dir}"))?;
    out.next(format_args!("habeas import FILE --as LIST --vault {dir}"));
    Ok(Exit::Ok)
}

/// What somebody types who wants no way back.
const NO_WAY_BACK: &str = "a lost passphrase loses everything";

/// Asks how the vault shall open when the passphrase is lost.
fn choose_recovery(vault: &Path, out: &Output) -> Result<Recovery, Failure> {
    out.talk("\nHow shall the vault open if the passphrase is lost, or whoever knows it is?");
    out.talk("  1  by 24 words on paper, kept in another house");
    out.talk("  2  by 2 of 3 people together, each with a share");
    out.talk(format_args!("  or type «{NO_WAY_BACK}» if nothing else shall open it"));
    loop {
        out.talk("1, 2, or the sentence:");
        match line()?.as_str() {
            "1" => return Ok(Recovery::Key(None)),
            "2" => {
                let name = vault.file_name().map_or_else(|| "vault".into(), |name| name.to_string_lossy().into_owned());
                let dir = vault.with_file_name(format!("{name}-shares"));
                refuse_existing(Some(&dir))?;
                return Ok(Recovery::Shares { k: 2, n: 3, dir });
            }
            NO_WAY_BACK => return Ok(Recovery::Nothing),
            "" => return Err(Failure::usage("no way back was chosen", "run the command again; nothing was made")),
            _ => {}
        }
    }
}

fn line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| Failure::file("read", Path::new("terminal"), &error))?;
    Ok(line.trim().to_owned())
}

/// The words are written down when what was written has opened the vault once.
fn try_recovery_key(vault: &Path, words: &str, file: Option<&Path>, out: &Output) -> Result<(), Failure> {
    if let Some(path) = file {
        let key = recovery_key(&read(path)?)?;
        try_opening(vault, Way::RecoveryKey(&key))?;
        out.talk(format_args!(
            "The words in {} have just opened the vault. Print them, remove the file.",
            path.display()
        ));
        return Ok(());
    }
    out.talk(format_args!("\nWrite these 24 words on paper, in their order:\n\n    {words}\n"));
    loop {
        let typed = opening::typed("now type them from the paper: ")?;
        match recovery_key(&typed).and_then(|key| try_opening(vault, Way::RecoveryKey(&key))) {
            Ok(()) => break,
            Err(_) => out.talk("These do not open the vault: look at the paper again."),
        }
    }
    out.talk("The words have just opened the vault. Keep the paper in another house.");
    Ok(())
}

/// Opens the vault once by a way that is kept for later, and says so in the audit.
fn try_opening(vault: &Path, way: Way<'_>) -> Result<(), Failure> {
    let mut vault = Vault::open(vault, way).map_err(|error| opening::open_failure(vault, error))?;
    vault.audit("recovery-tried", now_ms()).map_err(vault_failure)
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
