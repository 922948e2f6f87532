//! Lists in the files of query engines, Parquet and Arrow, as the text that every other list arrives as: what a column
//! means and what a cell says is decided in one place, whatever the file.

use crate::embedded::{environment, session_config};
use datafusion::{
    arrow::{
        csv::WriterBuilder,
        datatypes::{DataType, SchemaRef},
        error::ArrowError,
    },
    datasource::file_format::options::ArrowReadOptions,
    error::DataFusionError,
    prelude::{DataFrame, ParquetReadOptions, SessionContext},
};
use futures::StreamExt;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Ends of file names that are read.
const PARQUET: &[&str] = &["parquet", "pq"];
const ARROW: &[&str] = &["arrow", "feather", "ipc"];

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file or folder cannot be opened.
    #[error("{}: it cannot be opened", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A folder without files that are read.
    #[error("{}: there is no Parquet or Arrow file in it", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A file of no bytes or no columns, which DataFusion takes for a list of nobody.
    #[error("{}: there is nothing in it", path.display())]
    Nothing {
        /// The file.
        path: PathBuf,
    },
    /// A file that is cut off, damaged, or not what its name says.
    #[error("{}: it is cut off or damaged, or not what its name says", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What DataFusion said.
        #[source]
        source: DataFusionError,
    },
    /// Parts of one list with different columns.
    #[error("{}: its columns are not those of {}", path.display(), first.display())]
    DifferentColumns {
        /// The part.
        path: PathBuf,
        /// The first part.
        first: PathBuf,
    },
    /// A column of lists, structures or bytes.
    #[error("{}: column {column} holds {of}, which no cell of a list can hold", path.display())]
    Nested {
        /// The file.
        path: PathBuf,
        /// Its number, 1 for the first.
        column: usize,
        /// The type.
        of: DataType,
    },
    /// The text cannot be made.
    #[error("{}: it cannot be turned into text", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// What Arrow said.
        #[source]
        source: ArrowError,
    },
    /// The threads of the engine cannot be started.
    #[error("the threads of the engine cannot be started")]
    Threads {
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

fn has_end(path: &Path, ends: &[&str]) -> bool {
    let end = path.extension().map(|end| end.to_string_lossy().to_ascii_lowercase());
    end.is_some_and(|end| ends.contains(&end.as_str()))
}

/// Whether a file, or a folder of parts, is read here, by its name.
pub fn is_columnar(path: &Path) -> bool {
    has_end(path, PARQUET) || has_end(path, ARROW)
}

/// Reads a Parquet or Arrow file, or a folder of such parts that have the same columns, as CSV with a header.
///
/// # Errors
/// [`ReadError`] for what is damaged or does not go together.
pub fn read_as_csv(path: &Path) -> Result<Vec<u8>, ReadError> {
    let parts = parts_of(path)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| ReadError::Threads { source })?;
    runtime.block_on(async {
        let (mut text, mut first): (Vec<u8>, Option<SchemaRef>) = (Vec::new(), None);
        for part in &parts {
            let damaged = |source| ReadError::Damaged { path: part.clone(), source };
            let is_void = fs::metadata(part).is_ok_and(|metadata| metadata.len() == 0);
            let frame = open(part).await.map_err(damaged)?;
            let schema = frame.schema().inner().clone();
            if is_void || schema.fields().is_empty() {
                return Err(ReadError::Nothing { path: part.clone() });
            }
            check_columns(part, &schema)?;
            let is_first = first.is_none();
            let expected = first.get_or_insert_with(|| schema.clone());
            let columns = |schema: &SchemaRef| {
                schema
                    .fields()
                    .iter()
                    .map(|field| (field.name().clone(), field.data_type().clone()))
                    .collect::<Vec<_>>()
            };
            if columns(expected) != columns(&schema) {
                return Err(ReadError::DifferentColumns { path: part.clone(), first: parts[0].clone() });
            }
            let mut stream = frame.execute_stream().await.map_err(damaged)?;
            let mut writer = WriterBuilder::new().with_header(is_first).build(&mut text);
            let mut n_batches = 0;
            while let Some(batch) = stream.next().await {
                writer
                    .write(&batch.map_err(damaged)?)
                    .map_err(|source| ReadError::Text { path: part.clone(), source })?;
                n_batches += 1;
            }
            drop(writer);
            if n_batches == 0 && is_first {
                let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
                text.extend_from_slice(names.join(",").as_bytes());
                text.push(b'\n');
            }
        }
        Ok(text)
    })
}

fn parts_of(path: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let cannot = |source| ReadError::Open { path: path.to_owned(), source };
    if !fs::metadata(path).map_err(cannot)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut parts = Vec::new();
    for entry in fs::read_dir(path).map_err(cannot)? {
        parts.push(entry.map_err(cannot)?.path());
    }
    parts.retain(|part| is_columnar(part));
    parts.sort();
    if parts.is_empty() { Err(ReadError::Empty { path: path.to_owned() }) } else { Ok(parts) }
}

async fn open(path: &Path) -> Result<DataFrame, DataFusionError> {
    // One partition: rows keep their order, by which people find them again.
    let context = SessionContext::new_with_config_rt(session_config(1), environment(None)?);
    let name = path.to_string_lossy();
    let end = format!(".{}", path.extension().unwrap_or_default().to_string_lossy());
    if has_end(path, PARQUET) {
        let options = ParquetReadOptions { file_extension: &end, ..ParquetReadOptions::default() };
        return context.read_parquet(name.as_ref(), options).await;
    }
    context.read_arrow(name.as_ref(), ArrowReadOptions { file_extension: &end, ..ArrowReadOptions::default() }).await
}

fn check_columns(path: &Path, schema: &SchemaRef) -> Result<(), ReadError> {
    for (idx, field) in schema.fields().iter().enumerate() {
        let of = match field.data_type() {
            DataType::Dictionary(_, values) => values.as_ref(),
            other => other,
        };
        if of.is_nested() || of.is_binary() {
            return Err(ReadError::Nested { path: path.to_owned(), column: idx + 1, of: of.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
