//! The secret that sender and receiver share. It comes from a file or the environment, and is shown nowhere.

use std::path::Path;

use crate::error::{GatewayError, Result};

/// Shortest secret, in bytes: as long as the hash.
const MIN_BYTES: usize = 32;
/// Longest, in bytes; what is longer is some other file.
const MAX_BYTES: usize = 4096;

/// Where systemd puts what `LoadCredential=` names, for one service alone (systemd.exec(5)).
#[cfg(unix)]
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// A shared secret.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// Read a file: at least 32 bytes, readable by its owner alone, or a credential of systemd. A line break at its end is no part of the secret.
    ///
    /// # Errors
    /// When the file is not there, is too short or too long, is one byte over and over, or, on Unix, can be read by others.
    pub fn read(path: &Path) -> Result<Self> {
        let place = path.display().to_string();
        let failed = |source| GatewayError::Read { path: path.to_owned(), source };
        let metadata = std::fs::metadata(path).map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = metadata.permissions().mode() & 0o777;
            if mode & 0o077 != 0 && !is_credential(path, mode, std::env::var_os(CREDENTIALS)) {
                let problem = format!("can be read by others (mode {mode:03o})");
                return Err(GatewayError::Secret { place, problem });
            }
        }
        if metadata.is_file() && metadata.len() > MAX_BYTES as u64 {
            return Err(GatewayError::Secret { place, problem: too_long() });
        }
        let bytes = std::fs::read(path).map_err(failed)?;
        let secret = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        Self::new(&place, secret.strip_suffix(b"\r").unwrap_or(secret))
    }

    /// A secret out of its bytes; `place` is where it came from, for the error.
    ///
    /// # Errors
    /// When it is too short or too long, or one byte over and over.
    pub fn new(place: &str, bytes: &[u8]) -> Result<Self> {
        let refused = |problem| Err(GatewayError::Secret { place: place.to_owned(), problem });
        if bytes.len() < MIN_BYTES {
            return refused(format!("has {} bytes; it needs at least {MIN_BYTES}", bytes.len()));
        }
        if bytes.len() > MAX_BYTES {
            return refused(too_long());
        }
        if bytes.iter().all(|byte| Some(byte) == bytes.first()) {
            return refused("is one byte over and over".to_owned());
        }
        Ok(Self(bytes.to_owned()))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Whether the file is a credential that systemd hands to this service. To a service with `User=` it gives one by an access list, whose mask then shows as
/// the group's right to read; the folder around it is closed to all others.
#[cfg(unix)]
fn is_credential(path: &Path, mode: u32, folder: Option<std::ffi::OsString>) -> bool {
    let within = || {
        let folder = Path::new(&folder?).canonicalize().ok()?;
        path.canonicalize().ok()?.starts_with(folder).then_some(())
    };
    mode & 0o037 == 0 && within().is_some()
}

fn too_long() -> String {
    format!("is longer than {MAX_BYTES} bytes: it is no secret")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_secret_is_refused_and_none_is_shown() {
        assert!(Secret::new("X", b"kort").unwrap_err().to_string().contains("secret X has 4 bytes"));
        assert!(Secret::new("X", &[7; 64]).is_err());
        assert!(Secret::new("X", &[b'a'; 5000]).is_err());
        let secret = Secret::new("X", b"0123456789abcdef0123456789abcdef").unwrap();
        assert!(!format!("{secret:?}").contains("0123"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"0123456789abcdef0123456789abcdef\r\n").unwrap();
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Secret::read(file.path()).unwrap_err().to_string().contains("mode 644"));
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(Secret::read(file.path()).unwrap().bytes(), b"0123456789abcdef0123456789abcdef");
    }

    #[cfg(unix)]
    #[test]
    fn a_credential_of_systemd_shows_its_mask_as_the_groups_right() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = dir.path().join("secret");
        std::fs::write(&path, b"x").unwrap();
        let folder = |dir: &tempfile::TempDir| Some(dir.path().as_os_str().to_owned());
        assert!(is_credential(&path, 0o440, folder(&dir)));
        for (mode, folder) in [(0o444, folder(&dir)), (0o460, folder(&dir)), (0o440, folder(&other)), (0o440, None)] {
            assert!(!is_credential(&path, mode, folder.clone()), "{mode:o} {folder:?}");
        }
    }
}
