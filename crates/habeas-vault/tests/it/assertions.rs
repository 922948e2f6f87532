//! Assertions: recorded whole or not at all, read back after reopening, records of mentions, and erased one by one or with
//! their source.

use crate::world::{NOW, import, new_vault, reopen};
use habeas_core::{
    Assertion, AssertionId, Attribution, Basis, Content, Entity, EntityId, EntityKind, ErasureReason, EventKind,
    MadeBy, Matter, Modality, NameAsGiven, Polarity, Policy, Predicate, Quote, RecordId, Resolution, Review,
    Sensitivity, Source, SourceKind, SpeakerKind, Topic, Value,
};
use habeas_vault::{AssertError, Depth, EraseTarget, SourceDraft, Vault};
use std::{path::Path, sync::Arc};

pub fn article(vault: &mut Vault, key: &str, kind: SourceKind) -> Arc<Source> {
    let draft = SourceDraft {
        key: key.into(),
        kind,
        title: String::new(),
        said_by: Attribution::direct("not stated", SpeakerKind::Unnamed),
        edition: String::new(),
        file_name: format!("{key}.txt"),
        names_once: false,
        compiled_from: vec![],
        header: vec![],
    };
    vault.add_source(draft, format!("{key}: Orla Tesk was taken").as_bytes(), NOW).unwrap()
}

pub fn say(vault: &mut Vault, about: Entity, topic: Topic, content: Content, source: Option<&Source>) -> Assertion {
    let quote = |source: &Source| Quote { source: source.id, range: 9..18, words: "Orla Tesk".into() };
    Assertion {
        id: vault.mint_assertion().unwrap(),
        recorded_ms: 0,
        recorded_by: vault.me(),
        about,
        topic,
        content,
        quotes: source.map(quote).into_iter().collect(),
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
    }
}

/// A mention with a name and a taking, in one commit; its record and the id of the taking.
fn mention(vault: &mut Vault, source: &Source) -> (RecordId, AssertionId) {
    let about = Entity { kind: EntityKind::Mention, id: vault.mint_entity().unwrap() };
    let name = Content::Value(Value::Name(NameAsGiven::unassigned("Orla Tesk")));
    let name = say(vault, about, Topic::Person(Predicate::Name), name, Some(source));
    let taken = Topic::Person(Predicate::Event(EventKind::Taken));
    let taken = say(vault, about, taken, Content::Value(Value::Occurred), Some(source));
    let id = taken.id;
    vault.add_assertions(vec![name, taken], NOW).unwrap();
    (RecordId(about.id.0), id)
}

fn vault_with_article(dir: &Path) -> (Vault, Arc<Source>) {
    let mut vault = new_vault(dir);
    import(&mut vault, "committee", 3);
    let source = article(&mut vault, "article", SourceKind::Article);
    (vault, source)
}

#[test]
fn a_mention_is_a_record_like_the_rows_of_lists_and_stays_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let (mut vault, source) = vault_with_article(dir.path());
    let before = vault.n_records();
    let (id, _) = mention(&mut vault, &source);
    drop(vault);
    let vault = reopen(dir.path());
    assert_eq!((before, vault.n_records()), (3, 4));
    let mut seen = Vec::new();
    vault.for_each_record(|record| seen.push(record.id)).unwrap();
    assert_eq!((seen.len(), seen[3]), (4, id));
    let record = vault.record_at("article", 1).unwrap().expect("the first mention of the article");
    assert_eq!((record.id, record.cells.as_slice()), (id, &["Orla Tesk".to_owned()][..]));
    assert_eq!(vault.records_of(&[id, seen[0]]).unwrap()[1], record);
    assert_eq!(vault.records_of(&[id]).unwrap(), [record]);
    assert_eq!(vault.record_ids_beginning(&id.to_string()[..8], 5).unwrap(), [id]);
    assert_eq!(
        (vault.assertions().unwrap()[0].recorded_ms, vault.assertions().unwrap()[0].recorded_by),
        (NOW, vault.me())
    );
    assert!(vault.verify(Depth::Deep, &[]).unwrap().is_clean());
}

#[test]
fn what_does_not_fit_its_topic_or_quotes_no_source_is_refused_and_nothing_of_it_stays() {
    let dir = tempfile::tempdir().unwrap();
    let (mut vault, source) = vault_with_article(dir.path());
    let incident = Entity { kind: EntityKind::Incident, id: vault.mint_entity().unwrap() };
    let good = say(&mut vault, incident, Topic::Of(Matter::Handle), Content::Text("shrine".into()), Some(&source));
    let wrong = say(&mut vault, incident, Topic::Of(Matter::Count), Content::Text("52".into()), Some(&source));
    let refused = vault.add_assertions(vec![good.clone(), wrong], NOW);
    assert!(matches!(refused, Err(AssertError::NotOfTopic { .. })), "{refused:?}");
    let mut elsewhere = good;
    elsewhere.quotes[0].source.0 = [9; 16];
    assert!(matches!(vault.add_assertions(vec![elsewhere], NOW), Err(AssertError::NoSuchSource)));
    assert!(vault.assertions().unwrap().is_empty());
}

#[test]
fn one_assertion_is_erased_and_the_others_of_its_source_stay() {
    let dir = tempfile::tempdir().unwrap();
    let (mut vault, source) = vault_with_article(dir.path());
    let (_, taken) = mention(&mut vault, &source);
    vault.erase(EraseTarget::Assertion(taken), ErasureReason::Mistake, "typed wrongly", NOW).unwrap();
    assert_eq!(vault.assertions().unwrap().len(), 1);
    drop(vault);
    let vault = reopen(dir.path());
    assert_eq!((vault.assertions().unwrap().len(), vault.notices()), (1, &[][..]), "what was erased is no missing key");
    assert_eq!(vault.n_records(), 3, "nothing done to the person is left");
    assert!(vault.original(source.id).is_ok());
    assert!(vault.verify(Depth::Deep, &[]).unwrap().is_clean());
}

#[test]
fn a_source_that_is_erased_takes_all_that_is_asserted_from_it_along_reviews_included() {
    let dir = tempfile::tempdir().unwrap();
    let (mut vault, source) = vault_with_article(dir.path());
    let other = article(&mut vault, "other", SourceKind::Testimony);
    let (_, taken) = mention(&mut vault, &source);
    mention(&mut vault, &other);
    let about = Entity::assertion(taken);
    let review = Content::Review(Review::Accepted, "Orla's sister says so too".into());
    let review = say(&mut vault, about, Topic::Of(Matter::Review), review, None);
    vault.add_assertions(vec![review], NOW).unwrap();
    assert_eq!(vault.assertions().unwrap().len(), 5);
    vault.erase(EraseTarget::Source(source.id), ErasureReason::Safety, "asked", NOW).unwrap();
    drop(vault);
    let vault = reopen(dir.path());
    let left: Vec<_> =
        vault.assertions().unwrap().iter().flat_map(|one| &one.quotes).map(|quote| quote.source).collect();
    assert_eq!(left, [other.id, other.id]);
    assert_eq!(vault.notices(), []);
    let disk = std::fs::read_dir(dir.path()).unwrap().count();
    assert!(disk > 0 && vault.verify(Depth::Deep, &[]).unwrap().is_clean());
}

#[test]
fn a_mention_that_is_erased_takes_what_is_said_of_it_and_its_file_along() {
    let dir = tempfile::tempdir().unwrap();
    let (mut vault, source) = vault_with_article(dir.path());
    let (id, _) = mention(&mut vault, &source);
    let (other, _) = mention(&mut vault, &source);
    vault.erase(EraseTarget::Record(id), ErasureReason::ConsentWithdrawn, "asked", NOW).unwrap();
    assert_eq!(vault.mentions().unwrap().iter().map(|record| record.id).collect::<Vec<_>>(), [other]);
    assert!(vault.original(source.id).is_err(), "the file holds the same words");
}

#[test]
fn a_source_that_is_taken_back_takes_its_mentions_out_of_every_count() {
    let dir = tempfile::tempdir().unwrap();
    let (mut vault, source) = vault_with_article(dir.path());
    mention(&mut vault, &source);
    vault.retract(source.id.0, "a forgery", NOW).unwrap();
    assert_eq!((vault.n_records(), vault.assertions().unwrap().len()), (3, 2), "what was asserted stays readable");
}

#[test]
fn a_decision_is_kept_with_the_accounts_that_were_seen() {
    let dir = tempfile::tempdir().unwrap();
    let (mut vault, source) = vault_with_article(dir.path());
    let (_, taken) = mention(&mut vault, &source);
    let about = vault.assertions().unwrap()[0].about;
    let (topic, policy) = (Topic::Person(Predicate::Name), Policy::Team(taken));
    let resolution = Resolution { topic, policy, version: 1, why: "we asked".into(), seen: vec![taken] };
    let decision = say(&mut vault, about, Topic::Of(Matter::Resolution), Content::Resolution(resolution), None);
    vault.add_assertions(vec![decision.clone()], NOW).unwrap();
    drop(vault);
    assert_eq!(reopen(dir.path()).assertions().unwrap()[2].content, decision.content);
}

#[test]
fn why_a_question_of_a_row_was_settled_goes_with_the_row_and_with_its_list() {
    let of_row = |vault: &Vault| vault.assertions().unwrap().len();
    for whole_list in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let (mut vault, _) = vault_with_article(dir.path());
        let mut rows = Vec::new();
        vault.for_each_record(|record| rows.push((record.id, record.source.id))).unwrap();
        let decisions: Vec<Assertion> = rows[..2]
            .iter()
            .map(|(row, _)| {
                let (topic, policy) = (Topic::Person(Predicate::Name), Policy::Team(AssertionId(row.0)));
                let why = "her sister told us on the telephone".into();
                let resolution = Resolution { topic, policy, version: 1, why, seen: vec![AssertionId(row.0)] };
                let about = Entity { kind: EntityKind::Mention, id: EntityId(row.0) };
                say(&mut vault, about, Topic::Of(Matter::Resolution), Content::Resolution(resolution), None)
            })
            .collect();
        vault.add_assertions(decisions, NOW).unwrap();
        let (row, list) = rows[0];
        let (target, left) = if whole_list { (EraseTarget::Source(list), 0) } else { (EraseTarget::Record(row), 1) };
        vault.erase(target, ErasureReason::ConsentWithdrawn, "asked", NOW).unwrap();
        assert_eq!(of_row(&vault), left);
        drop(vault);
        let vault = reopen(dir.path());
        assert_eq!((of_row(&vault), vault.notices()), (left, &[][..]));
        assert!(vault.verify(Depth::Deep, &[]).unwrap().is_clean());
    }
}
