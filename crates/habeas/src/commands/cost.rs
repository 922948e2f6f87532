//! What a linkage will cost, as `link plan` tells it.

use crate::desk::linking::rule_json;
use habeas_link::{Cost, Engine};
use serde_json::{Value, json};
use std::num::NonZeroUsize;

const MEGABYTE: f64 = 1e6;

fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Memory => "memory",
        Engine::DataFusion => "datafusion",
        Engine::Cluster { .. } => "cluster",
    }
}

fn n_workers(engine: Engine) -> u32 {
    match engine {
        Engine::Cluster { n_workers } => n_workers,
        Engine::Memory | Engine::DataFusion => 0,
    }
}

/// The engines that are always told of, and the one for the wished time.
fn told(cost: &Cost, cores: NonZeroUsize, minutes: Option<f64>) -> (Vec<Engine>, Option<Engine>) {
    let wished = minutes.and_then(|minutes| cost.engine_within(60.0 * minutes, cores));
    let mut engines = vec![Engine::Memory, Engine::DataFusion];
    engines.extend(wished.filter(|engine| !engines.contains(engine)));
    (engines, wished)
}

/// As scripts read it.
pub fn json(cost: &Cost, cores: NonZeroUsize, minutes: Option<f64>) -> Value {
    let (engines, wished) = told(cost, cores, minutes);
    let of_engine = |engine: Engine| {
        json!({
            "engine": engine_name(engine),
            "workers": n_workers(engine),
            "cpu_seconds": cost.cpu_seconds(engine),
            "seconds": cost.seconds(engine, cores),
            "memory_bytes": cost.memory_bytes(),
            "network_bytes": cost.network_bytes(engine),
        })
    };
    let rules: Vec<Value> = cost.rules.iter().map(rule_json).collect();
    json!({
        "rules": rules,
        "dominating_rule": cost.dominating().map(|rule| rule.rule.code()),
        "rows_to_group": cost.n_members,
        "table_bytes": cost.table_bytes,
        "cores": cores,
        "engines": engines.into_iter().map(of_engine).collect::<Vec<_>>(),
        "within_minutes": minutes,
        "engine_for_it": wished.map(engine_name),
        "workers_for_it": wished.map(n_workers),
    })
}

/// In words.
pub fn text(cost: &Cost, cores: NonZeroUsize, minutes: Option<f64>) -> String {
    let (engines, wished) = told(cost, cores, minutes);
    let mut text = format!("{} candidate pairs, none of them twice\n", cost.n_pairs);
    for rule in &cost.rules {
        text.push_str(&format!(
            "{:>12} pairs of its own  {:>8} in the largest block  {}\n",
            rule.n_own_pairs,
            rule.largest_block,
            rule.rule.code()
        ));
    }
    if let Some(rule) = cost.dominating() {
        text.push_str(&format!("most pairs come from: {}\n", rule.rule.code()));
    }
    for engine in engines {
        let name = match engine {
            Engine::Cluster { n_workers: 1 } => "cluster, one worker of one core".to_owned(),
            Engine::Cluster { n_workers } => format!("cluster, {n_workers} workers of one core"),
            other => engine_name(other).to_owned(),
        };
        text.push_str(&format!(
            "{name}: about {:.0} s of one core, {:.0} s here with {cores}; {:.0} MB of memory in each process",
            cost.cpu_seconds(engine),
            cost.seconds(engine, cores),
            cost.memory_bytes() as f64 / MEGABYTE
        ));
        let network = cost.network_bytes(engine) as f64 / MEGABYTE;
        if network > 0.0 {
            text.push_str(&format!(", {network:.0} MB sent"));
        }
        text.push('\n');
    }
    match (minutes, wished) {
        (None, _) => {}
        (Some(minutes), Some(engine)) => {
            text.push_str(&format!("within {minutes} minutes: {}", engine_name(engine)));
            match n_workers(engine) {
                0 => text.push('\n'),
                n => text.push_str(&format!(" of {n} workers\n")),
            }
        }
        (Some(minutes), None) => text.push_str(&format!(
            "within {minutes} minutes: not by more workers, for reading and surveying the lists takes longer here\n"
        )),
    }
    text
}
