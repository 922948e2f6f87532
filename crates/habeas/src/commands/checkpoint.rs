//! `habeas checkpoint`: signed summaries to keep elsewhere, without which no encrypted folder can show that it was replaced
//! by an older copy of itself.

use crate::{
    desk::Desk,
    failure::{Exit, Failure},
};
use habeas_core::Right;
use habeas_vault::Checkpoint;
use std::path::Path;

/// Reads a checkpoint that was kept elsewhere.
pub fn read(desk: &Desk, path: &Path) -> Result<Checkpoint, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    let vault = desk.keep(Right::Copy, |vault| Ok(vault.id()))?;
    // Ids of all kinds are written the same way.
    let vault: habeas_core::UserId = vault.parse().expect("a vault writes its id as 32 hexadecimal digits");
    Checkpoint::read(&text, vault.0).map_err(|kind| {
        let remedy = "give a file that `habeas checkpoint export` wrote for this vault";
        Failure::new(Exit::Failed, kind, remedy).at(path.display().to_string())
    })
}
