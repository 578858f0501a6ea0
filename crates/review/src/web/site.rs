//! Under which names the page may be asked for. Another name is somebody's DNS entry that points here, from a page that wants to read ours (DNS rebinding).

use std::net::SocketAddr;

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
}

impl Site {
    /// On this machine alone.
    pub(crate) fn local(address: SocketAddr) -> Self {
        let port = address.port();
        let mut origins =
            vec![format!("http://{address}"), format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")];
        origins.dedup();
        Self { origins, tls: false, proxied: false }
    }

    /// Behind a proxy that people reach at `origin`.
    pub(crate) fn behind(origin: &Url) -> Self {
        Self { origins: vec![origin.origin().ascii_serialization()], tls: origin.scheme() == "https", proxied: true }
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

    /// Where a request comes from, for counting failed sign-ins: what the proxy says, or this machine.
    pub(crate) fn peer(&self, headers: &HeaderMap) -> String {
        let said = headers.get_all("x-forwarded-for").iter().next_back().and_then(|v: &HeaderValue| v.to_str().ok());
        // The proxy appends; what stands before its own entry is the client's word.
        let last = said.and_then(|line| line.rsplit(',').next()).map(str::trim).unwrap_or_default();
        if self.proxied && !last.is_empty() && last.len() <= 64 { last.to_owned() } else { "local".to_owned() }
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
        let site = Site::behind(&Url::parse("https://review.example.nl/").unwrap());
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
        assert_eq!(Site::local("127.0.0.1:1".parse().unwrap()).peer(&forwarded), "local");
        assert_eq!(Site::behind(&Url::parse("https://r.example").unwrap()).peer(&forwarded), "5.6.7.8");
    }
}
