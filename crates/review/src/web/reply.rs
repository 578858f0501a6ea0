//! An answer, and the headers that every answer has.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// Nothing from outside, no script or style within a page, no frame around it, and forms to itself only.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'; trusted-types grens; require-trusted-types-for 'script'";

/// Headers of every answer. `same-origin` rather than `no-referrer`: with the latter browsers send `Origin: null` with our own forms, and the origin could not
/// be checked.
const ALWAYS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// Put the headers of every answer on one. Nothing is kept by browsers and proxies that does not say so itself.
pub(crate) fn seal(headers: &mut HeaderMap) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// An answer of a page.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    body: Vec<u8>,
}

impl Reply {
    /// A page.
    pub(crate) fn page(template: &impl Template) -> Result<Self, Problem> {
        Self::with_status(StatusCode::OK, template)
    }

    /// A page that says what is wrong.
    pub(crate) fn with_status(status: StatusCode, template: &impl Template) -> Result<Self, Problem> {
        let body =
            template.render().map_err(|e| Problem::Failed(format!("a page could not be made: {e}")))?.into_bytes();
        Ok(Self { status, headers: vec![(header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned())], body })
    }

    /// Go on at an address of ours (303, so that going back does not send a form again).
    pub(crate) fn go(to: &str) -> Self {
        let to = local(to).unwrap_or("/").to_owned();
        Self { status: StatusCode::SEE_OTHER, headers: vec![(header::LOCATION, to)], body: vec![] }
    }

    /// A file to keep.
    pub(crate) fn download(kind: &str, name: &str, body: Vec<u8>) -> Self {
        let disposition = format!("attachment; filename=\"{name}\"");
        let headers = vec![(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
        Self { status: StatusCode::OK, headers, body }
    }

    /// A part of the page itself, which a browser may keep: its address changes with its content.
    pub(crate) fn asset(kind: &str, body: &'static [u8]) -> Self {
        let headers = vec![
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        ];
        Self { status: StatusCode::OK, headers, body: body.to_vec() }
    }

    /// Nothing to say.
    pub(crate) const fn done() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: vec![], body: vec![] }
    }

    /// With a cookie.
    pub(crate) fn cookie(mut self, line: String) -> Self {
        self.headers.push((header::SET_COOKIE, line));
        self
    }

    /// Whether browsers and proxies may keep it: then it is the same for everybody, and sets no cookie.
    pub(crate) fn is_kept(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == header::CACHE_CONTROL)
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            // What cannot be a header line is left out rather than cut: all values are ours.
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// An address of this page, to go to: a path and nothing that a browser would take for another site.
pub(crate) fn local(to: &str) -> Option<&str> {
    let rest = to.strip_prefix('/')?;
    let plain = to.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    (plain && !rest.starts_with('/')).then_some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_away_from_here() {
        assert_eq!(local("/judge?order=age"), Some("/judge?order=age"));
        for bad in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "judge",
            "/a\r\nSet-Cookie: x=1",
            "/\t/evil",
        ] {
            assert_eq!(local(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_policy_lets_nothing_in_line_and_nothing_from_outside() {
        assert!(POLICY.starts_with("default-src 'none'") && !POLICY.contains("unsafe") && !POLICY.contains("http"));
    }
}
