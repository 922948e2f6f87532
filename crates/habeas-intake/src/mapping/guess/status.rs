//! What status words of lists mean, as far as a small vocabulary tells; what it does not know stays open.

use super::content::Profile;
use crate::mapping::StatusWord;
use habeas_core::{EventKind, Fate, Whereabouts, fold, fold_tokens};
use std::collections::{BTreeMap, HashSet};

const TAKEN: &str = "taken disappeared disappearance missing abducted abduction arrested detained kidnapped desaparicion \
    desaparecido desaparecida detenido detenida secuestrado secuestrada disparu disparue enleve enlevee desaparecimento \
    مفقود مختفی مختطف معتقل لاپتہ گمشدہ اغوا ربودہ";
const KILLED: &str = "killed murdered executed execution asesinato asesinado asesinada homicidio ejecutado ejecutada tue \
    tuee assassine assassinee assassinado assassinada قتل مقتول قتیل کشتہ ہلاک شہید";
const DEAD: &str = "dead died death deceased deceso fallecido fallecida muerto muerta suicide decede decedee mort morto \
    morta متوفی وفات مردہ";
const REMAINS: &str = "exhumed exhumados exhumado exhumada identified identificados identificado identificada";
const RELEASED: &str = "released freed liberado liberada libere liberee رہا آزاد";
const ALIVE: &str = "alive localizado localizada restituido restituida vivo viva vivant vivante returned زندہ حی";
const CUSTODY: &str = "custody jail prison imprisoned";
const OPEN: &str = "unresolved pending open unknown";
/// Words that make a status a supposition: what it means is for a person to say.
const HEDGES: &str =
    "presuncion presunto presunta presumed suspected alleged possible probable suposto presume presumee";
const DENIES: &str = "not no never without nobody sin ni non sans nao لا نہیں غیر";
const SMALL: &str = "forzada forced enforced body found in of the and a o la el de en su sus e y con sobre informacion \
    information restos remains forcibly nino nina junto padres allegados familia nacido nacida cautiverio entregado \
    entregada autoridad judicial por";

fn among(list: &str, token: &str) -> bool {
    list.split_whitespace().any(|word| word == token)
}

/// What a status word means; `None` where the vocabulary does not tell, or where it denies something.
pub(super) fn understand(words: &str) -> Option<StatusWord> {
    let tokens = fold_tokens(words);
    let has = |list: &str| tokens.iter().any(|token| among(list, token));
    let folded = tokens.join(" ");
    let says = [TAKEN, KILLED, DEAD, REMAINS, RELEASED, ALIVE, CUSTODY];
    let is_status = |token: &String| says.iter().any(|list| among(list, token));
    // «not released», «not yet found dead»: what is denied stays open.
    let denies = tokens
        .iter()
        .enumerate()
        .any(|(i, token)| among(DENIES, token) && tokens.iter().skip(i + 1).take(2).any(is_status));
    if denies || tokens.len() > 16 {
        return None;
    }
    if has(HEDGES) {
        return tokens.iter().any(is_status).then(StatusWord::default);
    }
    let body = folded.contains("body found") || folded.contains("found dead");
    let (killed, dead) = (has(KILLED), has(DEAD) || body);
    let identified = has(REMAINS) && (killed || dead || has(TAKEN));
    let (released, alive) = (
        has(RELEASED),
        has(ALIVE) || folded.contains("entregado a su familia") || folded.contains("entregada a su familia"),
    );
    if (killed || dead || identified) && (released || alive) {
        return None;
    }
    let event = if body {
        Some(EventKind::FoundDead)
    } else if killed && !has(TAKEN) {
        Some(EventKind::Killed)
    } else if released {
        Some(EventKind::Released)
    } else if has(TAKEN) {
        Some(EventKind::Taken)
    } else {
        None
    };
    let fate = if identified {
        Some(Fate::DeadIdentified)
    } else if killed || dead {
        Some(Fate::DeadReported)
    } else if released || alive {
        Some(Fate::AliveReported)
    } else {
        None
    };
    let prison = has("prison jail imprisoned");
    let custody = if prison { Whereabouts::CustodyPrison } else { Whereabouts::CustodyKindOpen };
    let word = StatusWord { event, fate, whereabouts: has(CUSTODY).then_some(custody), ..StatusWord::default() };
    (word != StatusWord::default() || has(OPEN)).then_some(word)
}

/// Share of the cells of a column that the vocabulary understands.
pub(super) fn share_understood(profile: &Profile<'_>) -> f64 {
    let understood: usize =
        profile.distinct.iter().filter(|(words, _)| understand(words).is_some()).map(|(_, count)| count).sum();
    if profile.n == 0 { 0.0 } else { understood as f64 / profile.n as f64 }
}

/// The words of a status column with their meanings; `{}` for frequent ones that a person must judge.
///
/// A word gets in only if three rows share it, or if each of its parts is in the vocabulary or in such a word: a rare one
/// may name somebody.
pub(super) fn values(profile: &Profile<'_>) -> BTreeMap<String, StatusWord> {
    const SHARED: usize = 3;
    let shared = profile.distinct.iter().filter(|(_, count)| **count >= SHARED);
    let shared_tokens: HashSet<String> = shared.flat_map(|(words, _)| fold_tokens(words)).collect();
    let lists = [TAKEN, KILLED, DEAD, REMAINS, RELEASED, ALIVE, CUSTODY, OPEN, SMALL];
    let is_plain = |words: &str| {
        fold_tokens(words).iter().all(|t| shared_tokens.contains(t) || lists.iter().any(|list| among(list, t)))
    };
    let mut values = BTreeMap::new();
    let mut seen = HashSet::new();
    let mut words: Vec<(&&str, &usize)> = profile.distinct.iter().collect();
    words.sort();
    for (words, count) in words {
        let meaning = understand(words);
        let enters = (*count >= SHARED || (meaning.is_some() && is_plain(words))) && words.len() <= 160;
        if enters && seen.insert(fold(words)) {
            values.insert((*words).to_owned(), meaning.unwrap_or_default());
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_word_means_no_more_than_it_says() {
        let means = |event, fate| Some(StatusWord { event, fate, ..StatusWord::default() });
        for (words, expected) in [
            ("Disappearance", means(Some(EventKind::Taken), None)),
            ("Killed", means(Some(EventKind::Killed), Some(Fate::DeadReported))),
            ("Detenido/a desaparecido/a", means(Some(EventKind::Taken), None)),
            ("Disappearance, information of death", means(Some(EventKind::Taken), Some(Fate::DeadReported))),
            ("DESAPARICION / EXHUMADOS E IDENTIFICADOS", means(Some(EventKind::Taken), Some(Fate::DeadIdentified))),
            ("released", means(Some(EventKind::Released), Some(Fate::AliveReported))),
            ("body found", means(Some(EventKind::FoundDead), Some(Fate::DeadReported))),
            ("unresolved", means(None, None)),
            ("not released", None),
            ("PRESUNCION DE DESAPARICION (SIN DENUNCIA)", means(None, None)),
            ("Murdered (no charge was brought)", means(Some(EventKind::Killed), Some(Fate::DeadReported))),
            ("found alive or dead", None),
            ("Blue Collar", None),
        ] {
            assert_eq!(understand(words), expected, "{words}");
        }
    }
}
