//! What a locked vault leaves in the memory of the process that serves it: nothing of the persons, of the passphrase, or
//! of the vault's name.
#![cfg(target_os = "linux")]

use crate::program::Office;
use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::FileExt,
    process::{Child, Stdio},
};

/// A word that stands in the list and nowhere else.
const CANARY: &str = "Zyxwvutian";
const PASSPHRASE: &str = "twelve invented words in a row";

/// A served vault and one browser that is in.
struct Served {
    child: Child,
    host: String,
    cookie: String,
}

impl Served {
    fn start(office: &Office) -> Self {
        let mut child = office.command(&["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("/enter#") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "it says where it serves");
        }
        let address = line.split("http://").nth(1).unwrap().trim();
        let (host, token) = address.split_once("/enter#").unwrap();
        let mut served = Self { child, host: host.to_owned(), cookie: String::new() };
        let entered = served.post("/enter", &format!("token={token}"));
        served.cookie = entered.split("__Host-habeas=").nth(1).unwrap().split(';').next().unwrap().to_owned();
        served
    }

    fn ask(&self, head: &str, body: &str) -> String {
        let port = self.host.rsplit_once(':').unwrap().1;
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        let cookie = format!("Cookie: __Host-habeas={}\r\n", self.cookie);
        write!(stream, "{head} HTTP/1.1\r\nHost: {}\r\n{cookie}Connection: close\r\n", self.host).unwrap();
        write!(stream, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path}"), "")
    }

    fn post(&self, path: &str, body: &str) -> String {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let head = format!("POST {path} HTTP/1.1\r\nOrigin: http://{}\r\n{kind}\r\nX-Rest:", self.host);
        self.ask(&head, body)
    }

    /// How often the words stand in the memory of the process, as UTF-8 and as UTF-16; none where it may not be read.
    fn in_memory(&self, words: &str) -> Option<usize> {
        let folder = format!("/proc/{}", self.child.id());
        let memory = File::open(format!("{folder}/mem")).ok()?;
        let maps = std::fs::read_to_string(format!("{folder}/maps")).ok()?;
        let wide: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut found = 0;
        for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|mode| mode.starts_with("rw"))) {
            let (from, to) = line.split(' ').next()?.split_once('-')?;
            let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
            let mut bytes = vec![0; (to - from) as usize];
            if memory.read_exact_at(&mut bytes, from).is_err() {
                continue;
            }
            for needle in [words.as_bytes(), &wide] {
                found += bytes.windows(needle.len()).filter(|window| *window == needle).count();
            }
        }
        Some(found)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn after_the_lock_the_memory_holds_no_name_and_no_passphrase() {
    let office = Office::with_vault();
    let rows: String = (0..200).map(|n| format!("{n},{CANARY} Velan {n},03/02/2015,Corva\n")).collect();
    office.file("families.csv", format!("No,Name,Date taken,District\n{rows}"));
    office.run(&["import", "families.csv", "--as", "families"]).succeeds();
    let served = Served::start(&office);
    let page = served.get("/cases?q=zyxwvutian");
    assert!(page.contains(CANARY), "the name is shown: {page}");
    served.get("/stats");
    let Some(open) = served.in_memory(CANARY) else {
        println!("skipped: this user may not read the memory of a process that shut itself");
        return;
    };
    assert!(open > 0, "an open vault has names in memory, so the search finds what is there");
    let token = page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let locked = served.post("/lock", &format!("token={token}"));
    assert!(locked.starts_with("HTTP/1.1 303"), "{locked}");
    assert_eq!(served.in_memory(CANARY), Some(0), "names after the lock; {open} before");
    let opened = served.post("/unlock", &format!("token={token}&passphrase={}", PASSPHRASE.replace(' ', "+")));
    assert!(opened.starts_with("HTTP/1.1 303"), "{opened}");
    assert!(served.get("/cases?q=zyxwvutian").contains(CANARY));
    served.post("/lock", &format!("token={token}"));
    for secret in [CANARY, PASSPHRASE, &PASSPHRASE.replace(' ', "+")] {
        assert_eq!(served.in_memory(secret), Some(0), "after the second lock");
    }
}
