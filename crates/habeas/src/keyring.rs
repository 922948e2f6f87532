//! The keyring of the operating system, which can remember a way into a vault: a convenience, never the only way in.

use crate::failure::{Exit, Failure};
use habeas_vault::KeyringSecret;
use keyring_core::{Entry, Error};
use std::path::Path;
use zeroize::Zeroizing;

/// Under what name secrets stand there.
const SERVICE: &str = "habeas";

/// The secret of a vault, where this computer remembers one.
pub fn recall(vault: &str) -> Option<KeyringSecret> {
    let secret = Zeroizing::new(entry(vault).ok()?.get_secret().ok()?);
    KeyringSecret::from_bytes(&secret)
}

/// Remembers the secret of a vault.
pub fn remember(vault: &str, secret: &KeyringSecret, dir: &Path) -> Result<(), Failure> {
    let kept = entry(vault).and_then(|entry| entry.set_secret(secret.bytes()));
    kept.map_err(|error| {
        let remedy = "go on with the passphrase; the keyring may be locked, or this system may have none";
        Failure::new(Exit::Failed, refusal(&error), remedy).at(dir.display().to_string())
    })
}

/// Forgets the secret of a vault.
pub fn forget(vault: &str) {
    // Where there is no keyring there is nothing to forget.
    if let Ok(entry) = entry(vault) {
        let _ = entry.delete_credential();
    }
}

fn refusal(error: &Error) -> &'static str {
    match error {
        Error::NoStorageAccess(_) => "the keyring of this computer is locked",
        _ => "the keyring of this computer takes nothing",
    }
}

fn entry(vault: &str) -> Result<Entry, Error> {
    open_store()?;
    Entry::new(SERVICE, vault)
}

#[cfg(target_os = "linux")]
fn open_store() -> Result<(), Error> {
    use linux_keyutils::{KeyRing, KeyRingIdentifier};
    KeyRing::from_special_id(KeyRingIdentifier::Session, true).map_err(|error| Error::NoStorageAccess(error.into()))?;
    keyring_core::set_default_store(linux_keyutils_keyring_store::Store::new()?);
    Ok(())
}

#[cfg(target_os = "macos")]
fn open_store() -> Result<(), Error> {
    keyring_core::set_default_store(apple_native_keyring_store::keychain::Store::new()?);
    Ok(())
}

#[cfg(target_os = "windows")]
fn open_store() -> Result<(), Error> {
    keyring_core::set_default_store(windows_native_keyring_store::Store::new()?);
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn open_store() -> Result<(), Error> {
    Err(Error::NoDefaultStore)
}
