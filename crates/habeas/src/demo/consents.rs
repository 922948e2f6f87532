//! What the invented families have answered, kept in the demo's vault.

use super::world::World;
use crate::{
    commands::init::now_ms,
    desk::{Desk, Snapshot, vault_failure},
    failure::Failure,
};
use habeas_core::{Audience, Consent, ConsentId, ConsentMedium, Purpose, RecordId, Right, UserId};
use jiff::civil::date;
use std::collections::HashMap;

/// Records every answer, each about the first record of its person.
pub fn keep(desk: &Desk, world: &World, snapshot: &Snapshot) -> Result<(), Failure> {
    let lists: HashMap<&str, usize> = world.lists().iter().enumerate().map(|(idx, list)| (list.key, idx)).collect();
    let mut record_of: HashMap<u32, RecordId> = HashMap::new();
    for record in &snapshot.records {
        if let Some(list) = lists.get(record.source.key.as_str()) {
            let person = world.persons_of(*list)[record.number() as usize - 1];
            record_of.entry(person).or_insert(record.id);
        }
    }
    let drafts = world.consents().filter_map(|plan| {
        Some(Consent {
            id: ConsentId([0; 16]),
            about: *record_of.get(&plan.person)?,
            giver: plan.giver,
            relation: "family".into(),
            groups: plan.groups.iter().copied().collect(),
            audiences: [Audience::Public].into(),
            purposes: [Purpose::Memorial].into(),
            answer: plan.answer,
            from: date(2020, 1, 1),
            until: None,
            review: None,
            medium: ConsentMedium::Form,
            risk_text: "1".into(),
            source: None,
            replaces: Vec::new(),
            recorded_by: UserId([0; 16]),
        })
    });
    let drafts: Vec<Consent> = drafts.collect();
    desk.keep(Right::Code, |vault| vault.add_consents(drafts, now_ms()).map_err(vault_failure))
}
