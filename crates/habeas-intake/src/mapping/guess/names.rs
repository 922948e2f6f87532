//! Which of several columns with names make up the name of a record, and how it is laid out.

use super::{Concept as C, Draft};
use crate::mapping::Field;
use crate::values::NameLayout;
use habeas_core::fold;

/// Share of rows that must have words in columns of given and family name, for them to go before a full name.
const FILLED_ENOUGH: f64 = 0.8;

/// Share of rows in which a full name must be given and family name again, for it to be left out.
const SAYS_NO_MORE: f64 = 0.9;

/// Leaves one name to a record: given and family name in columns of their own where both are there, else the full name.
pub(super) fn settle(drafts: &mut [Draft<'_>], sample: &[Vec<String>]) {
    let find = |drafts: &[Draft<'_>], field: Field| drafts.iter().position(|draft| draft.column.field == field);
    // «nombres» beside «apellidos» are given names, unless the family name stands in them too.
    if let (Some(full), Some(family), None) =
        (find(drafts, Field::Name), find(drafts, Field::NameFamily), find(drafts, Field::NameGiven))
    {
        let holds_family = |row: &Vec<String>| {
            let (Some(full), Some(family)) = (row.get(full), row.get(family)) else { return false };
            !family.trim().is_empty() && fold(full).contains(&fold(family))
        };
        let n_both = sample.iter().filter(|row| holds_family(row)).count();
        if n_both * 2 < sample.len() && !drafts[full].concepts.has(C::Family) {
            drafts[full].column.field = Field::NameGiven;
            drafts[full].reason = "a name beside a column of family names that it does not repeat: given names".into();
        }
    }
    let given = find(drafts, Field::NameGiven);
    let family = find(drafts, Field::NameFamily);
    let both = match (given, family) {
        (Some(given), Some(family)) => {
            (drafts[given].profile.filled() + drafts[family].profile.filled()) / 2.0 >= FILLED_ENOUGH
                || find(drafts, Field::Name).is_none()
        }
        (None, None) => false,
        _ => find(drafts, Field::Name).is_none(),
    };
    let mut kept: Vec<Field> = Vec::new();
    // Whether a full name says nothing but given and family name again, in either order.
    let says_no_more = |column: usize| {
        let (Some(given), Some(family)) = (given, family) else { return false };
        let of = |row: &Vec<String>, column: usize| row.get(column).map(|cell| fold(cell)).unwrap_or_default();
        let repeats = |row: &&Vec<String>| {
            let (given, family) = (of(row, given), of(row, family));
            let full = of(row, column);
            full == fold(&format!("{given} {family}")) || full == fold(&format!("{family} {given}"))
        };
        sample.iter().filter(repeats).count() as f64 >= SAYS_NO_MORE * sample.len() as f64
    };
    let repeated: Vec<bool> = (0..drafts.len()).map(says_no_more).collect();
    for (idx, draft) in drafts.iter_mut().enumerate() {
        let field = draft.column.field;
        let is_part = matches!(field, Field::NameGiven | Field::NameFamily);
        if !is_part && field != Field::Name {
            continue;
        }
        if is_part == both && !kept.contains(&field) {
            kept.push(field);
            if is_part {
                draft.reason += "; the linkage compares given and family names best in columns of their own";
            }
        } else {
            draft.column.options.parts = None;
            // The same name compared twice would count twice as evidence.
            (draft.column.field, draft.reason) = if !both || repeated[idx] {
                (Field::Ignore, "repeats the name, which other columns hold".into())
            } else {
                (Field::NameAlias, "the name in full, beside its parts: another form of the name".into())
            };
            if draft.column.field == Field::Ignore {
                draft.column.options.why = draft.reason.clone();
            }
        }
    }
    if kept.is_empty() {
        by_content(drafts);
    }
    for draft in drafts.iter_mut().filter(|draft| draft.column.field == Field::Name) {
        let (layout, why) = layout(draft);
        draft.column.options.parts = Some(layout);
        draft.reason = format!("{}; {why}", draft.reason);
    }
}

/// Takes the column whose words look most like names, where no header speaks of one.
fn by_content(drafts: &mut [Draft<'_>]) {
    let looks = |draft: &Draft<'_>| {
        let distinct = draft.profile.distinct.len() as f64 / draft.profile.n.max(1) as f64;
        if draft.column.field == Field::Other && draft.profile.n > 0 { draft.profile.name_like * distinct } else { 0.0 }
    };
    let best = drafts.iter_mut().max_by(|a, b| looks(a).total_cmp(&looks(b)));
    if let Some(draft) = best.filter(|draft| looks(draft) > 0.6) {
        draft.column.field = Field::Name;
        draft.reason = format!(
            "no header speaks of a name; {:.0} % of the words look like names",
            draft.profile.name_like * 100.0
        );
    }
}

fn layout(draft: &Draft<'_>) -> (NameLayout, String) {
    let profile = &draft.profile;
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    if profile.comma >= 0.7 {
        (NameLayout::FamilyCommaGiven, format!("{} have a comma: family name first", percent(profile.comma)))
    } else if profile.two_blanks >= 0.7 && draft.concepts.has(C::Family) {
        (
            NameLayout::FamilyBlanksGiven,
            format!(
                "{} have two blanks, and the header names the family name: it is first",
                percent(profile.two_blanks)
            ),
        )
    } else {
        (NameLayout::AsWritten, "nothing tells given and family name apart: kept as written".into())
    }
}
