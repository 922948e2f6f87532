//! Runs the program as a user does: a folder, a passphrase file, commands, exit codes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A desk to work at: a temporary folder with a passphrase file and a place for a vault.
pub struct Office {
    folder: TempDir,
}

/// What a command left behind.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Office {
    /// An empty folder.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("passphrase"), "twelve invented words in a row\n").unwrap();
        Self { folder }
    }

    /// A folder with a new vault.
    pub fn with_vault() -> Self {
        let office = Self::new();
        office.run(&["init", "vault"]).succeeds();
        office
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path(name), bytes).unwrap();
        self
    }

    /// A command in the folder, not yet started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_habeas"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("HABEAS_VAULT", self.path("vault"))
            .env("HABEAS_PASSPHRASE_FILE", self.path("passphrase"))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Run {
        let output = self.command(args).output().unwrap();
        // Paths of the machine are no part of what the program says.
        let clean = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("all output is UTF-8");
            text.replace(&format!("{}/", self.folder.path().display()), "")
                .replace(&self.folder.path().display().to_string(), ".")
        };
        Run { code: output.status.code(), stdout: clean(output.stdout), stderr: clean(output.stderr) }
    }

    /// Runs a command that must succeed and reads its JSON.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let run = self.run(&args).succeeds();
        assert_eq!(run.stdout.lines().count(), 1, "one object on one line: {}", run.stdout);
        serde_json::from_str(&run.stdout).unwrap()
    }

    /// Bytes of every file below a folder of the office.
    pub fn files_below(&self, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.path(name)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = fs::read(&path).unwrap();
                    found.push((path, bytes));
                }
            }
        }
        found
    }
}

impl Run {
    /// Asserts that the command ended well.
    pub fn succeeds(self) -> Self {
        self.ends_with(0)
    }

    /// Asserts the exit code.
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

/// Real data for measuring, which is not part of the repository; says so where it is absent.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(name);
    if !path.exists() {
        println!("skipped: {name} is not on this machine");
        return None;
    }
    Some(path)
}
