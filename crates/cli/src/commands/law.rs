//! `grens law`: the statute table, with what was not read from the consolidated text marked.

use std::io::Write as _;

use grens_batch::BatchError;
use grens_law::{Exit, Statute};

use crate::failure::Outcome;
use crate::printer::Printer;

pub(super) fn run(printer: &Printer) -> Outcome {
    let law = Statute::shipped();
    let mut lines = vec![format!("{} (consolidated text of {})", law.version, law.consolidated_text)];
    let mark = |verified: bool| if verified { "" } else { " (not verified)" };
    for article in &law.articles {
        let grounds: Vec<&str> =
            law.grounds.iter().filter(|g| article.grounds.contains(&g.id)).map(|g| g.nl.as_str()).collect();
        lines.push(String::new());
        lines.push(format!("art. {} Sr  {} ({})", article.id, article.nl, article.en));
        lines.push(format!("  {}{}", article.conduct, mark(article.verified)));
        lines.push(format!("  grounds: {}", grounds.join("; ")));
        lines.extend(article.facts.iter().map(|f| format!("  {}{}", f.text, mark(f.verified))));
        lines.push(format!("  source: {}", article.source));
    }
    let mut out = printer.data();
    for line in lines {
        writeln!(out, "{line}").map_err(|e| BatchError::output("stdout", e))?;
    }
    Ok(Exit::Ok)
}
