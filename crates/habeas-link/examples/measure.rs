//! Links public test data by hand-made claims and prints accuracy, time and memory.
use habeas_core::*;
use habeas_link::*;
use std::{collections::HashMap, path::PathBuf, time::Instant};

fn data(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(name)
}

fn read(name: &str, latin1: bool) -> (Vec<String>, Vec<Vec<String>>) {
    let bytes = std::fs::read(data(name)).unwrap();
    let text = if latin1 { bytes.iter().map(|b| *b as char).collect() } else { String::from_utf8(bytes).unwrap() };
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    (header, reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect())
}

fn claim(out: &mut Vec<Claim>, cells: &[String], column: usize, predicate: Predicate, value: Option<Value>) {
    if let Some(value) = value {
        out.push(Claim::stated(predicate, value, Passage::whole_cell(cells, column as u16).unwrap()));
    }
}

fn words(text: &str) -> Option<Value> {
    (!text.is_empty()).then_some(Value::Words)
}

fn name(parts: &[(&str, NameRole)]) -> Option<Value> {
    let parts: Vec<NamePart> = parts
        .iter()
        .filter(|(text, _)| !text.trim().is_empty())
        .map(|(text, role)| NamePart { text: text.trim().to_owned(), role: *role })
        .collect();
    (!parts.is_empty()).then_some(Value::Name(NameAsGiven { parts }))
}

fn place(text: &str) -> Option<Value> {
    let text = text.trim();
    (!text.is_empty() && !text.starts_with("sin datos") && text != "---")
        .then(|| Value::Place(PlaceAsGiven { parts: vec![text.to_owned()], point: None }))
}

fn month(text: &str) -> Option<i8> {
    const M: [&str; 12] = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];
    let t = text.to_lowercase();
    t.parse().ok().or_else(|| M.iter().position(|m| t.starts_with(m)).map(|i| i as i8 + 1))
}

fn date(text: &str) -> Option<PartialDate> {
    let text = text.trim().replace('º', "");
    let parts: Vec<&str> = text.split('/').collect();
    match parts[..] {
        [d, m, y] => {
            let (m, y) = (month(m)?, y.parse::<i16>().ok()?);
            match d.parse::<i8>() {
                Ok(d) => Date::new(y, m, d).ok().map(PartialDate::day),
                Err(_) => {
                    let range: Option<(i8, i8)> =
                        d.split_once('-').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                    match range {
                        Some((a, b)) => {
                            PartialDate::between(Date::new(y, m, a).ok(), Date::new(y, m, b).ok(), Precision::Week).ok()
                        }
                        None => PartialDate::month(y, m),
                    }
                }
            }
        }
        [m, y] => match month(m.split('-').next()?) {
            Some(m) => PartialDate::month(y.parse().ok()?, m),
            None => PartialDate::year(y.get(..4)?.parse().ok()?),
        },
        [y] => PartialDate::year(y.trim_start_matches("AÑO ").parse().ok()?),
        _ => None,
    }
}

struct Set {
    builder: TableBuilder,
    keys: Vec<String>,
}

fn argentina() -> Set {
    let lists = ["ruvte", "ruvte_sin_denuncia", "parque"].map(|key| ListInfo {
        key: key.into(),
        names_once: true,
        is_list: true,
    });
    let (mut builder, mut keys) = (TableBuilder::new(lists.to_vec()), Vec::new());
    let files =
        ["victimas-accionar-represivo-ilegal.csv", "victimas-accionar-represivo-ilegal-sin-denuncia-formal.csv"];
    for (list, file) in files.iter().enumerate() {
        let (header, rows) = read(&format!("argentina/{file}"), true);
        let at = |name: &str| header.iter().position(|h| h == name).unwrap();
        for row in rows {
            let cell = |name: &str| row[at(name)].as_str();
            let mut claims = Vec::new();
            let column = at("apellido_paterno_nombres");
            let (family, given) = row[column].split_once("  ").unwrap_or((&row[column], ""));
            claim(
                &mut claims,
                &row,
                column,
                Predicate::Name,
                name(&[(family, NameRole::Family), (given, NameRole::Given)]),
            );
            let m = at("apellido_materno");
            claim(
                &mut claims,
                &row,
                m,
                Predicate::MotherFamilyName,
                name(&[(cell("apellido_materno"), NameRole::MotherFamily)]),
            );
            let m = at("apellido_casada");
            claim(&mut claims, &row, m, Predicate::MarriedName, name(&[(cell("apellido_casada"), NameRole::Married)]));
            claim(
                &mut claims,
                &row,
                m,
                Predicate::BirthDate,
                cell("anio_nacimiento").parse().ok().and_then(PartialDate::year).map(Value::Date),
            );
            let age = cell("edad_al_momento_del_hecho").split_once(" años").and_then(|(n, _)| n.parse().ok());
            claim(&mut claims, &row, m, Predicate::Age, age.map(|n| Value::Age(Age { low: n, high: n })));
            let born = cell("provincia_nacimiento");
            claim(&mut claims, &row, m, Predicate::BirthPlace, place(born));
            if cell("nacionalidad") != "sin datos" {
                claim(&mut claims, &row, at("nacionalidad"), Predicate::Nationality, words(cell("nacionalidad")));
            }
            if cell("documentos") != "sin datos" {
                claim(&mut claims, &row, at("documentos"), Predicate::IdentityDocument, words(cell("documentos")));
            }
            for (field, kind) in [
                ("fecha_lugar_detencion_secuestro", EventKind::Taken),
                ("fecha_lugar_asesinato_o_hallazgo_de_restos", EventKind::Killed),
            ] {
                let (when, whence) = cell(field).split_once("   ").unwrap_or((cell(field), ""));
                claim(&mut claims, &row, at(field), Predicate::EventDate(kind), date(when).map(Value::Date));
                claim(&mut claims, &row, at(field), Predicate::EventPlace(kind), place(whence));
            }
            builder.push(list as u16, &header, &row, &claims);
            keys.push(format!("{}:{}", lists[list].key, cell("id_unico_ruvte")));
        }
    }
    let (header, rows) = read("argentina/parque.csv", false);
    let at = |name: &str| header.iter().position(|h| h == name).unwrap();
    for row in rows {
        let cell = |name: &str| row[at(name)].as_str();
        let mut claims = Vec::new();
        let (family, given) = cell("nombre").split_once(',').unwrap_or((cell("nombre"), ""));
        let n = at("nombre");
        claim(&mut claims, &row, n, Predicate::Name, name(&[(family, NameRole::Family), (given, NameRole::Given)]));
        claim(&mut claims, &row, n, Predicate::BirthDate, date(cell("fecha_de_nacimiento")).map(Value::Date));
        claim(
            &mut claims,
            &row,
            n,
            Predicate::Age,
            cell("edad").parse().ok().map(|n| Value::Age(Age { low: n, high: n })),
        );
        claim(
            &mut claims,
            &row,
            n,
            Predicate::EventDate(EventKind::Taken),
            date(cell("fecha_de_secuestro")).map(Value::Date),
        );
        claim(&mut claims, &row, n, Predicate::EventPlace(EventKind::Taken), place(cell("lugar_de_secuestro")));
        claim(
            &mut claims,
            &row,
            n,
            Predicate::EventDate(EventKind::Killed),
            date(cell("fecha_de_asesinado")).map(Value::Date),
        );
        claim(&mut claims, &row, n, Predicate::EventPlace(EventKind::Killed), place(cell("lugar_de_asesinato")));
        claim(&mut claims, &row, n, Predicate::BirthPlace, place(cell("lugar_de_nacimiento")));
        claim(&mut claims, &row, n, Predicate::Residence, place(cell("domicilios")));
        claim(&mut claims, &row, at("nacionalidad"), Predicate::Nationality, words(cell("nacionalidad")));
        claim(&mut claims, &row, at("ocupaciones"), Predicate::Occupation, words(cell("ocupaciones")));
        let sex = match cell("sexo") {
            "Masculino" => Some(Sex::Male),
            "Femenino" => Some(Sex::Female),
            _ => None,
        };
        claim(&mut claims, &row, n, Predicate::Sex, sex.map(Value::Sex));
        for alias in cell("apodos").split(['|', ';', ',']) {
            claim(&mut claims, &row, n, Predicate::Alias, name(&[(alias, NameRole::Unassigned)]));
        }
        builder.push(2, &header, &row, &claims);
        keys.push(format!("parque:{}", cell("id")));
    }
    Set { builder, keys }
}

fn febrl(lists: &[&str]) -> Set {
    let infos = lists.iter().map(|key| ListInfo { key: (*key).into(), names_once: lists.len() > 1, is_list: true });
    let (mut builder, mut keys) = (TableBuilder::new(infos.collect()), Vec::new());
    for (list, file) in lists.iter().enumerate() {
        let (header, rows) = read(&format!("febrl/{file}.csv"), false);
        for row in rows {
            let mut claims = Vec::new();
            claim(
                &mut claims,
                &row,
                1,
                Predicate::Name,
                name(&[(&row[1], NameRole::Given), (&row[2], NameRole::Family)]),
            );
            let d = &row[9];
            let day = (d.len() == 8)
                .then(|| Date::new(d[..4].parse().ok()?, d[4..6].parse().ok()?, d[6..].parse().ok()?).ok())
                .flatten();
            claim(&mut claims, &row, 9, Predicate::BirthDate, day.map(|d| Value::Date(PartialDate::day(d))));
            for column in [3, 4, 5, 6, 7, 8, 10] {
                claim(&mut claims, &row, column, Predicate::Attribute, words(&row[column]));
            }
            builder.push(list as u16, &header, &row, &claims);
            keys.push(row[0].split('-').nth(1).unwrap().to_owned());
        }
    }
    Set { builder, keys }
}

fn historical() -> Set {
    let mut builder = TableBuilder::new(vec![ListInfo { key: "figures".into(), names_once: false, is_list: true }]);
    let mut keys = Vec::new();
    let (header, rows) = read("historical50k/historical_figures_with_errors_50k.csv", false);
    let alias = std::env::args().any(|a| a == "--alias");
    for row in rows {
        let mut claims = Vec::new();
        claim(&mut claims, &row, 4, Predicate::Name, name(&[(&row[4], NameRole::Given), (&row[5], NameRole::Family)]));
        if alias {
            claim(&mut claims, &row, 2, Predicate::Alias, name(&[(&row[2], NameRole::Unassigned)]));
        }
        claim(
            &mut claims,
            &row,
            6,
            Predicate::BirthDate,
            row[6].parse().ok().map(|d| Value::Date(PartialDate::day(d))),
        );
        claim(&mut claims, &row, 7, Predicate::BirthPlace, place(&row[7]));
        claim(&mut claims, &row, 8, Predicate::Attribute, words(&row[8]));
        let sex = match row[9].as_str() {
            "male" => Some(Sex::Male),
            "female" => Some(Sex::Female),
            _ => None,
        };
        claim(&mut claims, &row, 9, Predicate::Sex, sex.map(Value::Sex));
        claim(&mut claims, &row, 10, Predicate::Occupation, words(&row[10]));
        builder.push(0, &header, &row, &claims);
        keys.push(row[1].clone());
    }
    Set { builder, keys }
}

/// Lists of the demo's invented country, written with their truth into one folder.
fn world(folder: &str) -> Set {
    let plan =
        [("commission", true), ("committee", false), ("newsroom", false), ("petitions", true), ("valleys", false)];
    let infos = plan.iter().map(|(key, once)| ListInfo { key: (*key).into(), names_once: *once, is_list: true });
    let (mut builder, mut keys) = (TableBuilder::new(infos.collect()), Vec::new());
    for (list, (file, _)) in plan.iter().enumerate() {
        let mut reader = csv::ReaderBuilder::new().from_path(format!("{folder}/{file}.csv")).unwrap();
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).unwrap() {
            let row: Vec<String> = record.iter().map(str::to_owned).collect();
            let mut claims = Vec::new();
            let mut family = "";
            let mut given = 0;
            for (i, h) in header.iter().enumerate() {
                let cell = row[i].as_str();
                match h.as_str() {
                    "Name of missing person" | "Name" | "Who" | "نام" => given = i,
                    "قبیلہ" => family = cell,
                    "Parentage" | "Father's name" | "Father" | "ولد" | "ولدیت" => {
                        claim(&mut claims, &row, i, Predicate::FatherName, name(&[(cell, NameRole::Unassigned)]))
                    }
                    "aka" => claim(&mut claims, &row, i, Predicate::Alias, name(&[(cell, NameRole::Unassigned)])),
                    "Sex" => claim(
                        &mut claims,
                        &row,
                        i,
                        Predicate::Sex,
                        match cell {
                            "M" => Some(Value::Sex(Sex::Male)),
                            "F" => Some(Value::Sex(Sex::Female)),
                            _ => None,
                        },
                    ),
                    "Date of birth" => claim(&mut claims, &row, i, Predicate::BirthDate, iso(cell).map(Value::Date)),
                    "Age" | "عمر" => claim(
                        &mut claims,
                        &row,
                        i,
                        Predicate::Age,
                        fold(cell).parse().ok().map(|n| Value::Age(Age { low: n, high: n })),
                    ),
                    "Tehsil" | "District" | "Province" | "Town" | "ضلع" | "صوبہ" | "گاؤں" => {
                        claim(&mut claims, &row, i, Predicate::EventPlace(EventKind::Taken), place(cell))
                    }
                    "Missing since" => {
                        claim(&mut claims, &row, i, Predicate::EventDate(EventKind::Taken), iso(cell).map(Value::Date))
                    }
                    "Date taken" | "تاريخ گرفتاري" | "تاریخ گمشدگی" => claim(
                        &mut claims,
                        &row,
                        i,
                        Predicate::EventDate(EventKind::Taken),
                        date(&fold(cell).replace(' ', "/")).map(Value::Date),
                    ),
                    "When and where" => {
                        let (when, whence) = cell.split_once("   ").unwrap_or((cell, ""));
                        claim(
                            &mut claims,
                            &row,
                            i,
                            Predicate::EventDate(EventKind::Taken),
                            date(
                                &when
                                    .replace(' ', "/")
                                    .to_lowercase()
                                    .replace("jan", "ene")
                                    .replace("apr", "abr")
                                    .replace("aug", "ago")
                                    .replace("dec", "dic"),
                            )
                            .map(Value::Date),
                        );
                        claim(&mut claims, &row, i, Predicate::EventPlace(EventKind::Taken), place(whence));
                    }
                    _ => {}
                }
            }
            let role = if family.is_empty() && *file != "valleys" { NameRole::Unassigned } else { NameRole::Given };
            claim(&mut claims, &row, given, Predicate::Name, name(&[(&row[given], role), (family, NameRole::Family)]));
            builder.push(list as u16, &header, &row, &claims);
            keys.push(row.last().unwrap().clone());
        }
    }
    Set { builder, keys }
}

fn iso(text: &str) -> Option<PartialDate> {
    let parts: Vec<&str> = text.split('-').collect();
    match parts[..] {
        [y, m, d] => Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok().map(PartialDate::day),
        [y, m] => PartialDate::month(y.parse().ok()?, m.parse().ok()?),
        [y] => PartialDate::year(y.parse().ok()?),
        _ => None,
    }
}

fn main() {
    let what = std::env::args().nth(1).unwrap_or_default();
    let verbose = std::env::args().any(|a| a == "-v");
    let start = Instant::now();
    let set = match what.as_str() {
        "argentina" => argentina(),
        "febrl4" => febrl(&["dataset4a", "dataset4b"]),
        "febrl3" => febrl(&["dataset3"]),
        "historical" => historical(),
        "world" => world(&std::env::args().nth(2).unwrap()),
        _ => return eprintln!("measure argentina|febrl4|febrl3|historical"),
    };
    let table = set.builder.finish();
    eprintln!("read {} records in {:.2} s", table.n_records(), start.elapsed().as_secs_f64());
    let found = link(&table, None, &Constraints::default(), &LinkOptions::default(), &Watch::none()).unwrap();
    eprintln!(
        "{} candidates, {} pairs kept; {:?}",
        found.n_candidates,
        found.pairs.len(),
        found.seconds.iter().map(|s| (s.stage, (s.seconds * 1000.0) as u64)).collect::<Vec<_>>()
    );
    if let Some(fit) = &found.fit {
        eprintln!("rounds {} converged {} same {:.0} kin {:.0}", fit.n_rounds, fit.converged, fit.n_same, fit.n_kin);
    }
    eprintln!("{:?}", found.leftovers);
    if verbose {
        for rule in &found.rules {
            eprintln!(
                "{:>9} {:>9} {:>9} {:>8} {:>6} {}",
                rule.n_pairs_before_split,
                rule.n_pairs,
                rule.n_own_pairs,
                rule.n_found,
                rule.largest_block,
                rule.rule.code()
            );
        }
        for c in &found.model.comparisons {
            eprintln!("{}", c.field.code());
            for l in &c.levels {
                eprintln!(
                    "   m {:.5} u {:.2e} k {:.4} bits {:6.2} kin {:6.2} typ {:?}  {}",
                    l.m,
                    l.u,
                    l.kin,
                    (l.m / l.u).log2(),
                    (l.m / l.kin).log2(),
                    l.typical_bits.map(|b| (b * 10.0).round() / 10.0),
                    l.name
                );
            }
        }
    }
    if what == "argentina" {
        return gold(&table, &found, &set.keys, verbose);
    }
    let mut numbers = HashMap::new();
    let labels: Vec<u32> = set
        .keys
        .iter()
        .map(|k| {
            let n = numbers.len() as u32;
            *numbers.entry(k).or_insert(n)
        })
        .collect();
    let truth = Partition::from_labels(&labels);
    let n_true: f64 = truth.clusters().iter().map(|c| (c.len() * (c.len() - 1) / 2) as f64).sum();
    let mut best = (0.0, 0.0, 0.0, 0.0);
    let mut pairs = found.pairs.clone();
    pairs.sort_by(|a, b| b.weight.0.total_cmp(&a.weight.0));
    let mut hits = 0.0;
    for (i, pair) in pairs.iter().enumerate() {
        hits += f64::from(u8::from(labels[pair.left as usize] == labels[pair.right as usize]));
        let s = Scores::new(hits, (i + 1) as f64, n_true);
        if s.f1 > best.0 {
            best = (s.f1, s.precision, s.recall, pair.weight.0);
        }
    }
    println!(
        "pairwise best F1 {:.4} (p {:.4} r {:.4}) at {:.1} bits; kept recall {:.4}",
        best.0,
        best.1,
        best.2,
        best.3,
        hits / n_true
    );
    println!("partition  {:?}", evaluate(&found.partition, &truth));
    println!("components {:?}", evaluate(&components(table.n_records(), &found.pairs, MatchWeight(0.0)), &truth));
}

fn gold(table: &Table, found: &Linkage, keys: &[String], verbose: bool) {
    let index: HashMap<&str, u32> = keys.iter().enumerate().map(|(i, k)| (k.as_str(), i as u32)).collect();
    let (_, rows) = read("argentina/gold_links_public.csv", false);
    let weights: HashMap<(u32, u32), f64> = found.pairs.iter().map(|p| ((p.left, p.right), p.weight.0)).collect();
    let cluster_of = found.partition.cluster_of();
    let mut counts: HashMap<(String, String), [u32; 3]> = HashMap::new();
    let (mut tp, mut n_same, mut reviewed, mut reviewed_tp, mut tp_pair) = (0, 0, 0, 0, 0);
    let (mut fp_pair, mut fp) = (0, 0);
    let mut undecided = std::collections::HashSet::new();
    let mut listed = HashMap::new();
    for row in &rows {
        let Some(a) = index.get(format!("{}:{}", row[0], row[1]).as_str()) else {
            println!("no {} {}", row[0], row[1]);
            continue;
        };
        let b = index[format!("parque:{}", row[2]).as_str()];
        let pair = (*a.min(&b), b.max(*a));
        listed.insert(pair, row[3].clone());
        let linked = cluster_of[*a as usize] == cluster_of[b as usize];
        let weight = weights.get(&pair).copied().unwrap_or(-99.0);
        let c = counts.entry((row[3].clone(), row[4].clone())).or_default();
        c[0] += 1;
        c[1] += u32::from(linked);
        c[2] += u32::from(weight > 0.0);
        if row[3] == "undecided" {
            undecided.insert(pair);
            continue;
        }
        let same = row[3] == "same";
        if same {
            n_same += 1;
            tp += u32::from(linked);
            tp_pair += u32::from(weight > 0.0);
            if row[4] != "certain" {
                reviewed += 1;
                reviewed_tp += u32::from(linked);
            }
        }
        if verbose && same != linked || verbose && same != (weight > 0.0) {
            println!(
                "{} {} {} {} linked {} weight {:.1} blocked {} | {}",
                row[3],
                row[4],
                row[1],
                row[2],
                linked,
                weight,
                weight > -99.0,
                row[5]
            );
            if !same || weight < 0.0 {
                for r in explain(table, &found.model, pair.0, pair.1).reasons {
                    if r.level != "not comparable" {
                        println!(
                            "      {:20} {:6.1} rarity {:5.1} kin {:6.1} {}",
                            r.field.code(),
                            r.bits.0,
                            r.rarity_bits.0,
                            r.bits_against_kin.0,
                            r.level
                        );
                    }
                }
            }
        }
    }
    // Unlisted cross pairs: each RUVTE or Parque record that stands in the public gold with another partner.
    let known: std::collections::HashSet<u32> =
        listed.iter().filter(|(_, l)| *l == "same").flat_map(|(p, _)| [p.0, p.1]).collect();
    let mut cross = 0;
    for p in &found.pairs {
        let parque = (table.list_of(p.left) == 2) != (table.list_of(p.right) == 2);
        let label = listed.get(&(p.left, p.right));
        if p.weight.0 > 0.0
            && parque
            && label.is_none_or(|l| l == "different")
            && (known.contains(&p.left) || known.contains(&p.right) || label.is_some())
        {
            fp_pair += 1;
            if verbose {
                println!("FPP {} {} {:.1}", keys[p.left as usize], keys[p.right as usize], p.weight.0);
                for r in explain(table, &found.model, p.left, p.right).reasons {
                    if r.level != "not comparable" {
                        println!(
                            "      {:20} {:6.1} rarity {:5.1} kin {:6.1} {}",
                            r.field.code(),
                            r.bits.0,
                            r.rarity_bits.0,
                            r.bits_against_kin.0,
                            r.level
                        );
                    }
                }
            }
        }
    }
    for c in found.partition.clusters() {
        for (x, a) in c.iter().enumerate() {
            for b in &c[x + 1..] {
                let parque = (table.list_of(*a) == 2) != (table.list_of(*b) == 2);
                if parque {
                    cross += 1;
                }
                let label = listed.get(&(*a, *b));
                if parque
                    && label.is_none_or(|l| l == "different")
                    && (known.contains(a) || known.contains(b) || label.is_some())
                {
                    fp += 1;
                    if verbose {
                        println!(
                            "FP {} {} {:?} {:?}",
                            keys[*a as usize],
                            keys[*b as usize],
                            label,
                            weights.get(&(*a, *b))
                        );
                    }
                }
            }
        }
    }
    for (k, v) in std::collections::BTreeMap::from_iter(counts) {
        println!("{k:?} n {} linked {} weight>0 {}", v[0], v[1], v[2]);
    }
    let within = found
        .partition
        .clusters()
        .iter()
        .filter(|c| c.len() > 1)
        .flat_map(|c| {
            let t = &table;
            let mut l: Vec<u16> = c.iter().map(|r| t.list_of(*r)).collect();
            let n = l.len();
            l.sort();
            l.dedup();
            (l.len() < n).then_some(1)
        })
        .count();
    println!(
        "clusters {} cross-linked pairs {cross}, clusters with two of one list {within}",
        found.partition.n_clusters()
    );
    println!(
        "partition: {:?}; reviewed recall {:.4} ({reviewed_tp}/{reviewed})",
        Scores::new(tp as f64, (tp + fp) as f64, n_same as f64),
        reviewed_tp as f64 / reviewed as f64
    );
    println!("pairs>0:   {:?}", Scores::new(tp_pair as f64, (tp_pair + fp_pair) as f64, n_same as f64));
}
