//! Deterministic CBOR: the one encoding of each value, and a reader that refuses every other.
//!
//! The subset of RFC 8949 §4.2 that the vault writes: integers, byte strings, texts, arrays, maps with sorted unique
//! keys, true, false, null; shortest form only. No floats, tags or indefinite lengths. Own code, because the libraries
//! looked at (`minicbor`, `ciborium`) read non-canonical input without a word, and refusing it is the point.

/// Why bytes are not the one encoding of a value. `at` is the offset in the decoded bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// The bytes end inside a value, or a length reaches beyond them.
    #[error("the bytes end inside the value at {at}")]
    Truncated {
        /// Offset.
        at: usize,
    },
    /// A number or length is not in its shortest form.
    #[error("the number at {at} is not in its shortest form")]
    NotShortest {
        /// Offset.
        at: usize,
    },
    /// A value of another type was expected here.
    #[error("a value of another type stands at {at}")]
    OtherType {
        /// Offset.
        at: usize,
    },
    /// Keys are not in ascending order, or one occurs twice.
    #[error("the keys of a map are out of order at {at}")]
    KeyOrder {
        /// Offset.
        at: usize,
    },
    /// A text is not UTF-8.
    #[error("the text at {at} is not UTF-8")]
    NotUtf8 {
        /// Offset.
        at: usize,
    },
    /// A form that the subset does not have: float, tag, indefinite length.
    #[error("a form outside the subset stands at {at}")]
    Unsupported {
        /// Offset.
        at: usize,
    },
    /// Bytes follow the value, or the padding is not as it must be.
    #[error("something follows the value at {at}")]
    Trailing {
        /// Offset.
        at: usize,
    },
    /// Values are nested too deeply.
    #[error("values are nested too deeply at {at}")]
    TooDeep {
        /// Offset.
        at: usize,
    },
}

const UINT: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const SIMPLE: u8 = 7;
const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;

/// Nesting that a skipped value may have. Written values nest 7 deep; a hostile one must not exhaust the stack.
const MAX_DEPTH: u8 = 32;

/// Plaintext of frames and bodies is padded to a multiple of this many bytes, so that short values hide their length.
pub const PADDING: usize = 64;

/// Writes values one after the other.
#[derive(Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
}

impl Encoder {
    /// An empty encoder.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes written so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The bytes, followed by 0x80 and zeros up to a multiple of [`PADDING`].
    pub fn into_padded(mut self) -> Vec<u8> {
        self.bytes.push(0x80);
        self.bytes.resize(self.bytes.len().next_multiple_of(PADDING), 0);
        self.bytes
    }

    /// A number that is not negative.
    pub fn uint(&mut self, value: u64) {
        self.head(UINT, value);
    }

    /// A number.
    pub fn int(&mut self, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.head(UINT, value),
            Err(_) => self.head(NEGATIVE, !value as u64),
        }
    }

    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) {
        self.head(BYTES, value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    /// A text.
    pub fn text(&mut self, value: &str) {
        self.head(TEXT, value.len() as u64);
        self.bytes.extend_from_slice(value.as_bytes());
    }

    /// True or false.
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(if value { TRUE } else { FALSE });
    }

    /// Null.
    pub fn null(&mut self) {
        self.bytes.push(NULL);
    }

    /// Begins an array; exactly `n` values must follow.
    pub fn array(&mut self, n: usize) {
        self.head(ARRAY, n as u64);
    }

    /// An array with one value per item.
    pub fn list<T>(&mut self, items: impl ExactSizeIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.array(items.len());
        items.for_each(|item| write(self, item));
    }

    /// A map with number keys, given in ascending order; at most 23 of them.
    pub fn map(&mut self, write: impl FnOnce(&mut MapEncoder<'_>)) {
        let head_at = self.bytes.len();
        self.bytes.push(0);
        let mut map = MapEncoder { encoder: self, n: 0, last_key: None };
        write(&mut map);
        let n = map.n;
        self.bytes[head_at] = (MAP << 5) | n;
    }

    fn head(&mut self, major: u8, value: u64) {
        let major = major << 5;
        match value {
            0..=23 => self.bytes.push(major | value as u8),
            24..=0xff => self.bytes.extend_from_slice(&[major | 24, value as u8]),
            0x100..=0xffff => {
                self.bytes.push(major | 25);
                self.bytes.extend_from_slice(&(value as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.bytes.push(major | 26);
                self.bytes.extend_from_slice(&(value as u32).to_be_bytes());
            }
            _ => {
                self.bytes.push(major | 27);
                self.bytes.extend_from_slice(&value.to_be_bytes());
            }
        }
    }
}

/// Writes the entries of one map.
pub struct MapEncoder<'e> {
    encoder: &'e mut Encoder,
    n: u8,
    last_key: Option<u64>,
}

impl MapEncoder<'_> {
    /// Writes a key; its value must be written next, with what is returned.
    pub fn key(&mut self, key: u64) -> &mut Encoder {
        debug_assert!(self.last_key.is_none_or(|last| last < key), "keys are written in ascending order");
        debug_assert!(self.n < 23, "a head of one byte holds at most 23 entries");
        self.last_key = Some(key);
        self.n += 1;
        self.encoder.uint(key);
        self.encoder
    }
}

/// Reads values one after the other and refuses what [`Encoder`] would not have written.
#[derive(Debug, Clone)]
pub struct Decoder<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Decoder<'b> {
    /// Reads from the start of `bytes`.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Current offset.
    pub fn at(&self) -> usize {
        self.at
    }

    /// A number that is not negative.
    pub fn uint(&mut self) -> Result<u64, CborError> {
        self.expect(UINT)
    }

    /// A number that is not negative and fits the type.
    pub fn small<T: TryFrom<u64>>(&mut self) -> Result<T, CborError> {
        let at = self.at;
        T::try_from(self.uint()?).map_err(|_| CborError::OtherType { at })
    }

    /// A number.
    pub fn int(&mut self) -> Result<i64, CborError> {
        let at = self.at;
        let wrong = CborError::OtherType { at };
        match self.head()? {
            (UINT, value) => i64::try_from(value).map_err(|_| wrong),
            (NEGATIVE, value) => i64::try_from(value).map(|value| !value).map_err(|_| wrong),
            _ => Err(wrong),
        }
    }

    /// A byte string.
    pub fn bytes(&mut self) -> Result<&'b [u8], CborError> {
        let length = self.expect(BYTES)?;
        self.take(length)
    }

    /// Begins a byte string and tells its length; what follows is for the caller to take.
    pub fn begin_bytes(&mut self) -> Result<u64, CborError> {
        self.expect(BYTES)
    }

    /// Begins a map and tells its number of entries; what follows is for the caller to take.
    pub fn begin_map(&mut self) -> Result<u64, CborError> {
        self.expect(MAP)
    }

    /// A byte string of known length.
    pub fn exact<const N: usize>(&mut self) -> Result<[u8; N], CborError> {
        let at = self.at;
        self.bytes()?.try_into().map_err(|_| CborError::OtherType { at })
    }

    /// A text.
    pub fn text(&mut self) -> Result<&'b str, CborError> {
        let at = self.at;
        let length = self.expect(TEXT)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| CborError::NotUtf8 { at })
    }

    /// A text of its own.
    pub fn string(&mut self) -> Result<String, CborError> {
        Ok(self.text()?.to_owned())
    }

    /// True or false.
    pub fn bool(&mut self) -> Result<bool, CborError> {
        let at = self.at;
        match self.byte()? {
            TRUE => Ok(true),
            FALSE => Ok(false),
            _ => Err(CborError::OtherType { at }),
        }
    }

    /// Reads a null if one stands here.
    pub fn null(&mut self) -> bool {
        let null = self.bytes.get(self.at) == Some(&NULL);
        self.at += usize::from(null);
        null
    }

    /// Whether the next value is a number that is not negative.
    pub fn at_uint(&self) -> bool {
        self.major() == Some(UINT)
    }

    fn major(&self) -> Option<u8> {
        self.bytes.get(self.at).map(|byte| byte >> 5)
    }

    /// Begins an array and tells its number of values; never more than there are bytes left.
    pub fn array(&mut self) -> Result<usize, CborError> {
        let at = self.at;
        let n = self.expect(ARRAY)?;
        self.bounded(n, at)
    }

    /// An array, each value read by `read`.
    pub fn list<T, E: From<CborError>>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        let n = self.array()?;
        // A hostile array may claim one value per byte: grow as values come instead of reserving by the claim.
        let mut items = Vec::with_capacity(n.min(64));
        for _ in 0..n {
            items.push(read(self)?);
        }
        Ok(items)
    }

    /// A map with number keys: `read` is called with each key and must read its value, by [`Decoder::skip`] where it
    /// does not know the key.
    pub fn map<E: From<CborError>>(&mut self, mut read: impl FnMut(u64, &mut Self) -> Result<(), E>) -> Result<(), E> {
        let at = self.at;
        let n = self.expect(MAP)?;
        let n = self.bounded(n, at)?;
        let mut last = None;
        for _ in 0..n {
            let at = self.at;
            let key = self.uint()?;
            if last.is_some_and(|last| last >= key) {
                return Err(CborError::KeyOrder { at }.into());
            }
            last = Some(key);
            read(key, self)?;
        }
        Ok(())
    }

    /// Passes over one value, checking its form.
    pub fn skip(&mut self) -> Result<(), CborError> {
        self.skip_nested(0)
    }

    fn skip_nested(&mut self, depth: u8) -> Result<(), CborError> {
        let at = self.at;
        if depth > MAX_DEPTH {
            return Err(CborError::TooDeep { at });
        }
        match self.head()? {
            (UINT | NEGATIVE | SIMPLE, _) => {}
            (BYTES, length) => {
                self.take(length)?;
            }
            (TEXT, length) => {
                std::str::from_utf8(self.take(length)?).map_err(|_| CborError::NotUtf8 { at })?;
            }
            (ARRAY, n) => {
                for _ in 0..self.bounded(n, at)? {
                    self.skip_nested(depth + 1)?;
                }
            }
            (_, n) => {
                let mut last: &[u8] = &[];
                for i in 0..self.bounded(n, at)? {
                    let start = self.at;
                    self.skip_nested(depth + 1)?;
                    let key = &self.bytes[start..self.at];
                    if i > 0 && last >= key {
                        return Err(CborError::KeyOrder { at: start });
                    }
                    last = key;
                    self.skip_nested(depth + 1)?;
                }
            }
        }
        Ok(())
    }

    /// Checks that nothing follows.
    pub fn end(&self) -> Result<(), CborError> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(CborError::Trailing { at: self.at }) }
    }

    /// Bytes that stand behind a value without being one.
    pub fn raw<const N: usize>(&mut self) -> Result<&'b [u8; N], CborError> {
        let at = self.at;
        let bytes = self.take(N as u64)?;
        bytes.first_chunk().ok_or(CborError::Truncated { at })
    }

    /// Checks that only the padding of [`Encoder::into_padded`] follows.
    pub fn padding(&self) -> Result<(), CborError> {
        let rest = &self.bytes[self.at..];
        let right = self.bytes.len().is_multiple_of(PADDING)
            && rest.len() <= PADDING
            && rest.split_first().is_some_and(|(mark, zeros)| *mark == 0x80 && zeros.iter().all(|byte| *byte == 0));
        if right { Ok(()) } else { Err(CborError::Trailing { at: self.at }) }
    }

    fn expect(&mut self, major: u8) -> Result<u64, CborError> {
        let at = self.at;
        match self.head()? {
            (found, value) if found == major => Ok(value),
            _ => Err(CborError::OtherType { at }),
        }
    }

    fn bounded(&self, n: u64, at: usize) -> Result<usize, CborError> {
        match usize::try_from(n) {
            Ok(n) if n <= self.bytes.len() - self.at => Ok(n),
            _ => Err(CborError::Truncated { at }),
        }
    }

    fn head(&mut self) -> Result<(u8, u64), CborError> {
        let at = self.at;
        let first = self.byte()?;
        let (major, info) = (first >> 5, first & 0x1f);
        if major == 6 || (major == SIMPLE && !matches!(first, FALSE | TRUE | NULL)) || info > 27 {
            return Err(CborError::Unsupported { at });
        }
        let (value, least) = match info {
            0..=23 => return Ok((major, u64::from(info))),
            24 => (u64::from(self.byte()?), 24),
            25 => (u64::from(u16::from_be_bytes(self.fixed()?)), 0x100),
            26 => (u64::from(u32::from_be_bytes(self.fixed()?)), 0x1_0000),
            _ => (u64::from_be_bytes(self.fixed()?), 0x1_0000_0000),
        };
        if value < least { Err(CborError::NotShortest { at }) } else { Ok((major, value)) }
    }

    fn byte(&mut self) -> Result<u8, CborError> {
        let byte = *self.bytes.get(self.at).ok_or(CborError::Truncated { at: self.at })?;
        self.at += 1;
        Ok(byte)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], CborError> {
        let bytes = self.take(N as u64)?;
        Ok(bytes.try_into().expect("take returned as many bytes as were asked for"))
    }

    fn take(&mut self, length: u64) -> Result<&'b [u8], CborError> {
        let at = self.at;
        let length = self.bounded(length, at)?;
        self.at += length;
        Ok(&self.bytes[at..self.at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(bytes: &[u8]) -> Option<CborError> {
        let mut decoder = Decoder::new(bytes);
        decoder.skip().and_then(|()| decoder.end()).err()
    }

    #[test]
    fn every_value_has_one_encoding_and_all_others_are_refused() {
        let at = 0;
        for (bytes, why) in [
            (&[0x18, 0x17][..], CborError::NotShortest { at }),
            (&[0x19, 0x00, 0xff], CborError::NotShortest { at }),
            (&[0x1a, 0x00, 0x00, 0xff, 0xff], CborError::NotShortest { at }),
            (&[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], CborError::NotShortest { at }),
            (&[0x58, 0x01, 0x00], CborError::NotShortest { at }),
            (&[0x9f, 0x01, 0xff], CborError::Unsupported { at }),
            (&[0x5f, 0x41, 0x00, 0xff], CborError::Unsupported { at }),
            (&[0xc0, 0x00], CborError::Unsupported { at }),
            (&[0xf9, 0x00, 0x00], CborError::Unsupported { at }),
            (&[0xf7], CborError::Unsupported { at }),
            (&[0xf8, 0x20], CborError::Unsupported { at }),
            (&[0x61, 0xff], CborError::NotUtf8 { at }),
            (&[0xa2, 0x01, 0x00, 0x01, 0x00], CborError::KeyOrder { at: 3 }),
            (&[0xa2, 0x02, 0x00, 0x01, 0x00], CborError::KeyOrder { at: 3 }),
            (&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], CborError::Truncated { at }),
            (&[0x42, 0x00], CborError::Truncated { at: 1 }),
            (&[0x00, 0x00], CborError::Trailing { at: 1 }),
        ] {
            assert_eq!(refused(bytes), Some(why), "{bytes:02x?}");
        }
        assert_eq!(refused(&[0x81; 100]), Some(CborError::TooDeep { at: 33 }));
    }

    #[test]
    fn the_examples_of_rfc_8949_are_written_as_it_says() {
        let mut e = Encoder::new();
        for value in [0, 23, 24, 100, 1000, 1_000_000, 1_000_000_000_000, -1, -10, -1000] {
            e.int(value);
        }
        e.bytes(&[1, 2, 3, 4]);
        e.text("ü");
        e.list([1u64, 2, 3].into_iter(), |e, n| e.uint(n));
        e.map(|m| {
            m.key(1).uint(2);
            m.key(3).uint(4);
        });
        let hex: String = e.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "0017181818641903e81a000f42401b000000e8d4a510002029\
             3903e7440102030462c3bc83010203a201020304"
        );
    }

    #[test]
    fn padding_hides_length_and_only_its_one_form_is_read() {
        let mut e = Encoder::new();
        e.uint(5);
        let padded = e.into_padded();
        assert_eq!(padded.len(), 64);
        let check = |bytes: &[u8]| {
            let mut d = Decoder::new(bytes);
            d.skip().and_then(|()| d.padding())
        };
        assert_eq!(check(&padded), Ok(()));
        assert!(check(&padded[..63]).is_err());
        let mut longer = padded.clone();
        longer.resize(128, 0);
        assert!(check(&longer).is_err());
        let mut marked = padded;
        marked[40] = 1;
        assert!(check(&marked).is_err());
    }

    proptest! {
        #[test]
        fn what_is_read_without_complaint_is_what_would_be_written(value: i64, text in "\\PC{0,30}", bytes: Vec<u8>) {
            let mut e = Encoder::new();
            e.int(value);
            e.text(&text);
            e.bytes(&bytes);
            let written = e.into_bytes();
            let mut d = Decoder::new(&written);
            prop_assert_eq!(d.int(), Ok(value));
            prop_assert_eq!(d.text(), Ok(text.as_str()));
            prop_assert_eq!(d.bytes(), Ok(bytes.as_slice()));
            prop_assert_eq!(d.end(), Ok(()));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = refused(&bytes);
        }
    }
}
