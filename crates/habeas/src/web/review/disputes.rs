//! Pairs on which people do not agree: what each side says and why, in no order of persons, for all to decide anew.

use super::{
    super::{
        error::PageError,
        layout::{self, Section, empty},
        query,
        reader::Reader,
        words,
    },
    kinds, pair, pair_code,
};
use crate::desk::{Desk, reviewing::reason_and_stroke};
use habeas_core::{Record, RecordPair, Verdict};
use habeas_publish::ui::datum;
use maud::{Markup, html};

/// Disputes on one page: each holds two records.
const PER_PAGE: usize = 10;

/// One dispute.
#[derive(Debug, Clone)]
struct Dispute {
    pair: RecordPair,
    records: [Record; 2],
    /// Verdict, reason, and whether it is the reader's own.
    said: Vec<(Verdict, String, bool)>,
}

/// The first disputes.
#[derive(Debug, Clone)]
pub struct View {
    disputes: Vec<Dispute>,
    n: u64,
}

/// Reads the disputes.
///
/// # Errors
/// [`PageError::Vault`] where the vault cannot be read.
pub fn load(desk: &Desk) -> Result<View, PageError> {
    let all = desk.disputes()?;
    let n = all.len() as u64;
    let mut disputes = Vec::new();
    for (pair, mut judgements) in all.into_iter().take(PER_PAGE) {
        let Some(records) = desk.records_of_pair(pair)? else { continue };
        // Ids are random: neither who was first nor whose name sorts first shows.
        judgements.sort_by_key(|one| one.id);
        let own = |by: &str| by == desk.who().name;
        let said = judgements.iter().map(|one| (one.verdict, reason_and_stroke(&one.why).0.to_owned(), own(&one.by)));
        disputes.push(Dispute { pair, records, said: said.collect() });
    }
    Ok(View { disputes, n })
}

/// Draws the page.
pub fn render(reader: &Reader, view: &View) -> Markup {
    let body = html! {
        div.review {
            header.pagehead { h1 { (reader.t("disputes-title")) } p.lead { (reader.t("disputes-lead")) } }
            (kinds(reader, None))
            @if view.disputes.is_empty() { (empty(&reader.t("disputes-none"), None)) }
            @else { p.found { (reader.n("disputes-n", &[("n", view.n)])) } }
            @for (i, dispute) in view.disputes.iter().enumerate() { (one(reader, i, dispute)) }
        }
    };
    layout::page(reader, &reader.t("disputes-title"), Some(Section::Review), &body)
}

fn one(reader: &Reader, i: usize, dispute: &Dispute) -> Markup {
    let id = format!("dispute-{i}");
    html! {
        section.pair.dispute aria-labelledby=(id) {
            h2.vh id=(id) { (reader.t("review-pair")) " " (i + 1) }
            (pair::compared(reader, &dispute.records))
            ul.sides-of { @for (verdict, why, own) in &dispute.said { li {
                span.dot .(verdict.code()) aria-hidden="true" {}
                b { (words::verdict(reader, *verdict)) }
                @if *own { span.tone.plain { (reader.t("your-own")) } }
                span { @if why.is_empty() { span.absent { (reader.t("no-reason")) } } @else { (datum(why)) } }
            } } }
            p.act { a.btn href=(query::address("/review", &[("pair", &pair_code(dispute.pair))])) { (reader.t("decide-anew")) } }
        }
    }
}
