//! `grens scan`: files in, a folder of results and a short ranked table out.

mod metrics;
mod progress;
pub(super) mod table;

use std::time::Duration;

use grens_batch::{BatchError, Ending, Progress as Done, ScanOptions, Warning, Watcher, Window, scan};
use grens_law::{Exit, RejectRecord};

use self::metrics::Metrics;
use self::progress::Progress;
use super::rejects::{Rejects, Tail, ending};
use crate::args::ScanArgs;
use crate::failure::Outcome;
use crate::printer::Printer;
use crate::stop;

pub(super) fn run(args: &ScanArgs, printer: &Printer) -> Outcome {
    let stop = stop::flag();
    let inputs = args.reading.open(&args.inputs, Some(&args.out))?;
    let decider = super::load_decider(&args.decider)?;
    let model = decider.model();
    let hash = model.hash.get(..12).unwrap_or_default();
    printer.note(&format!("model {} ({hash}), policy {}", model.name, decider.policy().id));

    let options = options(args);
    let mut watcher = Scan {
        rejects: Rejects::new(printer, None)?,
        progress: Progress::new(&inputs, printer),
        metrics: args.metrics_file.as_deref().map(Metrics::new),
        tail: Tail::default(),
        printer,
    };
    let ended = scan(inputs, &decider, &options, Window::of(decider.portions()), stop, &mut watcher);
    watcher.progress.clear();
    let finished = matches!(ended, Ok(Ending::Done(_) | Ending::ShardDone));
    let written = watcher.metrics.as_ref().map_or(Ok(()), |metrics| metrics.ended(finished));
    let ended = ended?;
    written?;
    let out = args.out.display();
    match &ended {
        Ending::Done(report) if watcher.tail.items() > 0 => {
            table::print(report, &args.out, args.table.show_text, printer)?
        }
        Ending::Done(_) => {}
        Ending::ShardDone => printer
            .note(&format!("shard {} is done, in {out}; when all are, grens merge makes the results", options.shard)),
        Ending::Stopped => {
            printer.warning(&format!(
                "stopped after {} posts; what was done is kept in {out}, and the same command goes on from there",
                watcher.tail.posts
            ));
            return Ok(Exit::Interrupted);
        }
    }
    let all_listed_in = matches!(ended, Ending::Done(_)).then(|| args.out.join("rejects.jsonl"));
    ending(&watcher.tail, all_listed_in.as_deref(), printer)
}

fn options(args: &ScanArgs) -> ScanOptions {
    let mut options = ScanOptions::new(&args.out);
    options.format = args.format;
    options.keep_clear = args.keep_clear;
    options.no_text = args.no_text;
    options.shard = args.shard;
    options.state.clone_from(&args.state);
    options.part_items = args.part_items;
    options.part_time = Duration::from_secs(args.part_seconds);
    options.top = args.table.top;
    options.reading = args.reading.facts(&args.inputs);
    options
}

/// Tells people and machines how the run goes.
struct Scan<'a> {
    rejects: Rejects<'a>,
    progress: Progress<'a>,
    metrics: Option<Metrics>,
    tail: Tail,
    printer: &'a Printer,
}

impl Watcher for Scan<'_> {
    fn reject(&mut self, reject: &RejectRecord) {
        let rejects = &mut self.rejects;
        self.progress.suspend(|| rejects.show(reject));
    }

    fn warn(&mut self, w: &Warning) {
        self.progress.suspend(|| self.printer.warning(&format!("{}:{}: {}", w.file, w.line, w.message)));
    }

    fn note(&mut self, text: &str) {
        self.progress.suspend(|| self.printer.note(text));
    }

    fn progress(&mut self, done: &Done<'_>) -> Result<(), BatchError> {
        let others: u64 = done.other_languages.values().sum();
        self.tail = Tail { posts: done.posts, rejected: done.rejected, skipped: others, seen_before: done.seen_before };
        self.progress.update(done);
        self.metrics.as_mut().map_or(Ok(()), |metrics| metrics.update(done))
    }
}
