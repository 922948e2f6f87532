//! Draws one page, both sides: the child makes pixels of a file, the parent takes as many as were announced and no more.
//!
//! Pixels are all that comes back. Text, scripts, attachments, properties and earlier revisions stay in the child.

use super::{
    WorkerProgram,
    frames::{Format, Refusal, Reply, Request},
    parent::{Dialogue, are_layers, converse},
    sheets::{Halt, Send},
};
use crate::{
    picture::{Drawn, MOST_SIDE},
    table::{DamagedPart, TableError},
};
use data_encoding::BASE64;
use hayro::{
    PixmapSettings, RenderCache, RenderSettings,
    hayro_interpret::InterpreterSettings,
    hayro_syntax::{LoadPdfError, Pdf},
    vello_cpu::color::palette::css::WHITE,
};
use image::{DynamicImage, ImageDecoder, ImageReader, Rgb, RgbImage};
use std::{io::Cursor, ops::ControlFlow};

/// Pixels of an inch of paper: letters of six points can be read.
const PIXELS_PER_INCH: f32 = 200.0;
/// Units of a PDF in an inch.
const POINTS_PER_INCH: f32 = 72.0;
/// Longest side of a picture that is no page, in pixels: scaling weakens what ties a picture to one camera.
const PICTURE_SIDE: u32 = 2_048;
/// Bytes of pixels in one frame; a multiple of three, so that base 64 needs no filling between frames.
const BYTES: usize = 3 << 20;

/// Draws the page and sends its pixels.
pub(super) fn read(request: &Request, page: u32, bytes: &[u8], send: &mut Send<'_>) -> Result<(), Halt> {
    let (picture, pages) = match request.format {
        Format::Pdf => of_pdf(bytes, page, request.limits.pdf_pages)?,
        _ if page != 1 => return Err(Refusal::NoSuchPage { asked: page, pages: 1 }.into()),
        _ => (of_picture(bytes, request.limits.pixels)?, 1),
    };
    let (width, height) = picture.dimensions();
    send(Reply::Drawn { width, height, pages })?;
    picture.as_raw().chunks(BYTES).try_for_each(|pixels| send(Reply::Bytes(BASE64.encode(pixels))))
}

fn damaged() -> Halt {
    Refusal::Damaged(DamagedPart::Document).into()
}

/// A page as it is seen: within its crop box, turned as it says, on white.
fn of_pdf(bytes: &[u8], page: u32, most: u64) -> Result<(RgbImage, u32), Halt> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(_) => Halt::Refused(Refusal::Locked),
        LoadPdfError::Invalid => damaged(),
    })?;
    let pages = pdf.pages();
    let n_pages = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    if n_pages == 0 {
        return Err(damaged());
    }
    if u64::from(n_pages) > most {
        return Err(Refusal::Pages { limit: most }.into());
    }
    let asked = (page as usize).checked_sub(1).and_then(|at| pages.get(at));
    let asked = asked.ok_or(Refusal::NoSuchPage { asked: page, pages: n_pages })?;
    let (width, height) = asked.render_dimensions();
    if !(width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0) {
        return Err(damaged());
    }
    // A page as large as a wall is drawn smaller; one as thin as a hair is still a pixel wide.
    let fits = MOST_SIDE as f32 / width.max(height);
    let scale = (PIXELS_PER_INCH / POINTS_PER_INCH).min(fits);
    let at_least_one = |side: f32| scale.max(1.0 / side);
    let drawn = hayro::render(
        asked,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &PixmapSettings { x_scale: at_least_one(width), y_scale: at_least_one(height), bg_color: WHITE },
    );
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    let rgb: Vec<u8> =
        drawn.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    RgbImage::from_raw(width, height, rgb).map(|picture| (picture, n_pages)).ok_or_else(damaged)
}

/// A picture as it is seen: turned as its camera says, on white, not larger than it needs to be.
fn of_picture(bytes: &[u8], most: u64) -> Result<RgbImage, Halt> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| damaged())?;
    let mut decoder = reader.into_decoder().map_err(|_| damaged())?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > most {
        return Err(Refusal::Pixels { limit: most }.into());
    }
    let turned = decoder.orientation().map_err(|_| damaged())?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| damaged())?;
    if width.max(height) > PICTURE_SIDE {
        picture = picture.thumbnail(PICTURE_SIDE, PICTURE_SIDE);
    }
    picture.apply_orientation(turned);
    Ok(flat(&picture))
}

/// Eight bits of red, green and blue; what shines through is laid on white.
fn flat(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let seen = picture.to_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0.map(u32::from);
        let on_white = |colour: u32| ((colour * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        Rgb([red, green, blue].map(on_white))
    })
}

/// Draws a page in a child process; returns its pixels and how many pages there are.
///
/// # Errors
/// As [`super::run`].
pub(crate) fn draw(worker: &WorkerProgram, request: &Request, bytes: &[u8]) -> Result<Drawn, TableError> {
    let mut taking = Taking::default();
    converse(worker, request, bytes, &mut taking)?;
    taking.drawn.ok_or(TableError::ParserAnswer)
}

/// A page as far as the child has told it.
#[derive(Default)]
pub(super) struct Taking {
    ready: bool,
    drawn: Option<Drawn>,
    done: bool,
}

impl Dialogue for Taking {
    fn is_done(&self) -> bool {
        self.done
    }

    fn take(&mut self, reply: Reply) -> Result<ControlFlow<()>, TableError> {
        let wrong = Err(TableError::ParserAnswer);
        if self.ready == matches!(reply, Reply::Ready { .. }) || self.done {
            return wrong;
        }
        match reply {
            Reply::Ready { missing } if are_layers(&missing) => self.ready = true,
            Reply::Drawn { width, height, pages } if self.drawn.is_none() => {
                let side = 1..=MOST_SIDE;
                if !side.contains(&width) || !side.contains(&height) || pages == 0 {
                    return wrong;
                }
                self.drawn = Some(Drawn { width, height, rgb: Vec::new(), pages });
            }
            Reply::Bytes(coded) => {
                let Some(drawn) = &mut self.drawn else { return wrong };
                let pixels = BASE64.decode(coded.as_bytes()).map_err(|_| TableError::ParserAnswer)?;
                if drawn.rgb.len() + pixels.len() > drawn.n_bytes() {
                    return wrong;
                }
                drawn.rgb.extend(pixels);
            }
            Reply::Refused(refusal) => return Err(refusal.into()),
            Reply::Done { rows: 0, cells: 0 } => {
                if self.drawn.as_ref().is_none_or(|drawn| drawn.rgb.len() != drawn.n_bytes()) {
                    return wrong;
                }
                self.done = true;
            }
            _ => return wrong,
        }
        Ok(ControlFlow::Continue(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(replies: Vec<Reply>) -> Result<(u32, u32), TableError> {
        let mut taking = Taking::default();
        for reply in replies {
            let _ = taking.take(reply)?;
        }
        let drawn = taking.drawn.filter(|_| taking.done).ok_or(TableError::ParserLimit)?;
        Ok((drawn.width, drawn.height))
    }

    #[test]
    fn only_as_many_pixels_as_were_announced_are_taken() {
        let ready = || Reply::Ready { missing: Vec::new() };
        let done = || Reply::Done { rows: 0, cells: 0 };
        let drawn = |width, height, pages| Reply::Drawn { width, height, pages };
        let pixels = |n: usize| Reply::Bytes(BASE64.encode(&vec![0; 3 * n]));
        assert_eq!(outcome(vec![ready(), drawn(2, 1, 1), pixels(1), pixels(1), done()]), Ok((2, 1)));
        for bad in [
            vec![drawn(2, 1, 1)],
            vec![ready(), ready()],
            vec![ready(), pixels(1)],
            vec![ready(), drawn(0, 1, 1)],
            vec![ready(), drawn(1, MOST_SIDE + 1, 1)],
            vec![ready(), drawn(1, 1, 0)],
            vec![ready(), drawn(2, 1, 1), drawn(2, 1, 1)],
            vec![ready(), drawn(2, 1, 1), pixels(1), done()],
            vec![ready(), drawn(2, 1, 1), pixels(3)],
            vec![ready(), drawn(1, 1, 1), Reply::Bytes("no base 64".to_owned())],
            vec![ready(), drawn(1, 1, 1), Reply::Text("a name".to_owned())],
            vec![ready(), drawn(1, 1, 1), pixels(1), done(), pixels(1)],
            vec![ready(), done()],
        ] {
            assert_eq!(outcome(bad), Err(TableError::ParserAnswer));
        }
        assert_eq!(outcome(vec![ready(), drawn(1, 1, 1), pixels(1)]), Err(TableError::ParserLimit), "without its end");
    }
}
