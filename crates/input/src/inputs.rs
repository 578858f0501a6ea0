//! All inputs of a run as one sequence of items.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use grens_law::{REJECT_SCHEMA, RejectRecord};

use super::error::Result;
use super::found::{Fault, Found, shown};
use super::item::Item;
use super::language::LanguageGate;
use super::limit::TooManyRejects;
use super::opened::Opened;
use super::post::{Place, Post, UNKNOWN_LANG};
use super::raw::Raw;
use super::seen::Seen;
use super::source::{Source, SourceState};
use super::{InputOptions, time};

/// Longest id.
const MAX_ID_BYTES: usize = 1 << 10;
/// Longest language tag.
const MAX_LANG_BYTES: usize = 35;
/// Longest of the other fields.
const MAX_FIELD_BYTES: usize = 4 << 10;

/// All inputs of a run, read one after another in the order given.
pub struct Inputs {
    options: InputOptions,
    sources: Vec<Source>,
    states: Vec<SourceState>,
    /// Index of the source to open next; the one before it is in hand or done.
    next: usize,
    current: Option<Opened>,
    /// Name of the source in hand.
    file: Arc<str>,
    seen: Seen,
    bytes_read: Arc<AtomicU64>,
    /// What opening or closing a source gave, for the next turn.
    pending: Option<Item>,
    /// Records read, and how many of them were rejected, over all sources.
    records: u64,
    rejected: u64,
    ended: bool,
    gate_is_apart: bool,
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
        let seen = Seen::new(options.remembered_ids);
        Ok(Self {
            options,
            sources,
            states,
            next: 0,
            current: None,
            file: Arc::default(),
            seen,
            bytes_read: Arc::default(),
            pending: None,
            records: 0,
            rejected: 0,
            ended: false,
            gate_is_apart: false,
        })
    }

    /// Read posts from memory, a socket, a test: anything that is no file. It is called `name` in messages.
    ///
    /// # Errors
    /// As [`Inputs::open`].
    pub fn from_reader(name: &str, input: impl Read + Send + 'static, options: InputOptions) -> Result<Self> {
        let mut inputs = Self::open(vec![], options)?;
        inputs.states.push(SourceState::named(name, None));
        inputs.next = 1;
        inputs.file = name.into();
        let raw = Raw::new(Box::new(input), None, Arc::clone(&inputs.bytes_read));
        inputs.pending = inputs.begin(raw, None);
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

    /// Whether a pipe among the sources comes to its end as soon as a stop is asked for ([`InputOptions::stop`]): all that was read of it then follows, and after
    /// it the end. Where a read cannot be left it is not so.
    #[must_use]
    pub const fn ends_at_stop(&self) -> bool {
        cfg!(unix) && self.options.stop.is_some()
    }

    fn begin(&mut self, raw: Raw, source: Option<&Source>) -> Option<Item> {
        let (opened, fault) = Opened::new(raw, source, &self.options);
        self.current = Some(opened);
        fault.map(|fault| self.reject(fault))
    }

    /// Open the next source; a source that has gone since the check is a reject.
    fn open_next(&mut self) -> Option<Option<Item>> {
        let source = self.sources.get(self.next)?.clone();
        self.next += 1;
        self.file = source.to_string().into();
        Some(match source.open(&self.bytes_read, self.options.stop) {
            Ok(raw) => self.begin(raw, Some(&source)),
            Err(e) => Some(self.reject(Fault::new(0, e.to_string(), "scan this file again; all others go on"))),
        })
    }

    /// Close the source in hand: what was not read of it is read for its hash.
    fn finish(&mut self) -> Option<Item> {
        let end = self.current.take()?.finish();
        self.state(|state| (state.bytes, state.sha256) = (end.bytes, end.sha256));
        end.fault.map(|fault| self.reject(fault))
    }

    /// Take back the memory of items that are not needed any more. Who hands millions of items out and back needs no memory anew for each.
    pub fn reuse(&mut self, items: Vec<Item>) {
        for item in items {
            if let (Item::Post(post), Some(opened)) = (item, &mut self.current) {
                opened.reuse(post);
            }
        }
    }

    fn reject(&self, fault: Fault) -> Item {
        Item::Reject(Box::new(RejectRecord {
            schema: REJECT_SCHEMA.to_owned(),
            file: self.file.to_string(),
            line: fault.line,
            reason: fault.reason,
            hint: fault.hint,
        }))
    }

    /// A post as its reader wrote it, made whole, unless its id was seen before or the language gate keeps it.
    fn accept(&mut self, mut post: Box<Post>) -> Item {
        if post.id.len() > MAX_ID_BYTES {
            let reason = format!("the id is longer than {MAX_ID_BYTES} bytes");
            return self.reject(Fault::new(post.line, reason, "check that the right field is named with --id-field"));
        }
        if !self.seen.insert(&post.id) {
            let reason = format!("the id {} was seen before", shown(&post.id));
            let hint = "ids must be unique; only the first post with this id is scored";
            return self.reject(Fault::new(post.line, reason, hint));
        }
        if post.lang.len() > MAX_LANG_BYTES {
            post.lang = UNKNOWN_LANG;
        }
        post.seal(&self.file);
        self.settle(&mut post.place);
        let mut item = Item::Post(post);
        if !self.gate_is_apart {
            self.gate().pass(&mut item);
        }
        item
    }

    fn gate(&self) -> LanguageGate {
        LanguageGate::new(self.options.all_languages)
    }

    /// The inputs without their language gate, and the gate: for who reads on one thread and has time for it on another.
    #[must_use]
    pub fn with_gate_apart(self) -> (Self, LanguageGate) {
        let gate = self.gate();
        (Self { gate_is_apart: true, ..self }, gate)
    }

    /// Bring the time of a place into one form, and make its author a pseudonym or forget it.
    fn settle(&mut self, place: &mut Place) {
        for field in [&mut place.url, &mut place.platform, &mut place.parent, &mut place.visibility] {
            // What is longer is no address and no name; many posts wait in memory at a time.
            if field.as_ref().is_some_and(|value| value.len() > MAX_FIELD_BYTES) {
                *field = None;
            }
        }
        // Most times are in that form already, and stay where they are.
        if let Some(written) = place.created_at.take_if(|written| !time::is_shown(written)) {
            place.created_at = time::utc(&written);
            let not_read = u64::from(place.created_at.is_none());
            self.state(|state| state.times_not_read += not_read);
        }
        let author = place.author.take();
        if let (Some(key), Some(author)) = (&self.options.pseudonyms, author) {
            place.author = Some(key.pseudonym(place.platform.as_deref().unwrap_or_default(), &author));
        }
    }

    /// Note something about the source in hand.
    fn state(&mut self, note: impl FnOnce(&mut SourceState)) {
        if let Some(state) = self.next.checked_sub(1).and_then(|at| self.states.get_mut(at)) {
            note(state);
        }
    }
}

impl Inputs {
    /// The next item, whatever the limit on rejects says.
    fn advance(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.pending.take() {
                return Some(item);
            }
            let Some(opened) = &mut self.current else {
                self.pending = self.open_next()?;
                continue;
            };
            let found = opened.next();
            let record = u64::from(found.is_some());
            self.records += record;
            self.state(|state| state.records += record);
            match found {
                Some(Found::Post(post)) => return Some(self.accept(post)),
                Some(Found::Fault(fault)) => return Some(self.reject(fault)),
                Some(Found::NoPost) => self.state(|state| state.no_posts += 1),
                None => self.pending = self.finish(),
            }
        }
    }
}

impl Iterator for Inputs {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        if self.ended {
            return None;
        }
        // Looked at before the next record is read: the reject that was one too many has been handed out by now.
        let over = |inputs: &Self, at_end| {
            let (rejected, records) = (inputs.rejected, inputs.records);
            let limit = inputs.options.max_rejects.filter(|limit| limit.is_exceeded(rejected, records, at_end))?;
            Some(Item::TooManyRejects(TooManyRejects { rejected, records, limit }))
        };
        if let Some(over) = over(self, false) {
            self.ended = true;
            return Some(over);
        }
        let item = self.advance();
        self.rejected += u64::from(matches!(item, Some(Item::Reject(_))));
        // A source that cannot be opened is a reject without a record.
        self.records = self.records.max(self.rejected);
        if item.is_none() {
            self.ended = true;
            return over(self, true);
        }
        item
    }
}
