//! The one function that the query engine calls: it receives a whole block and hands it to the code that the engine in
//! memory uses. Nothing is compared in a query language.

use crate::shard::{Unit, fingerprint};
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, LargeBinaryBuilder, StructArray, UInt32Builder, UInt64Builder},
        datatypes::{DataType, Field, Fields, Schema, SchemaRef, UInt32Type, UInt64Type},
    },
    common::{Result, exec_err},
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};
use habeas_core::{MatchWeight, ScoredPair};
use habeas_link::{BlockScorer, Vector};
use serde::{Deserialize, Serialize};
use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};
use twox_hash::XxHash3_64;

/// What is asked of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Question {
    /// Its pairs at or above the floor.
    Pairs,
    /// How many of its pairs show each comparison vector.
    Patterns,
}

impl Question {
    /// Name of the function that answers it.
    pub(crate) fn function(self) -> &'static str {
        match self {
            Self::Pairs => "habeas_link_block",
            Self::Patterns => "habeas_tabulate_block",
        }
    }
}

/// The function.
#[derive(Debug)]
pub(crate) struct LinkBlock {
    pub(crate) scorer: Arc<BlockScorer>,
    pub(crate) question: Question,
    signature: Signature,
}

impl LinkBlock {
    pub(crate) fn new(scorer: Arc<BlockScorer>, question: Question) -> Self {
        Self { scorer, question, signature: Signature::any(2, Volatility::Immutable) }
    }
}

impl PartialEq for LinkBlock {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.scorer, &other.scorer) && self.question == other.question
    }
}

impl Eq for LinkBlock {}

impl Hash for LinkBlock {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.question.hash(state);
    }
}

/// The columns of an answer.
fn fields() -> Fields {
    let field = |name, of| Field::new(name, of, false);
    Fields::from(vec![
        field("rows", DataType::UInt32),
        field("records", DataType::UInt64),
        field("own", DataType::UInt64),
        field("above", DataType::UInt64),
        field("found", DataType::LargeBinary),
        field("checksum", DataType::UInt64),
    ])
}

/// The columns that the query of a shard returns.
pub(crate) fn answer_schema() -> SchemaRef {
    let answer = Field::new("answer", DataType::Struct(fields()), true);
    Arc::new(Schema::new(vec![Field::new("unit", DataType::UInt64, false), answer]))
}

/// What came back of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    pub(crate) unit: Unit,
    pub(crate) n_rows: u32,
    pub(crate) records: u64,
    pub(crate) n_own: u64,
    pub(crate) n_above: u64,
    pub(crate) found: &'a [u8],
    pub(crate) checksum: u64,
}

impl Answer<'_> {
    /// The checksum that it must have.
    pub(crate) fn checksum_of(&self) -> u64 {
        let numbers = [self.unit.0, u64::from(self.n_rows), self.records, self.n_own, self.n_above];
        let seed = numbers.iter().fold(0u64, |sum, n| (sum.rotate_left(9) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        XxHash3_64::oneshot_with_seed(seed, self.found)
    }
}

impl ScalarUDFImpl for LinkBlock {
    fn name(&self) -> &str {
        self.question.function()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let n = args.number_rows;
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [units, lists] = arrays.as_slice() else { return exec_err!("a block is a unit and its records") };
        let (Some(units), Some(lists)) = (units.as_primitive_opt::<UInt64Type>(), lists.as_list_opt::<i32>()) else {
            return exec_err!("a block is a unit and its records");
        };
        let (mut rows, mut records, mut own, mut above, mut checksum) = (
            UInt32Builder::with_capacity(n),
            UInt64Builder::with_capacity(n),
            UInt64Builder::with_capacity(n),
            UInt64Builder::with_capacity(n),
            UInt64Builder::with_capacity(n),
        );
        let mut all_found = LargeBinaryBuilder::with_capacity(n, 64 * n);
        let mut found = Vec::new();
        for row in 0..n {
            let list = lists.value(row);
            let Some(of_block) = list.as_primitive_opt::<UInt32Type>() else {
                return exec_err!("records of a block are numbers");
            };
            let of_block = of_block.values();
            if let Some(unknown) = of_block.iter().find(|record| **record as usize >= self.scorer.n_records()) {
                return exec_err!("there is no record {unknown}");
            }
            let unit = Unit(units.value(row));
            let Some((one, other)) = unit.sides(of_block) else {
                return exec_err!("block {} holds records of another part", unit.block());
            };
            found.clear();
            let (n_own, n_above) = self.answer(unit, &one, other.as_deref(), &mut found);
            let answer = Answer {
                unit,
                n_rows: of_block.len() as u32,
                records: of_block.iter().copied().fold(0, fingerprint),
                n_own,
                n_above,
                found: &found,
                checksum: 0,
            };
            rows.append_value(answer.n_rows);
            records.append_value(answer.records);
            own.append_value(n_own);
            above.append_value(n_above);
            checksum.append_value(answer.checksum_of());
            all_found.append_value(&found);
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(rows.finish()),
            Arc::new(records.finish()),
            Arc::new(own.finish()),
            Arc::new(above.finish()),
            Arc::new(all_found.finish()),
            Arc::new(checksum.finish()),
        ];
        Ok(ColumnarValue::Array(Arc::new(StructArray::try_new(fields(), columns, None)?)))
    }
}

impl LinkBlock {
    /// Answers for one unit in bytes; returns the number of own pairs and of those above the cut.
    fn answer(&self, unit: Unit, one: &[u32], other: Option<&[u32]>, out: &mut Vec<u8>) -> (u64, u64) {
        match self.question {
            Question::Pairs => {
                let block = self.scorer.score(unit.block(), one, other);
                block.pairs.iter().for_each(|pair| put_pair(pair, out));
                (block.n_own, block.n_above)
            }
            Question::Patterns => {
                let patterns = self.scorer.patterns(unit.block(), one, other);
                for (vector, n) in &patterns {
                    out.extend_from_slice(&vector.to_bytes());
                    out.extend_from_slice(&n.to_le_bytes());
                }
                (patterns.iter().map(|(_, n)| n).sum(), 0)
            }
        }
    }
}

/// Bytes of a pair: two records and a weight.
const PAIR_BYTES: usize = 16;
/// Bytes of a comparison vector with its count.
const PATTERN_BYTES: usize = 24;

fn put_pair(pair: &ScoredPair, out: &mut Vec<u8>) {
    out.extend_from_slice(&pair.left.to_le_bytes());
    out.extend_from_slice(&pair.right.to_le_bytes());
    out.extend_from_slice(&pair.weight().0.to_le_bytes());
}

/// Pairs as the function wrote them; `None` for bytes that it did not write.
pub(crate) fn pairs_in(bytes: &[u8]) -> Option<impl Iterator<Item = ScoredPair>> {
    let (pairs, rest) = bytes.as_chunks::<PAIR_BYTES>();
    rest.is_empty().then(|| {
        pairs.iter().map(|bytes| {
            let [a, b, c, d, e, f, g, h, weight @ ..] = *bytes;
            let (left, right) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
            ScoredPair::new(left, right, MatchWeight(f64::from_le_bytes(weight)))
        })
    })
}

/// Comparison vectors as the function wrote them; `None` for bytes that it did not write.
pub(crate) fn patterns_in(bytes: &[u8]) -> Option<impl Iterator<Item = (Vector, u64)>> {
    let (patterns, rest) = bytes.as_chunks::<PATTERN_BYTES>();
    rest.is_empty().then(|| {
        patterns.iter().map(|bytes| {
            let (vector, n) = bytes.split_at(16);
            let n = n.try_into().expect("24 bytes less 16 are 8");
            (Vector::from_bytes(vector.try_into().expect("split at 16")), u64::from_le_bytes(n))
        })
    })
}

/// The answers in the columns that a query returned: a unit and what the function said; `None` for other columns.
pub(crate) fn answers(columns: &[ArrayRef]) -> Option<impl Iterator<Item = Answer<'_>>> {
    let [units, said] = columns else { return None };
    let units = units.as_primitive_opt::<UInt64Type>()?;
    let said = said.as_struct_opt()?;
    let [rows, records, own, above, found, checksum] = said.columns() else { return None };
    let rows = rows.as_primitive_opt::<UInt32Type>()?;
    let number = |column: &'_ ArrayRef| column.as_primitive_opt::<UInt64Type>().cloned();
    let (records, own, above, checksum) = (number(records)?, number(own)?, number(above)?, number(checksum)?);
    let found = found.as_binary_opt::<i64>()?;
    if said.null_count() + units.null_count() > 0 {
        return None;
    }
    Some((0..units.len()).map(move |row| Answer {
        unit: Unit(units.value(row)),
        n_rows: rows.value(row),
        records: records.value(row),
        n_own: own.value(row),
        n_above: above.value(row),
        found: found.value(row),
        checksum: checksum.value(row),
    }))
}
