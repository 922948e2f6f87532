//! Files that somebody changed, cut, swapped, repeated, removed or put back as they were before.

use super::*;
use crate::damage::Damage;
use std::collections::BTreeSet;

/// A vault with closed segments, an open one, blobs and key files; every kind of file that a device has.
fn reference() -> (SimDisk, Secrets) {
    let (disk, secrets) = founded();
    let mut vault = open(&disk, &secrets).unwrap();
    vault.log.own.close_segments_at(600);
    let steps =
        [Step::Audit, Step::Source { bytes: 20 }, Step::Import { rows: 2 }, Step::Audit, Step::Estimate, Step::Audit];
    steps.into_iter().enumerate().for_each(|(n, step)| act(&mut vault, step, n).unwrap());
    assert!(vault.log.own.n_segments() > 2);
    drop(vault);
    (disk, secrets)
}

/// Files in which something is found wrong: on opening, or by verifying after it.
fn found_wrong(opened: Result<Vault, OpenError>) -> Vec<String> {
    let damages = match opened {
        Err(OpenError::Damaged(damage)) => vec![damage],
        Err(error) => panic!("neither opened nor told where: {error}"),
        Ok(vault) => vault.verify(Depth::Deep, &[]).unwrap().damages,
    };
    damages.into_iter().map(|damage| damage.file.as_str().to_owned()).collect()
}

fn closed_segments(disk: &SimDisk) -> Vec<String> {
    disk.paths().into_iter().filter(|path| path.ends_with(".seg")).collect()
}

fn open_segment(disk: &SimDisk) -> String {
    disk.paths().into_iter().find(|path| path.ends_with("open.part")).unwrap()
}

/// Where frames begin, and the end of the last.
fn frame_bounds(bytes: &[u8], frames_at: usize, end: usize) -> Vec<usize> {
    let mut bounds = vec![frames_at];
    while *bounds.last().unwrap() < end {
        let at = *bounds.last().unwrap();
        let length = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        bounds.push(at + 4 + length as usize);
    }
    bounds
}

/// A test flips every fifth byte of a file, a long run every byte.
fn stride() -> usize {
    budget("HABEAS_FLIP_EVERY", 5) as usize
}

#[test]
fn a_flip_of_any_byte_is_detected_and_the_file_named() {
    let (disk, secrets) = reference();
    let public = |path: &str| path.starts_with("unlock/") || path == "vault.toml";
    let (mut flips, stride) = (0, stride());
    for path in disk.paths().into_iter().filter(|path| !public(path)) {
        for at in (0..disk.read(&path).len()).step_by(stride) {
            let disk = disk.copy();
            disk.tamper(&path, |bytes| bytes[at] ^= 1 << (at % 8));
            let opened = open(&disk, &secrets);
            // One of the two records of the durable length is no loss: opening says so and writes it anew.
            let told = opened.as_ref().is_ok_and(|vault| vault.notices().contains(&Notice::LengthRecordLost));
            if !(told && path.ends_with("open.part")) {
                let wrong = found_wrong(opened);
                assert!(wrong.contains(&path), "{path}, byte {at}: {wrong:?}");
            }
            flips += 1;
        }
    }
    println!("{flips} flips, one in every {stride}th byte: all detected");
    assert!(flips > 4_000);
}

/// What is read where the vault does not open for writing.
fn salvaged(disk: &SimDisk, secrets: &Secrets, damage: Damage) -> Result<Vault, OpenError> {
    let founder = read_genesis(disk, &secrets.vault)?;
    let keys = Keys::new(secrets.vault_key.clone(), secrets.vault);
    let user = UserKeys::of(&secrets.user_seed);
    Vault::salvage_unlocked(Arc::new(disk.clone()), None, keys, user, founder, damage)
}

#[test]
fn what_stands_without_the_damaged_bytes_is_read_and_no_file_is_changed() {
    let (disk, secrets) = reference();
    let whole = seen(&open(&disk, &secrets).unwrap());
    let (mut read, mut refused, mut parts) = (0, 0, BTreeSet::new());
    for path in disk.paths().into_iter().filter(|path| path.starts_with("feeds/") || path.starts_with("keys/")) {
        for at in (0..disk.read(&path).len()).step_by(stride() * 7) {
            let disk = disk.copy();
            disk.tamper(&path, |bytes| bytes[at] ^= 1 << (at % 8));
            let Err(OpenError::Damaged(damage)) = open(&disk, &secrets) else { continue };
            let before: Vec<Vec<u8>> = disk.paths().iter().map(|path| disk.read(path)).collect();
            let Ok(mut vault) = salvaged(&disk, &secrets, damage.clone()) else {
                refused += 1;
                continue;
            };
            assert!(vault.notices().contains(&Notice::Damaged(damage)), "{path}, byte {at}: {:?}", vault.notices());
            let found = seen(&vault);
            assert!(found.iter().all(|line| whole.contains(line)), "{path}, byte {at}: nothing is made up: {found:?}");
            let report = vault.verify(Depth::Deep, &[]).unwrap();
            assert!(report.damages.iter().any(|damage| damage.file.as_str() == path), "{path}: {report:?}");
            assert!(matches!(vault.audit("more", 0), Err(VaultError::ReadOnly)));
            drop(vault);
            let after: Vec<Vec<u8>> = disk.paths().iter().map(|path| disk.read(path)).collect();
            assert!(before == after, "{path}, byte {at}: a file was changed");
            read += 1;
            parts.insert(found);
        }
    }
    println!("{read} damaged vaults were read in part, {refused} refused; {} different parts", parts.len());
    assert!(read > 100 && parts.len() > 3 && read > 5 * refused);
}

/// These are read before any key is there, so each try costs the stretching of a passphrase. The case of a letter is left
/// as it is: a hexadecimal digit means the same in both.
#[test]
fn a_flip_in_what_is_read_before_the_keys_opens_nothing() {
    let (disk, _) = reference();
    for path in disk.paths().iter().filter(|path| path.starts_with("unlock/") || *path == "vault.toml") {
        // A comment means nothing: what it says may change.
        let comment = disk.read(path).iter().position(|byte| *byte == b'\n').filter(|_| path == "vault.toml");
        for at in (comment.map_or(0, |end| end + 1)..disk.read(path).len()).step_by(stride()) {
            let disk = disk.copy();
            disk.tamper(path, |bytes| bytes[at] ^= 1 << (at % 5));
            assert!(Vault::open_on(Arc::new(disk), &passphrase()).is_err(), "{path}, byte {at}");
        }
    }
}

#[test]
fn a_cut_at_every_frame_is_detected() {
    let (disk, secrets) = reference();
    let mut cuts = 0;
    for path in closed_segments(&disk).into_iter().chain([open_segment(&disk)]) {
        let bytes = disk.read(&path);
        let bounds = match path.ends_with(".seg") {
            true => frame_bounds(&bytes, 128, bytes.len() - 64),
            false => frame_bounds(&bytes, 12288, bytes.len()),
        };
        for at in bounds.into_iter().filter(|at| *at < bytes.len()) {
            let disk = disk.copy();
            disk.tamper(&path, |bytes| bytes.truncate(at));
            let wrong = found_wrong(open(&disk, &secrets));
            assert!(wrong.contains(&path), "{path}, cut at {at}: {wrong:?}");
            cuts += 1;
        }
    }
    assert!(cuts > 8, "{cuts}");
}

#[test]
fn frames_that_are_swapped_repeated_or_left_out_are_detected() {
    let (disk, secrets) = reference();
    for path in closed_segments(&disk).into_iter().chain([open_segment(&disk)]) {
        let bytes = disk.read(&path);
        let closed = path.ends_with(".seg");
        let bounds = frame_bounds(&bytes, if closed { 128 } else { 12288 }, bytes.len() - if closed { 64 } else { 0 });
        let frames: Vec<&[u8]> = bounds.windows(2).map(|at| &bytes[at[0]..at[1]]).collect();
        let around =
            |frames: &[&[u8]]| [&bytes[..bounds[0]], &frames.concat(), &bytes[*bounds.last().unwrap()..]].concat();
        assert_eq!(around(&frames), bytes);
        let mut changed = Vec::new();
        for i in 0..frames.len() {
            let (mut repeated, mut left_out) = (frames.clone(), frames.clone());
            repeated.insert(i, frames[i]);
            left_out.remove(i);
            changed.extend([repeated, left_out]);
            changed.extend((i + 1..frames.len()).map(|j| {
                let mut swapped = frames.clone();
                swapped.swap(i, j);
                swapped
            }));
        }
        // A frame that is repeated behind the last one is what a crash may leave: cut off, and told.
        for frames in changed {
            let disk = disk.copy();
            let now = around(&frames);
            let tail_only = now.starts_with(&bytes);
            disk.tamper(&path, |bytes| *bytes = now);
            let opened = open(&disk, &secrets);
            let told = opened.as_ref().is_ok_and(|vault| matches!(vault.notices(), [Notice::TornTail(_)]));
            assert!(if tail_only { told } else { !found_wrong(opened).is_empty() }, "{path}");
        }
    }
}

#[test]
fn a_segment_that_is_missing_swapped_or_foreign_is_named() {
    let (disk, secrets) = reference();
    let segments = closed_segments(&disk);
    assert!(segments.len() >= 3);
    for segment in &segments {
        let disk = disk.copy();
        disk.forget(segment);
        let error = open(&disk, &secrets).err().unwrap();
        assert!(matches!(&error, OpenError::Damaged(damage) if damage.kind == DamageKind::Gap), "{segment}: {error}");
    }
    for (i, first) in segments.iter().enumerate() {
        for second in &segments[i + 1..] {
            let disk = disk.copy();
            let (one, other) = (disk.read(first), disk.read(second));
            disk.tamper(first, |bytes| *bytes = other);
            disk.tamper(second, |bytes| *bytes = one);
            let wrong = found_wrong(open(&disk, &secrets));
            assert!(wrong.contains(first) || wrong.contains(second), "{wrong:?}");
        }
    }
    let name = segments[0].replace(".seg", ".sync-conflict.seg");
    disk.plant(&name, disk.read(&segments[0]));
    let error = open(&disk, &secrets).err().unwrap();
    assert!(
        matches!(&error, OpenError::Damaged(damage) if damage.kind == DamageKind::Foreign && damage.file.as_str() == name)
    );
}
