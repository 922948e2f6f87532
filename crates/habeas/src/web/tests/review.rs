//! Review: what a page shows of a pair and what it must not, and that no press of a button is lost or counts twice.

use super::*;
use crate::desk::{linking, reviewing::Asked};
use crate::output::Output;
use habeas_core::{MatchWeight, RecordPair, ScoredPair, Verdict};

const NAMES: [&str; 12] = [
    "Mehrab Karim",
    "Shah Nawaz",
    "Zarina Bibi",
    "Hammal Yar",
    "Nako Rahim",
    "Bibi Gul",
    "Dad Shah",
    "Peer Jan",
    "Lal Bakhsh",
    "Sher Ali",
    "Gwahram Dost",
    "Mila Ural",
];
const SPELT: [&str; 12] = [
    "Mihrab Kareem",
    "Shahnawaz",
    "Zareena",
    "Hamal Yar",
    "Nako Raheem",
    "Gul Bibi",
    "Dad Shah",
    "Pir Jan",
    "Laal Bux",
    "Sher Aly",
    "Gwaram Dost",
    "Mila Ural",
];

fn rows(names: &[&str; 12], late: u32) -> Vec<[(Predicate, Value, String); 3]> {
    let places = ["Corva", "Ural", "Tenna"];
    let row = |(n, words): (usize, &&str)| {
        [name(words), taken(&format!("2015-{:02}-{:02}", n % 12 + 1, 3 + late)), place(places[n % 3])]
    };
    names.iter().enumerate().map(row).collect()
}

impl House {
    /// A house with two lists of the same twelve people, linked.
    fn linked(role: Role) -> Self {
        Self::with(role, |desk| {
            desk.change(habeas_core::Right::Code, |vault| {
                import_list(vault, "left", &rows(&NAMES, 0));
                import_list(vault, "right", &rows(&SPELT, 1));
                Ok(())
            })
            .unwrap();
            let prepared = desk.keep(habeas_core::Right::Cases, |vault| linking::prepare(vault)).unwrap();
            linking::run_desk(desk, &prepared, None, &linking::options(0, 1), &Output::new(true)).unwrap();
        })
    }

    pub(super) fn desk(&self) -> Desk {
        self.app.lock.opened().unwrap().desk
    }

    pub(super) async fn send(&self, uri: &str, fields: &[(&str, &str)], more: &[(&str, &str)]) -> (StatusCode, String) {
        let token = self.form_token();
        let fields: Vec<String> = [("token", token.as_str())]
            .iter()
            .chain(fields)
            .map(|(name, value)| format!("{name}={}", super::super::query::segment(value)))
            .collect();
        let base = [
            ("host", HOST),
            ("origin", OWN),
            ("cookie", self.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let headers: Vec<_> = base.iter().chain(more).copied().collect();
        let response = self.ask(Method::POST, uri, &headers, &fields.join("&")).await;
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 22).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// The fields that a form of a page carries.
    fn fields_of(page: &str, action: &str) -> Vec<(String, String)> {
        let form = page.split(&format!("action=\"{action}\"")).nth(1).expect(action).split("</form>").next().unwrap();
        let value = |tag: &str, name: &str| {
            tag.split(&format!("{name}=\"")).nth(1).map(|rest| rest.split('"').next().unwrap().to_owned())
        };
        form.split("<input")
            .skip(1)
            .filter(|tag| tag.contains("type=\"hidden\""))
            .filter_map(|tag| Some((value(tag, "name")?, value(tag, "value")?)))
            .filter(|(name, _)| name != "token")
            .collect()
    }

    /// Presses a button of the form on a page, with a reason.
    async fn press(&self, page: &str, verdict: &str, why: &str) -> (StatusCode, String) {
        let fields = Self::fields_of(page, "/review/decide");
        let mut fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.extend([("verdict", verdict), ("why", why)]);
        self.send("/review/decide", &fields, &[]).await
    }

    fn pair_on(page: &str) -> RecordPair {
        let fields = Self::fields_of(page, "/review/decide");
        let code = &fields.iter().find(|(name, _)| name == "pair").unwrap().1;
        let (a, b) = code.split_once('-').unwrap();
        RecordPair::new(a.parse().unwrap(), b.parse().unwrap()).unwrap()
    }
}

#[tokio::test]
async fn a_press_records_one_decision_and_shows_another_pair() {
    let house = House::linked(Role::Reviewer);
    let page = house.page("/review").await;
    let pair = House::pair_on(&page);
    let (status, _) = house.press(&page, "same", "").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let judgements = house.desk().judgements().unwrap();
    assert_eq!(judgements.len(), 1);
    let one = &judgements[0];
    assert_eq!((one.pair, one.verdict, one.by.as_str()), (pair, Verdict::Same, "Name of the member"));
    assert!(!one.saw_weights);
    let next = house.page("/review").await;
    assert_ne!(House::pair_on(&next), pair);
    assert!(next.contains("Your last decisions") && next.contains("dot same"));
}

#[tokio::test]
async fn a_double_click_and_the_back_button_write_nothing_twice() {
    let house = House::linked(Role::Reviewer);
    let page = house.page("/review").await;
    for _ in 0..3 {
        assert_eq!(house.press(&page, "same", "").await.0, StatusCode::SEE_OTHER);
    }
    assert_eq!(house.desk().judgements().unwrap().len(), 1);
}

#[tokio::test]
async fn a_state_that_changed_meanwhile_is_shown_and_nothing_is_written_over_it() {
    let house = House::linked(Role::Reviewer);
    let tab = house.page("/review").await;
    let other_tab = house.page("/review").await;
    assert_eq!(House::pair_on(&tab), House::pair_on(&other_tab));
    assert_eq!(house.press(&tab, "same", "").await.0, StatusCode::SEE_OTHER);
    let (status, page) = house.press(&other_tab, "different", "typed words").await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(page.contains("was decided since you opened the page") && page.contains("You decided before"));
    assert!(page.contains("value=\"typed words\""), "what was typed is kept");
    assert_eq!(house.desk().judgements().unwrap().len(), 1);
    // From the page that shows how it stands now, the same press counts.
    assert_eq!(house.press(&page, "different", "typed words").await.0, StatusCode::SEE_OTHER);
    assert_eq!(house.desk().judgements().unwrap().len(), 2);
}

#[tokio::test]
async fn overruling_oneself_needs_a_reason() {
    let house = House::linked(Role::Reviewer);
    let page = house.page("/review").await;
    let pair = House::pair_on(&page);
    house.press(&page, "undecided", "").await;
    let again = house.page(&format!("/review?pair={}-{}", pair.smaller(), pair.larger())).await;
    assert!(again.contains("You decided before"));
    let (status, asks) = house.press(&again, "same", "").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asks.contains("Say why") && asks.contains("required"));
    assert_eq!(house.desk().judgements().unwrap().len(), 1);
    assert_eq!(house.press(&asks, "same", "one father").await.0, StatusCode::SEE_OTHER);
    assert_eq!(house.desk().judgements().unwrap().len(), 2);
}

#[tokio::test]
async fn parting_what_is_one_person_needs_a_reason() {
    let house = House::linked(Role::Reviewer);
    let run = house.desk().latest_link_run().unwrap().unwrap();
    let cluster_of = run.partition.cluster_of();
    let linked =
        run.pairs.iter().find(|pair| cluster_of[pair.left as usize] == cluster_of[pair.right as usize]).unwrap();
    let [a, b] = [linked.left, linked.right].map(|idx| run.record_ids[idx as usize]);
    let pair = RecordPair::new(a, b).unwrap();
    let page = house.page(&format!("/review?pair={}-{}", pair.smaller(), pair.larger())).await;
    let (status, asks) = house.press(&page, "different", " ").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asks.contains("made one person of these two records"));
    assert_eq!(house.press(&asks, "different", "two brothers").await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn undo_takes_one_decision_back_however_often_it_is_pressed() {
    let house = House::linked(Role::Reviewer);
    for _ in 0..2 {
        let page = house.page("/review").await;
        house.press(&page, "same", "").await;
    }
    let page = house.page("/review").await;
    let fields = House::fields_of(&page, "/review/undo");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for _ in 0..2 {
        assert_eq!(house.send("/review/undo", &fields, &[]).await.0, StatusCode::SEE_OTHER);
    }
    let judgements = house.desk().judgements().unwrap();
    assert_eq!(judgements.len(), 3, "the second press writes nothing");
    assert_eq!(crate::desk::reviewing::standing_ones(&judgements).len(), 1);
    let strange = [("of", "telling"), ("judgement", "00000000000000000000000000000000")];
    assert_ne!(house.send("/review/undo", &strange, &[]).await.0, StatusCode::SEE_OTHER);
}

/// Two models that disagree about everything, on the same records, ask about one pair with the same bytes.
#[tokio::test]
async fn no_byte_of_a_blind_page_depends_on_the_model() {
    let house = House::linked(Role::Keeper);
    let desk = house.desk();
    let pair = House::pair_on(&house.page("/review").await);
    let address = format!("/review?pair={}-{}", pair.smaller(), pair.larger());
    let bytes = |page: String| {
        // The key of the form is new each time.
        let key = House::fields_of(&page, "/review/decide").into_iter().find(|(name, _)| name == "key").unwrap().1;
        page.replace(&key, "")
    };
    let before = bytes(house.page(&address).await);
    let run = desk.latest_link_run().unwrap().unwrap();
    for cluster in [vec![0; run.record_ids.len()], (0..run.record_ids.len() as u32).collect()] {
        let mut other = LinkRun { ..(*run).clone() };
        other.partition = Partition::from_labels(&cluster);
        for pair in &mut other.pairs {
            *pair = ScoredPair::new(pair.left, pair.right, MatchWeight(-pair.weight().0 * 3.0 - 1.0));
        }
        other.model_toml = other.model_toml.replace("cut", "cut ");
        desk.change(habeas_core::Right::Judge, |vault| Ok(vault.put_link_run(&other, 1).unwrap())).unwrap();
        assert_eq!(bytes(house.page(&address).await), before);
    }
}

#[tokio::test]
async fn weights_are_there_on_demand_for_this_pair_only_and_the_judgement_says_that_they_were_seen() {
    let house = House::linked(Role::Reviewer);
    let page = house.page("/review").await;
    let weights = ["class=\"wft\"", "bits of evidence", "class=\"up\"", "%</bdi>"];
    assert!(weights.iter().all(|part| !page.contains(part)));
    let pair = House::pair_on(&page);
    let open = house.page(&format!("/review?pair={}-{}&weights=1", pair.smaller(), pair.larger())).await;
    assert!(weights.iter().all(|part| open.contains(part)), "{open}");
    assert!(open.contains("at random") && open.contains("Hide the model"));
    // Hidden again before the decision: seen is seen.
    let hidden = house.page(&format!("/review?pair={}-{}", pair.smaller(), pair.larger())).await;
    house.press(&hidden, "same", "").await;
    assert!(house.desk().judgements().unwrap()[0].saw_weights);
    let next = house.page("/review").await;
    assert!(weights.iter().all(|part| !next.contains(part)), "not kept for the next");
}

#[tokio::test]
async fn the_letters_in_which_two_names_differ_are_marked() {
    let house = House::linked(Role::Reviewer);
    let id = |key: &str| house.desk().record_at(&format!("{key}:2")).unwrap();
    let page = house.page(&format!("/review?pair={}-{}", id("left"), id("right"))).await;
    for words in
        ["M<u class=\"d\">e</u>hrab Kar<u class=\"d\">i</u>m", "M<u class=\"d\">i</u>hrab Kar<u class=\"d\">ee</u>m"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains(" January 2015") && page.contains("target=\"_blank\""));
}

#[tokio::test]
async fn a_second_reader_sees_no_first_verdict_and_disputes_come_back_to_both() {
    let house = House::linked(Role::Reviewer);
    let desk = house.desk();
    let pair = desk.next_pairs("x", Asked::Sample, 1).unwrap()[0];
    let draft = habeas_vault::JudgementDraft {
        pair,
        verdict: Verdict::Same,
        by: "Another Reader".into(),
        why: "secret reason".into(),
        saw_weights: false,
        revokes: None,
    };
    desk.keep(habeas_core::Right::Judge, |vault| Ok(vault.add_judgement(draft, None, 1).unwrap())).unwrap();
    let page = house.page("/review?of=second-reading").await;
    assert_eq!(House::pair_on(&page), pair);
    assert!(!page.contains("Another Reader") && !page.contains("secret reason") && !page.contains("decided before"));
    assert_eq!(house.press(&page, "different", "two fathers").await.0, StatusCode::SEE_OTHER);
    let disputes = house.page("/review/disputes").await;
    assert!(disputes.contains("secret reason") && disputes.contains("two fathers") && disputes.contains("yours"));
    assert!(!disputes.contains("Another Reader"), "reasons are weighed, not people");
    let agreement = house.page("/review/agreement").await;
    assert!(agreement.contains("0 of 1 pairs read twice"), "{agreement}");
    assert!(!agreement.contains("Another Reader"));
}

#[tokio::test]
async fn the_script_gets_the_panel_alone_and_a_forged_form_nothing() {
    let house = House::linked(Role::Reviewer);
    let page = house.page("/review").await;
    let fields = House::fields_of(&page, "/review/decide");
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.push(("verdict", "same"));
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let base = [("host", HOST), ("origin", OWN), ("cookie", house.cookie.as_str())];
    let typed = ("content-type", "application/x-www-form-urlencoded");
    let headers: Vec<_> = base.iter().copied().chain([typed]).collect();
    let forged = house.ask(Method::POST, "/review/decide", &headers, &body.join("&")).await;
    assert_eq!(forged.status(), StatusCode::FORBIDDEN, "no token");
    let (status, part) = house.send("/review/decide", &fields, &[("hx-request", "true")]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(part.starts_with("<div id=\"panel\" data-say=\"Same person. The next pair is here\""), "{part}");
    for (name, value) in [("verdict", "maybe"), ("pair", "x-y"), ("key", "1"), ("seen", "")] {
        let mut odd = fields.clone();
        odd.iter_mut().filter(|field| field.0 == name).for_each(|field| field.1 = value);
        assert_eq!(house.send("/review/decide", &odd, &[]).await.0, StatusCode::BAD_REQUEST, "{name}");
    }
    assert_eq!(house.desk().judgements().unwrap().len(), 1);
}

#[tokio::test]
async fn a_cluster_is_decided_in_one_stroke_and_taken_back_in_one() {
    let house = House::linked(Role::Reviewer);
    let address = format!("/review/clusters/{}", house.person);
    let page = house.page(&address).await;
    let n = page.matches("name=\"in-").count();
    assert_eq!(n, 3, "two rows and a mention");
    let fields = House::fields_of(&page, &address);
    let base: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let with =
        |more: &[(&'static str, &'static str)]| base.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    // One is left out without a reason, then nobody stays.
    let left_out = with(&[("in-0", "1"), ("in-1", "1")]);
    assert_eq!(house.send(&address, &left_out, &[]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(house.send(&address, &with(&[]), &[]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(house.desk().judgements().unwrap().is_empty());
    let with_reason = with(&[("in-0", "1"), ("in-1", "1"), ("why", "another father")]);
    for _ in 0..2 {
        assert_eq!(house.send(&address, &with_reason, &[]).await.0, StatusCode::SEE_OTHER, "a double click as well");
    }
    let judgements = house.desk().judgements().unwrap();
    let verdicts: Vec<Verdict> = judgements.iter().map(|one| one.verdict).collect();
    assert_eq!(verdicts, [Verdict::Same, Verdict::Different]);
    let review = house.page("/review").await;
    assert!(
        review.contains("2 decisions together") && review.contains("another father") && !review.contains("[together")
    );
    // The page as it was shown before no longer holds.
    let stale = house.send(&address, &with(&[("in-0", "1")]), &[]).await;
    assert_eq!(stale.0, StatusCode::SEE_OTHER, "the same key is the same stroke");
    let mut other_key = with(&[("in-0", "1"), ("in-1", "1"), ("in-2", "1")]);
    other_key
        .iter_mut()
        .filter(|field| field.0 == "key")
        .for_each(|field| field.1 = "00000000000000000000000000000001");
    assert_eq!(house.send(&address, &other_key, &[]).await.0, StatusCode::CONFLICT);
    let undo = House::fields_of(&review, "/review/undo");
    let undo: Vec<(&str, &str)> = undo.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(house.send("/review/undo", &undo, &[]).await.0, StatusCode::SEE_OTHER);
    let judgements = house.desk().judgements().unwrap();
    assert_eq!((judgements.len(), crate::desk::reviewing::standing_ones(&judgements).len()), (4, 0));
}

#[tokio::test]
async fn the_weakest_joint_of_a_cluster_is_there_on_demand() {
    let house = House::linked(Role::Reviewer);
    let address = format!("/review/clusters/{}", house.person);
    assert!(!house.page(&address).await.contains("bits of evidence"));
    let shown = house.page(&format!("{address}?weights=1")).await;
    assert!(shown.contains("bits of evidence"), "{shown}");
}
