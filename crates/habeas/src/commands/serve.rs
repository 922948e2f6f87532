//! `habeas serve`: the pages, on this computer only.

use crate::{
    cli::Global,
    desk::Desk,
    failure::{Exit, Failure},
    opening::{self, Opener},
    output::Output,
    web::{self, Certificate, Event, ListenOptions, Lock, Network},
};
use habeas_vault::Passphrase;
use std::{io::IsTerminal, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

/// Serve the pages on this computer
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pages: Pages,
}

/// How pages are served
#[derive(Debug, Clone, clap::Args)]
pub struct Pages {
    /// Where to serve; other computers are served sealed (TLS) only
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:7417")]
    listen: SocketAddr,
    /// For other computers: a name or address under which they ask (can be repeated) [default: the address of --listen]
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
    /// For other computers: the certificate with its chain, PEM [default: one is made, its mark is printed]
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// For other computers: the key of the certificate, PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Open the pages in the browser
    #[arg(long)]
    open: bool,
    /// Lock the vault after so many minutes in which nobody asks for a page
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=720))]
    lock_after: u64,
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    // Before anybody types a passphrase.
    names(&args.pages)?;
    // Without a vault the pages offer to make one, to open one, or the demonstration.
    match opening::find(global) {
        Err(failure) if failure.exit == Exit::NoVault => {
            return serve_lock(|after| Lock::closed(after, None), &args.pages, out);
        }
        found => found?,
    };
    let opener = Opener::new(global)?;
    // Where nobody can be asked for the passphrase here, the page asks.
    let nobody_here = opening::passphrase_file(global).is_none() && !std::io::stdin().is_terminal();
    if nobody_here && !opener.is_remembered() {
        return serve_lock(
            |after| Lock::closed(after, Some(Arc::new(move |given: &Passphrase| opened(&opener, given)))),
            &args.pages,
            out,
        );
    }
    let desk = opening::desk(global)?;
    let _ = desk.checkpoint_of_days_before();
    serve(desk, opener, &args.pages, out)
}

/// Opens the vault for the pages. Where no checkpoint can be written, reading goes on.
fn opened(opener: &Opener, passphrase: &Passphrase) -> Result<Desk, Failure> {
    let desk = opener.open(passphrase)?;
    let _ = desk.checkpoint_of_days_before();
    Ok(desk)
}

/// Serves a desk until Ctrl-C; once locked, it is opened again by `opener`.
pub fn serve(desk: Desk, opener: Opener, pages: &Pages, out: &Output) -> Result<Exit, Failure> {
    let again = move |passphrase: &Passphrase| opened(&opener, passphrase);
    serve_lock(|after| Lock::new(desk, after, Box::new(again)), pages, out)
}

/// Under which names other computers ask.
fn names(pages: &Pages) -> Result<Vec<String>, Failure> {
    Ok(match (pages.name.as_slice(), pages.listen.ip()) {
        ([], address) if address.is_unspecified() => {
            let remedy =
                "say --name office.local or --name ADDRESS, once for each; asked under another, nothing answers";
            return Err(Failure::usage("under which name other computers ask is not known", remedy));
        }
        ([], address) => vec![address.to_string()],
        (names, _) => names.to_vec(),
    })
}

/// How other computers reach the pages, and by what they know that it is us.
fn network(pages: &Pages) -> Result<Network, Failure> {
    let names = names(pages)?;
    let certificate = match (&pages.certificate, &pages.key) {
        (Some(chain), Some(key)) => Certificate::from_files(chain, key)?,
        _ => Certificate::own(names.clone())?,
    };
    Ok(Network { certificate, names })
}

fn serve_lock(lock: impl FnOnce(Duration) -> Lock, pages: &Pages, out: &Output) -> Result<Exit, Failure> {
    let Pages { listen, open, lock_after, .. } = *pages;
    let is_here = listen.ip().is_loopback() && pages.name.is_empty() && pages.certificate.is_none();
    let network = if is_here { None } else { Some(network(pages)?) };
    if let Some(network) = &network {
        out.talk(format_args!(
            "served to other computers, sealed; the certificate has the mark\n  {}",
            network.certificate.fingerprint()
        ));
        out.talk("Compare it with what the browser shows before anybody types a passphrase.");
    }
    web::serve(lock(Duration::from_secs(lock_after * 60)), ListenOptions { listen, network, open }, |event| {
        match event {
        Event::Way(url) => {
            out.talk(format_args!("open {url}"));
            out.talk("The address works once, for this computer. Stop with Ctrl-C.");
        }
        Event::Locked => out.talk(format_args!(
            "locked: nobody asked for a page in {lock_after} minutes, or the computer slept; the passphrase opens it again"
        )),
    }
    })?;
    Ok(Exit::Ok)
}
