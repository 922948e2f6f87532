//! Planted leaks: each way in which a name has left somewhere before, and what the gate must not cry wolf about.

use super::*;
use crate::files::OutputFiles;
use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::{Compression, write::ZlibEncoder};
use habeas_core::fold;
use proptest::prelude::*;
use std::io::Write;

const NAME: &str = "Daria Velen";
const URDU: &str = "داریا ولین";

/// Vowels are spelt in any way, consonants in one; enough to stand for the linkage here.
struct Consonants;

impl Spellings for Consonants {
    fn keys(&self, word: &str) -> [String; 2] {
        let latin: String = word
            .chars()
            .filter_map(|c| match c {
                'د' => Some('d'),
                'ر' => Some('r'),
                'و' | 'w' | 'v' => Some('v'),
                'ل' => Some('l'),
                'ن' => Some('n'),
                'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'ا' | 'ی' | 'ہ' => None,
                other => Some(other),
            })
            .collect();
        [latin.clone(), latin]
    }

    fn same(&self, _: &str, _: &str) -> bool {
        true
    }
}

fn protected() -> ProtectedTerms {
    let mut terms = ProtectedTerms::default();
    terms.add(TermKind::Person, NAME);
    terms.add(TermKind::Number, "+92 300 1234567");
    terms.add(TermKind::Source, "Osman Tarik Berel");
    terms.add(TermKind::Place, "Upper Korvat");
    terms.add(TermKind::File, "velen-testimony.docx");
    terms
}

fn findings(files: &OutputFiles) -> Vec<Finding> {
    search(files, &protected(), &Consonants, &BTreeSet::new())
}

fn one(path: &str, bytes: impl Into<Vec<u8>>) -> OutputFiles {
    let mut files = OutputFiles::default();
    files.put(path, bytes);
    files
}

fn page(body: &str) -> OutputFiles {
    one(
        "site/index.html",
        format!("<!DOCTYPE html><html lang=\"en\"><head>{body}</head><body><p>Nobody</p></body></html>"),
    )
}

fn zip(entries: &[(&str, &[u8])], comment: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.set_comment(comment).unwrap();
    archive.finish().unwrap().into_inner()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&(data.len() as u32).to_be_bytes()[..], kind, data, &[0; 4]].concat()
}

fn png(extra: &[u8]) -> Vec<u8> {
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &[0; 13]), extra, &chunk(b"IDAT", &[1, 2]), &chunk(b"IEND", &[])]
        .concat()
}

/// A document of one page with an object beside it.
fn pdf(beside: lopdf::Object, content: &str) -> Vec<u8> {
    use lopdf::{Document, Stream, dictionary};
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier" });
    let content = document.add_object(Stream::new(dictionary! {}, content.as_bytes().to_vec()));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    });
    document.objects.insert(
        pages,
        lopdf::Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let beside = document.add_object(beside);
    document.trailer.set("Info", beside);
    document.compress();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Every leak with the words for it.
fn planted() -> Vec<(&'static str, OutputFiles)> {
    use lopdf::{Object, Stream, StringFormat, dictionary};
    let words = |text: &str| Object::String(text.as_bytes().to_vec(), StringFormat::Literal);
    let percent: String = NAME.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let xlsx = |part: &str, xml: String| zip(&[("[Content_Types].xml", b"<Types/>"), (part, xml.as_bytes())], "");
    vec![
        ("a text", one("README", format!("about {NAME}\n"))),
        ("alternative text of a picture", page(&format!("<img alt=\"{NAME}\">"))),
        ("a title attribute", page(&format!("<a title='{NAME}'>x</a>"))),
        ("a comment", page(&format!("<!-- {NAME} -->"))),
        ("a description", page(&format!("<meta name=\"description\" content=\"{NAME}\">"))),
        ("linked data", page(&format!("<script type=\"application/ld+json\">{{\"name\":\"{NAME}\"}}</script>"))),
        ("an address", page("<a href=\"p/daria-velen.html\">x</a>")),
        ("an address without a mark between", page("<a href=\"p/dariavelen\">x</a>")),
        ("a sitemap", one("site/sitemap.xml", "<urlset><url><loc>daria_velen</loc></url></urlset>".to_owned())),
        ("a search index", one("site/index.js", "habeasIndex([[\"x1\",\"velen daria\"]])".to_owned())),
        ("a feed", one("feed.xml", format!("<feed><entry><title>{NAME}</title></entry></feed>"))),
        ("the description of a drawing", page(&format!("<svg><desc>{NAME}</desc></svg>"))),
        ("a comment in CSV", one("data/t.csv", format!("# {NAME}\nyear,n\n2014,3\n"))),
        ("columns of CSV", one("data/t.csv", "family,given\nVelen,Daria\n".to_owned())),
        ("a file name", one("data/daria_velen.csv", "year\n".to_owned())),
        ("a name of a folder", one("Velen Daria/t.csv", "year\n".to_owned())),
        ("a hidden sheet", one("t.xlsx", xlsx("xl/worksheets/sheet9.xml", format!("<sheet><t>{NAME}</t></sheet>")))),
        (
            "properties of a workbook",
            one("t.xlsx", xlsx("docProps/core.xml", format!("<cp><creator>{NAME}</creator></cp>"))),
        ),
        (
            "an orphan of a workbook",
            one("t.xlsx", xlsx("xl/sharedStrings.xml", format!("<sst><si><t>{NAME}</t></si></sst>"))),
        ),
        (
            "runs of a workbook",
            one("t.xlsx", xlsx("xl/sharedStrings.xml", "<si><r><t>Dar</t></r><r><t>ia Velen</t></r></si>".into())),
        ),
        ("a comment of an archive", one("t.zip", zip(&[("a.txt", b"x")], NAME))),
        ("a name in an archive", one("t.zip", zip(&[("velen_daria.txt", b"x")], ""))),
        ("an archive in an archive", one("t.zip", zip(&[("in.zip", &zip(&[("a.txt", NAME.as_bytes())], ""))], ""))),
        (
            "text of a PDF under a picture",
            one("d.pdf", pdf(Object::Null, &format!("BT /F1 12 Tf 3 Tr ({NAME}) Tj ET"))),
        ),
        ("metadata of a PDF", one("d.pdf", pdf(Object::Dictionary(dictionary! { "Author" => words(NAME) }), ""))),
        (
            "an outline of a PDF, in two bytes a letter",
            one(
                "d.pdf",
                pdf(
                    Object::Dictionary(dictionary! {
                        "Title" => Object::String([&[0xFE, 0xFF], &utf16(URDU, true)[..]].concat(), StringFormat::Hexadecimal),
                    }),
                    "",
                ),
            ),
        ),
        (
            "XMP of a PDF",
            one(
                "d.pdf",
                pdf(
                    Object::Stream(Stream::new(
                        dictionary! {},
                        format!("<x:xmpmeta><dc:creator>{NAME}</dc:creator></x:xmpmeta>").into_bytes(),
                    )),
                    "",
                ),
            ),
        ),
        (
            "an attachment of a PDF",
            one(
                "d.pdf",
                pdf(
                    Object::Stream(Stream::new(
                        dictionary! { "Type" => "EmbeddedFile" },
                        zip(&[("a.txt", NAME.as_bytes())], ""),
                    )),
                    "",
                ),
            ),
        ),
        ("text of a PNG", one("i.png", png(&chunk(b"tEXt", format!("Author\0{NAME}").as_bytes())))),
        (
            "compressed text of a PNG",
            one("i.png", png(&chunk(b"zTXt", &[b"Author\0\0", &compressed(NAME)[..]].concat()))),
        ),
        (
            "EXIF of a JPEG",
            one("i.jpg", [&[0xFF, 0xD8, 0xFF, 0xE1, 0, 40], b"Exif\0\0", NAME.as_bytes(), &[0xFF, 0xD9]].concat()),
        ),
        ("two bytes a letter", one("t.bin", utf16(NAME, false))),
        ("percent signs", page(&format!("<a href=\"?q={percent}\">x</a>"))),
        ("base64", page(&format!("<img src=\"data:text/plain;base64,{}\">", BASE64_STANDARD.encode(NAME)))),
        (
            "base64 that begins elsewhere",
            one("t.txt", format!("xy{}", BASE64_STANDARD.encode(format!("of {NAME} and others")))),
        ),
        ("hexadecimal digits", one("t.txt", NAME.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())),
        ("escapes of JSON", one("t.json", "{\"name\":\"\\u0044aria \\u0056elen\"}".to_owned())),
        ("entities", page("<p>&#68;aria V&#x65;len</p>")),
        ("another transliteration", one("t.txt", "Dorya Wylan was seen".to_owned())),
        ("another script", one("t.txt", URDU.to_owned())),
        ("joiners inside a name", one("t.txt", "Da\u{200D}ria Ve\u{AD}len".to_owned())),
        ("tags inside a name", page("<p>Da<b>ria</b> Ve<i>len</i></p>")),
        ("capitals with marks", one("t.txt", "DARÍA VELÉN".to_owned())),
        ("letters of full width", one("t.txt", "Ｄａｒｉａ Ｖｅｌｅｎ".to_owned())),
        ("a telephone number", one("t.csv", "n\n0092-300-123 45 67\n923001234567\n".to_owned())),
        ("a source without the middle name", one("t.txt", "told by Osman Berel".to_owned())),
        ("a small place in free words", one("t.txt", "taken in upper korvat".to_owned())),
        ("the name of a file of evidence", one("t.txt", "see velen-testimony.docx".to_owned())),
        (
            "a compressed file",
            one("t.txt.gz", {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(NAME.as_bytes()).unwrap();
                encoder.finish().unwrap()
            }),
        ),
    ]
}

#[test]
fn every_planted_leak_is_caught() {
    let planted = planted();
    let missed: Vec<&str> = planted
        .iter()
        .filter(|(_, files)| {
            // That a kind of file cannot be read at all is no find of the name.
            let named = |f: &Finding| {
                f.gravity == Gravity::Leak && !matches!(f.reason, Reason::UnknownFile | Reason::Unreadable)
            };
            !findings(files).iter().any(named)
        })
        .map(|(what, _)| *what)
        .collect();
    assert!(missed.is_empty() && planted.len() >= 40, "{} of {} missed: {missed:?}", missed.len(), planted.len());
}

#[test]
fn a_finding_tells_the_place_and_never_the_words() {
    for (what, files) in planted() {
        for finding in findings(&files) {
            let told = fold(&finding.to_string());
            assert!(!told.contains("daria") && !told.contains("velen"), "{what}: {told}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_looked_into_blocks_the_release() {
    for (path, bytes) in [
        ("a.bin", vec![0, 1, 2, 3, 255]),
        ("a.zip", b"PK\x03\x04 torn".to_vec()),
        ("a.pdf", b"%PDF-1.7 torn".to_vec()),
        ("a.gz", vec![0x1F, 0x8B, 8, 0]),
    ] {
        let found = findings(&one(path, bytes));
        assert!(found.iter().any(|f| f.gravity == Gravity::Leak), "{path}: {found:?}");
    }
    let picture = findings(&one("a.png", png(&[])));
    assert!(
        matches!(picture.as_slice(), [Finding { gravity: Gravity::Look, reason: Reason::Picture, .. }]),
        "{picture:?}"
    );
}

#[test]
fn who_shares_a_name_with_a_protected_person_is_told_as_often_as_noted_and_no_more() {
    let mut files = OutputFiles::default();
    files.put("site/a.html", format!("<ul><li>{NAME}</li></ul>")).note(NAME, 1);
    assert_eq!(findings(&files), []);
    files.put("site/a.html", format!("<ul><li>{NAME}</li><li>{NAME}</li></ul>")).note(NAME, 1);
    assert!(findings(&files).iter().any(|f| f.gravity == Gravity::Leak), "the second one is nobody's");
    files.put("site/a.html", format!("<ul><li title=\"{NAME}\">{NAME}</li></ul>")).note(NAME, 1);
    assert!(findings(&files).iter().any(|f| f.gravity == Gravity::Leak), "an attribute is noted by nobody");
}

#[test]
fn two_disclosed_names_in_a_row_do_not_make_a_protected_one() {
    let mut files = OutputFiles::default();
    let file = files.put("site/a.html", "<ul><li>Karim Daria</li><li>Velen Osman</li></ul>");
    file.note("Karim Daria", 1);
    file.note("Velen Osman", 1);
    assert_eq!(findings(&files), []);
}

#[test]
fn words_of_the_language_are_not_taken_for_names() {
    let mut terms = ProtectedTerms::default();
    terms.add(TermKind::Person, "Rose");
    terms.add(TermKind::Person, "May Day");
    terms.add(TermKind::Place, "Haven");
    let text = "The number of persons rose in May; on that day haven was lost. Roses, maybe.";
    let found = search(&one("t.txt", text.to_owned()), &terms, &Consonants, &BTreeSet::new());
    assert!(found.iter().all(|finding| finding.gravity == Gravity::Look), "{found:?}");
    assert_eq!(found.len(), 2, "a single word is looked at by a person: {found:?}");
}

#[test]
fn a_word_that_stands_on_every_page_is_no_name_and_two_together_still_are() {
    let mut terms = protected();
    terms.add(TermKind::Person, "Total");
    terms.know_words(&one("t.html", "<p>Total of persons: Daria Velen</p>".to_owned()));
    let found = |text: &str| search(&one("t.txt", text.to_owned()), &terms, &Consonants, &BTreeSet::new());
    assert_eq!(found("the total is seven"), []);
    assert_eq!(found(NAME)[0].gravity, Gravity::Leak);
}

#[test]
fn a_longer_word_hides_a_name_only_where_the_whole_name_is_in_it() {
    let mut terms = ProtectedTerms::default();
    terms.add(TermKind::Person, "Ana Lista");
    let text = |text: &str| search(&one("t.txt", text.to_owned()), &terms, &Consonants, &BTreeSet::new());
    assert_eq!(text("an analyst, banana listas"), []);
    assert_eq!(text("xanalistax")[0].reason, Reason::InsideWord(TermKind::Person));
}

#[test]
fn the_programs_own_files_are_known_by_their_bytes() {
    let font = vec![b'w', b'O', b'F', b'2', 0, 1];
    let trusted = [crate::files::sha256(&font)].into();
    assert_eq!(search(&one("a.woff2", font), &protected(), &Consonants, &trusted), []);
}

proptest! {
    #[test]
    fn no_bytes_make_the_gate_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), head in 0usize..6) {
        let heads: [&[u8]; 6] = [b"", b"PK\x03\x04", b"%PDF-1.4\n", b"\x89PNG\r\n\x1a\n", b"\xFF\xD8\xFF", b"\x1F\x8B\x08"];
        findings(&one("f", [heads[head], &bytes].concat()));
    }

    #[test]
    fn a_name_is_found_wherever_it_stands_in_a_page(before in "[a-z <>&;%\\\\u0-9]{0,40}", after in "[a-z <>&;%\\\\u0-9]{0,40}") {
        let found = findings(&one("t.html", format!("{before} {NAME} {after}")));
        prop_assert!(found.iter().any(|f| f.gravity == Gravity::Leak));
    }
}

#[test]
fn an_address_that_sounds_like_half_a_name_beside_the_other_half_is_no_find() {
    let index = one("site/a/index.js", "habeasIndex([\n[\"x.y\",\"Nadi Tilvo\"],\n[\"brimek.9q\",\"Osa Lemun\"]])\n");
    let mut terms = ProtectedTerms::default();
    terms.add(TermKind::Person, "Tilvo Bremak");
    ["Nadi Tilvo", "Osa Lemun"].iter().for_each(|told| terms.is_public(told));
    let found = |terms: &ProtectedTerms| search(&index, terms, &Consonants, &BTreeSet::new()).len();
    assert_eq!(found(&terms), 1, "by chance the two words meet");
    terms.is_public("brimek.9q");
    assert_eq!(found(&terms), 0);
}
