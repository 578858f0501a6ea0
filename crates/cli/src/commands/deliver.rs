//! `grens deliver`: what is in the outbox goes to a receiver or into a folder.

use std::path::Path;

use grens_gateway::{
    Backoff, DeliverOptions, Delivered, Folder, HttpOptions, Outbox, Receiver, Secret, Target, deliver,
};
use grens_law::Exit;

use super::outbox::policy;
use crate::args::DeliverArgs;
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;
use crate::{env, stop};

pub(super) fn run(args: &DeliverArgs, printer: &Printer) -> Outcome {
    let stop = stop::flag();
    let policy = policy(&args.policy)?;
    let mut target = target(args)?;
    let outbox = Outbox::open(&args.outbox.outbox)?;
    let options = DeliverOptions {
        rule: policy.send_rule(),
        max_tries: args.max_tries,
        backoff: Backoff { base: args.backoff.into(), most: args.max_backoff.into() },
        wait: !args.no_wait,
        has_moved: args.moved,
        ..DeliverOptions::default()
    };
    let done = deliver(&outbox, target.as_mut(), &options, stop, &mut |text| printer.note(text))?;
    tell(&done, &target.name(), policy.send_rule().name(), printer);
    Ok(if done.stopped {
        Exit::Interrupted
    } else if done.refused + done.given_up > 0 {
        Exit::Refused
    } else if done.left > 0 {
        Exit::Undelivered
    } else {
        Exit::Ok
    })
}

fn target(args: &DeliverArgs) -> Outcome<Box<dyn Target>> {
    if !args.to.contains("://") {
        return Ok(Box::new(Folder::open(Path::new(&args.to))?));
    }
    let options = HttpOptions { timeout: args.timeout.into(), allow_http: args.allow_http };
    Ok(Box::new(Receiver::new(&args.to, secret(args)?, options)?))
}

/// The secret out of a file or the environment. There is no flag for it: what is typed can be read by every process.
fn secret(args: &DeliverArgs) -> Outcome<Secret> {
    if let Some(path) = &args.secret_file {
        return Ok(Secret::read(path)?);
    }
    match std::env::var(env::DELIVER_SECRET) {
        Ok(secret) if !secret.is_empty() => Ok(Secret::new(env::DELIVER_SECRET, secret.as_bytes())?),
        _ => Err(Failure::message(Exit::Usage, "deliveries are signed, and there is no secret")
            .hint(format!("give --secret-file FILE or set {}; make one with: {MAKE_SECRET}", env::DELIVER_SECRET))),
    }
}

/// How to make a secret.
pub(crate) const MAKE_SECRET: &str = "(umask 077; openssl rand -hex 32 > FILE)";

fn tell(done: &Delivered, to: &str, rule: &str, printer: &Printer) {
    let mut text = format!("{} records sent to {to}", done.sent);
    for (count, what) in [
        (done.refused, "refused"),
        (done.given_up, "given up"),
        (done.expired, "past their retention date and removed"),
        (done.left, "left for the next run"),
    ] {
        if count > 0 {
            text += &format!(", {count} {what}");
        }
    }
    printer.note(&text);
    if done.held > 0 {
        printer.note(&format!("{} candidates that nobody has judged stay in (send = {rule})", done.held));
    }
    if done.refused + done.given_up > 0 {
        printer.hint("grens outbox status lists the dead letters, grens outbox retry takes them up again");
    }
    if done.stopped {
        printer.warning("stopped after the record in hand; the same command goes on");
    }
}
