//! Words of the interface: none missing, none unused, the same in every language.

#[test]
fn both_languages_have_the_same_messages_with_the_same_arguments() {
    let (en, ur) = (
        messages(include_str!("../../../locales/en/main.ftl")),
        messages(include_str!("../../../locales/ur/main.ftl")),
    );
    assert_eq!(en, ur);
    assert!(en.len() > 200);
}

/// Each message with the arguments that it names, sorted.
fn messages(ftl: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for line in ftl.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" =").filter(|(key, _)| !key.starts_with(' ')) {
            found.push((key.to_owned(), Vec::new()));
        }
        let arguments =
            line.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or(""));
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
    let code: String = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
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
        "refusal-",
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
        "entity-",
        "topic-",
        "measure-",
        "rule-",
        "hint-",
        "review-",
        "stand-",
        "qualification-",
    ];
    for (key, _) in messages(include_str!("../../../locales/en/main.ftl")) {
        let quoted = code.contains(&format!("\"{key}\""));
        assert!(quoted || made.iter().any(|prefix| key.starts_with(prefix)), "{key} is used nowhere");
    }
}
