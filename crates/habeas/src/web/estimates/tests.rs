//! What pages say of stored estimates.

use super::*;
use serde_json::json;

fn stored(json: Json) -> StoredEstimate {
    StoredEstimate { at_ms: 1_772_000_000_000, json }
}

fn dga() -> StoredEstimate {
    stored(json!({
        "schema": 1, "method": "dga", "lists": 3, "list_names": ["a", "b", "c"], "n_documented": 1800,
        "n_total": {
            "point": null, "median": 2840.4,
            "intervals": [{"level": 0.5, "low": 2760, "high": 2930}, {"level": 0.95, "low": 2612, "high": 3118}],
        },
        "assumption": "after conditioning on a decomposable graph, lists are independent",
        "sensitivity": {
            "lowest": 2301.0, "highest": 2990.0,
            "alternatives": [
                {"kind": "other_method", "label": "chao", "point": 2301.0, "low": 2180.0, "high": 2440.0, "is_lower_bound": true},
                {"kind": "leave_one_list_out", "label": "a", "refused": "too_few_lists"},
            ],
        },
        "warnings": [{"code": "unobservable_part", "text": "those whom no list could see are not in the figure"}],
    }))
}

#[test]
fn an_estimate_shows_its_interval_rounded_to_what_it_supports() {
    let found = Estimate::latest(&[dga()]);
    let tiles = tiles(&Reader::of_file("en"), found.first(), 1800);
    assert_eq!(tiles[0].value, "2\u{202f}840");
    assert_eq!(tiles[0].interval.as_deref(), Some("2\u{202f}610–3\u{202f}120"));
    assert_eq!(tiles[1].interval.as_deref(), Some("810–1\u{202f}320"), "those on no list");
}

#[test]
fn what_doubt_about_links_costs_stands_beside_the_averaged_figure() {
    let mut run = dga();
    run.json["linkage"] = json!({
        "draws": 200, "linkage_share": 0.347,
        "with_linkage_fixed": { "point": 2710.0, "intervals": [{"level": 0.95, "low": 2590, "high": 2850}] },
    });
    let page = section(&Reader::of_file("en"), &Estimate::latest(&[run]), 1800).into_string();
    for words in ["200 draws", "35 %", "2\u{202f}710", "2\u{202f}590–2\u{202f}850"] {
        assert!(page.contains(words), "{words} in {page}");
    }
}

#[test]
fn a_refusal_takes_the_place_of_the_figure_with_what_would_help() {
    let refused = stored(json!({
        "schema": 1, "method": "dga",
        "refused": {"code": "copied_list", "text": "2 lists", "what_would_help": "another independent source"},
    }));
    let found = Estimate::latest(&[refused]);
    let reader = Reader::of_file("en");
    assert!(tiles(&reader, found.first(), 10)[0].refused);
    let page = section(&reader, &found, 10).into_string();
    assert!(page.contains("another independent source") && page.contains("2 lists"));
    assert!(!page.contains("class=\"value\""));
}

#[test]
fn not_computed_not_estimable_and_lost_look_different() {
    let reader = Reader::of_file("en");
    let broken = Estimate::latest(&[stored(json!({"method": "dga"}))]);
    let refused = Estimate::latest(&[stored(json!({"method": "dga", "refused": {"code": "island"}}))]);
    let values = [None, broken.first(), refused.first()].map(|newest| tiles(&reader, newest, 1)[0].value.clone());
    assert!(values[0] != values[1] && values[1] != values[2] && values[0] != values[2], "{values:?}");
}

#[test]
fn of_each_method_the_newest_run_stands() {
    let older = stored(json!({"method": "dga", "n_total": {"median": 9}}));
    let chao = stored(json!({"method": "chao", "n_total": {"point": 2500.0}}));
    let found = Estimate::latest(&[dga(), chao, older]);
    assert_eq!(found.iter().map(|e| e.method.as_str()).collect::<Vec<_>>(), ["dga", "chao"]);
}

#[test]
fn the_range_over_other_assumptions_stands_beside_the_figure() {
    let page = section(&Reader::of_file("en"), &Estimate::latest(&[dga()]), 1800).into_string();
    for words in [
        "between 2\u{202f}300 and 2\u{202f}990",
        "at least 2\u{202f}300",
        "Fewer than three lists",
        "One list left out",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
}

/// The codes that stand behind `=>` in the files of the estimators, such as `Self::Island { .. } => "island"`.
pub(super) fn codes(sources: &[&str]) -> Vec<String> {
    let lines = sources.iter().flat_map(|source| source.lines());
    let code = |line: &str| {
        let (variant, code) = line.trim().strip_prefix("Self::")?.split_once(" => \"")?;
        let code = code.strip_suffix("\",")?;
        let is_code = code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        (is_code && !variant.is_empty()).then(|| code.to_owned())
    };
    lines.filter_map(code).collect()
}

#[test]
fn every_refusal_warning_and_other_choice_has_words_in_both_languages_and_no_words_are_left_over() {
    let refusals = codes(&[
        include_str!("../../../../habeas-stats/src/refusal.rs"),
        include_str!("../../../../habeas-stats/src/convergence.rs"),
    ]);
    let warnings = codes(&[include_str!("../../../../habeas-stats/src/refusal/warning.rs")]);
    let tried = codes(&[include_str!("../../../../habeas-stats/src/sensitivity.rs")]);
    assert!(refusals.len() >= 18 && warnings.len() >= 20 && tried.len() >= 12);
    for (prefix, codes) in [("refusal-", refusals), ("warning-", warnings), ("tried-", tried)] {
        for language in ["en", "ur"] {
            let reader = Reader::of_file(language);
            for code in &codes {
                assert!(reader.find(&format!("{prefix}{code}")).is_some(), "{language}: {prefix}{code}");
            }
        }
        for line in include_str!("../../../locales/en/main.ftl").lines() {
            let id = line.split(' ').next().and_then(|id| id.strip_prefix(prefix));
            assert!(id.is_none_or(|id| codes.iter().any(|code| code == id)), "{line} is used nowhere");
        }
    }
}

#[test]
fn a_page_in_urdu_tells_assumption_warnings_refusal_and_advice_in_urdu() {
    let mut given = dga();
    given.json["warnings"] = json!([
        {"code": "unobservable_part", "text": "The figure is about", "facts": {}},
        {"code": "small_list", "text": "c holds only", "facts": {"list": ["c"], "people": 9}},
    ]);
    given.json["sensitivity"]["alternatives"] =
        json!([{"kind": "model", "label": MAIN_EFFECTS, "point": 2301.0, "is_lower_bound": false}]);
    let facts = json!({"lists": 2, "people": 1_800});
    let refused = stored(json!({
        "method": "dga",
        "refused": {
            "code": "too_few_lists", "text": "Only 2 of the lists", "what_would_help": "Add another source",
            "reasons": [{"code": "too_few_lists", "text": "Only 2 of the lists", "facts": facts}],
        },
    }));
    for (run, words) in [(given, "صرف بنیادی اثرات"), (refused, "محض قیاس")] {
        let page = section(&Reader::of_file("ur"), &Estimate::latest(&[run]), 1800).into_string();
        assert!(!page.contains("lang=\"en\"") && page.contains(words), "{page}");
        for english in ["The figure", "holds only", MAIN_EFFECTS, "Only 2", "Add another"] {
            assert!(!page.contains(english), "{english} in {page}");
        }
    }
}
