//! `grens merge`: the shards of a scan become one.

use grens_batch::merge;
use grens_law::Exit;

use super::scan::table;
use crate::args::MergeArgs;
use crate::failure::Outcome;
use crate::printer::Printer;

pub(super) fn run(args: &MergeArgs, printer: &Printer) -> Outcome {
    let report = merge(&args.shards, &args.out, args.format, args.table.top)?;
    table::print(&report, &args.out, args.table.show_text, printer)?;
    Ok(if report.summary.rejected > 0 { Exit::SomeRejected } else { Exit::Ok })
}
