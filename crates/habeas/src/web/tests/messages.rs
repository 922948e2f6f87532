//! Words of the interface: none missing, none unused, the same in every language.

#[test]
fn both_languages_have_the_same_messages_with_the_same_arguments() {
    let (en, ur) = (messages(&catalogue("en")), messages(&catalogue("ur")));
    assert_eq!(en, ur);
    let keys: Vec<&String> = en.iter().map(|(key, _)| key).collect();
    assert!(keys.windows(2).all(|two| two[0] != two[1]), "no message stands twice");
    assert!(en.len() > 200);
}

/// Languages that are begun: not offered yet, and what they lack is shown in English.
const BEGUN: [&str; 4] = ["ar", "bal", "es", "fa"];

#[test]
fn what_is_begun_in_another_language_says_nothing_that_english_does_not_and_what_it_lacks_is_listed() {
    let en = messages(&catalogue("en"));
    for lang in BEGUN {
        let begun = messages(&catalogue(lang));
        assert!(begun.len() >= 15, "{lang}");
        for message in &begun {
            assert!(en.contains(message), "{lang}: {} is not in English, or names other arguments", message.0);
        }
        let lacks: Vec<&str> =
            en.iter().filter(|message| !begun.contains(message)).map(|(key, _)| key.as_str()).collect();
        println!("{lang}: {} of {} messages, lacks: {}", begun.len(), en.len(), lacks.join(" "));
    }
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/locales")).unwrap();
    let mut known: Vec<String> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    known.sort();
    let mut named: Vec<&str> = BEGUN.into_iter().chain(["en", "ur"]).collect();
    named.sort_unstable();
    assert_eq!(known, named, "a language that no test looks at");
}

#[test]
fn every_message_that_a_page_names_is_there() {
    let en = messages(&catalogue("en"));
    let code = code_of_pages();
    let mut n_named = 0;
    for call in ["reader.t(\"", "reader.n(\""] {
        for key in code.split(call).skip(1).filter_map(|rest| rest.split_once('"')).map(|(key, _)| key) {
            n_named += 1;
            assert!(en.iter().any(|(known, _)| known == key), "«{key}» is nowhere");
        }
    }
    assert!(n_named > 300, "{n_named}: the search found next to nothing");
}

/// All messages of a language, of all its files.
fn catalogue(lang: &str) -> String {
    let folder = format!("{}/locales/{lang}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| std::fs::read_to_string(path).unwrap() + "\n").collect()
}

/// The code of all pages.
fn code_of_pages() -> String {
    let mut code = String::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web"))];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match path.is_dir() {
                true if path.ends_with("tests") => {}
                true => folders.push(path),
                false => code += &std::fs::read_to_string(path).unwrap(),
            }
        }
    }
    code
}

/// Each message with the arguments that it names, sorted.
fn messages(ftl: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for line in ftl.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" =").filter(|(key, _)| !key.starts_with(' ')) {
            found.push((key.to_owned(), Vec::new()));
        }
        let arguments = line
            .split('$')
            .skip(1)
            .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(""));
        if let Some((_, known)) = found.last_mut() {
            known.extend(arguments.map(str::to_owned));
            known.sort();
            known.dedup();
        }
    }
    found.sort();
    found
}

#[test]
fn no_message_is_unused_and_none_is_missing() {
    let code = code_of_pages();
    // Put together from a code of the vocabulary; their completeness is tested where they are made.
    let made = [
        "q-",
        "event-",
        "label-",
        "sex-",
        "fate-",
        "whereabouts-",
        "ack-",
        "register-",
        "month-",
        "method-",
        "assumed-",
        "refusal-",
        "remedy-",
        "warning-",
        "err-",
        "rec-",
        "tried-",
        "role-",
        "right-",
        "did-",
        "audit-",
        "compartment-",
        "reason-",
        "export-",
        "level-",
        "verdict-",
        "review-",
        "field-",
        "job-",
        "count-",
        "stage-",
        "site-",
        "entity-",
        "topic-",
        "measure-",
        "rule-",
        "hint-",
        "review-",
        "stand-",
        "qualification-",
        "by-",
        "consent-",
        "group-",
        "audience-",
        "purpose-",
        "giver-",
        "medium-",
        "profile-",
        "paper-",
        "release-",
        "basis-",
        "private-",
        "unit-",
        "policy-",
        "do-",
        "queue-",
        "claim-",
        "polarity-",
        "modality-",
        "speaker-",
        "against-",
        "folder-",
        "told-",
        "like-",
    ];
    for (key, _) in messages(&catalogue("en")) {
        let quoted = code.contains(&format!("\"{key}\""));
        assert!(quoted || made.iter().any(|prefix| key.starts_with(prefix)), "{key} is used nowhere");
    }
}
