//! Labelled rows with the columns of eval-data/LABELS.md.

use std::io::Write;

use grens_law::{Article, ContextFlag, Ground, Judgement, VerdictRecord};
use serde::Serialize;

use super::{each_settled, line, output};
use crate::error::Result;
use crate::store::Store;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelFormat {
    /// Tab-separated without quoting, as the training script reads it: tabs and line breaks of a text become spaces.
    Tsv,
    /// JSON Lines: texts as they are.
    Jsonl,
}

/// A row. The names are those of the label rules.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    family: String,
    group_hate: &'static str,
    art137c: &'static str,
    art137d: &'static str,
    grounds: String,
    form: &'static str,
    context: &'static str,
    group: &'static str,
    text: String,
}

const HEADER: &str = "id\tfamily\tgroup_hate\tart137c\tart137d\tgrounds\tform\tcontext\tgroup\ttext";

impl Store {
    /// Write every decided item as a labelled row that `grens eval --kind rows` and the training script read. A yes is 1 for its articles; a no is 0; what nobody
    /// could tell is 0.5, which leaves the row out of that figure. Near repeats share their head's family. Returns how many rows.
    ///
    /// # Errors
    /// When the store cannot be read, or `out` fails.
    pub fn export_labels(&self, format: LabelFormat, out: &mut dyn Write) -> Result<u64> {
        self.read(|db, now| {
            if format == LabelFormat::Tsv {
                writeln!(out, "{HEADER}").map_err(output)?;
            }
            let mut rows = 0;
            each_settled(db, now, |settled| {
                let (Some(text), Some(verdict)) = (settled.stored.text, settled.verdict) else { return Ok(()) };
                if verdict.verdict == Judgement::Reopened {
                    return Ok(());
                }
                let family = settled.stored.head.unwrap_or(settled.stored.id);
                let row = row(settled.stored.id, family, text, &verdict);
                rows += 1;
                match format {
                    LabelFormat::Jsonl => line(out, &row),
                    LabelFormat::Tsv => writeln!(out, "{}", tabbed(&row)).map_err(|e| output(e).into()),
                }
            })?;
            Ok(rows)
        })
    }
}

fn row(id: i64, family: i64, text: String, verdict: &VerdictRecord) -> Row {
    let article = |article| match verdict.verdict {
        Judgement::Candidate if verdict.articles.contains(&article) => "1",
        Judgement::Unsure => "0.5",
        _ => "0",
    };
    let group_hate = match verdict.verdict {
        Judgement::Candidate => "1",
        Judgement::Unsure => "0.5",
        // Who names a ground with a no sees abuse that no article covers, or that context takes away: not for the program to say which.
        _ if !verdict.grounds.is_empty() => "0.5",
        _ => "0",
    };
    let has_grounds = group_hate != "0";
    Row {
        id: format!("rv-{id}"),
        family: format!("rv-{family}"),
        group_hate,
        art137c: article(Article::A137c),
        art137d: article(Article::A137d),
        grounds: if has_grounds { grounds(&verdict.grounds) } else { "-".to_owned() },
        form: "-",
        context: context(verdict),
        group: "-",
        text,
    }
}

fn grounds(grounds: &[Ground]) -> String {
    let names: Vec<&str> = grounds.iter().map(|g| g.name()).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(",") }
}

/// The nearest word of the label rules.
fn context(verdict: &VerdictRecord) -> &'static str {
    if verdict.verdict == Judgement::Candidate {
        return "-";
    }
    match verdict.context.first() {
        Some(ContextFlag::Debate) => "political",
        Some(ContextFlag::ArtOrSatire) => "satire",
        Some(ContextFlag::Religion) => "doctrine",
        Some(ContextFlag::Quotation) => "counter_quote",
        Some(ContextFlag::CounterSpeech) => "counter_ref",
        Some(ContextFlag::News) => "news",
        Some(ContextFlag::Reclaimed) => "reclaimed",
        None => "ordinary",
    }
}

fn tabbed(row: &Row) -> String {
    let text: String = row
        .text
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    [
        &row.id,
        &row.family,
        row.group_hate,
        row.art137c,
        row.art137d,
        &row.grounds,
        row.form,
        row.context,
        row.group,
        &text,
    ]
    .join("\t")
}
