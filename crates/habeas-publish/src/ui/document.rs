//! The style sheet, and whole files that carry it inside.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Tokens and components: all that the drawings of this crate need. Names no font file and no other address.
pub const STYLE: &str = concat!(
    include_str!("css/tokens.css"),
    include_str!("css/text.css"),
    include_str!("css/case.css"),
    include_str!("css/figures.css"),
    include_str!("css/media.css"),
);

/// Makes a file that needs nothing else: style inside, no script, no address outside itself, fonts of the system.
///
/// `lang` is a language tag, `dir` is `ltr` or `rtl`.
pub fn standalone(title: &str, lang: &str, dir: &str, body: &Markup) -> String {
    sheet(title, lang, dir, body, None)
}

/// The same with a style sheet of font faces beside it: for scripts that the reader's system may have no letters of.
pub fn with_fonts(title: &str, lang: &str, dir: &str, body: &Markup, faces: &str) -> String {
    sheet(title, lang, dir, body, Some(faces))
}

fn sheet(title: &str, lang: &str, dir: &str, body: &Markup, faces: Option<&str>) -> String {
    let policy = match faces {
        None => "default-src 'none'; style-src 'unsafe-inline'",
        Some(_) => "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'",
    };
    let page = html! {
        (DOCTYPE)
        html lang=(lang) dir=(dir) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="referrer" content="no-referrer";
                title { (title) }
                // The one place where text goes out unescaped: a constant of this crate, never a value.
                style { (PreEscaped(STYLE)) }
                @if let Some(faces) = faces { link rel="stylesheet" href=(faces); }
            }
            body { main #main.sheet { (body) } }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_its_style_and_asks_nobody_for_anything() {
        let file = standalone("A & B", "ur", "rtl", &html! { p { "کچھ" } });
        assert!(file.starts_with("<!DOCTYPE html><html lang=\"ur\" dir=\"rtl\">"));
        assert!(file.contains("<title>A &amp; B</title>"));
        for outside in ["http://", "https://", "url(", "@import", "<script", "<link"] {
            assert!(!file.contains(outside), "{outside}");
        }
    }

    #[test]
    fn the_style_sheet_cannot_close_its_own_element() {
        assert!(!STYLE.contains("</"));
    }

    #[test]
    fn every_colour_of_the_light_theme_has_its_dark_one() {
        let tokens = include_str!("css/tokens.css");
        let (light, dark) = tokens.split_once("@supports").unwrap();
        let names = |css: &str| -> Vec<String> {
            let lines = css.lines().filter_map(|line| line.trim().split_once(": "));
            lines.filter(|(name, value)| name.starts_with("--") && value.contains('#')).map(|(n, _)| n.into()).collect()
        };
        assert!(names(light).len() > 20);
        assert_eq!(names(light), names(dark));
    }
}
