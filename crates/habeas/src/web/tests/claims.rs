//! Coding in pages: a suggestion counts when a person has accepted it, nothing is recorded twice or over what somebody else has
//! said meanwhile, what was typed is kept, and every stroke can be taken back.

use super::*;
use crate::{
    desk::coding::{Queue, groups, is_claim, last_coded, state_of},
    listing::ListFile,
};
use habeas_core::{Assertion, AssertionId, Content, Matter, Review, Topic};

const TEXT: &str = "A bomb killed 52 people in Corva on 12 November 2016.\r\nPolice arrested Adil Venn in Tenna on 3 May 2015. Police arrested two others.";

impl House {
    /// A house with one article, for which the rules have made their suggestions.
    pub(super) fn with_suggestions(role: Role) -> Self {
        Self::with(role, |desk| {
            let file = ListFile { name: "blast.txt".into(), bytes: TEXT.as_bytes().to_vec() };
            desk.add_text(&file, SourceKind::Article, Some("The Paper")).unwrap();
            let (n, has_rules) = desk.suggest_claims("blast").unwrap();
            assert!(n > 4 && has_rules, "{n} suggestions");
        })
    }

    pub(super) fn waiting(&self) -> Vec<crate::desk::coding::Group> {
        let desk = self.desk();
        groups(&desk.book().unwrap(), Queue::Proposed, desk.who().user)
    }

    /// All fields that a browser would send for a form, as it stands on the page.
    pub(super) fn filled(page: &str, action: &str) -> Vec<(String, String)> {
        let form = page.split(&format!("action=\"{action}\"")).nth(1).expect(action).split("</form>").next().unwrap();
        let value = |tag: &str, name: &str| {
            tag.split(&format!(" {name}=\"")).nth(1).map(|rest| rest.split('"').next().unwrap().to_owned())
        };
        let sent = |tag: &&str| {
            !tag.contains("type=\"checkbox\"") && !tag.contains("type=\"radio\"") || tag.contains(" checked")
        };
        form.split("<input")
            .skip(1)
            .map(|tag| tag.split('>').next().unwrap())
            .filter(sent)
            .filter_map(|tag| Some((value(tag, "name")?, value(tag, "value").unwrap_or_default())))
            .filter(|(name, _)| name != "token")
            .collect()
    }

    pub(super) async fn press_all(
        &self,
        uri: &str,
        fields: &[(String, String)],
        more: &[(&str, &str)],
    ) -> (StatusCode, String) {
        let kept = fields.iter().filter(|(name, _)| !more.iter().any(|(typed, _)| name == typed));
        let fields: Vec<(&str, &str)> = kept.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.send(uri, &[&fields[..], more].concat(), &[]).await
    }

    fn n_said(&self) -> usize {
        self.desk().book().unwrap().assertions.len()
    }
}

fn claim_id(house: &House, wanted: impl Fn(&Assertion) -> bool) -> AssertionId {
    let book = house.desk().book().unwrap();
    book.assertions.iter().find(|one| is_claim(one) && wanted(one)).expect("a claim").id
}

#[tokio::test]
async fn one_act_a_screen_with_the_words_of_each_field_and_one_press_for_all() {
    let house = House::with_suggestions(Role::Coder);
    let before = house.waiting();
    let page = house.page("/claims/queue?source=blast").await;
    for shown in
        ["<mark>52 people</mark>", "killed: 52", "12 November 2016", "data-key=\"a\"", "data-key=\"j\"", "1 / "]
    {
        assert!(page.contains(shown), "{shown} is missing: {page}");
    }
    let fields = House::filled(&page, "/claims/queue");
    for _ in 0..3 {
        let (status, _) = house.press_all("/claims/queue", &fields, &[("verdict", "accept")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "a double click and the back button as well");
    }
    let book = house.desk().book().unwrap();
    assert!(before[0].claims.iter().all(|id| book.stand(*id).unwrap().counts()));
    assert_eq!(house.waiting().len(), before.len() - 1);
    let reviews = book.assertions.iter().filter(|one| one.topic == Topic::Of(Matter::Review)).count();
    assert_eq!(reviews, before[0].claims.len(), "each once");
    let next = house.page("/claims/queue?source=blast").await;
    assert!(next.contains("Adil Venn") && next.contains(&format!("{} accepted", before[0].claims.len())));
}

#[tokio::test]
async fn what_is_wrong_is_put_right_with_the_same_words_and_what_is_not_said_is_turned_down() {
    let house = House::with_suggestions(Role::Coder);
    let page = house.page("/claims/queue?source=blast").await;
    let book = house.desk().book().unwrap();
    let of = |topic| {
        let group = &house.waiting()[0];
        group.claims.iter().find(|id| book.get(**id).unwrap().topic == Topic::Of(topic)).copied().expect("a field")
    };
    let (count, place) = (of(Matter::Count), of(Matter::Where));
    let mut fields = House::filled(&page, "/claims/queue");
    fields
        .iter_mut()
        .filter(|(name, _)| *name == format!("value-{count}"))
        .for_each(|field| field.1 = "at-least 50".into());
    fields.retain(|(name, _)| *name != format!("keep-{place}"));
    let (status, _) = house.press_all("/claims/queue", &fields, &[("verdict", "accept"), ("why", "read twice")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let book = house.desk().book().unwrap();
    let corrected = book.stand(count).unwrap().superseded_by.and_then(|id| book.get(id)).unwrap();
    let (low, words) = (corrected.count().unwrap().bounds().low, corrected.words());
    assert_eq!((low, words), (Some(50), book.get(count).unwrap().words()));
    assert_eq!(book.stand(place).unwrap().review, Review::Rejected);
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_shown_again_and_nothing_of_the_stroke_is_recorded() {
    let house = House::with_suggestions(Role::Coder);
    let n = house.n_said();
    let page = house.page("/claims/queue?source=blast").await;
    let mut fields = House::filled(&page, "/claims/queue");
    let date = fields.iter_mut().find(|(_, value)| value == "2016-11-12").unwrap();
    date.1 = "the day after".into();
    let (status, again) =
        house.press_all("/claims/queue", &fields, &[("verdict", "accept"), ("why", "kept words")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.contains("value=\"the day after\"")
            && again.contains("kept words")
            && again.contains("Nothing was recorded")
    );
    assert!(!again.contains("--is"), "nobody types options into a page");
    assert_eq!(house.n_said(), n);
}

#[tokio::test]
async fn a_claim_that_somebody_judged_meanwhile_is_shown_as_it_stands_and_nothing_is_written_over_it() {
    let house = House::with_suggestions(Role::Reviewer);
    let (tab, other) = (house.page("/claims/queue?source=blast").await, house.page("/claims/queue?source=blast").await);
    let press = |page: &str| House::filled(page, "/claims/queue");
    assert_eq!(house.press_all("/claims/queue", &press(&tab), &[("verdict", "accept")]).await.0, StatusCode::SEE_OTHER);
    let n = house.n_said();
    let (status, page) =
        house.press_all("/claims/queue", &press(&other), &[("verdict", "reject"), ("why", "typed words")]).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(page.contains("perhaps in another tab") && page.contains("value=\"typed words\""));
    assert_eq!(house.n_said(), n);
    let again = house.press_all("/claims/queue", &press(&page), &[("verdict", "reject")]).await;
    assert_eq!(again.0, StatusCode::SEE_OTHER, "from the page that shows how it stands, the press counts");
}

#[tokio::test]
async fn undo_takes_a_stroke_back_as_a_whole_however_often_it_is_pressed() {
    let house = House::with_suggestions(Role::Coder);
    let before = house.waiting();
    let strokes = last_coded(&house.desk().book().unwrap(), house.desk().who().user, 10);
    let page = house.page("/claims/queue").await;
    house.press_all("/claims/queue", &House::filled(&page, "/claims/queue"), &[("verdict", "reject")]).await;
    assert_eq!(house.waiting().len(), before.len() - 1);
    let page = house.page("/claims/queue").await;
    let undo = House::filled(&page, "/claims/undo");
    for _ in 0..3 {
        assert_eq!(house.press_all("/claims/undo", &undo, &[]).await.0, StatusCode::SEE_OTHER);
    }
    assert_eq!(house.waiting(), before, "they wait again");
    let (desk, book) = (house.desk(), house.desk().book().unwrap());
    assert_eq!(last_coded(&book, desk.who().user, 10), strokes);
    let undone =
        book.assertions.iter().filter(|one| matches!(&one.content, Content::Review(_, why) if why == "undone"));
    assert_eq!(undone.count(), before[0].claims.len(), "once");
}

#[tokio::test]
async fn a_selection_becomes_a_claim_with_its_words_also_behind_windows_line_ends() {
    let house = House::with_suggestions(Role::Coder);
    // As a browser counts: it reads the two signs of a line end as one.
    let shown = TEXT.replace("\r\n", "\n");
    let at = shown.find("Adil Venn").unwrap();
    let form = house.page(&format!("/claims/new?source=blast&span={at}-{}", at + 9)).await;
    assert!(form.contains("<mark>Adil Venn</mark>"), "{form}");
    let fields = House::filled(&form, "/claims/new");
    let typed =
        [("kind", "mention"), ("name", "blast/Adil Venn"), ("topic", "name"), ("by", "Police"), ("modality", "stated")];
    let mut fields: Vec<_> =
        fields.into_iter().filter(|(name, _)| !typed.iter().any(|(known, _)| name == known)).collect();
    fields.retain(|(_, value)| !value.is_empty());
    let (first, second) =
        (house.press_all("/claims/new", &fields, &typed).await, house.press_all("/claims/new", &fields, &typed).await);
    assert_eq!((first.0, second.0), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
    let book = house.desk().book().unwrap();
    let made: Vec<&Assertion> = book
        .assertions
        .iter()
        .filter(|one| {
            one.said_by.as_ref().is_some_and(|by| by.speaker.name == "Police") && one.review == Review::Accepted
        })
        .collect();
    assert_eq!(made.len(), 1, "sent twice, recorded once");
    assert!(made[0].quotes[0].holds_in(TEXT) && made[0].words() == "Adil Venn");
    let page = house.page(&format!("/claims/{}", made[0].id)).await;
    assert!(page.contains("<mark>Adil Venn</mark>") && page.contains("action=\"/claims/undo\""));
    let undo = House::filled(&page, "/claims/undo");
    assert_eq!(house.press_all("/claims/undo", &undo, &[]).await.0, StatusCode::SEE_OTHER);
    assert!(!house.desk().book().unwrap().stand(made[0].id).unwrap().counts());
}

#[tokio::test]
async fn words_that_do_not_stand_there_or_stand_there_twice_come_back_with_everything_typed() {
    let house = House::with_suggestions(Role::Coder);
    let n = house.n_said();
    let form = house.page("/claims/new?source=blast").await;
    let fields = House::filled(&form, "/claims/new");
    let base = [("kind", "incident"), ("name", "market"), ("topic", "remark")];
    let fields: Vec<_> = fields
        .into_iter()
        .filter(|(name, value)| !value.is_empty() && !base.iter().any(|(known, _)| name == known))
        .collect();
    for (quote, says) in
        [("no such words", "do not stand in the text"), ("Police arrested", "more than once"), ("", "do not stand")]
    {
        let (status, page) = house.press_all("/claims/new", &fields, &[&base[..], &[("quote", quote)]].concat()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{quote}");
        assert!(page.contains(says) && page.contains("value=\"market\"") && page.contains("aria-invalid"), "{page}");
    }
    assert_eq!(house.n_said(), n);
    let second = [&base[..], &[("quote", "Police arrested"), ("occurrence", "2")]].concat();
    assert_eq!(house.press_all("/claims/new", &fields, &second).await.0, StatusCode::SEE_OTHER);
    let claim = claim_id(&house, |one| one.topic == Topic::Of(Matter::Remark) && one.words() == "Police arrested");
    let book = house.desk().book().unwrap();
    assert_eq!(book.get(claim).unwrap().quotes[0].range.start as usize, TEXT.rfind("Police arrested").unwrap());
}

#[tokio::test]
async fn a_question_is_asked_answered_and_assigned_on_the_page_of_the_claim() {
    let house = House::with_suggestions(Role::Reviewer);
    let claim = house.waiting()[0].claims[0];
    let address = format!("/claims/{claim}");
    for (what, words) in [("question", "which shrine?"), ("assign", "Name of the member"), ("answer", "the old one")] {
        let page = house.page(&address).await;
        let fields: Vec<_> = House::filled(&page, &address)
            .into_iter()
            .filter(|(name, _)| ["seen", "key"].contains(&name.as_str()))
            .collect();
        assert_eq!(
            house.press_all(&address, &fields, &[("do", what), ("words", words)]).await.0,
            StatusCode::SEE_OTHER,
            "{what}"
        );
        let waits = house.page("/claims").await;
        assert_eq!(waits.contains("Open questions"), what != "answer", "{what}");
        assert_eq!(waits.contains("Assigned to you"), what != "question", "{what}");
    }
    let page = house.page(&address).await;
    assert!(page.contains("which shrine?") && page.contains("the old one"));
    let missing = [("do", "question")];
    let fields: Vec<_> = House::filled(&page, &address)
        .into_iter()
        .filter(|(name, _)| ["seen", "key"].contains(&name.as_str()))
        .collect();
    assert_eq!(house.press_all(&address, &fields, &missing).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_conflict_is_settled_with_a_reason_and_the_decision_can_be_taken_back() {
    let house = House::of(Role::Reviewer);
    let list = house.page("/claims/conflicts").await;
    assert!(list.contains("45 to 52") && list.contains("not settled"));
    let claim = claim_id(&house, |one| one.count().is_some_and(|count| count.stated == Some(52)));
    let address = format!("/claims/{claim}/accounts");
    let page = house.page(&address).await;
    let fields: Vec<_> = House::filled(&page, &address).into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let take = claim.to_string();
    let chosen = [("by", "team"), ("take", take.as_str())];
    assert_eq!(
        house.press_all(&address, &fields, &chosen).await.0,
        StatusCode::UNPROCESSABLE_ENTITY,
        "no decision without a reason"
    );
    let (status, again) = house.press_all(&address, &fields, &[("by", "team"), ("why", "kept")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "the account is missing: {again}");
    assert!(again.contains("value=\"kept\""));
    let with_reason = [&chosen[..], &[("why", "the list of the hospital")]].concat();
    for _ in 0..2 {
        assert_eq!(house.press_all(&address, &fields, &with_reason).await.0, StatusCode::SEE_OTHER);
    }
    let page = house.page(&address).await;
    assert!(page.contains("resolve.team@1") && page.contains("the list of the hospital") && page.contains("settled"));
    let stale = House::filled(&page, &address)
        .into_iter()
        .map(|(name, value)| if name == "seen" { (name, "0".repeat(16)) } else { (name, value) });
    let stale: Vec<_> = stale.collect();
    assert_eq!(house.press_all(&address, &stale, &[("by", "range"), ("why", "x")]).await.0, StatusCode::CONFLICT);
    let undo = House::filled(&page, "/claims/undo");
    assert_eq!(house.press_all("/claims/undo", &undo, &[]).await.0, StatusCode::SEE_OTHER);
    assert!(house.page(&address).await.contains("resolve.range@1"));
}

#[tokio::test]
async fn whoever_reads_cases_sees_accounts_and_no_form() {
    let house = House::of(Role::Publisher);
    let claim = claim_id(&house, |one| one.count().is_some());
    for address in [format!("/claims/{claim}"), format!("/claims/{claim}/accounts")] {
        let page = house.page(&address).await;
        assert!(page.contains("killed: ") && !page.contains("action=\"/claims"), "{address}");
    }
    let secret = claim_id(&house, |one| one.topic == Topic::Of(Matter::Remark));
    let page = house.page(&format!("/claims/{secret}")).await;
    assert!(page.contains("not shown to your role") && !page.contains("where the witness sleeps"));
}

#[test]
fn a_second_reader_gets_what_another_has_accepted_and_nobody_their_own() {
    let house = House::of(Role::Keeper);
    let book = house.desk().book().unwrap();
    let of =
        |user| groups(&book, Queue::SecondReading, user).into_iter().flat_map(|group| group.claims).collect::<Vec<_>>();
    assert!(of(house.desk().who().user).is_empty());
    let others = of(UserId([9; 16]));
    assert_eq!(others.len(), 3, "two figures and a remark");
    assert_ne!(state_of(&book, &others[..1]), state_of(&book, &others[1..2]));
}

#[test]
fn one_key_is_one_stroke_also_for_two_at_the_same_moment() {
    let house = House::with_suggestions(Role::Coder);
    let desk = house.desk();
    let claim = house.waiting()[0].claims[0].to_string();
    let step = || {
        let judge = crate::commands::claims::Judge { claims: vec![claim.clone()], why: "x".into() };
        [crate::commands::claims::Step::Reject(judge)]
    };
    let n = house.n_said();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| desk.code(&step(), |_| true, [5; 16]).unwrap());
        }
    });
    assert_eq!(house.n_said(), n + 1);
}

#[tokio::test]
async fn what_was_typed_when_the_vault_locked_comes_back_behind_the_passphrase_and_is_recorded_once() {
    let house = House::with_suggestions(Role::Coder);
    let page = house.page("/claims/queue?source=blast").await;
    let (fields, n) = (House::filled(&page, "/claims/queue"), house.n_said());
    house.app.lock_now();
    let pressed = [("verdict", "accept"), ("why", "typed before the lock")];
    let (status, locked) = house.press_all("/claims/queue", &fields, &pressed).await;
    assert_eq!(status, StatusCode::LOCKED);
    assert!(locked.contains("name=\"passphrase\"") && locked.contains("comes along"));
    assert!(!locked.contains("52 people"), "nothing of the vault that was not sent");
    let kept = House::filled(&locked, "/unlock");
    assert!(kept.iter().any(|field| *field == ("kept-why".to_owned(), "typed before the lock".to_owned())));
    let (status, wrong) = house.press_all("/unlock", &kept, &[("passphrase", "wrong")]).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(wrong.contains("typed before the lock"), "a wrong passphrase loses nothing");
    house.app.lock.forget_waiting(Duration::from_secs(60));
    let (status, resumed) = house.press_all("/unlock", &kept, &[("passphrase", PASSPHRASE)]).await;
    assert!(status == StatusCode::OK && resumed.contains("What you had typed is here"));
    assert!(!resumed.contains("invented people"), "the passphrase comes back in no page");
    assert_eq!(house.n_said(), n, "nothing counts before somebody goes on");
    let again = House::filled(&resumed, "/claims/queue");
    for _ in 0..2 {
        assert_eq!(house.press_all("/claims/queue", &again, &[]).await.0, StatusCode::SEE_OTHER);
    }
    assert!(house.n_said() > n && house.waiting().len() == 2);
}

#[tokio::test]
async fn a_long_text_that_was_typed_when_the_vault_locked_comes_back_whole() {
    let house = House::of(Role::Coder);
    // Some hundred thousand letters of three bytes each, in lines: an hour of somebody's testimony.
    let line = "وہ رات کو آئے اور میرے بیٹے کو لے گئے۔";
    let text = vec![line; 6_000].join("\n");
    house.app.lock_now();
    let typed = [("key", "testimony"), ("words", text.as_str())];
    let (status, locked) = house.press_all("/sources/new/typed", &[], &typed).await;
    assert_eq!(status, StatusCode::LOCKED);
    let kept = House::filled(&locked, "/unlock");
    let (status, resumed) = house.press_all("/unlock", &kept, &[("passphrase", PASSPHRASE)]).await;
    assert_eq!(status, StatusCode::OK);
    let again = House::filled(&resumed, "/sources/new/typed");
    assert_eq!(house.press_all("/sources/new/typed", &again, &[]).await.0, StatusCode::SEE_OTHER);
    let waiting = house.desk().all_waiting().unwrap();
    assert!(waiting.len() == 1 && waiting[0].file.bytes == text.as_bytes(), "to the last byte");
}

#[tokio::test]
async fn a_form_without_its_button_comes_back_as_it_was_typed() {
    let house = House::with_suggestions(Role::Reviewer);
    let page = house.page("/claims/queue?source=blast").await;
    let (fields, n) = (House::filled(&page, "/claims/queue"), house.n_said());
    let (status, kept) =
        house.press_all("/unlock/keep", &fields, &[("to", "/claims/queue"), ("why", "half typed")]).await;
    assert!(status == StatusCode::OK && kept.contains("half typed"), "the vault is open after all");
    let (status, again) = house.press_all("/claims/queue", &House::filled(&kept, "/claims/queue"), &[]).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && again.contains("value=\"half typed\""));
    assert_eq!(house.n_said(), n);
    for strange in ["//evil.test", "https://evil.test/", "/nowhere", "/unlock", "/lock", ""] {
        let (_, nothing) = house.press_all("/unlock/keep", &fields, &[("to", strange), ("why", "half typed")]).await;
        assert!(!nothing.contains("half typed") && !nothing.contains("evil.test"), "{strange}");
    }
}

#[tokio::test]
async fn an_address_that_takes_forms_says_so_to_whoever_opens_it() {
    let house = House::of(Role::Reader);
    for address in ["/review/decide", "/claims/undo", "/link", "/sources/post/suggest"] {
        let (status, page) = house.get(address, &[]).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{address}");
        assert!(page.contains("There is no page at this address") && page.contains("href=\"/\""), "{address}");
    }
    let body = format!("token={}", house.form_token());
    let form = ("content-type", "application/x-www-form-urlencoded");
    let headers = [("host", HOST), ("origin", OWN), ("cookie", house.cookie.as_str()), form];
    assert_eq!(house.ask(Method::POST, "/stats", &headers, &body).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    let stranger = house.ask(Method::GET, "/review/decide", &[("host", HOST)], "").await;
    assert_eq!(stranger.headers()[header::LOCATION], "/enter", "strangers are told nothing");
}

#[tokio::test]
async fn a_translation_stands_beside_its_original_and_the_two_are_one_origin() {
    let house = House::with_suggestions(Role::Coder);
    let page = house.page("/sources/blast").await;
    assert!(page.contains("name=\"of\"") && !page.contains("id=\"original\""));
    let mut fields = House::filled(&page, "/sources/blast/made-from");
    fields.push(("of".into(), "post".into()));
    for _ in 0..2 {
        assert_eq!(house.press_all("/sources/blast/made-from", &fields, &[]).await.0, StatusCode::SEE_OTHER);
    }
    let page = house.page("/sources/blast").await;
    assert!(page.contains("id=\"original\"") && page.contains("The police deny it") && page.contains("52 people"));
    assert!(house.page("/sources/post").await.contains("href=\"/sources/blast\""));
    let book = house.desk().book().unwrap();
    let made = book.assertions.iter().filter(|one| one.topic == Topic::Of(Matter::DerivedFrom));
    assert_eq!(made.count(), 1, "sent twice, recorded once");
    let strange = House::filled(&house.page("/sources/post").await, "/sources/post/made-from");
    assert!(!house.press_all("/sources/post/made-from", &strange, &[("of", "nowhere")]).await.0.is_redirection());
}

#[tokio::test]
async fn two_members_at_once_see_what_the_other_wrote_and_nothing_is_lost_or_written_twice() {
    let house = House::with_suggestions(Role::Coder);
    let token = house.app.sessions.new_entry(Instant::now() + Duration::from_secs(600)).unwrap();
    let entered = house.app.sessions.enter(&token, Instant::now() + Duration::from_secs(600), true).unwrap();
    let other = House {
        app: house.app.clone(),
        cookie: format!("{COOKIE}={entered}"),
        person: String::new(),
        entity: String::new(),
        folder: tempfile::tempdir().unwrap(),
    };
    assert_ne!(house.form_token(), other.form_token());
    let address = "/claims/queue?source=blast";
    let claims = |fields: &[(String, String)]| -> Vec<String> {
        fields.iter().filter(|(name, _)| name == "claim").map(|(_, id)| id.clone()).collect()
    };
    let (mine, theirs) = tokio::join!(house.page(address), other.page(address));
    let [mine, theirs] = [mine, theirs].map(|page| House::filled(&page, "/claims/queue"));
    assert!(!claims(&mine).is_empty());
    assert_eq!(claims(&mine), claims(&theirs));
    let n = house.n_said();
    // Both press at the same time on the same claims: one is recorded, the other is shown what stands.
    let accept = [("verdict", "accept"), ("why", "heard it myself")];
    let reject = [("verdict", "reject"), ("why", "not in the words")];
    let (first, second) = tokio::join!(
        house.press_all("/claims/queue", &mine, &accept),
        other.press_all("/claims/queue", &theirs, &reject)
    );
    let mut statuses = [first.0, second.0];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    let written = house.n_said() - n;
    assert_eq!(written, claims(&mine).len(), "one word on each claim");
    // Whoever was taken presses again, as after a lost connection: nothing is written twice.
    if first.0 == StatusCode::SEE_OTHER {
        house.press_all("/claims/queue", &mine, &accept).await;
    } else {
        other.press_all("/claims/queue", &theirs, &reject).await;
    }
    assert_eq!(house.n_said() - n, written);
    // What the one has written the other is not asked again.
    for session in [&house, &other] {
        let now = House::filled(&session.page(address).await, "/claims/queue");
        assert!(claims(&now).iter().all(|id| !claims(&mine).contains(id)));
    }
}

#[tokio::test]
async fn accounts_of_a_case_file_are_settled_with_a_reason_and_stay() {
    let house = House::of(Role::Reviewer);
    let (case, address) =
        (format!("/cases/{}", house.person), format!("/cases/{}/accounts/event-date.taken", house.person));
    let file = house.page(&case).await;
    assert!(file.contains(&format!("href=\"{address}\"")) && file.contains("1 contradiction"), "{file}");
    let fields = House::filled(&house.page(&address).await, &address);
    let take = ("take", "ministry:2");
    let (status, again) = house.press_all(&address, &fields, &[("why", "kept")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "the account is missing: {again}");
    assert!(again.contains("value=\"kept\""));
    assert_eq!(house.press_all(&address, &fields, &[take]).await.0, StatusCode::UNPROCESSABLE_ENTITY, "no reason");
    let others = ("take", "families:3");
    assert_eq!(house.press_all(&address, &fields, &[others, ("why", "x")]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..2 {
        let (status, page) = house.press_all(&address, &fields, &[take, ("why", "it bears a stamp")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "also pressed twice: {page}");
    }
    let page = house.page(&address).await;
    assert!(page.contains("it bears a stamp") && page.contains("2015-02-03") && page.contains("2015-02-05"));
    let file = house.page(&case).await;
    assert!(file.contains("settled: S2") && !file.contains("1 contradiction"), "{file}");
    assert!(house.page("/cases?contradicted=1").await.matches("href=\"/cases/").count() < 2);
    let stale = house.press_all(&address, &fields, &[take, ("key", &"0".repeat(32)), ("why", "y")]).await;
    assert_eq!(stale.0, StatusCode::CONFLICT, "the page was opened before the decision");
}

#[tokio::test]
async fn whoever_may_not_judge_sees_the_accounts_of_a_case_and_no_form() {
    let house = House::of(Role::Coder);
    let page = house.page(&format!("/cases/{}/accounts/event-date.taken", house.person)).await;
    assert!(page.contains("2015-02-03") && !page.contains("method=\"post\" action=\"/cases"));
    let unknown = house.get(&format!("/cases/{}/accounts/nothing", house.person), &[]).await;
    assert_eq!(unknown.0, StatusCode::NOT_FOUND);
}
