//! `grens review`: people decide what is borderline.

mod export;
mod page;
mod people;
mod upkeep;
mod why;

use std::io::Write as _;

use grens_batch::BatchError;
use grens_law::Exit;
use grens_review::Store;
use grens_review::store::{Context, Detail, Importing, ItemId, Language, Period};

use crate::args::{
    LangArg, ReviewArgs, ReviewCommand, ReviewExplainArgs, ReviewImportArgs, ReviewStatisticsArgs, ReviewVerifyArgs,
};
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

pub(super) fn run(command: &ReviewCommand, printer: &Printer) -> Outcome {
    match command {
        ReviewCommand::Import(args) => import(args, printer),
        ReviewCommand::Serve(args) => page::serve(args, printer),
        ReviewCommand::User(command) => people::run(command, printer),
        ReviewCommand::Status(args) => status(args, printer),
        ReviewCommand::Set(args) => upkeep::set(args, printer),
        ReviewCommand::Verify(args) => verify(args, printer),
        ReviewCommand::Export(args) => export::run(args, printer),
        ReviewCommand::Statistics(args) => statistics(args, printer),
        ReviewCommand::Explain(args) => explain(args, printer),
        ReviewCommand::Reopen(args) => upkeep::reopen(args, printer),
        ReviewCommand::Why(args) => why::run(args, printer),
        ReviewCommand::Backup(args) => upkeep::backup(args, printer),
        ReviewCommand::Purge(args) => upkeep::purge(args, printer),
    }
}

fn open(args: &ReviewArgs) -> Outcome<Store> {
    Ok(Store::open(&args.queue)?)
}

/// The end of the chain, wherever it is cheap to say: noted elsewhere, it shows that what came before was not replaced.
fn tell_end(store: &Store, printer: &Printer) -> Outcome<()> {
    printer.note(&format!("end of the chain: {}", store.end()?));
    Ok(())
}

/// Data on stdout.
fn tell(printer: &Printer, text: &str) -> Outcome<()> {
    let mut out = printer.data();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| BatchError::output("stdout", e))?;
    Ok(())
}

fn import(args: &ReviewImportArgs, printer: &Printer) -> Outcome {
    if args.context.iter().any(|name| name == "-") {
        return Err(Failure::message(Exit::Usage, "--context cannot be standard input: it is read twice"));
    }
    let sources = if args.context.is_empty() {
        vec![]
    } else {
        grens_batch::expand(&args.context, None).map_err(BatchError::from)?
    };
    let context = Context { sources, reading: args.layout.options() };
    let importing = Importing { inputs: args.inputs.clone(), overflow: args.overflow, context };
    let imported = Store::create(&args.queue.queue)?.import(&importing)?;
    printer.note(&format!(
        "put in: {} items, {} of them near repeats; {} were there already",
        imported.items, imported.repeats, imported.known
    ));
    if imported.with_thread > 0 {
        printer.note(&format!("{} items have posts above them in the conversation", imported.with_thread));
    }
    if imported.unread_context > 0 {
        printer.warning(&format!("{} records of the context cannot be used", imported.unread_context));
    }
    if imported.without_text > 0 {
        printer.warning(&format!(
            "{} findings have no text and stay out: nobody could judge them; scan without --no-text",
            imported.without_text
        ));
    }
    if imported.expired > 0 {
        printer.warning(&format!("{} findings are past their retention term and stay out", imported.expired));
    }
    Ok(Exit::Ok)
}

fn status(args: &ReviewArgs, printer: &Printer) -> Outcome {
    let status = open(args)?.status()?;
    let mut lines = vec![];
    let mut line = |name: &str, value: &dyn std::fmt::Display| lines.push(format!("{name:<22} {value}\n"));
    for (lane, items) in &status.open {
        line(&format!("open ({})", lane.name()), items);
    }
    line("in hand", &status.in_hand);
    for (outcome, items) in &status.done {
        line(&format!("done ({outcome})"), items);
    }
    line("erased", &status.erased);
    line("open without why", &status.unexplained);
    if let Some(at) = &status.oldest_found_at {
        line("oldest open, found", at);
    }
    line("end of the chain", &status.end);
    tell(printer, &lines.concat())?;
    Ok(Exit::Ok)
}

fn verify(args: &ReviewVerifyArgs, printer: &Printer) -> Outcome {
    let verified = open(&args.queue)?.verify(&args.noted)?;
    if verified.problems.is_empty() {
        printer.note(&format!(
            "{} entries and {} items are whole; note the end of the chain elsewhere, for --noted",
            verified.entries, verified.items
        ));
        tell(printer, &format!("{}\n", verified.end))?;
        return Ok(Exit::Ok);
    }
    for problem in &verified.problems {
        printer.warning(problem);
    }
    let path = args.queue.queue.display();
    Err(Failure::message(Exit::CheckFailed, format!("the review queue {path} was changed from outside"))
        .hint("use no verdict of it; go back to a copy (grens review backup) that passes, and find out who could write the file"))
}

fn statistics(args: &ReviewStatisticsArgs, printer: &Printer) -> Outcome {
    let by = if args.month { Period::Month } else { Period::Year };
    let detail = if args.protect { Detail::Protected } else { Detail::Exact };
    tell(printer, &open(&args.queue)?.statistics_csv(by, detail)?)?;
    Ok(Exit::Ok)
}

fn explain(args: &ReviewExplainArgs, printer: &Printer) -> Outcome {
    let language = match args.lang {
        LangArg::Nl => Language::Dutch,
        LangArg::En => Language::English,
    };
    tell(printer, &open(&args.queue)?.explain_as_owner(ItemId(args.item), language)?)?;
    Ok(Exit::Ok)
}
