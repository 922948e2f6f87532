//! `habeas claims add`: one claim as a person reads it: of what, what, in which words, who says so. The words are found in
//! the text of the source; nothing is recorded that does not stand there.

use super::content::{ContentArgs, content};
use crate::{
    cli::one_of,
    desk::{Book, Desk},
    failure::Failure,
};
use clap::Args;
use habeas_core::{
    Assertion, AssertionId, Attribution, Basis, Content, Entity, EntityId, EntityKind, Grade, MadeBy, Matter, Modality,
    PartialDate, Polarity, Quote, QuoteError, Review, Sensitivity, SourceId, Speaker, SpeakerKind, Topic, UserId,
    parse_edtf,
};
use sha2::{Digest, Sha256};
use std::{cell::Cell, collections::HashMap, ops::Range, sync::Arc};

/// One claim
#[derive(Debug, Clone, Args)]
pub struct AddArgs {
    /// What it is about, as KIND:NAME, such as `incident:shrine`; a new name makes a new one
    #[arg(long, value_name = "KIND:NAME")]
    pub about: String,
    /// Which question it answers; see `habeas claims topics`
    #[arg(long, value_name = "TOPIC")]
    pub topic: String,
    /// A name for the claim itself, by which others can speak of it
    #[arg(long = "as", value_name = "NAME")]
    pub named: Option<String>,
    #[command(flatten)]
    pub content: ContentArgs,
    #[command(flatten)]
    pub passage: PassageArgs,
    #[command(flatten)]
    pub stance: StanceArgs,
    /// Record it as a proposal, to be accepted by somebody else
    #[arg(long)]
    pub propose: bool,
    /// The claim that this one corrects; with `--polarity retracts`, that its speaker takes back
    #[arg(long, value_name = "CLAIM")]
    pub corrects: Option<String>,
}

/// In which words
#[derive(Debug, Clone, Args)]
pub struct PassageArgs {
    /// The source that holds the words
    #[arg(long, value_name = "KEY")]
    pub source: Option<String>,
    /// The words, exactly as they stand in the source (can be repeated)
    #[arg(long, value_name = "WORDS", requires = "source")]
    pub quote: Vec<String>,
    /// Which occurrence of the words is meant, where they stand more than once
    #[arg(long, value_name = "N", requires = "quote")]
    pub occurrence: Option<usize>,
    /// The words by their place: first byte and one past the last, such as 137-158 (can be repeated)
    #[arg(long, value_name = "FROM-TO", requires = "source", value_parser = span)]
    pub span: Vec<Range<usize>>,
}

/// Who says so, and how
#[derive(Debug, Clone, Args)]
pub struct StanceArgs {
    /// Who says it, where that is not the source itself
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// What the speaker is to the matter
    #[arg(long, value_enum, default_value_t = Kind::Organisation)]
    pub by_kind: Kind,
    /// Who passed it on, in order (can be repeated)
    #[arg(long, value_name = "NAME", requires = "by")]
    pub via: Vec<String>,
    /// For or against
    #[arg(long, value_parser = one_of(Polarity::ALL, Polarity::code), default_value = "affirms")]
    pub polarity: Polarity,
    /// How it is put
    #[arg(long, value_parser = one_of(Modality::ALL, Modality::code), default_value = "stated")]
    pub modality: Modality,
    /// On what ground
    #[arg(long, value_parser = one_of(Basis::ALL, Basis::code), default_value = "not-stated")]
    pub basis: Basis,
    /// When it was said
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub said_at: Option<PartialDate>,
    /// When it was true
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub valid: Option<PartialDate>,
    /// Grades of source (A–F) and information (1–6), such as B2; they never weigh in a number
    #[arg(long, value_parser = grade)]
    pub grade: Option<Grade>,
    /// How private it is [default: that of the topic]
    #[arg(long, value_parser = one_of(Sensitivity::ALL, Sensitivity::code))]
    pub sensitivity: Option<Sensitivity>,
}

/// What a speaker is to the matter
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Kind {
    /// Keeps a list
    ListKeeper,
    /// Saw it
    Witness,
    /// Is family
    Relative,
    /// Speaks for an authority
    Official,
    /// Writes for the press
    Press,
    /// An organisation
    Organisation,
    /// Not named by the source; the name holds its words
    Unnamed,
}

impl From<Kind> for SpeakerKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::ListKeeper => Self::ListKeeper,
            Kind::Witness => Self::Witness,
            Kind::Relative => Self::Relative,
            Kind::Official => Self::Official,
            Kind::Press => Self::Press,
            Kind::Organisation => Self::Organisation,
            Kind::Unnamed => Self::Unnamed,
        }
    }
}

fn span(text: &str) -> Result<Range<usize>, String> {
    let wrong = || "write two byte numbers like 137-158".to_owned();
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    Ok(from.parse().map_err(|_| wrong())?..to.parse().map_err(|_| wrong())?)
}

/// Reads a date as typed.
pub fn date(text: &str) -> Result<PartialDate, String> {
    parse_edtf(text).map_err(|error| error.to_string())
}

fn grade(text: &str) -> Result<Grade, String> {
    Grade::from_code(text).ok_or_else(|| "write a letter A–F and a figure 1–6, such as B2".to_owned())
}

fn note_home(homes: &mut HashMap<Entity, SourceId>, one: &Assertion) {
    if let Some(quote) = one.quotes.first().filter(|_| one.about.kind == EntityKind::Mention) {
        homes.entry(one.about).or_insert(quote.source);
    }
}

/// The id of an assertion of a session that bears a key.
fn id_of_session(key: [u8; 16], n: u32) -> AssertionId {
    let digest = Sha256::new().chain_update(key).chain_update(n.to_be_bytes()).finalize();
    AssertionId(*digest.first_chunk().expect("a digest is longer than an id"))
}

/// Makes assertions of claims as typed. Names that claims of the same session have made are known to later ones.
pub struct Coder<'d> {
    desk: &'d Desk,
    book: Arc<Book>,
    texts: HashMap<SourceId, Arc<str>>,
    made: Vec<Assertion>,
    names: HashMap<(EntityKind, String), Entity>,
    /// The source of each mention.
    homes: HashMap<Entity, SourceId>,
    me: UserId,
    /// What the ids of the session are made of, where it may be sent twice; else they are random.
    key: Option<[u8; 16]>,
    n_ids: Cell<u32>,
}

impl<'d> Coder<'d> {
    /// The desk that it codes at.
    pub fn desk(&self) -> &'d Desk {
        self.desk
    }

    /// A coder at the desk.
    pub fn new(desk: &'d Desk) -> Result<Self, Failure> {
        let (me, book) = (desk.who().user, desk.book()?);
        let mut homes = HashMap::new();
        book.assertions.iter().for_each(|one| note_home(&mut homes, one));
        let (texts, made, names) = (HashMap::new(), Vec::new(), HashMap::new());
        Ok(Self { desk, book, texts, made, names, homes, me, key: None, n_ids: Cell::new(0) })
    }

    /// A coder whose session bears a key: sent twice, it is one session; see [`Coder::recorded`].
    pub fn keyed(desk: &'d Desk, key: [u8; 16]) -> Result<Self, Failure> {
        Ok(Self { key: Some(key), ..Self::new(desk)? })
    }

    /// What the session has recorded before, where it bears a key.
    pub fn recorded(&self) -> Vec<AssertionId> {
        let ids = |key| (0..).map(move |n| id_of_session(key, n)).take_while(|id| self.book.get(*id).is_some());
        self.key.map(|key| ids(key).collect()).unwrap_or_default()
    }

    fn fresh_id(&self) -> Result<AssertionId, Failure> {
        match self.key {
            Some(key) => Ok(id_of_session(key, self.n_ids.replace(self.n_ids.get() + 1))),
            None => Ok(AssertionId(self.desk.mint()?)),
        }
    }

    /// What was known before the session.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The assertions of the session so far.
    pub fn made(&self) -> &[Assertion] {
        &self.made
    }

    /// The assertions of the session.
    pub fn into_made(self) -> Vec<Assertion> {
        self.made
    }

    /// An entity by its name; a new one, with its handle, where nobody has spoken of it.
    pub fn entity(&mut self, name: &str) -> Result<Entity, Failure> {
        if let Some(known) = self.known(name)? {
            return Ok(known);
        }
        let (kind, handle) = name.split_once(':').expect("the book has read the name");
        let kind = EntityKind::from_code(kind).expect("the book has read the kind");
        if matches!(kind, EntityKind::Source | EntityKind::Assertion) {
            return Err(Failure::usage(format_args!("there is no {} «{handle}»", kind.code()), "check its name"));
        }
        let id = EntityId(self.desk.mint()?);
        let entity = Entity { kind, id };
        self.handle(entity, handle)?;
        Ok(entity)
    }

    /// A work by its name: a source of the vault, or one that is known and not held.
    pub fn work(&mut self, name: &str) -> Result<Entity, Failure> {
        if let Some(known) = self.known(name)? {
            return Ok(known);
        }
        match name.split_once(':') {
            Some(("source", handle)) => {
                let entity = Entity { kind: EntityKind::Source, id: EntityId(self.desk.mint()?) };
                self.handle(entity, handle)?;
                Ok(entity)
            }
            _ => self.entity(name),
        }
    }

    /// An entity by its name, of the session or before it; none where nobody has spoken of it.
    pub fn known(&self, name: &str) -> Result<Option<Entity>, Failure> {
        if let Some(known) = self.book.entity(name)? {
            return Ok(Some(known));
        }
        let (kind, handle) = name.split_once(':').expect("the book has read the name");
        let kind = EntityKind::from_code(kind).expect("the book has read the kind");
        Ok(self.names.get(&(kind, handle.to_owned())).copied())
    }

    fn handle(&mut self, entity: Entity, handle: &str) -> Result<(), Failure> {
        let content = Content::Text(handle.to_owned());
        let one = self.plain(entity, Topic::Of(Matter::Handle), content)?;
        self.made.push(one);
        self.names.insert((entity.kind, handle.to_owned()), entity);
        Ok(())
    }

    /// A claim by its name or id, of the session or before it.
    pub fn claim(&self, name: &str) -> Result<AssertionId, Failure> {
        match self.names.get(&(EntityKind::Assertion, name.to_owned())) {
            Some(entity) => Ok(AssertionId(entity.id.0)),
            None => Ok(self.book.claim(name)?.id),
        }
    }

    /// An assertion of this session or before it.
    pub fn get(&self, id: AssertionId) -> Option<&Assertion> {
        self.made.iter().find(|one| one.id == id).or_else(|| self.book.get(id))
    }

    /// All accounts of the question that an assertion answers, of the session and before it.
    pub fn accounts_of(&self, one: &Assertion) -> Vec<AssertionId> {
        let mut all = self.book.counting();
        all.extend(&self.made);
        habeas_core::accounts_of(&all, one.about, one.topic, Some(one), &self.book.ties).ids()
    }

    /// An assertion that a person makes of themselves, without words of a source.
    pub fn plain(&self, about: Entity, topic: Topic, content: Content) -> Result<Assertion, Failure> {
        Ok(Assertion {
            id: self.fresh_id()?,
            recorded_ms: 0,
            recorded_by: self.me,
            about,
            topic,
            content,
            quotes: Vec::new(),
            polarity: Polarity::Affirms,
            modality: Modality::Stated,
            basis: Basis::NotStated,
            said_by: None,
            said_at: None,
            valid: None,
            grade: None,
            sensitivity: topic.sensitivity(),
            review: Review::Accepted,
            made_by: MadeBy::Person,
            supersedes: None,
        })
    }

    /// Adds an assertion to the session.
    pub fn push(&mut self, one: Assertion) -> AssertionId {
        note_home(&mut self.homes, &one);
        let id = one.id;
        self.made.push(one);
        id
    }

    /// Makes the assertion of one claim as typed, with what it needs.
    pub fn add(&mut self, args: &AddArgs) -> Result<AssertionId, Failure> {
        let about = self.entity(&args.about)?;
        let topic = Topic::from_code(&args.topic, about.kind).ok_or_else(|| {
            Failure::usage(
                format_args!("«{}» is no topic of a {}", args.topic, about.kind.code()),
                "see: habeas claims topics",
            )
        })?;
        let quotes = self.quotes(&args.passage)?;
        self.same_source(about, &quotes)?;
        let content = content(self, topic, &args.content, &quotes)?;
        if !topic.accepts(&content) {
            let what = format!("this is no content for «{}»", topic.code());
            return Err(Failure::usage(what, "see what a topic takes: habeas claims topics"));
        }
        let stance = &args.stance;
        let said_by = stance.by.as_ref().map(|name| {
            let kind = if stance.modality == Modality::OfficialVersion && matches!(stance.by_kind, Kind::Organisation) {
                SpeakerKind::Official
            } else {
                stance.by_kind.into()
            };
            let relayed = |name: &String| Speaker { name: name.clone(), kind: SpeakerKind::Organisation };
            Attribution { relayed_by: stance.via.iter().map(relayed).collect(), ..Attribution::direct(name, kind) }
        });
        let supersedes = args.corrects.as_deref().map(|name| self.claim(name)).transpose()?;
        let plain = self.plain(about, topic, content)?;
        let one = Assertion {
            quotes,
            polarity: stance.polarity,
            modality: stance.modality,
            basis: stance.basis,
            said_by,
            said_at: stance.said_at.clone(),
            valid: stance.valid.clone(),
            grade: stance.grade,
            sensitivity: stance.sensitivity.unwrap_or(topic.sensitivity()),
            review: if args.propose { Review::Proposed } else { Review::Accepted },
            supersedes,
            ..plain
        };
        self.refuse_unfounded_grade(&one)?;
        let id = self.push(one);
        if let Some(name) = &args.named {
            if self.names.contains_key(&(EntityKind::Assertion, name.clone())) || self.book.claim(name).is_ok() {
                return Err(Failure::usage(format_args!("a claim «{name}» stands already"), "choose another name"));
            }
            self.handle(Entity::assertion(id), name)?;
        }
        Ok(id)
    }

    /// What a source says in one text of a person is one mention; another text is another mention, and people judge
    /// whether they are one person.
    fn same_source(&self, about: Entity, quotes: &[Quote]) -> Result<(), Failure> {
        if about.kind != EntityKind::Mention {
            return Ok(());
        }
        match self.homes.get(&about).copied() {
            Some(home) if quotes.iter().any(|quote| quote.source != home) => Err(Failure::usage(
                "a mention is a person in one source, and this one stands in another",
                "name a new mention; whether they are one person is decided by: habeas review decide",
            )),
            _ => Ok(()),
        }
    }

    /// Grade 1 means: confirmed by another independent source. There has to be one.
    fn refuse_unfounded_grade(&self, one: &Assertion) -> Result<(), Failure> {
        if one.grade.is_none_or(|grade| grade.information != 1) {
            return Ok(());
        }
        let ours = self.book.ties.origin(one);
        let confirmed = self.book.counting().into_iter().chain(&self.made).any(|other| {
            let same = other.about == one.about && other.topic == one.topic;
            same && self.book.ties.origin(other) != ours && habeas_core::compatible(one, other)
        });
        if confirmed {
            return Ok(());
        }
        Err(Failure::usage(
            "grade 1 says that another independent source confirms it, and none does",
            "add the other source first, or grade it 2 to 6",
        ))
    }

    /// The words of a passage, found in the text of its source.
    pub fn quotes(&mut self, args: &PassageArgs) -> Result<Vec<Quote>, Failure> {
        let Some(key) = &args.source else { return Ok(Vec::new()) };
        let source = Arc::clone(self.book.source(key)?);
        let text = self.text(&source)?;
        let mut quotes = Vec::new();
        let place = |error: QuoteError| {
            let remedy = match error {
                QuoteError::Several { .. } | QuoteError::NoSuchOccurrence { .. } => "say which one: --occurrence N",
                QuoteError::NotFound => "copy the words exactly as they stand in the text, or give --span",
                QuoteError::OutOfText { .. } => "give bytes of the text that begin and end between letters",
            };
            Failure::usage(error, remedy).at(key)
        };
        for words in &args.quote {
            quotes.push(Quote::find(source.id, &text, words, args.occurrence).map_err(place)?);
        }
        for span in &args.span {
            quotes.push(Quote::at(source.id, &text, span.clone()).map_err(place)?);
        }
        Ok(quotes)
    }

    fn text(&mut self, source: &Arc<habeas_core::Source>) -> Result<Arc<str>, Failure> {
        if let Some(text) = self.texts.get(&source.id) {
            return Ok(Arc::clone(text));
        }
        let text: Arc<str> = self.desk.text_of(source)?.into();
        self.texts.insert(source.id, Arc::clone(&text));
        Ok(text)
    }
}
