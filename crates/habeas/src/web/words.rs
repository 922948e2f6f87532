//! The words of the domain in the reader's language. Every code of the core vocabulary has its message; words of a
//! source are never translated.

use super::reader::Reader;
use crate::desk::figures::Category;
use habeas_core::{
    Agreement, Claim, Date, DaySpan, EventKind, Label, Modality, Origin, PartialDate, Polarity, Precision, Predicate,
    Record, SourceKind, SpeakerKind, Value, Verdict,
};
use habeas_publish::ui::Tone;
use habeas_vault::AuditEvent;

/// The question that a predicate stands for.
pub fn question(reader: &Reader, predicate: Predicate) -> String {
    let about = |kind: EventKind, aspect: &str| format!("{} · {}", event(reader, kind), reader.t(aspect));
    match predicate {
        Predicate::Event(kind) => event(reader, kind),
        Predicate::EventDate(kind) => about(kind, "aspect-date"),
        Predicate::EventPlace(kind) => about(kind, "aspect-place"),
        Predicate::Perpetrator(kind) => about(kind, "aspect-perpetrator"),
        Predicate::Element(element) => reader.t(&format!("q-ed-{}", element.code())),
        plain => reader.t(&format!("q-{}", plain.code())),
    }
}

/// An event.
pub fn event(reader: &Reader, kind: EventKind) -> String {
    reader.t(&format!("event-{}", kind.code()))
}

/// The one-line status of a case.
pub fn label(reader: &Reader, label: Label) -> String {
    reader.t(&format!("label-{}", label.code()))
}

/// What was done, and what it was done to.
pub fn audit_event(reader: &Reader, event: &AuditEvent) -> (String, Vec<String>) {
    let known = |key: String, code: &str| reader.find(&key).unwrap_or_else(|| code.to_owned());
    let detail = |(name, value): &(String, String)| match (name.as_str(), value.parse::<u64>()) {
        ("role" | "compartment" | "reason" | "export", _) => {
            value.split(", ").map(|code| known(format!("{name}-{code}"), code)).collect::<Vec<_>>().join(", ")
        }
        ("keys" | "files" | "tries", Ok(n)) => reader.n(&format!("audit-{name}"), &[("n", n)]),
        _ => value.clone(),
    };
    (known(format!("did-{}", event.code), &event.code), event.about.iter().map(detail).collect())
}

/// How accounts stand to each other, with its tone.
pub fn agreement(reader: &Reader, agreement: Agreement) -> (String, Tone) {
    let (key, tone) = match agreement {
        Agreement::OneAccount => ("agreement-one-account", Tone::Plain),
        Agreement::Same => ("agreement-same", Tone::Good),
        Agreement::Compatible => ("agreement-compatible", Tone::Good),
        Agreement::Differs => ("agreement-differs", Tone::Mark),
        Agreement::Contradicts => ("agreement-contradicts", Tone::Bad),
    };
    (reader.t(key), tone)
}

/// What kind of source.
pub fn source_kind(reader: &Reader, kind: SourceKind) -> String {
    reader.t(match kind {
        SourceKind::List => "kind-list",
        SourceKind::Article => "kind-article",
        SourceKind::Testimony => "kind-testimony",
        SourceKind::Statement => "kind-statement",
    })
}

/// What kind of speaker.
pub fn speaker_kind(reader: &Reader, kind: SpeakerKind) -> String {
    reader.t(match kind {
        SpeakerKind::ListKeeper => "speaker-list-keeper",
        SpeakerKind::Witness => "speaker-witness",
        SpeakerKind::Relative => "speaker-relative",
        SpeakerKind::Official => "speaker-official",
        SpeakerKind::Press => "speaker-press",
        SpeakerKind::Organisation => "speaker-organisation",
        SpeakerKind::Unnamed => "speaker-unnamed",
    })
}

/// That a claim denies, alleges or hedges; none for a plain statement.
pub fn stance(reader: &Reader, claim: &Claim) -> Vec<String> {
    let polarity = match claim.polarity {
        Polarity::Affirms => None,
        Polarity::Denies => Some("polarity-denies"),
        Polarity::CannotConfirm => Some("polarity-cannot-confirm"),
        Polarity::Retracts => Some("polarity-retracts"),
    };
    let modality = match claim.modality {
        Modality::Stated => None,
        Modality::Alleged => Some("modality-alleged"),
        Modality::Hedged => Some("modality-hedged"),
        Modality::OfficialVersion => Some("modality-official-version"),
        Modality::InferredByUs => Some("modality-inferred-by-us"),
        Modality::ClaimsResponsibility => Some("modality-claims-responsibility"),
        Modality::Opinion => Some("modality-opinion"),
        Modality::Demand => Some("modality-demand"),
    };
    [polarity, modality].into_iter().flatten().map(|key| reader.t(key)).collect()
}

/// The value that was read from the words; none where there is nothing but the words.
pub fn value(reader: &Reader, claim: &Claim) -> Option<String> {
    let coded = |axis: &str, code: &str| reader.t(&format!("{axis}-{code}"));
    Some(match &claim.value {
        Value::Words | Value::Occurred => return None,
        Value::Name(name) => name.text(),
        Value::Date(value) => date(reader, value),
        Value::Place(place) => match place.point {
            Some(point) => format!("{} ({:.4}, {:.4})", place.text(), point.latitude, point.longitude),
            None => place.text(),
        },
        Value::Sex(sex) => coded("sex", sex.code()),
        Value::Age(age) if age.low == age.high => age.low.to_string(),
        Value::Age(age) => format!("{}–{}", age.low, age.high),
        Value::Fate(fate) => coded("fate", fate.code()),
        Value::Whereabouts(whereabouts) => coded("whereabouts", whereabouts.code()),
        Value::Acknowledgement(said) => coded("ack", said.code()),
        Value::Register(register) => coded("register", register.code()),
    })
}

/// A date as far as it is known: «5 February 2015», «February 2015», «2015»; an extended date for anything else.
pub fn date(reader: &Reader, date: &PartialDate) -> String {
    let spans: Option<Vec<String>> = date.readings().map(|span| plain_span(reader, span)).collect();
    match spans {
        Some(spans) => {
            let words = spans.join(&format!(" {} ", reader.t("or")));
            if date.is_approximate() { format!("{} {words}", reader.t("about")) } else { words }
        }
        None => date.to_string(),
    }
}

/// A day, a whole month or a whole year.
fn plain_span(reader: &Reader, span: DaySpan) -> Option<String> {
    let (first, last) = (span.earliest?, span.latest?);
    let month = |day: Date| reader.t(&format!("month-{}", day.month()));
    if first == last {
        Some(format!("{} {} {}", first.day(), month(first), first.year()))
    } else if first.day() == 1 && last == first.last_of_month() {
        Some(format!("{} {}", month(first), first.year()))
    } else if first == first.first_of_year() && last == first.last_of_year() {
        Some(first.year().to_string())
    } else {
        None
    }
}

/// How exact a date is.
pub fn precision(reader: &Reader, precision: Precision) -> String {
    reader.t(match precision {
        Precision::Day => "precision-day",
        Precision::Week => "precision-week",
        Precision::Fortnight => "precision-fortnight",
        Precision::Month => "precision-month",
        Precision::Season => "precision-season",
        Precision::Year => "precision-year",
        Precision::Decade => "precision-decade",
        Precision::Century => "precision-century",
        Precision::Open => "precision-open",
    })
}

/// The place of a claim's words inside its source: row and column, or bytes of the text.
pub fn place_in_source(reader: &Reader, record: &Record, claim: &Claim) -> String {
    let span = claim.passage.first();
    match &record.origin {
        Origin::Row { row, .. } => {
            let column = record.source.header.get(usize::from(span.column)).map_or("?", String::as_str);
            format!("{} {row} · {column}", reader.t("row"))
        }
        Origin::Text { spans, .. } => match spans.get(usize::from(span.column)) {
            Some(range) => {
                format!("{} {}–{}", reader.t("bytes"), range.start + span.start, range.start + span.end)
            }
            None => reader.t("text"),
        },
    }
}

/// Which entry of its source a record is: «row 217», «mention 3».
pub fn entry(reader: &Reader, record: &Record) -> String {
    let word = match record.origin {
        Origin::Row { .. } => "row",
        Origin::Text { .. } => "mention",
    };
    format!("{} {}", reader.t(word), record.number())
}

/// What a person decides about a pair.
pub fn verdict(reader: &Reader, verdict: Verdict) -> String {
    reader.t(&format!("verdict-{}", verdict.code()))
}

/// The message for a level of a comparison, made of the level's own words.
pub fn level_key(words: &str) -> String {
    let parts: Vec<String> =
        words.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(str::to_lowercase).collect();
    format!("level-{}", parts.join("-"))
}

/// A category of a table. `one` puts a single name into the reader's language where it is a code.
pub fn category(reader: &Reader, category: &Category, one: impl Fn(&str) -> String) -> String {
    match category {
        Category::Is(words) => one(words),
        // Figures join alternatives with «or» and the ends of a span with «to».
        Category::Disputed(words) => {
            let joined = |separator: &str, word: &str| {
                let parts: Vec<String> = words.split(separator).map(&one).collect();
                parts.join(&format!(" {} ", reader.t(word)))
            };
            if words.contains(" or ") { joined(" or ", "or") } else { joined(" to ", "to") }
        }
        Category::Unknown => reader.t("not-stated"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_core::{Acknowledgement, Fate, Register, Sex, Whereabouts};

    #[test]
    fn every_word_of_the_vocabulary_has_its_message_in_every_language() {
        for lang in ["en", "ur"] {
            let reader = Reader::of_file(lang);
            let mut words: Vec<String> = Vec::new();
            words.extend(Predicate::PLAIN.iter().map(|p| question(&reader, *p)));
            for kind in EventKind::ALL {
                words
                    .extend([Predicate::EventDate(*kind), Predicate::Perpetrator(*kind)].map(|p| question(&reader, p)));
            }
            words.extend(Label::ALL.iter().map(|l| label(&reader, *l)));
            words.extend(Sex::ALL.iter().map(|v| reader.t(&format!("sex-{}", v.code()))));
            words.extend(Fate::ALL.iter().map(|v| reader.t(&format!("fate-{}", v.code()))));
            words.extend(Whereabouts::ALL.iter().map(|v| reader.t(&format!("whereabouts-{}", v.code()))));
            words.extend(Acknowledgement::ALL.iter().map(|v| reader.t(&format!("ack-{}", v.code()))));
            words.extend(Register::ALL.iter().map(|v| reader.t(&format!("register-{}", v.code()))));
            words.extend((1..=12).map(|month| reader.t(&format!("month-{month}"))));
            for word in words {
                assert!(!word.contains("Unknown localization"), "{lang}: {word}");
                assert!(lang == "en" || word.chars().any(|c| c > '\u{600}'), "{word} is not in Urdu");
            }
        }
    }

    #[test]
    fn a_date_says_no_more_than_is_known() {
        let reader = Reader::of_file("en");
        let day: Date = "2015-02-05".parse().unwrap();
        for (given, words) in [
            (PartialDate::day(day), "5 February 2015"),
            (PartialDate::month(2015, 2).unwrap(), "February 2015"),
            (PartialDate::year(2015).unwrap(), "2015"),
            (PartialDate::year(2015).unwrap().approximately(), "about 2015"),
        ] {
            assert_eq!(date(&reader, &given), words);
        }
        let open = PartialDate::between(Some(day), None, Precision::Open).unwrap();
        assert_eq!(date(&reader, &open), open.to_string());
    }

    #[test]
    fn disputed_categories_are_joined_in_the_readers_language() {
        let disputed = Category::Disputed("female or male".into());
        let word = |reader: &Reader| category(reader, &disputed, |code| reader.t(&format!("sex-{code}")));
        assert_eq!(word(&Reader::of_file("en")), "female or male");
        assert!(!word(&Reader::of_file("ur")).contains("or"));
    }
}
