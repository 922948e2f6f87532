//! Errors as people read them: what, where, what to do, and what state things are in now.
//!
//! Library errors become a [`Failure`] here and nowhere else. A failure never holds a name or a passage, only addresses.

use std::{fmt, io::Write, path::Path};

/// How a command ends. Scripts rely on these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All done.
    Ok = 0,
    /// It failed.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Part was refused, the rest is kept.
    PartRefused = 3,
    /// A check found problems, or an estimate was refused.
    FoundProblems = 4,
    /// Locked, or the wrong passphrase.
    Locked = 5,
    /// No vault here.
    NoVault = 6,
    /// Another process holds the vault.
    Held = 7,
    /// Interrupted.
    Interrupted = 130,
}

/// One error for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// The address: file, sheet, row, column, option.
    pub place: Option<String>,
    /// What to do.
    pub remedy: String,
    /// What state things are in now.
    pub state: String,
    /// How the process ends.
    pub exit: Exit,
}

impl Failure {
    /// A failure with a remedy; nothing was changed.
    pub fn new(exit: Exit, what: impl fmt::Display, remedy: impl Into<String>) -> Self {
        let (what, remedy) = (what.to_string(), remedy.into());
        Self { what, place: None, remedy, state: "Nothing was changed.".into(), exit }
    }

    /// A wrong use of the command line.
    pub fn usage(what: impl fmt::Display, remedy: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, remedy)
    }

    /// A file that cannot be read or written.
    pub fn file(action: &str, path: &Path, error: &std::io::Error) -> Self {
        let remedy = match error.kind() {
            std::io::ErrorKind::NotFound => "check the path".into(),
            std::io::ErrorKind::PermissionDenied => "check who may read and write there".into(),
            std::io::ErrorKind::StorageFull => "free some space, then run the command again".into(),
            _ => format!("the system says: {error}"),
        };
        Self::new(Exit::Failed, format_args!("{} cannot be {action}", path.display()), remedy)
    }

    /// The same failure with an address.
    pub fn at(self, place: impl Into<String>) -> Self {
        Self { place: Some(place.into()), ..self }
    }

    /// The same failure with another state than «Nothing was changed.».
    pub fn leaving(self, state: impl Into<String>) -> Self {
        Self { state: state.into(), ..self }
    }

    /// Writes the failure for people.
    pub fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        writeln!(out, "error: {}", self.what)?;
        if let Some(place) = &self.place {
            writeln!(out, "  where: {place}")?;
        }
        writeln!(out, "  do:    {}", self.remedy)?;
        writeln!(out, "  {}", self.state)
    }

    /// The failure as one JSON object.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "schema": 1,
            "error": {
                "what": self.what,
                "where": self.place,
                "do": self.remedy,
                "state": self.state,
                "exit": self.exit as i32,
            },
        })
    }
}

/// Writing to stdout or a file of results failed, as when a pipe is closed or a disk is full.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let remedy = if error.kind() == std::io::ErrorKind::StorageFull {
            "free some space, then run the command again"
        } else {
            "check where the output goes"
        };
        Self::new(Exit::Failed, format_args!("the result cannot be written: {error}"), remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_failure_says_what_where_what_to_do_and_what_state_things_are_in() {
        let failure =
            Failure::new(Exit::Failed, "the date in row 214 is not a day of the calendar", "correct the cell")
                .at("families-2014.xlsx, sheet «2014», cell D214")
                .leaving("Nothing was imported from this file.");
        let mut out = Vec::new();
        failure.write(&mut out).unwrap();
        expect![[r#"
            error: the date in row 214 is not a day of the calendar
              where: families-2014.xlsx, sheet «2014», cell D214
              do:    correct the cell
              Nothing was imported from this file.
        "#]]
        .assert_eq(&String::from_utf8(out).unwrap());
    }
}
