//! The command line as it is typed.

mod gateway;
mod input;
mod measure;
mod review;
mod serve;
mod system;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use grens_batch::{ListFormat, Shard};
use grens_infer::{DeviceChoice, LabelPair};

pub(crate) use gateway::{
    DeliverArgs, OutboxAddArgs, OutboxArgs, OutboxCommand, OutboxExportArgs, OutboxRetryArgs, PolicyArgs, StateArg,
};
pub(crate) use input::{InputArgs, LayoutArgs};
pub(crate) use measure::{CalibrateArgs, CompareArgs, DataArgs, EvalArgs, ThresholdArgs};
pub(crate) use review::{
    LangArg, PasswordArgs, ReviewArgs, ReviewBackupArgs, ReviewCommand, ReviewExplainArgs, ReviewExportArgs,
    ReviewImportArgs, ReviewPurgeArgs, ReviewReopenArgs, ReviewServeArgs, ReviewSetArgs, ReviewStatisticsArgs,
    ReviewUserArgs, ReviewUserCommand, ReviewVerifyArgs, ReviewWhyArgs, RoleArg,
};
pub(crate) use serve::ServeArgs;
pub(crate) use system::SystemSpec;

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
    /// Score posts: one decision record a line out, in input order.
    Score(ScoreArgs),
    /// Scan files of posts and show what people should look at, most confident first.
    Scan(ScanArgs),
    /// Answer over HTTP: the records of `score`, and the /predict of text-embeddings-inference.
    Serve(Box<ServeArgs>),
    /// Make one scan of its shards.
    Merge(MergeArgs),
    /// Remove the records and texts of old scans; their counts stay.
    Purge(PurgeArgs),
    /// Measure a model, a baseline or another system's scores on a labelled set.
    Eval(Box<EvalArgs>),
    /// Compare any number of systems on the same labelled set.
    Compare(Box<CompareArgs>),
    /// Fit a model's calibration to labelled texts and show what it is worth on others.
    Calibrate(Box<CalibrateArgs>),
    /// Choose thresholds that labelled texts can answer for, and write them as a policy.
    Threshold(Box<ThresholdArgs>),
    /// Let people judge what a scan found.
    #[command(subcommand)]
    Review(Box<ReviewCommand>),
    /// Keep what is to go to a flagger gateway.
    #[command(subcommand)]
    Outbox(Box<OutboxCommand>),
    /// Bring what is in the outbox to a flagger gateway, or into a folder.
    Deliver(DeliverArgs),
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
    /// Where to run: auto, cpu, cuda, cuda:N, cuda:N,M (several GPUs) or metal.
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

#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {
    /// File, folder or pattern of posts (JSON Lines, JSON, CSV, TSV, Parquet; plain, .gz or .zst), or - for standard input.
    #[arg(default_value = "-", value_name = "FILE|-")]
    pub(crate) input: String,
    #[command(flatten)]
    pub(crate) decider: DeciderArgs,
    #[command(flatten)]
    pub(crate) reading: InputArgs,
    /// Write every rejected line's place and reason to this file, as JSON Lines.
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Have a post's record within about this time, such as 200ms, of taking it up; costs throughput. Without it a post waits at most 50 ms
    /// for others, and as many as there are by then are scored together. Neither makes a post wait that finds the stage idle, but for 0.2 ms.
    #[arg(long, value_name = "TIME")]
    pub(crate) max_latency: Option<humantime::Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// Files, folders and patterns of posts (JSON Lines, JSON, CSV, TSV, Parquet; plain, .gz or .zst), or - for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) inputs: Vec<String>,
    /// Folder for the results. A scan that was stopped there is continued.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) decider: DeciderArgs,
    #[command(flatten)]
    pub(crate) reading: InputArgs,
    /// Format of the lists: jsonl, csv or parquet.
    #[arg(long, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ListFormat,
    /// Keep the decisions of all posts in DIR/decisions, for research; never the text of a clear post.
    #[arg(long)]
    pub(crate) keep_clear: bool,
    /// Keep no text of any post.
    #[arg(long)]
    pub(crate) no_text: bool,
    /// Do share I of N of the posts; `grens merge` makes one scan of all N.
    #[arg(long, default_value_t = Shard::WHOLE, value_name = "I/N", conflicts_with = "state")]
    pub(crate) shard: Shard,
    /// Folder that remembers posts from night to night: those of earlier scans with the same --state are passed over.
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Write counts to this file in the Prometheus text format, every 10 seconds and at the end.
    #[arg(long, value_name = "FILE")]
    pub(crate) metrics_file: Option<PathBuf>,
    /// Most posts that a crash can cost: after so many what was done is made durable.
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) part_items: u64,
    /// Most seconds of work that a crash can cost.
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    pub(crate) part_seconds: u64,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

/// The table on stdout.
#[derive(Debug, Args)]
pub(crate) struct TableArgs {
    /// Rows of the table on stdout.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) top: usize,
    /// Show the beginning of each post in the table. Hurtful text may appear on the screen.
    #[arg(long)]
    pub(crate) show_text: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// Folders of all shards, in any order.
    #[arg(required = true, value_name = "DIR")]
    pub(crate) shards: Vec<PathBuf>,
    /// Folder for the results.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Format of the lists: jsonl, csv or parquet.
    #[arg(long, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PurgeArgs {
    /// Folders of scans, or folders that hold such folders.
    #[arg(value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    /// What was last written longer ago than this goes, such as 30d, 4weeks or 12h.
    #[arg(long, value_name = "AGE")]
    pub(crate) older_than: humantime::Duration,
    /// Forget posts of nights that long ago in this state folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Show what would go, and remove nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
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
