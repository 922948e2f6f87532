//! Legal forms of organisations: «Aktiengesellschaft» and «AG» say the same, and next to nothing of who it is.

use habeas_core::fold;
use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

/// What kind of body the law makes of it, across countries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LegalForm {
    /// With shares that can be sold.
    Shares,
    /// Of partners whose liability has a limit.
    Limited,
    /// Of partners who are liable.
    Partnership,
    /// For nobody's profit.
    NonProfit,
    /// Whatever its form.
    Company,
}

impl LegalForm {
    /// Whether no body can have both forms.
    pub(super) fn differs(self, other: Self) -> bool {
        self != other && self != Self::Company && other != Self::Company
    }
}

/// Written out and shortened, folded.
const FORMS: &[(LegalForm, &str)] = &[
    (
        LegalForm::Shares,
        "ab, ag, aktiebolag, aktiengesellschaft, aktieselskab, anonim sirketi, ao, as, asa, inc, incorporated, \
         joint stock company, jsc, naamloze vennootschap, nv, oao, open joint stock company, oyj, pao, pjsc, plc, \
         public joint stock company, public limited company, sa, sa de cv, sab, sab de cv, sae, saoc, sas, se, \
         sociedad anonima, sociedade anonima, societe anonyme, societa per azioni, spa, tbk, zao, ао, зао, оао, пао, \
         акционерное общество, закрытое акционерное общество, открытое акционерное общество, \
         публичное акционерное общество",
    ),
    (
        LegalForm::Limited,
        "besloten vennootschap, bhd, bv, bvba, doo, eood, fzco, fze, gesellschaft mit beschrankter haftung, gmbh, kft, \
         lda, limitada, limited, limited liability company, llc, ltd, ltda, ltd sti, ooo, oy, private limited, \
         private limited company, proprietary limited, pte ltd, pty ltd, pvt ltd, sarl, sdn bhd, sl, sociedad limitada, \
         sociedad de responsabilidad limitada, societa a responsabilita limitata, \
         societe a responsabilite limitee, societatea cu raspundere limitata, societate cu raspundere limitata, \
         spolka z ograniczona odpowiedzialnoscia, sp z oo, sp zoo, srl, sro, sp z o o, ооо, тоо, \
         общество с ограниченнои ответственностью, товарищество с ограниченнои ответственностью",
    ),
    (
        LegalForm::Partnership,
        "kg, kommanditgesellschaft, limited liability partnership, limited partnership, llp, lp, ohg",
    ),
    (LegalForm::NonProfit, "ano, ev, eingetragener verein, ngo, ано, автономная некоммерческая организация"),
    (LegalForm::Company, "cia, cie, co, comp, compagnie, company, compania, corp, corporation"),
];

type Set<T> = HashMap<Box<str>, T, foldhash::fast::RandomState>;

/// What is looked up: forms by their words, and how a form can begin and end.
struct Lookup {
    forms: Set<LegalForm>,
    first: Set<()>,
    last: Set<()>,
}

static LOOKUP: LazyLock<Lookup> = LazyLock::new(|| {
    let forms = FORMS.iter().flat_map(|(form, written)| written.split(", ").map(|written| (written, *form)));
    let end = |word: Option<&str>| (word.unwrap_or_default().into(), ());
    Lookup {
        forms: forms.clone().map(|(written, form)| (written.into(), form)).collect(),
        first: forms.clone().map(|(written, _)| end(written.split(' ').next())).collect(),
        last: forms.map(|(written, _)| end(written.rsplit(' ').next())).collect(),
    }
});

/// Words of one legal form, at most («Gesellschaft mit beschränkter Haftung»).
const MOST_WORDS: usize = 5;

/// One word as written, folded; the letters of «L.L.C.» stand together.
fn folded(word: &str) -> String {
    let mut folded = fold(word);
    folded.retain(|letter| letter != ' ');
    folded
}

/// The name without legal forms before it and at its end, and the most telling of them.
///
/// Where there is one, letters with dots («A.B.C.») become a word: organisations have no initials.
pub(super) fn without_legal_form(name: &str) -> (Cow<'_, str>, Option<LegalForm>) {
    let lookup = &*LOOKUP;
    let mut ends = name.split_whitespace();
    let (first, last) = (ends.next().unwrap_or_default(), ends.next_back().unwrap_or_default());
    if !lookup.first.contains_key(folded(first).as_str()) && !lookup.last.contains_key(folded(last).as_str()) {
        return (Cow::Borrowed(name), None);
    }
    let written: Vec<&str> = name.split_whitespace().collect();
    let words: Vec<String> = written.iter().map(|word| folded(word)).collect();
    let (mut from, mut to) = (0, words.len());
    let mut found: Option<LegalForm> = None;
    loop {
        let spans = (1..=MOST_WORDS.min((to - from).saturating_sub(1))).rev();
        let mut ends = spans.flat_map(|n| [(from, to - n, to - n..to), (from + n, to, from..from + n)]);
        // Something must be left that is a name.
        let is_name = |from: usize, to: usize| words[from..to].iter().any(|word| word.chars().count() > 1);
        let next = ends.find_map(|(from, to, span)| {
            let form = *lookup.forms.get(words[span].join(" ").as_str())?;
            is_name(from, to).then_some((from, to, form))
        });
        let Some((rest_from, rest_to, form)) = next else { break };
        (from, to) = (rest_from, rest_to);
        found = found.filter(|known| *known != LegalForm::Company).or(Some(form));
    }
    if found.is_none() {
        return (Cow::Borrowed(name), None);
    }
    let dotted = |word: &str| {
        let mut parts = word.split('.').filter(|part| !part.is_empty()).peekable();
        word.contains('.') && parts.peek().is_some() && parts.all(|part| part.chars().count() == 1)
    };
    let rest = (from..to).map(|i| if dotted(written[i]) { words[i].as_str() } else { written[i] });
    (Cow::Owned(rest.collect::<Vec<_>>().join(" ")), found)
}
