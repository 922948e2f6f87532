//! `habeas claims official-version`: what the authorities say of an act, where a text tells it as theirs and disputes it. What
//! the text says stays the text's; theirs are claims of their own, proposed to be confirmed one by one.

use super::add::{Coder, PassageArgs};
use crate::{desk::Book, failure::Failure};
use clap::Args;
use habeas_core::{
    Assertion, AssertionId, Attribution, Content, Entity, EntityKind, Matter, Modality, Review, SpeakerKind, Topic,
};

/// Whose version of which act, in which words
#[derive(Debug, Clone, Args)]
pub struct Official {
    /// The act, as act:NAME
    pub act: String,
    /// Who says so, as the text names them
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// The words in which the text gives their version [default: those that were suggested]
    #[arg(long, value_name = "WORDS")]
    pub words: Option<String>,
    /// Which occurrence of the words is meant, where they stand more than once
    #[arg(long, value_name = "N", requires = "words")]
    pub occurrence: Option<usize>,
}

/// What is proposed of their version: what the text tells of the same.
const FIELDS: [Matter; 4] = [Matter::Victim, Matter::Count, Matter::When, Matter::Where];

/// The words of an official version that were suggested for an act, while nobody has said whose it is.
pub fn suggested(book: &Book, act: Entity) -> Option<&Assertion> {
    let about = |one: &&Assertion| one.about == act && one.modality == Modality::OfficialVersion;
    let open = |one: &&Assertion| book.stand(one.id).is_some_and(|stand| stand.review != Review::Rejected);
    let said = || book.assertions.iter().filter(about).filter(open);
    let theirs = said().any(|one| one.said_by.is_some() && is_field(one));
    said().find(|one| one.topic == Topic::Of(Matter::Term) && !one.quotes.is_empty()).filter(|_| !theirs)
}

fn is_field(one: &Assertion) -> bool {
    FIELDS.iter().any(|matter| one.topic == Topic::Of(*matter))
}

/// Proposes what the authorities say of an act: of the text's claims those that stand after this session, in the words of
/// their version.
pub fn propose(coder: &mut Coder<'_>, args: &Official) -> Result<Vec<AssertionId>, Failure> {
    let act = coder.known(&args.act)?.filter(|act| act.kind == EntityKind::Act);
    let act = act.ok_or_else(|| {
        Failure::usage("this names no act", "name it as act:NAME; see: habeas claims list --kind act")
    })?;
    let told: Vec<Assertion> = standing(coder, act);
    let by_them = |one: &Assertion| one.said_by.as_ref().is_some_and(|said| said.speaker.name == args.by);
    if told.iter().any(|one| one.modality == Modality::OfficialVersion && by_them(one)) {
        let remedy = "correct a claim of theirs: habeas claims accept CLAIM --field TOPIC=VALUE";
        return Err(Failure::usage("their version of this act stands already", remedy));
    }
    let fields: Vec<&Assertion> =
        told.iter().filter(|one| is_field(one) && one.modality != Modality::OfficialVersion).collect();
    let nothing = || Failure::usage("nothing is told of this act that they could say too", "add claims about it first");
    let source = fields.iter().find_map(|one| one.quotes.first()).ok_or_else(nothing)?.source;
    let words = suggested(coder.book(), act).filter(|_| args.words.is_none()).map(|one| one.quotes.clone());
    let quotes = match (words, &args.words) {
        (Some(quotes), _) => quotes,
        (None, Some(words)) => {
            let key = coder.book().source_key(source).to_owned();
            let (quote, occurrence) = (vec![words.clone()], args.occurrence);
            coder.quotes(&PassageArgs { source: Some(key), quote, occurrence, span: Vec::new() })?
        }
        (None, None) => {
            return Err(Failure::usage("no words of an official version were suggested", "give them: --words WORDS"));
        }
    };
    let mut proposed: Vec<(Topic, &Content, AssertionId)> = Vec::new();
    for one in fields {
        if proposed.iter().any(|(topic, content, _)| *topic == one.topic && **content == one.content) {
            continue;
        }
        let plain = coder.plain(act, one.topic, one.content.clone())?;
        let theirs = Assertion {
            quotes: quotes.clone(),
            modality: Modality::OfficialVersion,
            said_by: Some(Attribution::direct(&args.by, SpeakerKind::Official)),
            review: Review::Proposed,
            ..plain
        };
        proposed.push((one.topic, &one.content, coder.push(theirs)));
    }
    Ok(proposed.into_iter().map(|(.., id)| id).collect())
}

/// The claims about an act that are proposed or accepted, as this session leaves them.
fn standing(coder: &Coder<'_>, act: Entity) -> Vec<Assertion> {
    let made = coder.made();
    let turned_down = |id: AssertionId| {
        let about = Entity::assertion(id);
        made.iter().any(|one| {
            let rejects = matches!(one.content, Content::Review(Review::Rejected, _));
            one.supersedes == Some(id) || one.about == about && rejects
        })
    };
    let holds = |one: &&Assertion| {
        let stand = coder.book().stand(one.id);
        stand.is_some_and(|stand| {
            let open = matches!(stand.review, Review::Accepted | Review::Proposed);
            open && stand.superseded_by.is_none() && stand.taken_back_by.is_none() && !turned_down(one.id)
        })
    };
    let known = coder.book().assertions.iter().filter(holds);
    known.chain(made).filter(|one| one.about == act && one.is_tallied()).cloned().collect()
}
