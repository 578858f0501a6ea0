//! `grens eval`: figures on a labelled set, by the same path as every scan.

use std::io::Write as _;
use std::path::Path;

use grens_batch::BatchError;
use grens_eval::datasets::{Adapter, Card, Dataset, Generic, Problem, named, read};
use grens_eval::metrics::Draws;
use grens_eval::{Bound, DataRef, Direction, Leakage, Report, check_leakage, evaluate};
use grens_law::Exit;

use super::rejects::SHOWN;
use super::system;
use crate::args::{DataArgs, EvalArgs};
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

pub(super) fn run(args: &EvalArgs, printer: &Printer) -> Outcome {
    // What is cheap to refuse comes first.
    for (bound, direction) in bounds(args) {
        bound.check(direction)?;
    }
    let data = load_data(&args.data, &args.data.input, printer)?;
    if !args.check_leakage.is_empty() {
        return leakage(args, &data, printer);
    }
    let system = match &args.system {
        Some(spec) => system::load(spec, &args.data, &args.decider.model, args.data.about, &data)?,
        None => system::model(&args.decider, &data)?,
    };
    let report = evaluate(&system, &data, Draws { n: args.draws.draws, seed: args.draws.seed })?;
    warn_of_few(&report.manifest.data, report.manifest.draws, printer);
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
    Ok(if missed.is_empty() { ending(data.problems.is_empty()) } else { Exit::BoundMissed })
}

/// Read a labelled file as the command line says; malformed rows are named.
pub(super) fn load_data(args: &DataArgs, path: &Path, printer: &Printer) -> Outcome<Dataset> {
    let data = read(path, adapter(args).as_ref(), &args.only)?;
    left_out(data.problems.iter().map(|problem| (path, problem)), printer);
    Ok(data)
}

/// Name the first rows that were left out, and count the others.
fn left_out<'a>(problems: impl ExactSizeIterator<Item = (&'a Path, &'a Problem)>, printer: &Printer) {
    let more = problems.len().saturating_sub(SHOWN);
    for (path, Problem { line, reason, hint }) in problems.take(SHOWN) {
        let hint = if hint.is_empty() { String::new() } else { format!(" ({hint})") };
        printer.warning(&format!("{}:{line}: {reason}; left out{hint}", path.display()));
    }
    if more > 0 {
        printer.warning(&format!("{more} more rows were left out"));
    }
}

/// Say where figures have no intervals that would mean something.
pub(super) fn warn_of_few(data: &DataRef, draws: Draws, printer: &Printer) {
    if let Some(why) = data.too_few_clusters(draws) {
        printer.warning(&why);
    }
}

/// Done, or done without the rows that could not be used.
pub(super) const fn ending(all_used: bool) -> Exit {
    if all_used { Exit::Ok } else { Exit::SomeRejected }
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

fn bounds(args: &EvalArgs) -> impl Iterator<Item = (&Bound, Direction)> {
    let under = args.fail_under.iter().map(|b| (b, Direction::Under));
    under.chain(args.fail_over.iter().map(|b| (b, Direction::Over)))
}

fn missed_bounds(args: &EvalArgs, report: &Report) -> Outcome<Vec<String>> {
    let mut missed = vec![];
    for (bound, direction) in bounds(args) {
        missed.extend(bound.missed_by(report, direction)?);
    }
    Ok(missed)
}

fn leakage(args: &EvalArgs, data: &Dataset, printer: &Printer) -> Outcome {
    let Leakage { found, rows, unread } = check_leakage(data, &args.check_leakage, &args.data.text)?;
    let test = args.data.input.display();
    let lines = found.iter().map(|o| {
        let kind = if o.exact { "exact" } else { "near" };
        format!("{kind}\t{test}:{}\t{}\t{}:{}\n", o.line, o.id, o.file.display(), o.train_line)
    });
    let lines: String = lines.collect();
    if !lines.is_empty() {
        print(&lines, printer)?;
    }
    left_out(unread.iter().map(|(file, problem)| (file.as_path(), problem)), printer);
    let exact = found.iter().filter(|o| o.exact).count();
    let (n, files) = (data.examples.len(), args.check_leakage.len());
    let near = found.len() - exact;
    printer.note(&format!("{n} texts against {rows} rows of {files} training files: {exact} exact, {near} near"));
    let all_compared = unread.is_empty() && data.problems.is_empty();
    if !all_compared {
        printer.warning("rows that could not be read were not compared: of them nothing is known");
    }
    Ok(if found.is_empty() { ending(all_compared) } else { Exit::CheckFailed })
}
