//! Where the numbers of records lie: by column while they are read, by record while they are compared.

use super::FORM_END;
use serde::{Deserialize, Serialize};

/// Lists of numbers, one per record, in one allocation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Rows {
    ends: Vec<u32>,
    pub(super) values: Vec<u32>,
}

impl Default for Rows {
    fn default() -> Self {
        Self { ends: vec![0], values: Vec::new() }
    }
}

impl Rows {
    pub(crate) fn push(&mut self, values: impl IntoIterator<Item = u32>) {
        self.values.extend(values);
        self.ends.push(u32::try_from(self.values.len()).expect("a table holds fewer than 2^32 values of a field"));
    }

    pub(crate) fn get(&self, record: u32) -> &[u32] {
        let record = record as usize;
        &self.values[self.ends[record] as usize..self.ends[record + 1] as usize]
    }

    pub(super) fn shrink(&mut self) {
        self.ends.shrink_to_fit();
        self.values.shrink_to_fit();
    }

    pub(super) fn n_bytes(&self) -> usize {
        size_of_val(&self.ends[..]) + size_of_val(&self.values[..])
    }

    pub(super) fn n_filled(&self) -> usize {
        self.ends.windows(2).filter(|pair| pair[0] < pair[1]).count()
    }
}

/// Lists of numbers that a record has in a [`RecordStore`].
pub(super) const SEGMENTS: usize = 10;
/// Words before the first segment: list and sex, birth, bits of names, ends of segments.
const HEADER: usize = 3 + SEGMENTS / 2;
/// Words in a line of the processor's cache.
const CACHE_LINE: usize = 16;

/// All that a comparison looks at, record by record: one or two cache lines each. Records whose names begin alike lie
/// near each other, because they are compared with each other.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct RecordStore {
    starts: Vec<u32>,
    words: Vec<u32>,
}

/// Where a segment ends, behind the header of a record.
fn end_of(row: &[u32], segment: usize) -> usize {
    (row[3 + segment / 2] >> (16 * (segment % 2)) & 0xFFFF) as usize
}

/// One record to be stored.
pub(super) struct StoredRecord<'r> {
    pub(super) list: u16,
    pub(super) sex: u8,
    pub(super) birth: u32,
    /// Most bits of each name field, rounded up.
    pub(super) name_bits: [u8; 5],
    pub(super) segments: [&'r [u32]; SEGMENTS],
    /// One number for each generic column; 0 for none.
    pub(super) texts: &'r [u32],
}

impl RecordStore {
    pub(super) fn new(n_records: usize) -> Self {
        Self { starts: vec![0; n_records], words: Vec::with_capacity(n_records * (HEADER + 8)) }
    }

    pub(super) fn n_bytes(&self) -> usize {
        size_of_val(&self.starts[..]) + size_of_val(&self.words[..])
    }

    pub(super) fn put(&mut self, record: u32, stored: &StoredRecord) {
        self.starts[record as usize] =
            u32::try_from(self.words.len()).expect("a table holds fewer than 2^32 values of all fields");
        let [own, others @ ..] = stored.name_bits;
        self.words.push(u32::from(stored.list) | u32::from(stored.sex) << 16 | u32::from(own) << 24);
        self.words.push(stored.birth);
        self.words.push(u32::from_le_bytes(others));
        let mut end = 0u32;
        let ends: [u32; SEGMENTS] = std::array::from_fn(|i| {
            end += stored.segments[i].len() as u32;
            end
        });
        self.words.extend(ends.chunks(2).map(|two| two[0] | two[1] << 16));
        stored.segments.iter().for_each(|segment| self.words.extend_from_slice(segment));
        self.words.extend_from_slice(stored.texts);
    }

    fn header(&self, record: u32) -> &[u32] {
        &self.words[self.starts[record as usize] as usize..]
    }

    pub(super) fn list_and_sex(&self, record: u32) -> (u16, u8) {
        let word = self.header(record)[0];
        (word as u16, (word >> 16) as u8)
    }

    pub(super) fn birth(&self, record: u32) -> u32 {
        self.header(record)[1]
    }

    pub(super) fn name_bits(&self, record: u32, field: usize) -> u8 {
        let header = self.header(record);
        match field {
            0 => (header[0] >> 24) as u8,
            other => (header[2] >> (8 * (other - 1))) as u8,
        }
    }

    pub(super) fn segment(&self, record: u32, segment: usize) -> &[u32] {
        let row = self.header(record);
        let start = if segment == 0 { 0 } else { end_of(row, segment - 1) };
        &row[HEADER + start..HEADER + end_of(row, segment)]
    }

    /// The number of the value in a generic column; 0 for none.
    pub(super) fn text(&self, record: u32, column: usize) -> u32 {
        let row = self.header(record);
        row[HEADER + end_of(row, SEGMENTS - 1) + column]
    }

    /// Fetches records into the processor's cache, all at once instead of one after the other.
    pub(super) fn warm(&self, records: impl Iterator<Item = u32> + Clone) {
        let starts = records.map(|record| self.starts[record as usize] as usize);
        let lines = starts.flat_map(|start| [start, start + CACHE_LINE, start + 2 * CACHE_LINE]);
        std::hint::black_box(lines.fold(0, |sum, at| sum ^ self.words.get(at).copied().unwrap_or(0)));
    }
}

/// The most bits that the words of one form have together, rounded up.
pub(super) fn most_bits(words: &[u32], bits: impl Fn(u32) -> f32) -> u8 {
    let of_form = |form: &[u32]| form.iter().map(|word| bits(*word)).sum::<f32>();
    words.split(|word| *word == FORM_END).map(of_form).fold(0.0, f32::max).ceil() as u8
}
