//! Who has answered: by record and by person, in the audit, and at the size of a register.

use crate::world::{NOW, consent_about, import, list, new_vault, reopen, row};
use habeas_core::{Consent, ConsentAnswer, Date, PersonId, RecordId};
use habeas_vault::{EditionChange, ImportSummary, PersonRow, Vault};

/// Strokes of the audit in which consents were recorded: how many in each.
fn strokes(vault: &Vault) -> Vec<u32> {
    let recorded = vault.audit_entries().iter().filter(|entry| entry.event.code == "consent-recorded");
    recorded.map(|entry| entry.times).collect()
}

#[test]
fn answers_of_a_hundred_thousand_families_are_kept_although_no_commit_holds_them_all() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    let records = (0..100_000u128).map(|n| RecordId(n.to_be_bytes()));
    vault.add_consents(records.map(consent_about).collect(), NOW).unwrap();
    vault.add_consent(consent_about(RecordId([7; 16])), &[], None, NOW).unwrap();
    vault.add_consent(consent_about(RecordId([8; 16])), &[], None, NOW).unwrap();
    let told = |vault: &Vault| {
        assert_eq!(vault.consents().count(), 100_002);
        let strokes = strokes(vault);
        assert_eq!(strokes.iter().sum::<u32>(), 100_002);
        assert!(strokes.len() < 30 && strokes.ends_with(&[1, 1]), "one line for each stroke: {strokes:?}");
        let about = vault.consents_about(&[RecordId(99_999u128.to_be_bytes()), RecordId([7; 16]), RecordId([9; 16])]);
        assert_eq!(about.iter().map(|consent| consent.about.0[15]).collect::<Vec<_>>(), [0x9f, 7]);
    };
    told(&vault);
    drop(vault);
    told(&reopen(dir.path()));
}

fn indexed(records: &[RecordId]) -> Vec<PersonRow> {
    let row = |records: &[RecordId]| PersonRow {
        n_records: records.len() as u32,
        records: records.to_vec(),
        ..PersonRow::of(PersonId(records[0].0))
    };
    // The first two records speak of one person.
    [row(&records[..2])].into_iter().chain(records[2..].iter().map(|id| row(&[*id]))).collect()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn those_of_whom_somebody_has_answered_are_listed_in_pages_and_so_are_those_of_whom_something_ends() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    import(&mut vault, "committee", 6);
    let ids = vault.record_ids().unwrap();
    vault.index_persons(indexed(&ids).into_iter()).unwrap();
    let ending = |at: usize, until: &str| Consent { until: Some(day(until)), ..consent_about(ids[at]) };
    for draft in [ending(5, "2026-03-01"), ending(1, "2027-01-01"), consent_about(ids[3])] {
        vault.add_consent(draft, &[], None, NOW).unwrap();
    }
    let refused = Consent { answer: ConsentAnswer::Refused, ..ending(2, "2026-03-02") };
    vault.add_consent(refused, &[], None, NOW).unwrap();
    let all = |vault: &Vault, between: Option<(&str, &str)>| {
        let between = between.map(|(first, last)| (day(first), day(last)));
        let (mut persons, mut after) = (Vec::new(), 0);
        loop {
            let page = vault.persons_answered(between, after, 2).unwrap();
            let Some(last) = page.last() else { break };
            after = last.key;
            persons.extend(page.into_iter().map(|row| row.person));
        }
        assert_eq!(vault.count_answered(between).unwrap(), persons.len() as u64);
        persons
    };
    let of = |at: &[usize]| at.iter().map(|at| PersonId(ids[*at].0)).collect::<Vec<_>>();
    assert_eq!(all(&vault, None), of(&[0, 2, 3, 5]), "the second record is of the first person");
    assert_eq!(all(&vault, Some(("2026-01-01", "2026-12-31"))), of(&[5]), "what was refused does not end");
    assert_eq!(all(&vault, Some(("2026-03-01", "2027-01-01"))), of(&[0, 5]));
    vault.add_consent(consent_about(ids[4]), &[], None, NOW).unwrap();
    assert_eq!(all(&vault, None), of(&[0, 2, 3, 4, 5]), "another answer is there at once");
    // After another linkage everybody is a person of their own.
    let alone = ids.iter().map(|id| PersonRow { records: vec![*id], ..PersonRow::of(PersonId(id.0)) });
    vault.index_persons(alone).unwrap();
    assert_eq!(all(&vault, None), of(&[1, 2, 3, 4, 5]));
    drop(vault);
    assert_eq!(all(&reopen(dir.path()), None), of(&[1, 2, 3, 4, 5]));
}

#[test]
fn an_answer_about_a_row_holds_for_what_stands_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let mut vault = new_vault(dir.path());
    import(&mut vault, "committee", 1);
    let before = vault.record_ids().unwrap()[0];
    vault.add_consent(consent_about(before), &[], None, NOW).unwrap();
    assert_eq!(vault.consents_about(&[before]).len(), 1);
    let later = habeas_vault::SourceDraft { edition: "2025".into(), ..list("committee@2025") };
    let mut writer = vault.begin_import(later, b"the later edition", "mapping", NOW).unwrap();
    let (origin, cells, claims) = row(2);
    let now = writer.push(origin, cells, claims).unwrap();
    let edition = EditionChange { replaced: vec![(before, now)], ..EditionChange::default() };
    writer.finish_edition(ImportSummary { accepted: 1, ..ImportSummary::default() }, Some(edition)).unwrap();
    assert_eq!(vault.consents_about(&[now]).len(), 1);
    assert_eq!(vault.consents_about(&[before]).len(), 0, "it stands no longer");
    // The next statement of the same giver knows of it.
    let again = vault.add_consent(consent_about(now), &[now], None, NOW).unwrap();
    let known = vault.consents_about(&[now]);
    assert_eq!(known.iter().find(|consent| consent.id == again).unwrap().replaces, [known[0].id]);
}
