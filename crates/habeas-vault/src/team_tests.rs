//! Offices that work apart: what they hold after exchanging, what raises an alarm, what is erased everywhere, and what an
//! old figure rests on.

mod exchange;
mod keeping;
mod people;

use crate::{
    Damage, DamageKind, EraseTarget, ImportSummary, JudgementDraft, NewMember, PlaceListDraft, SourceDraft,
    catalog::Conflict,
    founding::InitOptions,
    keys::{KdfCost, Passphrase, ShareSecret, Way},
    opening::OpenError,
    storage::{RelPath, Storage, sim::SimDisk},
    vault::{Notice, Vault, VaultError},
    verify::Depth,
};
use habeas_core::{
    Attribution, Compartment, ErasureReason, Origin, RecordId, RecordPair, Right, Role, SourceKind, SpeakerKind,
    Standing, Verdict,
};
use std::sync::Arc;

fn words(of: &str) -> Passphrase {
    Passphrase::new(&format!("{of}: seven invented words of a test"))
}

fn arc(disk: &SimDisk) -> Arc<dyn Storage> {
    Arc::new(disk.clone())
}

fn office() -> (SimDisk, Vault) {
    let disk = SimDisk::new();
    let options = InitOptions {
        kdf: KdfCost::demo(),
        name: "invented".into(),
        founder: "keeper".into(),
        device: "office".into(),
        now_ms: 0,
    };
    let vault = Vault::init_on(arc(&disk), &words("keeper"), options).unwrap();
    (disk, vault)
}

fn open(disk: &SimDisk, who: &str) -> Result<Vault, OpenError> {
    Vault::open_on(arc(disk), &words(who))
}

/// Another office with a member of this role, through the folder.
fn join(vault: &mut Vault, folder: &SimDisk, who: &str, role: Role, compartments: &[Compartment]) -> (SimDisk, Vault) {
    let new = NewMember { name: who.into(), role, compartments: compartments.to_vec() };
    let (_, invitation) = vault.add_member(new, &words(who), KdfCost::demo(), false, 0).unwrap();
    sync(vault, folder);
    let disk = SimDisk::new();
    let joined = Vault::join_on(folder, arc(&disk), &invitation, &words(who), who, 0).unwrap();
    (disk, joined)
}

fn sync(vault: &mut Vault, folder: &SimDisk) {
    let report = vault.sync_with(arc(folder)).unwrap();
    assert_eq!(report.alarms, []);
}

fn draft(key: &str, kind: SourceKind) -> SourceDraft {
    SourceDraft {
        key: key.into(),
        kind,
        title: format!("title of {key}"),
        said_by: Attribution::direct("committee", SpeakerKind::ListKeeper),
        edition: String::new(),
        file_name: String::new(),
        names_once: false,
        compiled_from: vec![],
        header: vec!["name".into()],
    }
}

fn import(vault: &mut Vault, key: &str, kind: SourceKind, names: &[&str]) -> Vec<RecordId> {
    let mut writer = vault.begin_import(draft(key, kind), names.concat().as_bytes(), "mapping", 0).unwrap();
    let ids = names.iter().enumerate().map(|(i, name)| {
        let origin = Origin::Row { sheet: String::new(), row: i as u64 + 1 };
        writer.push(origin, vec![(*name).to_owned()], vec![]).unwrap()
    });
    let ids = ids.collect();
    writer.finish(ImportSummary::default()).unwrap();
    ids
}

fn names(vault: &Vault) -> Vec<String> {
    let mut names = Vec::new();
    vault.for_each_record(|record| names.push(record.cells[0].clone())).unwrap();
    names
}

fn judge(vault: &mut Vault, pair: RecordPair, verdict: Verdict, by: &str) {
    let draft = JudgementDraft { pair, verdict, by: by.into(), why: String::new(), saw_weights: false, revokes: None };
    vault.add_judgement(draft, None, 0).unwrap();
}
