//! The table of bad input as files, each with what is expected of it.

use crate::{files::*, page};

/// One file.
pub struct Case {
    pub row: u8,
    pub what: &'static str,
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub expected: Expected,
}

/// What is expected.
pub enum Expected {
    RefusedTable(&'static str),
    Table {
        rows: u64,
        says: &'static [&'static str],
    },
    RefusedPage(&'static [&'static str]),
    Page {
        says: &'static [&'static str],
        holds: &'static [&'static str],
        lacks: &'static [&'static str],
        masked: &'static [&'static str],
    },
}

const fn read(says: &'static [&'static str], holds: &'static [&'static str]) -> Expected {
    Expected::Page { says, holds, lacks: &[], masked: &[] }
}

/// Sound files of every format.
pub fn honest() -> Vec<(&'static str, Vec<u8>)> {
    let revision = "<w:p><w:del w:author=\"Borun\"><w:r><w:delText>four</w:delText></w:r></w:del><w:ins w:author=\"Borun\"><w:r><w:t>three</w:t></w:r></w:ins></w:p>";
    let archive =
        [warc_record("warcinfo", "", b"software: none\r\n"), warc_record("response", "", &response("", &page_bytes()))]
            .concat();
    let wacz =
        zip(&[("datapackage.json", b"{}"), ("archive/data.warc.gz", &gzip(&archive)), ("pages/pages.jsonl", b"{}")]);
    let message = email(
        "Date: Tue, 11 Mar 2014 10:00:00 +0000\r\nReceived: from relay.example by mx.example; Tue, 11 Mar 2014 10:00:05 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThree men of Kesh were taken.\r\n> An older letter\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"list.csv\"\r\n\r\nNo,Name\r\n1,Adira\r\n--b--\r\n",
    );
    vec![
        ("page.html", page_bytes()),
        ("letter.docx", docx(&format!("{}{revision}", paragraph("Three men of Kesh were taken.")))),
        ("paper.pdf", pdf("Three men of Kesh were taken.")),
        ("message.eml", message),
        ("archive.warc", archive.clone()),
        ("archive.warc.gz", gzip(&archive)),
        ("archive.wacz", wacz),
        ("photo.jpg", jpeg_with_position()),
        ("notes.txt", "Three men of Kesh were taken.\nکریم was 19.\n".into()),
        ("list.csv", b"No,Name\n1,Adira\n2,Borun\n".to_vec()),
    ]
}

fn page_bytes() -> Vec<u8> {
    crate::files::page("")
}

pub fn documents_of_every_format_are_read() {
    for (name, bytes) in honest() {
        let page = page(&bytes, name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let text = page.rendition.text();
        match name {
            "photo.jpg" => assert!(page.remarks.iter().any(|remark| remark.code() == "N_POSITION")),
            "list.csv" => assert!(text.contains("Adira")),
            "archive.warc" | "archive.warc.gz" | "archive.wacz" => {
                assert_eq!(page.children.len(), 1, "{name}");
                assert_eq!(page.children[0].bytes, page_bytes(), "{name}");
                assert!(page.children[0].details.iter().any(|detail| detail.words == "2014-03-11T10:00:00Z"));
            }
            _ => assert!(text.contains("men of Kesh were taken"), "{name}: {text}"),
        }
        if name == "message.eml" {
            assert_eq!((page.children.len(), page.children[0].name.as_str()), (1, "list.csv"));
            assert_eq!(page.children[0].bytes, b"No,Name\r\n1,Adira");
            assert!(!page.remarks.iter().any(|remark| remark.code() == "N_DATE_UNCONFIRMED"));
            let quoted = text.find("> An older letter").unwrap();
            assert!(page.rendition.is_masked(&(quoted..quoted + 5)));
        }
        if name == "paper.pdf" {
            let places = page.rendition.places(&(0..5));
            assert!(places[0].1.to_string().starts_with("page 1, box 72,720"), "{}", places[0].1);
        }
        if name == "page.html" {
            let home = text.find("Home page").unwrap();
            assert!(page.rendition.is_masked(&(home..home + 9)), "navigation is masked");
            assert!(page.details.iter().any(|detail| detail.words == "2014-03-10T08:00:00Z"));
            let words = text.find("witnesses said").unwrap();
            assert!(!page.rendition.is_masked(&(words..words + 9)), "the article is not");
        }
    }
}

/// All files.
pub fn cases() -> Vec<Case> {
    let mut cases = containers();
    cases.extend(tables());
    cases.extend(pages());
    cases.extend(messages_and_archives());
    cases
}

fn case(row: u8, what: &'static str, name: &'static str, bytes: impl Into<Vec<u8>>, expected: Expected) -> Case {
    Case { row, what, name, bytes: bytes.into(), expected }
}

fn containers() -> Vec<Case> {
    let letter = docx(&paragraph("Three men of Kesh were taken."));
    let bomb = docx(&" ".repeat(220 << 20));
    let ole = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &wide].concat()
    };
    let macros = docx_with(&paragraph("Three men."), &[("word/vbaProject.bin", b"x")]);
    let outside = zip(&[("word/document.xml", b"<x/>"), ("../../outside.xml", b"<x/>")]);
    let growing = docx("").len();
    assert!(growing < 10_000);
    let entities = zip(&[(
        "word/document.xml",
        b"<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><x>&b;</x>",
    )]);
    vec![
        case(1, "no bytes, as a list", "list.csv", [], Expected::RefusedTable("E_EMPTY")),
        case(1, "no bytes, as a text", "text.txt", [], Expected::RefusedPage(&["E_EMPTY"])),
        case(2, "a login page called a workbook", "list.xlsx", page_bytes(), Expected::RefusedTable("E_TYPE")),
        case(2, "a page called a PDF", "paper.pdf", page_bytes(), read(&["N_TYPE"], &["men of Kesh"])),
        case(3, "a document that inflates to 220 MB", "letter.docx", bomb, Expected::RefusedPage(&["E_BOMB"])),
        case(
            3,
            "an archive that inflates to 200 MB",
            "a.warc.gz",
            gzip(&vec![b' '; 200 << 20]),
            Expected::RefusedPage(&["E_BOMB"]),
        ),
        case(5, "a document that points outside", "letter.docx", outside, Expected::RefusedPage(&["E_ZIP"])),
        case(6, "a cut document", "letter.docx", &letter[..letter.len() / 2], Expected::RefusedPage(&["E_DAMAGED"])),
        case(8, "a locked office file", "letter.docx", ole("EncryptedPackage"), Expected::RefusedPage(&["E_LOCKED"])),
        case(
            8,
            "a locked PDF",
            "paper.pdf",
            pdf_of("", "/Encrypt << /Filter /Standard /V 1 /R 2 /O (x) /U (x) /P -4 >>", "/Type /Catalog /Pages 2 0 R"),
            Expected::RefusedPage(&["E_LOCKED", "E_DAMAGED"]),
        ),
        case(10, "a document with macros", "letter.docx", macros, read(&["N_ACTIVE"], &["Three men."])),
        case(10, "a document that defines entities", "letter.docx", entities, Expected::RefusedPage(&["E_DAMAGED"])),
        case(9, "an old binary document", "letter.doc", ole("WordDocument"), Expected::RefusedPage(&["E_TYPE"])),
    ]
}

fn tables() -> Vec<Case> {
    let mixed = [&b"No,Name,Place\n1,Adira,Kesh\n2,Jos"[..], b"\xE9,Tiran\n3,Bor\xC3\xA9n,Kesh\n"].concat();
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain("No,Name\n1,کریم\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let arabic = encoding_rs::WINDOWS_1256.encode("No,Name\n1,کريم بن عادل\n2,محمد\n").0.into_owned();
    vec![
        case(
            7,
            "a list cut inside a quote",
            "list.csv",
            "No,Name\n1,Adira\n2,\"Bor",
            Expected::Table { rows: 1, says: &["Q_OPEN_QUOTE"] },
        ),
        case(
            13,
            "cells that begin like formulas",
            "list.csv",
            "No,Name\n1,=1+1\n2,@Adira\n",
            Expected::Table { rows: 2, says: &[] },
        ),
        case(23, "two encodings in one list", "list.csv", mixed, Expected::Table { rows: 3, says: &["N_ENCODING"] }),
        case(24, "UTF-16 with its mark", "list.csv", utf16, Expected::Table { rows: 1, says: &[] }),
        case(25, "a code page of Arabic", "list.csv", arabic, Expected::Table { rows: 2, says: &["N_ENCODING"] }),
        case(
            26,
            "a NUL in a cell",
            "list.csv",
            "No,Name\n1,Adi\0ra\n",
            Expected::Table { rows: 1, says: &["N_CONTROL"] },
        ),
        case(
            29,
            "too few and too many fields",
            "list.csv",
            "No,Name\n1\n2,Borun,x\n3,Adira\n",
            Expected::Table { rows: 1, says: &["Q_FIELDS"] },
        ),
        case(
            30,
            "semicolons and decimal commas",
            "list.csv",
            "No;Name;Sum\n1;Adira;3,5\n2;Borun;4,5\n",
            Expected::Table { rows: 2, says: &[] },
        ),
        case(
            31,
            "one header twice, one empty",
            "list.csv",
            "Name,Name,\nAdira,Venn,x\n",
            Expected::Table { rows: 1, says: &["N_HEADER_DOUBLE", "N_HEADER_EMPTY"] },
        ),
    ]
}

fn pages() -> Vec<Case> {
    let active = "<script>steal()</script><img src=x onerror=steal()><a href=\"javascript:steal()\">more</a><form></form><svg><text>drawn</text></svg>";
    let hidden = "<p style=\"display:none\">unseen words</p><p hidden>more unseen</p><div class=\"comments\"><p>a reader's comment</p></div>";
    let deep = format!("<html><body>{}x", "<div>".repeat(100_000));
    let line = format!("<html><body><p>{}</p></body></html>", "word ".repeat(10 << 20));
    let wall = "<html><body><p>We use cookies.</p><button>Accept</button></body></html>";
    let revision = "<w:p><w:del w:author=\"Borun\"><w:r><w:delText>four men</w:delText></w:r></w:del><w:ins><w:r><w:t>three men</w:t></w:r></w:ins></w:p>";
    vec![
        case(
            38,
            "a page with active content",
            "page.html",
            crate::files::page(active),
            Expected::Page { says: &["N_ACTIVE"], holds: &["men of Kesh"], lacks: &["steal", "drawn"], masked: &[] },
        ),
        case(
            39,
            "hidden text and comments",
            "page.html",
            crate::files::page(hidden),
            Expected::Page {
                says: &["N_HIDDEN"],
                holds: &[],
                lacks: &[],
                masked: &["unseen words", "more unseen", "a reader's comment"],
            },
        ),
        case(40, "a wall of cookies", "page.html", wall, read(&["N_NO_ARTICLE"], &["We use cookies."])),
        case(42, "elements 100,000 deep", "page.html", deep, Expected::RefusedPage(&["E_DEPTH", "E_PARSER_LIMIT"])),
        case(42, "52 MB in one line", "page.html", line, Expected::RefusedPage(&["E_TEXT", "E_PARSER_LIMIT"])),
        case(
            43,
            "a PDF without text",
            "scan.pdf",
            pdf_of("0 0 m 9 9 l S", "", "/Type /Catalog /Pages 2 0 R"),
            read(&["N_NEEDS_OCR"], &[]),
        ),
        case(
            45,
            "a cut PDF",
            "paper.pdf",
            &pdf("Three men.")[..60],
            Expected::RefusedPage(&["E_DAMAGED", "E_PARSER_LIMIT"]),
        ),
        case(
            45,
            "a PDF with a script",
            "paper.pdf",
            pdf_of(
                "BT /F1 12 Tf 72 720 Td (Three men.) Tj ET",
                "",
                "/Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (steal\\(\\)) >>",
            ),
            Expected::Page { says: &[], holds: &["Three men."], lacks: &["steal"], masked: &[] },
        ),
        case(
            44,
            "a PDF that points to itself",
            "paper.pdf",
            String::from_utf8(pdf("Three men.")).unwrap().replace("/Kids [3 0 R]", "/Kids [2 0 R]"),
            Expected::RefusedPage(&["E_DAMAGED", "E_PARSER_LIMIT"]),
        ),
        case(
            44,
            "a page of a PDF that is its own parent",
            "paper.pdf",
            String::from_utf8(pdf("Three men.")).unwrap().replace("/Parent 2 0 R", "/Parent 3 0 R"),
            read(&["N_BROKEN_PAGE"], &[]),
        ),
        case(
            44,
            "a form of a PDF that shows itself",
            "paper.pdf",
            String::from_utf8(pdf_of("/F1 Do", "", "/Type /Catalog /Pages 2 0 R"))
                .unwrap()
                .replace("/Resources << /Font << /F1 5 0 R >> >>", "/Resources <</XObject <</F1 4 0 R>> >>"),
            read(&["N_BROKEN_PAGE"], &[]),
        ),
        case(
            46,
            "tracked changes",
            "letter.docx",
            docx(revision),
            Expected::Page { says: &["N_TRACKED"], holds: &["three men"], lacks: &["Borun"], masked: &["four men"] },
        ),
        case(
            27,
            "signs that turn the direction, letters that look alike",
            "text.txt",
            "He was \u{202E}nekat\u{202C} by \u{0410}dira",
            read(&["N_INVISIBLE"], &["nekat"]),
        ),
        case(27, "a word of two alphabets", "text.txt", "The p\u{0430}ssword of Kesh", read(&["N_CONFUSABLE"], &[])),
        case(
            26,
            "a NUL in a text",
            "text.txt",
            "He was ta\0ken from Kesh by men in uniform.\n",
            read(&["N_CONTROL"], &["ta␀ken"]),
        ),
        case(51, "a language without rules", "text.txt", "کریم مرگ بیتگ\n", read(&[], &["کریم"])),
        case(
            50,
            "a photograph with a position",
            "photo.jpg",
            jpeg_with_position(),
            read(&["N_POSITION", "N_NEEDS_OCR"], &[]),
        ),
        case(
            54,
            "a name with a path and a turned direction",
            "../../\u{202E}gpj.txt",
            "Three men.\n",
            read(&[], &["Three men."]),
        ),
    ]
}

fn messages_and_archives() -> Vec<Case> {
    let forged = email(
        "Date: Tue, 11 Mar 1970 10:00:00 +0000\r\nContent-Type: text/plain\r\n",
        "Three men of Kesh were taken.\r\n",
    );
    let nested = email(
        &format!(
            "Content-Type: multipart/mixed; boundary=b0\r\n{}",
            (1..200).map(|n| format!("X-A: {n}; boundary=b{n}\r\n")).collect::<String>()
        ),
        "x",
    );
    let good = warc_record("response", "", &response("", &page_bytes()));
    let cut = [&good[..], &good[..good.len() / 2]].concat();
    let lying = String::from_utf8(warc_record("response", "", b"HTTP/1.1 200 OK\r\n\r\nshort"))
        .unwrap()
        .replace("Content-Length: 24", "Content-Length: 9000000000");
    let digest = warc_record(
        "response",
        "WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
        &response("", &page_bytes()),
    );
    let revisit = warc_record("revisit", "WARC-Payload-Digest: sha1:ABC\r\n", b"HTTP/1.1 304 Not Modified\r\n\r\n");
    let chunked = warc_record(
        "response",
        "",
        &response("Transfer-Encoding: chunked\r\n", b"5\r\nThree\r\n4\r\n men\r\n0\r\n\r\n"),
    );
    let strange = warc_record("response", "", &response("Content-Encoding: zstd\r\n", b"x"));
    vec![
        case(47, "a forged date", "m.eml", forged, read(&["N_DATE_UNCONFIRMED"], &["men of Kesh"])),
        case(47, "parts without end", "m.eml", nested, Expected::RefusedPage(&["E_DEPTH"])),
        case(48, "a cut archive", "a.warc", cut, read(&["N_CUT_ARCHIVE"], &[])),
        case(48, "a length that lies", "a.warc", lying, read(&["N_CUT_ARCHIVE"], &[])),
        case(48, "a false digest", "a.warc", digest, read(&["N_DIGEST"], &[])),
        case(49, "a capture that points to an earlier one", "a.warc", revisit, read(&["N_REVISIT"], &[])),
        case(49, "a response in chunks", "a.warc", chunked, read(&[], &[])),
        case(49, "a packing that is not read", "a.warc", strange, read(&["N_CODING"], &[])),
    ]
}
