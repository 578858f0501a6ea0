//! What is kept of an item, as a line of a part file. Apart from the run, so that threads can make lines side by side.

use std::io;

use grens_infer::normalise_text;
use grens_law::{Band, RejectRecord};

use super::part::{PostRow, RejectRow, RepeatRow, Row};
use super::repeats::TextKey;
use super::sketch::Sketch;
use crate::decider::{Decider, Judged};
use crate::input::Post;

/// An item that gets a row.
pub(crate) enum Kept<'i> {
    Reject(u64, &'i RejectRecord),
    First { seq: u64, key: TextKey, post: &'i Post, judged: Judged },
    Repeat { seq: u64, of: u64, post: &'i Post },
}

impl Kept<'_> {
    /// Its line, with the line break.
    pub(crate) fn line(self, decider: &Decider, no_text: bool) -> io::Result<Vec<u8>> {
        self.row(decider, no_text).line()
    }

    fn row(self, decider: &Decider, no_text: bool) -> Row {
        match self {
            Self::Reject(seq, reject) => Row::Reject(RejectRow { seq, reject: reject.clone() }),
            Self::First { seq, key, post, judged } => {
                let shown = judged.decision.band != Band::Clear;
                Row::Post(Box::new(PostRow {
                    seq,
                    file: post.file.to_string(),
                    line: post.line,
                    key,
                    sketch: shown.then(|| Sketch::of(&normalise_text(&post.text))),
                    decision: decider.record(post, judged),
                    text: (shown && !no_text).then(|| post.text.clone()),
                    place: post.place.clone(),
                }))
            }
            Self::Repeat { seq, of, post } => Row::Repeat(RepeatRow {
                seq,
                of,
                id: post.id.clone(),
                file: post.file.to_string(),
                line: post.line,
                text_sha256: post.text_sha256.to_string(),
                place: post.place.clone(),
            }),
        }
    }
}
