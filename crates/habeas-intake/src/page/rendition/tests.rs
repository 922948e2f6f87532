use super::*;
use crate::page::{Draft, Quotation, Reanchored, docx, html, text};
use proptest::prelude::*;
use std::io::{Cursor, Write};

const READER: ReaderName = ReaderName { name: "test", version: 1 };

fn rendition(artifact: &[u8], draft: Draft) -> Rendition {
    Rendition::new(artifact, READER, draft.text, draft.pieces, draft.masks).unwrap()
}

fn of_text(text: &str) -> Rendition {
    rendition(text.as_bytes(), text::read(text.as_bytes()))
}

/// What stands at a place of an artifact, found without the rendition.
fn at(artifact: &[u8], locus: &Locus, how: How) -> String {
    match locus {
        Locus::Bytes { start, end } => {
            let bytes = &artifact[*start as usize..*end as usize];
            match how {
                How::SingleByte => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
                How::Utf16 => encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
                _ => String::from_utf8(bytes.to_vec()).unwrap(),
            }
        }
        Locus::Dom { .. } => html::at(artifact, locus).unwrap(),
        Locus::Part { .. } => docx::at(artifact, locus).unwrap(),
        Locus::PageBox { .. } => unreachable!("no PDF here"),
    }
}

fn folded(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts a text at `n` pairs of places and compares each cut with what stands in the artifact. Returns how many cuts were
/// compared byte by byte: a check of nothing would pass as well.
fn cuts_lead_back(artifact: &[u8], rendition: &Rendition, n: u64) -> u64 {
    let boundaries: Vec<usize> =
        rendition.text().char_indices().map(|(at, _)| at).chain([rendition.text().len()]).collect();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut compared = 0;
    for _ in 0..n {
        let (a, b) = (draw(boundaries.len()), draw(boundaries.len()));
        let range = boundaries[a.min(b)]..boundaries[a.max(b)].min(boundaries[a.min(b)] + 300);
        let Ok(span) = rendition.span(range.clone()) else { continue };
        assert_eq!(rendition.words(&span).unwrap(), &rendition.text()[range.clone()]);
        for (part, locus) in rendition.places(&range) {
            let piece = rendition.pieces().iter().find(|piece| (piece.end as usize) > part.start).unwrap();
            if piece.how != How::Decoded {
                assert_eq!(folded(&at(artifact, &locus, piece.how)), folded(&rendition.text()[part]), "{locus}");
                compared += 1;
            }
        }
    }
    compared
}

const WORDS: &str =
    "On 5 March the men of Kesh were taken.\nA «café» in Tiran: ‘nobody’ knows… کریم was 19.\n\nThe end\u{a0}of it.\n";

#[test]
fn ten_thousand_cuts_of_a_text_lead_back_to_its_bytes() {
    let rendition = of_text(WORDS);
    assert_eq!(rendition.text(), WORDS);
    assert!(cuts_lead_back(WORDS.as_bytes(), &rendition, 10_000) > 9_000);
}

#[test]
fn ten_thousand_cuts_of_a_legacy_text_lead_back_to_its_bytes() {
    let text = "Un café à Tiran.\nÀ six heures, des hommes armés ont enlevé le frère d'Adira.\n".repeat(9);
    let bytes = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
    let rendition = rendition(&bytes, text::read(&bytes));
    assert_eq!(rendition.text(), text);
    assert!(cuts_lead_back(&bytes, &rendition, 10_000) > 9_000);
}

#[test]
fn ten_thousand_cuts_of_a_wide_text_lead_back_to_its_bytes() {
    let text = format!("{WORDS}𐍈 and more\n");
    let bytes: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let rendition = rendition(&bytes, text::read(&bytes));
    assert_eq!(rendition.text(), text);
    assert!(cuts_lead_back(&bytes, &rendition, 10_000) > 9_000);
}

const PAGE: &str = "<html lang=en><head><title>T</title><script>var x = 1;</script></head><body onload=\"go()\">\n\
    <nav><ul><li>Home</li><li>News</li></ul></nav>\n<article><h1>The men of Kesh</h1>\n<p>On 5&nbsp;March\n  three men &amp; \
    a boy were <b>taken</b> from Kesh.<br>Nobody   knows where they are.</p><p style='display: none'>secret</p>\
    <pre>as  it\n stands</pre><p>کریم was 19.</p></article></body></html>";

#[test]
fn ten_thousand_cuts_of_a_page_lead_back_to_its_nodes() {
    let Ok(draft) = html::read(PAGE.as_bytes(), 100) else { panic!("too deep") };
    let rendition = rendition(PAGE.as_bytes(), draft);
    assert!(rendition.text().contains("three men & a boy were taken from Kesh.\nNobody knows"), "{}", rendition.text());
    assert!(!rendition.text().contains("var x"));
    assert!(cuts_lead_back(PAGE.as_bytes(), &rendition, 10_000) > 9_000);
    let hidden = rendition.text().find("secret").unwrap();
    assert!(rendition.masks().iter().any(|mask| mask.kind == MaskKind::Hidden && mask.start as usize == hidden));
}

fn document(body: &str) -> Vec<u8> {
    let xml = format!(
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(xml.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn ten_thousand_cuts_of_a_document_lead_back_to_its_part() {
    let bytes = document(
        "<w:p><w:r><w:t>Three men &amp; a boy</w:t></w:r><w:del w:author=\"Borun\"><w:r><w:delText> of Kesh</w:delText></w:r></w:del>\
         <w:ins w:author=\"Borun\"><w:r><w:t> of Tiran</w:t></w:r></w:ins></w:p><w:p><w:r><w:t>کریم was 19.</w:t></w:r></w:p>",
    );
    let Ok(draft) = docx::read(&bytes, false) else { panic!("broken") };
    assert_eq!(draft.text, "Three men & a boy of Kesh of Tiran\nکریم was 19.\n");
    let rendition = rendition(&bytes, draft);
    assert!(cuts_lead_back(&bytes, &rendition, 10_000) > 9_000);
    let deleted = rendition.masks()[0];
    assert_eq!(&rendition.text()[deleted.start as usize..deleted.end as usize], " of Kesh");
    assert_eq!(deleted.kind, MaskKind::Deleted);
}

#[test]
fn a_map_with_a_gap_or_a_false_byte_is_refused() {
    let piece = |start, end, from: u64, to: u64| Piece {
        start,
        end,
        locus: Some(Locus::Bytes { start: from, end: to }),
        how: How::Verbatim,
    };
    let make = |pieces| Rendition::new(b"abcdef", READER, "abcdef".to_owned(), pieces, Vec::new()).map(drop);
    assert_eq!(make(vec![piece(0, 6, 0, 6)]), Ok(()));
    assert_eq!(make(vec![piece(0, 2, 0, 2), piece(3, 6, 3, 6)]), Err(RenditionError::Map { at: 2 }));
    assert_eq!(make(vec![piece(0, 5, 0, 5)]), Err(RenditionError::Map { at: 5 }));
    assert_eq!(make(vec![piece(0, 6, 1, 7)]), Err(RenditionError::NotVerbatim { at: 0 }));
    assert_eq!(make(vec![piece(0, 6, 0, u64::MAX)]), Err(RenditionError::NotVerbatim { at: 0 }));
    assert_eq!(make(vec![piece(0, 9, 0, 9)]), Err(RenditionError::Range { start: 0, end: 9, length: 6 }));
}

#[test]
fn a_span_is_read_only_in_the_rendition_that_it_was_made_for() {
    let (one, other) = (of_text("He was taken."), of_text("He was not taken."));
    let span = one.span(0..2).unwrap();
    assert_eq!(other.words(&span), Err(RenditionError::Foreign));
    assert_eq!(one.span(0..99).unwrap_err(), RenditionError::Range { start: 0, end: 99, length: 13 });
    assert!(of_text("«a»").span(1..3).is_err(), "a span cuts no character");
}

#[test]
fn a_quotation_is_found_in_a_later_rendition_by_its_context_or_not_at_all() {
    let old = of_text("Three men were taken in Kesh. Later three men were taken in Tiran.");
    let quote = |words: &str, nth: usize| {
        let start = old.text().match_indices(words).nth(nth).unwrap().0;
        Quotation::new(&old, old.span(start..start + words.len()).unwrap()).unwrap()
    };
    let found = |quotation: &Quotation, text: &str| match quotation.find_in(&of_text(text)) {
        Reanchored::InContext(span) => format!("in context at {}", span.range().start),
        Reanchored::WordsOnly(span) => format!("words at {}", span.range().start),
        Reanchored::Lost => "lost".to_owned(),
    };
    let longer = "Update.\nThree men were taken in Kesh. Later three men were taken in Tiran.";
    assert_eq!(found(&quote("men were taken", 1), longer), "in context at 50");
    assert_eq!(found(&quote("Tiran", 0), "The men of Tiran were released."), "words at 11");
    assert_eq!(found(&quote("men were taken", 1), "Two men were taken, and then four men were taken."), "lost");
}

proptest! {
    #[test]
    fn whatever_the_bytes_a_text_covers_them_and_its_spans_are_its_words(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let rendition = rendition(&bytes, text::read(&bytes));
        let covered: usize = rendition.pieces().iter().map(|piece| (piece.end - piece.start) as usize).sum();
        prop_assert_eq!(covered, rendition.text().len());
        for (start, c) in rendition.text().char_indices() {
            let span = rendition.span(start..start + c.len_utf8()).unwrap();
            prop_assert_eq!(rendition.words(&span).unwrap(), c.to_string());
        }
    }

    #[test]
    fn whatever_the_page_its_map_is_sound(page in "(<(p|b|div|td|a href=x|script|/p|/div|!--|svg)>|[a-z &;é\\n]{0,9}){0,30}") {
        if let Ok(draft) = html::read(page.as_bytes(), 50) {
            let made = Rendition::new(page.as_bytes(), READER, draft.text, draft.pieces, draft.masks);
            prop_assert!(made.is_ok(), "{:?}", made);
        }
    }
}
