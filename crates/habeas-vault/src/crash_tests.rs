//! What survives: histories on a simulated disk, broken off at every call, with the states that a power loss may leave
//! there, and again while recovering; calls that fail; files that are changed behind the vault's back.
//!
//! A history is a list of [`Step`]s. What a reader sees after each of them is noted once; whatever happens later, a vault
//! must show what was seen after the last acknowledged step, or after the one that was under way.

// What a long run counted.
#![allow(clippy::print_stdout)]

mod faults;
mod merges;
mod power;
mod tamper;

use crate::{
    AssertError, EraseTarget, ImportSummary, LinkRun,
    damage::{DamageKind, OnDamage},
    feed::Access,
    founding::InitOptions,
    import::ImportError,
    keys::{KdfCost, Key, Keys, Passphrase, UserKeys},
    opening::{OpenError, read_genesis},
    storage::{
        RelPath, Storage, StorageError,
        sim::{
            Fault, SimDisk,
            states::{Draw, Moment},
        },
    },
    vault::{JudgementDraft, Notice, SourceDraft, Vault, VaultError},
    verify::Depth,
};
use habeas_core::{
    Assertion, Attribution, Basis, Content, Entity, EntityKind, ErasureReason, EventKind, MadeBy, MatchWeight, Matter,
    Modality, Origin, Partition, Polarity, Predicate, Quote, RecordId, RecordPair, Review, ScoredPair, Sensitivity,
    SourceId, SourceKind, SpeakerKind, Topic, Value, Verdict,
};
use std::sync::Arc;

/// What a passphrase opens, so that the thousands of openings below need not stretch one each.
#[derive(Clone)]
struct Secrets {
    vault_key: Key,
    user_seed: Key,
    vault: [u8; 16],
}

/// One thing that a user does, acknowledged or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Audit,
    Import {
        rows: u64,
    },
    /// An import that is dropped before it is finished.
    GiveUp {
        rows: u64,
    },
    /// Takes the last standing import back.
    Undo,
    /// A text by itself, with a file of so many bytes.
    Source {
        bytes: usize,
    },
    Judge,
    Link,
    Estimate,
    /// Says something of a person whom the last source names, and of the source itself.
    Assert,
    /// Closes the segment and signs what is there.
    Checkpoint,
    /// Takes the last judgement back.
    Retract,
    /// Destroys the keys of one record, and of the file in which it stood.
    EraseRecord,
    /// Destroys the keys of the source that was recorded first.
    EraseSource,
    /// Begins new keys for what follows.
    Epoch,
}

/// One of each, with segments of some frames: small enough to take every state of it.
const SMALL: [Step; 16] = [
    Step::Audit,
    Step::Import { rows: 5 },
    Step::Judge,
    Step::Source { bytes: 300 },
    Step::Assert,
    Step::GiveUp { rows: 3 },
    Step::Link,
    Step::Checkpoint,
    Step::EraseRecord,
    Step::Epoch,
    Step::Assert,
    Step::Retract,
    Step::EraseSource,
    Step::Import { rows: 2 },
    Step::Undo,
    Step::Estimate,
];

/// A budget that a long run raises by an environment variable; see docs/reliability.md.
fn budget(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().map_or(usual, |n| n.parse().expect("the budget is a number"))
}

/// The seed that a run begins with, so that a long run can be done in portions.
fn first_seed() -> u64 {
    budget("HABEAS_FIRST_SEED", 0)
}

fn passphrase() -> Passphrase {
    Passphrase::new("seven invented words of a test")
}

fn founded() -> (SimDisk, Secrets) {
    let disk = SimDisk::new();
    let options = InitOptions {
        kdf: KdfCost::demo(),
        name: String::new(),
        founder: "keeper".into(),
        device: "office".into(),
        now_ms: 0,
    };
    let vault = Vault::init_on(Arc::new(disk.clone()), &passphrase(), options).unwrap();
    let (vault_key, user_seed) = (vault.log.keys.vault_key().clone(), vault.log.user.seed().clone());
    let secrets = Secrets { vault_key, user_seed, vault: vault.id };
    drop(vault);
    (disk, secrets)
}

fn open(disk: &SimDisk, secrets: &Secrets) -> Result<Vault, OpenError> {
    let lock = disk.lock(&RelPath::new("lock"))?;
    let founder = read_genesis(disk, &secrets.vault)?;
    let keys = Keys::new(secrets.vault_key.clone(), secrets.vault);
    let user = UserKeys::of(&secrets.user_seed);
    let (storage, mut refuse) = (Arc::new(disk.clone()), OnDamage::Refuse);
    let mut vault = Vault::open_unlocked(storage, Some(lock), Access::Write, keys, user, founder, &mut refuse)?;
    vault.log.own.close_segments_at(2_000);
    Ok(vault)
}

fn draft(key: &str, kind: SourceKind) -> SourceDraft {
    SourceDraft {
        key: key.into(),
        kind,
        title: String::new(),
        said_by: Attribution::direct("committee", SpeakerKind::ListKeeper),
        edition: String::new(),
        file_name: String::new(),
        names_once: false,
        compiled_from: vec![],
        header: vec!["name".into()],
    }
}

fn import(vault: &mut Vault, key: &str, rows: u64, finish: bool) -> Result<(), VaultError> {
    let why = |error| match error {
        ImportError::Vault(error) => error,
        refused => panic!("lists of distinct rows and names are taken: {refused}"),
    };
    let mut writer = vault.begin_import(draft(key, SourceKind::List), key.as_bytes(), "mapping", 0).map_err(why)?;
    for row in 1..=rows {
        let cells = vec![format!("{key} {row}")];
        writer.push(Origin::Row { sheet: String::new(), row }, cells, vec![]).map_err(why)?;
    }
    if finish {
        writer.finish(ImportSummary::default()).map_err(why)?;
    }
    Ok(())
}

/// Does one step; `n` makes its words differ from those of other steps.
fn act(vault: &mut Vault, step: Step, n: usize) -> Result<(), OpenError> {
    match step {
        Step::Audit => vault.audit(format!("step {n}").as_str(), 0)?,
        Step::Import { rows } => import(vault, &format!("list {n}"), rows, true)?,
        Step::GiveUp { rows } => import(vault, &format!("list {n}"), rows, false)?,
        Step::Undo => {
            if let Some(id) = vault.imports().iter().rev().find(|import| import.undone.is_none()).map(|i| i.id) {
                vault.undo_import(id, &format!("step {n}"), 0)?;
            }
        }
        Step::Source { bytes } => {
            let key = format!("article {n}");
            vault.add_source(draft(&key, SourceKind::Article), &vec![n as u8; bytes], 0)?;
        }
        Step::Judge => {
            let ids = record_ids(vault)?;
            if let [first, second, ..] = ids[..] {
                let pair = RecordPair::new(first, second).expect("two records");
                let (by, why) = ("coder".to_owned(), format!("step {n}"));
                let verdict = Verdict::Same;
                let judgement = JudgementDraft { pair, verdict, by, why, saw_weights: false, revokes: None };
                vault.add_judgement(judgement, None, 0)?;
            }
        }
        Step::Link => {
            let record_ids = record_ids(vault)?;
            let pairs = match record_ids.len() {
                0 | 1 => vec![],
                _ => vec![ScoredPair::new(0, 1, MatchWeight(3.0))],
            };
            let partition = Partition::from_labels(&vec![0; record_ids.len()]);
            let (model_toml, settings) = (format!("step {n}"), [].into());
            let run = LinkRun { model_toml, settings, record_ids, partition, pairs, summary_json: "{}".into() };
            vault.put_link_run(&run, 0)?;
        }
        Step::Assert => {
            if let Some(source) = vault.sources().last().map(|source| source.id) {
                let drafts = asserted(vault, source, n)?;
                vault.add_assertions(drafts, 0).map_err(|error| match error {
                    AssertError::Vault(error) => error,
                    refused => panic!("contents fit their topics, and the source stands: {refused}"),
                })?;
            }
        }
        Step::Estimate => vault.put_estimate(&format!("step {n}"), "{}", 0)?,
        Step::Checkpoint => drop(vault.make_checkpoint()?),
        Step::Retract => {
            let retracted =
                vault.judgements().iter().rev().find(|judgement| judgement.revokes.is_none()).map(|j| j.id.0);
            if let Some(entry) = retracted {
                vault.retract(entry, &format!("step {n}"), 0)?;
            }
        }
        Step::EraseRecord => {
            if let Some(id) = record_ids(vault)?.first() {
                vault.erase(EraseTarget::Record(*id), ErasureReason::Safety, &format!("step {n}"), 0)?;
            }
        }
        Step::EraseSource => {
            if let Some(id) = vault.sources().first().map(|source| source.id) {
                vault.erase(EraseTarget::Source(id), ErasureReason::Safety, &format!("step {n}"), 0)?;
            }
        }
        Step::Epoch => vault.begin_epochs(0)?,
    }
    Ok(())
}

/// That a person was taken, and what a reader thinks of it.
fn asserted(vault: &mut Vault, source: SourceId, n: usize) -> Result<Vec<Assertion>, VaultError> {
    let about = Entity { kind: EntityKind::Mention, id: vault.mint_entity()? };
    let words = format!("taken {n}");
    let one = Assertion {
        id: vault.mint_assertion()?,
        recorded_ms: 0,
        recorded_by: vault.me(),
        about,
        topic: Topic::Person(Predicate::Event(EventKind::Taken)),
        content: Content::Value(Value::Occurred),
        quotes: vec![Quote { source, range: 0..words.len() as u32, words }],
        polarity: Polarity::Affirms,
        modality: Modality::Stated,
        basis: Basis::NotStated,
        said_by: None,
        said_at: None,
        valid: None,
        grade: None,
        sensitivity: Sensitivity::Restricted,
        review: Review::Accepted,
        made_by: MadeBy::Person,
        supersedes: None,
    };
    let review = Assertion {
        id: vault.mint_assertion()?,
        about: Entity::assertion(one.id),
        topic: Topic::Of(Matter::Review),
        content: Content::Review(Review::Accepted, format!("step {n}")),
        quotes: vec![],
        ..one.clone()
    };
    let act = Entity { kind: EntityKind::Act, id: vault.mint_entity()? };
    let victim = Assertion {
        id: vault.mint_assertion()?,
        about: act,
        topic: Topic::Of(Matter::Victim),
        content: Content::Entity(about, None),
        ..one.clone()
    };
    let category = Assertion {
        id: vault.mint_assertion()?,
        topic: Topic::Of(Matter::Category),
        content: Content::Code("01010102".into()),
        ..victim.clone()
    };
    // What an earlier step said is turned down, or corrected.
    let earlier = vault.find_assertions(&[crate::Wanted::All])?.into_iter().rfind(|one| one.source.is_some());
    let talk = earlier.map(|earlier| match n % 2 {
        0 => Assertion {
            about: Entity::assertion(earlier.id),
            content: Content::Review(Review::Rejected, format!("step {n}")),
            ..review.clone()
        },
        _ => Assertion { about: earlier.about, supersedes: Some(earlier.id), ..one.clone() },
    });
    let id = vault.mint_assertion()?;
    let talk = talk.map(|talk| Assertion { id, ..talk });
    Ok([one, review, victim, category].into_iter().chain(talk).collect())
}

/// The mentions that the index leads to are those of a fold over all assertions.
fn mentions_agree(vault: &Vault, at: &str) {
    let all = vault.assertions().expect("they are read");
    let folded = habeas_core::mention_records(&all, &habeas_core::standings(all.iter()), vault.sources());
    let folded: Vec<_> = folded.into_iter().map(|made| made.record).collect();
    assert_eq!(vault.mentions().expect("they are read"), folded, "{at}");
    for record in &folded {
        assert_eq!(vault.records_of(&[record.id]).expect("it is read"), std::slice::from_ref(record), "{at}");
    }
}

fn record_ids(vault: &Vault) -> Result<Vec<RecordId>, VaultError> {
    let mut ids = Vec::new();
    vault.for_each_record(|record| ids.push(record.id))?;
    Ok(ids)
}

/// What a reader sees, without ids: the same for the same history.
fn seen(vault: &Vault) -> Vec<String> {
    // A step that begins keys is several commits, each with a line in the audit: only the steps themselves are compared.
    let steps = vault.audit_entries().iter().filter(|entry| entry.event.code.starts_with("step"));
    let mut lines: Vec<String> = steps.map(|entry| format!("audit {}", entry.event.code)).collect();
    lines.extend(vault.sources().iter().map(|source| {
        let bytes = vault.original(source.id).map(|bytes| bytes.len());
        format!("source {}, {:?} bytes", source.key, bytes.ok())
    }));
    let import = |i: &crate::ImportInfo| format!("import {} of {}, undone {:?}", i.source.key, i.n_records, i.undone);
    lines.extend(vault.imports().iter().map(import));
    lines.extend(vault.judgements().iter().map(|judgement| format!("judged {}", judgement.why)));
    lines.extend(
        vault.link_runs().map(|run| format!("link run of {:?}", vault.link_run(run.id).map(|run| run.model_toml).ok())),
    );
    let erasure = |e: &crate::ErasureInfo| format!("erased because of {}, on {} devices", e.why, e.done.len());
    lines.extend(vault.erasures().iter().map(erasure));
    let said = |one: &Assertion| match &one.content {
        // Ids are minted anew in each history.
        Content::Entity(entity, _) => format!("asserted {} {:?}", one.topic.code(), entity.kind),
        content => format!("asserted {} {content:?}", one.topic.code()),
    };
    lines.extend(vault.assertions().unwrap().iter().map(said));
    lines.extend(vault.estimates().iter().map(|estimate| format!("estimate {}", estimate.kind)));
    vault
        .for_each_record(|record| lines.push(format!("record {} {:?}", record.source.key, record.cells)))
        .expect("standing records are read");
    lines
}

/// The states that a history passes through, when nothing goes wrong.
fn expected(disk: &SimDisk, secrets: &Secrets, steps: &[Step]) -> Vec<Vec<String>> {
    let mut vault = open(&disk.copy(), secrets).unwrap();
    let mut states = vec![seen(&vault)];
    for (n, step) in steps.iter().enumerate() {
        act(&mut vault, *step, n).unwrap();
        states.push(seen(&vault));
    }
    states
}

/// A vault after a mishap shows what was acknowledged, at most one step more, nothing else; and it goes on.
fn check(disk: &SimDisk, secrets: &Secrets, expected: &[Vec<String>], acknowledged: usize, at: &str) {
    let mut vault = open(disk, secrets).unwrap_or_else(|error| panic!("{at}: a false alarm: {error}"));
    let found = seen(&vault);
    let allowed = &expected[acknowledged..expected.len().min(acknowledged + 2)];
    if !allowed.contains(&found) {
        let known = expected.iter().position(|state| *state == found);
        panic!("{at}: {acknowledged} steps were acknowledged, the vault shows {known:?}: {found:#?}");
    }
    mentions_agree(&vault, at);
    let report = vault.verify(Depth::Deep, &[]).unwrap();
    // A power loss may tear one of the two records of the durable length; the next commits replace it.
    let settled = report.damages.iter().all(|damage| damage.kind == DamageKind::DurableLength);
    assert!(settled && report.index_agrees, "{at}: {report:?}");
    vault.audit("the work goes on", 0).unwrap_or_else(|error| panic!("{at}: {error}"));
    assert_eq!(vault.audit_entries().last().unwrap().event.code, "the work goes on", "{at}");
    // A sealed file on its way stays where something was erased: what the erased words referred to is not known any more.
    let erased = !vault.erasures().is_empty();
    drop(vault);
    let unsettled = |path: &String| {
        let on_its_way = path.ends_with(".part") && !path.ends_with("open.part");
        on_its_way && !erased || path.starts_with("feeds/") && path.ends_with(".tmp")
    };
    assert!(!disk.paths().iter().any(unsettled), "{at}, after {acknowledged} steps: {:?}", disk.paths());
}

/// A history by lot, for runs longer than a test's.
fn drawn(draw: &mut Draw, n_steps: u64) -> Vec<Step> {
    let mut step = |_| match draw.below(17) {
        0 | 1 => Step::Audit,
        2 | 3 => Step::Import { rows: 1 + draw.below(40) },
        4 => Step::GiveUp { rows: draw.below(40) },
        5 => Step::Undo,
        6 => Step::Source { bytes: draw.below(3_000) as usize },
        7 => Step::Judge,
        8 => Step::Link,
        9 => Step::Estimate,
        10 => Step::EraseRecord,
        11 => Step::Epoch,
        12 => Step::Retract,
        13 => Step::EraseSource,
        14 | 15 => Step::Assert,
        _ => Step::Checkpoint,
    };
    (0..n_steps).map(&mut step).collect()
}
