//! Style, script and fonts inside the binary. An address carries the hash of its file: browsers keep it for a year and
//! still get the next version at once.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use habeas_publish::ui;
use rust_embed::RustEmbed;
use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

#[derive(RustEmbed)]
#[folder = "assets/"]
#[include = "*.css"]
#[include = "*.js"]
#[include = "*.svg"]
#[include = "*.woff2"]
#[include = "licences/*.txt"]
struct Files;

struct Asset {
    bytes: Cow<'static, [u8]>,
    hash: [u8; 4],
    kind: &'static str,
}

/// All files by name. The style sheet is put together here: faces of fonts by their full addresses, so that a preload
/// names the same ones, then the shared style of the drawing kit, then the frame, then what single pages add.
static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    let mut assets: BTreeMap<String, Asset> = Files::iter()
        .filter_map(|name| {
            let file = Files::get(&name)?;
            let [a, b, c, d, ..] = file.metadata.sha256_hash();
            let asset = Asset { bytes: file.data, hash: [a, b, c, d], kind: kind(&name) };
            Some((name.into_owned(), asset))
        })
        .collect();
    let text =
        |name: &str| assets.get(name).map(|a| String::from_utf8_lossy(&a.bytes).into_owned()).unwrap_or_default();
    let mut style = text("fonts.css");
    for (name, asset) in assets.iter().filter(|(name, _)| name.ends_with(".woff2")) {
        style = style.replace(&format!("url({name})"), &format!("url({})", address(name, asset.hash)));
    }
    let style = ["app.css", "review.css", "coding.css", "incoming.css", "redact.css"]
        .iter()
        .fold(style + ui::STYLE, |style, name| style + &text(name));
    let hash = assets["app.css"].hash;
    // The sheet changes with any of its parts, so their hashes are mixed.
    let hash = [text("fonts.css").as_str(), &style].iter().fold(hash, |hash, part| mix(hash, part.as_bytes()));
    assets.insert("app.css".into(), Asset { bytes: style.into_bytes().into(), hash, kind: kind("app.css") });
    assets
});

/// Folds bytes into a short version mark (FNV-1a); no protection, only a name that changes with the content.
fn mix(start: [u8; 4], bytes: &[u8]) -> [u8; 4] {
    bytes
        .iter()
        .fold(u32::from_be_bytes(start), |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
        .to_be_bytes()
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn address(name: &str, hash: [u8; 4]) -> String {
    format!("/a/{name}?v={:08x}", u32::from_be_bytes(hash))
}

/// The faces of the fonts as they are in a folder, and all fonts and their licences by name: what a public site takes along.
pub fn for_a_site() -> (String, Vec<(String, Vec<u8>)>) {
    let faces =
        Files::get("fonts.css").map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default();
    let taken = Files::iter().filter(|name| name.ends_with(".woff2") || name.ends_with(".txt"));
    let own = taken.filter(|name| !name.contains("htmx"));
    (faces, own.filter_map(|name| Some((name.to_string(), Files::get(&name)?.data.into_owned()))).collect())
}

/// The address of a file, with its hash.
pub fn url(name: &str) -> String {
    ASSETS.get(name).map_or_else(|| format!("/a/{name}"), |asset| address(name, asset.hash))
}

/// Answers with a file.
pub async fn asset(Path(name): Path<String>) -> Response {
    let Some(asset) = ASSETS.get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let keep = "public, max-age=31536000, immutable";
    ([(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, keep)], asset.bytes.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_of_the_style_sheet_is_there_by_its_hashed_address() {
        let style = String::from_utf8(ASSETS["app.css"].bytes.to_vec()).unwrap();
        let addresses: Vec<&str> = style.split("url(").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
        assert_eq!(addresses.len(), 6);
        for given in addresses {
            let name = given.strip_prefix("/a/").unwrap().split('?').next().unwrap();
            assert_eq!(given, url(name));
            assert!(ASSETS.contains_key(name), "{name}");
        }
    }

    #[test]
    fn every_file_of_others_ships_with_its_licence() {
        for name in ASSETS.keys().filter(|name| name.ends_with(".woff2") || name.ends_with(".min.js")) {
            let family = name.split(['-', '.']).next().unwrap();
            let licence = format!("licences/{family}.txt");
            assert!(ASSETS.get(&licence).is_some_and(|text| text.bytes.len() > 500), "{licence}");
        }
    }
}
