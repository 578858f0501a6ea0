//! The command line as it is typed.

mod measure;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use grens_batch::Fields;
use grens_infer::{DeviceChoice, LabelPair};

pub(crate) use measure::{CalibrateArgs, CompareArgs, DataArgs, EvalArgs, SystemSpec, ThresholdArgs};

/// Finds candidate posts under Articles 137c and 137d of the Dutch Penal Code (group insult; incitement to hatred,
/// discrimination or violence), on your own machine. It proposes; people decide.
#[derive(Debug, Parser)]
#[command(name = "grens", version, after_help = exit_codes())]
pub(crate) struct Cli {
    /// Print errors only.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

fn exit_codes() -> String {
    let rows = grens_law::EXIT_CODES.iter().map(|row| format!("  {:>3}  {}\n", row.exit.code(), row.meaning));
    format!("Exit codes:\n{}", rows.collect::<String>())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Score posts: JSON Lines in, one decision record a line out, in input order.
    Score(ScoreArgs),
    /// Scan files of posts and show what people should look at, most confident first.
    Scan(ScanArgs),
    /// Measure a model, a baseline or another system's scores on a labelled set.
    Eval(Box<EvalArgs>),
    /// Compare any number of systems on the same labelled set.
    Compare(Box<CompareArgs>),
    /// Fit a model's calibration to labelled texts and show what it is worth on others.
    Calibrate(Box<CalibrateArgs>),
    /// Choose thresholds that labelled texts can answer for, and write them as a policy.
    Threshold(Box<ThresholdArgs>),
    /// Show or convert a model.
    #[command(subcommand)]
    Model(ModelCommand),
    /// Show what this machine offers and check the model against its golden scores.
    Doctor(ModelArgs),
    /// Print the statute table that decisions are made under.
    Law,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Show what a model is.
    Info(ModelArgs),
    /// Write a model as a plain float checkpoint.
    Export(ExportArgs),
}

/// Which model, how.
#[derive(Debug, Args)]
pub(crate) struct ModelArgs {
    /// Model directory, or a name on the Hugging Face hub (owner/model) [default: the shipped model].
    #[arg(long, value_name = "DIR|NAME")]
    pub(crate) model: Option<String>,
    /// Where to run: auto, cpu, cuda, cuda:N or metal.
    #[arg(long, default_value_t)]
    pub(crate) device: DeviceChoice,
    /// Worker threads; 0 for one per processor.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) threads: usize,
    /// Which label of the model is which head, such as group_hate=hate; may be given several times. Heads: group_hate,
    /// art137c, art137d, race, religion, orientation, disability, gender.
    #[arg(long, value_name = "HEAD=LABEL")]
    pub(crate) label_map: Vec<LabelPair>,
}

/// Model and policy.
#[derive(Debug, Args)]
pub(crate) struct DeciderArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Thresholds [default: the model's own policy.toml].
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

/// Names of the input's fields.
#[derive(Debug, Args)]
pub(crate) struct FieldArgs {
    /// Field that holds a post's id; dots reach into objects.
    #[arg(long, default_value = "id", value_name = "NAME")]
    id_field: String,
    /// Field that holds a post's text; dots reach into objects.
    #[arg(long, default_value = "text", value_name = "NAME")]
    text_field: String,
}

impl FieldArgs {
    pub(crate) fn fields(&self) -> Fields {
        Fields { id: self.id_field.clone(), text: self.text_field.clone() }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {
    /// JSON Lines file, or - for standard input.
    #[arg(default_value = "-", value_name = "FILE|-")]
    pub(crate) input: String,
    #[command(flatten)]
    pub(crate) decider: DeciderArgs,
    #[command(flatten)]
    pub(crate) fields: FieldArgs,
    /// Write every rejected line's place and reason to this file, as JSON Lines.
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// JSON Lines files, or - for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) inputs: Vec<String>,
    /// Folder for the results; it must not hold a scan already.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) decider: DeciderArgs,
    #[command(flatten)]
    pub(crate) fields: FieldArgs,
    /// Rows of the table on stdout.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) top: usize,
    /// Show the beginning of each post in the table. Hurtful text may appear on the screen.
    #[arg(long)]
    pub(crate) show_text: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Folder for a plain Hugging Face checkpoint in F32.
    #[arg(long, value_name = "DIR")]
    pub(crate) hf: PathBuf,
    /// Model directory, or a name on the hub [default: the shipped model].
    #[arg(long, value_name = "DIR|NAME")]
    pub(crate) model: Option<String>,
}
