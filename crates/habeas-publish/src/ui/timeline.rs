//! What happened and when, as a list. Vague dates stand where they may belong and say how vague they are.

use super::{Link, datum};
use maud::{Markup, html};

/// A small mark of a source with a link to its passage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chip {
    /// Short mark, such as `S1`.
    pub sid: String,
    /// The full name, as a tooltip and for screen readers.
    pub title: String,
    /// Where it leads.
    pub href: Option<String>,
}

/// One happening.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moment {
    /// Dates in the words of the sources, each once; empty where none is given.
    pub when: Vec<String>,
    /// How exact they are, or that none is given, in the reader's language.
    pub precision: String,
    /// What happened.
    pub what: String,
    /// Whether the accounts contradict each other: drawn as a diamond.
    pub contested: bool,
    /// Who says so.
    pub chips: Vec<Chip>,
    /// To the accounts, where they contradict each other.
    pub more: Option<Link>,
}

/// Draws the happenings in the order given.
pub fn timeline(moments: &[Moment]) -> Markup {
    html! {
        ol.timeline { @for moment in moments { li.contested[moment.contested] {
            div.when {
                @for words in &moment.when { span.time { (datum(words)) } }
                small { (moment.precision) }
            }
            div.what {
                p { (moment.what) }
                p.chips {
                    @for chip in &moment.chips {
                        a.chip href=[&chip.href] title=(chip.title) { (chip.sid) span.vh { " " (chip.title) } }
                    }
                    @if let Some(more) = &moment.more { a.more href=[&more.href] { (more.text) } }
                }
            }
        } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contested_moment_leads_to_the_accounts() {
        let contested = Moment {
            when: vec!["3 Feb 2015".into(), "Feb 2015".into()],
            what: "Taken".into(),
            contested: true,
            more: Some(Link { text: "2 versions".into(), href: Some("#q-date".into()) }),
            ..Moment::default()
        };
        let page = timeline(&[contested, Moment::default()]).into_string();
        assert_eq!(page.matches("<li class=\"contested\">").count(), 1);
        assert_eq!(page.matches("class=\"time\"").count(), 2);
        assert!(page.contains("href=\"#q-date\""));
    }
}
