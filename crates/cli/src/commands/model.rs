//! `grens model`: what a model is, and its plain float form.

use std::io::Write as _;

use grens_batch::BatchError;
use grens_infer::{ModelDir, export_hf};
use grens_law::Exit;

use crate::args::{ExportArgs, ModelArgs};
use crate::failure::Outcome;
use crate::locate;
use crate::printer::Printer;

pub(super) fn info(args: &ModelArgs, printer: &Printer) -> Outcome {
    let (dir, scorer) = super::load_scorer(args)?;
    let info = scorer.info();
    let policy = if dir.has_policy() { dir.policy()?.id } else { "none; give one with --policy".to_owned() };
    let verified = if info.verified { "checked against grens.toml" } else { "no grens.toml vouches for the files" };
    let rows = [
        ("model", info.reference.name.clone()),
        ("place", dir.place().display().to_string()),
        ("hash", format!("{} ({verified})", info.reference.hash)),
        ("type", info.model_type.clone()),
        ("runs on", format!("{}, {} threads", info.runs_on, info.threads)),
        ("vocabulary", format!("{} pieces", info.vocab_size)),
        ("reads", format!("{} tokens of a post", info.max_tokens)),
        ("heads", info.heads.join(", ")),
        ("policy", policy),
    ];
    let mut out = printer.data();
    for (name, value) in rows {
        writeln!(out, "{name:<11} {value}").map_err(|e| BatchError::output("stdout", e))?;
    }
    Ok(Exit::Ok)
}

pub(super) fn export(args: &ExportArgs, printer: &Printer) -> Outcome {
    let dir = ModelDir::open(&locate::model(args.model.as_deref()))?;
    let mut out = printer.data();
    for path in export_hf(&dir, &args.hf)? {
        writeln!(out, "{}", path.display()).map_err(|e| BatchError::output("stdout", e))?;
    }
    Ok(Exit::Ok)
}
