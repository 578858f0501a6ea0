//! `grens outbox` and `grens deliver` as they are typed.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum OutboxCommand {
    /// Put in what a scan found: what people have confirmed, and with the policy's leave what nobody has judged yet.
    Add(OutboxAddArgs),
    /// Show what is pending, sent and dead.
    Status(OutboxArgs),
    /// Take dead letters up again, and end a pause that the receiver asked for.
    Retry(OutboxRetryArgs),
    /// Write records as JSON Lines to stdout, each with its state.
    Export(OutboxExportArgs),
    /// Remove records whose retention date has passed; their keys and counts stay.
    Purge(OutboxArgs),
}

/// Which outbox.
#[derive(Debug, Args)]
pub(crate) struct OutboxArgs {
    /// The outbox, an SQLite file.
    #[arg(long, value_name = "FILE")]
    pub(crate) outbox: PathBuf,
}

/// Under which policy. Its `[gateway] send` says what may go out.
#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    /// Policy [default: the model's own policy.toml].
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Model directory whose policy counts, where --policy is not given [default: the shipped model].
    #[arg(long, value_name = "DIR")]
    pub(crate) model: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct OutboxAddArgs {
    /// Folders of finished scans, or their lists, in any format that a scan writes. Without any, the verdicts alone are looked at: they can take back what was sent.
    #[arg(value_name = "NIGHT_DIR|FILE", required_unless_present = "verdicts")]
    pub(crate) nights: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) outbox: OutboxArgs,
    /// What people decided: grens.verdict/1 records, JSON Lines.
    #[arg(long, value_name = "FILE")]
    pub(crate) verdicts: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Put no text of a post in, and no quote of it. The reviewers' own words stay.
    #[arg(long)]
    pub(crate) no_text: bool,
    /// Put the words that weigh most in its score beside each candidate that goes out unjudged: found by leaving each word out, with the model of --model.
    #[arg(long, conflicts_with = "no_text")]
    pub(crate) why: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OutboxRetryArgs {
    #[command(flatten)]
    pub(crate) outbox: OutboxArgs,
    /// Only the record with this key.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct OutboxExportArgs {
    #[command(flatten)]
    pub(crate) outbox: OutboxArgs,
    /// Only records in this state.
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<StateArg>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum StateArg {
    Pending,
    Sent,
    Dead,
}

#[derive(Debug, Args)]
pub(crate) struct DeliverArgs {
    /// Where to: an https:// address, or a folder that is there, for one JSON file a record.
    #[arg(long, value_name = "URL|DIR")]
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) outbox: OutboxArgs,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// File with the secret that signs deliveries, its owner's alone [default: GRENS_DELIVER_SECRET].
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// Tries of a record until it becomes a dead letter.
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_tries: u32,
    /// Longest time for one record's exchange.
    #[arg(long, default_value = "30s", value_name = "TIME")]
    pub(crate) timeout: humantime::Duration,
    /// Longest wait after a first failure; it doubles from try to try.
    #[arg(long, default_value = "2s", value_name = "TIME")]
    pub(crate) backoff: humantime::Duration,
    /// Longest wait at all.
    #[arg(long, default_value = "1h", value_name = "TIME")]
    pub(crate) max_backoff: humantime::Duration,
    /// Try what is due now and end, instead of waiting until every record is sent or dead. For timers.
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// This is another address or folder of the receiver that took earlier records; else an outbox delivers to one place alone.
    #[arg(long)]
    pub(crate) moved: bool,
    /// Let records pass a network unencrypted. Plain HTTP to this machine needs no leave.
    #[arg(long)]
    pub(crate) allow_http: bool,
}
