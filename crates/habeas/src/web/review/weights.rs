//! How the model weighs a pair, for whoever asks: each comparison's evidence as a bar that starts where the last ended.

use super::super::{reader::Reader, words};
use habeas_link::{Explanation, Field, NameField, PlaceField};
use habeas_publish::ui::datum;
use maud::{Markup, html};

/// Bits between two ticks of the scale.
const STEP: i32 = 4;

/// Draws the section.
pub fn waterfall(reader: &Reader, explanation: &Explanation) -> Markup {
    let prior = explanation.prior.0;
    let mut ends = vec![prior];
    for reason in &explanation.reasons {
        ends.push(ends[ends.len() - 1] + reason.bits.0);
    }
    let total = explanation.weight.0;
    let all = ends.iter().copied().chain([total, 0.0]);
    let (low, high) = all.fold((0.0f64, 0.0f64), |(low, high), end| (low.min(end), high.max(end)));
    let scale = Scale::over(low, high);
    let against_kin = total - ends[ends.len() - 1];
    html! {
        section.weights aria-labelledby="w-h" {
            h2 #w-h { (reader.t("weights-title")) }
            p.lead { (reader.t("weights-lead")) }
            table.wft {
                thead { tr {
                    th scope="col" { (reader.t("compared-field")) }
                    th.num scope="col" { (reader.t("bits")) }
                    th.barcol scope="col" { (scale.axis()) span.vh { (reader.t("running-chance")) } }
                    th.num scope="col" { (reader.t("chance")) }
                } }
                tbody {
                    (line(&html! { (reader.t("prior")) }, prior, &scale.bar(0.0, prior, "pr"), prior))
                    @for (reason, from_to) in explanation.reasons.iter().zip(ends.windows(2)) {
                        @let name = html! { (field(reader, &reason.field)) small { (level(reader, &reason.level)) } };
                        (line(&name, reason.bits.0, &scale.bar(from_to[0], from_to[1], side(reason.bits.0)), from_to[1]))
                    }
                    @if against_kin.abs() >= 0.05 {
                        @let name = html! { (reader.t("kin")) small { (reader.t("kin-why")) } };
                        (line(&name, against_kin, &scale.bar(total - against_kin, total, side(against_kin)), total))
                    }
                }
                tfoot { (line(&html! { (reader.t("weight-total")) }, total, &scale.bar(0.0, total, if total >= 0.0 { "tot" } else { "totn" }), total)) }
            }
        }
    }
}

fn line(name: &Markup, bits: f64, bar: &Markup, end: f64) -> Markup {
    html! { tr {
        th scope="row" { (name) }
        td.num { bdi { (signed(bits)) } }
        td.barcol { (bar) }
        td.num { bdi { (chance(end)) } }
    } }
}

fn side(bits: f64) -> &'static str {
    if bits > 0.0 {
        "up"
    } else if bits < 0.0 {
        "dn"
    } else {
        "nil"
    }
}

/// The scale of all bars: whole steps around the values.
struct Scale {
    low: i32,
    high: i32,
}

impl Scale {
    fn over(low: f64, high: f64) -> Self {
        let steps = |bits: f64| bits / f64::from(STEP);
        Self { low: (steps(low) - 0.1).floor() as i32 * STEP, high: (steps(high) + 0.1).ceil() as i32 * STEP }
    }

    /// Steps between labels, so that at most eight stand side by side.
    fn stride(&self) -> usize {
        (((self.high - self.low) / STEP) as usize).div_ceil(8).max(1)
    }

    /// Labels in equal parts of the row, since a `style` attribute would be refused.
    fn axis(&self) -> Markup {
        let ticks: Vec<i32> = (self.low..=self.high).step_by(STEP as usize).collect();
        let (last, stride) = (ticks.len() - 1, self.stride());
        let zero = (-self.low / STEP) as usize;
        html! { span.axis aria-hidden="true" { @for (i, tick) in ticks.iter().enumerate() {
            span { @if i != 0 && i != last && i.abs_diff(zero) % stride == 0 { (chance(f64::from(*tick))) } }
        } } }
    }

    fn bar(&self, from: f64, to: f64, class: &str) -> Markup {
        let x = |bits: f64| (bits - f64::from(self.low)) / f64::from(self.high - self.low) * 100.0;
        let start = x(from.min(to));
        let length = (x(from.max(to)) - start).max(0.6);
        html! {
            svg.wf viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                @for tick in (self.low + STEP..self.high).step_by(STEP as usize) {
                    path class=(if tick == 0 { "z" } else { "g" }) d=(format!("M{:.1} 0V10", x(f64::from(tick)))) {}
                }
                rect class=(class) x=(format!("{start:.2}")) y="1.6" width=(format!("{length:.2}")) height="6.8" {}
                path.c d=(format!("M{:.2} 8.4V10", x(to))) {}
            }
        }
    }
}

/// Bits with their sign.
fn signed(bits: f64) -> String {
    match format!("{:.1}", bits.abs()).as_str() {
        "0.0" => "0.0".into(),
        shown if bits > 0.0 => format!("+{shown}"),
        shown => format!("−{shown}"),
    }
}

/// The chance that a weight stands for, as exactly as it can be read.
fn chance(bits: f64) -> String {
    let p = 1.0 / (1.0 + (-bits).exp2());
    match p {
        _ if p > 0.999 => "> 99.9%".into(),
        _ if p < 0.001 => "< 0.1%".into(),
        _ if !(0.1..=0.9).contains(&p) => format!("{:.1}%", p * 100.0),
        _ => format!("{:.0}%", p * 100.0),
    }
}

/// What was compared.
fn field(reader: &Reader, field: &Field) -> Markup {
    let key = match field {
        Field::Name(NameField::Own) => "q-name",
        Field::Name(NameField::Father) => "q-father-name",
        Field::Name(NameField::Mother) => "q-mother-name",
        Field::Name(NameField::MotherFamily) => "q-mother-family-name",
        Field::Name(NameField::Alias) => "q-alias",
        Field::Birth => "q-birth-date",
        Field::EventDate => "compared-event-date",
        Field::Place(PlaceField::Event) => "compared-event-place",
        Field::Place(PlaceField::Birth) => "q-birth-place",
        Field::Place(PlaceField::Residence) => "q-residence",
        Field::Sex => "q-sex",
        Field::Document => "q-identity-document",
        Field::OnceList => "compared-once-list",
        Field::Text(label) => return datum(label),
    };
    html! { (reader.t(key)) }
}

/// The words of a level; a model of one's own may have others than ours.
fn level(reader: &Reader, level: &str) -> String {
    reader.find(&words::level_key(level)).unwrap_or_else(|| level.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_of_nothing_is_even_odds_and_no_chance_is_certain() {
        assert_eq!([0.0, 40.0, -40.0, 3.0].map(chance), ["50%", "> 99.9%", "< 0.1%", "89%"]);
        assert_eq!([0.04, -2.0, 1.25].map(signed), ["0.0", "−2.0", "+1.2"]);
    }

    #[test]
    fn the_scale_holds_every_value_whatever_the_model() {
        for (low, high) in [(-11.0, 0.0), (0.0, 64.0), (-3.9, 4.0), (0.0, 0.0)] {
            let scale = Scale::over(low, high);
            assert!(f64::from(scale.low) <= low && f64::from(scale.high) >= high && scale.low < scale.high);
            assert!(scale.axis().into_string().matches('%').count() <= 9);
        }
    }

    #[test]
    fn every_level_has_words_in_every_language() {
        let names = [NameField::Own, NameField::Father, NameField::Mother, NameField::MotherFamily, NameField::Alias];
        let names = names.into_iter().map(Field::Name);
        let places = [PlaceField::Event, PlaceField::Birth, PlaceField::Residence].into_iter().map(Field::Place);
        let plain = [Field::Birth, Field::EventDate, Field::Sex, Field::Document, Field::OnceList];
        let others = plain.into_iter().chain([Field::Text("x".into())]);
        for lang in ["en", "ur"] {
            let reader = Reader::of_file(lang);
            for of in names.clone().chain(places.clone()).chain(others.clone()) {
                assert!(!field(&reader, &of).into_string().contains("Unknown localization"));
                for words in of.levels().iter().copied().chain(["not comparable"]) {
                    assert!(reader.find(&words::level_key(words)).is_some(), "{lang}: {words}");
                }
            }
        }
    }
}
