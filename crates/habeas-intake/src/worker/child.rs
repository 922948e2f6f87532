//! The child's side: shut in, read, answer, end.

use super::{
    confine::confine,
    frames::{self, MAX_REQUEST, Reply, Request},
    sheets::{self, Halt},
};
use std::{
    io::{Read, Write},
    process::ExitCode,
};

/// Serves one request and ends. The binary calls it first of all when it is started as a parse worker.
///
/// The request comes from the parent and is trusted; limits are in force before the first byte of the file is read.
/// Nothing is written but frames; a code other than 0 says that the parent hung up or asked nonsense.
pub fn serve(mut input: impl Read, mut output: impl Write) -> ExitCode {
    let Ok(Some(request)) = frames::read::<Request>(&mut input, MAX_REQUEST, &mut Vec::new()) else {
        return ExitCode::from(2);
    };
    let missing = confine(&request.limits);
    let mut send = |reply: Reply| frames::write(&mut output, &reply).map_err(|_| Halt::Closed);
    if send(Reply::Ready { missing }).is_err() {
        return ExitCode::from(3);
    }
    let mut bytes = Vec::new();
    if input.take(request.limits.file_bytes).read_to_end(&mut bytes).is_err() {
        return ExitCode::from(3);
    }
    let last = match sheets::read(&request, &bytes, &mut send) {
        Ok((rows, cells)) => Reply::Done { rows, cells },
        Err(Halt::Refused(refusal)) => Reply::Refused(refusal),
        Err(Halt::Closed | Halt::Enough) => return ExitCode::from(3),
    };
    match send(last).and_then(|()| output.flush().map_err(|_| Halt::Closed)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(3),
    }
}
