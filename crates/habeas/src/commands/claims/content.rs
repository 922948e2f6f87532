//! What a claim says, as typed: a value whose form the topic fixes, and for figures what is counted.

use super::add::{Coder, date};
use crate::{cli::one_of, failure::Failure};
use clap::Args;
use habeas_core::{
    Age, Bound, Bounds, Content, CountRelation, CountValue, DateBasis, EntityKind, Flow, Holds, Measure, NameAsGiven,
    NamePart, NameRole, PartialDate, PlaceAsGiven, Precision, Predicate, Quote, Ratio, Sex, Takes, Topic, Trend, Unit,
    Value, Vocabulary, parse_edtf,
};

/// What it says
#[derive(Debug, Clone, Args)]
pub struct ContentArgs {
    /// The value, in the form that the topic takes [default: the words themselves]
    #[arg(long = "is", value_name = "VALUE")]
    pub value: Option<String>,
    /// Record the words alone, although the topic takes a value: nobody could read one from them
    #[arg(long, conflicts_with = "value")]
    pub words_only: bool,
    /// Degree of involvement or kind of link, by its code; see `habeas claims vocabulary`
    #[arg(long, value_name = "CODE")]
    pub degree: Option<String>,
    /// The date begins or ends something, or lasts over all its days
    #[arg(long, value_parser = one_of(&[Holds::Some, Holds::All, Holds::Starts, Holds::Ends], holds_code))]
    pub holds: Option<Holds>,
    /// How exactly the source speaks, where the days alone do not tell
    #[arg(long, value_parser = one_of(&[Precision::Week, Precision::Fortnight, Precision::Month, Precision::Season, Precision::Open], precision_code))]
    pub precision: Option<Precision>,
    /// Day and month are stated, the year is that of the document: settling one such date settles all of the text
    #[arg(long)]
    pub document_year: bool,
    /// The date hangs on an earlier one («that same year»)
    #[arg(long, conflicts_with = "document_year")]
    pub antecedent: bool,
    #[command(flatten)]
    pub figure: FigureArgs,
}

/// What a figure counts
#[derive(Debug, Clone, Args)]
pub struct FigureArgs {
    /// What is counted
    #[arg(long, value_parser = one_of(Measure::ALL, Measure::code))]
    pub measure: Option<Measure>,
    /// What one of the counted is
    #[arg(long, value_parser = one_of(Unit::ALL, Unit::code), default_value = "individual")]
    pub unit: Unit,
    /// Another reading of the same words (can be repeated)
    #[arg(long, value_name = "COUNT")]
    pub or: Vec<String>,
    /// Who of all is counted, such as women
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub subgroup: String,
    /// When it happened
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub period: Option<PartialDate>,
    /// The period hangs on an earlier date («that same year»)
    #[arg(long, requires = "period")]
    pub period_antecedent: bool,
    /// Where, the most exact part first, with commas
    #[arg(long, value_name = "PLACE")]
    pub place: Option<String>,
    /// The day for which it is told
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<PartialDate>,
    /// It is a total at that day, not what came in a period
    #[arg(long)]
    pub stock: bool,
    /// Its parts are said to be all of it
    #[arg(long)]
    pub exhaustive: bool,
    /// Under whose or which definition; figures under different ones make no number
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub definition: String,
    /// The claim that it is a part of (can be repeated)
    #[arg(long, value_name = "CLAIM")]
    pub part_of: Vec<String>,
    /// The claim that it adds to, counting others (can be repeated)
    #[arg(long, value_name = "CLAIM")]
    pub in_addition_to: Vec<String>,
    /// The claim that the source sets beside it (can be repeated)
    #[arg(long, value_name = "CLAIM")]
    pub compared_with: Vec<String>,
}

fn holds_code(holds: Holds) -> &'static str {
    match holds {
        Holds::Some => "some",
        Holds::All => "all",
        Holds::Starts => "starts",
        Holds::Ends => "ends",
    }
}

fn precision_code(precision: Precision) -> &'static str {
    match precision {
        Precision::Day => "day",
        Precision::Week => "week",
        Precision::Fortnight => "fortnight",
        Precision::Month => "month",
        Precision::Season => "season",
        Precision::Year => "year",
        Precision::Decade => "decade",
        Precision::Century => "century",
        Precision::Open => "open",
    }
}

/// Reads the content of a claim in the form that its topic takes.
pub fn content(coder: &mut Coder<'_>, topic: Topic, args: &ContentArgs, quotes: &[Quote]) -> Result<Content, Failure> {
    let words: Vec<&str> = quotes.iter().map(|quote| quote.words.as_str()).collect();
    let quoted = words.join(" ");
    if args.words_only {
        return Ok(Content::Value(Value::Words));
    }
    let typed = || {
        let given = args.value.clone().or_else(|| (!quoted.is_empty()).then(|| quoted.clone()));
        given.ok_or_else(|| Failure::usage(format_args!("«{}» needs a value", topic.code()), "give it with --is"))
    };
    Ok(match topic.takes() {
        Takes::Value => {
            let Topic::Person(predicate) = topic else { return Err(no_content(topic)) };
            Content::Value(person_value(predicate, args, &typed, &words)?)
        }
        Takes::Words if args.value.is_none() && !quotes.is_empty() => Content::Value(Value::Words),
        Takes::Words | Takes::Text => Content::Text(typed()?),
        Takes::Date => Content::Value(Value::Date(typed_date(&typed()?, args)?)),
        Takes::Place => Content::Value(Value::Place(place(&typed()?))),
        Takes::Code(vocabulary) => Content::Code(code(vocabulary, &typed()?)?),
        Takes::Entity(kinds, vocabulary) => {
            let entity = if kinds == [EntityKind::Source] { coder.work(&typed()?)? } else { coder.entity(&typed()?)? };
            if !kinds.contains(&entity.kind) {
                let kinds: Vec<&str> = kinds.iter().map(|kind| kind.code()).collect();
                let what = format!("«{}» leads to no {}", topic.code(), entity.kind.code());
                return Err(Failure::usage(what, format!("name one of these kinds: {}", kinds.join(", "))));
            }
            let degree = match (vocabulary, &args.degree) {
                (Some(vocabulary), Some(degree)) => Some(code(vocabulary, degree)?),
                (None, Some(_)) => return Err(Failure::usage("this topic has no degrees", "leave out --degree")),
                (_, None) => None,
            };
            Content::Entity(entity, degree)
        }
        Takes::Count => Content::Count(Box::new(count(coder, &args.figure, &typed()?)?)),
        Takes::Trend => Content::Trend(trend(&typed()?)?),
        Takes::Ratio => Content::Ratio(ratio(coder, &typed()?)?),
        Takes::Review | Takes::Resolution => return Err(no_content(topic)),
    })
}

fn no_content(topic: Topic) -> Failure {
    let remedy = "reviews: habeas claims accept, reject, question; resolutions: habeas resolve";
    Failure::usage(format_args!("«{}» is not said by claims add", topic.code()), remedy)
}

fn code(vocabulary: Vocabulary, typed: &str) -> Result<String, Failure> {
    let by_label = || vocabulary.terms().iter().find(|term| term.en.eq_ignore_ascii_case(typed)).map(|term| term.code);
    match vocabulary.term(typed).map(|term| term.code).or_else(by_label) {
        Some(code) => Ok(code.to_owned()),
        // Kept as typed, and flagged wherever it is shown until somebody adds the term.
        None if habeas_core::is_code(typed) => Ok(typed.to_owned()),
        None => {
            let remedy = format!("see: habeas claims vocabulary {}", vocabulary.code());
            Err(Failure::usage(format_args!("«{typed}» is no code of this vocabulary"), remedy))
        }
    }
}

fn typed_date(text: &str, args: &ContentArgs) -> Result<PartialDate, Failure> {
    let mut date = parse_edtf(text).map_err(|error| Failure::usage(error, "give the date with --is, as EDTF"))?;
    if let Some(precision) = args.precision {
        let readings = date.readings().collect();
        let again = PartialDate::one_of(readings, precision, date.basis());
        date = again.expect("the readings were those of a date").holding(date.holds());
    }
    if args.document_year {
        date = date.on_basis(DateBasis::DocumentYear);
    } else if args.antecedent {
        date = date.on_basis(DateBasis::Antecedent);
    }
    Ok(args.holds.map_or(date.clone(), |holds| date.holding(holds)))
}

fn place(text: &str) -> PlaceAsGiven {
    let parts = text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty());
    PlaceAsGiven { parts: parts.collect(), point: None }
}

/// A name in the order of the source. `given=Adil; family=Venn` states roles.
fn name(text: &str) -> NameAsGiven {
    let roles = [
        ("given", NameRole::Given),
        ("family", NameRole::Family),
        ("mother-family", NameRole::MotherFamily),
        ("father", NameRole::Father),
        ("honorific", NameRole::Honorific),
        ("", NameRole::Unassigned),
    ];
    let part = |part: &str| {
        let (role, text) = part.split_once('=')?;
        let (_, role) = roles.iter().find(|(code, _)| *code == role.trim())?;
        Some(NamePart { text: text.trim().to_owned(), role: *role })
    };
    let parts: Option<Vec<NamePart>> = text.split(';').map(part).collect();
    parts.map_or_else(|| NameAsGiven::unassigned(text), |parts| NameAsGiven { parts })
}

fn person_value(
    predicate: Predicate,
    args: &ContentArgs,
    typed: &dyn Fn() -> Result<String, Failure>,
    words: &[&str],
) -> Result<Value, Failure> {
    let unread =
        || Failure::usage("this value has another form", "give it with --is, or record the words alone: --words-only");
    let coded = |found: Option<Value>| found.ok_or_else(unread);
    Ok(match predicate {
        Predicate::Name
        | Predicate::Alias
        | Predicate::FatherName
        | Predicate::MotherName
        | Predicate::MotherFamilyName
        | Predicate::MarriedName => Value::Name(match &args.value {
            Some(typed) => name(typed),
            None => NameAsGiven::unassigned(if words.is_empty() { typed()? } else { words.join(" ") }),
        }),
        Predicate::BirthDate | Predicate::EventDate(_) => Value::Date(typed_date(&typed()?, args)?),
        Predicate::BirthPlace | Predicate::Residence | Predicate::EventPlace(_) => Value::Place(place(&typed()?)),
        Predicate::Sex => coded(Sex::from_code(&typed()?).map(Value::Sex))?,
        Predicate::Age => {
            let typed = typed()?;
            let (low, high) = typed.split_once("..").unwrap_or((&typed, &typed));
            let number = |text: &str| text.trim().parse().map_err(|_| unread());
            Value::Age(Age { low: number(low)?, high: number(high)? })
        }
        Predicate::Fate => coded(habeas_core::Fate::from_code(&typed()?).map(Value::Fate))?,
        Predicate::Whereabouts => coded(habeas_core::Whereabouts::from_code(&typed()?).map(Value::Whereabouts))?,
        Predicate::Acknowledgement => {
            coded(habeas_core::Acknowledgement::from_code(&typed()?).map(Value::Acknowledgement))?
        }
        Predicate::Register => coded(habeas_core::Register::from_code(&typed()?).map(Value::Register))?,
        Predicate::Event(_) | Predicate::Element(_) => Value::Occurred,
        Predicate::ListNumber
        | Predicate::Nationality
        | Predicate::Occupation
        | Predicate::Post
        | Predicate::IdentityDocument
        | Predicate::Perpetrator(_)
        | Predicate::Remarks
        | Predicate::Attribute => Value::Words,
    })
}

/// Reads `52`, `more-than 100`, `about 60`, `between 70 94` or `vague`.
fn bounded(typed: &str) -> Result<(Bound, Option<u64>, Option<u64>), Failure> {
    let wrong = || {
        let bounds: Vec<&str> = Bound::ALL.iter().map(|bound| bound.code()).collect();
        let remedy =
            format!("write a number, or one of {} before it: «more-than 100», «between 70 94»", bounds.join(", "));
        Failure::usage(format_args!("«{typed}» is no count"), remedy)
    };
    let mut parts = typed.split_whitespace();
    let first = parts.next().ok_or_else(wrong)?;
    let number = |text: &str| text.replace(',', "").parse::<u64>().map_err(|_| wrong());
    let read = match Bound::from_code(first) {
        None => (Bound::Exact, Some(number(first)?), None),
        Some(bound) => {
            let n = parts.next().map(number).transpose()?;
            (bound, n, parts.next().map(number).transpose()?)
        }
    };
    if parts.next().is_some() { Err(wrong()) } else { Ok(read) }
}

fn count(coder: &Coder<'_>, args: &FigureArgs, typed: &str) -> Result<CountValue, Failure> {
    let measure = args.measure.ok_or_else(|| Failure::usage("a count needs what is counted", "give --measure"))?;
    let refused = |error: habeas_core::CountError| Failure::usage(error, "write a count such as «at-least 12»");
    let (bound, n, to) = bounded(typed)?;
    let mut count = CountValue::new(measure, bound, n, to).map_err(refused)?;
    for reading in &args.or {
        let (bound, n, to) = bounded(reading)?;
        count.readings.push(Bounds::of(bound, n, to).map_err(refused)?);
    }
    for (names, relation) in [
        (&args.part_of, CountRelation::PartOf),
        (&args.in_addition_to, CountRelation::InAdditionTo),
        (&args.compared_with, CountRelation::ComparedWith),
    ] {
        for name in names {
            let other = coder.claim(name)?;
            if coder.get(other).is_none_or(|other| other.count().is_none()) {
                return Err(Failure::usage(format_args!("the claim «{name}» is no figure"), "name a figure"));
            }
            count.relations.push((relation, other));
        }
    }
    let period = args.period.clone();
    count.period =
        if args.period_antecedent { period.map(|date| date.on_basis(DateBasis::Antecedent)) } else { period };
    count.unit = args.unit;
    count.subgroup.clone_from(&args.subgroup);
    count.place = args.place.as_deref().map(place);
    count.as_of.clone_from(&args.as_of);
    count.flow = if args.stock { Flow::Stock } else { Flow::Flow };
    count.exhaustive = args.exhaustive;
    count.definition.clone_from(&args.definition);
    Ok(count)
}

/// Reads `rises bodies-found since 2008`.
fn trend(typed: &str) -> Result<Trend, Failure> {
    let wrong = || Failure::usage("this is no trend", "write it like «rises bodies-found since 2008» or «falls …»");
    let parts: Vec<&str> = typed.split_whitespace().collect();
    let [direction @ ("rises" | "falls"), measure, "since", year] = parts[..] else { return Err(wrong()) };
    let measure = Measure::from_code(measure).ok_or_else(wrong)?;
    Ok(Trend { measure, rises: direction == "rises", since: year.parse().map_err(|_| wrong())? })
}

/// Reads `70.20% CLAIM of CLAIM` or `+6.4% CLAIM from CLAIM`.
fn ratio(coder: &Coder<'_>, typed: &str) -> Result<Ratio, Failure> {
    let wrong = || {
        Failure::usage(
            "this is no ratio",
            "write it like «70.20% disposed of received» or «+6.4% this-year from last-year»",
        )
    };
    let parts: Vec<&str> = typed.split_whitespace().collect();
    let [per_cent, of, word @ ("of" | "from"), to] = parts[..] else { return Err(wrong()) };
    let number = per_cent.strip_suffix('%').ok_or_else(wrong)?;
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    if decimals.len() > 2 {
        return Err(wrong());
    }
    let parse = |text: &str| text.parse::<i64>().map_err(|_| wrong());
    let points = parse(whole)?.checked_mul(100).ok_or_else(wrong)? + parse(&format!("{decimals:0<2}"))?;
    Ok(Ratio {
        basis_points: sign * points,
        decimals: decimals.len() as u8,
        of: coder.claim(of)?,
        to: coder.claim(to)?,
        is_change: word == "from",
    })
}

impl ContentArgs {
    /// A value as typed; of a figure all else stays as it is known.
    pub fn of(value: &str, known: Option<&CountValue>) -> Self {
        let figure = FigureArgs {
            measure: known.map(|count| count.measure),
            unit: known.map_or(Unit::Individual, |count| count.unit),
            or: Vec::new(),
            subgroup: known.map_or_else(String::new, |count| count.subgroup.clone()),
            period: known.and_then(|count| count.period.clone()),
            period_antecedent: false,
            place: known.and_then(|count| count.place.as_ref()).map(|place| place.text()),
            as_of: known.and_then(|count| count.as_of.clone()),
            stock: known.is_some_and(|count| count.flow == Flow::Stock),
            exhaustive: known.is_some_and(|count| count.exhaustive),
            definition: known.map_or_else(String::new, |count| count.definition.clone()),
            part_of: Vec::new(),
            in_addition_to: Vec::new(),
            compared_with: Vec::new(),
        };
        Self {
            value: Some(value.to_owned()),
            words_only: false,
            degree: None,
            holds: None,
            precision: None,
            document_year: false,
            antecedent: false,
            figure,
        }
    }
}
