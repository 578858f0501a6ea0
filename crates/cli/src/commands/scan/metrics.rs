//! `--metrics-file`: counts in the Prometheus text format, for the textfile collector of a node exporter.
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use grens_batch::{BatchError, Progress};

/// Between two versions of the file while a run goes on.
const EVERY: Duration = Duration::from_secs(10);

/// Writes the file, each time whole.
pub(super) struct Metrics {
    path: PathBuf,
    last: Option<Instant>,
    /// The lines of the last progress.
    counts: String,
}

impl Metrics {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), last: None, counts: String::new() }
    }

    pub(super) fn update(&mut self, done: &Progress<'_>) -> grens_batch::Result<()> {
        self.counts = counts(done);
        if self.last.is_some_and(|last| last.elapsed() < EVERY) {
            return Ok(());
        }
        self.last = Some(Instant::now());
        self.write("grens_scan_running 1\n")
    }

    /// The run is over, finished or stopped.
    pub(super) fn ended(&mut self, finished: bool) -> grens_batch::Result<()> {
        let mut state = "grens_scan_running 0\n".to_owned();
        if finished {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
            state.push_str("# HELP grens_scan_finished_timestamp_seconds When the last scan finished.\n");
            state.push_str("# TYPE grens_scan_finished_timestamp_seconds gauge\n");
            let _ = writeln!(state, "grens_scan_finished_timestamp_seconds {now}");
        }
        self.write(&state)
    }

    fn write(&self, state: &str) -> grens_batch::Result<()> {
        let running = "# HELP grens_scan_running Whether a scan is at work.\n# TYPE grens_scan_running gauge\n";
        let text = format!("{}{running}{state}", self.counts);
        // A collector must never see half a file.
        let part = self.path.with_extension("prom.part");
        std::fs::write(&part, text)
            .and_then(|()| std::fs::rename(&part, &self.path))
            .map_err(|e| BatchError::output(&self.path, e))
    }
}

fn counts(done: &Progress<'_>) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, help: &str, n: u64| {
        let _ =
            writeln!(text, "# HELP grens_scan_{name} {help}\n# TYPE grens_scan_{name} gauge\ngrens_scan_{name} {n}");
    };
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
