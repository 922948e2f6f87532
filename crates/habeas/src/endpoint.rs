//! A language model on this computer, asked over HTTP for quotes. Only with the feature `llm`: a build without it holds no
//! HTTP client.
//!
//! Nothing goes to another computer: the address must be of this one, no proxy and no redirection is followed. What the
//! model answers is checked in `habeas_intake::suggest::quoted`; when it does not answer, the rules stand.

use crate::failure::{Exit, Failure};
use habeas_intake::{
    page::Rendition,
    suggest::{
        Suggestions,
        quoted::{Checker, Dialect, Quoted, QuotedError, Window, request, windows},
    },
};
use serde_json::Value;
use std::{net::IpAddr, time::Duration};
use ureq::{Agent, http::Uri};

/// Most bytes of an answer.
const ANSWER: u64 = 1 << 20;
/// Tries for each window.
const TRIES: usize = 2;

/// A language model to be asked beside the rules
#[derive(Debug, clap::Args)]
pub struct ModelArgs {
    /// Address of a language model on this computer, such as http://127.0.0.1:8080; it may only quote
    #[arg(long, value_name = "URL")]
    model_at: Option<String>,
    /// Name by which the model is asked for
    #[arg(long, value_name = "NAME", default_value = "default", requires = "model_at")]
    model: String,
    /// Seconds to wait for each answer
    #[arg(long, value_name = "N", default_value_t = 120, requires = "model_at")]
    model_patience: u64,
}

impl ModelArgs {
    /// The model, where one is to be asked.
    pub fn endpoint(&self) -> Result<Option<Endpoint>, Failure> {
        let patience = Duration::from_secs(self.model_patience);
        self.model_at.as_ref().map(|address| Endpoint::new(address, &self.model, patience)).transpose()
    }
}

/// A model that answers at an address of this computer.
pub struct Endpoint {
    agent: Agent,
    address: String,
    model: String,
    /// How it is told the schema, once it has answered.
    dialect: Option<Dialect>,
}

/// What a model made of a text.
#[derive(Debug, PartialEq)]
pub struct Asked {
    /// What could be found in the text.
    pub quoted: Quoted,
    /// The model, as it names itself.
    pub model: Option<String>,
    /// Windows that were asked for.
    pub n_windows: usize,
    /// Windows without a usable answer.
    pub n_failed: usize,
}

enum Refused {
    /// It takes no such request.
    Dialect,
    /// Anything else.
    Answer,
}

impl Endpoint {
    /// The model at an address such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// When the address is not one of this computer.
    pub fn new(address: &str, model: &str, patience: Duration) -> Result<Self, Failure> {
        let refused = || {
            let remedy = "name a model on this computer: --model-at http://127.0.0.1:8080; texts go to no other one";
            Failure::usage("the address of the model is not one of this computer", remedy)
        };
        let uri: Uri = address.parse().map_err(|_| refused())?;
        let host = uri.host().map(|host| host.trim_matches(['[', ']'])).ok_or_else(refused)?;
        // A name could be sent elsewhere by whoever answers for names: only this one is taken, as its number.
        let ip: IpAddr =
            if host == "localhost" { [127, 0, 0, 1].into() } else { host.parse().map_err(|_| refused())? };
        if uri.scheme_str() != Some("http") || !ip.is_loopback() || !matches!(uri.path(), "" | "/") {
            return Err(refused());
        }
        let host = if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
        let config = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(patience))
            .build();
        let address = format!("http://{host}:{}/v1/chat/completions", uri.port_u16().unwrap_or(80));
        Ok(Self { agent: config.into(), address, model: model.to_owned(), dialect: None })
    }

    /// Asks about a text, window by window.
    ///
    /// # Errors
    /// When no window got a usable answer.
    pub fn ask(&mut self, rendition: &Rendition, rules: &Suggestions) -> Result<Asked, Failure> {
        let mut checker = Checker::new(rendition, rules);
        let windows = windows(rendition);
        let (mut model, mut n_failed) = (None, 0);
        for window in &windows {
            let taken = (0..TRIES).any(|_| match self.answer(rendition, window) {
                Ok((answer, named)) => {
                    model = named.or(model.take());
                    let taken: Result<(), QuotedError> = checker.take(window, &answer);
                    taken.is_ok()
                }
                Err(_) => false,
            });
            n_failed += usize::from(!taken);
        }
        if n_failed == windows.len() && n_failed > 0 {
            let remedy = "see that it runs and speaks /v1/chat/completions; without --model-at the rules suggest alone";
            return Err(Failure::new(Exit::Failed, "the model gave no usable answer", remedy).at(self.address.clone()));
        }
        Ok(Asked { quoted: checker.finish(), model, n_windows: windows.len(), n_failed })
    }

    fn answer(&mut self, rendition: &Rendition, window: &Window) -> Result<(String, Option<String>), Refused> {
        let dialects = self.dialect.map_or(Dialect::ALL.to_vec(), |dialect| vec![dialect]);
        for dialect in dialects {
            match self.post(&request(rendition, window, &self.model, dialect)) {
                Ok(answer) => {
                    self.dialect = Some(dialect);
                    return Ok(answer);
                }
                Err(Refused::Dialect) => {}
                Err(refused) => return Err(refused),
            }
        }
        Err(Refused::Dialect)
    }

    fn post(&self, body: &Value) -> Result<(String, Option<String>), Refused> {
        let sent = self.agent.post(&self.address).content_type("application/json").send(body.to_string());
        let mut response = sent.map_err(|_| Refused::Answer)?;
        match response.status().as_u16() {
            200 => {}
            400 | 422 => return Err(Refused::Dialect),
            _ => return Err(Refused::Answer),
        }
        let text = response.body_mut().with_config().limit(ANSWER).read_to_string().map_err(|_| Refused::Answer)?;
        let json: Value = serde_json::from_str(&text).map_err(|_| Refused::Answer)?;
        let content = json["choices"][0]["message"]["content"].as_str().ok_or(Refused::Answer)?;
        Ok((content.to_owned(), json["model"].as_str().map(str::to_owned)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use habeas_intake::{
        limits::Limits,
        page::Page,
        suggest::{Anchors, Lexicon, suggest},
    };
    use serde_json::json;
    use std::{
        io::{BufRead, BufReader, Read, Write},
        net::TcpListener,
        thread,
    };

    const TEXT: &str = "On 3 March 2014 four men were killed in Kesh.";

    /// A status and a body, or silence.
    type Reply = fn(&Value) -> Option<(u16, String)>;

    /// Answers every request with what `reply` makes of its body: a status and a body; none says nothing for a second.
    fn server(reply: Reply) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut line, mut length) = (String::new(), 0);
                while reader.read_line(&mut line).unwrap() > 2 {
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    line.clear();
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let Some((status, body)) = reply(&serde_json::from_slice(&body).unwrap()) else {
                    thread::sleep(Duration::from_secs(1));
                    continue;
                };
                let head =
                    format!("HTTP/1.1 {status} .\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                // Whoever has seen enough hangs up.
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
            }
        });
        address
    }

    fn said(claim: &Value) -> String {
        let content = json!({ "claims": [claim] }).to_string();
        json!({ "model": "small-model", "choices": [{ "message": { "content": content } }] }).to_string()
    }

    fn honest() -> String {
        said(&json!({ "type": "kill", "sentence": 1, "trigger": "were killed", "count": "four men", "place": "Kesh" }))
    }

    fn asked(reply: Reply) -> Result<Asked, Failure> {
        let page = Page::open(TEXT.as_bytes(), "notes.txt", &Limits::default(), None).unwrap();
        let rules = suggest(&page.rendition, &Anchors::default(), &Lexicon::builtin());
        Endpoint::new(&server(reply), "any", Duration::from_millis(300)).unwrap().ask(&page.rendition, &rules)
    }

    #[test]
    fn only_a_model_on_this_computer_is_asked() {
        for address in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9/", "http://127.8.9.1:80"] {
            assert!(Endpoint::new(address, "any", Duration::ZERO).is_ok(), "{address}");
        }
        for address in [
            "http://192.168.1.4:8080",
            "http://example.org",
            "http://localhost.example.org",
            "https://127.0.0.1:8080",
            "http://127.0.0.1.example.org",
            "http://0.0.0.0:80",
            "http://user@example.org@127.0.0.1:1/x",
            "http://127.0.0.1:1/other",
            "file:///etc/hosts",
            "127.0.0.1:8080",
            "",
        ] {
            assert!(Endpoint::new(address, "any", Duration::ZERO).is_err(), "{address}");
        }
    }

    #[test]
    fn an_honest_answer_is_found_in_the_text() {
        let asked = asked(|_| Some((200, honest()))).unwrap();
        assert_eq!((asked.model.as_deref(), asked.n_windows, asked.n_failed), (Some("small-model"), 1, 0));
        let claim = &asked.quoted.claims[0].claim;
        assert_eq!((asked.quoted.n_unsupported, claim.count.as_ref().unwrap().value.best), (0, Some(4)));
    }

    #[test]
    fn an_invented_quote_is_dropped_and_counted() {
        let reply = |_: &Value| {
            let claim = json!({ "type": "kill", "sentence": 1, "trigger": "were killed", "count": "forty men" });
            Some((200, said(&claim)))
        };
        let asked = asked(reply).unwrap();
        assert_eq!((asked.quoted.n_unsupported, asked.quoted.is_untrusted()), (1, true));
        assert_eq!(asked.quoted.claims[0].claim.count, None);
    }

    #[test]
    fn a_server_that_takes_the_schema_elsewhere_is_asked_in_its_way() {
        let reply = |body: &Value| match body.get("format") {
            Some(_) => Some((200, honest())),
            None => Some((400, "unknown field".to_owned())),
        };
        assert_eq!(asked(reply).unwrap().quoted.claims.len(), 1);
    }

    #[test]
    fn what_is_no_usable_answer_leaves_the_rules_alone() {
        let replies: [(&str, Reply); 7] = [
            ("cut off", |_| Some((200, honest().chars().take(40).collect()))),
            ("of another form", |_| Some((200, said(&json!({ "type": 4 }))))),
            ("without content", |_| Some((200, "{}".to_owned()))),
            ("of ten megabytes", |_| Some((200, format!("\"{}\"", "x".repeat(10 << 20))))),
            ("silent", |_| None),
            ("refusing", |_| Some((400, "no".to_owned()))),
            ("leading elsewhere", |_| Some((302, "http://example.org".to_owned()))),
        ];
        for (what, reply) in replies {
            let failure = asked(reply).expect_err(what);
            assert_eq!(
                (failure.exit, failure.what.as_str()),
                (Exit::Failed, "the model gave no usable answer"),
                "{what}"
            );
        }
    }
}
