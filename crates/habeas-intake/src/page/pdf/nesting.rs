//! Whether painting a page comes to an end: a page tree or a form that holds itself has none, and the library that paints
//! would run over its stack, which ends the whole process where anything else costs one page.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, content::Content};
use std::{collections::HashMap, ptr};

/// How many forms may stand inside each other, and how many nodes of the page tree above a page.
const DEEPEST: usize = 64;

/// Whether all that `page` inherits and shows is nested at most [`DEEPEST`] deep.
pub(super) fn is_bounded(document: &Document, page: ObjectId) -> bool {
    let Ok(mut node) = document.get_dictionary(page) else { return false };
    let mut resources = resources_of(document, node);
    for _ in 0..DEEPEST {
        let parent = node.get(b"Parent").and_then(Object::as_reference).and_then(|id| document.get_dictionary(id));
        let Ok(parent) = parent else {
            let none = Dictionary::new();
            let Ok(content) = document.get_page_content(page) else { return true };
            let mut forms = Forms { document, heights: HashMap::new() };
            return forms.height(&content, resources.unwrap_or(&none), 0).is_some();
        };
        node = parent;
        resources = resources.or_else(|| resources_of(document, node));
    }
    false
}

fn resources_of<'a>(document: &'a Document, holder: &'a Dictionary) -> Option<&'a Dictionary> {
    holder.get_deref(b"Resources", document).and_then(Object::as_dict).ok()
}

/// A form without resources of its own uses those of whoever shows it: both together say what it nests.
type Shown = (*const Stream, *const Dictionary);

struct Forms<'a> {
    document: &'a Document,
    /// How deep the forms nest that were looked into already.
    heights: HashMap<Shown, usize>,
}

impl<'a> Forms<'a> {
    /// How deep forms nest in `content`, `None` for deeper than may be.
    fn height(&mut self, content: &[u8], resources: &'a Dictionary, depth: usize) -> Option<usize> {
        if depth > DEEPEST {
            return None;
        }
        let Ok(content) = Content::decode(content) else { return Some(0) };
        let mut deepest = 0;
        for operation in content.operations.iter().filter(|operation| operation.operator == "Do") {
            let name = operation.operands.first().and_then(|name| name.as_name().ok());
            let Some(form) = name.and_then(|name| self.form(resources, name)) else { continue };
            let resources = resources_of(self.document, &form.dict).unwrap_or(resources);
            let shown = (ptr::from_ref(form), ptr::from_ref(resources));
            let height = match self.heights.get(&shown) {
                Some(height) => *height,
                None => {
                    let inner = form.decompressed_content().unwrap_or_else(|_| form.content.clone());
                    let height = self.height(&inner, resources, depth + 1)?;
                    self.heights.insert(shown, height);
                    height
                }
            };
            deepest = deepest.max(height + 1);
        }
        (depth + deepest <= DEEPEST).then_some(deepest)
    }

    fn form(&self, resources: &'a Dictionary, name: &[u8]) -> Option<&'a Stream> {
        let forms = resources.get_deref(b"XObject", self.document).and_then(Object::as_dict).ok()?;
        forms.get_deref(name, self.document).and_then(Object::as_stream).ok()
    }
}
