//! `grens review` as it is typed.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{DeciderArgs, LayoutArgs, PolicyArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum ReviewCommand {
    /// Put in what a scan found, for people to judge.
    Import(ReviewImportArgs),
    /// Open the page on which people judge.
    Serve(ReviewServeArgs),
    /// Make, list and change accounts.
    #[command(subcommand)]
    User(ReviewUserCommand),
    /// Show what the queue holds.
    Status(ReviewArgs),
    /// Show or change the settings of the queue.
    Set(ReviewSetArgs),
    /// Check that nobody has changed what people decided.
    Verify(ReviewVerifyArgs),
    /// Write verdicts, labelled rows or pseudonymised rows, or fill an outbox.
    Export(ReviewExportArgs),
    /// Count by article, ground, platform and outcome, as CSV. Nothing personal.
    Statistics(ReviewStatisticsArgs),
    /// Tell in plain words what was found in a post, why, and what people decided; fit to hand to a citizen.
    Explain(ReviewExplainArgs),
    /// Reopen what was judged: somebody objected. Another person judges it anew.
    Reopen(ReviewReopenArgs),
    /// Find the words that weigh most in the scores of open items, by leaving each out.
    Why(ReviewWhyArgs),
    /// Copy the queue; people may go on judging meanwhile.
    Backup(ReviewBackupArgs),
    /// Erase the texts of items past their retention term; their counts stay.
    Purge(ReviewPurgeArgs),
}

/// Which queue.
#[derive(Debug, Args)]
pub(crate) struct ReviewArgs {
    /// The queue, an SQLite file.
    #[arg(long, value_name = "FILE")]
    pub(crate) queue: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewImportArgs {
    /// Folders of finished scans, or lists of findings, in any format that a scan writes.
    #[arg(required = true, value_name = "NIGHT_DIR|FILE")]
    pub(crate) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
    /// Of folders also what the policy's nightly cap left out.
    #[arg(long)]
    pub(crate) overflow: bool,
    /// Files of posts in which the posts stand that findings answer, such as what was scanned: the conversation above a finding is kept with it. May be given more than
    /// once; the flags below say how they are laid out.
    #[arg(long, value_name = "FILE|FOLDER")]
    pub(crate) context: Vec<String>,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewServeArgs {
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
    /// Where to listen; port 0 takes a free one and stderr says which.
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDRESS:PORT")]
    pub(crate) bind: SocketAddr,
    /// The address that people open, when a proxy with TLS stands before the page, such as https://review.example.nl.
    #[arg(long, value_name = "URL")]
    pub(crate) behind_proxy: Option<String>,
    /// Where that proxy asks from, when it runs on another machine or in another container; may be given more than once.
    #[arg(long, value_name = "IP", requires = "behind_proxy")]
    pub(crate) proxy_address: Vec<IpAddr>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReviewUserCommand {
    /// Make an account.
    Add(ReviewUserAddArgs),
    /// List accounts: name, pseudonym, role.
    List(ReviewArgs),
    /// Take an account out of use. Its verdicts stay.
    Disable(ReviewUserArgs),
    /// Take an account into use again.
    Enable(ReviewUserArgs),
    /// Give an account a new password.
    Password(ReviewPasswordArgs),
    /// Give an account another role.
    Role(ReviewRoleArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ReviewUserArgs {
    /// The name that the person logs in with.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewUserAddArgs {
    #[command(flatten)]
    pub(crate) user: ReviewUserArgs,
    /// What the person may.
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: RoleArg,
    /// What verdicts carry instead of the name [default: drawn].
    #[arg(long, value_name = "PSEUDONYM")]
    pub(crate) pseudonym: Option<String>,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewPasswordArgs {
    #[command(flatten)]
    pub(crate) user: ReviewUserArgs,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewRoleArgs {
    #[command(flatten)]
    pub(crate) user: ReviewUserArgs,
    /// What the person may.
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: RoleArg,
}

/// Where a password comes from. There is no flag for the password itself: what is typed can be read by every process.
#[derive(Debug, Args)]
pub(crate) struct PasswordArgs {
    /// File whose first line is the password, or - for standard input [default: asked for, without echo].
    #[arg(long, value_name = "FILE|-")]
    pub(crate) password_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RoleArg {
    /// Statistics and pseudonymised rows, and no item.
    Researcher,
    /// Judges items.
    Moderator,
    /// Judges, decides between two, reopens and sets.
    Lead,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewSetArgs {
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
    /// Hide the program's proposal until the person has judged.
    #[arg(long, value_name = "YES|NO", action = clap::ArgAction::Set)]
    pub(crate) blind: Option<bool>,
    /// Share of items, imported from now on, that two people judge: 0 to 1.
    #[arg(long, value_name = "SHARE")]
    pub(crate) second_share: Option<f64>,
    /// Minutes that an item stays in hand without a sign of life.
    #[arg(long, value_name = "MINUTES")]
    pub(crate) lease_minutes: Option<u32>,
    /// Items after which the page proposes to stop; 0 for never.
    #[arg(long, value_name = "N")]
    pub(crate) batch: Option<u32>,
    /// Minutes after which the page proposes a break; 0 for never.
    #[arg(long, value_name = "MINUTES")]
    pub(crate) break_minutes: Option<u32>,
    /// Days that an item is kept that nobody has judged.
    #[arg(long, value_name = "DAYS")]
    pub(crate) days_unreviewed: Option<u32>,
    /// Days that a judged item is kept after its last verdict.
    #[arg(long, value_name = "DAYS")]
    pub(crate) days_reviewed: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewVerifyArgs {
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
    /// An end of the chain that was noted earlier, such as 812:6f0c...; may be given several times.
    #[arg(long, value_name = "ENTRY:HASH")]
    pub(crate) noted: Vec<grens_review::store::ChainEnd>,
}

#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = false, args = ["labels", "verdicts", "pseudonymised", "outbox"])]
pub(crate) struct ReviewExportArgs {
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
    /// Labelled rows for grens eval and the training script: .tsv, or .jsonl; - for standard output, as JSON Lines.
    #[arg(long, value_name = "FILE|-")]
    pub(crate) labels: Option<PathBuf>,
    /// The newest verdict on each item as grens.verdict/1, for grens outbox add --verdicts; - for standard output.
    #[arg(long, value_name = "FILE|-")]
    pub(crate) verdicts: Option<PathBuf>,
    /// Rows for research, without text, place or day, under names that change with every export; - for standard output.
    #[arg(long, value_name = "FILE|-")]
    pub(crate) pseudonymised: Option<PathBuf>,
    /// Put drafts of notices of what people confirmed, and corrections of what they took back, into this outbox.
    #[arg(long, value_name = "FILE")]
    pub(crate) outbox: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}

#[derive(Debug, Args)]
#[group(id = "period", required = true, multiple = false, args = ["month", "year"])]
pub(crate) struct ReviewStatisticsArgs {
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
    /// By month.
    #[arg(long)]
    pub(crate) month: bool,
    /// By year.
    #[arg(long)]
    pub(crate) year: bool,
    /// For publication: counts below 5 are not told, and all others are rounded down to a multiple of 5.
    #[arg(long)]
    pub(crate) protect: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewExplainArgs {
    /// Number of the item.
    #[arg(value_name = "ID")]
    pub(crate) item: i64,
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
    /// Language of the text.
    #[arg(long, default_value = "nl", value_name = "LANGUAGE")]
    pub(crate) lang: LangArg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LangArg {
    /// Dutch.
    Nl,
    /// English.
    En,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewReopenArgs {
    /// Number of the item.
    #[arg(value_name = "ID")]
    pub(crate) item: i64,
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
    /// Why: what the objection says. Kept until the item is erased; never sent out.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Name of the lead who reopens it.
    #[arg(long, value_name = "NAME")]
    pub(crate) by: String,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewWhyArgs {
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
    #[command(flatten)]
    pub(crate) decider: DeciderArgs,
    /// Do at most so many items, those first that come first in the queue.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewBackupArgs {
    /// Where to; must not be there yet.
    #[arg(value_name = "FILE")]
    pub(crate) to: PathBuf,
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewPurgeArgs {
    #[command(flatten)]
    pub(crate) queue: ReviewArgs,
    /// Show what would go, and erase nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}
