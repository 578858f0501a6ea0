//! `grens review export`: back into the work.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use grens_batch::BatchError;
use grens_gateway::Outbox;
use grens_law::{Exit, Statute};
use grens_review::store::{LabelFormat, Pseudonymised, Store};

use super::{open, tell_end};
use crate::args::ReviewExportArgs;
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

pub(super) fn run(args: &ReviewExportArgs, printer: &Printer) -> Outcome {
    let store = open(&args.queue)?;
    if let Some(path) = &args.labels {
        let format = label_format(path)?;
        let rows = written(path, printer, |out| Ok(store.export_labels(format, out)?))?;
        printer.note(&format!("{rows} labelled rows; they hold texts of posts: keep them as you keep the queue"));
    } else if let Some(path) = &args.verdicts {
        let rows = written(path, printer, |out| verdicts(&store, path, out))?;
        printer.note(&format!("{rows} verdicts, for grens outbox add --verdicts"));
    } else if let Some(path) = &args.pseudonymised {
        let Pseudonymised { rows, left_out } = written(path, printer, |out| Ok(store.export_pseudonymised(out)?))?;
        printer.note(&format!("{rows} rows, without text, place or day; {left_out} items stand out and have none"));
    } else if let Some(path) = &args.outbox {
        offer(&store, path, args, printer)?;
    }
    tell_end(&store, printer)?;
    Ok(Exit::Ok)
}

fn verdicts(store: &Store, path: &Path, out: &mut dyn Write) -> Outcome<u64> {
    let verdicts = store.verdicts()?;
    for verdict in &verdicts {
        let line = serde_json::to_string(verdict).map_err(|e| Failure::new(Exit::Failure, e))?;
        writeln!(out, "{line}").map_err(|e| BatchError::output(path.display().to_string(), e))?;
    }
    Ok(verdicts.len() as u64)
}

fn offer(store: &Store, path: &Path, args: &ReviewExportArgs, printer: &Printer) -> Outcome<()> {
    let policy = crate::commands::outbox::policy(&args.policy)?;
    let mut outbox = Outbox::create(path)?;
    let offered = store.offer(&mut outbox, &policy, Statute::shipped())?;
    crate::commands::outbox::tell(&offered.added, &policy, printer);
    if offered.other_policy > 0 {
        printer.warning(&format!(
            "{} confirmed items were decided under another policy than {} and were not put in; give theirs with --policy FILE",
            offered.other_policy, policy.id
        ));
    }
    Ok(())
}

fn label_format(path: &Path) -> Outcome<LabelFormat> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending {
        Some("tsv") => Ok(LabelFormat::Tsv),
        Some("jsonl") => Ok(LabelFormat::Jsonl),
        _ if path == Path::new("-") => Ok(LabelFormat::Jsonl),
        _ => Err(Failure::message(Exit::Usage, format!("the name {} tells no format", path.display()))
            .hint("end it in .tsv or .jsonl")),
    }
}

/// Write to a file, readable by its owner alone and whole or not at all, or to stdout.
fn written<T>(path: &Path, printer: &Printer, write: impl FnOnce(&mut dyn Write) -> Outcome<T>) -> Outcome<T> {
    let failed = |e| BatchError::output(path.display().to_string(), e);
    if path == Path::new("-") {
        let mut out = BufWriter::new(printer.data());
        let rows = write(&mut out)?;
        out.flush().map_err(failed)?;
        return Ok(rows);
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let _ = std::fs::remove_file(part);
    grens_gateway::database::owners_alone(part).map_err(failed)?;
    let file = File::options().write(true).open(part).map_err(failed)?;
    let mut out = BufWriter::new(file);
    let rows = write(&mut out).and_then(|rows| {
        let moved = out.flush().and_then(|()| out.get_ref().sync_all()).and_then(|()| std::fs::rename(part, path));
        moved.map_err(failed)?;
        Ok(rows)
    });
    if rows.is_err() {
        // It may hold texts already.
        let _ = std::fs::remove_file(part);
    }
    rows
}
