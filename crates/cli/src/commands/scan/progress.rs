//! How far a scan is: a bar on a terminal; without one, a line a minute.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use grens_batch::{Inputs, Progress as Done};
use indicatif::{ProgressBar, ProgressStyle};

use crate::printer::Printer;

/// Between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(60);

pub(super) struct Progress<'a> {
    bar: ProgressBar,
    printer: &'a Printer,
    began: Instant,
    last_line: Instant,
    read: Arc<AtomicU64>,
    total: Option<u64>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(inputs: &Inputs, printer: &'a Printer) -> Self {
        let total = inputs.total_bytes();
        let bar = if printer.shows_progress() {
            // The reader is a window ahead of what is scored: as a share of the input that is nothing.
            let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            let template = if total.is_some() { "{bar:30} {percent}%, ETA {eta}, {msg}" } else { "{spinner} {msg}" };
            bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
        } else {
            ProgressBar::hidden()
        };
        let (began, read) = (Instant::now(), inputs.bytes_read());
        Self { bar, printer, began, last_line: began, read, total }
    }

    pub(super) fn update(&mut self, done: &Done<'_>) {
        self.bar.set_position(self.read.load(Ordering::Relaxed));
        if self.bar.is_hidden() {
            if self.last_line.elapsed() >= LINE_EVERY {
                self.last_line = Instant::now();
                self.printer.note(&self.line(done));
            }
        } else {
            self.bar.set_message(self.line(done));
        }
    }

    fn line(&self, done: &Done<'_>) -> String {
        let seconds = self.began.elapsed().as_secs_f64();
        // Items that were passed over came at the speed of reading.
        let rate = (done.items - done.passed_over) as f64 / seconds.max(1e-9);
        let share = match self.total {
            // The bar shows it already.
            Some(total) if total > 0 && self.bar.is_hidden() => {
                format!("{:.1}% read, ", 100.0 * self.read.load(Ordering::Relaxed) as f64 / total as f64)
            }
            _ => String::new(),
        };
        format!(
            "{share}{} posts, {rate:.0} posts/s, {} candidates, {} for review, {} repeats, {} lines rejected",
            done.posts, done.candidates, done.review, done.repeats, done.rejected
        )
    }

    /// Print something without tearing the bar.
    pub(super) fn suspend(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
