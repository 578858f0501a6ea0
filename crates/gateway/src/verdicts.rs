//! Verdicts of people, out of a file of `grens.verdict/1` records.

use std::collections::HashMap;
use std::path::Path;

use grens_input::each_record;
use grens_law::{Statute, VERDICT_SCHEMA, VerdictRecord};

use crate::draft::DraftError;
use crate::error::{GatewayError, Result};
use crate::key;
use crate::retention::Moment;

/// The newest verdict on each post.
#[derive(Debug, Clone, Default)]
pub struct Verdicts {
    by_post: HashMap<String, (i64, VerdictRecord)>,
    /// Posts in the order in which they were first judged.
    posts: Vec<String>,
}

impl Verdicts {
    /// Read a file of JSON Lines.
    ///
    /// # Errors
    /// When it cannot be read, or a line is no verdict that says what it must ([`VerdictRecord::check`]) or is more than a day ahead of the clock; the
    /// error names the line.
    pub fn read(path: &Path, statute: &Statute) -> Result<Self> {
        let (mut verdicts, now) = (Self::default(), Moment::now());
        each_record(path, VERDICT_SCHEMA, |line, verdict: VerdictRecord| {
            let refused = |problem| GatewayError::Line { path: path.to_owned(), line, problem };
            verdict.check(statute).map_err(|e| refused(e.to_string()))?;
            let judged = judged_at(&verdict, now).map_err(|e| refused(e.to_string()))?;
            verdicts.take(judged.millis(), verdict);
            Ok::<_, GatewayError>(())
        })?;
        Ok(verdicts)
    }

    /// Verdicts that stand somewhere else than in a file. One whose time cannot be read is left out.
    #[must_use]
    pub fn of_records(records: impl IntoIterator<Item = VerdictRecord>) -> Self {
        let mut verdicts = Self::default();
        for verdict in records {
            if let Some(judged) = Moment::parse(&verdict.judged_at) {
                verdicts.take(judged.millis(), verdict);
            }
        }
        verdicts
    }

    /// A later verdict takes the place of an earlier one; of two at the same time the one that was read later.
    fn take(&mut self, judged_ms: i64, verdict: VerdictRecord) {
        let post = key::judged_post(&verdict);
        match self.by_post.get(&post) {
            Some((earlier, _)) if *earlier > judged_ms => return,
            Some(_) => {}
            None => self.posts.push(post.clone()),
        }
        self.by_post.insert(post, (judged_ms, verdict));
    }

    /// The newest verdict on a post, by its identity ([`key::post`]).
    #[must_use]
    pub fn of(&self, post: &str) -> Option<&VerdictRecord> {
        self.by_post.get(post).map(|(_, verdict)| verdict)
    }

    /// Posts that were judged, with the newest verdict on each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &VerdictRecord)> {
        self.posts.iter().filter_map(|post| Some((post.as_str(), self.of(post)?)))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.posts.is_empty()
    }
}

/// When a verdict was given. One of the far future is refused: no correction would ever be newer.
pub(crate) fn judged_at(verdict: &VerdictRecord, now: Moment) -> std::result::Result<Moment, DraftError> {
    let field = "judged_at";
    let judged = Moment::parse(&verdict.judged_at).ok_or(DraftError::Time { field })?;
    if judged.is_ahead_of(now) { Err(DraftError::Ahead { field }) } else { Ok(judged) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write as _;

    use grens_law::Judgement;

    use super::*;
    use crate::example::verdict_on;

    fn read(lines: &[String]) -> Result<Verdicts> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(lines.join("\n").as_bytes()).unwrap();
        Verdicts::read(file.path(), Statute::shipped())
    }

    fn line(judgement: &str, at: &str) -> String {
        serde_json::to_string(&verdict_on("p1", judgement, at)).unwrap()
    }

    #[test]
    fn the_newest_verdict_counts_wherever_it_stands() {
        let (old, new) = (line("candidate", "2026-11-20T09:00:00Z"), line("reopened", "2026-11-21T09:00:00.5Z"));
        for lines in [[old.clone(), new.clone()], [new, old]] {
            let verdicts = read(&lines).unwrap();
            let (post, verdict) = verdicts.iter().next().unwrap();
            assert_eq!(verdict.verdict, Judgement::Reopened);
            assert_eq!((verdicts.iter().count(), verdicts.of(post).is_some()), (1, true));
        }
    }

    #[test]
    fn a_line_that_is_none_is_named_and_not_repeated() {
        let good = line("candidate", "2026-11-20T09:00:00Z");
        for (bad, says) in [
            ("{\"text\": \"Alle mensen\"}".to_owned(), "no grens.verdict/1 record"),
            (line("candidate", "gisteren"), "`judged_at`"),
            (line("candidate", "9062-11-20T09:00:00Z"), "`judged_at` is more than a day ahead"),
            (line("candidate", "2026-11-20T09:00:00Z").replace("stelt een groep voor als minder", ""), "`reason`"),
            (line("candidate", "2026-11-20T09:00:00Z").replace("\"public\"", "\"Alle mensen\""), "column"),
        ] {
            let error = read(&[good.clone(), String::new(), bad]).unwrap_err().to_string();
            assert!(error.contains(":3: ") && error.contains(says) && !error.contains("Alle"), "{error}");
        }
    }
}
