//! `grens compare`: systems side by side on the same texts.

use std::fmt::Write as _;

use grens_eval::datasets::Dataset;
use grens_eval::metrics::Draws;
use grens_eval::{Comparison, compare};
use grens_law::Exit;

use super::eval::{ending, load_data, print, warn_of_few};
use super::system;
use crate::args::CompareArgs;
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

pub(super) fn run(args: &CompareArgs, printer: &Printer) -> Outcome {
    let data = load_data(&args.data, &args.data.input, printer)?;
    let mut systems = vec![];
    if !args.no_model {
        systems.push(system::model(&args.decider, &data)?);
    }
    for spec in &args.system {
        systems.push(system::load(spec, &args.data, &args.decider.model, args.head, &data)?);
    }
    let comparison = compare(&systems, &data, args.head, Draws { n: args.draws.draws, seed: args.draws.seed })?;
    let text = if args.json {
        serde_json::to_string_pretty(&comparison).map_err(|e| Failure::new(Exit::Failure, e))?
    } else if args.markdown {
        comparison.markdown()
    } else {
        let mut text = comparison.table();
        list(&mut text, &comparison, &data, args);
        text
    };
    warn_of_few(&comparison.data, comparison.draws, printer);
    print(&text, printer)?;
    Ok(ending(data.problems.is_empty()))
}

/// Texts that the systems judge differently: `+` marked, `-` not.
fn list(text: &mut String, comparison: &Comparison, data: &Dataset, args: &CompareArgs) {
    let names: Vec<&str> = comparison.systems.iter().map(|s| s.name.as_str()).collect();
    if !comparison.disagreements.is_empty() && args.top > 0 {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\nid, label, said by {} (+ hateful, - harmless)", names.join(", "));
    }
    for d in comparison.disagreements.iter().take(args.top) {
        let sign = |yes: &bool| if *yes { '+' } else { '-' };
        let said: String = d.marked.iter().map(sign).collect();
        let _ = write!(text, "{}  {}  {said}  {}", d.id, sign(&d.hateful), d.functionality);
        if args.show_text {
            let example = usize::try_from(d.index).ok().and_then(|at| data.examples.get(at));
            let beginning: String = example.map(|e| e.post.text.chars().take(100).collect()).unwrap_or_default();
            let _ = write!(text, "  {}", beginning.replace(char::is_control, " "));
        }
        text.push('\n');
    }
}
