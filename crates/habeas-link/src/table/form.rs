//! The forms of a person's names in one record: which of them say something of their own.

use super::{FORM_END, ROLE_SHIFT, TOKEN_MASK, TokenRole, Tokens, stable_hash, words::Words};
use crate::script::skeleton;

/// One way in which a record writes a name: its words with what they are.
pub(super) type Form = Vec<(usize, TokenRole)>;

/// Leaves out forms that repeat what a longer one says.
///
/// A list that gives a name in full and its parts beside it («Sir John Marsh, 2nd Baronet»; «Sir»; «Baronet») would
/// otherwise agree with every other baronet in one of its forms. What the parts tell of given and family names goes over
/// to the full name. A nickname that is a word of the name is none.
pub(super) fn settle(own: &mut Vec<Form>, alias: &mut Vec<Form>, words: &Words) {
    let hash = |word: usize| words.get(word).hash;
    let holds = |form: &Form, word: usize| form.iter().any(|(other, _)| hash(*other) == hash(word));
    let only_titles = |form: &Form| form.iter().all(|(word, _)| !words.get(*word).is_name);
    let mut i = 0;
    while i < own.len() && own.len() > 1 {
        let longer = (0..own.len()).find(|j| {
            let longer = *j != i && (own[*j].len() > own[i].len() || own[*j].len() == own[i].len() && *j < i);
            longer && own[i].iter().all(|(word, _)| holds(&own[*j], *word))
        });
        match longer {
            Some(longer) => {
                for (word, role) in std::mem::take(&mut own[i]) {
                    let same = own[longer].iter_mut().filter(|(other, _)| hash(*other) == hash(word));
                    same.filter(|(_, known)| *known == TokenRole::Unassigned).for_each(|(_, known)| *known = role);
                }
                own.remove(i);
            }
            None if only_titles(&own[i]) => {
                own.remove(i);
            }
            None => i += 1,
        }
    }
    alias.retain(|nickname| !nickname.iter().all(|(word, _)| own.iter().any(|form| holds(form, *word))));
}

/// The forms as a record stores them: words with their roles, forms parted by a mark.
pub(super) fn numbered(forms: &[Form], field: usize, words: &mut Words, tokens: &mut Tokens) -> Vec<u32> {
    let mut stored = Vec::with_capacity(forms.iter().map(|form| form.len() + 1).sum());
    for (i, form) in forms.iter().enumerate() {
        if i > 0 {
            stored.push(FORM_END);
        }
        stored.extend(
            form.iter()
                .map(|(word, role)| (*role as u32) << ROLE_SHIFT | (words.number(*word, field, tokens) & TOKEN_MASK)),
        );
    }
    stored
}

/// Keys of a name written without blanks.
pub(super) fn joined_keys(form: &Form, words: &Words) -> impl Iterator<Item = u32> {
    let counted = form.iter().filter(|(_, role)| *role != TokenRole::Optional);
    let joined: String = counted.map(|(word, _)| &*words.get(*word).text).collect();
    let key = (joined.len() >= 3).then(|| skeleton(&joined));
    key.into_iter().flat_map(|key| {
        let (eastern, arabic) = (stable_hash(key.eastern.as_bytes()), stable_hash(key.arabic.as_bytes()));
        [Some(eastern as u32), Some(arabic as u32).filter(|_| arabic != eastern)].into_iter().flatten()
    })
}
