//! Pages and pictures as pixels, and what is left of them when parts are blacked out.
//!
//! Nothing is ever laid over text: a page is drawn in the parse worker, only its pixels come back, regions are set to
//! black among them, and a new file is written from what is left. Whatever else the file held, a text layer, properties,
//! a thumbnail, an earlier revision, has no way into it. Who may see the result is decided elsewhere.

mod region;

pub use region::{Region, RegionError};

use crate::{
    limits::Limits,
    table::{Kind, TableError, sniff},
    worker::{
        WorkerProgram, draw,
        frames::{Format, Request},
    },
};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

/// Longest side of what is drawn, in pixels.
pub(crate) const MOST_SIDE: u32 = 4_096;
/// Address space of the worker while it draws: 100 million pixels take 300 MB, and as much again while they are unpacked.
const MEMORY: u64 = 2 << 30;
/// Regions grow to multiples of so many pixels: the width of a box must not tell the length of a name.
const GRID: u32 = 40;

/// Pixels of one page.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Drawn {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
    pub pages: u32,
}

impl Drawn {
    /// Bytes that its pixels come to.
    pub fn n_bytes(&self) -> usize {
        self.width as usize * self.height as usize * 3
    }
}

/// One page of a document, or a picture, as it is seen.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture(Drawn);

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} × {} pixels, of {} pages)", self.0.width, self.0.height, self.0.pages)
    }
}

/// A page whose regions were blacked out: the only picture that may leave. Made by [`Picture::redact`] alone.
#[derive(Clone, PartialEq, Eq)]
pub struct RedactedPicture(Drawn);

impl std::fmt::Debug for RedactedPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RedactedPicture({} × {} pixels)", self.0.width, self.0.height)
    }
}

impl Picture {
    /// Draws a page, 1 for the first; a picture has one. PDF at 200 pixels an inch, pictures turned as they are seen.
    ///
    /// # Errors
    /// [`TableError`] where there is nothing to draw, no such page, or a bound is passed.
    pub fn open(bytes: &[u8], page: u32, limits: &Limits, worker: Option<&WorkerProgram>) -> Result<Self, TableError> {
        let size = bytes.len() as u64;
        if size > limits.file_bytes {
            return Err(TableError::TooLarge { bytes: size, limit: limits.file_bytes });
        }
        let format = match sniff(bytes) {
            Kind::Empty => return Err(TableError::Empty { bytes: size }),
            Kind::Locked => return Err(TableError::Locked),
            Kind::Pdf => Format::Pdf,
            Kind::Image => Format::Image,
            found => return Err(TableError::NoPicture { found }),
        };
        let limits = Limits { worker_memory: limits.worker_memory.max(MEMORY), ..limits.clone() };
        let request = Request { format, sheet: None, first_rows: None, draw: Some(page), limits };
        draw(worker.ok_or(TableError::NoWorker)?, &request, bytes).map(Self)
    }

    /// How many pages the document has.
    pub fn pages(&self) -> u32 {
        self.0.pages
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.0.width, self.0.height)
    }

    /// As PNG, to be looked at by whoever may see the original.
    pub fn png(&self) -> Vec<u8> {
        png(&self.0)
    }

    /// Blacks out regions, each grown to whole squares of a grid.
    ///
    /// # Errors
    /// [`RegionError::None`] where there is none: a page that needs nothing blacked out is not redacted, and nobody has
    /// looked.
    pub fn redact(mut self, regions: &[Region]) -> Result<RedactedPicture, RegionError> {
        if regions.is_empty() {
            return Err(RegionError::None);
        }
        let Drawn { width, height, rgb, .. } = &mut self.0;
        for region in regions {
            let (left, right) = grown(region.x, region.width, *width);
            let (top, bottom) = grown(region.y, region.height, *height);
            for row in rgb.chunks_exact_mut(*width as usize * 3).take(bottom).skip(top) {
                row[left * 3..right * 3].fill(0);
            }
        }
        Ok(RedactedPicture(self.0))
    }
}

impl RedactedPicture {
    /// As PNG: header, pixels and end, nothing else.
    pub fn png(&self) -> Vec<u8> {
        png(&self.0)
    }
}

/// First pixel and one past the last of a stretch that is given in thousandths of a side.
fn grown(from: u16, length: u16, side: u32) -> (usize, usize) {
    let thousandths = u64::from(Region::WHOLE);
    let at = |n: u16| u64::from(n) * u64::from(side);
    let grid = u64::from(GRID);
    let first = at(from) / thousandths / grid * grid;
    let last = at(from + length).div_ceil(thousandths).div_ceil(grid) * grid;
    (first as usize, last.min(u64::from(side)) as usize)
}

fn png(drawn: &Drawn) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(&drawn.rgb, drawn.width, drawn.height, ExtendedColorType::Rgb8)
        .expect("there are three bytes for each pixel, and a vector takes them all");
    bytes
}

/// Whether bytes are a PNG of header, pixels and end, as [`RedactedPicture::png`] writes them: no words, no properties.
pub fn is_bare_png(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1A\n") else { return false };
    let mut kinds: Vec<&[u8]> = Vec::new();
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, kind @ ..] = head;
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        // Four bytes of checksum follow.
        let Some(next) = length.checked_add(4).and_then(|length| after.get(length..)) else { return false };
        if !(kind == b"IDAT" && kinds.last() == Some(&&b"IDAT"[..])) {
            kinds.push(kind);
        }
        rest = next;
    }
    rest.is_empty() && kinds == [&b"IHDR"[..], b"IDAT", b"IEND"]
}
