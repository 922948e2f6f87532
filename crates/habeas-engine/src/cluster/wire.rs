//! What client and worker say to each other: frames of a length and bytes, after each has shown that it knows the token
//! and comes from the same build.

use crate::function::Question;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;
use std::{
    io::{self, ErrorKind, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    time::Duration,
};

/// Bytes of a token at least: 128 bits as hexadecimal digits.
const SHORTEST_TOKEN: usize = 32;
/// Bytes that a stranger may send before having shown the token.
const LONGEST_GREETING: u64 = 4096;
/// Bytes of any frame.
const LONGEST_FRAME: u64 = 1 << 40;
/// How long a greeting may take.
const GREETING_TIME: Duration = Duration::from_secs(10);

/// Why client and worker do not work together.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Nobody answers at an address.
    #[error("no worker answers at {address}")]
    Unreachable {
        /// As given.
        address: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The other side has another token.
    #[error("the worker at {address} has another token")]
    Token {
        /// As given.
        address: String,
    },
    /// The other side comes from another build.
    #[error("the worker at {address} is another build: «{theirs}» instead of «{ours}»")]
    Build {
        /// As given.
        address: String,
        /// The build of this side.
        ours: String,
        /// The build of the other side.
        theirs: String,
    },
    /// The connection broke, or what came is no message.
    #[error("the connection with {address} broke")]
    Connection {
        /// As given.
        address: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// No workers were named.
    #[error("no worker is named")]
    Nobody,
    /// A token that is too short to be one.
    #[error("the token has fewer than {SHORTEST_TOKEN} characters")]
    ShortToken,
    /// The file of the token cannot be read.
    #[error("{}: the token cannot be read", path.display())]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A worker cannot listen or its threads cannot be started.
    #[error("the worker cannot be started")]
    Start {
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// The secret that client and workers share; it never crosses the network.
#[derive(Clone)]
pub struct Token(Vec<u8>);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// A token of these characters, blanks at the ends left out.
    ///
    /// # Errors
    /// [`ClusterError::ShortToken`].
    pub fn new(token: &str) -> Result<Self, ClusterError> {
        let token = token.trim().as_bytes().to_vec();
        if token.len() < SHORTEST_TOKEN { Err(ClusterError::ShortToken) } else { Ok(Self(token)) }
    }

    /// Reads a token from a file.
    ///
    /// # Errors
    /// [`ClusterError::TokenFile`], [`ClusterError::ShortToken`].
    pub fn read(path: &Path) -> Result<Self, ClusterError> {
        let text = std::fs::read_to_string(path);
        Self::new(&text.map_err(|source| ClusterError::TokenFile { path: path.to_owned(), source })?)
    }

    fn mac(&self, side: Side, nonces: &[&[u8]; 2]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length is one");
        mac.update(match side {
            Side::Client => b"habeas client",
            Side::Worker => b"habeas worker",
        });
        nonces.iter().for_each(|nonce| mac.update(nonce));
        mac
    }
}

/// Which side one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Worker,
}

#[derive(Debug, Serialize, Deserialize)]
struct Greeting {
    build: String,
    nonce: [u8; 32],
}

/// What a client asks; a frame of bytes follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Request {
    /// Take this scorer: table, index and weights.
    Load,
    /// Run this shard: rows of a unit (eight bytes) and a record (four).
    Shard(Question),
}

/// What a worker answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Response {
    /// The scorer is there.
    Loaded,
    /// A batch of answers as an Arrow stream, which follows as a frame of bytes.
    Batch,
    /// All batches were sent.
    Done,
    /// The memory that the worker may use does not suffice.
    OutOfMemory,
    /// The query failed.
    Failed {
        /// What DataFusion said, which knows numbers only.
        said: String,
    },
}

pub(super) fn send_bytes(stream: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(&(bytes.len() as u64).to_le_bytes())?;
    stream.write_all(bytes)?;
    stream.flush()
}

pub(super) fn receive_bytes(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    receive_up_to(stream, LONGEST_FRAME)
}

fn receive_up_to(stream: &mut impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    stream.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > most {
        return Err(ErrorKind::InvalidData.into());
    }
    // Memory grows with what has come, not with what was announced.
    let mut bytes = Vec::new();
    stream.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

pub(super) fn send(stream: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let bytes = postcard::to_stdvec(message).map_err(io::Error::other)?;
    send_bytes(stream, &bytes)
}

pub(super) fn receive<M: DeserializeOwned>(stream: &mut impl Read) -> io::Result<M> {
    decode(&receive_up_to(stream, LONGEST_GREETING)?)
}

pub(super) fn decode<M: DeserializeOwned>(bytes: &[u8]) -> io::Result<M> {
    postcard::from_bytes(bytes).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

/// Both sides show that they know the token, each for a number that the other has just drawn, and compare their builds.
pub(super) fn greet(
    stream: &mut TcpStream,
    side: Side,
    (token, build, address): (&Token, &str, &str),
) -> Result<(), ClusterError> {
    let broke = |source| ClusterError::Connection { address: address.to_owned(), source };
    stream.set_read_timeout(Some(GREETING_TIME)).map_err(broke)?;
    stream.set_write_timeout(Some(GREETING_TIME)).map_err(broke)?;
    stream.set_nodelay(true).map_err(broke)?;
    let mut nonce = [0; 32];
    getrandom::fill(&mut nonce).map_err(|error| broke(io::Error::other(error)))?;
    send(stream, &Greeting { build: build.to_owned(), nonce }).map_err(broke)?;
    let theirs: Greeting = receive(stream).map_err(broke)?;
    let (nonces, other) = match side {
        Side::Client => ([&nonce[..], &theirs.nonce[..]], Side::Worker),
        Side::Worker => ([&theirs.nonce[..], &nonce[..]], Side::Client),
    };
    send_bytes(stream, &token.mac(side, &nonces).finalize().into_bytes()).map_err(broke)?;
    let shown = receive_up_to(stream, LONGEST_GREETING).map_err(broke)?;
    if token.mac(other, &nonces).verify_slice(&shown).is_err() {
        return Err(ClusterError::Token { address: address.to_owned() });
    }
    if theirs.build != build {
        let (ours, theirs) = (build.to_owned(), theirs.build);
        return Err(ClusterError::Build { address: address.to_owned(), ours, theirs });
    }
    Ok(())
}
