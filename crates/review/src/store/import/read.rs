//! The lists of a scan, line by line.

use std::path::Path;

use grens_gateway::{Moment, finished_scan, found_at, lines};
use grens_law::{FINDING_SCHEMA, FindingRecord};
use serde::Deserialize;

use crate::error::ReviewError;
use crate::store::ThreadPost;
use crate::store::access::{Broken, Step};

/// A finding with what stands beside it.
pub(super) struct Finding {
    pub(super) finding: FindingRecord,
    pub(super) thread: Vec<ThreadPost>,
    pub(super) found_at: Moment,
}

/// A line of a list. Whoever writes lists himself may give the posts above it in the conversation.
#[derive(Deserialize)]
struct Line {
    #[serde(flatten)]
    finding: FindingRecord,
    #[serde(default)]
    thread: Vec<ThreadPost>,
}

/// Most posts of a conversation that are kept, those nearest to the finding.
const THREAD: usize = 20;

/// Hand each finding of a folder or a list to `take`. Heads come before what they stand for: `clusters` is the last list.
pub(super) fn each_finding(input: &Path, overflow: bool, mut take: impl FnMut(Finding) -> Step<()>) -> Step<()> {
    if !input.is_dir() {
        return list(input, &mut take);
    }
    finished_scan(input).map_err(ReviewError::from)?;
    for name in ["candidates.jsonl", "review.jsonl", "overflow.jsonl", "clusters.jsonl"] {
        let path = input.join(name);
        if path.is_file() && (overflow || name != "overflow.jsonl") {
            list(&path, &mut take)?;
        }
    }
    Ok(())
}

fn list(path: &Path, take: &mut impl FnMut(Finding) -> Step<()>) -> Step<()> {
    let text = found_at(path).map_err(ReviewError::from)?;
    let found_at = Moment::parse(&text).unwrap_or_else(Moment::now);
    // The reader's errors and ours are of two kinds: ours goes round it.
    let mut broken = None;
    let read = lines::each(path, FINDING_SCHEMA, |number, line: Line| {
        let Line { finding, mut thread } = line;
        let problem = if finding.decision.schema == FINDING_SCHEMA {
            thread.drain(..thread.len().saturating_sub(THREAD));
            match take(Finding { finding, thread, found_at }) {
                Ok(()) => return Ok(()),
                Err(e) => {
                    broken = Some(e);
                    String::new()
                }
            }
        } else {
            format!("field `schema` is not {FINDING_SCHEMA}")
        };
        Err(grens_gateway::GatewayError::Line { path: path.to_owned(), line: number, problem })
    });
    match broken {
        Some(broken) => Err(broken),
        None => read.map_err(|e| Broken::Ours(e.into())),
    }
}
