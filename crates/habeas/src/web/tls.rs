//! Serving to a network: only sealed, with a certificate of one's own.
//!
//! Without a certificate one is made at each launch; its mark is printed in the terminal, to be compared with what the
//! browser shows. Nobody is asked who vouches for it: there is no network to ask.

use crate::failure::{Exit, Failure};
use axum::serve::Listener;
use sha2::{Digest, Sha256};
use std::{io, net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::AbortHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
    },
    server::TlsStream,
};

/// A greeting that takes longer than this is dropped: it may be somebody who only holds the line.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections that have greeted and wait to be served.
const WAITING: usize = 64;

/// What the server shows for itself.
#[derive(Clone)]
pub struct Certificate {
    config: Arc<ServerConfig>,
    fingerprint: String,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").field("fingerprint", &self.fingerprint).finish()
    }
}

impl Certificate {
    /// Makes one for these names and addresses.
    ///
    /// # Errors
    /// [`Failure`] where a name is none.
    pub fn own(names: Vec<String>) -> Result<Self, Failure> {
        let made = rcgen::generate_simple_self_signed(names)
            .map_err(|error| Failure::usage(error, "give names such as office.local, or addresses, with --name"))?;
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        Self::of(vec![made.cert.der().clone()], key.into())
    }

    /// Reads one from PEM files.
    ///
    /// # Errors
    /// [`Failure`] with the file that cannot be read.
    pub fn from_files(chain: &Path, key: &Path) -> Result<Self, Failure> {
        let wrong = |path: &Path, error: &dyn std::fmt::Display| {
            let what = format!("this is no PEM file of a certificate or key: {error}");
            Failure::new(Exit::Failed, what, "give --certificate CHAIN.pem --key KEY.pem")
                .at(path.display().to_string())
        };
        let certificates = CertificateDer::pem_file_iter(chain).map_err(|error| wrong(chain, &error))?;
        let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(chain, &error))?;
        let key_der = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, &error))?;
        Self::of(certificates, key_der)
    }

    fn of(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, Failure> {
        let wrong = |error: rustls::Error| {
            Failure::new(Exit::Failed, error, "give a certificate and the key that goes with it, both in PEM")
        };
        let hash = chain.first().map(Sha256::digest).unwrap_or_default();
        let fingerprint = hash.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(wrong)?;
        let mut config = builder.with_no_client_auth().with_single_cert(chain, key).map_err(wrong)?;
        // With HTTP/2 the host would stand elsewhere than where it is checked.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), fingerprint })
    }

    /// SHA-256 of the certificate, as browsers show it.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// A listener whose connections are sealed. Greetings are taken beside each other, so that a slow one holds up nobody.
pub struct Sealed {
    address: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    accepting: AbortHandle,
}

impl Sealed {
    /// Seals what comes in at a listener.
    ///
    /// # Errors
    /// [`io::Error`] where the listener has no address.
    pub fn new(listener: TcpListener, certificate: &Certificate) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(certificate.config.clone());
        let (sender, ready) = mpsc::channel(WAITING);
        let accepting = tokio::spawn(async move {
            loop {
                let Ok((stream, peer)) = listener.accept().await else {
                    // As when there are no more file handles: a moment later there may be.
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    continue;
                };
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    if let Ok(Ok(sealed)) = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
                        // Nobody receives any more only while the server ends.
                        let _ = sender.send((sealed, peer)).await;
                    }
                });
            }
        });
        Ok(Self { address, ready, accepting: accepting.abort_handle() })
    }
}

impl Drop for Sealed {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for Sealed {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::{TlsConnector, rustls::RootCertStore, rustls::pki_types::ServerName};

    #[test]
    fn each_certificate_has_its_own_mark_and_a_name_that_is_none_is_refused() {
        let (one, other) =
            (Certificate::own(vec!["office.local".into()]), Certificate::own(vec!["office.local".into()]));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.fingerprint().len(), 32 * 3 - 1);
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert!(Certificate::own(vec!["ein name ؟ mit\u{7f}".into()]).is_err());
    }

    #[tokio::test]
    async fn words_go_sealed_and_in_clear_nothing_answers() {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
        std::fs::write(&chain, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let certificate = Certificate::from_files(&chain, &key).unwrap();
        assert!(Certificate::from_files(&key, &chain).is_err());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut sealed = Sealed::new(listener, &certificate).unwrap();
        let address = sealed.local_addr().unwrap();
        // One that says nothing and one that speaks in clear hold up nobody.
        let silent = TcpStream::connect(address).await.unwrap();
        let mut clear = TcpStream::connect(address).await.unwrap();
        clear.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let asks = async {
            let stream = TcpStream::connect(address).await.unwrap();
            let mut stream = TlsConnector::from(Arc::new(client)).connect(name, stream).await.unwrap();
            stream.write_all(b"hello").await.unwrap();
            stream.flush().await.unwrap();
            stream
        };
        let ((mut served, _), _asked) = tokio::join!(sealed.accept(), asks);
        let mut heard = [0; 5];
        served.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"hello");
        let mut answer = Vec::new();
        clear.read_to_end(&mut answer).await.unwrap_or_default();
        assert!(!answer.starts_with(b"HTTP"), "nothing in clear");
        drop(silent);
    }
}
