//! The accounts of a case side by side: questions in rows, sources in columns, everybody in their own words.
//!
//! Letters mark readings that agree, by letter and colour, never by colour alone. An empty cell says «says nothing».
//! On a phone each question becomes a card (style sheet only), so every cell names its source again.

use super::{Link, datum};
use maud::{Markup, html};

/// How loud a word is. Colour only supports: the words say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing to note.
    #[default]
    Plain,
    /// Agreement.
    Good,
    /// To be looked at.
    Mark,
    /// A contradiction.
    Bad,
}

impl Tone {
    /// The class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Plain => "tone plain",
            Self::Good => "tone good",
            Self::Mark => "tone amber",
            Self::Bad => "tone bad",
        }
    }
}

/// One source of the case: the head of a column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Column {
    /// Short mark, such as `S1`.
    pub sid: String,
    /// Who speaks.
    pub who: String,
    /// Which list and row, or which text.
    pub detail: String,
    /// The record.
    pub href: Option<String>,
}

/// One source's answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Letter of the reading; absent for questions that are not compared.
    pub letter: Option<char>,
    /// The words of the source.
    pub words: String,
    /// What to know about them, in the reader's language: denies, alleged, read as.
    pub notes: Vec<String>,
    /// The exact place.
    pub at: Link,
}

/// One question with every answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountRow {
    /// Anchor in the page.
    pub id: String,
    /// The question.
    pub question: String,
    /// Second line, such as the number of readings; may be empty.
    pub note: String,
    /// Answers for each column, in its order; none = the source says nothing.
    pub cells: Vec<Vec<Answer>>,
    /// How the answers stand to each other.
    pub stand: String,
    /// The same as a tone.
    pub tone: Tone,
    /// Where the answers are compared and settled.
    pub href: Option<String>,
}

/// Words of the interface in the table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountsWords {
    /// The table in one sentence, for screen readers.
    pub caption: String,
    /// Head of the first column.
    pub question: String,
    /// Head of the last column.
    pub stand: String,
    /// For a source without an answer.
    pub silent: String,
}

/// The whole table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounts {
    /// Words of the interface.
    pub words: AccountsWords,
    /// The sources.
    pub columns: Vec<Column>,
    /// The questions.
    pub rows: Vec<AccountRow>,
}

/// Draws the accounts table.
pub fn accounts(table: &Accounts) -> Markup {
    // Widths by class: a style attribute would be refused by the policy of the pages.
    let wide = format!("accounts w{}", table.columns.len().min(9));
    html! {
        div.scroll tabindex="0" role="group" aria-label=(table.words.caption) { table class=(wide) {
            caption.vh { (table.words.caption) }
            thead { tr {
                th scope="col" { (table.words.question) }
                @for column in &table.columns {
                    th scope="col" {
                        a href=[&column.href] { span.sid { (column.sid) } bdi dir="auto" { (column.who) } }
                        small { bdi dir="auto" { (column.detail) } }
                    }
                }
                th.find scope="col" { (table.words.stand) }
            } }
            tbody { @for row in &table.rows { tr id=(row.id) {
                th scope="row" { (row.question) @if !row.note.is_empty() { span.n { (row.note) } } }
                @for (column, answers) in table.columns.iter().zip(&row.cells) {
                    td data-src={ (column.sid) " " (column.who) } {
                        @for answer in answers { (draw(answer)) }
                        @if answers.is_empty() {
                            span.silent { span aria-hidden="true" { "—" } span.vh { (table.words.silent) } }
                        }
                    }
                }
                td.find data-src=(table.words.stand) {
                    @match &row.href {
                        Some(href) => a class=(row.tone.class()) href=(href) { (row.stand) },
                        None => span class=(row.tone.class()) { (row.stand) },
                    }
                }
            } } }
        } }
    }
}

fn draw(answer: &Answer) -> Markup {
    html! {
        div.answer {
            @if let Some(letter) = answer.letter {
                span class={ "reading r" (letter) } { (letter) }
            }
            span.say { (datum(&answer.words)) }
            @for note in &answer.notes { span.aside { bdi dir="auto" { (note) } } }
            @if !answer.at.text.is_empty() { a.at href=[&answer.at.href] { bdi { (answer.at.text) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_sources() -> Accounts {
        let answer = |letter, words: &str, place: &str| {
            vec![Answer { letter: Some(letter), words: words.into(), at: Link::plain(place), ..Answer::default() }]
        };
        let column = |sid: &str, who: &str| Column { sid: sid.into(), who: who.into(), ..Column::default() };
        Accounts {
            words: AccountsWords { silent: "says nothing".into(), ..AccountsWords::default() },
            columns: vec![column("S1", "Families"), column("S2", "Police \"B\"")],
            rows: vec![
                AccountRow {
                    id: "q-date".into(),
                    cells: vec![answer('A', "3 Feb", "row 2"), answer('B', "<script>", "row 9")],
                    stand: "contradict".into(),
                    tone: Tone::Bad,
                    ..AccountRow::default()
                },
                AccountRow { cells: vec![answer('A', "Corva", "row 2"), vec![]], ..AccountRow::default() },
            ],
        }
    }

    #[test]
    fn every_source_has_a_cell_in_every_row_and_silence_is_said() {
        let page = accounts(&two_sources()).into_string();
        assert_eq!(page.matches("<td data-src=").count(), 4);
        assert_eq!(page.matches("says nothing").count(), 1);
        assert!(page.contains(r#"<span class="tone bad">contradict</span>"#));
    }

    #[test]
    fn a_word_of_a_source_can_neither_open_a_tag_nor_leave_an_attribute() {
        let page = accounts(&two_sources()).into_string();
        assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"));
        assert!(page.contains("S2 Police &quot;B&quot;"));
    }
}
