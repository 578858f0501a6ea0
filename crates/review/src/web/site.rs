//! Under which names the page may be asked for. Another name is somebody's DNS entry that points here, from a page that wants to read ours (DNS rebinding).

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use url::Url;

/// The names of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// Origins that forms may come from, such as `http://127.0.0.1:8090`.
    origins: Vec<String>,
    /// Whether people reach it by TLS, through a proxy.
    pub(crate) tls: bool,
    proxied: bool,
    /// Machines beside this one whose word on where a request comes from is taken.
    proxies: Vec<IpAddr>,
    /// What the names of cookies end with. Browsers keep the cookies of all ports of a machine together, so that two queues on it would sign each other's people
    /// out.
    cookies_end: String,
}

impl Site {
    /// On this machine alone.
    pub(crate) fn local(address: SocketAddr) -> Self {
        let port = address.port();
        let mut origins =
            vec![format!("http://{address}"), format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")];
        origins.dedup();
        Self { origins, tls: false, proxied: false, proxies: vec![], cookies_end: format!("_{port}") }
    }

    /// Behind a proxy that people reach at `origin`, and that asks from this machine or from one of `proxies`.
    pub(crate) fn behind(origin: &Url, proxies: Vec<IpAddr>) -> Self {
        let tls = origin.scheme() == "https";
        let origins = vec![origin.origin().ascii_serialization()];
        Self { origins, tls, proxied: true, proxies, cookies_end: String::new() }
    }

    /// The name of a cookie; behind TLS with the prefix that binds it to this host and to TLS (RFC 6265bis).
    pub(crate) fn cookie(&self, which: &str) -> String {
        format!("{}grens_{which}{}", if self.tls { "__Host-" } else { "" }, self.cookies_end)
    }

    /// Whether a request asks for this site and no other.
    pub(crate) fn is_asked(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next().and_then(|h| h.to_str().ok()), hosts.next()) else { return false };
        // A whole address in the first line counts before the header (RFC 9112, 3.2.2): neither may name somebody else.
        self.knows(host) && uri.authority().is_none_or(|a| self.knows(a.as_str()))
    }

    fn knows(&self, host: &str) -> bool {
        let named = |origin: &String| origin.split_once("://").is_some_and(|(_, own)| own.eq_ignore_ascii_case(host));
        self.origins.iter().any(named)
    }

    /// Whether a form was sent from a page of this site. A browser says where every form comes from; what does not say it is no browser.
    pub(crate) fn sent_it(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let (Some(origin), None) = (origins.next(), origins.next()) else { return false };
        self.origins.iter().any(|own| own.as_bytes().eq_ignore_ascii_case(origin.as_bytes()))
    }

    /// Where a request comes from, for counting failed sign-ins: what the proxy says, or who asked. Whoever reaches the page past the proxy could write any
    /// address into the header, so that it is read only when the proxy itself asks.
    pub(crate) fn peer(&self, headers: &HeaderMap, asked_by: Option<IpAddr>) -> String {
        let Some(from) = asked_by.map(|ip| ip.to_canonical()).filter(|_| self.proxied) else {
            return "local".to_owned();
        };
        if !from.is_loopback() && !self.proxies.contains(&from) {
            return from.to_string();
        }
        let said = headers.get_all("x-forwarded-for").iter().next_back().and_then(|v: &HeaderValue| v.to_str().ok());
        // The proxy appends; what stands before its own entry is the client's word.
        let last = said.and_then(|line| line.rsplit(',').next()).map(str::trim).unwrap_or_default();
        if !last.is_empty() && last.len() <= 64 { last.to_owned() } else { "local".to_owned() }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_its_own_names_are_answered() {
        let site = Site::local("127.0.0.1:8090".parse().unwrap());
        let asked = |pairs: &[(&'static str, &str)]| site.is_asked(&headers(pairs), &Uri::from_static("/judge"));
        for good in ["127.0.0.1:8090", "localhost:8090", "LOCALHOST:8090"] {
            assert!(asked(&[("host", good)]), "{good}");
        }
        for bad in ["evil.example:8090", "127.0.0.1", "127.0.0.1:80900", "localhost:8091", ""] {
            assert!(!asked(&[("host", bad)]), "{bad}");
        }
        assert!(!asked(&[]) && !asked(&[("host", "127.0.0.1:8090"), ("host", "evil.example")]));
        let other = Uri::from_static("http://evil.example/judge");
        assert!(!site.is_asked(&headers(&[("host", "127.0.0.1:8090")]), &other));
    }

    #[test]
    fn a_form_comes_from_here_or_is_none() {
        let site = Site::behind(&Url::parse("https://review.example.nl/").unwrap(), vec![]);
        let sent = |pairs: &[(&'static str, &str)]| site.sent_it(&headers(pairs));
        assert!(sent(&[("origin", "https://review.example.nl")]) && site.tls);
        for bad in ["http://review.example.nl", "https://review.example.nl.evil.example", "null", ""] {
            assert!(!sent(&[("origin", bad)]), "{bad}");
        }
        assert!(!sent(&[]));
    }

    #[test]
    fn only_a_proxy_is_believed_about_addresses() {
        let forwarded = headers(&[("x-forwarded-for", "1.2.3.4, 5.6.7.8")]);
        let peer = |site: &Site, from: &str| site.peer(&forwarded, Some(from.parse().unwrap()));
        assert_eq!(peer(&Site::local("127.0.0.1:1".parse().unwrap()), "127.0.0.1"), "local");
        let behind = Site::behind(&Url::parse("https://r.example").unwrap(), vec!["10.0.0.2".parse().unwrap()]);
        assert_eq!(["127.0.0.1", "10.0.0.2", "::ffff:10.0.0.2"].map(|from| peer(&behind, from)), ["5.6.7.8"; 3]);
        // Somebody who has found the way past the proxy.
        assert_eq!(peer(&behind, "10.0.0.9"), "10.0.0.9");
    }

    #[test]
    fn two_queues_on_a_machine_have_cookies_of_their_own() {
        let at = |address: &str| Site::local(address.parse().unwrap()).cookie("session");
        assert_ne!(at("127.0.0.1:8090"), at("127.0.0.1:8091"));
        assert_eq!(
            Site::behind(&Url::parse("https://r.example").unwrap(), vec![]).cookie("session"),
            "__Host-grens_session"
        );
    }
}
