//! The numbers that may be published: tables that passed the audit, estimates with what they assume, how lists agree.
//!
//! Writers see nothing else: a chart, a tooltip, a share or a sentence is made of these, so none can tell what a table
//! withholds.

use habeas_stats::{
    suppress::{Released, Shown},
    tally::Label,
};
use serde_json::Value;

/// The category of places that too few people share to be told.
pub const OTHER_PLACES: &str = "other places";

/// What one dimension of the tables sorts by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// Stable code: `year`, `place`, `sex`.
    pub code: String,
    /// The categories, in the order of their numbers.
    pub categories: Vec<String>,
    /// The policy that sorts persons, such as `year.agreed@2`.
    pub policy: String,
}

/// A table of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFigure {
    /// Stable code, such as `year_sex`.
    pub code: String,
    /// Dimensions, by their number.
    pub dimensions: Vec<usize>,
    /// Whether small counts are withheld in it.
    pub sensitive: bool,
}

/// A category as a table names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CategoryName<'f> {
    /// One that all accounts allow.
    Is(&'f str),
    /// Accounts differ.
    Disputed,
    /// No account says.
    Unknown,
}

/// How two lists stand to each other on one question, over persons that both name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Code of the question.
    pub question: String,
    /// Keys of the two lists.
    pub lists: [String; 2],
    /// Persons for whom both answer.
    pub n_compared: u64,
    /// Persons for whom the answers cannot both be true.
    pub n_contradicts: u64,
    /// Persons for whom the words differ.
    pub n_differs: u64,
}

/// One list that the numbers rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCard {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its edition.
    pub edition: String,
}

/// A sentence about an estimate: a code and facts, from which it is told in any language, and the English that the run
/// printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Stable code.
    pub code: String,
    /// Figures and names by name: names in lists, codes and figures with decimals as text; null in runs that kept none.
    pub facts: Value,
    /// The sentence as the run printed it.
    pub text: String,
}

impl Told {
    /// Reads a reason or a warning.
    pub fn read(json: &Value) -> Self {
        Self { code: text(&json["code"]), facts: json["facts"].clone(), text: text(&json["text"]) }
    }

    /// Why a run gave no figure, the most telling reason first; empty only where it was not refused.
    pub fn reasons(run: &Value) -> Vec<Self> {
        let refused = &run["refused"];
        match refused["reasons"].as_array() {
            Some(reasons) if !reasons.is_empty() => reasons.iter().map(Self::read).collect(),
            _ if refused.is_object() => vec![Self::read(refused)],
            _ => Vec::new(),
        }
    }

    /// What the method of a run assumes: its facts are the settings.
    pub fn assumption(run: &Value) -> Self {
        Self { code: text(&run["method"]), facts: run["settings"].clone(), text: text(&run["assumption"]) }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// An estimate with what it assumes.
#[derive(Debug, Clone, PartialEq)]
pub struct EstimateCard {
    /// The method.
    pub method: String,
    /// Central value; absent where the estimate was refused.
    pub median: Option<f64>,
    /// Ends of the widest interval, with its level.
    pub interval: Option<(f64, f64, f64)>,
    /// Least and greatest figure of other choices that could be defended.
    pub others: Option<(f64, f64)>,
    /// Persons on at least one list, over which it was made.
    pub n_documented: Option<u64>,
    /// What it assumes.
    pub assumption: Told,
    /// Why it was refused; empty where there is a figure.
    pub reasons: Vec<Told>,
    /// What to know beside it.
    pub warnings: Vec<Told>,
    /// SHA-256 of its input.
    pub input_sha256: String,
}

impl EstimateCard {
    /// Reads a result as `habeas estimate run --json` prints it.
    pub fn read(json: &Value) -> Option<Self> {
        let total = &json["n_total"];
        let interval = total["intervals"].as_array().and_then(|all| all.last()).and_then(|interval| {
            Some((interval["low"].as_f64()?, interval["high"].as_f64()?, interval["level"].as_f64()?))
        });
        Some(Self {
            method: json["method"].as_str()?.to_owned(),
            median: total["median"].as_f64().or(total["point"].as_f64()),
            interval,
            others: json["sensitivity"]["lowest"].as_f64().zip(json["sensitivity"]["highest"].as_f64()),
            n_documented: json["n_documented"].as_u64(),
            assumption: Told::assumption(json),
            reasons: Told::reasons(json),
            warnings: json["warnings"].as_array().into_iter().flatten().map(Told::read).collect(),
            input_sha256: text(&json["input_sha256"]),
        })
    }

    /// What it assumes, or why it was refused, as the run printed it.
    pub fn printed(&self) -> String {
        match self.reasons.as_slice() {
            [] => self.assumption.text.clone(),
            reasons => reasons.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>().join(" "),
        }
    }
}

/// Every number of a release.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    dimensions: Vec<Dimension>,
    tables: Vec<TableFigure>,
    released: Released,
    /// How lists agree.
    pub agreements: Vec<Agreement>,
    /// The lists.
    pub lists: Vec<ListCard>,
    /// Estimates, the newest of each method.
    pub estimates: Vec<EstimateCard>,
}

/// One line of a table: a category of each of its dimensions, and what is shown.
pub type Line<'f> = (Vec<CategoryName<'f>>, Shown);

impl Figures {
    /// Figures of tables that passed the audit.
    pub fn new(dimensions: Vec<Dimension>, tables: Vec<TableFigure>, released: Released) -> Self {
        Self { dimensions, tables, released, agreements: Vec::new(), lists: Vec::new(), estimates: Vec::new() }
    }

    /// Names that the figures tell by themselves: of categories and of lists.
    pub fn public_names(&self) -> impl Iterator<Item = &str> {
        let categories = self.dimensions.iter().flat_map(|dimension| &dimension.categories);
        categories.chain(self.lists.iter().map(|list| &list.title)).map(String::as_str)
    }

    /// The tables.
    pub fn tables(&self) -> &[TableFigure] {
        &self.tables
    }

    /// A dimension.
    pub fn dimension(&self, number: usize) -> &Dimension {
        &self.dimensions[number]
    }

    /// What is shown of how many persons are documented in all.
    pub fn documented(&self) -> Option<Shown> {
        self.released.shown(&vec![None; self.dimensions.len()])
    }

    /// The lines of a table, without margins, in the order of its categories. Lines of nought persons are left out of
    /// tables with more than one dimension.
    pub fn lines(&self, table: &TableFigure) -> Vec<Line<'_>> {
        let of_table = |labels: &[Option<Label>]| {
            labels.iter().enumerate().all(|(at, label)| label.is_some() == table.dimensions.contains(&at))
        };
        let cells = self.released.cells().iter().filter(|cell| of_table(&cell.labels));
        let kept = cells.filter(|cell| {
            let nought = cell.shown == Shown::Count(0);
            let stated = cell.labels.iter().flatten().all(|label| matches!(label, Label::Known(_)));
            !nought || (table.dimensions.len() == 1 && stated)
        });
        kept.map(|cell| {
            let names = table.dimensions.iter().map(|dimension| self.name(*dimension, cell.labels[*dimension]));
            (names.collect(), cell.shown)
        })
        .collect()
    }

    /// What is shown of the total over a category of one dimension.
    pub fn margin(&self, dimension: usize, label: Label) -> Option<Shown> {
        let mut labels = vec![None; self.dimensions.len()];
        labels[dimension] = Some(label);
        self.released.shown(&labels)
    }

    /// What is shown for a pair of categories of two dimensions.
    pub fn cell(&self, one: (usize, Label), other: (usize, Label)) -> Option<Shown> {
        let mut labels = vec![None; self.dimensions.len()];
        labels[one.0] = Some(one.1);
        labels[other.0] = Some(other.1);
        self.released.shown(&labels)
    }

    /// The labels of a dimension in order: categories, disputed, unknown.
    pub fn labels(&self, dimension: usize) -> impl Iterator<Item = Label> + use<> {
        let n = self.dimensions[dimension].categories.len() as u32;
        (0..n).map(Label::Known).chain([Label::Disputed, Label::Unknown])
    }

    /// The name of a label.
    pub fn name(&self, dimension: usize, label: Option<Label>) -> CategoryName<'_> {
        match label {
            Some(Label::Known(idx)) => {
                CategoryName::Is(self.dimensions[dimension].categories.get(idx as usize).map_or("", String::as_str))
            }
            Some(Label::Disputed) => CategoryName::Disputed,
            Some(Label::Unknown) | None => CategoryName::Unknown,
        }
    }
}
