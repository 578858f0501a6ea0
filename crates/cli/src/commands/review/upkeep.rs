//! Settings, reopening, copies and retention.

use grens_law::Exit;
use grens_review::store::ItemId;

use super::{open, tell, tell_end};
use crate::args::{ReviewBackupArgs, ReviewPurgeArgs, ReviewReopenArgs, ReviewSetArgs};
use crate::failure::Outcome;
use crate::printer::Printer;

pub(super) fn set(args: &ReviewSetArgs, printer: &Printer) -> Outcome {
    let mut store = open(&args.queue)?;
    let before = store.settings()?;
    let mut settings = before;
    settings.blind = args.blind.unwrap_or(settings.blind);
    settings.second_share = args.second_share.unwrap_or(settings.second_share);
    settings.lease_minutes = args.lease_minutes.unwrap_or(settings.lease_minutes);
    settings.batch = args.batch.unwrap_or(settings.batch);
    settings.break_minutes = args.break_minutes.unwrap_or(settings.break_minutes);
    settings.days_unreviewed = args.days_unreviewed.unwrap_or(settings.days_unreviewed);
    settings.days_reviewed = args.days_reviewed.unwrap_or(settings.days_reviewed);
    if settings != before {
        store.set_settings_as_owner(&settings)?;
    }
    let lines = [
        format!("blind            {}", settings.blind),
        format!("second_share     {}", settings.second_share),
        format!("lease_minutes    {}", settings.lease_minutes),
        format!("batch            {}", settings.batch),
        format!("break_minutes    {}", settings.break_minutes),
        format!("days_unreviewed  {}", settings.days_unreviewed),
        format!("days_reviewed    {}", settings.days_reviewed),
    ];
    tell(printer, &(lines.join("\n") + "\n"))?;
    Ok(Exit::Ok)
}

pub(super) fn reopen(args: &ReviewReopenArgs, printer: &Printer) -> Outcome {
    let mut store = open(&args.queue)?;
    let lead = store.user(&args.by)?;
    let entry = store.reopen(&lead, ItemId(args.item), &args.reason)?;
    printer.note(&format!(
        "item {} is reopened (entry {entry}); somebody who has not judged it judges it anew, and the next export takes back what was sent",
        args.item
    ));
    Ok(Exit::Ok)
}

pub(super) fn backup(args: &ReviewBackupArgs, printer: &Printer) -> Outcome {
    let store = open(&args.queue)?;
    store.backup(&args.to)?;
    printer.note(&format!("copied to {}; grens review verify checks it", args.to.display()));
    tell_end(&store, printer)?;
    Ok(Exit::Ok)
}

pub(super) fn purge(args: &ReviewPurgeArgs, printer: &Printer) -> Outcome {
    let purged = open(&args.queue)?.purge(args.dry_run)?;
    let verb = if args.dry_run { "would be erased" } else { "erased" };
    tell(printer, &format!("unreviewed  {}\nreviewed    {}\n", purged.unreviewed, purged.reviewed))?;
    printer.note(&format!("{} items {verb}; their counts and the chain stay", purged.unreviewed + purged.reviewed));
    Ok(Exit::Ok)
}
