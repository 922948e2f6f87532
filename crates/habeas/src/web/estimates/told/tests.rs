//! Every sentence that a run can say, in both languages.

use super::{super::tests::codes, *};
use crate::desk::estimating::told_json;
use habeas_stats::{Reason, SettingsProblem, Unsettled, Warning, estimators::loglinear::MAIN_EFFECTS};
use serde_json::json;
use std::collections::BTreeSet;

/// One of each reason, also of both kinds of model and of each setting that can be wrong.
fn reasons() -> Vec<Reason> {
    let name = str::to_owned;
    let islands = || vec![vec![name("families"), name("ministry")], vec![name("hospital")], vec![name("press")]];
    let mut all = vec![
        Reason::TooFewLists { n_lists: 2, n_documented: 12_345 },
        Reason::TooFewPeople { n_documented: 4 },
        Reason::Island { islands: islands() },
        Reason::NoOverlap,
        Reason::DuplicateList { first: name("families"), second: name("ministry"), people: 1_800 },
        Reason::CopiedList {
            larger: name("families"),
            smaller: name("ministry"),
            smaller_size: 1_200,
            shared: 1_150,
            others: vec![name("hospital"), name("press")],
            others_size: 2_000,
            others_shared: 3,
        },
        Reason::DependentLists { groups: islands(), n_sources: 2 },
        Reason::TooManyPeople { n_documented: 9_000_000_000 },
        Reason::TooManyLists { n_lists: 40, limit: 32, method: "lcmcr" },
        Reason::MleAbsent { model: name("families:ministry + ministry:hospital") },
        Reason::NotIdentifiable { model: name(MAIN_EFFECTS) },
        Reason::Unbounded,
        Reason::MethodsDisagree { totals: vec![("chao", 1_200.4), ("dga", 31_000.0)] },
        Reason::NoPosterior { method: "chao" },
        Reason::NotAllStrata,
        Reason::LinkageNotEstimable { refused: 60, draws: 1_000, commonest: "too_few_lists" },
        Reason::Unsettled(Unsettled::NotConverged {
            r_hat: 1.1,
            bulk_ess: 120.4,
            tail_ess: 300.0,
            chain_medians: vec![31_000, 1_200],
        }),
        Reason::Unsettled(Unsettled::NotConverged {
            r_hat: f64::INFINITY,
            bulk_ess: 4.0,
            tail_ess: 4.0,
            chain_medians: vec![7],
        }),
        Reason::Unsettled(Unsettled::CapBinds { share: 0.123, cap: 100 }),
        Reason::Unsettled(Unsettled::Contradicted { share: 0.5 }),
    ];
    all.extend(problems().into_iter().map(|problem| Reason::Settings { problem }));
    all
}

fn problems() -> Vec<SettingsProblem> {
    use SettingsProblem as Is;
    [
        [Is::Delta, Is::EdgeProbability, Is::PriorOnTotal, Is::Grid, Is::NoDraws],
        [Is::Terms, Is::EntryP, Is::Order, Is::Replicates, Is::Classes],
        [Is::Alpha, Is::Cap, Is::Chains, Is::Rounds, Is::WantedEss],
        [Is::WalkSteps, Is::Xi, Is::Pair, Is::Draws, Is::Cells],
    ]
    .concat()
}

/// One of each warning, and of the links that are missed also those that are wrong.
fn warnings() -> Vec<Warning> {
    let name = str::to_owned;
    vec![
        Warning::UnobservablePart,
        Warning::RatioOverFive { ratio: 7.0 },
        Warning::SmallList { list: name("press"), people: 9 },
        Warning::PartialCoverage { list: name("press"), stratum: name("2014 · کوروا"), here: 1, expected: 1_040 },
        Warning::CopiedList { larger: name("families"), smaller: name("ministry"), smaller_size: 1_200, shared: 1_150 },
        Warning::Island { islands: vec![vec![name("families")], vec![name("press"), name("hospital")]] },
        Warning::BcaExtremeQuantile { probability: 0.002_1, replicates: 2_000 },
        Warning::GridCuts { low: 0.0, high: 0.127 },
        Warning::ModelSpread { low: 900, high: 2_400 },
        Warning::InternalConsistencyPoor { covered: 1, tried: 4 },
        Warning::RefusedStrata { refused: 2, strata: 9, n_documented: 1_312 },
        Warning::ChaoAboveUpper { bound: 5_100 },
        Warning::Bimodal { modes: (700, 7_000) },
        Warning::MeanDependsOnBound { weight: 0.3, bound: 100_000 },
        Warning::MeanInfinite,
        Warning::CapHits { share: 0.02, cap: 100 },
        Warning::EmptyCells { share: 0.6 },
        Warning::GraphsMissed { share: 0.04 },
        Warning::PriorDominates { weight: 0.25 },
        Warning::HeterogeneitySeen,
        Warning::LinkageShareHigh { share: 0.7 },
        Warning::FewLinkageDraws { draws: 50 },
        Warning::FewDraws { draws: 400 },
        Warning::OneReplicate,
        Warning::ApproximateLinkage,
        Warning::LinksAsDecided,
        Warning::LinksMissed { share: 0.031, point: 2_210.6 },
        Warning::LinksMissed { share: -0.02, point: 2_900.0 },
        Warning::RefusedDraws { refused: 3, draws: 200 },
    ]
}

/// Kind of sentence, what a page gets of it, and what the run prints.
fn sentences() -> Vec<(&'static str, Told, String)> {
    let mut all = Vec::new();
    for reason in reasons() {
        let told = Told::read(&told_json(reason.code(), &reason.text(), &reason.facts()));
        all.push(("refusal-told", told.clone(), reason.text()));
        all.push(("refusal-help", told, reason.what_would_help()));
    }
    for warning in warnings() {
        let told = Told::read(&told_json(warning.code(), &warning.text(), &warning.facts()));
        all.push(("warning-told", told, warning.text()));
    }
    all
}

/// A sentence without marks of direction and without what groups the digits of its numbers.
fn plain(sentence: &str) -> String {
    let characters: Vec<char> = sentence.chars().filter(|c| !"\u{2068}\u{2069}\u{202f}".contains(*c)).collect();
    let is_digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
    let groups = |at: usize| at > 0 && characters[at] == ',' && is_digit(at - 1) && is_digit(at + 1);
    (0..characters.len()).filter(|at| !groups(*at)).map(|at| characters[at]).collect()
}

#[test]
fn there_is_a_sample_of_every_reason_warning_and_setting() {
    let sampled = |codes: &mut dyn Iterator<Item = &'static str>| codes.map(str::to_owned).collect::<BTreeSet<_>>();
    let known = |sources: &[&str]| codes(sources).into_iter().collect::<BTreeSet<_>>();
    let of_reasons = [
        include_str!("../../../../../habeas-stats/src/refusal.rs"),
        include_str!("../../../../../habeas-stats/src/convergence.rs"),
    ];
    let of_settings = [include_str!("../../../../../habeas-stats/src/refusal/settings.rs")];
    let of_warnings = [include_str!("../../../../../habeas-stats/src/refusal/warning.rs")];
    assert_eq!(sampled(&mut reasons().iter().map(Reason::code)), known(&of_reasons));
    assert_eq!(sampled(&mut warnings().iter().map(Warning::code)), known(&of_warnings));
    assert_eq!(sampled(&mut problems().into_iter().map(SettingsProblem::code)), known(&of_settings));
}

#[test]
fn no_sentence_is_left_over_in_the_catalogue() {
    let said: BTreeSet<String> = sentences().iter().map(|(kind, told, _)| format!("{kind}-{}", told.code)).collect();
    let ids = include_str!("../../../../locales/en/estimates.ftl").lines().filter_map(|line| line.split(' ').next());
    let is_sentence = |id: &&str| ["refusal-", "warning-"].iter().any(|kind| id.starts_with(kind));
    let known: BTreeSet<String> = ids.filter(is_sentence).map(str::to_owned).collect();
    assert_eq!(known, said);
}

#[test]
fn in_english_every_sentence_is_what_the_run_prints() {
    let reader = Reader::of_file("en");
    for (kind, told, printed) in sentences() {
        // A code of a refusal stands for its words on a page.
        let printed = printed.replace("too_few_lists", &super::super::why(&reader, "too_few_lists"));
        let words = words(&reader, kind, &told).unwrap_or_else(|| panic!("{kind}-{} lacks a value", told.code));
        assert_eq!(plain(&words), plain(&printed), "{kind}-{}", told.code);
    }
}

#[test]
fn in_urdu_every_sentence_is_urdu_but_for_names_options_and_codes() {
    let reader = Reader::of_file("ur");
    for (kind, told, printed) in sentences() {
        let words = words(&reader, kind, &told).unwrap_or_else(|| panic!("{kind}-{} lacks a value", told.code));
        let mut ours = String::new();
        for (idx, part) in words.split(['\u{2068}', '\u{2069}']).enumerate() {
            // What stands between the marks is a name, an option or the total of a method.
            if idx % 2 == 0 {
                ours.push_str(part);
            }
        }
        for code in ["lcmcr", "dga", "chao", "(delta)", "(beta)", "(alpha)", "(xi)", " p "] {
            ours = ours.replace(code, " ");
        }
        assert!(!ours.chars().any(|c| c.is_ascii_alphabetic()), "{kind}-{}: {ours}", told.code);
        assert!(ours.chars().filter(|c| ('\u{600}'..'\u{700}').contains(c)).count() >= 12, "{ours}");
        let digits = |text: &str| {
            let mut digits: Vec<char> = plain(text).chars().filter(char::is_ascii_digit).collect();
            digits.sort_unstable();
            digits
        };
        assert_eq!(digits(&words), digits(&printed), "{kind}-{} holds the same numbers: {words}", told.code);
    }
}

#[test]
fn what_a_method_assumes_is_told_in_both_languages_and_in_english_as_the_run_prints_it() {
    use habeas_stats::{Bootstrap, LogLinearSettings, Method, NhoiSettings};
    let of_pair = NhoiSettings { xi: 0.5, pair: Some(["families".into(), "press".into()]), ..NhoiSettings::default() };
    let model =
        LogLinearSettings { terms: vec![vec!["families".into(), "press".into()]], bootstrap: Bootstrap::default() };
    for method in [
        Method::independence(),
        Method::dga(),
        Method::lcmcr(),
        Method::chao(),
        Method::LogLinear(model),
        Method::stepwise(),
        Method::bic(),
        Method::nhoi(),
        Method::Nhoi(of_pair),
    ] {
        let run = json!({
            "method": method.name(),
            "assumption": method.assumption().text(),
            "settings": crate::desk::estimating::settings_json(&method, 3),
        });
        let told = Told::assumption(&run);
        let english = words(&Reader::of_file("en"), "assumed", &told).map(|words| plain(&words));
        assert_eq!(english.as_deref(), Some(method.assumption().text()), "{}", method.name());
        let urdu = words(&Reader::of_file("ur"), "assumed", &told).expect("told in Urdu");
        assert!(urdu.chars().any(|c| c > '\u{600}') && !urdu.contains("which"), "{urdu}");
    }
}

#[test]
fn names_of_lists_keep_their_own_direction_in_a_sentence_of_another() {
    let reason = Reason::DuplicateList { first: "کمیٹی".into(), second: "press".into(), people: 9 };
    let told = Told::read(&told_json(reason.code(), &reason.text(), &reason.facts()));
    for language in ["en", "ur"] {
        let words = words(&Reader::of_file(language), "refusal-told", &told).unwrap();
        assert!(words.contains("\u{2068}کمیٹی\u{2069}") && words.contains("\u{2068}press\u{2069}"), "{words}");
    }
}

#[test]
fn a_run_that_kept_too_few_facts_is_shown_as_it_was_printed_and_marked_as_english() {
    let older = Told::read(&json!({ "code": "small_list", "text": "press holds only 9 people here." }));
    let reader = Reader::of_file("ur");
    assert_eq!(words(&reader, "warning-told", &older), None);
    let shown = sentence(&reader, "warning-told", &older).into_string();
    assert_eq!(shown, r#"<span lang="en" dir="ltr">press holds only 9 people here.</span>"#);
    let copied = Told::read(&json!({ "code": "copied_list", "text": "" }));
    let shown = help(&reader, &[copied], "Find out how these lists were made.").into_string();
    assert_eq!(shown, r#"<span lang="en" dir="ltr">Find out how these lists were made.</span>"#);
    // What says the same of every run needs no facts.
    let standing = Told::read(&json!({ "code": "unobservable_part", "text": "The figure is about people" }));
    assert!(!sentence(&reader, "warning-told", &standing).into_string().contains("lang="));
}

#[test]
fn advice_that_several_reasons_share_is_given_once() {
    let reasons = ["mle_absent", "not_identifiable"].map(|code| Told::read(&json!({ "code": code })));
    let reader = Reader::of_file("ur");
    let once = help(&reader, &reasons[..1], "").into_string();
    assert_eq!(help(&reader, &reasons, "").into_string(), once);
}
