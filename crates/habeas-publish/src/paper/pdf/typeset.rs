//! Words into lines of glyphs: faces, shaping, ends of lines, and the order of words where two scripts meet.

use super::PdfError;
use harfrust::{
    BufferClusterLevel, Direction, FontRef, ShapeOptions, ShaperData, ShaperInstance, UnicodeBuffer, Variation,
};
use krilla::text::{Font, GlyphId, KrillaGlyph, Tag};
use std::{collections::HashMap, ops::Range};
use unicode_bidi::{Level, ParagraphBidiInfo};
use unicode_linebreak::{BreakOpportunity, linebreaks};

/// Faces in the order in which a letter is looked for.
pub struct Faces(Vec<Face>);

struct Face {
    bytes: Vec<u8>,
    data: ShaperData,
    /// Instances by [`Weight`].
    instances: [(ShaperInstance, Font); 2],
}

/// How heavy letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// Of running text.
    Regular,
    /// Of headings and questions.
    Strong,
}

impl Weight {
    fn axis(self) -> f32 {
        match self {
            Self::Regular => 400.0,
            Self::Strong => 640.0,
        }
    }
}

impl Faces {
    /// Unpacks faces from WOFF2, variable in weight; earlier ones go first.
    ///
    /// # Errors
    /// For bytes that are not such a face.
    pub fn unpack<'f>(packed: impl IntoIterator<Item = &'f [u8]>) -> Result<Self, PdfError> {
        let faces = packed.into_iter().map(|packed| {
            let bytes = wuff::decompress_woff2(packed).map_err(|_| PdfError::Face)?;
            let font = FontRef::from_index(&bytes, 0).map_err(|_| PdfError::Face)?;
            let instance = |weight: Weight| {
                let shaping = ShaperInstance::from_variations(&font, [Variation::from(("wght", weight.axis()))]);
                let coordinates = [(Tag::new(b"wght"), weight.axis())];
                let drawing = Font::new_variable(bytes.clone().into(), 0, &coordinates).ok_or(PdfError::Face)?;
                Ok((shaping, drawing))
            };
            let instances = [instance(Weight::Regular)?, instance(Weight::Strong)?];
            Ok(Face { data: ShaperData::new(&font), bytes, instances })
        });
        faces.collect::<Result<_, _>>().map(Self)
    }
}

/// One line, ready to be drawn.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Its runs in the order in which they are read, each with its distance from the left end.
    pub runs: Vec<(f32, Run)>,
    /// How wide it is.
    pub width: f32,
}

/// Glyphs of one face and direction.
#[derive(Debug, Clone)]
pub struct Run {
    /// The face.
    pub font: Font,
    /// The glyphs from left to right.
    pub glyphs: Vec<KrillaGlyph>,
    /// What they say.
    pub text: String,
    /// Whether it is read from right to left.
    pub is_rtl: bool,
    width: f32,
}

impl Run {
    /// One glyph for each letter, and what is drawn about it with its distance from the left end, for a size of 1. Faces
    /// of Arabic letters have the dots apart: as glyphs of the text, programs would take them for letters and gaps.
    pub fn letters_and_dots(&self) -> (Vec<KrillaGlyph>, Vec<(f32, KrillaGlyph)>) {
        let (mut letters, mut dots) = (Vec::with_capacity(self.glyphs.len()), Vec::new());
        let mut x = 0.0;
        for cluster in self.glyphs.chunk_by(|a, b| a.text_range == b.text_range) {
            let widest = (0..cluster.len()).max_by(|a, b| cluster[*a].x_advance.total_cmp(&cluster[*b].x_advance));
            for (number, glyph) in cluster.iter().enumerate() {
                let is_dot = Some(number) != widest && glyph.x_advance == 0.0;
                if is_dot {
                    dots.push((x, glyph.clone()))
                } else {
                    letters.push(glyph.clone())
                }
                x += glyph.x_advance;
            }
        }
        (letters, dots)
    }
}

/// A paragraph in lines.
pub struct Paragraph {
    /// Its lines.
    pub lines: Vec<Line>,
    /// Whether it begins at the right.
    pub is_rtl: bool,
}

/// Sets paragraphs; remembers which face has which letter.
pub struct Setter<'f> {
    faces: &'f Faces,
    known: HashMap<char, Option<usize>>,
}

impl<'f> Setter<'f> {
    /// With these faces.
    pub fn new(faces: &'f Faces) -> Self {
        Self { faces, known: HashMap::new() }
    }

    /// Breaks words to lines of at most `width`. Where `is_rtl` is none, the first letter that has a direction decides.
    ///
    /// # Errors
    /// [`PdfError::NoLetter`] for a letter that no face has.
    pub fn set(
        &mut self,
        words: &str,
        weight: Weight,
        size: f32,
        width: f32,
        is_rtl: Option<bool>,
    ) -> Result<Paragraph, PdfError> {
        // Signs that steer machines have no glyph; ends of lines were taken by the caller.
        let text: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let level = is_rtl.map(|is_rtl| if is_rtl { Level::rtl() } else { Level::ltr() });
        let bidi = ParagraphBidiInfo::new(&text, level);
        let faces = self.faces_of(&text)?;
        let pieces = |range: Range<usize>| pieces_of(range, &faces, &bidi.levels);
        // How far the pen moves at each byte that begins a cluster; kerning over the end of a line is left out of account.
        let mut advance = vec![0.0; text.len()];
        for (range, face, is_rtl) in pieces(0..text.len()) {
            let run = self.shape(&text[range.clone()], face, weight, size, is_rtl);
            for glyph in &run.glyphs {
                advance[range.start + glyph.text_range.start] += glyph.x_advance * size;
            }
        }
        let mut lines = Vec::new();
        for range in line_ranges(&text, &advance, width) {
            let shown = range.start..range.start + text[range.clone()].trim_end().len();
            let (levels, in_order) = bidi.visual_runs(shown.clone());
            let (mut placed, mut x) = (Vec::new(), 0.0);
            for visual in in_order {
                let is_rtl = levels[visual.start].is_rtl();
                let mut parts = pieces(visual);
                if is_rtl {
                    parts.reverse();
                }
                for (part, face, _) in parts {
                    let run = self.shape(&text[part.clone()], face, weight, size, is_rtl);
                    let after = x + run.width;
                    if !run.glyphs.is_empty() {
                        placed.push((part.start, x, run));
                    }
                    x = after;
                }
            }
            placed.sort_by_key(|(start, ..)| *start);
            lines.push(Line { runs: placed.into_iter().map(|(_, x, run)| (x, run)).collect(), width: x });
        }
        Ok(Paragraph { lines, is_rtl: bidi.paragraph_level.is_rtl() })
    }

    /// The face of each byte: letters by themselves; blanks, digits and marks stay with what stands before them.
    fn faces_of(&mut self, text: &str) -> Result<Vec<usize>, PdfError> {
        let mut faces = Vec::with_capacity(text.len());
        let mut before = None;
        for c in text.chars() {
            let stays = before.filter(|face| !c.is_alphabetic() && self.has(*face, c));
            let face = stays.or_else(|| self.face_of(c)).ok_or(PdfError::NoLetter { code_point: u32::from(c) })?;
            faces.extend(std::iter::repeat_n(face, c.len_utf8()));
            before = Some(face);
        }
        Ok(faces)
    }

    fn face_of(&mut self, c: char) -> Option<usize> {
        if let Some(known) = self.known.get(&c) {
            return *known;
        }
        let found = (0..self.faces.0.len()).find(|face| self.has(*face, c));
        self.known.insert(c, found);
        found
    }

    fn has(&self, face: usize, c: char) -> bool {
        let run = self.shape(c.encode_utf8(&mut [0; 4]), face, Weight::Regular, 1.0, false);
        run.glyphs.iter().all(|glyph| glyph.glyph_id.to_u32() != 0)
    }

    fn shape(&self, text: &str, face: usize, weight: Weight, size: f32, is_rtl: bool) -> Run {
        let face = &self.faces.0[face];
        let (instance, drawing) = &face.instances[weight as usize];
        let font = FontRef::from_index(&face.bytes, 0).expect("it was read when it was unpacked");
        let shaper = face.data.shaper(&font).instance(Some(instance)).build();
        let mut buffer = UnicodeBuffer::new();
        buffer.set_cluster_level(BufferClusterLevel::MonotoneCharacters);
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
        let shaped = shaper.shape(buffer, ShapeOptions::new());
        let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        starts.push(text.len());
        starts.sort_unstable();
        let end = |start: usize| starts[starts.partition_point(|other| *other <= start)];
        let per_em = |units: i32| units as f32 / shaper.units_per_em() as f32;
        let glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions()).map(|(info, position)| {
            let start = info.cluster as usize;
            let (start, end) = without_steering(text, start, end(start));
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                per_em(position.x_advance),
                per_em(position.x_offset),
                per_em(position.y_offset),
                per_em(position.y_advance),
                start..end,
                None,
            )
        });
        // A sign that only steers would be the glyph of a blank, and every blank would then be read as that sign.
        let glyphs: Vec<KrillaGlyph> = glyphs.filter(|glyph| !glyph.text_range.is_empty()).collect();
        let width = glyphs.iter().map(|glyph| glyph.x_advance * size).sum();
        Run { font: drawing.clone(), glyphs, text: text.to_owned(), is_rtl, width }
    }
}

/// Signs that join, part or turn letters and are none themselves.
fn only_steers(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// A range of a text without the signs at its ends that only steer.
fn without_steering(text: &str, start: usize, end: usize) -> (usize, usize) {
    let said = text[start..end].trim_start_matches(only_steers);
    (end - said.len(), end - said.len() + said.trim_end_matches(only_steers).len())
}

/// Parts of a range that have one face and one direction.
fn pieces_of(range: Range<usize>, faces: &[usize], levels: &[Level]) -> Vec<(Range<usize>, usize, bool)> {
    let mut pieces: Vec<(Range<usize>, usize, bool)> = Vec::new();
    for at in range {
        let (face, is_rtl) = (faces[at], levels[at].is_rtl());
        match pieces.last_mut() {
            Some((piece, last, direction)) if *last == face && *direction == is_rtl => piece.end = at + 1,
            _ => pieces.push((at..at + 1, face, is_rtl)),
        }
    }
    pieces
}

/// Where lines begin and end, as many words in each as fit; a word that is wider than a line is cut.
fn line_ranges(text: &str, advance: &[f32], width: f32) -> Vec<Range<usize>> {
    let wide = |range: Range<usize>| advance[range].iter().sum::<f32>();
    let mut lines = Vec::new();
    let (mut start, mut end, mut so_far) = (0, 0, 0.0);
    for (at, opportunity) in linebreaks(text) {
        let visible = end + text[end..at].trim_end().len();
        if end > start && so_far + wide(end..visible) > width {
            lines.push(start..end);
            (start, so_far) = (end, 0.0);
        }
        for (offset, c) in text[end..at].char_indices() {
            let here = end + offset;
            if here > start && !c.is_whitespace() && so_far + advance[here] > width {
                lines.push(start..here);
                (start, so_far) = (here, 0.0);
            }
            so_far += wide(here..here + c.len_utf8());
        }
        end = at;
        if opportunity == BreakOpportunity::Mandatory {
            lines.push(start..end);
            (start, so_far) = (end, 0.0);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_as_many_words_as_fit_and_a_word_that_is_too_long_is_cut() {
        let lines = |text: &str, width: f32| -> Vec<String> {
            let ranges = line_ranges(text, &vec![1.0; text.len()], width);
            ranges.into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(lines("one two three", 7.0), ["one two ", "three"]);
        assert_eq!(lines("abcdefgh ij", 3.0), ["abc", "def", "gh ", "ij"]);
        assert_eq!(lines("", 3.0), Vec::<String>::new());
        for width in [1.0, 4.0, 9.0, 100.0] {
            assert_eq!(lines("what is said, and by whom; 3 of 4", width).concat(), "what is said, and by whom; 3 of 4");
        }
    }
}
