//! Dates that hang on the unstated year of their document: where people have settled the year of one, those of all others
//! in the same text follow.

use crate::{Assertion, AssertionId, DateBasis, PartialDate, SourceId, YearOf};
use std::collections::BTreeMap;

/// The year of each source as far as people have settled it: by the dates that resolutions chose for questions on which
/// the source has a date of its unstated year. A source whose dates were settled to two years has none.
pub fn document_years<'a>(
    counting: &[&'a Assertion],
    settled: impl IntoIterator<Item = (&'a Assertion, &'a [AssertionId])>,
) -> BTreeMap<SourceId, i16> {
    let mut years: BTreeMap<SourceId, Option<i16>> = BTreeMap::new();
    for (chosen, accounts) in settled {
        let Some(YearOf::Certain(year)) = chosen.date().map(PartialDate::year_of) else { continue };
        let hanging = counting.iter().filter(|one| accounts.contains(&one.id) && hangs_on_document(one));
        for source in hanging.filter_map(|one| one.quotes.first()).map(|quote| quote.source) {
            years.entry(source).and_modify(|known| *known = known.filter(|known| *known == year)).or_insert(Some(year));
        }
    }
    years.into_iter().filter_map(|(source, year)| Some((source, year?))).collect()
}

/// The date of an assertion with the year of its document put in, where it hangs on that and one reading lies in it.
pub fn effective_date(one: &Assertion, years: &BTreeMap<SourceId, i16>) -> Option<PartialDate> {
    let date = one.date()?;
    let year = one.quotes.first().filter(|_| hangs_on_document(one)).and_then(|quote| years.get(&quote.source));
    let Some(year) = year else { return Some(date.clone()) };
    let within = date.readings().filter(|span| span.earliest.is_some_and(|day| day.year() == *year)).collect();
    let narrowed = PartialDate::one_of(within, date.precision(), DateBasis::DocumentYear);
    Some(narrowed.map_or_else(|_| date.clone(), |narrowed| narrowed.holding(date.holds())))
}

fn hangs_on_document(one: &Assertion) -> bool {
    one.date().is_some_and(|date| date.basis() == DateBasis::DocumentYear)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assertion::tests::{Said, entity};
    use crate::{Content, EntityKind, Value};

    #[test]
    fn settling_one_year_of_a_document_settles_the_others() {
        let mut said = Said::of(entity(EntityKind::Incident, 1));
        let article = SourceId([50; 16]);
        let hanging = |said: &mut Said, edtf| {
            let mut one = said.date("when", edtf).from(article).done();
            if let Content::Value(Value::Date(date)) = &mut one.content {
                *date = date.clone().on_basis(DateBasis::DocumentYear);
            }
            one
        };
        let first = hanging(&mut said, "[2016-11-12,2022-11-12]");
        let exact = said.date("when", "2016-11-12").by("another").done();
        let second = hanging(said.about(entity(EntityKind::Incident, 2)), "[2016-10,2022-10]");
        let all = [&first, &exact, &second];
        let open = effective_date(&second, &document_years(&all, [])).unwrap();
        assert_eq!(open.to_string(), "[2016-10,2022-10]");
        let seen = [first.id, exact.id];
        let years = document_years(&all, [(&exact, &seen[..])]);
        assert_eq!(effective_date(&second, &years).unwrap().to_string(), "2016-10");
        assert_eq!(effective_date(&first, &years).unwrap().to_string(), "2016-11-12");
    }
}
