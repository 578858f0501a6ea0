//! Cookies: one for who is there, one for the language.

use axum::http::{HeaderMap, header};
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

/// The language cookie.
pub(crate) const LANG: &str = "grens_lang";
/// The session cookie; behind TLS with the prefix that binds it to this host and to TLS (RFC 6265bis).
const SESSION: &str = "grens_session";
const SESSION_TLS: &str = "__Host-grens_session";

/// The name of the session cookie.
pub(crate) const fn session_name(tls: bool) -> &'static str {
    if tls { SESSION_TLS } else { SESSION }
}

/// The value of a cookie; empty when there is none.
pub(crate) fn value<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(n, _)| *n == name).map_or("", |(_, value)| value)
}

/// A `Set-Cookie` line for the session: no script reads it, no other site sends it, and it ends with the browser.
pub(crate) fn session(token: &str, tls: bool) -> String {
    let secure = if tls { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Strict{secure}", session_name(tls))
}

/// A `Set-Cookie` line for the language, for a year.
pub(crate) fn lang(tag: &str, tls: bool) -> String {
    let secure = if tls { "; Secure" } else { "" };
    format!("{LANG}={tag}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict{secure}")
}

/// 256 random bits for somebody who is not signed in, so that the sign-in form has a token too.
pub(crate) fn stranger() -> String {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex(&bytes)
}

/// The token of the forms before somebody has signed in. It follows from the cookie, which no script and no other site can read, and does not give it away.
pub(crate) fn stranger_csrf(cookie: &str) -> String {
    hex(&Sha256::digest(format!("grens form {cookie}")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; grens_session=abc".parse().unwrap());
        headers.append(header::COOKIE, "grens_lang=en".parse().unwrap());
        assert_eq!((value(&headers, SESSION), value(&headers, LANG), value(&headers, "b")), ("abc", "en", ""));
    }

    #[test]
    fn the_token_of_a_form_hangs_on_the_cookie() {
        assert_ne!(stranger_csrf("a"), stranger_csrf("b"));
        assert_eq!(stranger_csrf("a").len(), 64);
        assert_ne!(stranger(), stranger());
    }

    #[test]
    fn no_script_and_no_other_site_gets_the_session() {
        let line = session("t", true);
        assert!(
            line.starts_with("__Host-")
                && line.contains("HttpOnly")
                && line.contains("SameSite=Strict")
                && line.ends_with("Secure")
        );
    }
}
