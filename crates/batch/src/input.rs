//! Posts out of inputs. One constructor, [`Inputs::open`], hides where they lie and how they are written.
//!
//! Every record that cannot be used is named; no record stops the reading. The same inputs give the same sequence of items.

mod draft;
mod fields;
mod item;
mod jsonl;
mod post;
mod raw;
mod source;

use std::collections::HashSet;
use std::io::{BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use grens_law::{REJECT_SCHEMA, RejectRecord};
use sha2::{Digest, Sha256};

use crate::error::Result;
use draft::{Draft, Fault, Found, Reader, shown};
pub use fields::Fields;
pub use item::{Item, Skip, Warning};
pub use post::{MAX_TEXT_BYTES, Place, Post};
use raw::Raw;
pub use source::{Source, SourceState};

/// Longest record (a line, for most formats) that is read; a longer one is skipped and named.
pub const MAX_RECORD_BYTES: usize = 16 << 20;

/// How inputs are read.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct InputOptions {
    /// Names of the fields.
    pub fields: Fields,
}

/// All inputs of a run, read one after another in the order given.
pub struct Inputs {
    options: InputOptions,
    sources: Vec<Source>,
    states: Vec<SourceState>,
    /// Index of the source to open next; the one before it is in hand or done.
    next: usize,
    current: Option<Open>,
    /// First half of the SHA-256 of every id: exact ids of ten million posts would not fit in memory, and a shorter hash could be
    /// made to collide by somebody who wants a post of theirs passed over.
    seen: HashSet<[u8; 16]>,
    bytes_read: Arc<AtomicU64>,
}

/// The source in hand.
struct Open {
    reader: Box<dyn Reader>,
    raw: Raw,
}

impl Inputs {
    /// Open `sources`, to be read in this order.
    ///
    /// # Errors
    /// When a source is not there or cannot be opened, before anything is read. One that breaks off later is a reject; reading goes
    /// on with the next.
    pub fn open(sources: Vec<Source>, options: InputOptions) -> Result<Self> {
        sources.iter().try_for_each(Source::check)?;
        let states = sources.iter().map(SourceState::new).collect();
        let (seen, bytes_read) = (HashSet::new(), Arc::default());
        Ok(Self { options, sources, states, next: 0, current: None, seen, bytes_read })
    }

    /// Read posts from memory, a socket, a test: anything that is no file. It is called `name` in messages.
    ///
    /// # Errors
    /// As [`Inputs::open`].
    pub fn from_reader(name: &str, input: impl Read + Send + 'static, options: InputOptions) -> Result<Self> {
        let mut inputs = Self::open(vec![], options)?;
        inputs.states.push(SourceState::named(name, None));
        inputs.next = 1;
        inputs.begin(Raw::new(Box::new(input), None, Arc::clone(&inputs.bytes_read)));
        Ok(inputs)
    }

    /// What is known of the sources that were begun, in the order given. The last is the one in hand.
    #[must_use]
    pub fn sources(&self) -> &[SourceState] {
        self.states.get(..self.next).unwrap_or_default()
    }

    /// Bytes on disk of all sources together, for a progress bar; `None` when a source is a pipe.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        self.states.iter().map(|s| s.size).sum()
    }

    /// Bytes read from the sources so far, before decompression; may be watched from another thread.
    #[must_use]
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes_read)
    }

    fn begin(&mut self, raw: Raw) {
        let lines = BufReader::with_capacity(1 << 16, raw.clone());
        let reader = Box::new(jsonl::LineReader::new(Box::new(lines), self.options.fields.clone()));
        self.current = Some(Open { reader, raw });
    }

    /// Open the next source; a source that has gone since the check is a reject.
    fn open_next(&mut self) -> Option<Option<Item>> {
        let source = self.sources.get(self.next)?;
        let opened = source.open(&self.bytes_read);
        self.next += 1;
        Some(match opened {
            Ok(raw) => {
                self.begin(raw);
                None
            }
            Err(e) => Some(self.reject(Fault::new(0, e.to_string(), "scan this file again; all others go on"))),
        })
    }

    /// Close the source in hand: what was not read of it is read for its hash.
    fn finish(&mut self) -> Option<Item> {
        let Open { raw, .. } = self.current.take()?;
        let end = raw.finish();
        let state = self.states.get_mut(self.next.checked_sub(1)?)?;
        state.bytes = end.bytes;
        state.sha256 = end.sha256;
        end.fault.map(|fault| self.reject(fault))
    }

    fn file(&self) -> String {
        self.next.checked_sub(1).and_then(|at| self.states.get(at)).map(|s| s.name.clone()).unwrap_or_default()
    }

    fn reject(&self, fault: Fault) -> Item {
        Item::Reject(RejectRecord {
            schema: REJECT_SCHEMA.to_owned(),
            file: self.file(),
            line: fault.line,
            reason: fault.reason,
            hint: fault.hint,
        })
    }

    fn accept(&mut self, draft: Draft) -> Item {
        let digest = Sha256::digest(draft.id.as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        if !self.seen.insert(key) {
            let reason = format!("the id {} was seen before", shown(&draft.id));
            let hint = "ids must be unique; only the first post with this id is scored";
            return self.reject(Fault::new(draft.line, reason, hint));
        }
        let lang = draft.lang.filter(|l| !l.is_empty() && l.len() <= 35).unwrap_or_else(|| "und".to_owned());
        let mut post = Post::new(draft.id, draft.text, lang, self.file(), draft.line);
        post.place = draft.place;
        Item::Post(post)
    }
}

impl Iterator for Inputs {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            let Some(open) = &mut self.current else {
                match self.open_next()? {
                    Some(gone) => return Some(gone),
                    None => continue,
                }
            };
            let found = open.reader.next();
            if let Some(state) = self.next.checked_sub(1).and_then(|at| self.states.get_mut(at)) {
                state.records += u64::from(found.is_some());
            }
            match found {
                Some(Found::Post(draft)) => return Some(self.accept(draft)),
                Some(Found::Fault(fault)) => return Some(self.reject(fault)),
                None => {
                    if let Some(changed) = self.finish() {
                        return Some(changed);
                    }
                }
            }
        }
    }
}
