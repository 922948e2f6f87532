//! Pictures: no text, but what the file says of itself. Words in a picture are typed by a person.

use super::draft::{DetailBasis, DetailKind, Draft, PageRemark};
use exif::{In, Reader, Tag};
use std::io::Cursor;

/// Reads the properties of a picture.
pub(crate) fn read(bytes: &[u8]) -> Draft {
    let mut draft = Draft::default();
    draft.remarks.push(PageRemark::NeedsOcr { page: 1 });
    // Most pictures from messengers have no properties any more.
    let Ok(exif) = Reader::new().read_from_container(&mut Cursor::new(bytes)) else { return draft };
    if exif.get_field(Tag::GPSLatitude, In::PRIMARY).is_some() {
        draft.remarks.push(PageRemark::Position);
    }
    for (tag, kind) in [(Tag::DateTimeOriginal, DetailKind::Taken), (Tag::Artist, DetailKind::Author)] {
        if let Some(field) = exif.get_field(tag, In::PRIMARY) {
            draft.detail(kind, DetailBasis::Property, &field.display_value().to_string());
        }
    }
    draft
}
