//! `habeas claims suggest`: what texts seem to say, as a form to be filled by a person; and how well that meets what people
//! marked.
//!
//! Nothing here counts, and no vault is opened, unless one is named for the lists of places that it keeps: suggestions are
//! made of files.

use crate::{
    cli::Global,
    desk::places::places_failure,
    failure::{Exit, Failure},
    listing::{table_failure, worker},
    opening,
    output::Output,
};
use habeas_intake::{
    limits::Limits,
    page::{Page, PageRemark, Rendition},
    suggest::{
        Anchors, Basis, Lexicon, MarkValue, RULES_VERSION, Says, SuggestedClaim, Suggestions, anchors_of,
        score::{LabelError, Labels, Score, Tally, score},
        suggest,
    },
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt::Write,
    ops::Range,
    path::{Path, PathBuf},
};

/// Reads a day as typed.
pub fn day(text: &str) -> Result<habeas_core::Date, String> {
    text.parse().map_err(|_| "write it like 2024-03-05".to_owned())
}

/// The built-in lists and, where a vault is named, those that it keeps, with further places.
pub fn lexicon(global: &Global, places: Option<&Path>) -> Result<Lexicon, Failure> {
    let known = match global.vault {
        Some(_) => Lexicon::clone(&*opening::desk(global)?.lexicon()?),
        None => Lexicon::builtin(),
    };
    with_places(known, places)
}

/// The same lists with further places.
pub fn with_places(known: Lexicon, places: Option<&Path>) -> Result<Lexicon, Failure> {
    let Some(path) = places else { return Ok(known) };
    let file = std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    known.with_places(&file).map_err(|error| places_failure(error).at(path.display().to_string()))
}

/// All files of these paths; of folders what is in them, sorted by name. Links are not followed.
fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = paths.iter().rev().cloned().collect();
    while let Some(path) = open.pop() {
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        let entries = std::fs::read_dir(&path).map_err(|error| Failure::file("read", &path, &error))?;
        let mut below: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
            .map(|entry| entry.path())
            .collect();
        below.sort();
        open.extend(below.into_iter().rev());
    }
    Ok(files)
}

/// What somebody else than the rules suggests for a text, where anybody is asked.
type Also<'a> = dyn FnMut(&Rendition, &Suggestions) -> Result<Option<Value>, Failure> + 'a;

/// Suggests claims from files and folders.
pub fn suggest_all(
    paths: &[PathBuf],
    published: Option<habeas_core::Date>,
    lexicon: &Lexicon,
    also: &mut Also<'_>,
    out: &Output,
) -> Result<Exit, Failure> {
    let worker = worker()?;
    let mut shown = Vec::new();
    let mut refused = 0;
    for path in files_of(paths)? {
        let bytes = std::fs::read(&path).map_err(|error| Failure::file("read", &path, &error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // A file inside a file is opened like any other, to a depth of three.
        let mut open = vec![(name, bytes, 0)];
        while let Some((name, bytes, depth)) = open.pop() {
            match Page::open(&bytes, &name, &Limits::default(), Some(&worker)) {
                Ok(page) => {
                    let stated = anchors_of(&page);
                    let anchors = Anchors { published: stated.published.or(published), ..stated };
                    let suggestions = suggest(&page.rendition, &anchors, lexicon);
                    let mut document = document(&name, &page, &anchors, &suggestions, lexicon);
                    if let Some(also) = also(&page.rendition, &suggestions)? {
                        document["model"] = also;
                    }
                    shown.push(document);
                    let children = page.children.into_iter().rev().filter(|_| depth < 3);
                    open.extend(children.map(|child| (child.name, child.bytes, depth + 1)));
                }
                Err(error) => {
                    refused += 1;
                    shown.push(json!({ "file": name, "refused": { "code": error.code(), "text": error.to_string(), "do": error.remedy() } }));
                    if shown.len() == 1 && paths.len() == 1 && !paths[0].is_dir() {
                        return Err(table_failure(error, &name));
                    }
                }
            }
        }
    }
    let object = json!({ "schema": 1, "rules": RULES_VERSION, "lexicon": lexicon.hash(), "documents": shown });
    out.result(&object, || shown.iter().map(text_of).collect())?;
    Ok(if refused > 0 { Exit::PartRefused } else { Exit::Ok })
}

fn document(name: &str, page: &Page, anchors: &Anchors, suggestions: &Suggestions, lexicon: &Lexicon) -> Value {
    let rendition = &page.rendition;
    let details: Vec<Value> =
        page.details.iter().map(|detail| json!({ "kind": detail.kind.code(), "words": detail.words })).collect();
    let remarks = page.remarks.iter().copied().chain(suggestions.no_rules.then_some(PageRemark::NoRules));
    let remarks: Vec<Value> =
        remarks.map(|remark| json!({ "code": remark.code(), "text": remark.to_string() })).collect();
    let masks: Vec<Value> = rendition
        .masks()
        .iter()
        .map(|mask| json!({ "kind": mask.kind.code(), "start": mask.start, "end": mask.end }))
        .collect();
    let marks: Vec<Value> = suggestions
        .marks
        .iter()
        .map(|mark| {
            let mut object = place(rendition, &mark.range);
            object["kind"] = json!(mark.value.kind());
            object["value"] = value_of(&mark.value);
            object
        })
        .collect();
    let claims: Vec<Value> = suggestions.claims.iter().map(|claim| claim_json(rendition, claim, lexicon)).collect();
    json!({
        "file": name,
        "kind": page.kind.code(),
        "rendition": rendition.id().to_string(),
        "published": anchors.published.map(|day| day.to_string()),
        "first_published": anchors.first_published.map(|day| day.to_string()),
        "details": details,
        "remarks": remarks,
        "masks": masks,
        "marks": marks,
        "claims": claims,
    })
}

/// What a language model made of a text, for [`suggest_all`].
#[cfg(feature = "llm")]
pub fn asked_json(rendition: &Rendition, asked: &crate::endpoint::Asked, lexicon: &Lexicon) -> Value {
    let quoted = &asked.quoted;
    let claims: Vec<Value> = quoted
        .claims
        .iter()
        .map(|one| {
            let mut object = claim_json(rendition, &one.claim, lexicon);
            object["novel"] = json!(one.novel);
            object["ambiguous"] = json!(one.ambiguous);
            object
        })
        .collect();
    json!({
        "name": asked.model, "prompt": habeas_intake::suggest::quoted::PROMPT_VERSION,
        "windows": asked.n_windows, "windows_failed": asked.n_failed,
        "quotes": quoted.n_quotes, "unsupported": quoted.n_unsupported, "untrusted": quoted.is_untrusted(),
        // What is not to be trusted is not to be looked at either.
        "claims": if quoted.is_untrusted() { Vec::new() } else { claims },
    })
}

/// Bytes, words, and where they stand in the file.
fn place(rendition: &Rendition, range: &Range<usize>) -> Value {
    let at = rendition.places(range).first().map(|(_, locus)| locus.to_string());
    json!({ "start": range.start, "end": range.end, "words": &rendition.text()[range.clone()], "at": at })
}

fn value_of(value: &MarkValue) -> Value {
    match value {
        MarkValue::Date(date) => {
            json!({ "edtf": date.value.as_ref().map(ToString::to_string), "length": date.length, "rule": date.rule.code() })
        }
        MarkValue::Count(count) => json!({ "low": count.low, "best": count.best, "high": count.high }),
        MarkValue::Act(class) => json!(class.code()),
        MarkValue::Person { author: true } => json!("author"),
        MarkValue::Organisation { force: true } => json!("force"),
        MarkValue::Place { facility: true } => json!("facility"),
        MarkValue::Person { .. } | MarkValue::Organisation { .. } | MarkValue::Place { .. } => Value::Null,
    }
}

fn claim_json(rendition: &Rendition, claim: &SuggestedClaim, lexicon: &Lexicon) -> Value {
    let with = |range: &Range<usize>, carried: bool, more: Value| {
        let mut object = place(rendition, range);
        object["carried"] = json!(carried);
        object["value"] = more;
        object
    };
    let mut slots = serde_json::Map::new();
    if let Some(slot) = &claim.count {
        let count = &slot.value;
        let value = json!({
            "low": count.low, "best": count.best, "high": count.high, "part": count.part,
            "in_addition": count.in_addition, "running_total": count.running_total,
        });
        slots.insert("count".into(), with(&slot.range, slot.carried, value));
    }
    if let Some(slot) = &claim.date {
        let value =
            json!({ "edtf": slot.value.value.as_ref().map(ToString::to_string), "rule": slot.value.rule.code() });
        slots.insert("date".into(), with(&slot.range, slot.carried, value));
    }
    if let Some(slot) = &claim.length {
        slots.insert("length".into(), with(&slot.range, slot.carried, json!(slot.value)));
    }
    if let Some(slot) = &claim.place {
        let words: Vec<&str> = slot.ranges.iter().map(|range| &rendition.text()[range.clone()]).collect();
        let within = words.first().map(|name| lexicon.within(name)).unwrap_or_default();
        slots.insert("place".into(), with(&slot.ranges[0], slot.carried, json!({ "words": words, "within": within })));
    }
    if let Some(slot) = &claim.perpetrator {
        let basis = match slot.value {
            Basis::NamedAsAgent => "named-as-agent",
            Basis::Accused => "accused",
            Basis::ClaimedResponsibility => "claimed-responsibility",
        };
        slots.insert("alleged_perpetrator".into(), with(&slot.range, slot.carried, json!({ "basis": basis })));
    }
    let said_by = match &claim.says {
        Says::Author => json!({ "value": "author" }),
        Says::Named(slot) => with(&slot.range, slot.carried, json!("named")),
        Says::Unnamed(slot) => with(&slot.range, slot.carried, json!("unnamed")),
    };
    slots.insert("said_by".into(), said_by);
    if let Some(range) = &claim.official_version {
        slots.insert("official_version".into(), with(range, false, Value::Null));
    }
    if let Some(range) = &claim.hedge {
        slots.insert("hedge".into(), with(range, false, Value::Null));
    }
    let victims: Vec<Value> = claim.victims.named.iter().map(|range| place(rendition, range)).collect();
    let mut object = place(rendition, &claim.range);
    object["type"] = json!(claim.class.code());
    object["state"] = json!("suggested");
    object["pattern"] = json!(claim.pattern);
    object["polarity"] = json!(claim.polarity.code());
    object["modality"] = json!(claim.modality.code());
    object["protect"] = json!(claim.victims.protect);
    object["victims"] = json!(victims);
    object["slots"] = Value::Object(slots);
    object
}

/// One document as text: its remarks, then each claim with its fields.
fn text_of(document: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut text = format!("{}\n", word(&document["file"]));
    if let Some(refused) = document.get("refused") {
        let _ = writeln!(
            text,
            "  refused: {} ({})\n  do: {}",
            word(&refused["text"]),
            word(&refused["code"]),
            word(&refused["do"])
        );
        return text;
    }
    for remark in document["remarks"].as_array().into_iter().flatten() {
        let _ = writeln!(text, "  {}  {}", word(&remark["code"]), word(&remark["text"]));
    }
    document["claims"].as_array().into_iter().flatten().for_each(|claim| write_claim(&mut text, claim));
    let n = document["claims"].as_array().map_or(0, Vec::len);
    let _ = writeln!(
        text,
        "\n  {n} claims are suggested. Nothing counts before a person has confirmed it, field by field.\n"
    );
    if let Some(model) = document.get("model") {
        let (unsupported, quotes) = (&model["unsupported"], &model["quotes"]);
        let _ = writeln!(text, "  A language model was asked as well: {unsupported} of {quotes} quotes do not hold.");
        if model["untrusted"] == json!(true) {
            let _ = writeln!(text, "  That is too many: nothing of what it says is shown.");
        }
        model["claims"].as_array().into_iter().flatten().for_each(|claim| write_claim(&mut text, claim));
    }
    text
}

fn write_claim(text: &mut String, claim: &Value) {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pattern = if claim["pattern"] == json!(true) { " (general, carries no number)" } else { "" };
    let words = word(&claim["words"]).replace('\n', " ");
    let _ =
        writeln!(text, "\n  {}{pattern}, bytes {}–{}: «{words}»", word(&claim["type"]), claim["start"], claim["end"]);
    for (name, slot) in claim["slots"].as_object().into_iter().flatten() {
        let quoted = slot.get("words").map(|quoted| format!("«{}»", word(quoted))).unwrap_or_default();
        let value = match &slot["value"] {
            Value::Null => String::new(),
            Value::String(value) => format!(" = {value}"),
            value => ["edtf", "low", "basis"]
                .iter()
                .find_map(|key| value.get(key))
                .map(|_| format!(" = {}", summary(value)))
                .unwrap_or_default(),
        };
        let carried = if slot["carried"] == json!(true) { "  [from a neighbouring sentence]" } else { "" };
        let _ = writeln!(text, "    {name:<20} {quoted}{value}{carried}");
    }
    for victim in claim["victims"].as_array().into_iter().flatten() {
        let _ = writeln!(text, "    {:<20} «{}»", "victim", word(&victim["words"]));
    }
}

fn summary(value: &Value) -> String {
    let end = |key: &str| value[key].as_u64().map_or("–".to_owned(), |n| n.to_string());
    match (value["edtf"].as_str(), value["basis"].as_str()) {
        (Some(edtf), _) => edtf.to_owned(),
        (None, Some(basis)) => basis.to_owned(),
        _ if value.get("low").is_some() => format!("low {}, best {}, high {}", end("low"), end("best"), end("high")),
        _ => "not known".to_owned(),
    }
}

/// Compares suggestions with labels.
pub fn evaluate(path: &Path, labels: Option<&Path>, lexicon: &Lexicon, out: &Output) -> Result<Exit, Failure> {
    let pairs = match labels {
        Some(labels) => vec![(path.to_path_buf(), labels.to_path_buf())],
        None => labelled(path)?,
    };
    let mut total = Score::default();
    for (text_path, labels_path) in &pairs {
        let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error));
        let (text, json) = (read(text_path)?, read(labels_path)?);
        let labels = Labels::parse(&json, &text).map_err(|error: LabelError| {
            Failure::new(Exit::Failed, error, "the labels must be made for exactly this text")
                .at(labels_path.display().to_string())
        })?;
        let name = text_path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let page = Page::open(text.as_bytes(), &name, &Limits::default(), Some(&worker()?))
            .map_err(|error| table_failure(error, &name))?;
        let anchors = labels.anchors(anchors_of(&page));
        total.add(&score(&text, &suggest(&page.rendition, &anchors, lexicon), &labels));
    }
    let object = score_json(pairs.len(), &total, lexicon);
    out.result(&object, || score_text(pairs.len(), &total))?;
    Ok(Exit::Ok)
}

/// Texts of a folder with labels beside them.
fn labelled(folder: &Path) -> Result<Vec<(PathBuf, PathBuf)>, Failure> {
    let pairs: Vec<(PathBuf, PathBuf)> = files_of(&[folder.to_path_buf()])?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .filter_map(|path| {
            Some((path.clone(), path.with_extension("labels.json"))).filter(|(_, labels)| labels.exists())
        })
        .collect();
    if pairs.is_empty() {
        return Err(Failure::usage(
            "no text with labels is here",
            "put NAME.labels.json beside NAME.txt, or name both files",
        ));
    }
    Ok(pairs)
}

fn tally_json(tally: &Tally) -> Value {
    json!({
        "expected": tally.expected, "found": tally.found, "suggested": tally.suggested, "right": tally.right,
        "recall": tally.recall(), "precision": tally.precision(),
    })
}

fn score_json(n: usize, score: &Score, lexicon: &Lexicon) -> Value {
    let map = |tallies: &BTreeMap<&'static str, Tally>| {
        tallies.iter().map(|(kind, tally)| ((*kind).to_owned(), tally_json(tally))).collect::<serde_json::Map<_, _>>()
    };
    json!({
        "schema": 1, "texts": n, "rules": RULES_VERSION, "lexicon": lexicon.hash(),
        "lenient": map(&score.lenient), "strict": map(&score.strict), "values": map(&score.values),
        "claims": tally_json(&score.claims), "slots": map(&score.slots),
        "four_slots": tally_json(&score.four_slots), "all_slots": tally_json(&score.all_slots),
    })
}

fn score_text(n: usize, score: &Score) -> String {
    let share = |share: Option<f64>| share.map_or("   –".to_owned(), |share| format!("{share:.2}"));
    let mut text =
        format!("{n} texts\n\n{:<26}{:>8} {:>8} {:>8} {:>8}\n", "", "expected", "found", "recall", "precision");
    let mut line = |name: &str, tally: &Tally| {
        let _ = writeln!(
            text,
            "{name:<26}{:>8} {:>8} {:>8} {:>8}",
            tally.expected,
            tally.found,
            share(tally.recall()),
            share(tally.precision())
        );
    };
    for (title, tallies) in [("lenient", &score.lenient), ("strict", &score.strict), ("value right", &score.values)] {
        tallies.iter().for_each(|(kind, tally)| line(&format!("{title}: {kind}"), tally));
    }
    line("claims found", &score.claims);
    score.slots.iter().for_each(|(slot, tally)| line(&format!("slot right: {slot}"), tally));
    line("type, count, date, place", &score.four_slots);
    line("every slot right", &score.all_slots);
    text.push_str("\nA score on texts that the rules were written on forecasts nothing about others.\n");
    text
}
