//! How much of a file is read before it is refused: one place for every bound, each with its default.
//!
//! An import may override a bound; the caller logs that it did.

use serde::{Deserialize, Serialize};

/// Bounds on what a file may hold and what its reader may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a file. 200 MiB hold 4 M rows of a list; raise it and memory grows with it, as a file is held whole.
    pub file_bytes: u64,
    /// Bytes that a ZIP may inflate to, over all entries.
    pub inflated_bytes: u64,
    /// How many times its packed size an entry may grow, after its first MiB. Honest sheets stay below 60.
    pub inflation_ratio: u64,
    /// Entries of a ZIP.
    pub zip_entries: u64,
    /// Cells of a sheet.
    pub cells: u64,
    /// Rows of a sheet or records of a text table.
    pub rows: u64,
    /// Columns of a table; a sheet has at most 16 384.
    pub columns: u64,
    /// Characters of a cell; a longer one quarantines its row. 32 767 is what spreadsheets themselves allow.
    pub cell_characters: u64,
    /// Bytes of one record of a text table, over all of its lines.
    pub record_bytes: u64,
    /// Bytes of a mapping file.
    pub mapping_bytes: u64,
    /// Bytes of the text of a document.
    pub text_bytes: u64,
    /// How deep the elements of a page may nest.
    pub html_depth: u64,
    /// Pages of a PDF.
    pub pdf_pages: u64,
    /// Pixels of a picture before it is made smaller. Telephones make 50 million, scanners 35 million of a page.
    pub pixels: u64,
    /// Parts of a message.
    pub nested_parts: u64,
    /// Bytes that a web archive may unpack to: all of it stands in the worker's memory.
    pub archive_bytes: u64,
    /// Files inside a file that become artifacts of their own.
    pub children: u64,
    /// Bytes of one of them.
    pub child_bytes: u64,
    /// Address space of the parse worker, in bytes.
    pub worker_memory: u64,
    /// Processor seconds of the parse worker; it is killed two seconds later.
    pub worker_cpu_seconds: u64,
    /// Wall-clock seconds that a parse may take.
    pub worker_wall_seconds: u64,
    /// Bytes that the worker may answer.
    pub worker_output_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            file_bytes: 200 * MIB,
            inflated_bytes: 1024 * MIB,
            inflation_ratio: 200,
            zip_entries: 10_000,
            cells: 20_000_000,
            rows: 5_000_000,
            columns: 16_384,
            cell_characters: 32_767,
            record_bytes: MIB,
            mapping_bytes: MIB,
            text_bytes: 8 * MIB,
            html_depth: 512,
            pdf_pages: 5_000,
            pixels: 100_000_000,
            nested_parts: 20,
            archive_bytes: 128 * MIB,
            children: 1_000,
            child_bytes: 32 * MIB,
            worker_memory: 512 * MIB,
            worker_cpu_seconds: 20,
            worker_wall_seconds: 60,
            worker_output_bytes: 1024 * MIB,
        }
    }
}
