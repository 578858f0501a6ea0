//! Cookies: who is there, who is not signed in yet, and the language. Their names are the site's affair (`Site::cookie`).

use axum::http::{HeaderMap, header};
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

use super::site::Site;

/// The session.
pub(crate) const SESSION: &str = "session";
/// What the forms before signing in hang on. A cookie of its own: a browser that withholds the session, since a link of another site was followed, must not
/// lose it for that.
pub(crate) const VISIT: &str = "visit";
/// The language.
pub(crate) const LANG: &str = "lang";

/// The value of a cookie; empty when there is none.
pub(crate) fn value<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(n, _)| *n == name).map_or("", |(_, value)| value)
}

/// A `Set-Cookie` line for the session: no script reads it, no other site sends it, and it ends with the browser.
pub(crate) fn session(token: &str, site: &Site) -> String {
    line(site, SESSION, token, "SameSite=Strict")
}

/// A `Set-Cookie` line for somebody who is not signed in. `Lax`, so that it is kept when a link of another site is followed.
pub(crate) fn visit(token: &str, site: &Site) -> String {
    line(site, VISIT, token, "SameSite=Lax")
}

/// A `Set-Cookie` line for the language, for a year.
pub(crate) fn lang(tag: &str, site: &Site) -> String {
    line(site, LANG, tag, "Max-Age=31536000; SameSite=Lax")
}

fn line(site: &Site, which: &str, value: &str, more: &str) -> String {
    let secure = if site.tls { "; Secure" } else { "" };
    format!("{}={value}; Path=/; HttpOnly; {more}{secure}", site.cookie(which))
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
        assert_eq!(["grens_session", "grens_lang", "b"].map(|name| value(&headers, name)), ["abc", "en", ""]);
    }

    #[test]
    fn the_token_of_a_form_hangs_on_the_cookie() {
        assert_ne!(stranger_csrf("a"), stranger_csrf("b"));
        assert_eq!(stranger_csrf("a").len(), 64);
        assert_ne!(stranger(), stranger());
    }

    #[test]
    fn no_script_and_no_other_site_gets_the_session() {
        let line = session("t", &Site::behind(&url::Url::parse("https://review.example.nl").unwrap(), vec![]));
        assert!(
            line.starts_with("__Host-")
                && line.contains("HttpOnly")
                && line.contains("SameSite=Strict")
                && line.ends_with("Secure")
        );
    }
}
