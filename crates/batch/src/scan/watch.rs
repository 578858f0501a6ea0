//! What a run tells those who watch it.

use std::collections::BTreeMap;

use grens_law::RejectRecord;

use crate::error::Result;
use crate::input::Warning;

/// How far a run is. All counts are of the whole run, work of earlier processes counted in.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Items of the input read: posts, and lines that could not be used.
    pub items: u64,
    /// How many of these an earlier process had done.
    pub passed_over: u64,
    /// Posts, repeats counted in.
    pub posts: u64,
    /// Distinct texts scored.
    pub scored: u64,
    /// Posts whose text was scored before.
    pub repeats: u64,
    /// Posts proposed as candidates.
    pub candidates: u64,
    /// Posts for review.
    pub review: u64,
    /// Lines that could not be used.
    pub rejected: u64,
    /// Posts that an earlier night has scanned.
    pub seen_before: u64,
    /// Posts of other languages, by language.
    pub other_languages: &'a BTreeMap<String, u64>,
}

/// Listens to a run.
pub trait Watcher {
    /// A line that could not be used.
    fn reject(&mut self, reject: &RejectRecord);

    /// Something to know about a post that is scored all the same.
    fn warn(&mut self, warning: &Warning);

    /// Something to know about the run.
    fn note(&mut self, text: &str);

    /// A window is done.
    ///
    /// # Errors
    /// Ends the run.
    fn progress(&mut self, progress: &Progress<'_>) -> Result<()>;
}
