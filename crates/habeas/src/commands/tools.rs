//! Small commands about the program itself: completions and the manual page.

use crate::{
    cli::Cli,
    failure::{Exit, Failure},
    output::Output,
};
use clap::CommandFactory;
use clap_complete::Shell;

/// Write completions for a shell
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Writes completions.
pub fn completions(args: CompletionsArgs, out: &Output) -> Result<Exit, Failure> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "habeas", &mut bytes);
    out.bytes(&bytes)?;
    Ok(Exit::Ok)
}

/// Writes the manual page.
pub fn man(out: &Output) -> Result<Exit, Failure> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut bytes)?;
    out.bytes(&bytes)?;
    Ok(Exit::Ok)
}
