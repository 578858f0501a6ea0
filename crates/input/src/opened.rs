//! A source in hand: the reader that fits its format, on the bytes of it.

use std::fs::File;
use std::panic::{self, AssertUnwindSafe};

use super::InputOptions;
use super::compression::decompress;
use super::csv::{CSV, TSV, Table};
use super::document::Document;
use super::format::Format;
use super::found::{Fault, Found, Reader};
use super::jsonl::{JsonLines, unreadable};
use super::parquet::ParquetFile;
use super::post::Post;
use super::raw::{End, Raw};
use super::shape::Shape;
use super::source::Source;

/// An open source.
pub(super) struct Opened {
    reader: Box<dyn Reader>,
    raw: Raw,
}

/// Reads nothing.
struct Nothing;

impl Reader for Nothing {
    fn next(&mut self) -> Option<Found> {
        None
    }
}

impl Opened {
    /// Open `source`, whose bytes are `raw`. With a fault there is nothing to read, but a hash all the same.
    pub(super) fn new(raw: Raw, source: Option<&Source>, options: &InputOptions) -> (Self, Option<Fault>) {
        let format = options.format.or_else(|| source?.format()).unwrap_or(Format::Jsonl);
        match guarded(|| reader(format, &raw, source, options)).and_then(|reader| reader) {
            Ok(reader) => (Self { reader, raw }, None),
            Err(fault) => (Self { reader: Box::new(Nothing), raw }, Some(fault)),
        }
    }

    /// The next record. A reader that panics, as the parquet crate does on some damaged files, ends its source with a fault: otherwise
    /// the rest would be missing and nobody would know.
    pub(super) fn next(&mut self) -> Option<Found> {
        guarded(|| self.reader.next()).unwrap_or_else(|fault| {
            self.reader = Box::new(Nothing);
            Some(Found::Fault(fault))
        })
    }

    /// Take back the memory of a post that is not needed any more.
    pub(super) fn reuse(&mut self, spent: Box<Post>) {
        self.reader.reuse(spent);
    }

    /// Close it: what was not read is read for the hash.
    pub(super) fn finish(self) -> End {
        drop(self.reader);
        self.raw.finish()
    }
}

/// What `read` gives; a fault when it panics.
pub(super) fn guarded<T>(read: impl FnOnce() -> T) -> Result<T, Fault> {
    panic::catch_unwind(AssertUnwindSafe(read)).map_err(|_| {
        let hint = "all before this was scored, nothing after it; write or fetch the file again";
        Fault::new(0, "the reader gave up on this file: it is damaged, or the reader is at fault", hint)
    })
}

fn reader(
    format: Format,
    raw: &Raw,
    source: Option<&Source>,
    options: &InputOptions,
) -> Result<Box<dyn Reader>, Fault> {
    let InputOptions { fields, preset, .. } = options;
    let shape = || preset.map_or_else(|| Shape::Fields(Box::new(fields.clone())), Shape::Preset);
    if preset.is_some() && !matches!(format, Format::Jsonl | Format::Json) {
        let hint = "leave --preset out and name the columns with --id-field and --text-field";
        return Err(Fault::new(0, format!("a preset reads JSON, not {format}"), hint));
    }
    Ok(match format {
        Format::Jsonl => Box::new(JsonLines::new(decompress(raw.clone())?, shape())),
        Format::Json => Box::new(Document::new(decompress(raw.clone())?, shape())),
        Format::Csv => Box::new(Table::new(decompress(raw.clone())?, fields.clone(), CSV)),
        Format::Tsv => Box::new(Table::new(decompress(raw.clone())?, fields.clone(), TSV)),
        Format::Parquet => match source {
            // Parquet is read from its end on, past `raw`, which hashes the file when it is closed.
            Some(Source::File(path)) => {
                let file = File::open(path).map_err(|e| unreadable(0, &e))?;
                Box::new(ParquetFile::open(file, fields.clone())?)
            }
            _ => {
                let hint = "write it to a file first, and scan that";
                return Err(Fault::new(0, "Parquet cannot be read from a pipe", hint));
            }
        },
    })
}

#[cfg(test)]
#[allow(clippy::panic, reason = "it is what is tested")]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_panics_ends_its_source_with_a_fault() {
        struct Panics;
        impl Reader for Panics {
            fn next(&mut self) -> Option<Found> {
                panic!("a test: this message is no failure");
            }
        }
        let raw = Raw::new(Box::new(&b"een"[..]), Some(3), std::sync::Arc::default());
        let mut opened = Opened { reader: Box::new(Panics), raw };
        assert!(matches!(opened.next(), Some(Found::Fault(f)) if f.reason.contains("gave up")));
        assert_eq!(opened.next(), None);
        assert_eq!(opened.finish().bytes, 3, "it has a hash all the same");
    }
}
