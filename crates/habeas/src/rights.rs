//! What each command needs of whoever asks, in one table; pages say theirs where the router is built (`web::routes`).
//!
//! A command or page without a line cannot run. Beside this door the desk asks again whenever something is handed out, so a
//! line that is too generous shows nothing. Writing is judged a third time by the vault, for every device.

use crate::failure::{Exit, Failure};
use habeas_core::{Right, Role};

/// What is needed to run a command or see a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: no vault is opened.
    Nothing,
    /// A browser that was let in; the vault may be locked.
    Browser,
    /// To have opened the vault, in any role.
    Member,
    /// A role that has this right.
    Right(Right),
}

use Need::{Member, Nothing};
const TABLES: Need = Need::Right(Right::Tables);
const CASES: Need = Need::Right(Right::Cases);
const CODE: Need = Need::Right(Right::Code);
const JUDGE: Need = Need::Right(Right::Judge);
const KEEP: Need = Need::Right(Right::Keep);
const AUDIT: Need = Need::Right(Right::Audit);
const PUBLISH: Need = Need::Right(Right::Publish);
const COPY: Need = Need::Right(Right::Copy);

/// One command: its words, and what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// As typed, without options.
    pub words: &'static str,
    /// What it needs.
    pub need: Need,
    /// Whether it can tell how things stood at a checkpoint.
    pub of_the_past: bool,
}

const fn asked(words: &'static str, need: Need) -> Asked {
    Asked { words, need, of_the_past: false }
}

/// A command that takes `--as-of`.
const fn also_past(words: &'static str, need: Need) -> Asked {
    Asked { of_the_past: true, ..asked(words, need) }
}

/// Every command.
pub const COMMANDS: &[Asked] = &[
    asked("demo", Nothing),
    asked("init", Nothing),
    asked("join", Nothing),
    asked("restore", Nothing),
    asked("source add", CODE),
    asked("source list", CASES),
    asked("source show", CASES),
    asked("source gone", CASES),
    asked("source names", CASES),
    asked("source identity", CASES),
    asked("source verify", CASES),
    asked("places keep", CODE),
    asked("places kept", CASES),
    asked("places drop", KEEP),
    asked("map", Nothing),
    asked("import", CODE),
    asked("claims suggest", Nothing),
    asked("claims propose", CODE),
    asked("claims add", CODE),
    asked("claims session", CODE),
    also_past("claims list", CASES),
    also_past("claims show", CASES),
    asked("claims accept", CODE),
    asked("claims incidents", CASES),
    asked("claims official-version", CODE),
    asked("claims reject", CODE),
    asked("claims question", CODE),
    asked("claims answer", CODE),
    asked("claims assign", CODE),
    asked("claims same", CODE),
    asked("claims different", CODE),
    asked("claims add-term", CODE),
    also_past("claims conflicts", CASES),
    also_past("claims verify", CASES),
    asked("claims topics", Nothing),
    asked("claims vocabulary", Nothing),
    asked("claims evaluate", Nothing),
    asked("link run", JUDGE),
    asked("link files", Nothing),
    asked("link plan", Nothing),
    asked("link explain", CASES),
    also_past("link clusters", CASES),
    asked("link pairs", CASES),
    asked("link names", Nothing),
    #[cfg(feature = "cluster")]
    asked("cluster worker", Nothing),
    asked("review next", CASES),
    asked("review decide", JUDGE),
    asked("review undo", JUDGE),
    asked("review stats", CASES),
    asked("review quality", CASES),
    asked("review export", CASES),
    asked("review import", JUDGE),
    also_past("case list", CASES),
    also_past("case search", CASES),
    also_past("case show", CASES),
    asked("case saved", CASES),
    asked("case forget", CASES),
    also_past("case status", CASES),
    asked("case assign", CODE),
    also_past("case timeline", CASES),
    also_past("case missing", CASES),
    also_past("figures list", CASES),
    also_past("figures check", CASES),
    asked("resolve", JUDGE),
    also_past("estimate run", JUDGE),
    asked("estimate table", Nothing),
    asked("estimate combine", Nothing),
    asked("estimate simulate", Nothing),
    also_past("report tables", TABLES),
    also_past("report case", CASES),
    also_past("report estimate", TABLES),
    asked("redact", CODE),
    asked("consent record", CODE),
    asked("consent withdraw", CODE),
    asked("consent show", CASES),
    asked("consent list", CASES),
    asked("publish check", PUBLISH),
    asked("publish propose", PUBLISH),
    asked("publish approve", PUBLISH),
    asked("publish build", PUBLISH),
    asked("publish list", CASES),
    asked("publish diff", PUBLISH),
    asked("publish verify", Nothing),
    asked("publish deliver", PUBLISH),
    asked("publish whose", PUBLISH),
    asked("publish withdraw", PUBLISH),
    asked("publish policy", CASES),
    asked("serve", Member),
    asked("verify", COPY),
    asked("checkpoint show", COPY),
    asked("checkpoint make", COPY),
    asked("checkpoint list", COPY),
    asked("checkpoint export", COPY),
    asked("checkpoint prove", CASES),
    asked("sync", COPY),
    asked("backup", COPY),
    asked("travel leave", KEEP),
    asked("travel return", Member),
    asked("travel status", Member),
    asked("erase", KEEP),
    asked("retract", CODE),
    asked("user add", KEEP),
    asked("user list", Member),
    asked("user role", KEEP),
    asked("user grant", KEEP),
    asked("user remove", KEEP),
    asked("passphrase change", Member),
    asked("passphrase remember", Member),
    asked("passphrase forget", Nothing),
    asked("passphrase add-keyfile", Member),
    asked("recovery make", KEEP),
    asked("recovery open", Nothing),
    asked("shares make", KEEP),
    asked("shares open", Nothing),
    asked("audit", AUDIT),
    asked("doctor", Nothing),
    asked("completions", Nothing),
    asked("man", Nothing),
    asked("parse-worker", Nothing),
];

/// The line of a command.
pub fn of_command(words: &str) -> Option<&'static Asked> {
    COMMANDS.iter().find(|asked| asked.words == words)
}

/// A role lacks a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the role {role} does not include the right «{right}»: {}", meaning(*right))]
pub struct Denied {
    /// The role of whoever asked.
    pub role: Role,
    /// What it lacks.
    pub right: Right,
}

impl Need {
    /// Lets a role pass or says what it lacks.
    pub fn check(self, role: Role) -> Result<(), Denied> {
        match self {
            Self::Right(right) if !role.may(right) => Err(Denied { role, right }),
            Self::Right(_) | Self::Nothing | Self::Browser | Self::Member => Ok(()),
        }
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        let remedy = format!(
            "a keeper can give you a role that has it ({}); `habeas user list` names the keepers",
            roles_with(denied.right).join(", ")
        );
        Self::new(Exit::Failed, denied, remedy)
    }
}

/// The codes of the roles that have a right.
pub fn roles_with(right: Right) -> Vec<&'static str> {
    Role::ALL.iter().filter(|role| role.may(right)).map(|role| role.code()).collect()
}

/// What a right lets one do, in words.
fn meaning(right: Right) -> &'static str {
    match right {
        Right::Tables => "tables, estimates and charts",
        Right::Cases => "case files, records, sources and search",
        Right::Code => "adding sources, imports and claims",
        Right::Judge => "deciding on pairs, linking and recording estimates",
        Right::Publish => "preparing publications",
        Right::Keep => "members, devices, erasure, recovery, travel and restoring",
        Right::Audit => "reading the audit",
        Right::Copy => "sync, backup, verification and checkpoints",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory;
    use expect_test::expect;
    use std::collections::BTreeSet;

    /// The words of every command that can be typed, hidden ones too.
    fn leaves(command: &clap::Command, words: &str, found: &mut Vec<String>) {
        let below: Vec<_> = command.get_subcommands().filter(|below| below.get_name() != "help").collect();
        if below.is_empty() {
            found.push(words.to_owned());
        }
        for command in below {
            leaves(command, format!("{words} {}", command.get_name()).trim_start(), found);
        }
    }

    #[test]
    fn every_command_that_can_be_typed_says_once_what_it_needs() {
        let mut typed = Vec::new();
        leaves(&Cli::command(), "", &mut typed);
        let declared: Vec<String> = COMMANDS.iter().map(|asked| asked.words.to_owned()).collect();
        let set = |words: &[String]| words.iter().cloned().collect::<BTreeSet<_>>();
        assert_eq!(set(&typed), set(&declared));
        assert_eq!(declared.len(), typed.len(), "no command stands twice");
        assert!(of_command("case").is_none() && of_command("no such command").is_none());
    }

    #[test]
    fn each_role_runs_the_commands_of_its_work_and_no_others() {
        let mut table = format!("{:<20}", "");
        for role in Role::ALL {
            table += &format!(" {:<9}", role.code());
        }
        for asked in COMMANDS.iter().filter(|asked| asked.need != Nothing) {
            table += &format!("\n{:<20}", asked.words);
            for role in Role::ALL {
                table += &format!(" {:<9}", if asked.need.check(*role).is_ok() { "may" } else { "·" });
            }
        }
        let table: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        expect![[r#"
                                 reader    coder     reviewer  publisher keeper    auditor
            source add           ·         may       may       ·         may       ·
            source list          ·         may       may       may       may       ·
            source show          ·         may       may       may       may       ·
            source gone          ·         may       may       may       may       ·
            source names         ·         may       may       may       may       ·
            source identity      ·         may       may       may       may       ·
            source verify        ·         may       may       may       may       ·
            places keep          ·         may       may       ·         may       ·
            places kept          ·         may       may       may       may       ·
            places drop          ·         ·         ·         ·         may       ·
            import               ·         may       may       ·         may       ·
            claims propose       ·         may       may       ·         may       ·
            claims add           ·         may       may       ·         may       ·
            claims session       ·         may       may       ·         may       ·
            claims list          ·         may       may       may       may       ·
            claims show          ·         may       may       may       may       ·
            claims accept        ·         may       may       ·         may       ·
            claims incidents     ·         may       may       may       may       ·
            claims official-version ·         may       may       ·         may       ·
            claims reject        ·         may       may       ·         may       ·
            claims question      ·         may       may       ·         may       ·
            claims answer        ·         may       may       ·         may       ·
            claims assign        ·         may       may       ·         may       ·
            claims same          ·         may       may       ·         may       ·
            claims different     ·         may       may       ·         may       ·
            claims add-term      ·         may       may       ·         may       ·
            claims conflicts     ·         may       may       may       may       ·
            claims verify        ·         may       may       may       may       ·
            link run             ·         ·         may       ·         may       ·
            link explain         ·         may       may       may       may       ·
            link clusters        ·         may       may       may       may       ·
            link pairs           ·         may       may       may       may       ·
            review next          ·         may       may       may       may       ·
            review decide        ·         ·         may       ·         may       ·
            review undo          ·         ·         may       ·         may       ·
            review stats         ·         may       may       may       may       ·
            review quality       ·         may       may       may       may       ·
            review export        ·         may       may       may       may       ·
            review import        ·         ·         may       ·         may       ·
            case list            ·         may       may       may       may       ·
            case search          ·         may       may       may       may       ·
            case show            ·         may       may       may       may       ·
            case saved           ·         may       may       may       may       ·
            case forget          ·         may       may       may       may       ·
            case status          ·         may       may       may       may       ·
            case assign          ·         may       may       ·         may       ·
            case timeline        ·         may       may       may       may       ·
            case missing         ·         may       may       may       may       ·
            figures list         ·         may       may       may       may       ·
            figures check        ·         may       may       may       may       ·
            resolve              ·         ·         may       ·         may       ·
            estimate run         ·         ·         may       ·         may       ·
            report tables        may       may       may       may       may       ·
            report case          ·         may       may       may       may       ·
            report estimate      may       may       may       may       may       ·
            redact               ·         may       may       ·         may       ·
            consent record       ·         may       may       ·         may       ·
            consent withdraw     ·         may       may       ·         may       ·
            consent show         ·         may       may       may       may       ·
            consent list         ·         may       may       may       may       ·
            publish check        ·         ·         ·         may       may       ·
            publish propose      ·         ·         ·         may       may       ·
            publish approve      ·         ·         ·         may       may       ·
            publish build        ·         ·         ·         may       may       ·
            publish list         ·         may       may       may       may       ·
            publish diff         ·         ·         ·         may       may       ·
            publish deliver      ·         ·         ·         may       may       ·
            publish whose        ·         ·         ·         may       may       ·
            publish withdraw     ·         ·         ·         may       may       ·
            publish policy       ·         may       may       may       may       ·
            serve                may       may       may       may       may       may
            verify               may       may       may       may       may       may
            checkpoint show      may       may       may       may       may       may
            checkpoint make      may       may       may       may       may       may
            checkpoint list      may       may       may       may       may       may
            checkpoint export    may       may       may       may       may       may
            checkpoint prove     ·         may       may       may       may       ·
            sync                 may       may       may       may       may       may
            backup               may       may       may       may       may       may
            travel leave         ·         ·         ·         ·         may       ·
            travel return        may       may       may       may       may       may
            travel status        may       may       may       may       may       may
            erase                ·         ·         ·         ·         may       ·
            retract              ·         may       may       ·         may       ·
            user add             ·         ·         ·         ·         may       ·
            user list            may       may       may       may       may       may
            user role            ·         ·         ·         ·         may       ·
            user grant           ·         ·         ·         ·         may       ·
            user remove          ·         ·         ·         ·         may       ·
            passphrase change    may       may       may       may       may       may
            passphrase remember  may       may       may       may       may       may
            passphrase add-keyfile may       may       may       may       may       may
            recovery make        ·         ·         ·         ·         may       ·
            shares make          ·         ·         ·         ·         may       ·
            audit                ·         ·         ·         ·         may       may
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn a_refusal_says_which_right_is_missing_and_who_can_grant_it() {
        let failure = Failure::from(CASES.check(Role::Reader).unwrap_err());
        assert_eq!(failure.exit, Exit::Failed);
        let mut out = Vec::new();
        failure.at("habeas case show").write(&mut out).unwrap();
        expect![[r#"
            error: the role reader does not include the right «cases»: case files, records, sources and search
              where: habeas case show
              do:    a keeper can give you a role that has it (coder, reviewer, publisher, keeper); `habeas user list` names the keepers
              Nothing was changed.
        "#]].assert_eq(&String::from_utf8(out).unwrap());
    }
}
