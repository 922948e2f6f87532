//! Folders of releases: written whole or not at all, read as they are.

use crate::failure::{Exit, Failure};
use habeas_publish::files::OutputFiles;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Most files that a folder is read of.
const MOST_FILES: usize = 1_000_000;

/// Refuses a folder that holds anything, lies in a vault or keeps history.
pub fn check_target(dir: &Path, allow_git: bool) -> Result<(), Failure> {
    let full = dir.exists() && fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_some());
    if full {
        return Err(Failure::usage("the folder is there and not empty", "name a folder that is new")
            .at(dir.display().to_string()));
    }
    let whole = std::path::absolute(dir).map_err(|error| Failure::file("found", dir, &error))?;
    for above in whole.ancestors().skip(1) {
        if above.join("vault.public").exists() || above.join("feeds").is_dir() && above.join("unlock").is_dir() {
            return Err(Failure::usage("a release is not built inside a vault", "name a folder outside")
                .at(dir.display().to_string()));
        }
        if above.join(".git").exists() && !allow_git {
            let what = "the folder lies under git, whose history keeps what a later release withdraws";
            return Err(Failure::usage(what, "name another folder, or say --allow-git").at(dir.display().to_string()));
        }
    }
    Ok(())
}

/// Writes beside the folder first; what is not whole never bears its name.
pub fn write(dir: &Path, files: &OutputFiles) -> Result<(), Failure> {
    let mut part = dir.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = write_all(&part, files).and_then(|()| {
        if dir.exists() {
            fs::remove_dir(dir)?;
        }
        fs::rename(&part, dir)
    });
    written.map_err(|error| {
        let _ = fs::remove_dir_all(&part);
        Failure::file("written", dir, &error).leaving("Nothing has left: the folder was not made.")
    })
}

fn write_all(part: &Path, files: &OutputFiles) -> std::io::Result<()> {
    if part.exists() {
        fs::remove_dir_all(part)?;
    }
    fs::create_dir_all(part)?;
    for (path, file) in files.iter() {
        let target = part.join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut out = fs::File::create(&target)?;
        std::io::Write::write_all(&mut out, &file.bytes)?;
        out.sync_all()?;
    }
    Ok(())
}

/// Every file below a folder by its path.
pub fn read(dir: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut files = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| Failure::file("read", &folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| Failure::file("read", &folder, &error))?;
            let (path, kind) = (entry.path(), entry.file_type());
            if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(dir).unwrap_or(&path).components();
            let name: Vec<String> = name.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            // A link leads out of the folder: it is foreign, whatever it leads to.
            let bytes = match kind {
                Ok(kind) if kind.is_file() => fs::read(&path).map_err(|error| Failure::file("read", &path, &error))?,
                _ => Vec::new(),
            };
            files.insert(name.join("/"), bytes);
            if files.len() > MOST_FILES {
                return Err(Failure::new(
                    Exit::FoundProblems,
                    "the folder holds more files than any release",
                    "name the folder of a release",
                ));
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_that_cannot_be_written_whole_leaves_nothing_behind() {
        let folder = std::env::temp_dir().join(format!("habeas-release-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let mut files = OutputFiles::default();
        files.put("a", "1");
        // A file and a folder of one name cannot both be written.
        files.put("a/b", "2");
        let failure = write(&folder.join("R0001"), &files).unwrap_err();
        assert_eq!(failure.state, "Nothing has left: the folder was not made.");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        let mut files = OutputFiles::default();
        files.put("a/b", "2");
        write(&folder.join("R0001"), &files).unwrap();
        assert_eq!(read(&folder.join("R0001")).unwrap(), [("a/b".to_owned(), b"2".to_vec())].into());
        assert!(check_target(&folder.join("R0001"), false).is_err(), "a release is never overwritten");
        fs::remove_dir_all(&folder).unwrap();
    }
}
