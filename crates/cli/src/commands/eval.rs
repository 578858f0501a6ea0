//! `grens eval`: figures on a labelled set, by the same path as every scan.

use std::io::Write as _;
use std::path::Path;

use grens_batch::BatchError;
use grens_eval::datasets::{Adapter, Card, Dataset, Generic, named, read};
use grens_eval::metrics::Draws;
use grens_eval::{Direction, Report, check_leakage, evaluate};
use grens_law::Exit;

use super::system;
use crate::args::{DataArgs, EvalArgs};
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

pub(super) fn run(args: &EvalArgs, printer: &Printer) -> Outcome {
    let data = load_data(&args.data, &args.data.input, printer)?;
    if !args.check_leakage.is_empty() {
        return leakage(args, &data, printer);
    }
    let system = match &args.system {
        Some(spec) => system::load(spec, &args.data, &args.decider.model, args.data.about, &data)?,
        None => system::model(&args.decider, &data)?,
    };
    let report = evaluate(&system, &data, Draws { n: args.draws.draws, seed: args.draws.seed })?;
    let text = if args.json {
        serde_json::to_string_pretty(&report).map_err(|e| Failure::new(Exit::Failure, e))?
    } else if args.markdown {
        report.markdown()
    } else {
        report.table()
    };
    if let Some(path) = &args.html {
        std::fs::write(path, report.html()).map_err(|e| BatchError::output(path, e))?;
    }
    print(&text, printer)?;
    let missed = missed_bounds(args, &report)?;
    for bound in &missed {
        printer.error(bound);
    }
    Ok(match (missed.is_empty(), data.problems.is_empty()) {
        (false, _) => Exit::BoundMissed,
        (true, false) => Exit::SomeRejected,
        (true, true) => Exit::Ok,
    })
}

/// Read a labelled file as the command line says; malformed rows are named.
pub(super) fn load_data(args: &DataArgs, path: &Path, printer: &Printer) -> Outcome<Dataset> {
    let data = read(path, adapter(args).as_ref(), &args.only)?;
    for problem in &data.problems {
        printer.warning(&format!("{}:{}: {}; left out", path.display(), problem.line, problem.reason));
    }
    Ok(data)
}

fn adapter(args: &DataArgs) -> Box<dyn Adapter> {
    named(&args.format).unwrap_or_else(|| {
        let name = args.input.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        Box::new(Generic {
            text: args.text.clone(),
            label: args.label.clone(),
            id: args.id.clone(),
            positive: args.positive.clone(),
            negative: args.negative.clone(),
            contested: args.contested.clone(),
            head: args.about,
            group: args.group.clone(),
            functionality: args.functionality.clone(),
            cluster: args.cluster.clone(),
            card: Card { name, licence: args.licence.clone(), citation: args.citation.clone() },
        })
    })
}

pub(super) fn print(text: &str, printer: &Printer) -> Outcome<()> {
    let mut out = printer.data();
    Ok(writeln!(out, "{}", text.trim_end()).map_err(|e| BatchError::output("stdout", e))?)
}

fn missed_bounds(args: &EvalArgs, report: &Report) -> Outcome<Vec<String>> {
    let under = args.fail_under.iter().map(|b| (b, Direction::Under));
    let over = args.fail_over.iter().map(|b| (b, Direction::Over));
    let mut missed = vec![];
    for (bound, direction) in under.chain(over) {
        missed.extend(bound.missed_by(report, direction)?);
    }
    Ok(missed)
}

fn leakage(args: &EvalArgs, data: &Dataset, printer: &Printer) -> Outcome {
    let found = check_leakage(data, &args.check_leakage, &args.data.text)?;
    let test = args.data.input.display();
    let lines = found.iter().map(|o| {
        let kind = if o.exact { "exact" } else { "near" };
        format!("{kind}\t{test}:{}\t{}\t{}:{}\n", o.line, o.id, o.file.display(), o.train_line)
    });
    let lines: String = lines.collect();
    if !lines.is_empty() {
        print(&lines, printer)?;
    }
    let exact = found.iter().filter(|o| o.exact).count();
    let (n, files) = (data.examples.len(), args.check_leakage.len());
    printer.note(&format!("{n} texts against {files} training files: {exact} exact, {} near", found.len() - exact));
    Ok(if found.is_empty() { Exit::Ok } else { Exit::CheckFailed })
}
