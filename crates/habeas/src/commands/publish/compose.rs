//! Composes the files of a release from what may leave: the same plan gives the same bytes.

use super::{
    Profile,
    bound::Bound,
    microdata::{self, Microdata},
    objection::Objection,
    one_case,
};
use crate::{
    desk::{
        Desk,
        publishing::{LinkageSpellings, Occasion, Opened},
    },
    failure::{Exit, Failure},
    output::Output,
    web,
};
use habeas_core::{Audience, Date, PersonId, Purpose, RecordId};
use habeas_publish::{
    figures::Figures,
    files::{OutputFiles, sha256},
    gate::{self, Finding},
    release, sheets,
    site::{self, Imprint, People, Site, Words},
};
use habeas_vault::{Named, Release};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The series that addresses belong to.
const SERIES: &str = "public";
/// Where the site stands in a release.
const SITE: &str = "site/";

/// Everything that decides the bytes of a release, beside the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Number.
    pub number: u64,
    /// Outputs.
    pub profile: Profile,
    /// Languages.
    pub langs: Vec<String>,
    /// The day.
    pub made_on: Date,
    /// The checkpoint.
    pub checkpoint: String,
    /// What it stands in the place of.
    pub supersedes: Option<u64>,
    /// Why.
    pub reason: String,
    /// Why places to look at may leave.
    pub looked: Option<String>,
    /// The one case that it is of, where it is of one.
    pub bound: Option<Bound>,
    /// What replicates were asked for, where it is of these.
    pub microdata: Option<Microdata>,
    /// Whose copy it is, where it is made for one recipient.
    pub copy_for: Option<String>,
}

impl Plan {
    /// For whom.
    pub fn audience(&self) -> Audience {
        match (&self.bound, self.profile) {
            (Some(bound), _) => bound.audience,
            (None, Profile::Replicates) => Microdata::AUDIENCE,
            (None, _) => Audience::Public,
        }
    }

    /// What for.
    pub fn purpose(&self) -> Purpose {
        match (self.profile, &self.bound) {
            (_, Some(bound)) => bound.purpose,
            (Profile::Site, None) => Purpose::Memorial,
            (Profile::Tables, None) => Purpose::Statistics,
            (Profile::Ftm, None) => Purpose::Research,
            (Profile::Wgeid | Profile::Ced, None) => Purpose::Submission,
            (Profile::Case, None) => Purpose::Litigation,
            (Profile::Replicates, None) => Microdata::PURPOSE,
        }
    }

    /// The plan of a release that was proposed.
    pub fn of(release: &Release) -> Result<Self, Failure> {
        let mut parts = release.profile.splitn(3, ' ');
        let profile = parts.next().and_then(Profile::from_code);
        let profile = profile.ok_or_else(|| {
            Failure::new(Exit::Failed, "this release was made by a newer habeas", "build it with that one")
        })?;
        Ok(Self {
            number: release.number,
            profile,
            langs: parts.next().unwrap_or("en").split(',').map(str::to_owned).collect(),
            made_on: release.made_on,
            checkpoint: release.checkpoint.clone(),
            supersedes: release.supersedes,
            reason: release.reason.clone(),
            looked: parts.next().map(str::to_owned),
            bound: Bound::read(&release.recipe_json)?,
            microdata: Microdata::read(&release.recipe_json)?,
            copy_for: None,
        })
    }

    /// Profile, languages and what was said of places to look at, as they are recorded.
    pub fn recipe_of_profile(&self) -> String {
        let looked = self.looked.iter().map(|words| format!(" {words}"));
        looked.fold(format!("{} {}", self.profile.code(), self.langs.join(",")), |text, looked| text + &looked)
    }
}

/// The files of a release with what was found in them.
pub struct Composed {
    /// The files, without manifest and note.
    pub files: OutputFiles,
    /// What the gate found.
    pub findings: Vec<Finding>,
    /// Outputs.
    pub profile: Profile,
    /// Who is named.
    pub named: Vec<Named>,
    /// Their number.
    pub n_named: usize,
    /// Terms that the gate has looked for.
    pub n_terms: usize,
    /// Small counts that are withheld.
    pub n_small: usize,
    /// Counts that are withheld for their sake.
    pub n_beside: usize,
    /// Codes of tables that are left out, since their small counts cannot be protected.
    pub left_out: Vec<String>,
    /// Numbers as the vault keeps them.
    pub recipe_json: String,
    /// Why places to look at may leave.
    pub looked: Option<String>,
    /// What stands against it beside the findings.
    pub objections: Vec<Objection>,
    /// What to know beside it.
    pub notes: Vec<Objection>,
}

/// Composes a release and searches it.
pub fn compose(desk: &Desk, plan: &Plan, out: &Output) -> Result<Composed, Failure> {
    if let Some(bound) = &plan.bound {
        return one_case::compose(desk, plan, bound, out);
    }
    if let Some(asked) = &plan.microdata {
        return microdata::compose(desk, plan, asked, out);
    }
    let policy = desk.publication_policy()?;
    let occasion = Occasion { audience: plan.audience(), purpose: plan.purpose(), on: plan.made_on };
    let mut told = if plan.profile == Profile::Tables { Vec::new() } else { desk.disclosed(&occasion, &policy)? };
    told.retain(|entry| !entry.get().names.is_empty());
    let named: Vec<Named> = told
        .iter()
        .map(|entry| Named {
            person: entry.get().person,
            groups: entry.grant().groups.iter().map(|(group, _)| *group).collect(),
        })
        .collect();
    let mut all_named = desk.named_before(plan.number)?;
    all_named.extend(named.iter().map(|named| named.person));
    let has_numbers = matches!(plan.profile, Profile::Site | Profile::Tables);
    let numbers = has_numbers.then(|| desk.numbers(&policy, &all_named, plan.number)).transpose()?;
    let mut files = OutputFiles::default();
    let figures = numbers.as_ref().map(|numbers| &numbers.figures);
    let mut downloads: Vec<(String, String)> = Vec::new();
    if let Some(figures) = figures {
        tables(figures, plan, &mut files, &mut downloads)?;
    }
    let series = desk.series_key(SERIES)?;
    let mut plain = OutputFiles::default();
    if plan.profile == Profile::Ftm {
        files.extend(habeas_publish::ftm::write(&told, &series, "data/"));
    } else {
        let imprint = Imprint {
            name: desk.vault_name(),
            number: plan.number,
            made_on: plan.made_on,
            checkpoint: plan.checkpoint.clone(),
            earlier: earlier(desk, plan.number)?,
            downloads,
            is_demo: desk.is_demo(),
        };
        let Gone { withdrawn, moved } = gone(desk, &named, plan.number)?;
        let people =
            (plan.profile == Profile::Site).then_some(People { entries: &told, withdrawn: &withdrawn, moved: &moved });
        // A site without people first: its words are those of the language and of tables.
        let readers: Vec<web::Reader> = plan.langs.iter().map(|lang| web::Reader::of_file(lang)).collect();
        let words: Vec<&dyn Words> = readers.iter().map(|reader| reader as &dyn Words).collect();
        let (faces, fonts) = web::site_fonts();
        let site =
            Site { imprint: &imprint, figures, people, series: &series, words: &words, fonts: &fonts, faces: &faces };
        plain = files.clone();
        plain.extend(site::write(
            &Site { people: site.people.map(|_| People { entries: &[], withdrawn: &[], moved: &[] }), ..site },
            SITE,
        ));
        files.extend(site::write(&site, SITE));
    }
    let recipe = numbers.as_ref().map(|numbers| numbers.recipe.json());
    let told_last = numbers.as_ref().map(|numbers| &numbers.told_last);
    about(desk, plan, &policy.sha256, named.len(), told_last, &mut files)?;
    out.progress("searching every byte", 0, 1);
    let opened: Vec<Opened> = told.iter().map(|entry| Opened::of_entry(entry.get())).collect();
    let mut terms = desk.protected(&opened, &policy)?;
    terms.know_words(&plain);
    // An address is drawn by chance: beside a word it can sound like a name.
    told.iter().for_each(|entry| terms.is_public(&series.address(entry.get().person)));
    if let Some(figures) = figures {
        figures.public_names().for_each(|name| terms.is_public(name));
    }
    let trusted: BTreeSet<String> = web::site_fonts().1.iter().map(|(_, bytes)| sha256(bytes)).collect();
    let findings = gate::search(&files, &terms, &LinkageSpellings, &trusted);
    out.progress("searching every byte", 1, 1);
    let left_out = numbers.as_ref().map(|numbers| numbers.left_out.clone()).unwrap_or_default();
    let (n_small, n_beside) =
        numbers.as_ref().map_or((0, 0), |numbers| (numbers.withholding.n_small, numbers.withholding.n_beside));
    Ok(Composed {
        files,
        findings,
        profile: plan.profile,
        n_named: named.len(),
        named,
        n_terms: terms.len(),
        n_small,
        n_beside,
        left_out,
        recipe_json: recipe.unwrap_or_else(|| json!({ "schema": 1 })).to_string(),
        looked: plan.looked.clone(),
        objections: Vec::new(),
        notes: Vec::new(),
    })
}

/// Says that a table is left out.
pub fn tell_left_out(code: &str, out: &Output) {
    out.talk(Objection::LeftOut { table: code.to_owned() });
}

/// Releases before this one, with the hash of each manifest.
fn earlier(desk: &Desk, number: u64) -> Result<Vec<(u64, String)>, Failure> {
    let releases = desk.told_before(number)?;
    let hashed = releases.iter().map(|info| (info.release.number, sha256(info.release.manifest.as_bytes())));
    Ok(hashed.collect())
}

/// Who was named on the memorial before under an address where nobody is told now.
struct Gone {
    /// Whose page stays and says that it was withdrawn.
    withdrawn: Vec<PersonId>,
    /// Whose page leads to another, since they are known to be one person: the old one first.
    moved: Vec<(PersonId, PersonId)>,
}

fn gone(desk: &Desk, named: &[Named], number: u64) -> Result<Gone, Failure> {
    let (snapshot, releases) = (desk.snapshot()?, desk.told_before(number)?);
    let told: BTreeSet<PersonId> = named.iter().map(|named| named.person).collect();
    let before = releases.iter().filter(|info| info.release.purpose == Purpose::Memorial);
    let before: BTreeSet<PersonId> = before.flat_map(|info| &info.release.named).map(|named| named.person).collect();
    let (mut withdrawn, mut moved) = (Vec::new(), Vec::new());
    for person in before.into_iter().filter(|person| !told.contains(person)) {
        match snapshot.person_of(RecordId(person.0)).map(|now| now.id).filter(|now| told.contains(now)) {
            Some(now) => moved.push((person, now)),
            None => withdrawn.push(person),
        }
    }
    Ok(Gone { withdrawn, moved })
}

fn tables(
    figures: &Figures,
    plan: &Plan,
    files: &mut OutputFiles,
    downloads: &mut Vec<(String, String)>,
) -> Result<(), Failure> {
    let wrong =
        |error: sheets::SheetError| Failure::new(Exit::Failed, error, "this is a fault of habeas: please report it");
    let all = sheets::sheets(figures);
    for sheet in &all {
        let path = format!("data/{}.csv", sheet.code);
        files.put(&path, sheets::csv_of(sheet).map_err(wrong)?);
        downloads.push((path, "site-file-csv".into()));
    }
    files.put("data/tables.xlsx", sheets::xlsx_of(&all, plan.made_on).map_err(wrong)?);
    files.put("data/tables.json", format!("{:#}\n", sheets::json_of(&all)));
    files.put("data/tables.schema.json", format!("{:#}\n", sheets::json_schema()));
    for (name, about) in [("xlsx", "site-file-xlsx"), ("json", "site-file-json"), ("schema.json", "site-file-schema")] {
        downloads.push((format!("data/tables.{name}"), about.into()));
    }
    Ok(())
}

/// What the release is, for programs and for people.
fn about(
    desk: &Desk,
    plan: &Plan,
    policy_sha256: &str,
    n_named: usize,
    told_last: Option<&BTreeMap<String, u64>>,
    files: &mut OutputFiles,
) -> Result<(), Failure> {
    let policy = desk.publication_policy()?;
    let snapshot = desk.snapshot()?;
    let lists: Vec<_> =
        snapshot.lists().iter().map(|list| json!({ "title": list.title, "edition": list.edition })).collect();
    // In public a release for the sake of a consent is an update like any other.
    let reason = if plan.reason == "consent" { "updated" } else { &plan.reason };
    let object = json!({
        "schema": 1,
        "number": plan.number,
        "profile": plan.profile.code(),
        "audience": plan.audience().code(),
        "purpose": plan.purpose().code(),
        "made_on": plan.made_on.to_string(),
        "checkpoint": plan.checkpoint,
        "policy_sha256": policy_sha256,
        "two_persons": policy.disclosure.two_persons,
        "threshold": policy.suppression.threshold,
        "protect": policy.suppression.protect,
        "tables": policy.tables.iter().map(|table| json!({ "code": table.code, "sensitive": table.sensitive })).collect::<Vec<_>>(),
        "lists": lists,
        "persons_named": n_named,
        "supersedes": plan.supersedes,
        "reason": reason,
        "software": concat!("habeas ", env!("CARGO_PKG_VERSION")),
    });
    files.put(release::RELEASE, format!("{object:#}\n"));
    let supersedes = plan.supersedes.map(|number| format!("It stands in the place of R{number:04} ({reason}).\n"));
    // What has changed since would tell of few persons; the numbers that were told stand as of their own checkpoint.
    let last = told_last.into_iter().flatten().map(|(table, number)| {
        format!(
            "The table {table} is not in this release: what has changed since R{number:04} is too little to be told.\n\
             Its numbers stand in R{number:04}, as of the checkpoint that stands there.\n"
        )
    });
    let last: String = last.collect();
    files.put("README", format!(
        "Release R{:04} of {}, {}.\n{}\nWhat the numbers count: persons documented by at least one of the lists named in release.json, counted once each.\n\
         They do not count persons on no list; an estimate of those, where one is given, says what it assumes.\n\
         «withheld» stands for a small count about a sensitive attribute, or for one that would give such a count away.\n\
         «not stated» and «disputed» are categories of their own and add up with the others.\n{last}\n\
         To check that nothing was changed:  sha256sum -c MANIFEST.sha256   and   habeas publish verify .\n\
         To make a number again, with the vault:  habeas report tables --as-of {}\n",
        plan.number, desk.vault_name(), plan.made_on, supersedes.unwrap_or_default(), plan.checkpoint,
    ));
    Ok(())
}
