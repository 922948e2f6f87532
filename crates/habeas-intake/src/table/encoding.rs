//! Which characters the bytes of a text table are, line by line where a file mixes encodings.
//!
//! Valid UTF-8 is UTF-8. A byte order mark is obeyed, else the pattern of NULs tells UTF-16. Everything else is decoded by
//! one guess for the whole file; in a file that has both, each line that was decoded by the guess says so. There is never
//! a silent replacement character.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// How the bytes of a file become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without a mark.
    Utf8,
    /// UTF-16 of either byte order.
    Utf16(&'static Encoding),
    /// One legacy encoding.
    Legacy(&'static Encoding),
    /// Lines of UTF-8 beside lines of a legacy encoding.
    Mixed(&'static Encoding),
}

impl TextEncoding {
    /// Name for mappings and reports: `utf-8`, `windows-1256`, `utf-8+windows-1252`.
    pub fn name(self) -> String {
        match self {
            Self::Utf8 => "utf-8".to_owned(),
            Self::Utf16(encoding) | Self::Legacy(encoding) => encoding.name().to_ascii_lowercase(),
            Self::Mixed(encoding) => format!("utf-8+{}", encoding.name().to_ascii_lowercase()),
        }
    }

    /// Reads a name as a mapping writes it; `None` for one that no table is read with.
    pub fn from_name(name: &str) -> Option<Self> {
        if let Some(legacy) = name.strip_prefix("utf-8+") {
            return single_byte(Encoding::for_label(legacy.as_bytes())?).map(Self::Mixed);
        }
        let encoding = Encoding::for_label(name.as_bytes())?;
        if encoding == encoding_rs::UTF_8 {
            Some(Self::Utf8)
        } else if encoding == UTF_16LE || encoding == UTF_16BE {
            Some(Self::Utf16(encoding))
        } else {
            single_byte(encoding).map(Self::Legacy)
        }
    }
}

/// Only encodings in which a delimiter byte is always a delimiter.
fn single_byte(encoding: &'static Encoding) -> Option<&'static Encoding> {
    encoding.is_single_byte().then_some(encoding)
}

/// UTF-16, told by its mark or by NULs in every second place of the first bytes.
pub(super) fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.starts_with(&[0xFF, 0xFE]) {
        return Some(UTF_16LE);
    }
    if bytes.starts_with(&[0xFE, 0xFF]) {
        return Some(UTF_16BE);
    }
    let head = &bytes[..bytes.len().min(4096) & !1];
    let nuls = |offset: usize| head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (nuls(0), nuls(1), head.len() / 2);
    let has_unit = |unit: [u8; 2]| head.chunks_exact(2).any(|pair| pair == unit);
    // Delimiters, blanks and line ends are ASCII in every script, so a tenth of the units has a NUL; a line end beside its
    // NUL tells it from a text with stray NULs.
    if (even + odd) * 10 < pairs {
        None
    } else if even * 8 < odd && (has_unit([b'\n', 0]) || has_unit([b'\r', 0])) {
        Some(UTF_16LE)
    } else if odd * 8 < even && (has_unit([0, b'\n']) || has_unit([0, b'\r'])) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Tells the encoding of a text table.
pub(crate) fn detect(bytes: &[u8]) -> TextEncoding {
    if let Some(encoding) = wide(bytes) {
        return TextEncoding::Utf16(encoding);
    }
    if std::str::from_utf8(bytes).is_ok() {
        return TextEncoding::Utf8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut some_utf8 = false;
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
        if std::str::from_utf8(line).is_ok() {
            some_utf8 = true;
        } else {
            detector.feed(line, false);
            detector.feed(b"\n", false);
        }
    }
    detector.feed(b"", true);
    let guess = single_byte(detector.guess(None, Utf8Detection::Deny)).unwrap_or(WINDOWS_1252);
    if some_utf8 { TextEncoding::Mixed(guess) } else { TextEncoding::Legacy(guess) }
}

/// The bytes as they are parsed: UTF-16 is rewritten as UTF-8, everything else stays. The mark is left out.
/// The second part tells how many units of UTF-16 were no character.
pub(super) fn parseable<'b>(bytes: &'b [u8], encoding: TextEncoding) -> (Cow<'b, [u8]>, u64) {
    match encoding {
        TextEncoding::Utf16(encoding) => {
            let little = encoding == UTF_16LE;
            let units = bytes.chunks_exact(2).map(|pair| {
                let pair = [pair[0], pair[1]];
                if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
            });
            let mut text = String::with_capacity(bytes.len() / 2);
            let mut lone = u64::from(!bytes.len().is_multiple_of(2));
            for unit in char::decode_utf16(units) {
                text.push(unit.unwrap_or_else(|_| {
                    lone += 1;
                    char::REPLACEMENT_CHARACTER
                }));
            }
            let marked = text.strip_prefix('\u{FEFF}').map(str::to_owned);
            (Cow::Owned(marked.unwrap_or(text).into_bytes()), lone)
        }
        _ => (Cow::Borrowed(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)), 0),
    }
}

/// Appends one field. Returns whether it was decoded by a legacy encoding.
pub(super) fn push_field(field: &[u8], encoding: TextEncoding, out: &mut String) -> bool {
    match (std::str::from_utf8(field), encoding) {
        (Ok(text), TextEncoding::Utf8 | TextEncoding::Utf16(_) | TextEncoding::Mixed(_)) => {
            out.push_str(text);
            false
        }
        (Ok(text), TextEncoding::Legacy(_)) if field.is_ascii() => {
            out.push_str(text);
            false
        }
        (_, TextEncoding::Legacy(encoding) | TextEncoding::Mixed(encoding)) => {
            out.push_str(&encoding.decode_without_bom_handling(field).0);
            true
        }
        (Err(_), TextEncoding::Utf8 | TextEncoding::Utf16(_)) => {
            // Only where somebody forced UTF-8 on a file that is not: every byte keeps a sign of its own.
            out.push_str(&WINDOWS_1252.decode_without_bom_handling(field).0);
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    #[test]
    fn each_encoding_is_told_from_its_bytes() {
        let spanish = "nombre;lugar\nNÚÑEZ PEÑA;Cañada de Gómez\nACUÑA MUÑOZ;Córdoba\n";
        let urdu = "نام;ضلع\nکریم بخش;گوادر\nمحمد علی;پسنی\n";
        assert_eq!(detect(spanish.as_bytes()), TextEncoding::Utf8);
        assert_eq!(detect(b"plain ascii\n"), TextEncoding::Utf8);
        assert_eq!(detect(&bytes_of(spanish, WINDOWS_1252)).name(), "windows-1252");
        let arabic = "الاسم;المدينة\nمحمد عبدالله;حلب\nكريم حسن;دمشق\n";
        assert_eq!(detect(&bytes_of(arabic, encoding_rs::WINDOWS_1256)).name(), "windows-1256");
        let little: Vec<u8> = urdu.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(detect(&little), TextEncoding::Utf16(UTF_16LE));
        let mut big = vec![0xFE, 0xFF];
        big.extend(urdu.encode_utf16().flat_map(u16::to_be_bytes));
        assert_eq!(detect(&big), TextEncoding::Utf16(UTF_16BE));
        assert_eq!(parseable(&big, detect(&big)).0.as_ref(), urdu.as_bytes());
    }

    #[test]
    fn a_file_with_both_is_mixed_and_each_field_is_decoded_by_what_it_is() {
        let mut bytes = "name\nNúñez\n".as_bytes().to_vec();
        bytes.extend(bytes_of("Peña\nMuñoz\n", WINDOWS_1252));
        let encoding = detect(&bytes);
        assert_eq!(encoding, TextEncoding::Mixed(WINDOWS_1252));
        let mut out = String::new();
        assert!(!push_field("Núñez".as_bytes(), encoding, &mut out));
        assert!(push_field(b"Pe\xF1a", encoding, &mut out));
        assert_eq!(out, "NúñezPeña");
    }

    #[test]
    fn the_byte_order_mark_is_no_part_of_the_text() {
        let bytes = b"\xEF\xBB\xBFname\n";
        assert_eq!(parseable(bytes, detect(bytes)).0.as_ref(), b"name\n");
    }

    #[test]
    fn names_of_encodings_are_read_back() {
        for name in ["utf-8", "windows-1252", "windows-1256", "utf-16le", "utf-8+windows-1252"] {
            assert_eq!(TextEncoding::from_name(name).map(TextEncoding::name).as_deref(), Some(name));
        }
        assert_eq!(TextEncoding::from_name("shift_jis"), None);
    }
}
