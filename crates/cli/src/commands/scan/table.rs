//! The short table on stdout.

use std::io::Write as _;
use std::path::Path;

use grens_batch::{BatchError, Report};
use grens_law::FindingRecord;

use crate::failure::Outcome;
use crate::printer::Printer;

/// The first lines of the lists, and the counts.
pub(in crate::commands) fn print(report: &Report, out: &Path, show_text: bool, printer: &Printer) -> Outcome<()> {
    let (s, out) = (&report.summary, out.display());
    let mut lines = vec![];
    if !report.top.is_empty() {
        lines.push(format!(
            "{:<9}  {:>4}  {:>5}  {:<9}  {:<24}  {:>5}  {}",
            "band", "rank", "posts", "articles", "grounds", "conf.", "id"
        ));
    }
    lines.extend(report.top.iter().map(|record| row(record, show_text)));
    let listed = s.lines.candidates + s.lines.review + s.lines.overflow;
    let more = listed.saturating_sub(report.top.len() as u64);
    if more > 0 {
        lines.push(format!("... {more} more in {out}"));
    }
    lines.push(format!(
        "{} posts: {} candidates, {} for review, {} clear; {} repeats, {} near repeats; {} lines rejected",
        s.posts, s.candidates, s.review, s.clear, s.repeats, s.near_repeats, s.rejected
    ));
    let others: u64 = s.other_languages.values().sum();
    if others + s.seen_before > 0 {
        lines.push(format!("not scored: {others} in other languages, {} seen on earlier nights", s.seen_before));
    }
    lines.push(format!(
        "listed: {} candidate lines, {} review lines; {} beyond the policy's nightly caps",
        s.lines.candidates, s.lines.review, s.lines.overflow
    ));
    lines.push(format!(
        "candidates are proposals for people, under policy {} and law {}; results in {out}",
        s.policy, s.law
    ));
    let mut stdout = printer.data();
    for line in lines {
        writeln!(stdout, "{line}").map_err(|e| BatchError::output("stdout", e))?;
    }
    Ok(())
}

fn row(record: &FindingRecord, show_text: bool) -> String {
    let d = &record.decision;
    let join = |names: Vec<&str>| if names.is_empty() { "-".to_owned() } else { names.join("+") };
    let articles = join(d.articles.iter().map(|a| a.name()).collect());
    let grounds = join(d.grounds.iter().map(|g| g.name()).collect());
    let mut line = format!(
        "{:<9}  {:>4}  {:>5}  {articles:<9}  {grounds:<24}  {:>5.2}  {}",
        d.band,
        record.rank.unwrap_or(0),
        record.stands_for.unwrap_or(1),
        d.confidence,
        one_line(&d.id, 40)
    );
    if let Some(text) = record.text.as_deref().filter(|_| show_text) {
        line.push_str(&format!("  {}", one_line(text, 80)));
    }
    line
}

/// Control characters out, cut to `width` characters: ids and posts are not to be trusted with a terminal.
fn one_line(text: &str, width: usize) -> String {
    let clean = text.chars().map(|c| if c.is_control() || is_bidi(c) { ' ' } else { c });
    let mut line: String = clean.clone().take(width).collect();
    if clean.count() > width {
        line.push('…');
    }
    line
}

const fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
}
