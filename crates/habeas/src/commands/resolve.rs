//! `habeas resolve`: settle accounts that cannot all be true by a named policy, with the reason. The accounts stay.

use super::claims::Coder;
use crate::{
    cli::{Global, one_of},
    desk::{Desk, asserted},
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use habeas_core::{
    Account, AssertionId, Content, Entity, EntityId, EntityKind, Matter, POLICY_VERSION, Policy, PolicyKind, Predicate,
    Resolution, Topic, account_id,
};
use serde_json::json;

/// Settle accounts that cannot all be true by a named policy, with the reason
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Any claim that is an account of the question; with --question a person, by id or by the address of a record
    pub claim: String,
    /// A question of a case file, such as event-date.taken: its accounts are records, and --take is the address of one
    #[arg(long, value_name = "CODE")]
    pub question: Option<String>,
    /// By which policy
    #[arg(long, value_parser = one_of(PolicyKind::ALL, PolicyKind::code))]
    pub by: PolicyKind,
    /// The account that the team takes: a claim, or the address of a record
    #[arg(long, value_name = "ACCOUNT", required_if_eq("by", "team"))]
    pub take: Option<String>,
    /// Sources in the order in which they are believed, with commas
    #[arg(long, value_name = "KEY,…", value_delimiter = ',', required_if_eq("by", "source-order"))]
    pub order: Vec<String>,
    /// Why
    #[arg(long, value_name = "WORDS")]
    pub why: String,
}

/// Runs the command.
pub fn run(args: Args, global: &Global, out: &Output) -> Result<Exit, Failure> {
    let desk = opening::desk(global)?;
    let claim = args.claim.clone();
    let mut coder = Coder::new(&desk)?;
    decide(&mut coder, &args)?;
    desk.assert(coder.into_made())?;
    match &args.question {
        Some(_) => crate::commands::case::show(&desk, &claim, out),
        None => show(&desk, &claim, out),
    }
}

fn show(desk: &Desk, claim: &str, out: &Output) -> Result<Exit, Failure> {
    let book = desk.book()?;
    let set = book.accounts(book.claim(claim)?);
    let mut object = asserted::conflict_json(&book, &set);
    object["schema"] = json!(1);
    out.result(&object, || asserted::conflict_text(&book, &set))?;
    out.next("habeas claims conflicts  (what is still open)");
    Ok(Exit::Ok)
}

/// Makes the decision, with the accounts that are known now.
pub fn decide(coder: &mut Coder<'_>, args: &Args) -> Result<AssertionId, Failure> {
    if let Some(question) = &args.question {
        return decide_of_case(coder, args, question);
    }
    let id = coder.claim(&args.claim)?;
    let (about, topic, mut seen) = {
        let one = coder.get(id).ok_or_else(|| Failure::usage("no claim has this name", "see: habeas claims list"))?;
        let of_question = coder.accounts_of(one);
        (one.about, one.topic, of_question)
    };
    let policy = match args.by {
        PolicyKind::Range => Policy::Range,
        PolicyKind::Majority => Policy::Majority,
        PolicyKind::SourceOrder => {
            let ids = args.order.iter().map(|key| coder.book().source(key).map(|source| source.id));
            Policy::SourceOrder(ids.collect::<Result<_, _>>()?)
        }
        PolicyKind::Team => {
            let taken = coder.claim(args.take.as_deref().unwrap_or_default())?;
            if !seen.contains(&taken) {
                let what = "the account that is taken answers another question";
                return Err(Failure::usage(what, "see the accounts: habeas claims conflicts"));
            }
            Policy::Team(taken)
        }
    };
    seen.sort();
    let resolution = Resolution { topic, policy, version: POLICY_VERSION, why: args.why.clone(), seen };
    let one = coder.plain(about, Topic::Of(Matter::Resolution), Content::Resolution(resolution))?;
    Ok(coder.push(one))
}

/// Makes a decision about a question of a case file, whose accounts are records.
fn decide_of_case(coder: &mut Coder<'_>, args: &Args, question: &str) -> Result<AssertionId, Failure> {
    let desk = coder.desk();
    let unasked = |what: &str| Failure::usage(what, format!("see what is asked: habeas case show {}", args.claim));
    let predicate = Predicate::from_code(question).ok_or_else(|| unasked("no case file asks this question"))?;
    let records = desk.records_of_person(&args.claim)?;
    let (_, cases) = desk.cases_of(&records)?;
    let file = desk.case_of(&records)?;
    // Where the person has several cases, each asks for itself.
    let asked = cases.asks(&file, predicate);
    if asked.is_empty() {
        return Err(unasked("nobody answers this question"));
    }
    let answer = |wanted: &dyn Fn(&Account<'_>) -> bool| {
        asked.iter().filter(|asked| asked.accounts().any(|account| wanted(&account))).collect::<Vec<_>>()
    };
    let (about, policy, settled) = match args.by {
        PolicyKind::Team => {
            let taken = desk.record_at(args.take.as_deref().unwrap_or_default())?;
            let settled = answer(&|account| account.record.id == taken);
            if settled.is_empty() {
                return Err(unasked("this record answers another question, or is another person's"));
            }
            if settled.len() > 1 {
                let what = "this record speaks of two cases of this person, and of both it answers the question";
                return Err(Failure::usage(what, "take another record, or a declared order of sources"));
            }
            (taken, Policy::Team(account_id(taken)), settled)
        }
        PolicyKind::SourceOrder => {
            let ids = args.order.iter().map(|key| coder.book().source(key).map(|source| source.id));
            let order: Vec<_> = ids.collect::<Result<_, _>>()?;
            let settled = answer(&|account| order.contains(&account.record.source.id));
            if settled.is_empty() {
                return Err(unasked("none of these sources answers the question"));
            }
            (records[0].id, Policy::SourceOrder(order), settled)
        }
        PolicyKind::Range | PolicyKind::Majority => {
            let remedy =
                "take one account (--by team --take ADDRESS), or a declared order (--by source-order --order KEY,KEY)";
            return Err(Failure::usage("this policy makes numbers, and this is a question of a case file", remedy));
        }
    };
    let accounts = settled.into_iter().flat_map(|asked| asked.accounts());
    let mut seen: Vec<AssertionId> = accounts.map(|account| account_id(account.record.id)).collect();
    seen.sort();
    seen.dedup();
    let (topic, why) = (Topic::Person(predicate), args.why.clone());
    let resolution = Resolution { topic, policy, version: POLICY_VERSION, why, seen };
    let about = Entity { kind: EntityKind::Mention, id: EntityId(about.0) };
    let one = coder.plain(about, Topic::Of(Matter::Resolution), Content::Resolution(resolution))?;
    Ok(coder.push(one))
}
