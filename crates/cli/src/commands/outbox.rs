//! `grens outbox`: what is to go out, and what became of it.

mod why;

use std::io::{BufWriter, Write as _};

use grens_batch::BatchError;
use grens_gateway::database::StoreError;
use grens_gateway::{Added, GatewayError, Night, Outbox, State, Texts, Verdicts, offer};
use grens_law::{Exit, Policy, SendRule, Statute};

use crate::args::{OutboxAddArgs, OutboxArgs, OutboxCommand, OutboxExportArgs, OutboxRetryArgs, PolicyArgs, StateArg};
use crate::failure::{Failure, Outcome};
use crate::locate;
use crate::printer::Printer;

pub(super) fn run(command: &OutboxCommand, printer: &Printer) -> Outcome {
    match command {
        OutboxCommand::Add(args) => add(args, printer),
        OutboxCommand::Status(args) => status(args, printer),
        OutboxCommand::Retry(args) => retry(args, printer),
        OutboxCommand::Export(args) => export(args, printer),
        OutboxCommand::Purge(args) => purge(args, printer),
    }
}

fn purge(args: &OutboxArgs, printer: &Printer) -> Outcome {
    let purged = Outbox::open(&args.outbox)?.purge()?;
    printer.note(&format!("{} records removed; their keys and counts stay", purged.removed));
    if purged.is_log_empty {
        return Ok(Exit::Ok);
    }
    // What was removed may still stand in the write-ahead log.
    Err(GatewayError::from(StoreError::Locked { what: "outbox", path: args.outbox.clone() }).into())
}

/// The policy that says what may go out. No model is loaded for it.
pub(super) fn policy(args: &PolicyArgs) -> Outcome<Policy> {
    if let Some(path) = &args.policy {
        return Ok(Policy::read(path)?);
    }
    let path = std::path::Path::new(&locate::model(args.model.as_deref())).join("policy.toml");
    Policy::read(&path).map_err(|e| Failure::new(Exit::Usage, e).hint("name the policy with --policy FILE"))
}

fn add(args: &OutboxAddArgs, printer: &Printer) -> Outcome {
    let (policy, statute) = (policy(&args.policy)?, Statute::shipped());
    let verdicts = match &args.verdicts {
        Some(path) => Verdicts::read(path, statute)?,
        None => Verdicts::default(),
    };
    let mut nights = vec![];
    for path in &args.nights {
        nights.push(Night::read(path, |post| verdicts.of(post).is_some())?);
    }
    let texts = if args.no_text { Texts::LeftOut } else { Texts::Kept };
    let mut outbox = Outbox::create(&args.outbox.outbox)?;
    if args.why && !args.no_text && policy.send_rule() == SendRule::Candidate {
        why::add(&mut nights, &verdicts, &outbox, &args.policy, printer)?;
    }
    let added = offer(&mut outbox, &nights, &verdicts, &policy, statute, texts)?;
    tell(&added, &policy, printer);
    Ok(Exit::Ok)
}

pub(super) fn tell(added: &Added, policy: &Policy, printer: &Printer) {
    printer.note(&format!(
        "put in: {} notice drafts, {} candidates not yet judged, {} corrections; {} were there already",
        added.notices, added.candidates, added.corrections, added.known
    ));
    if added.kept_in > 0 {
        let rule = policy.send_rule();
        let why = match rule {
            SendRule::HumanConfirmed => "no person has confirmed them",
            SendRule::Candidate => "they are no candidates within the nightly cap",
        };
        printer.note(&format!(
            "{} findings stay in: {why} (policy {}, send = {})",
            added.kept_in,
            policy.id,
            rule.name()
        ));
    }
    if added.not_confirmed > 0 {
        printer.note(&format!("{} posts were not confirmed, and nothing stood about them", added.not_confirmed));
    }
    // Each of these may be a withdrawal that was meant and did not happen.
    for (count, what) in [
        (added.older, "verdicts changed nothing: a newer one on the same post was acted on before"),
        (
            added.unmatched,
            "verdicts withdrew nothing: no finding given and no record has their platform, url, id and text_sha256",
        ),
        (
            added.elsewhere,
            "verdicts changed nothing: what is there with their id and text_sha256 has another platform or url; give those of the finding",
        ),
        (added.without_finding, "verdicts with a yes changed nothing: give the scan that holds their findings too"),
        (
            added.doubtful,
            "candidates stay in: a verdict names their id and text_sha256, under another platform or url; correct it",
        ),
    ] {
        if count > 0 {
            printer.warning(&format!("{count} {what}"));
        }
    }
    if added.without_url > 0 {
        printer.warning(&format!(
            "{} notice drafts have no web address: a notice needs the exact one (DSA 16(2)(b)), and a person must add it",
            added.without_url
        ));
    }
    if added.expired > 0 {
        printer.warning(&format!("{} records are past their retention date and were not put in", added.expired));
    }
}

fn status(args: &OutboxArgs, printer: &Printer) -> Outcome {
    let status = Outbox::open(&args.outbox)?.status()?;
    let mut lines: Vec<String> =
        status.counts.iter().map(|c| format!("{:<18} {:>8}  {}", c.state, c.records, c.schema)).collect();
    if lines.is_empty() {
        lines.push("empty".to_owned());
    }
    lines.extend(status.oldest_pending.iter().map(|at| format!("oldest pending     {at}")));
    lines.extend(status.paused_until.iter().map(|at| format!("paused until       {at}")));
    lines.extend(status.next_try.iter().map(|at| format!("next try           {at}")));
    for letter in &status.dead_letters {
        lines
            .push(format!("dead letter        {}  {}  {}  {}", letter.key, letter.ended_at, letter.schema, letter.why));
    }
    let mut out = printer.data();
    for line in lines {
        writeln!(out, "{line}").map_err(|e| BatchError::output("stdout", e))?;
    }
    Ok(Exit::Ok)
}

fn retry(args: &OutboxRetryArgs, printer: &Printer) -> Outcome {
    let again = Outbox::open(&args.outbox.outbox)?.retry(args.key.as_deref())?;
    printer.note(&format!("{again} dead letters are pending again"));
    if again == 0 && args.key.is_some() {
        return Err(Failure::message(Exit::NoInput, "no dead letter has this key")
            .hint("grens outbox status lists them; what was taken back or is past its retention date stays dead"));
    }
    Ok(Exit::Ok)
}

fn export(args: &OutboxExportArgs, printer: &Printer) -> Outcome {
    let state = args.state.map(|state| match state {
        StateArg::Pending => State::Pending,
        StateArg::Sent => State::Sent,
        StateArg::Dead => State::Dead,
    });
    let mut out = BufWriter::new(printer.data());
    let written = Outbox::open(&args.outbox.outbox)?.export(state, |record| writeln!(out, "{}", record.line()))?;
    written.and_then(|()| out.flush()).map_err(|e| BatchError::output("stdout", e))?;
    Ok(Exit::Ok)
}
