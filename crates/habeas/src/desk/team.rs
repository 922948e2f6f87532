//! Members who are added at this computer.

use super::{Desk, vault_failure};
use crate::{
    commands::init::{calibrated, now_ms},
    failure::{Exit, Failure},
};
use habeas_core::{Right, Role};
use habeas_vault::{NewMember, Passphrase};
use zeroize::Zeroizing;

impl Desk {
    /// A passphrase for somebody who is about to become a member under a name that nobody has.
    ///
    /// # Errors
    /// [`Failure`] where a member has the name, or this computer has no randomness.
    pub fn passphrase_for_new(&self, name: &str) -> Result<Zeroizing<String>, Failure> {
        if self.members().iter().any(|member| member.role.is_some() && member.name == name) {
            return Err(Failure::usage("a member has this name already", "add something that tells the two apart"));
        }
        habeas_vault::proposed_passphrase()
            .map_err(|error| Failure::new(Exit::Failed, error, "try again; without random numbers nobody can be added"))
    }

    /// Adds a member who works at this computer; returns their passphrase, which is kept nowhere.
    ///
    /// # Errors
    /// As [`Desk::passphrase_for_new`], and without the right to keep members.
    pub fn add_member_here(&self, name: String, role: Role) -> Result<Zeroizing<String>, Failure> {
        self.ask(Right::Keep)?;
        let passphrase = self.passphrase_for_new(&name)?;
        let new = NewMember { name, role, compartments: Vec::new() };
        let given = Passphrase::new(&passphrase);
        self.change(Right::Keep, |vault| {
            vault.add_member(new, &given, calibrated(), true, now_ms()).map_err(vault_failure)
        })?;
        Ok(passphrase)
    }

    /// The first digits of the newest checkpoint that this computer has made; none without the right to see them.
    pub fn newest_checkpoint(&self) -> Result<Option<String>, Failure> {
        if !self.may(Right::Copy) {
            return Ok(None);
        }
        self.keep(Right::Copy, |vault| {
            let device = vault.this_device();
            let own = vault.checkpoints().iter().rfind(|known| known.head.device == device.0);
            Ok(own.map(|checkpoint| checkpoint.id().to_string().chars().take(12).collect()))
        })
    }
}
