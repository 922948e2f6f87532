//! The frame of each page: head, navigation, languages, foot.

use super::{Site, Words};
use crate::{files::OutputFile, files::OutputFiles, ui::datum};
use maud::{DOCTYPE, Markup, html};

/// Where pages are written: a language of a site, below a folder.
pub(super) struct Place<'s> {
    pub(super) site: &'s Site<'s>,
    pub(super) words: &'s dyn Words,
    pub(super) folder: &'s str,
    pub(super) below: String,
}

/// One page before its frame.
pub(super) struct Page<'p> {
    /// Path below the language's folder.
    pub(super) path: &'p str,
    pub(super) title: String,
    /// Words that no title may hold, such as a name, stand in the body only.
    pub(super) body: Markup,
    /// Scripts by path below the site's folder.
    pub(super) scripts: &'p [&'p str],
    /// The address that takes the place of the page's own, beside it.
    pub(super) leads_to: Option<&'p str>,
}

impl Place<'_> {
    pub(super) fn t(&self, key: &str) -> String {
        self.words.t(key)
    }

    /// From a page back to the site's folder.
    fn up(&self, path: &str) -> String {
        "../".repeat(path.matches('/').count() + self.below.matches('/').count())
    }

    /// Writes a page with its frame.
    pub(super) fn page<'f>(&self, page: &Page<'_>, files: &'f mut OutputFiles) -> &'f mut OutputFile {
        let up = self.up(page.path);
        let home = format!("{up}{}", self.below);
        let Imprint { name, number, made_on, checkpoint, is_demo, .. } = self.site.imprint;
        let parts = [
            ("index.html", "site-home", true),
            ("memorial.html", "site-memorial", self.site.people.is_some()),
            ("statistics.html", "site-statistics", self.site.figures.is_some()),
            ("methods.html", "site-methods", true),
            ("downloads.html", "site-downloads", true),
            ("verify.html", "site-verify", true),
        ];
        let document = html! {
            (DOCTYPE)
            html lang=(self.words.lang()) dir=(self.words.dir()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'";
                    meta name="referrer" content="no-referrer";
                    @if let Some(address) = page.leads_to { meta http-equiv="refresh" content={ "0;url=" (address) }; }
                    title { (page.title) " · " (name) }
                    link rel="stylesheet" href={ (up) "a/site.css" };
                    @for script in page.scripts { script src={ (up) (script) } defer {} }
                }
                body {
                    a.skip href="#main" { (self.t("skip")) }
                    header.sitehead { div {
                        a.name href={ (home) "index.html" } { (datum(name)) }
                        nav aria-label=(self.t("nav")) { ul {
                            @for (path, key, shown) in parts { @if shown { li {
                                a href={ (home) (path) } aria-current=[(path == page.path).then_some("page")] { (self.t(key)) }
                            } } }
                            @for (idx, other) in self.site.words.iter().enumerate().filter(|(_, other)| other.lang() != self.words.lang()) { li {
                                @let folder = if idx == 0 { String::new() } else { format!("{}/", other.lang()) };
                                a href={ (up) (folder) (page.path) } lang=(other.lang()) hreflang=(other.lang()) { (other.own_name()) }
                            } }
                        } }
                    } }
                    main #main.sheet tabindex="-1" {
                        @if *is_demo { p.demo role="note" { (self.t("demo")) } }
                        (page.body)
                    }
                    footer.sitefoot { div {
                        p { (self.t("site-release")) " " bdi { "R" (format!("{number:04}")) } " · " bdi { (made_on) } }
                        p { (self.t("site-checkpoint")) " " bdi { code { (checkpoint) } } }
                    } }
                }
            }
        };
        files.put(format!("{}{}{}", self.folder, self.below, page.path), document.into_string())
    }
}

use super::Imprint;
