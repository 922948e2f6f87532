//! Real labelled texts, where they are at hand: the rules still find in them what they once found.
//!
//! A floor against decay, no forecast: the rules were written by people who had read these texts. Only numbers are looked
//! at, never words.

use habeas_intake::{
    limits::Limits,
    page::Page,
    suggest::{
        Lexicon, anchors_of,
        score::{Labels, Score, score},
        suggest,
    },
};
use std::{io::Write, path::PathBuf};

#[test]
fn the_labelled_articles_are_marked_as_well_as_they_once_were() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/articles"));
    let lexicon = Lexicon::builtin();
    let mut total = Score::default();
    for name in ["article-a", "article-b"] {
        let read = |ending: &str| std::fs::read_to_string(folder.join(format!("{name}.{ending}"))).ok();
        let (Some(text), Some(labels)) = (read("txt"), read("labels.json")) else {
            let line = format!("skipped: {name} is not at hand\n");
            std::io::stderr().write_all(line.as_bytes()).expect("standard error takes a line");
            return;
        };
        let labels = Labels::parse(&labels, &text).expect("the labels fit the text");
        let page = Page::open(text.as_bytes(), "article.txt", &Limits::default(), None).expect("it is a text");
        for span in &labels.chrome {
            assert!(page.rendition.is_masked(&(span.start..span.end)), "furniture at byte {} is masked", span.start);
        }
        let masked: usize = page.rendition.masks().iter().map(|mask| (mask.end - mask.start) as usize).sum();
        let furniture: usize = labels.chrome.iter().map(|span| span.end - span.start).sum();
        assert!(masked <= furniture, "no line of the article is masked");
        total.add(&score(&text, &suggest(&page.rendition, &anchors_of(&page), &lexicon), &labels));
    }
    for (kind, tally) in total.lenient.iter().chain(&total.values) {
        let (recall, precision) = (tally.recall().unwrap_or(0.0), tally.precision().unwrap_or(0.0));
        assert!(recall >= 0.9 && precision >= 0.9, "{kind}: recall {recall:.2}, precision {precision:.2}");
    }
    assert!(total.claims.recall() >= Some(0.9) && total.claims.precision() >= Some(0.9), "{:?}", total.claims);
    assert!(total.all_slots.recall() >= Some(0.7), "{:?}", total.all_slots);
}
