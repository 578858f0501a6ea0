//! The file of a model's weights, read once from front to back, while another thread hashes what was read.
//!
//! It is by far the largest file of a model. Held in memory as a whole beside what is made of it, it would be most of a scan's peak; read part by
//! part, a part goes as soon as it is hashed and used.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use safetensors::tensor::Metadata;
use sha2::{Digest, Sha256};

use crate::error::{InferError, Result};

/// Bytes of a file, shared by who uses them and who hashes them.
pub(crate) type Part = Arc<Vec<u8>>;

/// Parts that wait to be hashed.
const WAITING: usize = 4;
/// Bytes of a part that nobody but the hash wants.
const REST: usize = 1 << 20;
/// Bytes at the front of the file that say how long the header is.
const LENGTH: usize = 8;

pub(crate) struct WeightsFile {
    path: PathBuf,
    file: File,
    /// Bytes not read yet, by the length that the file had when it was opened.
    left: u64,
    hashed: SyncSender<Part>,
}

impl WeightsFile {
    /// Open `path` and give `use_it` the file. Returns what it returned and the SHA-256 of the whole file, read to its end whatever `use_it` did.
    ///
    /// # Errors
    /// When the file cannot be read or the thread not started; what `use_it` returns is handed on as it is.
    pub(crate) fn read<T>(path: &Path, use_it: impl FnOnce(&mut Self) -> T) -> Result<(T, [u8; 32])> {
        let unreadable = |source| InferError::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        let left = file.metadata().map_err(unreadable)?.len();
        std::thread::scope(|scope| {
            let (hashed, parts) = sync_channel(WAITING);
            let hash = std::thread::Builder::new()
                .name("hash".to_owned())
                .spawn_scoped(scope, move || sha256(&parts))
                .map_err(|e| InferError::Threads(e.to_string()))?;
            let mut file = Self { path: path.to_owned(), file, left, hashed };
            let used = use_it(&mut file);
            file.read_rest().map_err(unreadable)?;
            drop(file);
            let hash = hash.join().map_err(|_| InferError::Threads("the one that hashes failed".to_owned()))?;
            Ok((used, hash))
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The header of a safetensors file, which the file must hold to its last byte. To be called first.
    ///
    /// # Errors
    /// When the file cannot be read or is no safetensors file.
    pub(crate) fn header(&mut self) -> Result<Metadata> {
        let length = self.next(LENGTH)?;
        let length = <[u8; LENGTH]>::try_from(length.as_slice()).map_or(u64::MAX, u64::from_le_bytes);
        if length > self.left {
            return Err(
                self.malformed(format!("its header is said to take {length} bytes, of which {} are there", self.left))
            );
        }
        let header = self.next(usize::try_from(length).map_err(|e| self.malformed(e))?)?;
        let header: Metadata =
            serde_json::from_slice(&header).map_err(|e| self.malformed(format!("its header: {e}")))?;
        if header.data_len() as u64 == self.left {
            Ok(header)
        } else {
            let problem = format!(
                "its tensors take {} bytes by its header, and {} follow it: it was cut or written to",
                header.data_len(),
                self.left
            );
            Err(self.malformed(problem))
        }
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// When there are fewer or they cannot be read.
    pub(crate) fn next(&mut self, n: usize) -> Result<Part> {
        if n as u64 > self.left {
            return Err(self.malformed(format!("{n} bytes were looked for where {} are left", self.left)));
        }
        let mut bytes = vec![0; n];
        self.file.read_exact(&mut bytes).map_err(|source| InferError::Read { path: self.path.clone(), source })?;
        self.left -= n as u64;
        Ok(self.passed_on(bytes))
    }

    fn read_rest(&mut self) -> std::io::Result<()> {
        loop {
            let mut bytes = vec![0; REST];
            match self.file.read(&mut bytes) {
                Ok(0) => return Ok(()),
                Ok(n) => {
                    bytes.truncate(n);
                    self.passed_on(bytes);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    fn passed_on(&self, bytes: Vec<u8>) -> Part {
        let part = Arc::new(bytes);
        // Where the other thread is gone, joining it says so.
        let _ = self.hashed.send(Arc::clone(&part));
        part
    }

    fn malformed(&self, problem: impl ToString) -> InferError {
        InferError::malformed(&self.path, problem)
    }
}

fn sha256(parts: &Receiver<Part>) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |sha, part| sha.chain_update(part.as_slice())).finalize().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn with_file<T>(bytes: &[u8], use_it: impl FnOnce(&mut WeightsFile) -> T) -> (T, [u8; 32]) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.safetensors");
        std::fs::write(&path, bytes).unwrap();
        WeightsFile::read(&path, use_it).unwrap()
    }

    #[test]
    fn the_hash_is_of_the_whole_file_however_much_of_it_was_used() {
        let bytes: Vec<u8> = (0..3_000_000u32).map(|i| (i % 251) as u8).collect();
        let whole: [u8; 32] = Sha256::digest(&bytes).into();
        for used in [0, 1, 700_000, bytes.len()] {
            let (part, hash) = with_file(&bytes, |file| file.next(used).unwrap());
            assert_eq!((part.as_slice(), hash), (&bytes[..used], whole));
        }
        let (error, hash) = with_file(&bytes, |file| file.next(bytes.len() + 1).unwrap_err().to_string());
        assert!(error.contains("3000001 bytes") && hash == whole, "{error}");
    }

    #[test]
    fn a_header_must_fit_its_file_to_the_byte() {
        let header = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        let sound = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 8]].concat();
        let read = |bytes: &[u8]| with_file(bytes, |file| file.header().map(|h| h.offset_keys())).0;
        assert_eq!(read(&sound).unwrap(), ["a"]);
        let longer = [sound.as_slice(), &[0]].concat();
        let mut huge = sound.clone();
        huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        for (wrong, says) in [
            (&sound[..sound.len() - 1], "8 bytes by its header, and 7 follow"),
            (&longer, "and 9 follow"),
            (&sound[..20], "of which 12 are there"),
            (&sound[..5], "where 5 are left"),
            (&huge, "its header is said to take 18446744073709551615 bytes"),
            (&[], "where 0 are left"),
        ] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
