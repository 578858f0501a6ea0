//! The bytes of a source as they lie on disk: hashed, counted, and no more of them than there were at the start.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::digest::hex;
use super::found::Fault;

/// A source's bytes. Clones share one place in it: a format's reader takes one, and whoever closes the source another.
#[derive(Clone)]
pub(super) struct Raw(Arc<Mutex<State>>);

struct State {
    input: Box<dyn Read + Send>,
    /// Bytes the file had when it was opened. What is written to it later belongs to a later run.
    size: Option<u64>,
    bytes: u64,
    sha: Sha256,
    broken: bool,
    counter: Arc<AtomicU64>,
}

/// How a source ended.
pub(super) struct End {
    pub(super) bytes: u64,
    pub(super) sha256: Option<String>,
    /// What is wrong with the source as a whole.
    pub(super) fault: Option<Fault>,
}

impl Raw {
    pub(super) fn new(input: Box<dyn Read + Send>, size: Option<u64>, counter: Arc<AtomicU64>) -> Self {
        let state = State { input, size, bytes: 0, sha: Sha256::new(), broken: false, counter };
        Self(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Read what is left, for the hash, and say whether the file is still what it was.
    pub(super) fn finish(mut self) -> End {
        if !self.state().broken {
            // An error is kept in `broken`.
            let _ = io::copy(&mut self, &mut io::sink());
        }
        let mut state = self.state();
        let (bytes, size) = (state.bytes, state.size);
        let fault = match size {
            _ if state.broken => None,
            Some(size) if bytes < size => Some(Fault::new(
                0,
                format!("the file became shorter while it was read: {size} bytes at the start, {bytes} at the end"),
                "copy the file when nothing writes to it, and scan the copy",
            )),
            Some(size) if matches!(state.input.read(&mut [0]), Ok(1)) => Some(Fault::new(
                0,
                format!("the file grew while it was read; what stands after its first {size} bytes was not read"),
                "scan it again when it is complete",
            )),
            _ => None,
        };
        let sha256 = (!state.broken).then(|| hex(&state.sha.clone().finalize()));
        End { bytes, sha256, fault }
    }
}

impl Read for Raw {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut guard = self.state();
        let state = &mut *guard;
        let left = state.size.map_or(usize::MAX, |size| usize::try_from(size - state.bytes).unwrap_or(usize::MAX));
        let wanted = buffer.len().min(left);
        match state.input.read(&mut buffer[..wanted]) {
            Ok(n) => {
                state.sha.update(&buffer[..n]);
                state.bytes += n as u64;
                state.counter.fetch_add(n as u64, Ordering::Relaxed);
                Ok(n)
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Err(e),
            Err(e) => {
                state.broken = true;
                Err(e)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(raw: &Raw) -> Vec<u8> {
        let mut bytes = vec![];
        let _ = raw.clone().read_to_end(&mut bytes);
        bytes
    }

    fn raw(bytes: &'static [u8], size: u64) -> Raw {
        Raw::new(Box::new(bytes), Some(size), Arc::default())
    }

    #[test]
    fn the_hash_covers_what_nobody_read() {
        let raw = raw(b"een twee", 8);
        let mut some = [0; 3];
        assert_eq!(raw.clone().read(&mut some).ok(), Some(3));
        let end = raw.finish();
        assert_eq!((end.bytes, end.sha256), (8, Some(hex(&Sha256::digest("een twee")))));
        assert_eq!(end.fault, None);
    }

    #[test]
    fn a_file_that_grew_is_read_as_it_was() {
        let raw = raw(b"een twee", 3);
        assert_eq!(read_all(&raw), b"een");
        assert!(raw.finish().fault.is_some_and(|f| f.reason.contains("grew") && f.reason.contains("first 3 bytes")));
    }

    #[test]
    fn a_file_that_shrank_is_named() {
        let raw = raw(b"een", 8);
        assert_eq!(read_all(&raw), b"een");
        assert!(raw.finish().fault.is_some_and(|f| f.reason.contains("shorter")));
    }
}
