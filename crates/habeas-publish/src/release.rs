//! Releases: a manifest of hashes, a note that people sign, and the check that needs no vault.

use crate::files::{OutputFiles, sha256};
use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// The file of hashes, in the form that `sha256sum -c` reads.
pub const MANIFEST: &str = "MANIFEST.sha256";
/// The signed note over it.
pub const NOTE: &str = "MANIFEST.note";
/// What the release is.
pub const RELEASE: &str = "release.json";
/// Dash and blank before a signature.
const DASH: &str = "\u{2014} ";
/// Type of an Ed25519 key in a signed note.
const ED25519: u8 = 1;

/// Writes the manifest of all files but the manifest and its note.
pub fn manifest(files: &OutputFiles) -> String {
    let mut lines = String::new();
    for (path, file) in files.iter().filter(|(path, _)| *path != MANIFEST && *path != NOTE) {
        let _ = writeln!(lines, "{}  {path}", sha256(&file.bytes));
    }
    lines
}

/// The text that is signed.
pub fn note(number: u64, manifest: &str) -> String {
    format!("habeas/release/1\nR{number:04}\n{}\n", sha256(manifest.as_bytes()))
}

/// A key as people compare it and other programs read it, in the form of C2SP.
pub fn verifier_key(name: &str, public: &[u8; 32]) -> String {
    let id = key_id(name, public);
    let id = id.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    format!("{name}+{id}+{}", BASE64_STANDARD.encode([&[ED25519][..], public].concat()))
}

fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(public).finalize();
    *hash.first_chunk().expect("SHA-256 has 32 bytes")
}

/// Puts note and signatures together; `signed` has name, key and line of each signer.
pub fn signed_note(note: &str, signed: &[(String, [u8; 32], String)]) -> String {
    let lines: String = signed.iter().map(|(.., line)| line.as_str()).collect();
    let keys: String = signed.iter().map(|(name, public, _)| format!("key {}\n", verifier_key(name, public))).collect();
    format!("{note}\n{lines}\n{keys}")
}

/// What is wrong with a folder that says it is a release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A file that every release has is missing or cannot be read.
    #[error("{file} is missing or not as every release has it")]
    NotARelease {
        /// The file.
        file: &'static str,
    },
    /// A file is not as it was.
    #[error("{path} was changed")]
    Changed {
        /// Its path.
        path: String,
    },
    /// A file is gone.
    #[error("{path} is missing")]
    Missing {
        /// Its path.
        path: String,
    },
    /// A file that the manifest does not name.
    #[error("{path} does not belong to the release")]
    Foreign {
        /// Its path.
        path: String,
    },
    /// The manifest is not the one that was signed.
    #[error("the manifest is not the one that was signed")]
    Manifest,
    /// A signature does not hold.
    #[error("a signature does not hold")]
    Signature,
    /// Fewer persons have signed than the release says.
    #[error("{found} of {needed} signatures are there")]
    TooFewSignatures {
        /// Signatures that hold.
        found: usize,
        /// Signatures that the release asks for.
        needed: usize,
    },
    /// None of the signers is the one that was asked for.
    #[error("nobody with the key that was asked for has signed")]
    OtherSigner,
}

/// What a release that is whole says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Its number.
    pub number: u64,
    /// Files whose hash was compared.
    pub n_files: usize,
    /// Keys of those who have signed.
    pub signers: Vec<String>,
    /// All that is wrong; nothing where the release is whole.
    pub problems: Vec<Problem>,
}

/// Checks a release by its files alone. `wanted` is a key that must have signed; whoever changes a folder can also change
/// the keys in it, so compare them with ones that came another way.
pub fn verify(files: &BTreeMap<String, Vec<u8>>, wanted: Option<&str>) -> Verified {
    let mut report = Verified::default();
    let text = |name: &str| files.get(name).and_then(|bytes| std::str::from_utf8(bytes).ok());
    for file in [MANIFEST, NOTE, RELEASE] {
        if text(file).is_none() {
            report.problems.push(Problem::NotARelease { file });
        }
    }
    let (Some(manifest), Some(signed), Some(release)) = (text(MANIFEST), text(NOTE), text(RELEASE)) else {
        return report;
    };
    let listed: BTreeMap<&str, &str> =
        manifest.lines().filter_map(|line| line.split_once("  ")).map(|(h, p)| (p, h)).collect();
    for (path, hash) in &listed {
        match files.get(*path) {
            None => report.problems.push(Problem::Missing { path: (*path).to_owned() }),
            Some(bytes) if sha256(bytes) != **hash => {
                report.problems.push(Problem::Changed { path: (*path).to_owned() })
            }
            Some(_) => report.n_files += 1,
        }
    }
    let known: BTreeSet<&str> = listed.keys().copied().chain([MANIFEST, NOTE]).collect();
    let foreign = files.keys().filter(|path| !known.contains(path.as_str()));
    report.problems.extend(foreign.map(|path| Problem::Foreign { path: path.clone() }));

    let release: serde_json::Value = serde_json::from_str(release).unwrap_or_default();
    report.number = release["number"].as_u64().unwrap_or_default();
    let expected = note(report.number, manifest);
    let parts: Vec<&str> = signed.splitn(3, "\n\n").collect();
    let [head, signatures, keys] = parts.as_slice() else {
        report.problems.push(Problem::NotARelease { file: NOTE });
        return report;
    };
    if format!("{head}\n") != expected {
        report.problems.push(Problem::Manifest);
    }
    for line in signatures.lines() {
        let key = signature_of(line).and_then(|(name, signature)| {
            let key = keys
                .lines()
                .filter_map(|line| line.strip_prefix("key "))
                .find(|key| key.starts_with(&format!("{name}+")))?;
            // The encoded key may hold the sign that parts it from its name.
            let encoded = key.get(name.len() + 1..)?.split_once('+')?.1;
            let public = BASE64_STANDARD.decode(encoded).ok()?;
            let public = VerifyingKey::from_bytes(public.get(1..)?.try_into().ok()?).ok()?;
            public.verify_strict(expected.as_bytes(), &Signature::from_bytes(&signature)).ok()?;
            (verifier_key(name, public.as_bytes()) == key).then(|| key.to_owned())
        });
        match key {
            Some(key) if !report.signers.contains(&key) => report.signers.push(key),
            Some(_) => {}
            None => report.problems.push(Problem::Signature),
        }
    }
    let needed = if release["two_persons"] == true { 2 } else { 1 };
    if report.signers.len() < needed {
        report.problems.push(Problem::TooFewSignatures { found: report.signers.len(), needed });
    }
    if wanted.is_some_and(|wanted| report.signers.iter().all(|key| key != wanted)) {
        report.problems.push(Problem::OtherSigner);
    }
    report
}

fn signature_of(line: &str) -> Option<(&str, [u8; 64])> {
    let (name, signature) = line.strip_prefix(DASH)?.rsplit_once(' ')?;
    let bytes = BASE64_STANDARD.decode(signature).ok()?;
    Some((name, bytes.get(4..)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    fn signed(number: u64, manifest: &str, who: &[u8]) -> String {
        let note = note(number, manifest);
        let lines: Vec<_> = who
            .iter()
            .map(|seed| {
                let key = SigningKey::from_bytes(&[*seed; 32]);
                let (name, public) = (format!("habeas/release/1/{seed}"), key.verifying_key().to_bytes());
                let signature = [&key_id(&name, &public)[..], &key.sign(note.as_bytes()).to_bytes()].concat();
                (name.clone(), public, format!("{DASH}{name} {}\n", BASE64_STANDARD.encode(signature)))
            })
            .collect();
        signed_note(&note, &lines)
    }

    fn release(two_persons: bool, who: &[u8]) -> BTreeMap<String, Vec<u8>> {
        let mut files = OutputFiles::default();
        files.put("site/index.html", "<p>x</p>");
        files.put("data/tables.csv", "a\n1\n");
        files.put(RELEASE, format!("{{\"number\":7,\"two_persons\":{two_persons}}}"));
        let manifest = manifest(&files);
        files.put(NOTE, signed(7, &manifest, who));
        files.put(MANIFEST, manifest);
        files.iter().map(|(path, file)| (path.to_owned(), file.bytes.clone())).collect()
    }

    #[test]
    fn a_release_as_it_was_made_verifies_and_says_who_has_signed() {
        let report = verify(&release(false, &[1]), None);
        assert_eq!((report.number, report.n_files, report.signers.len()), (7, 3, 1));
        assert_eq!(report.problems, []);
        assert_eq!(verify(&release(false, &[1]), Some(&report.signers[0])).problems, []);
        assert_eq!(verify(&release(false, &[2]), Some(&report.signers[0])).problems, [Problem::OtherSigner]);
    }

    #[test]
    fn any_byte_that_is_changed_is_noticed() {
        let whole = release(true, &[1, 2]);
        assert_eq!(verify(&whole, None).problems, []);
        for (path, bytes) in &whole {
            for at in 0..bytes.len() {
                let mut changed = whole.clone();
                changed.get_mut(path).unwrap()[at] ^= 1;
                let report = verify(&changed, None);
                // The four bytes of a key's id help to find the key; no signature rests on them.
                let same = report.problems.is_empty() && report.signers == verify(&whole, None).signers;
                assert!(!report.problems.is_empty() || (path == NOTE && same), "{path}, byte {at}");
            }
        }
    }

    #[test]
    fn files_that_were_added_or_taken_away_are_noticed() {
        let mut files = release(false, &[1]);
        files.remove("data/tables.csv");
        files.insert("data/more.csv".into(), Vec::new());
        assert_eq!(
            verify(&files, None).problems,
            [Problem::Missing { path: "data/tables.csv".into() }, Problem::Foreign { path: "data/more.csv".into() },]
        );
    }

    #[test]
    fn one_signature_is_not_two_and_the_same_twice_is_one() {
        let needed = Problem::TooFewSignatures { found: 1, needed: 2 };
        assert_eq!(verify(&release(true, &[1]), None).problems, std::slice::from_ref(&needed));
        assert_eq!(verify(&release(true, &[1, 1]), None).problems, [needed]);
    }

    #[test]
    fn a_folder_that_was_half_written_is_no_release() {
        let mut files = release(false, &[1]);
        files.remove(NOTE);
        assert_eq!(verify(&files, None).problems, [Problem::NotARelease { file: NOTE }]);
        assert_eq!(verify(&BTreeMap::new(), None).problems.len(), 3);
    }
}
