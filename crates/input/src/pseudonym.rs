//! Keyed pseudonyms of authors: the same account gets the same one for as long as the key is kept, and nobody without the key can
//! tell which account it is, not even by trying all names (HMAC-SHA256, RFC 2104 and FIPS 180-4).

use std::fs;
use std::path::{Path, PathBuf};

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::digest::hex;

/// Shortest key, in bytes: as long as the hash.
const MIN_BYTES: usize = 32;
/// Longest key file, in bytes; what is longer is some other file.
const MAX_BYTES: u64 = 4096;

/// A key that was given and cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be read.
    #[error("cannot read the pseudonym key {path}: {source}")]
    Read {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The key could be guessed.
    #[error("the pseudonym key {path} {problem}")]
    Weak {
        /// The key file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// Others than its owner can read the file.
    #[error("the pseudonym key {path} can be read by others (mode {mode:03o})")]
    Open {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

/// The key that pseudonyms are made with.
#[derive(Clone)]
pub struct PseudonymKey(Hmac<Sha256>);

impl std::fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PseudonymKey(..)")
    }
}

impl PseudonymKey {
    /// Read a key file: at least 32 bytes, readable by its owner alone. A line break at its end is no part of the key.
    ///
    /// # Errors
    /// When the file is not there, is too short or too long, is one byte over and over, or, on Unix, can be read by others.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::Read { path: path.to_owned(), source };
        let metadata = fs::metadata(path).map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = metadata.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(KeyError::Open { path: path.to_owned(), mode });
            }
        }
        if metadata.is_file() && metadata.len() > MAX_BYTES {
            let problem = format!("is longer than {MAX_BYTES} bytes: it is no key");
            return Err(KeyError::Weak { path: path.to_owned(), problem });
        }
        let bytes = fs::read(path).map_err(failed)?;
        let key = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let key = key.strip_suffix(b"\r").unwrap_or(key);
        Self::new(key).map_err(|problem| KeyError::Weak { path: path.to_owned(), problem })
    }

    /// A key out of its bytes.
    ///
    /// # Errors
    /// What is wrong with it, when it is too short or one byte over and over.
    pub fn new(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() < MIN_BYTES {
            return Err(format!("has {} bytes; it needs at least {MIN_BYTES}", bytes.len()));
        }
        if bytes.iter().all(|byte| Some(byte) == bytes.first()) {
            return Err("is one byte over and over".to_owned());
        }
        Hmac::new_from_slice(bytes).map(Self).map_err(|e| e.to_string())
    }

    /// The pseudonym of an account: 64 hexadecimal digits. The same name on two platforms gives two.
    #[must_use]
    pub fn pseudonym(&self, platform: &str, author: &str) -> String {
        let mut hmac = self.0.clone();
        hmac.update(platform.as_bytes());
        hmac.update(&[0]);
        hmac.update(author.as_bytes());
        hex(&hmac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

    #[test]
    fn a_pseudonym_depends_on_key_platform_and_name() {
        let key = PseudonymKey::new(KEY).unwrap_or_else(|e| panic!("{e}"));
        let other = PseudonymKey::new(b"0123456789abcdef0123456789abcdeX").unwrap_or_else(|e| panic!("{e}"));
        let names = [
            key.pseudonym("x", "jan"),
            key.pseudonym("x", "piet"),
            key.pseudonym("reddit", "jan"),
            other.pseudonym("x", "jan"),
            key.pseudonym("xj", "an"),
        ];
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        assert_eq!(key.pseudonym("x", "jan"), names[0]);
        // Reckoned with Python: hmac.new(KEY, b"x\0jan", "sha256").hexdigest()
        assert_eq!(names[0], "696e30a2944f8943f14b6cf296be63995e6808f6acf9e85e4c2ce9e53f8a0592");
    }

    #[test]
    fn a_weak_key_is_refused() {
        assert!(PseudonymKey::new(b"kort").is_err_and(|e| e.contains("4 bytes")));
        assert!(PseudonymKey::new(&[7; 64]).is_err_and(|e| e.contains("over and over")));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let file = tempfile::NamedTempFile::new().unwrap_or_else(|e| panic!("{e}"));
        let set = |mode| fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap_or_default();
        fs::write(file.path(), [KEY, b"\r\n"].concat()).unwrap_or_default();
        set(0o640);
        assert!(matches!(PseudonymKey::read(file.path()), Err(KeyError::Open { mode: 0o640, .. })));
        set(0o600);
        let key = PseudonymKey::read(file.path()).unwrap_or_else(|e| panic!("{e}"));
        let same = PseudonymKey::new(KEY).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(key.pseudonym("x", "jan"), same.pseudonym("x", "jan"));
    }
}
