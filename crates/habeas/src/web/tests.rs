//! What pages promise, asked of the router itself, without socket and browser.
