//! `habeas serve`: the pages, on this computer only.

use crate::{
    cli::Global,
    desk::Desk,
    failure::{Exit, Failure},
    opening,
    output::Output,
    web::{self, ListenOptions},
};
use std::net::SocketAddr;

/// Serve the pages on this computer
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to listen; only addresses of this computer
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:7417")]
    listen: SocketAddr,
    /// Open the pages in the browser
    #[arg(long)]
    open: bool,
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    serve(desk, args.listen, args.open, out)
}

/// Serves a desk until Ctrl-C.
pub fn serve(desk: Desk, listen: SocketAddr, open: bool, out: &Output) -> Result<Exit, Failure> {
    if !listen.ip().is_loopback() {
        let remedy = "listen on 127.0.0.1 or [::1]; serving to a network needs encryption, which is not built yet";
        return Err(Failure::usage("the pages are served to this computer only", remedy).at(listen.to_string()));
    }
    web::serve(desk, ListenOptions { listen, open }, |url| {
        out.talk(format_args!("open {url}"));
        out.talk("The address works once, for this computer. Stop with Ctrl-C.");
    })?;
    Ok(Exit::Ok)
}
