//! A mapping made ready for one header: which columns answer which question, together.

use super::{
    cache::Cache,
    dates::DateColumn,
    row::{RowReading, Status},
};
use crate::mapping::{
    ColumnMapping, EventPart, Field, ListMeta, Mapping, MappingError, PerpetratorBasis, PlaceLevel, StatusWord, Unread,
    check::column_of_letters, format::Place,
};
use crate::values::{NameLayout, NullWords};
use habeas_core::{Modality, NameRole, Predicate, SpeakerKind, fold};
use regex::{Regex, RegexBuilder};
use std::collections::HashMap;

/// Memory that a compiled pattern of a mapping may take, in bytes.
const PATTERN_BYTES: usize = 1 << 20;

/// A column of the file with the words that say nothing in it.
#[derive(Debug)]
pub(super) struct Column {
    pub index: u16,
    pub null: NullWords,
}

/// Columns that make up one name.
#[derive(Debug)]
pub(super) struct NameColumns {
    pub predicate: Predicate,
    pub columns: Vec<(Column, NamePartKind)>,
}

/// What a column adds to a name.
#[derive(Debug, Clone, Copy)]
pub(super) enum NamePartKind {
    Whole(NameLayout),
    Role(NameRole),
}

/// Columns whose words are said together.
#[derive(Debug)]
pub(super) struct WordColumns {
    pub predicate: Predicate,
    pub modality: Modality,
    pub columns: Vec<Column>,
}

/// Columns that give one date; the most exact reading counts.
#[derive(Debug)]
pub(super) struct DateColumns {
    pub predicate: Predicate,
    pub columns: Vec<DateColumn>,
}

/// Columns that make up one place.
#[derive(Debug)]
pub(super) struct PlaceColumns {
    pub predicate: Predicate,
    /// Which of several places.
    index: u8,
    pub columns: Vec<PlaceColumn>,
    pub within: Vec<String>,
    pub latitude: Option<Column>,
    pub longitude: Option<Column>,
}

/// A column with a place.
#[derive(Debug)]
pub(super) struct PlaceColumn {
    pub column: Column,
    pub level: Option<PlaceLevel>,
    /// What the date before the place ends with, in a column that holds both.
    pub after: Option<String>,
    pub cache: Cache<Vec<String>>,
}

/// A column of words with meanings.
#[derive(Debug)]
pub(super) struct ValueColumn {
    pub column: Column,
    pub values: HashMap<String, StatusWord>,
    pub unread: Unread,
    pub cache: Cache<Status>,
}

/// A mapping made ready.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub names: Vec<NameColumns>,
    pub aliases: Vec<Column>,
    pub words: Vec<WordColumns>,
    pub dates: Vec<DateColumns>,
    pub places: Vec<PlaceColumns>,
    pub list_id: Option<Column>,
    pub sex: Option<ValueColumn>,
    pub age: Option<(Column, Unread)>,
    pub status: Vec<ValueColumn>,
    pub said_by: Option<(Column, SpeakerKind)>,
    skip: Vec<(u16, Regex)>,
}

impl Plan {
    pub fn new(header: &[String], mapping: &Mapping) -> Result<Self, MappingError> {
        let file_null = mapping.null_words();
        let mut plan = Self::default();
        let indices = indices(header, mapping)?;
        for (column, index) in mapping.columns.iter().zip(indices) {
            let null = match &column.options.null {
                Some(words) => NullWords::new(words.iter().map(String::as_str)),
                None => NullWords::new(file_null.iter().copied()),
            };
            plan.add(Column { index, null }, column, &mapping.list);
        }
        for place in &mut plan.places {
            if place.columns.iter().all(|column| column.level.is_some()) {
                place.columns.sort_by_key(|column| column.level);
            }
        }
        let is_somebody = plan.names.iter().any(|names| names.predicate == Predicate::Name)
            || plan.list_id.is_some()
            || plan.words.iter().any(|words| words.predicate == Predicate::IdentityDocument);
        if !is_somebody {
            return Err(MappingError::Nobody);
        }
        for rule in &mapping.file.skip {
            let place = Place::Table { table: "file.skip" };
            let found = header.iter().position(|name| name.trim() == rule.column.trim());
            let column = found.and_then(|i| u16::try_from(i).ok()).or_else(|| column_of_letters(&rule.column));
            let column = column
                .filter(|column| usize::from(*column) < header.len())
                .ok_or_else(|| MappingError::NoColumn { place: Place::Column { header: rule.column.clone() } })?;
            let pattern = RegexBuilder::new(&rule.matches).size_limit(PATTERN_BYTES).build();
            plan.skip.push((column, pattern.map_err(|_| MappingError::Pattern { place })?));
        }
        Ok(plan)
    }

    /// Index of the rule that leaves a row out.
    pub fn skip_rule(&self, cells: &[String]) -> Option<usize> {
        let matches = |(column, pattern): &(u16, Regex)| {
            cells.get(usize::from(*column)).is_some_and(|cell| pattern.is_match(cell.trim()))
        };
        self.skip.iter().position(matches)
    }

    /// Reads all that the mapping asks of a row.
    pub fn read(&mut self, row: &mut RowReading<'_>) {
        self.names.iter().for_each(|names| row.name(names));
        self.aliases.iter().for_each(|column| row.aliases(column));
        if let Some(column) = &self.list_id {
            row.list_id(column);
        }
        if let Some(column) = &mut self.sex {
            row.sex(column);
        }
        self.dates.iter_mut().for_each(|dates| row.dates(dates));
        if let Some((column, unread)) = &self.age {
            row.age(column, *unread);
        }
        self.places.iter_mut().for_each(|places| row.place(places));
        self.words.iter().for_each(|words| row.words(words));
        self.status.iter_mut().for_each(|status| row.status(status));
        if let Some((column, kind)) = &self.said_by {
            row.said_by(column, *kind);
        }
        row.finish();
    }

    fn add(&mut self, column: Column, mapped: &ColumnMapping, list: &ListMeta) {
        use NamePartKind::{Role, Whole};
        let options = &mapped.options;
        match mapped.field {
            Field::Name => self.name(Predicate::Name, column, Whole(options.parts.unwrap_or_default())),
            Field::NameGiven => self.name(Predicate::Name, column, Role(NameRole::Given)),
            Field::NameFamily => self.name(Predicate::Name, column, Role(NameRole::Family)),
            Field::NameFather => self.name(Predicate::FatherName, column, Role(NameRole::Father)),
            Field::NameMother => self.name(Predicate::MotherName, column, Role(NameRole::Unassigned)),
            Field::NameMotherFamily => self.name(Predicate::MotherFamilyName, column, Role(NameRole::MotherFamily)),
            Field::NameMarried => self.name(Predicate::MarriedName, column, Role(NameRole::Married)),
            Field::NameAlias => self.aliases.push(column),
            Field::ListId => self.list_id = Some(column),
            Field::Sex => self.sex = Some(value_column(column, mapped)),
            Field::Age => self.age = Some((column, options.unread)),
            Field::Event => self.status.push(value_column(column, mapped)),
            Field::SaidBy => self.said_by = options.kind.map(|kind| (column, kind)),
            Field::BirthDate | Field::BirthYear => self.date(Predicate::BirthDate, column, mapped, list),
            Field::EventDate(event) => self.date(Predicate::EventDate(event), column, mapped, list),
            Field::BirthPlace => {
                self.place(Predicate::BirthPlace, 1, mapped).columns.push(place_column(column, mapped))
            }
            Field::Residence => self.place(Predicate::Residence, 1, mapped).columns.push(place_column(column, mapped)),
            Field::EventPlace(EventPart { event, index }) => {
                self.place(Predicate::EventPlace(event), index, mapped).columns.push(place_column(column, mapped));
            }
            Field::EventDatePlace(event) => {
                let place = place_column(Column { index: column.index, null: column.null.clone() }, mapped);
                self.place(Predicate::EventPlace(event), 1, mapped).columns.push(place);
                self.date(Predicate::EventDate(event), column, mapped, list);
            }
            Field::EventLatitude(EventPart { event, index }) => {
                self.place(Predicate::EventPlace(event), index, mapped).latitude = Some(column);
            }
            Field::EventLongitude(EventPart { event, index }) => {
                self.place(Predicate::EventPlace(event), index, mapped).longitude = Some(column);
            }
            Field::AllegedPerpetrator(event) => {
                let modality = match options.basis {
                    None | Some(PerpetratorBasis::AccusedBy) => Modality::Alleged,
                    Some(PerpetratorBasis::NamedAsAgent | PerpetratorBasis::ClaimsResponsibility) => Modality::Stated,
                };
                self.together(Predicate::Perpetrator(event), modality, column);
            }
            Field::Nationality => self.together(Predicate::Nationality, Modality::Stated, column),
            Field::Occupation => self.together(Predicate::Occupation, Modality::Stated, column),
            Field::IdentityDocument => self.apart(Predicate::IdentityDocument, column),
            Field::Text => self.apart(Predicate::Remarks, column),
            Field::Other => self.apart(Predicate::Attribute, column),
            Field::Ignore => {}
        }
    }

    fn name(&mut self, predicate: Predicate, column: Column, kind: NamePartKind) {
        match self.names.iter_mut().find(|names| names.predicate == predicate) {
            Some(names) => names.columns.push((column, kind)),
            None => self.names.push(NameColumns { predicate, columns: vec![(column, kind)] }),
        }
    }

    fn date(&mut self, predicate: Predicate, column: Column, mapped: &ColumnMapping, list: &ListMeta) {
        let column = DateColumn::new(column, mapped, list);
        match self.dates.iter_mut().find(|dates| dates.predicate == predicate) {
            Some(dates) => dates.columns.push(column),
            None => self.dates.push(DateColumns { predicate, columns: vec![column] }),
        }
    }

    fn place(&mut self, predicate: Predicate, index: u8, mapped: &ColumnMapping) -> &mut PlaceColumns {
        let known = self.places.iter().position(|place| (place.predicate, place.index) == (predicate, index));
        let at = known.unwrap_or_else(|| {
            let (columns, within) = (Vec::new(), Vec::new());
            self.places.push(PlaceColumns { predicate, index, columns, within, latitude: None, longitude: None });
            self.places.len() - 1
        });
        let place = &mut self.places[at];
        for wider in &mapped.options.within {
            if !place.within.contains(wider) {
                place.within.push(wider.clone());
            }
        }
        place
    }

    fn together(&mut self, predicate: Predicate, modality: Modality, column: Column) {
        match self.words.iter_mut().find(|words| words.predicate == predicate && words.modality == modality) {
            Some(words) => words.columns.push(column),
            None => self.words.push(WordColumns { predicate, modality, columns: vec![column] }),
        }
    }

    fn apart(&mut self, predicate: Predicate, column: Column) {
        self.words.push(WordColumns { predicate, modality: Modality::Stated, columns: vec![column] });
    }
}

/// Index of each mapped column in the header.
fn indices(header: &[String], mapping: &Mapping) -> Result<Vec<u16>, MappingError> {
    let known: HashMap<&str, usize> = header.iter().enumerate().rev().map(|(i, name)| (name.trim(), i)).collect();
    let find = |column: &ColumnMapping| known.get(column.header.as_str()).and_then(|i| u16::try_from(*i).ok());
    let missing: Vec<&ColumnMapping> = mapping.columns.iter().filter(|column| find(column).is_none()).collect();
    if missing.len() * 2 > mapping.columns.len() {
        return Err(MappingError::AnotherList { missing: missing.len(), mapped: mapping.columns.len() });
    }
    // A column that is left out anyway may be gone.
    if let Some(column) = missing.iter().find(|column| column.field != Field::Ignore) {
        return Err(MappingError::NoColumn { place: Place::Column { header: column.header.clone() } });
    }
    Ok(mapping.columns.iter().map(|column| find(column).unwrap_or(u16::MAX)).collect())
}

fn value_column(column: Column, mapped: &ColumnMapping) -> ValueColumn {
    let values = mapped.options.values.iter().map(|(word, meaning)| (fold(word), *meaning)).collect();
    ValueColumn { column, values, unread: mapped.options.unread, cache: Cache::new() }
}

fn place_column(column: Column, mapped: &ColumnMapping) -> PlaceColumn {
    let after = matches!(mapped.field, Field::EventDatePlace(_))
        .then(|| mapped.options.separator.clone().unwrap_or_else(|| crate::mapping::DEFAULT_SEPARATOR.to_owned()));
    PlaceColumn { column, level: mapped.options.level, after, cache: Cache::new() }
}
