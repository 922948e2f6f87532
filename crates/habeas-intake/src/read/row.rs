//! One row being read: its cells, and the claims and remarks that come out of them.

use super::{
    CellHint,
    plan::{Column, NameColumns, NamePartKind, PlaceColumns, ValueColumn, WordColumns},
    remark::{Problem, Remark},
};
use crate::mapping::{ListMeta, StatusWord, Unread, format::published_end};
use crate::values::{name::listed, name_parts, place_parts, read_age, read_sex};
use habeas_core::{
    Attribution, CellSpan, Claim, Date, Modality, NameAsGiven, NamePart, NameRole, PartialDate, Passage, PlaceAsGiven,
    Point, Predicate, Sex, SpeakerKind, Value, fold,
};

/// What a word of a column with meanings means.
#[derive(Debug, Clone, Copy)]
pub(super) enum Status {
    /// As the mapping says, or as the word is generally understood.
    Means(StatusWord),
    /// Nobody said.
    Unknown,
}

/// One row being read.
pub(super) struct RowReading<'r> {
    cells: &'r [String],
    hints: &'r [CellHint],
    pub published: Option<Date>,
    pub period: Option<(i16, i16)>,
    pub claims: Vec<Claim>,
    pub remarks: Vec<Remark>,
    pub problem: Option<Problem>,
    /// The list's own number, with its column.
    pub list_id: Option<(u16, &'r str)>,
    /// Dates as read, by column.
    pub dates: Vec<(u16, PartialDate)>,
    /// Cells with words in columns whose words must be of a certain form, and how many of them were.
    pub n_typed: usize,
    pub n_typed_read: usize,
}

impl<'r> RowReading<'r> {
    pub fn new(cells: &'r [String], hints: &'r [CellHint], list: &ListMeta) -> Self {
        Self {
            cells,
            hints,
            published: published_end(&list.published),
            period: list.period,
            claims: Vec::with_capacity(12),
            remarks: Vec::new(),
            problem: None,
            list_id: None,
            dates: Vec::new(),
            n_typed: 0,
            n_typed_read: 0,
        }
    }

    pub fn hint(&self, column: u16) -> CellHint {
        self.hints.get(usize::from(column)).copied().unwrap_or_default()
    }

    /// The words of a cell without blanks around them, and where they start; `None` where they say nothing.
    pub fn words_of(&self, column: &Column) -> Option<(usize, &'r str)> {
        let cell = self.cells.get(usize::from(column.index))?;
        let words = cell.trim();
        let silent = matches!(self.hint(column.index), CellHint::Error | CellHint::Formula);
        (!silent && !column.null.contains(words)).then(|| (cell.len() - cell.trim_start().len(), words))
    }

    /// The span of words that start at a byte of a cell.
    pub fn span(&self, column: u16, start: usize, words: &str) -> CellSpan {
        CellSpan { column, start: start as u32, end: (start + words.len()) as u32 }
    }

    pub fn claim(&mut self, predicate: Predicate, value: Value, spans: &[CellSpan]) {
        let passage = Passage::new(self.cells, spans).expect("spans were cut from these cells");
        self.claims.push(Claim::stated(predicate, value, passage));
    }

    /// Notes words that could not be read; the row is set aside where the mapping wants that.
    pub fn unread(&mut self, remark: Remark, unread: Unread) {
        if unread == Unread::Quarantine && self.problem.is_none() {
            self.problem = Some(Problem::Unread { remark: remark.clone() });
        }
        self.remarks.push(remark);
    }

    pub fn name(&mut self, names: &NameColumns) {
        let mut parts: Vec<NamePart> = Vec::with_capacity(2);
        let mut spans = Vec::with_capacity(names.columns.len());
        for (column, kind) in &names.columns {
            let Some((start, words)) = self.words_of(column) else { continue };
            // «(the surname is the mother's)» is a note of the list-keeper, no name.
            if words.starts_with('(') && words.ends_with(')') {
                let span = self.span(column.index, start, words);
                self.claim(Predicate::Remarks, Value::Words, &[span]);
                continue;
            }
            if is_confusable(words) {
                self.remarks.push(Remark::Confusable { column: column.index });
            }
            if names.predicate == Predicate::Name && names_several(words) {
                self.remarks.push(Remark::SeveralPeople { column: column.index });
            }
            spans.push(self.span(column.index, start, words));
            match kind {
                NamePartKind::Whole(layout) => parts.extend(name_parts(words, *layout)),
                NamePartKind::Role(role) => parts.push(NamePart { text: words.to_owned(), role: *role }),
            }
        }
        if !parts.is_empty() {
            self.claim(names.predicate, Value::Name(NameAsGiven { parts }), &spans);
        }
    }

    pub fn aliases(&mut self, column: &Column) {
        let Some((start, words)) = self.words_of(column) else { return };
        for range in listed(words) {
            let alias = &words[range.clone()];
            if !column.null.contains(alias) {
                let span = self.span(column.index, start + range.start, alias);
                let name = NameAsGiven { parts: vec![NamePart { text: alias.to_owned(), role: NameRole::Unassigned }] };
                self.claim(Predicate::Alias, Value::Name(name), &[span]);
            }
        }
    }

    pub fn list_id(&mut self, column: &Column) {
        let Some((start, words)) = self.words_of(column) else { return };
        let span = self.span(column.index, start, words);
        if is_rounded(words) {
            self.remarks.push(Remark::IdPrecision { column: column.index });
            self.claim(Predicate::Attribute, Value::Words, &[span]);
        } else {
            self.claim(Predicate::ListNumber, Value::Words, &[span]);
            self.list_id = Some((column.index, words));
        }
    }

    pub fn sex(&mut self, sex: &mut ValueColumn) {
        let Some((start, words)) = self.words_of(&sex.column) else { return };
        let span = self.span(sex.column.index, start, words);
        let values = &sex.values;
        let read: Status = sex.cache.get(words, |words| match values.get(&fold(words)) {
            Some(word) => Status::Means(*word),
            None => match read_sex(words) {
                Some(sex) => Status::Means(StatusWord { sex: Some(sex), ..StatusWord::default() }),
                None => Status::Unknown,
            },
        });
        self.n_typed += 1;
        match read {
            Status::Means(StatusWord { sex: read, .. }) => {
                self.n_typed_read += 1;
                let value = read.map_or(Value::Words, |sex: Sex| Value::Sex(sex));
                if value != Value::Words {
                    self.claim(Predicate::Sex, value, &[span]);
                }
            }
            Status::Unknown => {
                self.unread(Remark::Sex { column: sex.column.index }, sex.unread);
                self.claim(Predicate::Sex, Value::Words, &[span]);
            }
        }
    }

    pub fn age(&mut self, column: &Column, unread: Unread) {
        let Some((start, words)) = self.words_of(column) else { return };
        let span = self.span(column.index, start, words);
        self.n_typed += 1;
        let value = match read_age(words) {
            Ok(age) => {
                self.n_typed_read += 1;
                Value::Age(age)
            }
            Err(problem) => {
                self.unread(Remark::Age { column: column.index, problem }, unread);
                Value::Words
            }
        };
        self.claim(Predicate::Age, value, &[span]);
    }

    pub fn place(&mut self, place: &mut PlaceColumns) {
        let (mut parts, mut spans): (Vec<String>, Vec<CellSpan>) = (Vec::new(), Vec::new());
        for place_column in &mut place.columns {
            let Some((mut start, mut words)) = self.words_of(&place_column.column) else { continue };
            if let Some(separator) = &place_column.after {
                // A place that a column of its own gives is not said again.
                let Some((date, rest)) = words.split_once(separator.as_str()).filter(|_| parts.is_empty()) else {
                    continue;
                };
                start += date.len() + separator.len() + (rest.len() - rest.trim_start().len());
                words = rest.trim();
            }
            let null = &place_column.column.null;
            let read = place_column.cache.get(words, |words| place_parts(words, |part| null.contains(part)));
            if !read.is_empty() {
                spans.push(self.span(place_column.column.index, start, words));
                parts.extend(read);
            }
        }
        let point = self.point(place, &mut spans);
        if spans.is_empty() {
            return;
        }
        if !parts.is_empty() {
            for wider in &place.within {
                if !parts.contains(wider) {
                    parts.push(wider.clone());
                }
            }
        }
        self.claim(place.predicate, Value::Place(PlaceAsGiven { parts, point }), &spans);
    }

    fn point(&mut self, place: &PlaceColumns, spans: &mut Vec<CellSpan>) -> Option<Point> {
        let cell = |column: &Option<Column>| {
            let column = column.as_ref()?;
            self.words_of(column).map(|(start, words)| (self.span(column.index, start, words), words))
        };
        let (latitude, longitude) = (cell(&place.latitude), cell(&place.longitude));
        let (first, last) = (latitude.or(longitude)?, longitude.or(latitude)?);
        self.n_typed += 1;
        let point = (latitude.is_some() && longitude.is_some())
            .then(|| Point::new(degrees(first.1)?, degrees(last.1)?))
            .flatten()
            // Nobody was taken in the sea off Africa where both degrees are 0: it stands for «not known».
            .filter(|point| point.latitude != 0.0 || point.longitude != 0.0);
        match point {
            Some(_) => {
                self.n_typed_read += 1;
                spans.extend([first.0, last.0]);
            }
            None => self.remarks.push(Remark::Coordinates { column: first.0.column }),
        }
        point
    }

    pub fn words(&mut self, words: &WordColumns) {
        let spans: Vec<CellSpan> = words
            .columns
            .iter()
            .filter_map(|column| self.words_of(column).map(|(start, text)| self.span(column.index, start, text)))
            .collect();
        if !spans.is_empty() {
            self.claim(words.predicate, Value::Words, &spans);
            let claim = self.claims.last_mut().expect("a claim was just made");
            claim.modality = words.modality;
        }
    }

    pub fn status(&mut self, status: &mut ValueColumn) {
        let Some((start, words)) = self.words_of(&status.column) else { return };
        let span = self.span(status.column.index, start, words);
        let values = &status.values;
        let read =
            status.cache.get(words, |words| values.get(&fold(words)).map_or(Status::Unknown, |w| Status::Means(*w)));
        let mut says = Vec::with_capacity(2);
        match read {
            Status::Means(word) => {
                says.extend(word.event.map(|event| (Predicate::Event(event), Value::Occurred)));
                says.extend(word.fate.map(|fate| (Predicate::Fate, Value::Fate(fate))));
                says.extend(word.whereabouts.map(|place| (Predicate::Whereabouts, Value::Whereabouts(place))));
                says.extend(
                    word.acknowledgement.map(|answer| (Predicate::Acknowledgement, Value::Acknowledgement(answer))),
                );
                says.extend(word.register.map(|state| (Predicate::Register, Value::Register(state))));
            }
            Status::Unknown => self.unread(Remark::Status { column: status.column.index }, status.unread),
        }
        if says.is_empty() {
            self.claim(Predicate::Attribute, Value::Words, &[span]);
        }
        for (predicate, value) in says {
            if !self.claims.iter().any(|claim| claim.predicate == predicate && claim.value == value) {
                self.claim(predicate, value, &[span]);
            }
        }
    }

    pub fn said_by(&mut self, column: &Column, kind: SpeakerKind) {
        if let Some((_, words)) = self.words_of(column) {
            let speaker = Box::new(Attribution::direct(words, kind));
            for claim in &mut self.claims {
                claim.said_by = Some(speaker.clone());
            }
        }
    }

    /// Judges the row as a whole.
    pub fn finish(&mut self) {
        let name = self.claims.iter().find(|claim| claim.predicate == Predicate::Name);
        // Two unreadable cells may be two errors; with figures in the place of the name they are not.
        let no_name = name.is_none_or(|claim| match &claim.value {
            Value::Name(name) => name.parts.iter().any(|part| part.text.contains(|c: char| c.is_numeric())),
            _ => true,
        });
        let suspicious = self.n_typed >= 3 || (self.n_typed == 2 && no_name);
        if name.is_none() {
            self.remarks.push(Remark::NoName);
        }
        if suspicious && self.n_typed_read == 0 && self.problem.is_none() {
            self.problem = Some(Problem::OtherList { typed: self.n_typed });
        }
        debug_assert!(self.claims.iter().all(|claim| claim.modality != Modality::InferredByUs));
    }
}

/// Degrees as a decimal number, with a minus or a letter for the hemisphere.
fn degrees(words: &str) -> Option<f64> {
    let words = words.trim().trim_end_matches('°').trim_end();
    let (number, sign) = match words.chars().last()? {
        'S' | 's' | 'W' | 'w' | 'O' => (&words[..words.len() - 1], -1.0),
        'N' | 'n' | 'E' | 'e' => (&words[..words.len() - 1], 1.0),
        _ => (words, 1.0),
    };
    let number = number.trim_end().trim_end_matches('°').replace('−', "-").replace(',', ".");
    number.parse::<f64>().ok().filter(|degrees| degrees.is_finite()).map(|degrees| degrees * sign)
}

/// `3.52E+12`: what is left of a long number in a spreadsheet.
fn is_rounded(words: &str) -> bool {
    let Some((mantissa, exponent)) = words.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    exponent.starts_with('+') && digits(mantissa) && digits(&exponent[1..])
}

/// Invisible signs, or letters of Latin and of a script that looks like it in one word.
fn is_confusable(words: &str) -> bool {
    if words.is_ascii() {
        return false;
    }
    let invisible = |c: char| matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    let latin = |c: char| c.is_ascii_alphabetic() || matches!(c, '\u{00C0}'..='\u{024F}');
    let look_alike = |c: char| matches!(c, '\u{0370}'..='\u{03FF}' | '\u{0400}'..='\u{052F}');
    words.contains(invisible) || words.split_whitespace().any(|word| word.contains(latin) && word.contains(look_alike))
}

/// «and his two cousins»: a cell that names more people than one.
fn names_several(words: &str) -> bool {
    let and = |word: &str| matches!(word, "and" | "y" | "et" | "e" | "con" | "with" | "avec" | "و" | "اور");
    let more = |word: &str| {
        matches!(
            word,
            "his"
                | "her"
                | "their"
                | "two"
                | "three"
                | "four"
                | "others"
                | "other"
                | "su"
                | "sus"
                | "dos"
                | "tres"
                | "cuatro"
                | "otros"
                | "ses"
                | "son"
                | "sa"
                | "deux"
                | "trois"
                | "autres"
                | "seus"
                | "dois"
                | "outros"
                | "دو"
                | "تین"
                | "اس"
                | "آخرون"
                | "دیگر"
        ) || word.chars().all(|c| c.is_ascii_digit())
    };
    let mut before = "";
    for word in words.split_whitespace() {
        if and(before) && more(word) {
            return true;
        }
        before = word;
    }
    false
}
