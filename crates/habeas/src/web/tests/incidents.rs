//! A known incident is a choice in the form that accepts: shown with what speaks for it, chosen by nobody beforehand.

use super::*;
use crate::{
    commands::claims::Line,
    desk::incidents::{incidents_like, incidents_of},
};
use clap::Parser;
use habeas_core::Entity;

impl House {
    /// Says that an incident happened on a day in Corva.
    fn knows_of(&self, incident: &str, day: &str) {
        for (topic, is) in [("when", day), ("where", "Corva")] {
            let add =
                ["add", "--about", incident, "--topic", topic, "--source", "blast", "--quote", "A bomb", "--is", is];
            let step = Line::try_parse_from(add).unwrap().step;
            self.desk().code(&[step], |_| true, crate::web::forms::Key::fresh().0).unwrap();
        }
    }

    fn act(&self) -> Entity {
        self.waiting()[0].about
    }
}

#[tokio::test]
async fn an_act_is_accepted_without_an_incident_unless_one_is_chosen_and_undo_takes_both_back() {
    let house = House::with_suggestions(Role::Coder);
    let act = house.act();
    let page = house.page("/claims/queue?source=blast").await;
    assert!(!page.contains("name=\"incident\""), "the vault knows of no incident");
    house.knows_of("incident:market", "2016-11-12");
    house.knows_of("incident:siege", "2015");
    let book = house.desk().book().unwrap();
    let [like] = &incidents_like(&book, act)[..] else { panic!("one is like it, and the other was in another year") };
    let id = like.incident.to_string();
    let page = house.page("/claims/queue?source=blast").await;
    for shown in
        ["incident:market", "the same day · the same place", "None of these, or not known", &format!("value=\"{id}\"")]
    {
        assert!(page.contains(shown), "{shown} is missing: {page}");
    }
    assert_eq!(page.matches("name=\"incident\"").count(), 2, "none of these, and the one");
    let fields = House::filled(&page, "/claims/queue");
    assert!(fields.contains(&("incident".to_owned(), String::new())), "nothing is chosen for anybody: {fields:?}");
    // What was chosen is kept where something else has to be put right.
    let wrong: Vec<(String, String)> = fields
        .iter()
        .map(|(name, value)| (name.clone(), if value == "2016-11-12" { "soon".into() } else { value.clone() }))
        .collect();
    let (status, again) = house.press_all("/claims/queue", &wrong, &[("verdict", "accept"), ("incident", &id)]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(House::filled(&again, "/claims/queue").contains(&("incident".to_owned(), id.clone())));
    let press = [("verdict", "accept"), ("incident", id.as_str())];
    for _ in 0..2 {
        assert_eq!(house.press_all("/claims/queue", &fields, &press).await.0, StatusCode::SEE_OTHER);
    }
    assert_eq!(incidents_of(&house.desk().book().unwrap(), act), [like.incident], "sent twice, linked once");
    let page = house.page("/claims/queue").await;
    house.press_all("/claims/undo", &House::filled(&page, "/claims/undo"), &[]).await;
    assert!(incidents_of(&house.desk().book().unwrap(), act).is_empty());
    assert_eq!(house.act(), act, "it waits again");
}

#[tokio::test]
async fn one_claim_by_itself_offers_the_choice_too_and_what_is_no_incident_is_refused() {
    let house = House::with_suggestions(Role::Coder);
    house.knows_of("incident:market", "2016-11-12");
    let claim = house.waiting()[0].claims[0];
    let own = format!("/claims/{claim}");
    let page = house.page(&own).await;
    assert!(page.contains("the same day · the same place"));
    let fields = House::filled(&page, &own);
    let (act, accept) = (house.act(), ("do", "accept"));
    for odd in [act.to_string(), "market".to_owned(), format!("incident:{}", "0".repeat(32))] {
        let (status, _) = house.press_all(&own, &fields, &[accept, ("incident", &odd)]).await;
        assert!(status.is_client_error(), "{odd}: {status}");
        assert!(incidents_of(&house.desk().book().unwrap(), act).is_empty());
    }
    let market = house.desk().book().unwrap().entity("incident:market").unwrap().unwrap();
    let (status, _) = house.press_all(&own, &fields, &[accept, ("incident", &market.to_string())]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(incidents_of(&house.desk().book().unwrap(), act), [market]);
}

#[tokio::test]
async fn an_official_version_is_proposed_in_the_name_that_is_typed_and_in_nobodys_otherwise() {
    let house = House::with(Role::Coder, |desk| {
        let text = "Police killed four men in a supposed encounter in Corva on 12 November 2016. They said so.";
        let file = crate::listing::ListFile { name: "blast.txt".into(), bytes: text.as_bytes().to_vec() };
        desk.add_text(&file, SourceKind::Article, Some("The Paper")).unwrap();
        desk.suggest_claims("blast").unwrap();
    });
    let (act, page) = (house.act(), house.page("/claims/queue").await);
    assert!(page.contains("What the authorities say") && page.contains("value=\"supposed encounter\""), "{page}");
    let fields = House::filled(&page, "/claims/queue");
    assert!(fields.contains(&("official-by".to_owned(), String::new())));
    let typed = [("verdict", "accept"), ("official-by", "Special Crimes Department")];
    // Words that do not stand there come back with the name.
    let wrong = [&typed[..], &[("official-words", "a firefight")]].concat();
    let (status, again) = house.press_all("/claims/queue", &fields, &wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.contains("value=\"Special Crimes Department\"") && again.contains("value=\"a firefight\""));
    for _ in 0..2 {
        assert_eq!(house.press_all("/claims/queue", &fields, &typed).await.0, StatusCode::SEE_OTHER);
    }
    let book = house.desk().book().unwrap();
    let theirs = || book.assertions.iter().filter(|one| one.about == act && one.said_by.is_some());
    assert!(theirs().all(|one| book.waits(one) && one.modality == habeas_core::Modality::OfficialVersion));
    let waiting = house.waiting();
    assert_eq!(
        (waiting.len(), waiting[0].about, waiting[0].claims.len()),
        (1, act, theirs().count()),
        "each is to be confirmed"
    );
    let page = house.page("/claims/queue").await;
    assert!(!page.contains("name=\"official-by\""), "it is said whose it is");
    house.press_all("/claims/undo", &House::filled(&page, "/claims/undo"), &[]).await;
    assert!(house.page("/claims/queue").await.contains("name=\"official-by\""), "undone with the stroke");
}
