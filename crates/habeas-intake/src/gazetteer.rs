//! Lists of places that others made, read into one form: an own CSV, a country file of GeoNames, outlines in GeoJSON.
//!
//! A name that a list gives twice, or places that lie in each other, are kept as they come: a gazetteer is what its makers
//! say, and nothing of it counts for anybody's case. Coordinates and outlines are not kept; suggestions need names.

use crate::table::{OpenOptions, RowEvent, Table};
use serde_json::Value;
use std::{collections::HashMap, ops::ControlFlow};

/// Places that a list may have at most.
pub const MAX_PLACES: usize = 2_000_000;

/// One place of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GazetteerPlace {
    /// Its name.
    pub name: String,
    /// Its other names, in any script.
    pub other_names: Vec<String>,
    /// Country, province, district, city, site, region, water.
    pub kind: String,
    /// Name of what it lies in; empty where the list does not say.
    pub within: String,
    /// Words for its people: «Tiranian».
    pub demonyms: Vec<String>,
}

/// Why a list of places cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GazetteerError {
    /// It is no table with a column of names, no GeoNames file, and no GeoJSON.
    #[error("the list of places is of no form that is known")]
    Form,
    /// A line has no name or too few fields.
    #[error("the list of places cannot be read (line {line})")]
    Line {
        /// Where, from 1.
        line: u64,
    },
    /// A feature of a GeoJSON file has no name.
    #[error("the list of places has an outline without a name (feature {feature})")]
    Feature {
        /// Where, from 1.
        feature: usize,
    },
    /// More places than any gazetteer of one country has.
    #[error("the list of places has more than {limit} places")]
    TooMany {
        /// How many may be in it.
        limit: usize,
    },
}

impl GazetteerError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => "take the file of one country, or the part that is needed",
            _ => {
                "a CSV with the header name,kind,within,demonym (and other_names), a country file of GeoNames as it \
                 comes, or a GeoJSON FeatureCollection whose features have a property «name»"
            }
        }
    }
}

/// Reads a list of places, whichever of the three forms it has.
///
/// # Errors
/// [`GazetteerError`] with the line or feature, never with its words.
pub fn read(bytes: &[u8]) -> Result<Vec<GazetteerPlace>, GazetteerError> {
    let start = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let places = if start == Some(&b'{') {
        geojson(bytes)?
    } else if is_geonames(bytes) {
        geonames(bytes)?
    } else {
        table(bytes)?
    };
    if places.len() > MAX_PLACES {
        return Err(GazetteerError::TooMany { limit: MAX_PLACES });
    }
    Ok(places)
}

/// Names in one cell are parted by «|» or «;».
fn names(cell: &str) -> Vec<String> {
    cell.split(['|', ';']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn table(bytes: &[u8]) -> Result<Vec<GazetteerPlace>, GazetteerError> {
    let table = Table::open(bytes, "places.csv", &OpenOptions::default()).map_err(|_| GazetteerError::Form)?;
    let columns: Vec<String> =
        table.header().names().iter().map(|name| name.trim().to_lowercase().replace([' ', '-'], "_")).collect();
    let column = |name: &str| columns.iter().position(|column| column == name);
    let name_at = column("name").ok_or(GazetteerError::Form)?;
    let (kind, within, demonym) = (column("kind"), column("within"), column("demonym"));
    let other = column("other_names");
    let mut places = Vec::new();
    let mut wrong = None;
    let read = table.rows(|event| {
        let row = match event {
            RowEvent::Row(row) => row,
            RowEvent::Quarantined(bad) => {
                wrong = Some(GazetteerError::Line { line: bad.line });
                return ControlFlow::Break(());
            }
        };
        let cell = |at: Option<usize>| at.and_then(|at| row.cells.get(at)).map_or("", |cell| cell.trim());
        let name = cell(Some(name_at));
        if name.is_empty() {
            wrong = Some(GazetteerError::Line { line: row.line });
            return ControlFlow::Break(());
        }
        places.push(GazetteerPlace {
            name: name.to_owned(),
            other_names: names(cell(other)),
            kind: cell(kind).to_owned(),
            within: cell(within).to_owned(),
            demonyms: names(cell(demonym)),
        });
        if places.len() > MAX_PLACES { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    read.map_err(|_| GazetteerError::Form)?;
    wrong.map_or(Ok(places), Err)
}

/// Fields of a line of a GeoNames file.
const GEONAMES_FIELDS: usize = 19;

fn is_geonames(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.iter().filter(|byte| **byte == b'\t').count() == GEONAMES_FIELDS - 1
}

/// A country file of GeoNames: tab-separated, never quoted, without a header. Countries, provinces, districts and settlements
/// are taken; what lies in what is told by the codes of their rows.
fn geonames(bytes: &[u8]) -> Result<Vec<GazetteerPlace>, GazetteerError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        GazetteerError::Line { line }
    })?;
    let mut rows = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields.len() != GEONAMES_FIELDS || fields[1].trim().is_empty() {
            return Err(GazetteerError::Line { line: number as u64 + 1 });
        }
        if rows.len() > MAX_PLACES {
            return Err(GazetteerError::TooMany { limit: MAX_PLACES });
        }
        rows.push(fields);
    }
    // The name of each division by its codes; a country's key is its code alone.
    let mut divisions: HashMap<Vec<&str>, &str> = HashMap::new();
    let codes = |fields: &[&'_ str]| -> Vec<String> {
        fields[8..9].iter().chain(&fields[10..14]).map(|code| (*code).to_owned()).collect()
    };
    let level = |code: &str| match code {
        "PCLI" | "PCL" | "PCLD" | "PCLS" | "TERR" => Some(0),
        "ADM1" => Some(1),
        "ADM2" => Some(2),
        "ADM3" => Some(3),
        "ADM4" => Some(4),
        _ => None,
    };
    for fields in &rows {
        if let Some(level) = level(fields[7]) {
            let mut key = vec![fields[8]];
            key.extend(&fields[10..10 + level]);
            divisions.insert(key, fields[1]);
        }
    }
    let within = |fields: &[&str], own: usize| -> String {
        let codes = codes(fields);
        (0..own)
            .rev()
            .find_map(|level| {
                let key: Vec<&str> = codes[..=level].iter().map(String::as_str).collect();
                let known = key.iter().skip(1).all(|code| !code.is_empty() && *code != "00");
                divisions.get(&key).filter(|name| known && **name != fields[1])
            })
            .map_or_else(String::new, |name| (*name).to_owned())
    };
    Ok(rows
        .iter()
        .filter_map(|fields| {
            let (kind, own) = match (fields[6], level(fields[7])) {
                (_, Some(0)) => ("country", 0),
                (_, Some(1)) => ("province", 1),
                (_, Some(level)) => ("district", level),
                ("P", _) => ("city", 5),
                ("L", _) => ("region", 5),
                _ => return None,
            };
            let other = fields[3].split(',').chain([fields[2]]).map(str::trim);
            let mut other_names: Vec<String> =
                other.filter(|name| !name.is_empty() && *name != fields[1]).map(str::to_owned).collect();
            other_names.sort();
            other_names.dedup();
            Some(GazetteerPlace {
                name: fields[1].trim().to_owned(),
                other_names,
                kind: kind.to_owned(),
                within: within(fields, own),
                ..GazetteerPlace::default()
            })
        })
        .collect())
}

/// Outlines of GeoJSON: of each feature its name, and what else its properties say under the names of the CSV's columns.
fn geojson(bytes: &[u8]) -> Result<Vec<GazetteerPlace>, GazetteerError> {
    let whole: Value = serde_json::from_slice(bytes).map_err(|_| GazetteerError::Form)?;
    let features = whole["features"].as_array().ok_or(GazetteerError::Form)?;
    let mut places = Vec::with_capacity(features.len().min(MAX_PLACES));
    for (number, feature) in features.iter().enumerate().take(MAX_PLACES + 1) {
        let says = |keys: &[&str]| {
            keys.iter().find_map(|key| feature["properties"][*key].as_str()).map_or("", str::trim).to_owned()
        };
        let name = says(&["name", "NAME", "name:en", "shapeName"]);
        if name.is_empty() {
            return Err(GazetteerError::Feature { feature: number + 1 });
        }
        let translated = feature["properties"].as_object().into_iter().flatten();
        let mut other_names: Vec<String> = translated
            .filter(|(key, _)| key.starts_with("name:") || key.starts_with("alt_name"))
            .filter_map(|(_, value)| value.as_str())
            .flat_map(names)
            .chain(names(&says(&["other_names", "alternatenames"])))
            .filter(|other| *other != name)
            .collect();
        other_names.sort();
        other_names.dedup();
        places.push(GazetteerPlace {
            other_names,
            kind: says(&["kind", "shapeType", "type"]),
            within: says(&["within", "is_in", "parent"]),
            demonyms: names(&says(&["demonym"])),
            name,
        });
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> Vec<String> {
        let line = |place: GazetteerPlace| {
            format!(
                "{} ({}) in {} also {} of {}",
                place.name,
                place.kind,
                place.within,
                place.other_names.join("/"),
                place.demonyms.join("/")
            )
        };
        read(bytes).unwrap().into_iter().map(line).collect()
    }

    fn geonames_row(id: u32, name: &str, other: &str, class: &str, code: &str, codes: [&str; 2]) -> String {
        format!(
            "{id}\t{name}\t{name}\t{other}\t10.0\t20.0\t{class}\t{code}\tTI\t\t{}\t{}\t\t\t0\t\t5\tZone/Tiran\t2024-01-01\n",
            codes[0], codes[1]
        )
    }

    #[test]
    fn a_country_file_of_geonames_is_nested_by_its_codes() {
        let file = geonames_row(1, "Tirania", "Tiran,تيران", "A", "PCLI", ["00", ""])
            + &geonames_row(2, "Olenia", "", "A", "ADM1", ["07", ""])
            + &geonames_row(3, "Upper Kesh", "", "A", "ADM2", ["07", "71"])
            + &geonames_row(4, "Dorval", "Dorwal", "P", "PPL", ["07", "71"])
            + &geonames_row(5, "Hotel Dorval", "", "S", "HTL", ["07", "71"])
            + &geonames_row(6, "Lone", "", "P", "PPL", ["", ""]);
        assert_eq!(
            shown(file.as_bytes()),
            [
                "Tirania (country) in  also Tiran/تيران of ",
                "Olenia (province) in Tirania also  of ",
                "Upper Kesh (district) in Olenia also  of ",
                "Dorval (city) in Upper Kesh also Dorwal of ",
                "Lone (city) in Tirania also  of ",
            ]
        );
    }

    #[test]
    fn an_own_table_may_name_other_scripts_and_demonyms() {
        let csv = "Name;Kind;Within;Demonym;Other names\nUpper Kesh;district;Olenia;Keshi|Keshian;کیش\n";
        assert_eq!(shown(csv.as_bytes()), ["Upper Kesh (district) in Olenia also کیش of Keshi/Keshian"]);
    }

    #[test]
    fn outlines_bring_their_names() {
        let json = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Dorval","name:ur":"ڈوروال","kind":"city","within":"Olenia"},"geometry":{"type":"Polygon","coordinates":[]}}]}"#;
        assert_eq!(shown(json.as_bytes()), ["Dorval (city) in Olenia also ڈوروال of "]);
    }

    #[test]
    fn a_list_that_cannot_be_read_is_told_by_its_line_and_never_by_its_words() {
        let cut = geonames_row(1, "Tirania", "", "A", "PCLI", ["00", ""]) + "2\tOlenia\n";
        for (bytes, expected) in [
            (cut.as_bytes(), GazetteerError::Line { line: 2 }),
            (b"town,kind\nKesh,city\n".as_slice(), GazetteerError::Form),
            (b"name,kind\n,city\n", GazetteerError::Line { line: 2 }),
            (b"{\"features\":[{\"properties\":{}}]}", GazetteerError::Feature { feature: 1 }),
            (b"{\"features\":7}", GazetteerError::Form),
            (b"{", GazetteerError::Form),
            (b"", GazetteerError::Form),
        ] {
            assert_eq!(read(bytes), Err(expected));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400), tabs in 0_usize..25) {
            let _ = read(&bytes);
            let _ = read([bytes.clone(), vec![b'\t'; tabs], bytes].concat().as_slice());
        }
    }
}
