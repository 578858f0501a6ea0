//! `grens purge`: records and texts go when their time is over.

use std::io::Write as _;

use grens_batch::{BatchError, purge, purge_state};
use grens_law::Exit;

use crate::args::PurgeArgs;
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

pub(super) fn run(args: &PurgeArgs, printer: &Printer) -> Outcome {
    if args.folders.is_empty() && args.state.is_none() {
        return Err(Failure::message(Exit::Usage, "there is nothing to purge: name folders of scans, or --state DIR"));
    }
    let mut purged = purge(&args.folders, args.older_than.into(), args.dry_run)?;
    if let Some(state) = &args.state {
        purged.extend(purge_state(state, args.older_than.into(), args.dry_run)?);
    }
    let mut out = printer.data();
    let (mut gone, mut bytes) = (0, 0);
    for entry in &purged {
        let line = match &entry.kept {
            Some(why) => format!("kept     {}  {}  ({why})", entry.written, entry.path.display()),
            None => {
                (gone, bytes) = (gone + 1, bytes + entry.bytes);
                let what = if args.dry_run { "would go" } else { "removed" };
                format!("{what:<8} {}  {}  {} bytes", entry.written, entry.path.display(), entry.bytes)
            }
        };
        writeln!(out, "{line}").map_err(|e| BatchError::output("stdout", e))?;
    }
    let verb = if args.dry_run { "would be removed" } else { "removed" };
    printer.note(&format!("{gone} of {} {verb}, {bytes} bytes; counts (summary.json) stay", purged.len()));
    Ok(Exit::Ok)
}
