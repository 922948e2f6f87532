use crate::invented::{table, three_lists};
use habeas_core::MatchWeight;
use habeas_link::{
    Comparison, Constraints, EstimateError, Field, Level, LinkOptions, Model, PatternCounts, PlaceField, Vector, Watch,
    estimate, link,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const LAMBDA: f64 = 0.004;

fn comparison(field: Field, m: &[f64], u: &[f64]) -> Comparison {
    let levels = field.levels().iter().zip(m.iter().zip(u)).map(|(name, (m, u))| Level {
        name: (*name).to_owned(),
        m: *m,
        u: *u,
        kin: *u,
        typical_bits: None,
    });
    Comparison { levels: levels.collect(), field, trained: true }
}

/// A model with known numbers, in which relatives hardly occur.
fn known() -> Model {
    let document: (&[f64], &[f64]) = (&[0.06, 0.04, 0.90], &[0.988, 0.010, 0.002]);
    let text: (&[f64], &[f64]) = (&[0.10, 0.05, 0.15, 0.70], &[0.80, 0.10, 0.06, 0.04]);
    let place: (&[f64], &[f64]) = (&[0.12, 0.18, 0.10, 0.60], &[0.80, 0.12, 0.03, 0.05]);
    Model {
        lambda: LAMBDA,
        kin_lambda: 1e-9,
        comparisons: vec![
            comparison(Field::Document, document.0, document.1),
            comparison(Field::Text("ward".into()), text.0, text.1),
            comparison(Field::Place(PlaceField::Residence), place.0, place.1),
            comparison(Field::Text("trade".into()), text.0, text.1),
        ],
        rules: Vec::new(),
        cut: MatchWeight(0.0),
    }
}

fn draw(model: &Model, same: bool, rng: &mut ChaCha8Rng) -> Vector {
    let outcomes: Vec<(u8, f32)> = model
        .comparisons
        .iter()
        .map(|comparison| {
            if rng.random_bool(0.1) {
                return (0, 0.0);
            }
            let mut left = rng.random::<f64>();
            for (i, level) in comparison.levels.iter().enumerate() {
                left -= if same { level.m } else { level.u };
                if left < 0.0 {
                    return (i as u8 + 1, 0.0);
                }
            }
            (comparison.levels.len() as u8, 0.0)
        })
        .collect();
    Vector::new(&outcomes)
}

fn tabulate(vectors: impl Iterator<Item = Vector>) -> Vec<(Vector, f64)> {
    let mut counts = std::collections::BTreeMap::new();
    vectors.for_each(|vector| *counts.entry(vector).or_insert(0.0) += 1.0);
    counts.into_iter().collect()
}

/// Pairs, and of each whether it is one person.
fn simulated_pairs(seed: u64) -> Vec<(Vector, bool)> {
    let model = known();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..500_000)
        .map(|_| {
            let same = rng.random_bool(LAMBDA);
            (draw(&model, same, &mut rng), same)
        })
        .collect()
}

fn counts_of(pairs: &[(Vector, bool)]) -> PatternCounts {
    let vectors = || pairs.iter().map(|(vector, _)| *vector);
    let (candidates, random) = (tabulate(vectors()), tabulate(vectors().step_by(4)));
    PatternCounts { candidates, random, n_pairs: pairs.len() as u64, ..PatternCounts::default() }
}

fn simulated(seed: u64) -> PatternCounts {
    counts_of(&simulated_pairs(seed))
}

#[test]
fn estimation_returns_the_lambda_m_and_u_that_made_the_pairs() {
    let truth = known();
    let mut start = known();
    start.lambda = 0.02;
    for comparison in &mut start.comparisons {
        let n = comparison.levels.len() as f64;
        for (i, level) in comparison.levels.iter_mut().enumerate() {
            level.m = if i as f64 == n - 1.0 { 0.5 } else { 0.5 / (n - 1.0) };
            level.u = 1.0 / n;
        }
    }
    let fit = estimate(&simulated(3), &start).unwrap();
    assert!(fit.converged);
    assert!((fit.model.lambda / LAMBDA - 1.0).abs() < 0.05, "{}", fit.model.lambda);
    for (found, real) in fit.model.comparisons.iter().zip(&truth.comparisons) {
        for (found, real) in found.levels.iter().zip(&real.levels) {
            assert!((found.m - real.m).abs() < 0.04, "{}: m {} for {}", found.name, found.m, real.m);
            assert!((found.u - real.u).abs() < 0.01, "{}: u {} for {}", found.name, found.u, real.u);
        }
    }
    let n_with_evidence: f64 = fit.evidence[0].iter().sum();
    assert!((n_with_evidence / (0.9 * LAMBDA * 500_000.0) - 1.0).abs() < 0.1, "{n_with_evidence}");
}

#[test]
fn a_field_declared_untrained_keeps_its_probabilities() {
    let mut start = known();
    start.comparisons[1].trained = false;
    start.comparisons[1].levels[0].m = 0.4;
    start.comparisons[1].levels[3].m = 0.4;
    let fit = estimate(&simulated(4), &start).unwrap();
    assert_eq!(fit.model.comparisons[1], start.comparisons[1]);
}

#[test]
fn without_pairs_or_without_differences_nothing_is_estimated() {
    let nothing = PatternCounts::default();
    assert_eq!(estimate(&nothing, &known()), Err(EstimateError::NoCandidates));
    let always = vec![(Vector::new(&[(1, 0.0), (1, 0.0), (1, 0.0), (1, 0.0)]), 50.0)];
    let constant =
        PatternCounts { candidates: always.clone(), random: always, n_pairs: 50, ..PatternCounts::default() };
    assert_eq!(estimate(&constant, &known()), Err(EstimateError::NothingVaries));
}

#[test]
fn a_rare_agreed_value_weighs_more_than_a_common_one() {
    use crate::invented::{list, table};
    let (lists, mut entries) = crate::invented::three_lists(400, 5);
    let rare = crate::invented::Entry::named(0, "Xerxun", "Quvolpai");
    entries.extend([rare.clone(), crate::invented::Entry { list: 1, ..rare }]);
    let table = table(&lists, &entries);
    assert_eq!(lists[0], list("families", true));
    let model = habeas_link::guess_model(&table);
    let n = entries.len() as u32;
    let bits = |a, b| habeas_link::explain(&table, &model, a, b).reasons[0].rarity_bits.0;
    let common = (0..n - 2)
        .flat_map(|a| (a + 1..n - 2).map(move |b| (a, b)))
        .filter(|(a, b)| {
            let (a, b) = (&entries[*a as usize], &entries[*b as usize]);
            a.given == b.given && a.family == b.family
        })
        .map(|(a, b)| bits(a, b))
        .fold(f64::MAX, f64::min);
    assert!(bits(n - 2, n - 1) > common + 2.0, "{} {common}", bits(n - 2, n - 1));
}

#[test]
fn judged_pairs_are_known_and_count_once() {
    let mut counts = simulated(6);
    let before = estimate(&counts, &known()).unwrap();
    // Of a vector that leaves everything open people decided each time that it is one person.
    let doubtful = Vector::new(&[(0, 0.0), (0, 0.0), (2, 0.0), (3, 0.0)]);
    let n = counts.candidates.iter().find(|(vector, _)| *vector == doubtful).map(|(_, n)| *n).unwrap();
    counts.judged = vec![(doubtful, true); n as usize];
    let after = estimate(&counts, &known()).unwrap();
    assert!(after.n_same > before.n_same + 0.5 * n, "{} {}", before.n_same, after.n_same);
    let level = |fit: &habeas_link::Fit| fit.model.comparisons[3].levels[2].m;
    assert!(level(&after) > level(&before) * 1.1, "{} {}", level(&before), level(&after));
    counts.judged = vec![(doubtful, false); n as usize];
    assert!(estimate(&counts, &known()).unwrap().n_same < before.n_same);
}

#[test]
fn asking_people_about_doubtful_pairs_only_biases_nothing() {
    let pairs = simulated_pairs(7);
    let counts = counts_of(&pairs);
    let before = estimate(&counts, &known()).unwrap();
    let same: std::collections::HashMap<Vector, f64> =
        tabulate(pairs.iter().filter(|(_, same)| *same).map(|(vector, _)| *vector)).into_iter().collect();
    let share = |vector: &Vector, n: f64| same.get(vector).unwrap_or(&0.0) / n;
    let doubtful: std::collections::HashSet<Vector> =
        counts.candidates.iter().filter(|(v, n)| (0.2..0.8).contains(&share(v, *n))).map(|(v, _)| *v).collect();
    let judged: Vec<(Vector, bool)> = pairs.into_iter().filter(|(vector, _)| doubtful.contains(vector)).collect();
    assert!(judged.len() > 200, "{}", judged.len());
    let after = estimate(&PatternCounts { judged, ..counts }, &known()).unwrap();
    assert!((after.model.lambda / before.model.lambda - 1.0).abs() < 0.05);
    for (a, b) in after.model.comparisons.iter().zip(&before.model.comparisons) {
        for (a, b) in a.levels.iter().zip(&b.levels) {
            assert!((a.m - b.m).abs() < 0.02, "{} {}", a.m, b.m);
        }
    }
}

#[test]
fn lambda_by_lists_counts_the_pairs_of_one_person_within_and_across_them() {
    let (lists, entries) = three_lists(800, 71);
    let table = table(&lists, &entries);
    let found = link(&table, None, &Constraints::default(), &LinkOptions::default(), &Watch::none()).unwrap();
    let n_of = |list: u16| entries.iter().filter(|entry| entry.list == list).count() as f64;
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let told = found.by_lists.iter().find(|pair| pair.lists == (a, b)).unwrap();
        let on_both = entries
            .iter()
            .filter(|one| one.list == a && entries.iter().any(|other| other.list == b && other.person == one.person));
        let on_both = on_both.count() as f64;
        assert_eq!(told.n_pairs, n_of(a) * n_of(b));
        assert!((told.n_same / on_both - 1.0).abs() < 0.1, "{} of {on_both} pairs of lists {a} and {b}", told.n_same);
        assert!((told.lambda() - told.n_same / told.n_pairs).abs() < 1e-15);
    }
    // Nobody is twice on a list here.
    let within: f64 = found.by_lists.iter().filter(|pair| pair.lists.0 == pair.lists.1).map(|pair| pair.n_same).sum();
    assert!(within < 0.02 * found.partition.n_records() as f64, "{within}");
}
