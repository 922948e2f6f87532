//! `habeas serve`: the pages, on this computer only.

use crate::{
    cli::Global,
    desk::Desk,
    failure::{Exit, Failure},
    opening::{self, Opener},
    output::Output,
    web::{self, Event, ListenOptions, Lock},
};
use habeas_vault::Passphrase;
use std::{io::IsTerminal, net::SocketAddr, sync::Arc, time::Duration};

/// Serve the pages on this computer
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pages: Pages,
}

/// How pages are served
#[derive(Debug, Clone, clap::Args)]
pub struct Pages {
    /// Where to serve; only addresses of this computer
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:7417")]
    listen: SocketAddr,
    /// Open the pages in the browser
    #[arg(long)]
    open: bool,
    /// Lock the vault after so many minutes in which nobody asks for a page
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=720))]
    lock_after: u64,
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
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
            |after| Lock::closed(after, Some(Arc::new(move |given: &Passphrase| opener.open(given)))),
            &args.pages,
            out,
        );
    }
    serve(opening::desk(global)?, opener, &args.pages, out)
}

/// Serves a desk until Ctrl-C; once locked, it is opened again by `opener`.
pub fn serve(desk: Desk, opener: Opener, pages: &Pages, out: &Output) -> Result<Exit, Failure> {
    let again = move |passphrase: &Passphrase| opener.open(passphrase);
    serve_lock(|after| Lock::new(desk, after, Box::new(again)), pages, out)
}

fn serve_lock(lock: impl FnOnce(Duration) -> Lock, pages: &Pages, out: &Output) -> Result<Exit, Failure> {
    let Pages { listen, open, lock_after } = *pages;
    if !listen.ip().is_loopback() {
        let remedy = "listen on 127.0.0.1 or [::1]; serving to a network needs encryption, which is not built yet";
        return Err(Failure::usage("the pages are served to this computer only", remedy).at(listen.to_string()));
    }
    web::serve(lock(Duration::from_secs(lock_after * 60)), ListenOptions { listen, open }, |event| {
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
