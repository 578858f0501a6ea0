//! JSON documents: one list of records, or an object that holds one, as platforms hand out archives and answers of their APIs.
//!
//! A document may be far larger than memory, so that only its records are parsed; the rest is walked over byte by byte.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use super::MAX_RECORD_BYTES;
use super::found::{Fault, Found, Reader, Spare};
use super::jsonl::{bad_encoding, unreadable};
use super::post::Post;
use super::shape::Shape;
use super::walker::{Step, Walker};

/// Reads the records of a JSON document, numbered from 1.
pub(super) struct Document {
    input: Box<dyn BufRead + Send>,
    walker: Walker,
    shape: Shape,
    record: u64,
    found: VecDeque<Found>,
    spare: Spare,
    ended: bool,
}

impl Document {
    pub(super) fn new(input: Box<dyn BufRead + Send>, shape: Shape) -> Self {
        let walker = Walker::new(shape.lists());
        Self { input, walker, shape, record: 0, found: VecDeque::new(), spare: Spare::default(), ended: false }
    }

    /// Walk on to the end of the buffered input or of a record.
    fn advance(&mut self) -> io::Result<()> {
        let bytes = match self.input.fill_buf() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => return Ok(()),
            other => other?,
        };
        if bytes.is_empty() {
            self.ended = true;
            if !self.walker.is_done() {
                let hint = "fetch or export it again; what stands before its last record was scored";
                let fault = Fault::new(self.record + 1, "the document breaks off", hint);
                self.found.push_back(Found::Fault(fault));
            }
            return Ok(());
        }
        let (used, step) = self.walker.walk(bytes);
        self.input.consume(used);
        match step {
            Step::More => {}
            Step::Record => {
                self.record += 1;
                match std::str::from_utf8(self.walker.record()) {
                    Ok(text) => self.shape.read(self.record, text, &mut self.spare, &mut self.found),
                    Err(e) => self.found.push_back(Found::Fault(bad_encoding(self.record, e.valid_up_to()))),
                }
            }
            Step::TooLong => {
                self.record += 1;
                let reason = format!("the record is longer than {} MiB", MAX_RECORD_BYTES >> 20);
                let hint = "a JSON document is a list of posts, or a preset's export; name it with --preset";
                self.found.push_back(Found::Fault(Fault::new(self.record, reason, hint)));
            }
            Step::NoDocument => {
                self.ended = true;
                let hint =
                    "a .json or .js file holds a list of objects; for one object a line give --input-format jsonl";
                self.found.push_back(Found::Fault(Fault::new(self.record + 1, "no JSON document", hint)));
            }
        }
        Ok(())
    }
}

impl Reader for Document {
    fn next(&mut self) -> Option<Found> {
        while self.found.is_empty() && !self.ended {
            if let Err(e) = self.advance() {
                self.ended = true;
                self.found.push_back(Found::Fault(unreadable(self.record + 1, &e)));
            }
        }
        self.found.pop_front()
    }

    fn reuse(&mut self, spent: Box<Post>) {
        self.spare.keep(spent);
    }
}
