//! The output folder of a scan.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use grens_law::{Band, DecisionRecord, ModelRef, RejectRecord, SUMMARY_SCHEMA, SummaryRecord};
use serde::Serialize;

use crate::error::{BatchError, Result};
use crate::input::Post;
use crate::pipeline::Counts;

/// A post that people will look at, with its text.
#[derive(Debug, Clone, Serialize)]
pub struct QueueItem {
    /// Place in the ranking, from 1.
    pub rank: usize,
    /// The input file.
    pub file: String,
    /// Line in it, from 1.
    pub line: u64,
    /// The post's text, as far as it is kept.
    pub text: String,
    /// What is proposed.
    #[serde(flatten)]
    pub decision: DecisionRecord,
}

/// What a scan's summary says about the run itself.
#[derive(Debug, Clone)]
pub struct ScanMeta {
    /// Version of the program.
    pub grens: String,
    /// Which model.
    pub model: ModelRef,
    /// Which policy.
    pub policy: String,
    /// Which statute table.
    pub law: String,
    /// Input files, in order.
    pub files: Vec<String>,
}

/// A scan's output folder: `decisions.jsonl` while it runs; `candidates.jsonl`, `review.jsonl` and `summary.json` at its
/// end. `rejects.jsonl` names the lines that could not be used.
pub struct ScanDir {
    dir: PathBuf,
    decisions: BufWriter<File>,
    rejects: BufWriter<File>,
    queue: Vec<QueueItem>,
}

impl ScanDir {
    /// Make the folder.
    ///
    /// # Errors
    /// When it holds a scan already, or cannot be written.
    pub fn create(dir: &Path) -> Result<Self> {
        if dir.join("decisions.jsonl").exists() {
            return Err(BatchError::Taken { path: dir.to_owned() });
        }
        fs::create_dir_all(dir).map_err(|e| BatchError::output(dir, e))?;
        let open = |name: &str| {
            let path = dir.join(name);
            File::create(&path).map(BufWriter::new).map_err(|e| BatchError::output(path, e))
        };
        Ok(Self {
            decisions: open("decisions.jsonl")?,
            rejects: open("rejects.jsonl")?,
            dir: dir.to_owned(),
            queue: vec![],
        })
    }

    /// Take in a record.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn record(&mut self, post: Post, decision: DecisionRecord) -> Result<()> {
        write_line(&mut self.decisions, &decision)
            .map_err(|e| BatchError::output(self.dir.join("decisions.jsonl"), e))?;
        if decision.band != Band::Clear {
            self.queue.push(QueueItem { rank: 0, file: post.file, line: post.line, text: post.text, decision });
        }
        Ok(())
    }

    /// Take in a line that could not be used.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn reject(&mut self, reject: &RejectRecord) -> Result<()> {
        write_line(&mut self.rejects, reject).map_err(|e| BatchError::output(self.dir.join("rejects.jsonl"), e))
    }

    /// Let what was written leave.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        self.decisions.flush().map_err(|e| BatchError::output(self.dir.join("decisions.jsonl"), e))?;
        self.rejects.flush().map_err(|e| BatchError::output(self.dir.join("rejects.jsonl"), e))
    }

    /// Rank what people will look at (candidates before review, the most confident first, ties in input order), write the
    /// queues and the summary, and return the ranked items.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn finish(mut self, meta: ScanMeta, counts: &Counts, seconds: f64) -> Result<(Vec<QueueItem>, SummaryRecord)> {
        self.flush()?;
        self.queue.sort_by(|a, b| {
            b.decision.band.cmp(&a.decision.band).then(b.decision.confidence.total_cmp(&a.decision.confidence))
        });
        for (band, name) in [(Band::Candidate, "candidates.jsonl"), (Band::Review, "review.jsonl")] {
            let mut items: Vec<&mut QueueItem> = self.queue.iter_mut().filter(|i| i.decision.band == band).collect();
            (1..).zip(&mut items).for_each(|(rank, item)| item.rank = rank);
            write_whole(&self.dir, name, |file| items.iter().try_for_each(|item| write_line(file, item)))?;
        }
        let summary = SummaryRecord {
            schema: SUMMARY_SCHEMA.to_owned(),
            grens: meta.grens,
            model: meta.model,
            policy: meta.policy,
            law: meta.law,
            files: meta.files,
            posts: counts.posts,
            candidates: counts.candidates,
            review: counts.review,
            clear: counts.posts - counts.candidates - counts.review,
            truncated: counts.truncated,
            rejected: counts.rejected,
            interrupted: counts.interrupted,
            seconds,
        };
        write_whole(&self.dir, "summary.json", |file| {
            serde_json::to_writer_pretty(&mut *file, &summary)?;
            file.write_all(b"\n")
        })?;
        Ok((self.queue, summary))
    }
}

fn write_line(to: &mut impl Write, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *to, value)?;
    to.write_all(b"\n")
}

/// Write a file so that it is there whole or not at all.
fn write_whole(dir: &Path, name: &str, fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>) -> Result<()> {
    let (path, part) = (dir.join(name), dir.join(format!("{name}.part")));
    let write = || {
        let mut file = BufWriter::new(File::create(&part)?);
        fill(&mut file)?;
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&part, &path)
    };
    write().map_err(|e| BatchError::output(path.clone(), e))
}
