use super::*;
use crate::{
    files::OutputFiles,
    gate::{self, Finding, Gravity, ProtectedTerms, Spellings, TermKind},
    paper::{Answer, Line, Part},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

const NAME: &str = "Daria Velen";
const URDU: &str = "داریا ولین";

/// Every word is spelt in one way.
struct AsWritten;

impl Spellings for AsWritten {
    fn keys(&self, word: &str) -> [String; 2] {
        [word.to_owned(), word.to_owned()]
    }

    fn same(&self, one: &str, other: &str) -> bool {
        one == other
    }
}

fn faces() -> Faces {
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/../habeas/assets/");
    let packed = ["inter.woff2", "inter-ext.woff2", "naskh.woff2"];
    let packed = packed.map(|name| std::fs::read(format!("{assets}{name}")).unwrap());
    Faces::unpack(packed.iter().map(Vec::as_slice)).unwrap()
}

fn paper(lang: &str, answers: &[&str]) -> Paper {
    let words = |en: &str, ur: &str| if lang == "ur" { ur.to_owned() } else { en.to_owned() };
    let answer = |words: &&str| Answer { words: (*words).to_owned(), aside: "Families; entry 3".into() };
    let line = Line {
        number: "1".into(),
        asked: words("name", "نام کیا ہے؟"),
        note: words("accounts contradict each other", "بیانات ایک دوسرے کے خلاف ہیں"),
        answers: answers.iter().map(answer).collect(),
    };
    let unanswered = Line { asked: words("sex", "جنس"), ..Line::default() };
    Paper {
        title: words("Case file", "مقدمے کی فائل"),
        lang: lang.into(),
        dir: if lang == "ur" { "rtl" } else { "ltr" }.into(),
        heads: [words("Asked", "سوال"), words("Answers", "جواب")],
        lead: vec![words("Reference 7kq4", "حوالہ 7kq4")],
        parts: vec![Part { heading: words("Accounts", "بیانات"), lines: vec![line, unanswered] }],
        foot: "R0001 · 2026-03-01".into(),
    }
}

fn made(paper: &Paper) -> Vec<u8> {
    paper.pdf(&faces(), "2026-03-01".parse().unwrap(), paper.json().to_string().as_bytes()).unwrap()
}

fn leaves(bytes: &[u8]) -> String {
    let unpacked = gate::unpack::unpack("case.pdf", bytes);
    assert_eq!(unpacked.problem, None);
    unpacked.leaves.into_iter().map(|leaf| format!("{}: {}\n", leaf.part, leaf.text)).collect()
}

fn findings(paper: &Paper, noted: &[&str]) -> Vec<Finding> {
    let mut terms = ProtectedTerms::default();
    terms.add(TermKind::Person, NAME);
    terms.add(TermKind::Person, URDU);
    let mut files = OutputFiles::default();
    let file = files.put("case.pdf", made(paper));
    noted.iter().for_each(|words| file.note(words, 1));
    gate::search(&files, &terms, &AsWritten, &BTreeSet::new())
}

#[test]
fn a_document_has_its_structure_title_and_language_and_is_the_same_bytes_each_time() {
    let paper = paper("en", &[NAME, "office, affirmed — ā ī š ṭ"]);
    let bytes = made(&paper);
    assert_eq!(bytes, made(&paper));
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let catalog = document.catalog().unwrap();
    assert_eq!(lopdf::decode_text_string(catalog.get(b"Lang").unwrap()).unwrap(), "en");
    let kinds: Vec<String> = document
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok()?.get(b"S").ok()?.as_name().ok())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    for (kind, at_least) in [("H1", 1), ("H2", 1), ("Table", 1), ("TR", 3), ("TH", 4), ("TD", 2), ("P", 5)] {
        assert!(kinds.iter().filter(|known| *known == kind).count() >= at_least, "{kind} in {kinds:?}");
    }
    let text = leaves(&bytes);
    for told in
        ["<pdfaid:part>3</pdfaid:part>", "<pdfuaid:part>1</pdfuaid:part>", "Case file", NAME, "1 / 1", "2026-03-01"]
    {
        assert!(text.contains(told), "{told}");
    }
}

#[test]
fn words_of_a_right_to_left_script_come_out_in_the_order_in_which_they_are_read() {
    for lang in ["ur", "en"] {
        let text = leaves(&made(&paper(lang, &[URDU, "بہن کے مطابق 12 مارچ 2014 کو Corva میں"])));
        assert!(text.contains(URDU), "{lang}");
        assert!(text.contains("بہن کے مطابق") && text.contains("میں"), "{lang}");
        assert!(text.contains("Families; entry 3") && text.contains("Corva"), "{lang}");
    }
}

#[test]
fn signs_that_only_steer_change_no_blank_and_hide_no_word() {
    for (words, said) in [("\u{2066}Daria Velen\u{2069}", NAME), ("\u{202D}ا", "ا"), ("\u{202E}abc", "abc")] {
        let text = leaves(&made(&paper("en", &[words, "end of the answers"])));
        assert!(text.contains(said) && text.contains("end of the answers"), "{words:?}");
    }
}

#[test]
fn a_long_document_goes_on_from_page_to_page_and_loses_no_word() {
    let words: Vec<String> = (0..120).map(|n| format!("account number {n} says that it was so")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let bytes = made(&paper("en", &words));
    let n_pages = lopdf::Document::load_mem(&bytes).unwrap().get_pages().len();
    assert!(n_pages > 3);
    let text = leaves(&bytes);
    for said in words.iter().copied().chain([format!("{n_pages} / {n_pages}").as_str()]) {
        assert!(text.contains(said), "{said}");
    }
}

#[test]
fn a_name_in_any_place_of_a_pdf_is_found() {
    let plain = || paper("en", &["nobody"]);
    assert_eq!(findings(&plain(), &[]), []);
    let mut places: Vec<(&str, Paper)> = Vec::new();
    for name in [NAME, URDU] {
        places.push(("an answer", paper("en", &[name])));
        places.push(("an answer of an Urdu document", paper("ur", &[name])));
        places.push(("the title and the metadata", Paper { title: format!("About {name}"), ..plain() }));
        places.push(("the foot of each page", Paper { foot: name.into(), ..plain() }));
        places.push((
            "a heading and the outline",
            Paper { parts: vec![Part { heading: name.into(), lines: Vec::new() }], ..plain() },
        ));
    }
    for (place, paper) in places {
        let found = findings(&paper, &[]);
        assert!(found.iter().any(|finding| finding.gravity == Gravity::Leak), "{place}: {found:?}");
    }
}

#[test]
fn who_shares_a_name_with_a_protected_person_is_told_in_a_pdf_as_often_as_noted_and_no_more() {
    for (lang, name) in [("en", NAME), ("ur", URDU), ("en", URDU), ("ur", NAME)] {
        assert_eq!(findings(&paper(lang, &[name]), &[name]), [], "{lang} {name}");
        assert_ne!(findings(&paper(lang, &[name, name]), &[name]), [], "{lang} {name}");
    }
}

#[test]
fn letters_that_no_face_has_are_refused_and_not_left_out() {
    let made = paper("en", &["হাবিব"]).pdf(&faces(), "2026-03-01".parse().unwrap(), b"{}");
    assert_eq!(made.unwrap_err(), PdfError::NoLetter { code_point: 0x09B9 });
    assert_eq!(Faces::unpack([&b"no face"[..]]).err(), Some(PdfError::Face));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_words_of_the_scripts_that_faces_have_are_printed_and_read_back(
        words in "[a-zA-Zāšṭ0-9 ا-ی\u{200B}-\u{200F}\u{202A}-\u{202E}\u{2066}-\u{2069}\u{64B}-\u{652}«»؟—]{0,70}",
        lang in prop_oneof![Just("en"), Just("ur")],
    ) {
        let faces = faces();
        let paper = paper(lang, &[&words, "end of the answers"]);
        if let Ok(bytes) = paper.pdf(&faces, "2026-03-01".parse().unwrap(), b"{}") {
            let unpacked = gate::unpack::unpack("case.pdf", &bytes);
            prop_assert_eq!(unpacked.problem, None);
            let has = |said: &str| unpacked.leaves.iter().any(|leaf| leaf.text.contains(said));
            prop_assert!(has("end of the answers"));
            // Blanks at the ends of lines are not drawn; a paragraph with right-to-left words is there as a whole. A mark
            // without a letter under it is drawn as the face likes.
            let is_mark = |c: char| matches!(c, '\u{64B}'..='\u{65F}' | '\u{670}');
            let is_letter = |c: char| ('ا'..='ی').contains(&c) && !is_mark(c);
            let mut before = ' ';
            let alone = words.chars().any(|c| {
                let alone = is_mark(c) && !is_letter(before) && !is_mark(before);
                before = c;
                alone
            });
            if words.chars().any(is_letter) && !alone {
                prop_assert!(has(words.trim()), "{words:?}");
            }
        }
    }
}
