//! Both sides of the parse worker in one process, for fuzzing: what an honest child says is always taken, and nothing that
//! a dishonest one says breaks the parent.

use super::{
    document::Gathering,
    drawing::Taking,
    frames::{self, Format, MAX_REPLY, Reply, Request},
    parent::{Dialogue, Protocol},
    sheets::{self, Halt},
};
use crate::{
    limits::Limits,
    page::{ReaderName, Rendition},
    table::{Kind, TableError},
};
use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind, set_hook},
};

fn request(kind: Kind) -> Option<Request> {
    let format = Format::of(kind).or(Format::of_page(kind))?;
    // Small bounds are met by small files.
    let limits = Limits {
        inflated_bytes: 4 << 20,
        text_bytes: 1 << 20,
        archive_bytes: 1 << 20,
        child_bytes: 1 << 18,
        cells: 100_000,
        html_depth: 64,
        ..Limits::default()
    };
    Some(Request { format, sheet: None, first_rows: None, draw: None, limits })
}

/// Reads `bytes` as `kind` on the child's side, and lets the parent check every frame of the answer.
pub fn answer_is_taken(kind: Kind, bytes: &[u8]) {
    let Some(request) = request(kind) else { return };
    let mut said = Vec::new();
    let mut send = |reply: Reply| frames::write(&mut said, &reply).map_err(|_| Halt::Closed);
    let _ = send(Reply::Ready { missing: Vec::new() });
    // The libraries that read workbooks, PDF and pictures may panic: that ends a child and is answered as a limit. Panics
    // of readers that are ours are findings.
    let foreign = Format::of(kind).is_some() || matches!(kind, Kind::Pdf | Kind::Image);
    let read = if foreign {
        set_hook(Box::new(|_| {}));
        let Ok(read) = catch_unwind(AssertUnwindSafe(|| sheets::read(&request, bytes, &mut send))) else { return };
        read
    } else {
        sheets::read(&request, bytes, &mut send)
    };
    let _ = match read {
        Ok((rows, cells)) => send(Reply::Done { rows, cells }),
        Err(Halt::Refused(refusal)) => send(Reply::Refused(refusal)),
        Err(Halt::Closed | Halt::Enough) => return,
    };
    assert_ne!(heard(kind, &request, &said, bytes), Err(TableError::ParserAnswer), "an honest answer was not taken");
}

/// Draws `bytes` as the first page of a PDF or as a picture on the child's side, and lets the parent check every frame: an
/// honest drawing has as many pixels as it announced.
pub fn a_drawing_is_taken(bytes: &[u8]) {
    for kind in [Kind::Pdf, Kind::Image] {
        let Some(request) = request(kind) else { continue };
        let limits = Limits { pixels: 1 << 20, ..request.limits };
        let request = Request { draw: Some(1), limits, ..request };
        let mut said = Vec::new();
        let mut send = |reply: Reply| frames::write(&mut said, &reply).map_err(|_| Halt::Closed);
        let _ = send(Reply::Ready { missing: Vec::new() });
        // What draws is foreign: that it panics ends a child and is answered as a limit.
        set_hook(Box::new(|_| {}));
        let read = catch_unwind(AssertUnwindSafe(|| sheets::read(&request, bytes, &mut send)));
        let Ok(Ok((rows, cells))) = read else { continue };
        let _ = send(Reply::Done { rows, cells });
        let (mut taking, mut said, mut buffer) = (Taking::default(), &said[..], Vec::new());
        while let Some(reply) = frames::read::<Reply>(&mut said, MAX_REPLY, &mut buffer).ok().flatten() {
            assert!(taking.take(reply).is_ok(), "an honest drawing was not taken");
        }
        assert!(taking.is_done(), "a drawing without its end");
    }
}

/// Frames made by nobody are refused or taken whole.
pub fn no_answer_breaks_the_parent(bytes: &[u8]) {
    for kind in [Kind::Html, Kind::Xlsx] {
        let request = request(kind).expect("both are read by the worker");
        let _ = heard(kind, &request, bytes, b"the file");
    }
}

fn heard(kind: Kind, request: &Request, mut said: &[u8], bytes: &[u8]) -> Result<(), TableError> {
    let mut buffer = Vec::new();
    let mut frame = || frames::read::<Reply>(&mut said, MAX_REPLY, &mut buffer).ok().flatten();
    if Format::of(kind).is_some() {
        let mut take = |_| ControlFlow::Continue(());
        let mut protocol = Protocol::new(request, &mut take);
        while let Some(reply) = frame() {
            let _ = protocol.take(reply)?;
        }
        return if protocol.is_done() { Ok(()) } else { Err(TableError::ParserLimit) };
    }
    let mut gathering = Gathering::new(&request.limits);
    while let Some(reply) = frame() {
        let _ = gathering.take(reply)?;
    }
    if !gathering.is_done() {
        return Err(TableError::ParserLimit);
    }
    let draft = gathering.draft;
    let reader = ReaderName { name: kind.code(), version: 1 };
    let rendition = Rendition::new(bytes, reader, draft.text, draft.pieces, draft.masks);
    let rendition = rendition.map_err(|_| TableError::ParserAnswer)?;
    assert!(rendition.span(0..rendition.text().len()).is_ok());
    Ok(())
}
