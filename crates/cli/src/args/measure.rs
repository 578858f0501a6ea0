//! The command line of what measures: eval, compare, calibrate, threshold.

use std::path::PathBuf;

use clap::Args;
use grens_eval::calibrate::Method;
use grens_eval::{Bound, Head};

use super::{DeciderArgs, ModelArgs, SystemSpec};

/// Which labelled file, and how it is read.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    /// Labelled file.
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// Kind of file: rows (the project's own, TSV or JSON Lines), grenscheck, hatecheck (also Multilingual HateCheck), rtplx, raters (RTP-LX with the raters' marks), or
    /// table (CSV, TSV, JSON Lines or Parquet with the columns named below).
    #[arg(long, value_name = "KIND", default_value = "table", value_parser = kinds())]
    pub(crate) format: String,
    /// Take rows with this value in this column only; may be given several times.
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = condition)]
    pub(crate) only: Vec<(String, String)>,
    /// Column of the text (kind table).
    #[arg(long, value_name = "COLUMN", default_value = "text")]
    pub(crate) text: String,
    /// Column of the label (kind table).
    #[arg(long, value_name = "COLUMN", default_value = "label")]
    pub(crate) label: String,
    /// Label values that mean "hateful" [default: 1, true] (kind table).
    #[arg(long, value_name = "VALUE", value_delimiter = ',')]
    pub(crate) positive: Vec<String>,
    /// Label values that mean "harmless", beside 0, false, no and none (kind table).
    #[arg(long, value_name = "VALUE", value_delimiter = ',')]
    pub(crate) negative: Vec<String>,
    /// Label values of rows that are left out because people disagree (kind table).
    #[arg(long, value_name = "VALUE", value_delimiter = ',')]
    pub(crate) contested: Vec<String>,
    /// What the label is about: group_hate, 137c or 137d (kind table).
    #[arg(long, value_name = "HEAD", default_value = "group_hate")]
    pub(crate) about: Head,
    /// Column of the id, also in files of predictions.
    #[arg(long, value_name = "COLUMN", default_value = "id")]
    pub(crate) id: String,
    /// Column of the group that a text is about (kind table).
    #[arg(long, value_name = "COLUMN")]
    pub(crate) group: Option<String>,
    /// Column of the functionality that a text tests (kind table).
    #[arg(long, value_name = "COLUMN")]
    pub(crate) functionality: Option<String>,
    /// Column of the template or thread: texts that share it are not independent (kind table).
    #[arg(long, value_name = "COLUMN")]
    pub(crate) cluster: Option<String>,
    /// Licence of the file, for the report (kind table).
    #[arg(long, value_name = "TEXT", default_value = "not stated")]
    pub(crate) licence: String,
    /// Whom to cite, for the report (kind table).
    #[arg(long, value_name = "TEXT", default_value = "not stated")]
    pub(crate) citation: String,
}

fn kinds() -> clap::builder::PossibleValuesParser {
    grens_eval::datasets::NAMED.into_iter().chain(["table"]).collect::<Vec<_>>().into()
}

fn condition(text: &str) -> Result<(String, String), String> {
    let (column, value) = text.split_once('=').ok_or_else(|| format!("{text:?}: write COLUMN=VALUE"))?;
    Ok((column.to_owned(), value.to_owned()))
}

/// Bootstrap draws.
#[derive(Debug, Args)]
pub(crate) struct DrawArgs {
    /// Bootstrap draws behind the intervals; 0 for none.
    #[arg(long, default_value_t = 2000, value_name = "N")]
    pub(crate) draws: u32,
    /// Where the draws' random numbers begin; the same seed gives the same report.
    #[arg(long, default_value_t = 137, value_name = "N")]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) decider: DeciderArgs,
    /// Measure this instead of the model: lexicon, ngrams (the plain baselines), NAME=FILE[#COLUMN][@THRESHOLD] for another system's scores by id,
    /// or NAME=MODEL[#LABEL][@THRESHOLD] for a model directory or hub name.
    #[arg(long, value_name = "SYSTEM", conflicts_with_all = ["model", "policy", "label_map"])]
    pub(crate) system: Option<SystemSpec>,
    #[command(flatten)]
    pub(crate) draws: DrawArgs,
    /// Print the report as JSON (schemas/grens.eval-1.json).
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the report as Markdown, in the columns of lm-evaluation-harness.
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,
    /// Also write the report as one self-contained HTML page.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// End with exit code 10 when a figure is below a value, such as macro_f1=0.8, roc_auc=0.9 or 137c.candidate.precision=0.85; may be given
    /// several times.
    #[arg(long, value_name = "FIGURE=VALUE")]
    pub(crate) fail_under: Vec<Bound>,
    /// The same for figures of which less is better: ece, brier, nll, aurc, false_alarms_per_10k.
    #[arg(long, value_name = "FIGURE=VALUE")]
    pub(crate) fail_over: Vec<Bound>,
    /// List the texts that these training files hold too, whole or by eight words in a row, and measure nothing. Exit code 8 when there are
    /// some.
    #[arg(long, value_name = "TRAIN", num_args = 1..)]
    pub(crate) check_leakage: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) decider: DeciderArgs,
    /// A system beside the model: lexicon, ngrams (the plain baselines), NAME=FILE[#COLUMN][@THRESHOLD] for another system's scores by id, or
    /// NAME=MODEL[#LABEL][@THRESHOLD] for another model (directory or hub name; LABEL is its output for --head). May be given several times.
    #[arg(long, value_name = "SYSTEM", required = true)]
    pub(crate) system: Vec<SystemSpec>,
    /// Leave the model out.
    #[arg(long, conflicts_with_all = ["model", "policy", "label_map"])]
    pub(crate) no_model: bool,
    /// What is compared: group_hate, 137c or 137d.
    #[arg(long, value_name = "HEAD", default_value = "group_hate")]
    pub(crate) head: Head,
    #[command(flatten)]
    pub(crate) draws: DrawArgs,
    /// Print the comparison as JSON (schemas/grens.compare-1.json).
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the comparison as Markdown.
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,
    /// List so many texts that the systems judge differently.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) top: usize,
    /// Show those texts. Hurtful text may appear on the screen.
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    pub(crate) show_text: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CalibrateArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// How each head's map is fitted: temperature, platt, beta or isotonic.
    #[arg(long, value_name = "METHOD", default_value = "beta")]
    pub(crate) method: Method,
    /// Labelled file of the same kind, which shares no text with FILE, to show what the fit is worth.
    #[arg(long, value_name = "TEST")]
    pub(crate) test: PathBuf,
    /// Where to write calibration.json.
    #[arg(long, value_name = "OUT")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ThresholdArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) decider: DeciderArgs,
    /// Precision that candidates must have, with 95% confidence.
    #[arg(long, value_name = "SHARE", default_value_t = 0.9, value_parser = share)]
    pub(crate) precision: f64,
    /// Share of an article's texts that must reach people by this article's own threshold, with 95% confidence. What reaches them by another rule,
    /// such as that for group hate, is not counted.
    #[arg(long, value_name = "SHARE", default_value_t = 0.9, value_parser = share)]
    pub(crate) recall: f64,
    /// Share of hateful posts among those to come, such as 0.01 [default: that of FILE, which is seldom true of a platform].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) prevalence: Option<f64>,
    /// Most candidates in a night, for each article.
    #[arg(long, value_name = "N", requires = "posts_per_night")]
    pub(crate) budget: Option<u64>,
    /// Posts scanned in a night.
    #[arg(long, value_name = "N", requires = "budget")]
    pub(crate) posts_per_night: Option<u64>,
    /// Id of the new policy.
    #[arg(long, value_name = "ID")]
    pub(crate) name: String,
    /// Where to write policy.toml.
    #[arg(long, value_name = "OUT")]
    pub(crate) out: PathBuf,
}

fn share(text: &str) -> Result<f64, String> {
    let value = text.parse().ok().filter(|v: &f64| *v > 0.0 && *v < 1.0);
    value.ok_or_else(|| format!("{text:?} is no share between 0 and 1"))
}
