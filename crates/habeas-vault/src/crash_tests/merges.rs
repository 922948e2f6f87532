//! Offices that exchange in any order, partly, and more than once, end with one state.

use super::*;
use crate::{NewMember, storage::Open};
use habeas_core::Role;

/// Devices of three keepers who have exchanged nothing yet but who they are, and of a fourth who only receives.
fn offices() -> Vec<(SimDisk, Secrets)> {
    let (disk, secrets) = founded();
    let mut first = open(&disk, &secrets).unwrap();
    let folder = SimDisk::new();
    let mut offices: Vec<(SimDisk, Secrets)> = ["second", "third", "receiver"]
        .into_iter()
        .map(|name| {
            let new = NewMember { name: name.into(), role: Role::Keeper, compartments: Vec::new() };
            let (_, invitation) = first.add_member(new, &passphrase(), KdfCost::demo(), false, 0).unwrap();
            first.sync_with(Arc::new(folder.clone())).unwrap();
            let disk = SimDisk::new();
            let joined = Vault::join_on(&folder, Arc::new(disk.clone()), &invitation, &passphrase(), name, 0).unwrap();
            let secrets = Secrets { user_seed: joined.log.user.seed().clone(), ..secrets.clone() };
            drop(joined);
            (disk, secrets)
        })
        .collect();
    drop(first);
    offices.insert(0, (disk, secrets));
    // All know of all: who begins new keys grants them to the members that they know of.
    for _ in 0..2 {
        offices.iter().for_each(|(disk, secrets)| sync(&mut open(disk, secrets).unwrap(), &folder));
    }
    offices
}

fn sync(vault: &mut Vault, folder: &SimDisk) {
    vault.sync_with(Arc::new(folder.clone())).unwrap();
}

/// Some of a folder's files, as a stick that was pulled out too early holds them.
fn part_of(folder: &SimDisk, draw: &mut Draw) -> SimDisk {
    let part = folder.copy();
    for path in folder.paths().iter().filter(|path| *path != "vault.toml" && *path != "genesis") {
        if draw.below(3) == 0 {
            part.forget(path);
        }
    }
    part
}

/// What all hold when three offices have worked and exchanged by lot; and the folder they did it through.
fn worked_apart(offices: &[(SimDisk, Secrets)], draw: &mut Draw, seed: u64) -> ([u8; 32], SimDisk) {
    let folder = SimDisk::new();
    let disks: Vec<SimDisk> = offices[..3].iter().map(|(disk, _)| disk.copy()).collect();
    let mut vaults: Vec<Vault> =
        disks.iter().zip(offices).map(|(disk, (_, secrets))| open(disk, secrets).unwrap()).collect();
    for (n, step) in drawn(draw, 9).into_iter().enumerate() {
        let i = draw.below(3) as usize;
        act(&mut vaults[i], step, n).unwrap_or_else(|error| panic!("seed {seed}, {step:?}: {error}"));
        if draw.below(3) == 0 {
            sync(&mut vaults[i], &folder);
        }
    }
    // An erasure is followed by what each device says about it, which then travels too.
    for _ in 0..6 {
        let first = draw.below(3) as usize;
        (0..3).for_each(|i| sync(&mut vaults[(first + i) % 3], &folder));
    }
    let shown: Vec<Vec<String>> = vaults.iter().map(seen).collect();
    assert!(
        shown.iter().all(|other| *other == shown[0]),
        "seed {seed}: the offices show other things: \n{}",
        shown.iter().map(|lines| lines.join("; ")).collect::<Vec<_>>().join("\n")
    );
    vaults.iter().for_each(|vault| mentions_agree(vault, "an office that worked apart"));
    let hashes: Vec<[u8; 32]> = vaults.iter().map(|vault| vault.state_hash().unwrap()).collect();
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "seed {seed}: the same is shown, and the hashes differ");
    (hashes[0], folder)
}

#[test]
fn histories_that_arrive_in_any_order_in_parts_and_twice_end_in_one_state() {
    let offices = offices();
    let most = budget("HABEAS_MERGES", 60);
    let (mut merges, mut seed) = (0, first_seed());
    while merges < most {
        let mut draw = Draw::new(seed);
        let (state, folder) = worked_apart(&offices, &mut draw, seed);
        for _ in 0..10.min(most) {
            let (disk, secrets) = &offices[3];
            let mut receiver = open(&disk.copy(), secrets).unwrap();
            for _ in 0..draw.below(4) {
                sync(&mut receiver, &part_of(&folder, &mut draw));
            }
            let whole = folder.copy();
            (0..2).for_each(|_| sync(&mut receiver, &whole));
            assert_eq!(receiver.state_hash().unwrap(), state, "seed {seed}: another state in another order");
            mentions_agree(&receiver, "in any order");
            merges += 1;
        }
        seed += 1;
    }
    println!("{merges} orders of arrival of {} histories on three devices: one state each", seed - first_seed());
}

/// Histories in whose parts what is said of a source comes before the source.
#[test]
fn what_is_said_of_a_source_may_arrive_before_the_source() {
    let offices = offices();
    for seed in [71_004, 77_000, 79_001] {
        let mut draw = Draw::new(seed);
        let (state, folder) = worked_apart(&offices, &mut draw, seed);
        let (disk, secrets) = &offices[3];
        for _ in 0..10 {
            let mut receiver = open(&disk.copy(), secrets).unwrap();
            for _ in 0..3 {
                sync(&mut receiver, &part_of(&folder, &mut draw));
                mentions_agree(&receiver, "a part");
            }
            (0..2).for_each(|_| sync(&mut receiver, &folder.copy()));
            assert_eq!(receiver.state_hash().unwrap(), state, "seed {seed}");
            mentions_agree(&receiver, "all of it");
        }
    }
}

#[test]
fn a_folder_that_holds_a_foreign_file_is_still_taken_in() {
    let offices = offices();
    let (state, folder) = worked_apart(&offices, &mut Draw::new(7), 7);
    drop(folder.open(&RelPath::new("feeds/holiday.jpg"), Open::Create).unwrap());
    let (disk, secrets) = &offices[3];
    let mut receiver = open(&disk.copy(), secrets).unwrap();
    sync(&mut receiver, &folder);
    assert_eq!(receiver.state_hash().unwrap(), state);
}
