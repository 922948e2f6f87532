//! Who may see pages: one cookie per browser, given for a token that works once and for a minute.
//!
//! The token travels in the fragment of an address, which browsers do not send, and is posted by the page; where there
//! is no script it is typed. All secrets are 256 random bits, compared in constant time.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use subtle::ConstantTimeEq;

/// Name of the cookie. The prefix makes browsers insist on `Secure`, on the path `/` and on no domain.
pub const COOKIE: &str = "__Host-habeas";

/// How long an entry token works.
pub const ENTRY_LIFE: Duration = Duration::from_secs(60);

/// A new address is printed at most this often: any page of this computer may ask for one.
const PAUSE: Duration = Duration::from_secs(3);

/// Browsers that may be in at once; with one more the oldest is out.
const MOST_SESSIONS: usize = 16;

/// What forms of a session carry.
#[derive(Debug, Clone)]
pub struct FormToken(pub String);

/// 256 random bits in hexadecimal.
#[derive(Clone)]
struct Secret(String);

impl Secret {
    fn new() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("a system without randomness cannot serve anything");
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

struct Session {
    cookie: Secret,
    form: Secret,
    unlocked: bool,
}

/// What is known of a session.
#[derive(Debug, Clone)]
pub struct Known {
    /// What its forms carry.
    pub form_token: FormToken,
    /// Whether the vault, where it is open, is open for this session.
    pub unlocked: bool,
}

struct Entry {
    token: Secret,
    made: Instant,
}

#[derive(Default)]
struct State {
    entry: Option<Entry>,
    last_made: Option<Instant>,
    sessions: Vec<Session>,
}

/// All sessions of one launch. Nothing of them is kept on disk.
#[derive(Default)]
pub struct Sessions {
    state: Mutex<State>,
}

impl Sessions {
    /// Makes the entry token; the one before, if any, no longer works. None within the pause after the last one.
    pub fn new_entry(&self, now: Instant) -> Option<String> {
        let mut state = self.state();
        if state.last_made.is_some_and(|last| now.saturating_duration_since(last) < PAUSE) {
            return None;
        }
        let token = Secret::new();
        state.last_made = Some(now);
        state.entry = Some(Entry { token: token.clone(), made: now });
        Some(token.0)
    }

    /// Takes an entry token and opens a session: returns the value of its cookie. The token does not work again. Whoever
    /// sees the terminal in which a vault was opened may see the vault.
    pub fn enter(&self, token: &str, now: Instant, vault_is_open: bool) -> Option<String> {
        let mut state = self.state();
        let fits = state
            .entry
            .as_ref()
            .is_some_and(|entry| now.saturating_duration_since(entry.made) <= ENTRY_LIFE && entry.token.is(token));
        if !fits {
            return None;
        }
        state.entry = None;
        if state.sessions.len() == MOST_SESSIONS {
            state.sessions.remove(0);
        }
        let session = Session { cookie: Secret::new(), form: Secret::new(), unlocked: vault_is_open };
        let cookie = session.cookie.0.clone();
        state.sessions.push(session);
        Some(cookie)
    }

    /// The session that a cookie belongs to.
    pub fn of_cookie(&self, cookie: &str) -> Option<Known> {
        let state = self.state();
        let session = state.sessions.iter().find(|session| session.cookie.is(cookie))?;
        Some(Known { form_token: FormToken(session.form.0.clone()), unlocked: session.unlocked })
    }

    /// Whoever has this cookie opened the vault; it stays locked for the others.
    pub fn unlock(&self, cookie: &str) {
        self.state().sessions.iter_mut().for_each(|session| session.unlocked = session.cookie.is(cookie));
    }

    /// The vault is locked for everybody.
    pub fn lock(&self) {
        self.state().sessions.iter_mut().for_each(|session| session.unlocked = false);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FormToken {
    /// Whether a form carries this token.
    pub fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_token_works_once() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let token = sessions.new_entry(now).unwrap();
        let cookie = sessions.enter(&token, now, true).unwrap();
        assert!(sessions.of_cookie(&cookie).is_some());
        assert_eq!(sessions.enter(&token, now, true), None);
    }

    #[test]
    fn an_entry_token_works_for_a_minute() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let token = sessions.new_entry(now).unwrap();
        assert_eq!(sessions.enter(&token, now + ENTRY_LIFE + Duration::from_millis(1), true), None);
        assert!(sessions.enter(&token, now + ENTRY_LIFE, true).is_some());
    }

    #[test]
    fn a_new_address_ends_the_old_one_and_is_not_made_at_will() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let first = sessions.new_entry(now).unwrap();
        assert_eq!(sessions.new_entry(now + Duration::from_secs(1)), None);
        let second = sessions.new_entry(now + PAUSE).unwrap();
        assert_eq!(sessions.enter(&first, now + PAUSE, true), None);
        assert!(sessions.enter(&second, now + PAUSE, true).is_some());
    }

    #[test]
    fn no_secret_is_empty_short_or_repeated() {
        let (a, b) = (Secret::new(), Secret::new());
        assert_eq!(a.0.len(), 64);
        assert_ne!(a.0, b.0);
        assert!(!a.is("") && !a.is(&a.0[..63]) && !a.is(&b.0));
    }

    #[test]
    fn who_unlocks_unlocks_for_themselves() {
        let sessions = Sessions::default();
        let now = Instant::now();
        let enter = |at: Instant, open: bool| {
            let token = sessions.new_entry(at).unwrap();
            sessions.enter(&token, at, open).unwrap()
        };
        let (first, second) = (enter(now, true), enter(now + PAUSE, false));
        let state = || [&first, &second].map(|cookie| sessions.of_cookie(cookie).unwrap().unlocked);
        assert_eq!(state(), [true, false]);
        sessions.lock();
        assert_eq!(state(), [false, false]);
        sessions.unlock(&second);
        assert_eq!(state(), [false, true]);
    }

    #[test]
    fn nobody_is_in_without_a_session() {
        let sessions = Sessions::default();
        assert!(sessions.of_cookie("").is_none() && sessions.enter("", Instant::now(), true).is_none());
    }
}
