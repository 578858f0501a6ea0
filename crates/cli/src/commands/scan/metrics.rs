//! `--metrics-file`: counts in the Prometheus text format, for the textfile collector of a node exporter.
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use grens_batch::{BatchError, Progress};

/// Between two versions of the file while a run goes on.
const EVERY: Duration = Duration::from_secs(10);

const FINISHED: &str = "grens_scan_finished_timestamp_seconds";

/// Writes the file, each time whole.
pub(super) struct Metrics {
    path: PathBuf,
    last: Option<Instant>,
    /// The lines of the last progress.
    counts: String,
    /// When the last scan finished, as the file said before: an alarm on it must not fall silent while the next one runs.
    finished: Option<String>,
}

impl Metrics {
    pub(super) fn new(path: &Path) -> Self {
        let before = std::fs::read_to_string(path).unwrap_or_default();
        let finished = before.lines().find_map(|l| l.strip_prefix(FINISHED)?.strip_prefix(' ')).map(str::to_owned);
        Self { path: path.to_owned(), last: None, counts: String::new(), finished }
    }

    pub(super) fn update(&mut self, done: &Progress<'_>) -> grens_batch::Result<()> {
        self.counts = counts(done);
        if self.last.is_some_and(|last| last.elapsed() < EVERY) {
            return Ok(());
        }
        self.last = Some(Instant::now());
        self.write(true, self.finished.as_deref())
    }

    /// The run is over, finished or stopped.
    pub(super) fn ended(&self, finished: bool) -> grens_batch::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()).to_string();
        self.write(false, if finished { Some(&now) } else { self.finished.as_deref() })
    }

    fn write(&self, running: bool, finished: Option<&str>) -> grens_batch::Result<()> {
        let mut text = self.counts.clone();
        gauge(&mut text, "grens_scan_running", "Whether a scan is at work.", u8::from(running));
        if let Some(finished) = finished {
            gauge(&mut text, FINISHED, "When the last scan finished, in seconds since 1970.", finished);
        }
        // A collector must never see half a file.
        let part = self.path.with_extension("prom.part");
        std::fs::write(&part, text)
            .and_then(|()| std::fs::rename(&part, &self.path))
            .map_err(|e| BatchError::output(&self.path, e))
    }
}

fn gauge(text: &mut String, name: &str, help: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
}

fn counts(done: &Progress<'_>) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, help: &str, n: u64| gauge(&mut text, &format!("grens_scan_{name}"), help, n);
    metric("posts", "Posts of this scan so far, repeats counted in.", done.posts);
    metric("scored", "Distinct texts scored.", done.scored);
    metric("repeats", "Posts whose text was scored before.", done.repeats);
    metric("candidates", "Posts proposed as candidates.", done.candidates);
    metric("review", "Posts for review.", done.review);
    metric("rejected", "Input lines that could not be used.", done.rejected);
    metric("seen_before", "Posts that an earlier night has scanned.", done.seen_before);
    metric("other_languages", "Posts in other languages, not scored.", done.other_languages.values().sum());
    text
}
