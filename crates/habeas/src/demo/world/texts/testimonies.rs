//! The testimonies: a man held in the same place, and a mother, in Arabic script with its translation.

use super::super::{
    lists::{MONTHS, MONTHS_URDU, urdu_digits},
    population::days_after,
    sound,
};
use super::{Draft, Manner, Subject, TextPlan, in_full, month_of};
use habeas_core::{
    Attribution, EventKind, Fate, NameAsGiven, PartialDate, PlaceAsGiven, Predicate, SourceKind, SpeakerKind, Value,
    Whereabouts,
};

/// A man who was held tells whom he saw: one whom the Guard denies, one whom others call dead.
pub fn cellmate(denied: &Subject<'_>, shot: &Subject<'_>) -> TextPlan {
    let seen = days_after(denied.person.taken, 120);
    let month = MONTHS[seen.month() as usize - 1];
    let capital = sound::plain(&denied.person.taken_at.capital().name());
    let plain = Manner::plain();
    let hearsay = Manner::by(&Attribution::direct("a guard in the corridor", SpeakerKind::Unnamed)).alleged();
    let mut draft = Draft::default();
    draft
        .say("I was held for five weeks. They took off the blindfold for meals only. The place was ")
        .claim(
            denied,
            &format!("the old customs house outside {capital}"),
            Predicate::EventPlace(EventKind::HeldAt),
            Value::Place(PlaceAsGiven {
                parts: vec!["the old customs house".to_owned(), capital.clone()],
                point: None,
            }),
            &plain,
        )
        .say("; I know it from the sound of the weighbridge.\n\nFrom ")
        .claim(
            denied,
            &format!("the first week of {month} {}", seen.year()),
            Predicate::EventDate(EventKind::HeldAt),
            month_of(seen),
            &plain,
        )
        .say(" there was a man in the next cell. He said through the wall that he was ")
        .name(denied, &denied.name(), &plain)
        .say(", the son of ")
        .father(&[denied], &sound::plain(denied.father), &plain)
        .say(", and that I should remember it. I ")
        .claim(denied, "saw him twice", Predicate::Fate, Value::Fate(Fate::AliveConfirmed), &plain)
        .say(" when they led us to wash. He limped, but he walked by himself. The men ")
        .claim(
            denied,
            "wore the grey shirts of the Guard",
            Predicate::Perpetrator(EventKind::HeldAt),
            Value::Words,
            &plain,
        )
        .say(", and the officer had the keys on a Guard ring. So he was ")
        .claim(
            denied,
            "in their hands",
            Predicate::Whereabouts,
            Value::Whereabouts(Whereabouts::SecretCustodyAlleged),
            &plain,
        )
        .say(", whatever they say.\n\nOf ")
        .name(shot, &shot.name(), &plain)
        .say(" I only heard. A guard in the corridor said that he had been ")
        .claim(shot, "shot on the road", Predicate::Fate, Value::Fate(Fate::DeadReported), &hearsay)
        .say(". I did not see him, alive or dead, and I cannot say whether it is true.\n");
    TextPlan {
        key: "testimony-cellmate",
        kind: SourceKind::Testimony,
        title: "Testimony of a man who was held and released",
        file_name: "testimony-cellmate.txt",
        said_by: Attribution::direct("a man who was held and released", SpeakerKind::Witness),
        published: days_after(denied.person.taken, 210),
        text: draft.text,
        mentions: draft.mentions,
    }
}

/// A mother tells of her son, in her own words and in translation; the claims stand in her own words.
pub fn mother(of: &Subject<'_>) -> TextPlan {
    let taken = of.person.taken;
    let town = of.person.taken_at;
    let (town_words, district_words) = (sound::arabic(&town.name()), sound::arabic(town.district_name()));
    let day = urdu_digits(&format!("{} {} {}", taken.day(), MONTHS_URDU[taken.month() as usize - 1], taken.year()));
    let name = format!("{} {}", sound::arabic(of.given), sound::arabic(of.family));
    let father = sound::arabic(of.father);
    let plain = Manner::plain();
    let mut draft = Draft::default();
    draft
        .say("میرے بیٹے کا نام ")
        .name(of, &name, &plain)
        .say(" ہے، اس کے والد کا نام ")
        .claim(of, &father, Predicate::FatherName, Value::Name(NameAsGiven::unassigned(father.as_str())), &plain)
        .say("۔ اسے ")
        .claim(of, &day, Predicate::EventDate(EventKind::Taken), Value::Date(PartialDate::day(taken)), &plain)
        .say(" کو ")
        .claim(
            of,
            &format!("ضلع {district_words} کے گاؤں {town_words}"),
            Predicate::EventPlace(EventKind::Taken),
            Value::Place(PlaceAsGiven { parts: vec![town_words.clone(), district_words.clone()], point: None }),
            &plain,
        )
        .say(" سے ")
        .claim(of, "اٹھا لیا گیا", Predicate::Event(EventKind::Taken), Value::Occurred, &plain)
        .say("۔\n");
    let (day_english, _) = in_full(taken);
    let (place_english, _) = of.place();
    draft
        .say(&format!(
            "Translation: My son's name is {}, his father's name is {}. He was picked up on {day_english} at \
             {place_english}.\n\n",
            of.name(),
            sound::plain(of.father)
        ))
        .say("وہ کہتے ہیں کہ وہ گھر آ گیا ہے۔ وہ ")
        .claim(
            of,
            "گھر نہیں آیا",
            Predicate::Whereabouts,
            Value::Whereabouts(Whereabouts::Home),
            &Manner::plain().denied(),
        )
        .say("۔ ہمیں ")
        .claim(of, "کچھ معلوم نہیں", Predicate::Fate, Value::Fate(Fate::Unknown), &plain)
        .say("۔\n")
        .say("Translation: They say that he has come home. He has not come home. We know nothing.\n");
    TextPlan {
        key: "testimony-mother",
        kind: SourceKind::Testimony,
        title: "Testimony of a mother, with translation",
        file_name: "testimony-mother.txt",
        said_by: Attribution::direct("the mother of a man who was taken", SpeakerKind::Relative),
        published: days_after(taken, 130),
        text: draft.text,
        mentions: draft.mentions,
    }
}
