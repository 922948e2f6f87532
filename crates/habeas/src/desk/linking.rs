//! From records of a vault to a run of the linkage, and back into the vault.

use super::{Desk, vault_failure};
use crate::{
    commands::{init::now_ms, interruption::Interruption},
    failure::{Exit, Failure},
    output::Output,
    scratch::ScratchError,
};
use habeas_core::{Judgement, Partition, RecordId, Right, Source, SourceId, SourceKind, Standing, Verdict, standing};
use habeas_link::{
    Constraints, Cost, Coverage, Draws, EngineFailure, InMemory, LinkError, LinkOptions, Linkage, ListInfo, Model,
    OpenEngine, PairError, Plan, Stage, Table, TableBuilder, Watch, kernel::LearntCost, link_on,
};
use habeas_vault::{LinkRun, Vault};
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroUsize,
    sync::Arc,
};

/// All records of a vault as the linkage compares them, and their ids in the same order.
pub struct Prepared {
    /// What is compared.
    pub table: Table,
    /// Ids in the order of the table.
    pub record_ids: Vec<RecordId>,
    /// Number of lists and texts that they stand in.
    pub n_lists: usize,
}

/// The list that records of a source stand on, as the linkage knows it.
pub fn list_info(source: &Source) -> ListInfo {
    let is_list = source.kind == SourceKind::List;
    ListInfo { key: source.list().to_owned(), names_once: is_list && source.names_once, is_list }
}

/// Reads all records of a vault into a table, one after the other.
pub fn prepare(vault: &Vault) -> Result<Prepared, Failure> {
    let sources: Vec<Arc<Source>> = vault.sources().to_vec();
    // All editions of a list are one list. Rows that are gone from it stand beside it: whoever is there under another name
    // in a later edition may be one of them, also where the list names everybody once.
    let mut lists: Vec<ListInfo> = Vec::new();
    let mut list_of: HashMap<SourceId, u16> = HashMap::new();
    for source in &sources {
        let info = list_info(source);
        let known = lists.iter().position(|list| list.is_list && info.is_list && list.key == info.key);
        let idx = known.unwrap_or_else(|| {
            lists.push(info);
            lists.len() - 1
        });
        list_of.insert(source.id, idx as u16);
    }
    let (gone, n_lists) = (vault.gone_records(), lists.len() as u16);
    if !gone.is_empty() {
        lists.extend_from_within(..);
        lists[usize::from(n_lists)..].iter_mut().for_each(|beside| beside.names_once = false);
    }
    let mut builder = TableBuilder::new(lists);
    let mut record_ids = Vec::with_capacity(vault.n_records() as usize);
    let read = vault.for_each_record(|record| {
        let list = list_of[&record.source.id] + if gone.contains_key(&record.id) { n_lists } else { 0 };
        builder.push(list, &record.source.header, &record.cells, &record.claims);
        record_ids.push(record.id);
    });
    read.map_err(vault_failure)?;
    Ok(Prepared { table: builder.finish(), record_ids, n_lists: n_lists.into() })
}

/// Judgements as constraints on record indices. Judgements on records that no longer stand wait for their return.
pub fn constraints(judgements: &[Judgement], record_ids: &[RecordId]) -> Constraints {
    let idx_of: HashMap<RecordId, u32> = record_ids.iter().enumerate().map(|(idx, id)| (*id, idx as u32)).collect();
    let mut found = Constraints::default();
    for (pair, standing) in standing(judgements) {
        let (Some(a), Some(b)) = (idx_of.get(&pair.smaller()), idx_of.get(&pair.larger())) else { continue };
        match standing {
            Standing::Agreed(Verdict::Same) => found.same.push((*a.min(b), *a.max(b))),
            Standing::Agreed(Verdict::Different) => found.different.push((*a.min(b), *a.max(b))),
            // A dispute is not merged until people have settled it.
            Standing::Disputed => found.disputed.push((*a.min(b), *a.max(b))),
            Standing::Agreed(Verdict::Undecided) => {}
        }
    }
    found
}

/// Options for this machine.
pub fn options(n_draws: usize, seed: u64) -> LinkOptions {
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    LinkOptions { threads, n_draws, seed, ..LinkOptions::default() }
}

/// Links a table, with progress on a terminal.
pub fn run(
    table: &Table,
    model: Option<Model>,
    constraints: &Constraints,
    options: &LinkOptions,
    out: &Output,
) -> Result<Linkage, Failure> {
    run_on(&InMemory(table), model, constraints, options, out)
}

/// Links a table on some engine, with progress on a terminal.
pub fn run_on(
    engines: &dyn OpenEngine,
    model: Option<Model>,
    constraints: &Constraints,
    options: &LinkOptions,
    out: &Output,
) -> Result<Linkage, Failure> {
    watched(out, |watch| link_on(engines, model, constraints, options, watch).map_err(link_failure))
}

/// Does something that may be interrupted, with progress on a terminal.
fn watched<T>(out: &Output, work: impl FnOnce(&Watch) -> T) -> T {
    let interruption = Interruption::watch(out);
    let progress = |stage: Stage, done: u64, total: u64| out.progress(stage_words(stage), done, total);
    work(&Watch { progress: &progress, cancel: interruption.flag() })
}

/// Draws of the linkage from its posterior, over the records in the order of their ids.
///
/// # Errors
/// The model of the run cannot be read, or somebody stopped it.
pub fn draws(
    desk: &Desk,
    run_before: &LinkRun,
    n_draws: usize,
    seed: u64,
    out: &Output,
) -> Result<(Vec<RecordId>, Vec<Partition>), Failure> {
    let model = habeas_link::from_toml(&run_before.model_toml)
        .map_err(|error| Failure::new(Exit::Failed, error, "run `habeas link run` again"))?;
    let prepared = desk.keep(Right::Cases, |vault| prepare(vault))?;
    let constraints = constraints(&desk.judgements()?, &prepared.record_ids);
    let linkage = run(&prepared.table, Some(model), &constraints, &options(n_draws, seed), out)?;
    Ok((prepared.record_ids, linkage.draws.partitions))
}

/// Plans the linkage of a table, with progress on a terminal.
pub fn plan(table: &Table, options: &LinkOptions, out: &Output) -> Result<Plan, Failure> {
    watched(out, |watch| habeas_link::plan(table, &Constraints::default(), options, watch).map_err(link_failure))
}

/// Reckons what a linkage will cost, with progress on a terminal.
pub fn cost(table: &Table, model: &Model, options: &LinkOptions, out: &Output) -> Result<Cost, Failure> {
    let reckoned = watched(out, |watch| Cost::of(table, model, options.threads, watch));
    reckoned.map_err(|source| link_failure(LinkError::from(source)))
}

/// Why nothing was linked, for people.
fn link_failure(error: LinkError) -> Failure {
    if matches!(error, LinkError::Pairs { source: PairError::Cancelled }) {
        return Failure::new(Exit::Interrupted, "the linkage was stopped", "run it again")
            .leaving("Nothing was written.");
    }
    if let LinkError::Pairs { source: short @ PairError::Memory { .. } } = &error {
        let remedy = "allow as much with --memory, or link fewer lists at a time; --engine datafusion makes pairs outside \
                      this limit but holds the records as well";
        return Failure::new(Exit::Failed, short, remedy).leaving("Nothing was written.");
    }
    let causes = std::iter::successors(std::error::Error::source(&error), |error| error.source());
    let why: String = causes.map(|cause| format!(": {cause}")).collect();
    let of_scratch = |failure: &EngineFailure| failure.of_type::<ScratchError>().is_some();
    let remedy = if matches!(&error, LinkError::Pairs { source: PairError::Engine(failure) } if of_scratch(failure)) {
        "set TMPDIR to a folder with more room, or allow more with --memory"
    } else if matches!(error, LinkError::Pairs { .. }) {
        "run it again, with --engine memory if it stays so"
    } else {
        "mend the model, or leave it out and one is estimated"
    };
    Failure::new(Exit::Failed, format_args!("{error}{why}"), remedy).leaving("Nothing was written.")
}

/// Links all records of a desk and keeps the result in its vault.
pub fn run_desk(
    desk: &Desk,
    prepared: &Prepared,
    model: Option<Model>,
    options: &LinkOptions,
    out: &Output,
) -> Result<Linkage, Failure> {
    let constraints = constraints(&desk.judgements()?, &prepared.record_ids);
    let linkage = run(&prepared.table, model, &constraints, options, out)?;
    let run = LinkRun {
        model_toml: habeas_link::to_toml(&linkage.model),
        settings: BTreeMap::from([
            ("seed".into(), options.seed.to_string()),
            ("floor_bits".into(), options.floor.0.to_string()),
            ("engine".into(), "memory".into()),
        ]),
        record_ids: prepared.record_ids.clone(),
        partition: linkage.partition.clone(),
        pairs: linkage.pairs.clone(),
        summary_json: summary(&linkage, prepared.record_ids.len(), prepared.n_lists).to_string(),
    };
    desk.change(Right::Judge, |vault| vault.put_link_run(&run, now_ms()).map_err(vault_failure))?;
    desk.index_persons_if_stale()?;
    Ok(linkage)
}

/// What a run found, as scripts read it.
pub fn summary(linkage: &Linkage, n_records: usize, n_lists: usize) -> Json {
    let mut seconds = serde_json::Map::new();
    for time in &linkage.seconds {
        let stage = match time.stage {
            Stage::Blocking => "block",
            Stage::Counting | Stage::Estimating => "train",
            Stage::Scoring => "score",
            Stage::Partitioning => "cluster",
            Stage::Drawing => "draw",
        };
        let sum = seconds.get(stage).and_then(Json::as_f64).unwrap_or_default() + time.seconds;
        seconds.insert(stage.into(), json!(sum));
    }
    let rules: Vec<Json> = linkage
        .rules
        .iter()
        .map(|rule| {
            let mut shown = rule_json(rule);
            shown["found"] = json!(rule.n_found);
            shown
        })
        .collect();
    let coverage = linkage.coverage.as_ref().map(coverage_json);
    let n_links = linkage.pairs.iter().filter(|pair| is_link(linkage, pair.left, pair.right)).count();
    json!({
        "schema": 1,
        "records": n_records,
        "lists": n_lists,
        "candidate_pairs": linkage.n_candidates,
        "pairs_kept": linkage.pairs.len(),
        "links": n_links,
        "clusters": linkage.partition.n_clusters(),
        "conflicts": linkage.conflicts.len(),
        "cut_bits": linkage.model.cut.0,
        "seconds": seconds,
        "rules": rules,
        "blocking": coverage,
        "completeness": linkage.completeness.map(|found| json!({
            "linked": found.n_linked,
            "missed": found.n_missed.round(),
            "wrong": found.n_wrong.round(),
            "net_missed_share": found.net_missed_share(),
        })),
        "letters": linkage.letters.iter().map(letter_json).collect::<Vec<_>>(),
        "draws": draws_json(&linkage.draws),
    })
}

/// How many records and pairs one blocking rule has.
pub fn rule_json(rule: &habeas_link::RuleReport) -> Json {
    json!({
        "rule": rule.rule.code(),
        "records": rule.n_records,
        "pairs_sharing": rule.n_pairs_sharing,
        "pairs": rule.n_pairs,
        "own_pairs": rule.n_own_pairs,
        "largest_block": rule.largest_block,
    })
}

/// What blocking rules were expected to find and to miss.
pub fn coverage_json(coverage: &Coverage) -> Json {
    let rules: Vec<Json> = coverage
        .rules
        .iter()
        .map(|choice| {
            json!({
                "rule": choice.rule.code(),
                "share_of_same": choice.share,
                "missed_without_it": choice.only_share,
                "pairs": choice.n_pairs.round(),
            })
        })
        .collect();
    json!({
        "same_pairs_expected": coverage.n_same.round(),
        "recall": coverage.recall,
        "same_pairs_unseen": coverage.n_unseen.map(f64::round),
        "rules": rules,
    })
}

/// What letters cost that a table taught: a letter, what is written for it or nothing, in letters, and as declared.
fn letter_json(learnt: &LearntCost) -> Json {
    json!([learnt.letter, learnt.other, learnt.cost, learnt.declared])
}

/// Whether draws can be relied on; nothing where none were asked for.
fn draws_json(draws: &Draws) -> Option<Json> {
    (!draws.partitions.is_empty()).then(|| {
        json!({
            "draws": draws.partitions.len(),
            "parameters_drawn": draws.parameters_drawn,
            "components_by_markov_chain": draws.n_chained,
            "components_not_drawn": draws.n_fixed,
            "persons_split_r_hat": draws.persons.split_r_hat,
            "persons_effective_draws": draws.persons.effective_draws,
        })
    })
}

/// Whether two records are one person in the partition of a run.
pub fn is_link(linkage: &Linkage, left: u32, right: u32) -> bool {
    let cluster_of = linkage.partition.cluster_of();
    cluster_of[left as usize] == cluster_of[right as usize]
}

fn stage_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Blocking => "finding candidate pairs",
        Stage::Counting => "counting agreement patterns",
        Stage::Estimating => "estimating the model",
        Stage::Scoring => "weighing pairs",
        Stage::Partitioning => "making persons",
        Stage::Drawing => "drawing partitions",
    }
}
