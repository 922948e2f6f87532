//! The model as a TOML file, `habeas-model/1`: hostile until validated; no code in it.

use super::{Comparison, Level, Model, ModelError};
use crate::{
    blocking::{BlockingRule, Key},
    comparison::Field,
};
use habeas_core::MatchWeight;
use serde::{Deserialize, Serialize};

const FORMAT: &str = "habeas-model/1";
/// Bytes of a model file; sixteen comparisons with all their levels take a tenth of it.
const MOST_BYTES: usize = 1 << 18;

/// Why a file is no model.
#[derive(Debug, thiserror::Error)]
pub enum ModelFormatError {
    /// Not the TOML of a model: wrong syntax, an unknown or a missing key.
    #[error("the file is not a linkage model")]
    Toml {
        /// Where and why.
        #[source]
        source: toml::de::Error,
    },
    /// Larger than any model.
    #[error("a model file has at most {MOST_BYTES} bytes; this one has {n_bytes}")]
    TooLarge {
        /// Size of the file.
        n_bytes: usize,
    },
    /// Another format or version.
    #[error("the format of the file is not {FORMAT}")]
    OtherFormat,
    /// A comparison of a field that does not exist.
    #[error("comparison {comparison} names a field that does not exist")]
    UnknownField {
        /// Index of the comparison.
        comparison: usize,
    },
    /// A rule with a key that does not exist.
    #[error("blocking rule {rule} names a key that does not exist")]
    UnknownKey {
        /// Index of the rule.
        rule: usize,
    },
    /// The numbers make no model.
    #[error("the file is no valid model")]
    Invalid {
        /// What is wrong.
        #[source]
        source: ModelError,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    format: String,
    lambda: f64,
    kin_lambda: f64,
    cut_bits: f64,
    #[serde(default)]
    rule: Vec<RuleFile>,
    #[serde(default)]
    comparison: Vec<ComparisonFile>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    keys: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    largest_block: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ComparisonFile {
    field: String,
    trained: bool,
    level: Vec<LevelFile>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelFile {
    name: String,
    m: f64,
    u: f64,
    kin: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    typical_bits: Option<f64>,
}

/// Reads and validates a model.
///
/// # Errors
/// [`ModelFormatError`] when the text is not a valid model of this version.
pub fn from_toml(text: &str) -> Result<Model, ModelFormatError> {
    if text.len() > MOST_BYTES {
        return Err(ModelFormatError::TooLarge { n_bytes: text.len() });
    }
    let file: ModelFile = toml::from_str(text).map_err(|source| ModelFormatError::Toml { source })?;
    if file.format != FORMAT {
        return Err(ModelFormatError::OtherFormat);
    }
    let mut comparisons = Vec::with_capacity(file.comparison.len());
    for (comparison, of_file) in file.comparison.into_iter().enumerate() {
        let field = Field::from_code(&of_file.field).ok_or(ModelFormatError::UnknownField { comparison })?;
        let levels = of_file.level.into_iter();
        let levels =
            levels.map(|LevelFile { name, m, u, kin, typical_bits }| Level { name, m, u, kin, typical_bits }).collect();
        comparisons.push(Comparison { field, levels, trained: of_file.trained });
    }
    let mut rules = Vec::with_capacity(file.rule.len());
    for (rule, of_file) in file.rule.iter().enumerate() {
        let keys: Option<Vec<Key>> = of_file.keys.iter().map(|code| Key::from_code(code)).collect();
        let keys = keys.ok_or(ModelFormatError::UnknownKey { rule })?;
        rules.push(BlockingRule { keys, largest_block: of_file.largest_block });
    }
    let model =
        Model { lambda: file.lambda, kin_lambda: file.kin_lambda, comparisons, rules, cut: MatchWeight(file.cut_bits) };
    model.validate().map_err(|source| ModelFormatError::Invalid { source })?;
    Ok(model)
}

/// Writes a model so that [`from_toml`] reads the same model back.
pub fn to_toml(model: &Model) -> String {
    let file = ModelFile {
        format: FORMAT.to_owned(),
        lambda: model.lambda,
        kin_lambda: model.kin_lambda,
        cut_bits: model.cut.0,
        rule: model
            .rules
            .iter()
            .map(|rule| RuleFile { keys: rule.keys.iter().map(Key::code).collect(), largest_block: rule.largest_block })
            .collect(),
        comparison: model
            .comparisons
            .iter()
            .map(|comparison| ComparisonFile {
                field: comparison.field.code(),
                trained: comparison.trained,
                level: comparison
                    .levels
                    .iter()
                    .map(|level| LevelFile {
                        name: level.name.clone(),
                        m: level.m,
                        u: level.u,
                        kin: level.kin,
                        typical_bits: level.typical_bits,
                    })
                    .collect(),
            })
            .collect(),
    };
    toml::to_string(&file).expect("numbers, words and lists of them can always be written as TOML")
}
