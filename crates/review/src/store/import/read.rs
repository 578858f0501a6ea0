//! The findings of a scan's folder or of one of its lists.

use std::path::Path;

use grens_gateway::{List, Moment, finished_scan, found_at};
use grens_input::{ListError, each_record};
use grens_law::{FINDING_SCHEMA, FindingRecord};
use serde::Deserialize;

use super::thread::THREAD;
use crate::error::ReviewError;
use crate::store::ThreadPost;
use crate::store::access::{Broken, Step};

/// A finding with what stands beside it.
pub(super) struct Finding {
    pub(super) finding: FindingRecord,
    pub(super) thread: Vec<ThreadPost>,
    pub(super) found_at: Moment,
}

/// A record of a list. Whoever writes lists himself may give the posts above it in the conversation.
#[derive(Deserialize)]
struct Line {
    #[serde(flatten)]
    finding: FindingRecord,
    #[serde(default)]
    thread: Vec<ThreadPost>,
}

impl From<ListError> for Broken {
    fn from(error: ListError) -> Self {
        Self::Ours(ReviewError::Gateway(error.into()))
    }
}

/// Hand each finding of a folder or a list to `take`. Heads come before what they stand for: the clusters are the last list.
pub(super) fn each_finding(input: &Path, overflow: bool, mut take: impl FnMut(Finding) -> Step<()>) -> Step<()> {
    if !input.is_dir() {
        return list(input, &mut take);
    }
    finished_scan(input).map_err(ReviewError::from)?;
    for which in List::ALL {
        let path = which.in_folder(input).map_err(ReviewError::from)?;
        if let Some(path) = path.filter(|_| overflow || which != List::Overflow) {
            list(&path, &mut take)?;
        }
    }
    Ok(())
}

fn list(path: &Path, take: &mut impl FnMut(Finding) -> Step<()>) -> Step<()> {
    let text = found_at(path).map_err(ReviewError::from)?;
    let found_at = Moment::parse(&text).unwrap_or_else(Moment::now);
    each_record(path, FINDING_SCHEMA, |line, record: Line| {
        let Line { finding, mut thread } = record;
        let decision = &finding.decision;
        let problem = if decision.schema != FINDING_SCHEMA {
            format!("field `schema` is not {FINDING_SCHEMA}")
        } else if !(0.0..=1.0).contains(&decision.confidence) {
            "field `confidence` is not in 0..=1".to_owned()
        } else {
            thread.drain(..thread.len().saturating_sub(THREAD));
            return take(Finding { finding, thread, found_at });
        };
        Err(ReviewError::Line { path: path.to_owned(), line, problem }.into())
    })
}
