//! Pages whose letters come out in another order than they are read.

use super::*;
use lopdf::{Stream, dictionary};

/// A page that paints `painted` from the left to the right, by a font whose codes a table in the file maps to letters, as
/// programs write it; and a Latin line below.
fn page(painted: &str) -> Vec<u8> {
    let letters: Vec<char> = painted.chars().collect();
    let mut table = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Letters def \
                     1 begincodespacerange <0000> <FFFF> endcodespacerange "
        .to_owned();
    table.push_str(&format!("{} beginbfchar ", letters.len()));
    for (code, letter) in (1u16..).zip(&letters) {
        table.push_str(&format!("<{code:04X}> <{:04X}> ", u32::from(*letter)));
    }
    table.push_str("endbfchar endcmap CMapName currentdict /CMap defineresource pop end end");
    let codes: String = (1..=letters.len()).map(|code| format!("{code:04X}")).collect();
    let mut document = Document::with_version("1.7");
    let table = document.add_object(Stream::new(dictionary! {}, table.into_bytes()));
    let metrics =
        document.add_object(dictionary! { "Type" => "FontDescriptor", "FontName" => "Invented", "Flags" => 4 });
    let below = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "Invented", "DW" => 600, "FontDescriptor" => metrics,
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"), "Ordering" => Object::string_literal("Identity"), "Supplement" => 0,
        },
    });
    let arabic = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "Invented", "Encoding" => "Identity-H",
        "DescendantFonts" => vec![below.into()], "ToUnicode" => table,
    });
    let latin = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    });
    let drawn = format!("BT /A 12 Tf 72 700 Td <{codes}> Tj ET BT /L 12 Tf 72 600 Td (taken in Corva) Tj ET");
    let drawn = document.add_object(Stream::new(dictionary! {}, drawn.into_bytes()));
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => drawn,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "A" => arabic, "L" => latin } },
    });
    let all = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, Object::Dictionary(all));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn arabic_script_is_kept_as_it_is_painted_and_told_not_to_be_trusted_while_latin_lines_are() {
    // «کریم عادل», painted from its last letter on.
    let painted: String = "کریم عادل".chars().rev().collect();
    let Ok(draft) = read(&page(&painted), 10) else { panic!("the page is whole") };
    assert!(draft.text.contains("taken in Corva"), "{}", draft.text);
    assert!(draft.text.contains("لداع") && !draft.text.contains("عادل"), "no order is made up: {}", draft.text);
    assert!(draft.remarks.iter().any(|remark| matches!(remark, PageRemark::Untrusted { characters: 8 })));
    let Ok(latin) = read(&page("Karim"), 10) else { panic!("the page is whole") };
    assert!(!latin.remarks.iter().any(|remark| matches!(remark, PageRemark::Untrusted { .. })));
}
