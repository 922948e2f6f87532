//! `habeas resolve`: settle accounts that cannot all be true by a named policy, with the reason. The accounts stay.

use super::claims::Coder;
use crate::{
    cli::{Global, one_of},
    desk::{Desk, asserted},
    failure::{Exit, Failure},
    opening,
    output::Output,
};
use habeas_core::{AssertionId, Content, Matter, POLICY_VERSION, Policy, PolicyKind, Resolution, Topic};
use serde_json::json;

/// Settle accounts that cannot all be true by a named policy, with the reason
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Any claim that is an account of the question
    pub claim: String,
    /// By which policy
    #[arg(long, value_parser = one_of(PolicyKind::ALL, PolicyKind::code))]
    pub by: PolicyKind,
    /// The account that the team takes
    #[arg(long, value_name = "CLAIM", required_if_eq("by", "team"))]
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
    show(&desk, &claim, out)
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
