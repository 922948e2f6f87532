//! Pages of incidents and of reported figures: words stay words, secrets stay hidden, and every code has its message.

use super::{super::incident, *};
use crate::web::reader::Reader;
use habeas_core::{
    Assertion, Basis, Bound, Content, CountValue, ElementStand, Entity, EntityKind, Hint, MadeBy, Matter, Measure,
    Modality, Qualification, Quote, Review, Rule, Sensitivity, Topic,
};

/// Two accounts of how many were killed, with a name that means harm, and one secret.
pub fn tell(vault: &mut Vault) -> String {
    let source = vault.sources().iter().find(|source| source.key == "post").unwrap().id;
    let incident = Entity { kind: EntityKind::Incident, id: vault.mint_entity().unwrap() };
    let mut say = |topic: Matter, content: Content, words: &str, by: &str| Assertion {
        id: vault.mint_assertion().unwrap(),
        recorded_ms: 0,
        recorded_by: vault.me(),
        about: incident,
        topic: Topic::Of(topic),
        content,
        quotes: vec![Quote { source, range: 0..words.len() as u32, words: words.into() }],
        polarity: Polarity::Affirms,
        modality: Modality::Stated,
        basis: Basis::NotStated,
        said_by: Some(Attribution::direct(by, SpeakerKind::Organisation)),
        said_at: None,
        valid: None,
        grade: None,
        sensitivity: Sensitivity::Public,
        review: Review::Accepted,
        made_by: MadeBy::Person,
        supersedes: None,
    };
    let killed = |n| Content::Count(Box::new(CountValue::new(Measure::Killed, Bound::Exact, Some(n), None).unwrap()));
    let handle = say(Matter::Handle, Content::Text(HARMFUL.into()), "x", "nobody");
    let first = say(Matter::Count, killed(52), HARMFUL, "police");
    let second = say(Matter::Count, killed(45), "forty-five", HARMFUL);
    let mut secret = say(Matter::Remark, Content::Value(Value::Words), "where the witness sleeps", "witness");
    secret.sensitivity = Sensitivity::Secret;
    vault.add_assertions(vec![handle, first, second, secret], 0).unwrap();
    incident.to_string()
}

#[tokio::test]
async fn an_incident_shows_both_accounts_and_what_is_made_of_them() {
    let house = House::new();
    let page = house.page(&format!("/entities/{}", house.entity)).await;
    for shown in
        ["killed: 52", "killed: 45", "forty-five", "45 to 52", "resolve.range@1 · 2/2", "where the witness sleeps"]
    {
        assert!(page.contains(shown), "{shown} is missing");
    }
    let list = house.page("/entities").await;
    assert!(list.contains(&format!("/entities/{}", house.entity.replace(':', "%3A"))) && list.contains("Incidents"));
    let figures = house.page("/reported").await;
    assert!(figures.contains("None of it is added to the documented counts") && figures.contains("forty-five"));
    assert_eq!(house.get("/entities/incident:00", &[]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_does_not_code_sees_that_there_is_a_secret_and_not_what_it_is() {
    let house = House::of(Role::Publisher);
    let page = house.page(&format!("/entities/{}", house.entity)).await;
    assert!(
        page.contains("not shown to your role")
            && page.contains("Remark")
            && !page.contains("where the witness sleeps")
    );
}

#[test]
fn every_matter_kind_measure_and_check_has_its_message_in_every_language() {
    for lang in ["en", "ur"] {
        let reader = Reader::of_file(lang);
        let mut words: Vec<String> =
            Matter::ALL.iter().map(|matter| incident::topic(&reader, Topic::Of(*matter))).collect();
        words.extend(Measure::ALL.iter().map(|measure| reader.t(&format!("measure-{}", measure.code()))));
        words.extend(Rule::ALL.iter().map(|rule| reader.t(&format!("rule-{}", rule.code()))));
        words.extend(Hint::ALL.iter().map(|hint| reader.t(&format!("hint-{}", hint.code()))));
        words.extend(incident::KINDS.iter().map(|kind| reader.t(&format!("entity-{}", kind.code()))));
        let unsettled = Review::ALL.iter().filter(|review| **review != Review::Accepted);
        words.extend(unsettled.map(|review| incident::note(&reader, review.code())));
        words.extend(ElementStand::ALL.iter().map(|stand| reader.t(&format!("stand-{}", stand.code()))));
        words.extend(Qualification::ALL.iter().map(|one| reader.t(&format!("qualification-{}", one.code()))));
        for word in words {
            assert!(!word.contains("Unknown localization"), "{lang}: {word}");
            assert!(lang == "en" || word.chars().any(|c| c > '\u{600}'), "{word} is not in Urdu");
        }
    }
}
