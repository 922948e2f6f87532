//! Listening: on this computer only, under a name that is new at each launch; or, asked to, on a network, sealed.
//!
//! Cookies ignore ports, so another program of this computer would be sent ours if both were `127.0.0.1`. Browsers
//! resolve any `….localhost` to this computer without asking anybody and try `[::1]` first: so both addresses are bound
//! to one port, or the random name is not used.

use super::{
    lock::Lock,
    router::{App, router},
    tls::{Certificate, Sealed},
};
use crate::failure::{Exit, Failure};
use std::{
    io::{self, ErrorKind, Write},
    net::{Ipv6Addr, SocketAddr},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet, time::MissedTickBehavior};

/// How other computers reach the pages.
#[derive(Debug, Clone)]
pub struct Network {
    /// What the server shows for itself.
    pub certificate: Certificate,
    /// Names and addresses under which it is asked for, without the port.
    pub names: Vec<String>,
}

/// How to listen.
#[derive(Debug, Clone)]
pub struct ListenOptions {
    /// Where. If the port of an address of this computer is taken another one is used, and announced.
    pub listen: SocketAddr,
    /// How other computers reach it; without it only addresses of this computer are listened on.
    pub network: Option<Network>,
    /// Whether to open the pages in the browser.
    pub open: bool,
}

/// What whoever sees the terminal is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An address that lets one browser in.
    Way(String),
    /// Nobody used the vault for long enough, and it locked.
    Locked,
}

/// Serves the pages until Ctrl-C. `announce` gets each address that lets one browser in, the first one at once; each works
/// once and for a minute.
///
/// # Errors
/// [`Failure`] where the address is not this computer's, or no port can be had.
pub fn serve(lock: Lock, options: ListenOptions, announce: impl FnMut(&Event)) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(lock, options, announce))
}

async fn run(lock: Lock, options: ListenOptions, mut announce: impl FnMut(&Event)) -> Result<(), Failure> {
    let (sender, mut entries) = mpsc::unbounded_channel();
    let cannot = |error: io::Error| cannot_listen(options.listen, &error);
    let (listeners, app) = match &options.network {
        None => {
            let listeners = bind(options.listen).await.map_err(cannot)?;
            let hosts = hosts(&listeners)?;
            (listeners, App::new(lock, hosts, sender))
        }
        Some(network) => {
            let listener = TcpListener::bind(options.listen).await.map_err(cannot)?;
            let port = listener.local_addr()?.port();
            let hosts = network.names.iter().map(|name| under_port(name, port)).collect();
            (vec![listener], App::sealed(lock, hosts, sender))
        }
    };
    app.announce_entry(Instant::now());
    let (stop, _) = tokio::sync::broadcast::channel::<()>(1);
    let mut servers = JoinSet::new();
    for listener in listeners {
        let mut stopped = stop.subscribe();
        let stopped = async move {
            // An error means that the sender is gone, which is an end as well.
            let _ = stopped.recv().await;
        };
        match &options.network {
            None => {
                let serving = axum::serve(listener, router(app.clone())).with_graceful_shutdown(stopped);
                servers.spawn(serving.into_future());
            }
            Some(network) => {
                let sealed = Sealed::new(listener, &network.certificate)?;
                let serving = axum::serve(sealed, router(app.clone())).with_graceful_shutdown(stopped);
                servers.spawn(serving.into_future());
            }
        }
    }
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut opens = options.open;
    // Held until the end: the browser may be slow to read it, and it is removed with this value.
    let mut opened = None;
    loop {
        tokio::select! {
            Some(address) = entries.recv() => {
                if std::mem::take(&mut opens) {
                    opened = open(&address).ok();
                }
                announce(&Event::Way(address));
            }
            _ = second.tick() => {
                if app.lock_if_left() {
                    announce(&Event::Locked);
                }
            }
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                break;
            }
            Some(ended) = servers.join_next() => {
                ended.map_err(io::Error::other)??;
            }
        }
    }
    // Connections that a browser keeps open would hold us for ever.
    let _ = stop.send(());
    let patience = Duration::from_secs(2);
    let _ = tokio::time::timeout(patience, async { while servers.join_next().await.is_some() {} }).await;
    drop(opened);
    Ok(())
}

/// Binds the address, or a free port where it is taken, and the same port of `[::1]` where this computer has one.
async fn bind(listen: SocketAddr) -> io::Result<Vec<TcpListener>> {
    if !listen.ip().is_loopback() {
        return Err(ErrorKind::AddrNotAvailable.into());
    }
    let mut wanted = listen.port();
    for _ in 0..20 {
        let first = match TcpListener::bind((listen.ip(), wanted)).await {
            Ok(first) => first,
            Err(error) if error.kind() == ErrorKind::AddrInUse && wanted != 0 => {
                wanted = 0;
                continue;
            }
            Err(error) => return Err(error),
        };
        if listen.is_ipv6() {
            return Ok(vec![first]);
        }
        let port = first.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(second) => return Ok(vec![first, second]),
            // Somebody else has this port there, and browsers would go to them first: look for another one.
            Err(error) if error.kind() == ErrorKind::AddrInUse => wanted = 0,
            // No IPv6 on this computer.
            Err(_) => return Ok(vec![first]),
        }
    }
    Err(ErrorKind::AddrInUse.into())
}

/// Host headers to answer, that of the announced address first.
fn hosts(listeners: &[TcpListener]) -> Result<Vec<String>, Failure> {
    let mut hosts = Vec::new();
    let first = listeners.first().ok_or_else(|| io::Error::from(ErrorKind::NotConnected))?.local_addr()?;
    let port = first.port();
    if listeners.len() == 2 {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        hosts.push(format!("h-{:016x}.localhost:{port}", u64::from_be_bytes(bytes)));
    }
    for listener in listeners {
        hosts.push(listener.local_addr()?.to_string());
    }
    hosts.push(format!("localhost:{port}"));
    Ok(hosts)
}

/// A name with its port, as browsers send it; the usual port is not sent.
fn under_port(name: &str, port: u16) -> String {
    match (name.contains(':') && !name.starts_with('['), port) {
        (true, 443) => format!("[{name}]"),
        (true, port) => format!("[{name}]:{port}"),
        (false, 443) => name.to_owned(),
        (false, port) => format!("{name}:{port}"),
    }
}

fn cannot_listen(listen: SocketAddr, error: &io::Error) -> Failure {
    let remedy = if listen.ip().is_loopback() {
        "choose another port with --listen 127.0.0.1:PORT"
    } else {
        "listen on 127.0.0.1 or [::1]; the pages are served to this computer only"
    };
    Failure::new(Exit::Failed, format_args!("the pages cannot be served here: {error}"), remedy).at(listen.to_string())
}

/// Opens an address in the browser through a file that only its owner reads: arguments of a process are visible to
/// every user of the computer, and the address lets in.
fn open(address: &str) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("habeas-").suffix(".html").tempfile()?;
    let page = maud::html! {
        (maud::DOCTYPE)
        html lang="en" { head {
            meta charset="utf-8";
            title { "habeas" }
            meta http-equiv="refresh" content={ "0;url=" (address) };
        } body { a href=(address) { "habeas" } } }
    };
    file.write_all(page.into_string().as_bytes())?;
    file.flush()?;
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let quiet = || Stdio::null();
    Command::new(opener).arg(file.path()).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    #[test]
    fn an_address_that_other_computers_reach_is_refused() {
        for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
            assert!(wait(bind(listen.parse().unwrap())).is_err(), "{listen}");
        }
    }

    #[test]
    fn a_name_stands_in_the_host_header_as_browsers_write_it() {
        for (name, port, host) in [
            ("office.local", 7417, "office.local:7417"),
            ("192.168.1.5", 443, "192.168.1.5"),
            ("fd00::5", 7417, "[fd00::5]:7417"),
            ("fd00::5", 443, "[fd00::5]"),
        ] {
            assert_eq!(under_port(name, port), host);
        }
    }

    #[test]
    fn a_taken_port_leads_to_a_free_one() {
        wait(async {
            let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = taken.local_addr().unwrap().port();
            let bound = bind(([127, 0, 0, 1], port).into()).await.unwrap();
            assert_ne!(bound[0].local_addr().unwrap().port(), port);
        });
    }

    #[test]
    fn both_addresses_of_this_computer_have_one_port_and_a_name_of_this_launch() {
        wait(async {
            let bound = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
            let port = bound[0].local_addr().unwrap().port();
            let names = hosts(&bound).unwrap();
            assert!(names.iter().all(|name| name.ends_with(&format!(":{port}"))));
            assert!(names.contains(&format!("127.0.0.1:{port}")));
            if bound.len() == 2 {
                assert!(names[0].starts_with("h-") && names[0] != hosts(&bound).unwrap()[0]);
            }
        });
    }

    #[test]
    fn the_file_that_opens_the_pages_is_its_owners_alone() {
        let file = tempfile::Builder::new().prefix("habeas-").suffix(".html").tempfile().unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(file.as_file().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(file.path().exists());
    }
}
