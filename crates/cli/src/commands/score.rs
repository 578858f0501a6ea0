//! `grens score`: a stage that reads posts and writes decision records.

use std::io::{BufWriter, StdoutLock, Write};

use grens_batch::{BatchError, Counts, Post, Sink, Warning, Window, run as run_pipeline};
use grens_law::{DecisionRecord, Exit, RejectRecord};

use super::rejects::{Rejects, Tail, ending};
use crate::args::ScoreArgs;
use crate::failure::Outcome;
use crate::printer::Printer;
use crate::stop;

pub(super) fn run(args: &ScoreArgs, printer: &Printer) -> Outcome {
    let stop = stop::flag();
    let inputs = args.reading.open_stage(&args.input, stop)?;
    let is_pipe = inputs.total_bytes().is_none();
    let decider = super::load_decider(&args.decider)?;
    let window =
        args.max_latency.map_or_else(|| Window::of(decider.portions()), |latency| Window::within(latency.into()));
    let mut sink = Records {
        out: BufWriter::new(printer.data()),
        rejects: Rejects::new(printer, args.rejects.as_deref())?,
        printer,
    };
    let counts = run_pipeline(inputs, &decider, window, stop, &mut sink)?;
    if counts.interrupted {
        let rest = if is_pipe { "all that was read is answered or named" } else { "what was written is whole" };
        printer.warning(&format!("stopped after {} posts; {rest}", counts.posts));
        return Ok(Exit::Interrupted);
    }
    ending(&Tail::from(&counts), args.rejects.as_deref(), printer)
}

struct Records<'a> {
    out: BufWriter<StdoutLock<'static>>,
    rejects: Rejects<'a>,
    printer: &'a Printer,
}

impl Sink for Records<'_> {
    fn record(&mut self, _: Post, record: DecisionRecord) -> grens_batch::Result<()> {
        serde_json::to_writer(&mut self.out, &record)
            .map_err(Into::into)
            .and_then(|()| self.out.write_all(b"\n"))
            .map_err(|e| BatchError::output("stdout", e))
    }

    fn reject(&mut self, reject: RejectRecord) -> grens_batch::Result<()> {
        self.rejects.take(&reject)
    }

    fn warn(&mut self, w: &Warning) {
        self.printer.warning(&format!("{}:{}: {}", w.file, w.line, w.message));
    }

    fn window_done(&mut self, _: &Counts) -> grens_batch::Result<()> {
        self.rejects.flush()?;
        self.out.flush().map_err(|e| BatchError::output("stdout", e))
    }
}
