//! Copies of releases for one recipient: marked as theirs, in one file that only their keys open; and whose a copy was.

use super::{
    Plan, Profile,
    releases::of_number,
    signing::{again, composed_clean, signed},
};
use crate::{
    desk::Desk,
    failure::{Exit, Failure},
    output::Output,
};
use age::x25519;
use habeas_core::Audience;
use habeas_publish::{
    files::OutputFiles,
    release::{MANIFEST, NOTE, manifest},
    watermark::{Agreement, Marks, mark_table},
};
use habeas_vault::ReleaseInfo;
use serde_json::json;
use std::{
    io::{Cursor, Write},
    path::Path,
    str::FromStr,
};
use zip::{ZipWriter, write::SimpleFileOptions};

/// What a copy says of itself.
const COPY: &str = "COPY";
/// Hashes of the files of a copy, in the form of a manifest.
const HASHES: &str = "COPY.sha256";

/// Reads the public key of a recipient.
pub fn key(typed: &str) -> Result<x25519::Recipient, &'static str> {
    x25519::Recipient::from_str(typed).map_err(|_| "a key of a recipient begins with age1")
}

/// The files of a release as the copy of a recipient. A release to the public stays as it is; in any other one, documents
/// say on each page whose copy they are, and rows of tables stand in an order of their own.
pub fn copy(desk: &Desk, info: &ReleaseInfo, recipient: &str, out: &Output) -> Result<OutputFiles, Failure> {
    let number = info.release.number;
    // What is copied is what was signed.
    let (mut files, note) = (again(desk, info, out)?.files, signed(desk, info)?);
    if info.release.audience == Audience::Public {
        files.put(MANIFEST, info.release.manifest.clone());
        files.put(NOTE, note);
        return Ok(files);
    }
    let plan = Plan { copy_for: Some(recipient.to_owned()), ..Plan::of(&info.release)? };
    if plan.profile == Profile::Replicates {
        let key = desk.series_key(&marks_of(number))?;
        let tables: Vec<(String, String)> = tables_of(&files).collect();
        for (path, text) in tables {
            files.put(path, mark_table(&text, &key, recipient));
        }
    } else {
        files = composed_clean(desk, &plan, out)?.files;
    }
    files.put(format!("signed/{MANIFEST}"), info.release.manifest.clone());
    files.put(format!("signed/{NOTE}"), note);
    let about = format!(
        "Copy of R{number:04} for: {recipient}\n\nIt was made for nobody else, and says so on every page or by the order of its rows.\n\
         Files that stand with one hash in {HASHES} and in signed/{MANIFEST} are those that were signed; the others differ\n\
         from them by these marks alone.\n\nTo check that nothing was changed:  sha256sum -c {HASHES}\n"
    );
    files.put(COPY, about);
    files.put(HASHES, manifest(&files));
    Ok(files)
}

/// The series of keys that mark the copies of a release.
fn marks_of(number: u64) -> String {
    format!("copies of R{number:04}")
}

fn tables_of(files: &OutputFiles) -> impl Iterator<Item = (String, String)> {
    let tables = files.iter().filter(|(path, _)| path.ends_with(".csv"));
    tables.filter_map(|(path, file)| Some((path.to_owned(), String::from_utf8(file.bytes.clone()).ok()?)))
}

/// Packs files and seals them to some keys.
pub fn seal(files: &OutputFiles, keys: &[x25519::Recipient]) -> Result<Vec<u8>, Failure> {
    let wrong = |error: String| Failure::from(std::io::Error::other(error));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // No times of files: they would tell when somebody worked.
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for (path, file) in files.iter() {
        archive.start_file(path, options).map_err(|error| wrong(error.to_string()))?;
        archive.write_all(&file.bytes)?;
    }
    let packed = archive.finish().map_err(|error| wrong(error.to_string()))?.into_inner();
    let recipients = keys.iter().map(|key| key as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(recipients).map_err(|error| wrong(error.to_string()))?;
    let mut sealed = Vec::with_capacity(packed.len() + 1_024);
    let mut out = encryptor.wrap_output(&mut sealed)?;
    out.write_all(&packed)?;
    out.finish()?;
    Ok(sealed)
}

/// `habeas publish whose`: whose copy a table was, by the order of its rows.
pub fn whose(desk: &Desk, number: u64, found: &Path, out: &Output) -> Result<Exit, Failure> {
    let info = of_number(desk, number)?;
    if Plan::of(&info.release)?.profile != Profile::Replicates {
        let what = "only tables of replicates are marked by their order: other copies say on each page whose they are";
        return Err(Failure::usage(what, "look at the foot of its pages"));
    }
    let text = std::fs::read_to_string(found).map_err(|error| Failure::file("read", found, &error))?;
    let rows: Vec<&str> = text.split_inclusive('\n').collect();
    let recipients: Vec<&str> = info.deliveries.iter().map(|delivery| delivery.recipient.as_str()).collect();
    let (files, key) = (again(desk, &info, out)?.files, desk.series_key(&marks_of(number))?);
    let mut best: Option<(usize, String, Option<usize>, Vec<Agreement>)> = None;
    for (path, table) in tables_of(&files) {
        let original: Vec<&str> = table.split_inclusive('\n').skip(1).collect();
        let marks = Marks::of(&original, &key, &recipients);
        let agreements = marks.compare(&rows);
        let n_pairs = agreements.first().map_or(0, |first| first.n_pairs);
        if best.as_ref().is_none_or(|(most, ..)| n_pairs > *most) {
            best = Some((n_pairs, path, marks.whose(&rows), agreements));
        }
    }
    let Some((n_pairs, path, named, agreements)) = best.filter(|(n_pairs, ..)| *n_pairs > 0) else {
        let what = "no two rows that stood beside each other in this release are in the file";
        return Err(Failure::new(Exit::FoundProblems, what, "is it the right release? see: habeas publish list"));
    };
    let named = named.map(|recipient| recipients[recipient]);
    let all: Vec<_> =
        agreements.iter().map(|a| json!({ "recipient": recipients[a.recipient], "agree": a.n_agree })).collect();
    let object =
        json!({ "schema": 1, "number": number, "table": path, "pairs": n_pairs, "whose": named, "recipients": all });
    out.result(&object, || match named {
        Some(named) => format!("the copy of: {named} (all {n_pairs} pairs of rows stand as in it)"),
        None => format!("nobody can be named: {n_pairs} pairs of rows are too few, or stand as in no copy"),
    })?;
    Ok(if named.is_some() { Exit::Ok } else { Exit::FoundProblems })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn only_who_holds_a_key_opens_a_bundle_and_finds_every_file_in_it() {
        let (mine, other) = (x25519::Identity::generate(), x25519::Identity::generate());
        let mut files = OutputFiles::default();
        files.put("README", "what it is");
        files.put("data/t.csv", "year,n\n2014,3\n");
        let sealed = seal(&files, &[mine.to_public()]).unwrap();
        let open = |identity: &x25519::Identity| {
            let decryptor = age::Decryptor::new(&sealed[..]).unwrap();
            let mut packed = Vec::new();
            let reader = decryptor.decrypt(std::iter::once(identity as &dyn age::Identity));
            reader.ok()?.read_to_end(&mut packed).ok().map(|_| packed)
        };
        assert_eq!(open(&other), None);
        let mut archive = zip::ZipArchive::new(Cursor::new(open(&mine).unwrap())).unwrap();
        for (path, file) in files.iter() {
            let mut bytes = Vec::new();
            archive.by_name(path).unwrap().read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, file.bytes, "{path}");
        }
        assert!(key("age1notakey").is_err());
    }
}
