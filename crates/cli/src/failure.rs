//! An error with its exit code and, where there is one, advice.

use grens_batch::BatchError;
use grens_eval::{EvalError, RecordsError};
use grens_gateway::database::StoreError;
use grens_gateway::{DraftError, GatewayError};
use grens_infer::InferError;
use grens_law::{Exit, PolicyError};
use grens_review::ReviewError;
use grens_review::web::WebError;
use grens_server::ServerError;

use crate::commands::deliver::MAKE_SECRET;
use crate::printer::Printer;

/// Why a command failed.
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    error: anyhow::Error,
    hint: Option<String>,
}

/// Result of a command.
pub(crate) type Outcome<T = Exit> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into(), hint: None }
    }

    pub(crate) fn message(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, error: anyhow::Error::msg(message.into()), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Tell people, unless the reader of stdout went away: that is no failure.
    pub(crate) fn report(&self, printer: &Printer) {
        if self.exit == Exit::Ok {
            return;
        }
        printer.error(&told(&self.error));
        if let Some(hint) = &self.hint {
            printer.hint(hint);
        }
    }
}

/// An error with its causes, each once: most messages hold that of their cause already.
fn told(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

impl From<InferError> for Failure {
    fn from(error: InferError) -> Self {
        let (exit, hint) = match &error {
            InferError::NoModel { .. } => (
                Exit::Model,
                Some(
                    "name a model with --model DIR or GRENS_MODEL; the shipped one is models/grens-nl in the repository",
                ),
            ),
            InferError::Hash { .. } => (Exit::Model, Some("fetch the model again; do not score with a changed one")),
            InferError::Device(_) | InferError::Kernel(_) | InferError::OutOfMemory => (Exit::Device, None),
            #[cfg(feature = "cuda")]
            InferError::Cuda(_) => {
                (Exit::Device, Some("grens doctor shows what is there of CUDA; --device cpu always works"))
            }
            InferError::Write { .. } => (Exit::Output, None),
            InferError::Labels(_) => (Exit::Usage, None),
            InferError::Candle(_) | InferError::Tokenizer(_) | InferError::Threads(_) => (Exit::Failure, None),
            InferError::NotFinite => (
                Exit::Model,
                Some("fetch the model again; GRENS_KERNEL=plain and --device cpu multiply its weights in another way"),
            ),
            InferError::Read { .. }
            | InferError::Policy(_)
            | InferError::Malformed { .. }
            | InferError::Unsupported { .. }
            | InferError::Hub { .. } => (Exit::Model, None),
        };
        Self { hint: hint.map(str::to_owned), ..Self::new(exit, error) }
    }
}

impl From<BatchError> for Failure {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Infer(e) => e.into(),
            BatchError::Closed => Self::new(Exit::Ok, error),
            BatchError::Input { .. } => Self::new(Exit::NoInput, error),
            BatchError::Output { ref source, .. } => {
                let full = is_full(source);
                let failure = Self::new(Exit::Output, error);
                if full {
                    failure.hint("make room, then give the same command again: a scan keeps what it had finished")
                } else {
                    failure
                }
            }
            BatchError::Taken { .. }
            | BatchError::Locked { .. }
            | BatchError::Differs { .. }
            | BatchError::InputChanged { .. }
            | BatchError::Damaged { .. }
            | BatchError::Shards { .. } => {
                let hint = folder_hint(&error);
                Self::new(Exit::Output, error).hint(hint)
            }
            BatchError::TooManyRejects(_) => Self::new(Exit::TooManyRejects, error)
                .hint("look at the rejects above; a wrong --input-format, --preset or field name rejects everything"),
            BatchError::Key(_) => Self::new(Exit::Usage, error)
                .hint("make one with: (umask 077; openssl rand -hex 32 > FILE), and keep it for as long as pseudonyms must stay the same"),
        }
    }
}

/// What to do about a folder that cannot be worked in.
fn folder_hint(error: &BatchError) -> String {
    match error {
        BatchError::Locked { lock, .. } => format!(
            "wait until it ends; if that process is on another machine and surely gone, remove {}",
            lock.display()
        ),
        BatchError::Differs { .. } => {
            "give the same model, policy and flags to go on, or another --out folder to begin anew".to_owned()
        }
        BatchError::InputChanged { .. } => {
            "give the input as it was to go on, or another --out folder to scan the changed one".to_owned()
        }
        BatchError::Damaged { .. } => "it was changed from outside; scan again into another folder".to_owned(),
        BatchError::Shards { .. } => "run the missing shards with the same model, policy, flags and input".to_owned(),
        _ => "give another --out folder".to_owned(),
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        Self::new(Exit::Usage, error)
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        let (exit, hint) = match &error {
            ServerError::Bind { .. } => {
                (Exit::Failure, Some("give another --bind ADDRESS:PORT, or stop what has this one"))
            }
            ServerError::NoKey(_) => (
                Exit::Usage,
                Some(
                    "give one with --api-key-file FILE or GRENS_API_KEY; make it with: (umask 077; openssl rand -hex 32 > FILE)",
                ),
            ),
            ServerError::Limits(_) => (Exit::Usage, Some("raise --max-queue, or lower --max-posts")),
            ServerError::System(_) | ServerError::Metrics(_) => (Exit::Failure, None),
        };
        Self { hint: hint.map(str::to_owned), ..Self::new(exit, error) }
    }
}

impl From<EvalError> for Failure {
    fn from(error: EvalError) -> Self {
        let hint = match &error {
            EvalError::Labels { .. } => {
                Some("say what they mean with --positive, --negative and --contested (kind table), or correct the file")
            }
            EvalError::Records(RecordsError::Format(_)) => Some("rename the file, or name its kind with --format"),
            EvalError::Records(RecordsError::Column { .. }) => {
                Some("name the columns with --text, --label and --id, or the kind with --format")
            }
            EvalError::Records(RecordsError::Read { fault, .. }) => Some(fault.hint.as_str()),
            EvalError::Ids { .. } => Some("give every text an id of its own, and name their column with --id"),
            EvalError::Empty { first, skipped, .. } => match first.first() {
                Some(problem) if !problem.hint.is_empty() => Some(problem.hint.as_str()),
                Some(_) => Some("look at the columns that --text, --label and --format name"),
                None if *skipped > 0 => Some("look at --where and --format"),
                None => None,
            },
            _ => None,
        };
        let hint = hint.map(str::to_owned);
        let failure = match error {
            EvalError::Batch(e) => return e.into(),
            e @ (EvalError::Figure(_) | EvalError::Records(RecordsError::Format(_))) => Self::new(Exit::Usage, e),
            e @ (EvalError::TooLittle(_) | EvalError::Overlap(_)) => Self::new(Exit::CheckFailed, e),
            other => Self::new(Exit::NoInput, other),
        };
        Self { hint, ..failure }
    }
}

impl From<GatewayError> for Failure {
    fn from(error: GatewayError) -> Self {
        use GatewayError as E;
        let (exit, hint) = match &error {
            E::Read { .. } | E::List(_) | E::NoList { .. } | E::Line { .. } => (Exit::NoInput, None),
            E::Draft { source: DraftError::OtherPolicy { .. }, .. } => (
                Exit::Usage,
                Some("give the policy of that scan with --policy FILE: records show its thresholds".to_owned()),
            ),
            E::Draft { source: DraftError::BelowThreshold { .. }, .. } => (
                Exit::Usage,
                Some("give the policy as it was at that scan, or scan again under the changed one; a changed policy needs a new id".to_owned()),
            ),
            E::Draft { .. } => (Exit::NoInput, None),
            E::Store(error) => {
                let (exit, hint) = store(error, "grens outbox add makes it; name it with --outbox FILE");
                (exit, hint.map(str::to_owned))
            }
            E::Write { source, .. } if is_full(source) => (Exit::Output, Some(MAKE_ROOM.to_owned())),
            E::Delivering { .. } => (Exit::Output, Some("one delivery at a time; wait until it ends".to_owned())),
            E::Write { .. } => (Exit::Output, None),
            E::Unencrypted { .. } => {
                (Exit::Usage, Some("use https://; --allow-http lets plain HTTP go to another machine".to_owned()))
            }
            E::Target { .. } => (Exit::Usage, Some("give an address such as https://gateway.example/v1/records".to_owned())),
            E::NoFolder { .. } => {
                (Exit::Usage, Some("make it first, or begin an address with https://".to_owned()))
            }
            E::OtherReceiver { .. } => (
                Exit::Usage,
                Some("give --moved if it is the same receiver at another address; another receiver needs an outbox of its own".to_owned()),
            ),
            E::Turned { status: 401 | 403, .. } => (
                Exit::Refused,
                Some("nothing was lost; check that both sides have the same secret and the right time".to_owned()),
            ),
            E::Turned { .. } => {
                (Exit::Refused, Some("nothing was lost; check the address, and what stands between".to_owned()))
            }
            E::Secret { .. } => (Exit::Usage, Some(format!("make one with: {MAKE_SECRET}"))),
        };
        Self { hint, ..Self::new(exit, error) }
    }
}

impl From<ReviewError> for Failure {
    fn from(error: ReviewError) -> Self {
        use ReviewError as E;
        let error = match error {
            E::Gateway(error) => return error.into(),
            other => other,
        };
        let (exit, hint) = match &error {
            // The reader of stdout went away.
            E::Write { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe => (Exit::Ok, None),
            E::Write { source, .. } if is_full(source) => (Exit::Output, Some(MAKE_ROOM)),
            E::Store(error) => store(error, "grens review import makes it; name it with --queue FILE"),
            E::Write { .. } => (Exit::Output, None),
            E::Context(_) | E::Line { .. } => (Exit::NoInput, None),
            E::Damaged { .. } => (Exit::CheckFailed, Some("grens review verify says more")),
            E::NoItem(_) => (Exit::NoInput, Some("the page shows the numbers of items")),
            E::NoUser => (Exit::NoInput, Some("grens review user list shows who there is")),
            E::UserExists => (Exit::Usage, Some("grens review user list shows who there is")),
            E::Password(_) => (Exit::Usage, Some("a few words that belong to nothing make a good one")),
            E::NotAllowed { .. } => (Exit::Usage, Some("grens review user role gives an account another role")),
            _ => (Exit::Usage, None),
        };
        Self { hint: hint.map(str::to_owned), ..Self::new(exit, error) }
    }
}

impl From<WebError> for Failure {
    fn from(error: WebError) -> Self {
        match error {
            WebError::Server(error) => error.into(),
            WebError::Store(error) => error.into(),
            WebError::Open(_) => Self::new(Exit::Usage, error)
                .hint("listen on 127.0.0.1, or name the proxy's address with --behind-proxy https://..."),
            WebError::Origin(_) => Self::new(Exit::Usage, error).hint("give one such as https://review.example.nl"),
            WebError::System(_) => Self::new(Exit::Failure, error),
        }
    }
}

/// What to do about a store that cannot be used; `missing` is what makes one.
fn store(error: &StoreError, missing: &'static str) -> (Exit, Option<&'static str>) {
    match error {
        StoreError::Missing { .. } => (Exit::NoInput, Some(missing)),
        StoreError::File { source, .. } if is_full(source) => (Exit::Output, Some(MAKE_ROOM)),
        StoreError::Full { .. } => (Exit::Output, Some(MAKE_ROOM)),
        StoreError::Locked { .. } => {
            (Exit::Output, Some("nothing was lost; give the same command again when the other has ended"))
        }
        StoreError::File { .. } | StoreError::Foreign { .. } | StoreError::Database { .. } => (Exit::Output, None),
    }
}

/// What to do about a full disk.
const MAKE_ROOM: &str = "nothing was lost; make room, then give the same command again";

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | FileTooLarge | QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let lost = || io::Error::other("the disk is gone");
        let own = InferError::Read { path: "a.bin".into(), source: lost() };
        assert_eq!(told(&own.into()), "cannot read a.bin: the disk is gone");
        let other = anyhow::Error::new(lost()).context("cannot write b.bin");
        assert_eq!(told(&other), "cannot write b.bin: the disk is gone");
    }
}
