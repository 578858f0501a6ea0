//! Who may use the server: whoever knows the key.

use std::path::{Path, PathBuf};

use axum::http::{HeaderMap, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

/// Shortest key, in bytes.
const MIN_BYTES: usize = 16;
/// Longest key, in bytes; a header line has little more room, and a longer file is no key.
const MAX_BYTES: usize = 4096;

/// A key that was given and cannot be used. The key itself is in no message.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// The file could not be read.
    #[error("cannot read the API key {path}: {source}")]
    Read {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Everybody on the machine can read the file.
    #[error("the API key {path} can be read by everybody on this machine (mode {mode:03o})")]
    Open {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It could be guessed, or no client could send it.
    #[error("the API key {0}")]
    Unfit(String),
}

/// The key that clients send as `Authorization: Bearer KEY`. Only its hash is kept.
#[derive(Clone)]
pub struct ApiKey([u8; 32]);

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKey(..)")
    }
}

impl ApiKey {
    /// Read a key file that not everybody can read; its group may, as with the secrets that systemd and Kubernetes hand over. White space around the key is no part of it.
    ///
    /// # Errors
    /// When the file is not there, holds no key, or, on Unix, can be read by everybody.
    pub fn read(path: &Path) -> Result<Self, ApiKeyError> {
        let failed = |source| ApiKeyError::Read { path: path.to_owned(), source };
        let metadata = std::fs::metadata(path).map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = metadata.permissions().mode() & 0o777;
            if metadata.is_file() && mode & 0o007 != 0 {
                return Err(ApiKeyError::Open { path: path.to_owned(), mode });
            }
        }
        if metadata.is_file() && metadata.len() > 2 * MAX_BYTES as u64 {
            return Err(ApiKeyError::Unfit(format!("has {} bytes; it is no key", metadata.len())));
        }
        Self::new(&std::fs::read_to_string(path).map_err(failed)?)
    }

    /// A key out of its text.
    ///
    /// # Errors
    /// When it is shorter than 16 bytes, longer than 4096, one sign over and over, or holds what a header line cannot.
    pub fn new(text: &str) -> Result<Self, ApiKeyError> {
        let key = text.trim().as_bytes();
        let problem = if key.len() < MIN_BYTES {
            format!("has {} bytes; it needs at least {MIN_BYTES}", key.len())
        } else if key.len() > MAX_BYTES {
            format!("has {} bytes; {MAX_BYTES} are the most", key.len())
        } else if !key.iter().all(u8::is_ascii_graphic) {
            "holds signs that a header line cannot: letters, digits and ASCII signs can".to_owned()
        } else if key.iter().all(|sign| Some(sign) == key.first()) {
            "is one sign over and over".to_owned()
        } else {
            return Ok(Self(Sha256::digest(key).into()));
        };
        Err(ApiKeyError::Unfit(problem))
    }

    /// Whether a request brought the key. Takes as long for a near miss as for any other: hashes are compared, and those in constant time.
    pub(crate) fn is_in(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION).map(axum::http::HeaderValue::as_bytes).unwrap_or_default();
        let (scheme, key) = given.split_at_checked(7).unwrap_or_default();
        let hash: [u8; 32] = Sha256::digest(key.trim_ascii()).into();
        scheme.eq_ignore_ascii_case(b"bearer ") & bool::from(hash.ct_eq(&self.0))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        headers
    }

    #[test]
    fn only_the_key_opens() {
        let key = ApiKey::new(" geheim-geheim-geheim\n").unwrap();
        assert!(key.is_in(&headers("Bearer geheim-geheim-geheim")));
        assert!(key.is_in(&headers("bearer geheim-geheim-geheim")));
        for wrong in
            ["Bearer geheim-geheim-geheiM", "Bearer ", "", "Basic geheim-geheim-geheim", "geheim-geheim-geheim"]
        {
            assert!(!key.is_in(&headers(wrong)), "{wrong:?}");
        }
        assert!(!key.is_in(&HeaderMap::new()));
        assert_eq!(format!("{key:?}"), "ApiKey(..)");
    }

    #[test]
    fn a_weak_key_is_refused_and_not_shown() {
        for weak in ["", "kort-maar-mooi", "aaaaaaaaaaaaaaaaaaaa", "met een spatie erin, dus niet", &"ab".repeat(3000)]
        {
            let error = ApiKey::new(weak).unwrap_err().to_string();
            assert!(error.starts_with("the API key ") && (weak.is_empty() || !error.contains(weak)), "{error}");
        }
    }
}
