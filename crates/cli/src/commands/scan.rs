//! `grens scan`: files in, a folder of results and a short ranked table out.

use std::io::Write as _;
use std::time::Instant;

use grens_batch::{
    BatchError, Counts, Post, QueueItem, ScanDir, ScanMeta, Sink, Source, Warning, Window, run as run_pipeline,
};
use grens_law::{DecisionRecord, RejectRecord, SummaryRecord};
use indicatif::{ProgressBar, ProgressStyle};

use super::rejects::{Rejects, ending};
use crate::args::ScanArgs;
use crate::failure::Outcome;
use crate::printer::Printer;
use crate::stop;

pub(super) fn run(args: &ScanArgs, printer: &Printer) -> Outcome {
    let stop = stop::flag();
    let started = Instant::now();
    let inputs = args.reading.open(&args.inputs)?;
    let sources: Vec<Source> = args.inputs.iter().map(|i| Source::new(i)).collect();
    let decider = super::load_decider(&args.decider)?;
    let reference = &decider.scorer().info().reference;
    printer.note(&format!("model {} ({}), policy {}", reference.name, &reference.hash[..12], decider.policy().id));

    let mut sink = Scan {
        dir: ScanDir::create(&args.out)?,
        rejects: Rejects::new(printer, None)?,
        progress: Progress::new(&sources, printer),
        printer,
    };
    let counts = run_pipeline(inputs, &decider, Window::default(), stop, &mut sink);
    sink.progress.bar.finish_and_clear();
    let counts = counts?;

    let meta = ScanMeta {
        grens: env!("CARGO_PKG_VERSION").to_owned(),
        model: reference.clone(),
        policy: decider.policy().id.clone(),
        law: decider.statute().version.clone(),
        files: sources.iter().map(ToString::to_string).collect(),
    };
    let (queue, summary) = sink.dir.finish(meta, &counts, started.elapsed().as_secs_f64())?;
    if counts.posts > 0 {
        table(&queue, &summary, args, printer)?;
    }
    ending(&counts, Some(&args.out.join("rejects.jsonl")), printer)
}

/// The ranked table and the summary, on stdout.
fn table(queue: &[QueueItem], summary: &SummaryRecord, args: &ScanArgs, printer: &Printer) -> Outcome<()> {
    let mut out = printer.data();
    let mut lines = vec![];
    if !queue.is_empty() {
        lines.push(format!(
            "{:<9}  {:>4}  {:<9}  {:<24}  {:>5}  {}",
            "band", "rank", "articles", "grounds", "conf.", "id"
        ));
    }
    for item in queue.iter().take(args.top) {
        let d = &item.decision;
        let join = |names: Vec<&str>| {
            if names.is_empty() { "-".to_owned() } else { names.join("+") }
        };
        let articles = join(d.articles.iter().map(|a| a.name()).collect());
        let grounds = join(d.grounds.iter().map(|g| g.name()).collect());
        let mut line = format!(
            "{:<9}  {:>4}  {articles:<9}  {grounds:<24}  {:>5.2}  {}",
            d.band,
            item.rank,
            d.confidence,
            one_line(&d.id, 40)
        );
        if args.show_text {
            line.push_str(&format!("  {}", one_line(&item.text, 80)));
        }
        lines.push(line);
    }
    if queue.len() > args.top {
        lines.push(format!("... {} more in {}", queue.len() - args.top, args.out.display()));
    }
    lines.push(format!(
        "{} posts: {} candidates, {} for review, {} clear; {} lines rejected; {:.1} s, {:.0} posts/s",
        summary.posts,
        summary.candidates,
        summary.review,
        summary.clear,
        summary.rejected,
        summary.seconds,
        summary.posts as f64 / summary.seconds.max(1e-9),
    ));
    lines.push(format!(
        "candidates are proposals for people, under policy {} and law {}; results in {}",
        summary.policy,
        summary.law,
        args.out.display()
    ));
    for line in lines {
        writeln!(out, "{line}").map_err(|e| BatchError::output("stdout", e))?;
    }
    Ok(())
}

/// Control characters out, cut to `width` characters: ids and posts are not to be trusted with a terminal.
fn one_line(text: &str, width: usize) -> String {
    let clean = text.chars().map(|c| if c.is_control() || is_bidi(c) { ' ' } else { c });
    let mut line: String = clean.clone().take(width).collect();
    if clean.count() > width {
        line.push('…');
    }
    line
}

const fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
}

struct Scan<'a> {
    dir: ScanDir,
    rejects: Rejects<'a>,
    progress: Progress,
    printer: &'a Printer,
}

impl Sink for Scan<'_> {
    fn record(&mut self, post: Post, record: DecisionRecord) -> grens_batch::Result<()> {
        self.dir.record(post, record)
    }

    fn reject(&mut self, reject: RejectRecord) -> grens_batch::Result<()> {
        self.progress.bar.suspend(|| self.rejects.take(&reject))?;
        self.dir.reject(&reject)
    }

    fn warn(&mut self, w: &Warning) {
        self.progress.bar.suspend(|| self.printer.warning(&format!("{}:{}: {}", w.file, w.line, w.message)));
    }

    fn window_done(&mut self, counts: &Counts) -> grens_batch::Result<()> {
        self.progress.update(counts, self.printer);
        self.dir.flush()
    }
}

/// A bar on a terminal; without one, a line a minute.
struct Progress {
    bar: ProgressBar,
    started: Instant,
    last_line: Instant,
}

impl Progress {
    fn new(sources: &[Source], printer: &Printer) -> Self {
        let bar = if printer.shows_progress() {
            // Bytes are not posts; a guess from the mean line of what was read would jump. Count lines: it costs
            // a thousandth of the scoring.
            let lines: Option<u64> = sources.iter().map(count_lines).sum();
            let bar = lines.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            let template = if lines.is_some() {
                "{bar:30} {pos}/{len} posts, {per_sec}, ETA {eta}, {msg}"
            } else {
                "{spinner} {pos} posts, {per_sec}, {msg}"
            };
            bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
        } else {
            ProgressBar::hidden()
        };
        Self { bar, started: Instant::now(), last_line: Instant::now() }
    }

    fn update(&mut self, counts: &Counts, printer: &Printer) {
        self.bar.set_position(counts.posts + counts.rejected);
        self.bar.set_message(format!("{} candidates, {} for review", counts.candidates, counts.review));
        if self.bar.is_hidden() && self.last_line.elapsed().as_secs() >= 60 {
            self.last_line = Instant::now();
            printer.note(&format!(
                "{} posts, {:.0} posts/s, {} candidates, {} for review, {} lines rejected",
                counts.posts,
                counts.posts as f64 / self.started.elapsed().as_secs_f64(),
                counts.candidates,
                counts.review,
                counts.rejected
            ));
        }
    }
}

fn count_lines(source: &Source) -> Option<u64> {
    // What is read twice must be a file on disk; a pipe would lose its posts here.
    let Source::File(path) = source else { return None };
    if !path.metadata().is_ok_and(|m| m.is_file()) {
        return None;
    }
    let mut input = std::io::BufReader::with_capacity(1 << 16, std::fs::File::open(path).ok()?);
    let mut lines = 0;
    loop {
        let buffer = std::io::BufRead::fill_buf(&mut input).ok()?;
        if buffer.is_empty() {
            return Some(lines);
        }
        lines += buffer.iter().filter(|&&b| b == b'\n').count() as u64;
        let n = buffer.len();
        std::io::BufRead::consume(&mut input, n);
    }
}
