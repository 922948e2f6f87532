//! The articles: a denial against a witness, two brothers taken «on Tuesday», and a paper that reprints the second one.

use super::super::{places::COUNTRY, population::days_after, sound};
use super::{Draft, Manner, Subject, TextPlan, in_full, month_of};
use habeas_core::{
    Acknowledgement, Age, Attribution, EventKind, Fate, PartialDate, PlaceAsGiven, Predicate, SourceKind, Speaker,
    SpeakerKind, Value, Whereabouts,
};
use jiff::civil::Weekday;

const COURIER: &str = "Jalwand Courier";
const EVENING: &str = "Surmazar Evening Post";

/// The Frontier Guard denies custody; somebody who was in the same lock-up says otherwise.
pub fn denial(of: &Subject<'_>) -> TextPlan {
    let published = days_after(of.person.taken, 190);
    let seen = days_after(of.person.taken, 120);
    let guard = Attribution::direct("spokesman of the Frontier Guard", SpeakerKind::Official);
    let witness = Attribution::direct("a man who was released", SpeakerKind::Witness);
    let (taken, taken_value) = in_full(of.person.taken);
    let (place, place_value) = of.place();
    let month = super::super::lists::MONTHS[seen.month() as usize - 1];
    let capital = sound::plain(&of.person.taken_at.capital().name());
    let given = sound::plain(of.given);
    let plain = Manner::plain();

    let mut draft = Draft::default();
    draft
        .say("Guard denies holding a man whom a witness saw in its cell\n\n")
        .say("The Frontier Guard says that ")
        .name(of, &of.name(), &plain)
        .say(", son of ")
        .father(&[of], &sound::plain(of.father), &plain)
        .say(", was never in its hands. «He is ")
        .claim(
            of,
            "not in the custody of any agency",
            Predicate::Acknowledgement,
            Value::Acknowledgement(Acknowledgement::Denied),
            &Manner::by(&guard).official(),
        )
        .say(
            ". Many of those who are called missing have gone abroad,» a spokesman of the Guard told reporters in the \
             capital, and took no questions.\n\n",
        )
        .say(&format!("{given} was "))
        .claim(of, "taken", Predicate::Event(EventKind::Taken), Value::Occurred, &plain)
        .say(" on ")
        .claim(of, &taken, Predicate::EventDate(EventKind::Taken), taken_value, &plain)
        .say(" at a tea stall at ")
        .claim(of, &place, Predicate::EventPlace(EventKind::Taken), place_value, &plain)
        .say(". Three people who sat there say that ")
        .claim(
            of,
            "uniformed men of the Guard",
            Predicate::Perpetrator(EventKind::Taken),
            Value::Words,
            &Manner::by(&Attribution::direct("three people who sat there", SpeakerKind::Witness)).alleged(),
        )
        .say(" led him to a pick-up. The police station wrote no report until a judge ordered it to.\n\n")
        .say("A man who was released this month, and who does not want his name in a paper, says that he saw him ")
        .claim(
            of,
            "alive",
            Predicate::Fate,
            Value::Fate(Fate::AliveConfirmed),
            &Manner::by(&witness),
        )
        .say(", ")
        .claim(
            of,
            &format!("in {month}"),
            Predicate::EventDate(EventKind::HeldAt),
            month_of(seen),
            &Manner::by(&witness),
        )
        .say(", in ")
        .claim(
            of,
            &format!("a lock-up of the Guard outside {capital}"),
            Predicate::EventPlace(EventKind::HeldAt),
            Value::Place(PlaceAsGiven { parts: vec!["a lock-up of the Guard".to_owned(), capital.clone()], point: None }),
            &Manner::by(&witness),
        )
        .say(
            ". «He gave me half of his bread. He asked me to tell his mother, and I have told her,» the man says. The \
             spokesman did not answer a letter with this account. The Committee of Families keeps the case as missing.\n",
        );
    TextPlan {
        key: "article-denial",
        kind: SourceKind::Article,
        title: "Guard denies holding a man whom a witness saw in its cell",
        file_name: "courier-guard-denies.txt",
        said_by: Attribution::direct(COURIER, SpeakerKind::Press),
        published,
        text: draft.text,
        mentions: draft.mentions,
    }
}

/// The article on the brothers, and how far its second paragraph reaches: that is what the other paper prints again.
pub struct TwoTaken<'w> {
    pub plan: TextPlan,
    brothers: &'w [Subject<'w>; 2],
}

/// Two brothers taken at one place and day; the day is told by its weekday only.
pub fn two_taken<'w>(brothers: &'w [Subject<'w>; 2]) -> TwoTaken<'w> {
    let [first, second] = brothers;
    let published = days_after(first.person.taken, 2);
    let family = Attribution::direct("an uncle of the two", SpeakerKind::Relative);
    let mut draft = Draft::default();
    draft.say("Two brothers taken in one night\n\n");
    core_of_the_report(&mut draft, brothers, &format!("on {}", weekday(first)), &Manner::plain());
    draft
        .say("\n\nAn uncle says that ")
        .claim_of_all(
            &[first, second],
            "the Frontier Guard",
            Predicate::Perpetrator(EventKind::Taken),
            Value::Words,
            &Manner::by(&family).alleged(),
        )
        .say(
            " came with two white cars and a list, read out both names and let nobody fetch a lamp. A neighbour who \
             asked for a paper was told that there was none. At the police station of the town the duty officer wrote \
             down that ",
        )
        .claim_of_all(
            &[first, second],
            "nobody had been brought in",
            Predicate::Acknowledgement,
            Value::Acknowledgement(Acknowledgement::Denied),
            &Manner::by(&Attribution::direct("duty officer of the police", SpeakerKind::Official)).official(),
        )
        .say(
            ". The brothers run a shop for bicycle parts. It has been shut since, and the market kept its shutters down \
             for an hour on the day after in their support.\n",
        );
    let plan = TextPlan {
        key: "article-brothers",
        kind: SourceKind::Article,
        title: "Two brothers taken in one night",
        file_name: "courier-two-brothers.txt",
        said_by: Attribution::direct(COURIER, SpeakerKind::Press),
        published,
        text: draft.text,
        mentions: draft.mentions,
    };
    TwoTaken { plan, brothers }
}

/// The sentences that both papers print, word for word.
fn core_of_the_report(draft: &mut Draft, brothers: &[Subject<'_>; 2], day: &str, manner: &Manner) {
    let [first, second] = brothers;
    let both = [first, second];
    let (place, place_value) = first.place();
    draft
        .say("The brothers ")
        .name(first, &first.name(), manner)
        .say(" and ")
        .name(second, &second.name(), manner)
        .say(", sons of ")
        .father(&both, &sound::plain(first.father), manner)
        .say(", were ")
        .claim_of_all(&both, "taken from their home", Predicate::Event(EventKind::Taken), Value::Occurred, manner)
        .say(" at ")
        .claim_of_all(&both, &place, Predicate::EventPlace(EventKind::Taken), place_value, manner)
        .say(" in the night ")
        .claim_of_all(
            &both,
            day,
            Predicate::EventDate(EventKind::Taken),
            Value::Date(PartialDate::day(first.person.taken)),
            manner,
        )
        .say(", their family says. ");
    for (brother, end) in both.into_iter().zip([", ", "."]) {
        let age = brother.person.age();
        draft.say(&format!("{} is ", sound::plain(brother.given)));
        draft
            .claim(brother, &age.to_string(), Predicate::Age, Value::Age(Age { low: age, high: age }), manner)
            .say(end);
    }
    draft.say(" They have not been seen since.");
}

/// Another paper prints the sentences again, and adds a body that one account calls a man who came home.
pub fn reprint(original: &TwoTaken<'_>, traced: &Subject<'_>) -> TextPlan {
    let hospital = Attribution::direct("a doctor of the district hospital", SpeakerKind::Witness);
    let commission = Attribution::direct("National Commission on Missing Persons", SpeakerKind::Official);
    let published = days_after(original.plan.published, 3).max(days_after(traced.person.taken, 110));
    let relayed = Attribution {
        speaker: Speaker { name: "the family".to_owned(), kind: SpeakerKind::Relative },
        relayed_by: vec![Speaker { name: COURIER.to_owned(), kind: SpeakerKind::Press }],
    };
    let found = days_after(traced.person.taken, 95);
    let (found_on, found_value) = in_full(found);
    let day = format!("on {}", weekday(&original.brothers[0]));
    let country = sound::plain(COUNTRY);

    let mut draft = Draft::default();
    draft.say("Taken, returned or dead: who keeps count?\n\n").say("From the archive of the Jalwand Courier: «");
    core_of_the_report(&mut draft, original.brothers, &day, &Manner::by(&relayed));
    draft
        .say(&format!(
            "»\n\nThat report is one of many in {country} that nobody followed up. Where somebody did, the answers do \
             not fit together. The National Commission counts "
        ))
        .name(traced, &traced.name(), &Manner::plain())
        .say(", son of ")
        .father(&[traced], &sound::plain(traced.father), &Manner::plain())
        .say(", among those traced: he «")
        .claim(
            traced,
            "returned home",
            Predicate::Whereabouts,
            Value::Whereabouts(Whereabouts::Home),
            &Manner::by(&commission).official(),
        )
        .say("», says its register. ")
        .say("A doctor of the district hospital disagrees. «We ")
        .claim(
            traced,
            "washed his body",
            Predicate::Event(EventKind::FoundDead),
            Value::Occurred,
            &Manner::by(&hospital),
        )
        .say(" on ")
        .claim(traced, &found_on, Predicate::EventDate(EventKind::FoundDead), found_value, &Manner::by(&hospital))
        .say(
            ". His cousin knew him by the scar on his hand,» she says. The family has neither a body nor a man. The \
             Commission was asked for the name of the officer who saw him at home. It sent its annual report.\n",
        );
    TextPlan {
        key: "article-reprint",
        kind: SourceKind::Article,
        title: "Taken, returned or dead: who keeps count?",
        file_name: "evening-post-who-keeps-count.txt",
        said_by: Attribution::direct(EVENING, SpeakerKind::Press),
        published,
        text: draft.text,
        mentions: draft.mentions,
    }
}

fn weekday(of: &Subject<'_>) -> &'static str {
    match of.person.taken.weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
