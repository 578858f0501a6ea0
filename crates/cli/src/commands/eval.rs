//! `grens eval`: figures on a labelled set, by the same path as every scan.

use std::io::Write as _;

use grens_batch::BatchError;
use grens_eval::{EvalError, evaluate, read};
use grens_law::Exit;

use crate::args::EvalArgs;
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

pub(super) fn run(args: &EvalArgs, printer: &Printer) -> Outcome {
    let dataset = read(&args.input, args.format)?;
    for problem in &dataset.problems {
        printer.warning(&format!("{}:{}: {}; left out", args.input.display(), problem.line, problem.reason));
    }
    let decider = super::load_decider(&args.decider)?;
    let report = evaluate(&decider, &dataset)?;
    let text = if args.json {
        serde_json::to_string_pretty(&report).map_err(|e| Failure::new(Exit::Failure, e))?
    } else {
        report.table()
    };
    let mut out = printer.data();
    writeln!(out, "{}", text.trim_end()).map_err(|e| BatchError::output("stdout", e))?;
    Ok(if dataset.problems.is_empty() { Exit::Ok } else { Exit::SomeRejected })
}

impl From<EvalError> for Failure {
    fn from(error: EvalError) -> Self {
        match error {
            EvalError::Batch(e) => e.into(),
            other => Self::new(Exit::NoInput, other),
        }
    }
}
