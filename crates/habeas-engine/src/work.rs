//! Shards that are done: each is written under a name of its attempt and committed once, by a rename, so that a run that
//! was broken off goes on from what it has. The files hold numbers of records and weights, never what a record says.

use crate::{
    error::EngineError,
    shard::{Shard, ShardId},
};
use datafusion::arrow::{
    array::{ArrayRef, AsArray, Float64Array, RecordBatch, UInt32Array},
    datatypes::{DataType, Field, Float64Type, Schema, UInt32Type},
};
use habeas_core::{MatchWeight, ScoredPair};
use parquet::arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
};

/// What a shard found.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Found {
    pub(crate) pairs: Vec<ScoredPair>,
    pub(crate) n_above: u64,
}

/// What was committed, beside the pairs themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    schema: u32,
    /// Hash of the table, the model and the floor that the run is of.
    run: String,
    shard: String,
    /// The attempt that was right.
    attempt: u32,
    rows: u64,
    own_pairs: u64,
    pairs: u64,
    above_cut: u64,
    /// Hash of the file of pairs.
    sha256: String,
}

/// The folder of one run.
#[derive(Debug)]
pub(crate) struct WorkFolder {
    folder: PathBuf,
    run: String,
}

const MANIFEST: &str = "manifest.json";
const PAIRS: &str = "pairs.parquet";

/// A hash in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> EngineError {
    let path = path.to_owned();
    move |source| EngineError::WorkFolder { path, source }
}

impl WorkFolder {
    /// Opens the folder of a run, which only its owner may read; attempts that were not committed are wiped.
    pub(crate) fn open(work: &Path, run: &[u8]) -> Result<Self, EngineError> {
        let run = hex(run);
        let folder = work.join(format!("run-{}", &run[..16]));
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        only_for_owner(&folder).map_err(at(&folder))?;
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let path = entry.map_err(at(&folder))?.path();
            if path.extension().is_some_and(|extension| extension.to_string_lossy().starts_with("attempt")) {
                fs::remove_dir_all(&path).map_err(at(&path))?;
            }
        }
        Ok(Self { folder, run })
    }

    fn committed(&self, shard: ShardId) -> PathBuf {
        self.folder.join(format!("shard-{shard}"))
    }

    /// What a shard found earlier, if it was committed and is whole; a folder that is not is wiped.
    pub(crate) fn take(&self, shard: &Shard) -> Result<Option<Found>, EngineError> {
        let folder = self.committed(shard.id);
        match self.read(shard, &folder) {
            Ok(Some(found)) => Ok(Some(found)),
            Ok(None) if folder.exists() => {
                fs::remove_dir_all(&folder).map_err(at(&folder))?;
                Ok(None)
            }
            Ok(None) => Ok(None),
            Err(error) => Err(at(&folder)(error)),
        }
    }

    fn read(&self, shard: &Shard, folder: &Path) -> io::Result<Option<Found>> {
        let text = match fs::read_to_string(folder.join(MANIFEST)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let Ok(manifest) = serde_json::from_str::<Manifest>(&text) else { return Ok(None) };
        let fits = manifest.run == self.run
            && manifest.shard == shard.id.to_string()
            && (manifest.rows, manifest.own_pairs) == (shard.n_rows, shard.n_own);
        let pairs = folder.join(PAIRS);
        let is_same = |bytes: Vec<u8>| hex(&Sha256::digest(bytes)) == manifest.sha256;
        if !fits || !fs::read(&pairs).is_ok_and(is_same) {
            return Ok(None);
        }
        let Ok(pairs) = read_pairs(&pairs) else { return Ok(None) };
        let is_whole = pairs.len() as u64 == manifest.pairs;
        Ok(is_whole.then_some(Found { pairs, n_above: manifest.above_cut }))
    }

    /// Commits what a shard found, whole or not at all.
    pub(crate) fn commit(&self, shard: &Shard, attempt: u32, found: &Found) -> Result<(), EngineError> {
        let committed = self.committed(shard.id);
        let open = committed.with_extension(format!("attempt{attempt}"));
        let written = self.write(shard, attempt, found, &open);
        if written.is_err() {
            // The disk is full as a rule: what was begun must not take more of it.
            fs::remove_dir_all(&open).ok();
        }
        written?;
        fs::rename(&open, &committed).map_err(at(&committed))?;
        sync_folder(&self.folder).map_err(at(&self.folder))
    }

    fn write(&self, shard: &Shard, attempt: u32, found: &Found, open: &Path) -> Result<(), EngineError> {
        fs::create_dir(open).map_err(at(open))?;
        let pairs = open.join(PAIRS);
        write_pairs(&pairs, &found.pairs)?;
        let bytes = fs::read(&pairs).map_err(at(&pairs))?;
        let manifest = Manifest {
            schema: 1,
            run: self.run.clone(),
            shard: shard.id.to_string(),
            attempt,
            rows: shard.n_rows,
            own_pairs: shard.n_own,
            pairs: found.pairs.len() as u64,
            above_cut: found.n_above,
            sha256: hex(&Sha256::digest(bytes)),
        };
        let path = open.join(MANIFEST);
        let text = serde_json::to_vec_pretty(&manifest).map_err(io::Error::from);
        text.and_then(|text| fs::write(&path, text)).and_then(|()| File::open(&path)?.sync_all()).map_err(at(&path))?;
        sync_folder(open).map_err(at(open))
    }
}

#[cfg(unix)]
fn only_for_owner(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn only_for_owner(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(vec![
        Field::new("left", DataType::UInt32, false),
        Field::new("right", DataType::UInt32, false),
        Field::new("weight", DataType::Float64, false),
    ]))
}

fn write_pairs(path: &Path, pairs: &[ScoredPair]) -> Result<(), EngineError> {
    let wrong = |source| EngineError::Results { path: path.to_owned(), source };
    let file = File::create(path).map_err(at(path))?;
    let mut writer = ArrowWriter::try_new(&file, schema(), None).map_err(wrong)?;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(pairs.iter().map(|pair| pair.left).collect::<UInt32Array>()),
        Arc::new(pairs.iter().map(|pair| pair.right).collect::<UInt32Array>()),
        Arc::new(pairs.iter().map(|pair| pair.weight().0).collect::<Float64Array>()),
    ];
    let batch = RecordBatch::try_new(schema(), columns).expect("three columns of one length, of these types");
    writer.write(&batch).map_err(wrong)?;
    writer.close().map_err(wrong)?;
    file.sync_all().map_err(at(path))
}

fn read_pairs(path: &Path) -> io::Result<Vec<ScoredPair>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()?;
    let mut pairs = Vec::new();
    for batch in reader {
        let batch = batch.map_err(io::Error::other)?;
        if batch.schema() != schema() {
            return Err(io::Error::from(ErrorKind::InvalidData));
        }
        let [left, right, weight] = batch.columns() else { return Err(io::Error::from(ErrorKind::InvalidData)) };
        let (left, right) = (left.as_primitive::<UInt32Type>(), right.as_primitive::<UInt32Type>());
        let weights = weight.as_primitive::<Float64Type>();
        let pair = |row| ScoredPair::new(left.value(row), right.value(row), MatchWeight(weights.value(row)));
        pairs.extend((0..batch.num_rows()).map(pair));
    }
    Ok(pairs)
}
