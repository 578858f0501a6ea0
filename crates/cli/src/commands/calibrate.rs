//! `grens calibrate`: fit the maps from logits to probabilities, and show what they are worth on other texts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use grens_batch::BatchError;
use grens_eval::calibrate::{Fitted, LEAST, fit};
use grens_eval::datasets::{Dataset, Example};
use grens_eval::metrics::{Ranking, Scored, brier, ece, nll};
use grens_eval::{EvalError, check_overlap};
use grens_infer::{HeadMap, Scorer};
use grens_law::{Exit, Ground, Scores};

use super::eval::{ending, load_data, print};
use crate::args::CalibrateArgs;
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

/// Texts that are scored at a time.
const WINDOW: usize = 512;

pub(super) fn run(args: &CalibrateArgs, printer: &Printer) -> Outcome {
    let data = load_data(&args.data, &args.data.input, printer)?;
    let test = load_data(&args.data, &args.test, printer)?;
    let shared = check_overlap(&data, &test);
    if !shared.is_empty() {
        let first: Vec<String> = shared.iter().take(5).map(|(a, b)| format!("line {a} and line {b}")).collect();
        return Err(EvalError::Overlap(format!(
            "{} and {} share {} texts (eight words in a row or all of it): {}, ...",
            args.data.input.display(),
            args.test.display(),
            shared.len(),
            first.join(", ")
        ))
        .into());
    }
    let (_, scorer) = super::load_scorer(&args.model)?;
    let (fitted_on, measured_on) = (logits(&scorer, &data)?, logits(&scorer, &test)?);

    let mut heads: BTreeMap<&str, HeadMap> = BTreeMap::new();
    let mut table = format!("{:<12} {:>5}  {:<17} {:<17} {:<17}\n", "head", "n", "ECE", "Brier", "NLL");
    for (at, name) in Scores::HEADS.into_iter().enumerate() {
        let Some(old) = scorer.calibration().heads().get(at) else { continue };
        let pairs = pairs(&data, &fitted_on, at);
        let new = if let Some(Fitted { map, is_level }) = fit(args.method, &pairs) {
            if is_level {
                printer.warning(&format!(
                    "{name}: on these texts its scores do not rise with the labels, so that its map is level: look at the labels and at --label-map"
                ));
            }
            map
        } else {
            let hateful = pairs.iter().filter(|p| p.1).count();
            let harmless = pairs.len() - hateful;
            printer.note(&format!(
                "{name}: {hateful} positive and {harmless} negative texts; fewer than {LEAST} of a class: left as it is"
            ));
            old.clone()
        };
        let on = self::pairs(&test, &measured_on, at);
        if let (Some(before), Some(after)) = (worth(old, &on), worth(&new, &on)) {
            let [ece, brier, nll] = [0, 1, 2].map(|i| format!("{:.4} -> {:.4}", before[i], after[i]));
            // Writing to a String cannot fail.
            let _ = writeln!(table, "{name:<12} {:>5}  {ece:<17} {brier:<17} {nll:<17}", on.len());
        }
        heads.insert(name, new);
    }
    let file = serde_json::json!({
        "method": args.method.name(),
        "heads": heads,
        "fitted_on": { "file": name_of(&args.data.input), "sha256": data.sha256, "rows": data.examples.len() },
        "measured_on": { "file": name_of(&args.test), "sha256": test.sha256, "rows": test.examples.len() },
        "model": scorer.info().reference,
    });
    let text = serde_json::to_string_pretty(&file).map_err(|e| Failure::new(Exit::Failure, e))? + "\n";
    std::fs::write(&args.out, text).map_err(|e| BatchError::output(&args.out, e))?;
    print(&table, printer)?;
    printer.note(&format!(
        "wrote {}; to use it, put it into the model's directory as calibration.json and its SHA-256 into grens.toml",
        args.out.display()
    ));
    Ok(ending(data.problems.is_empty() && test.problems.is_empty()))
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn logits(scorer: &Scorer, data: &Dataset) -> Outcome<Vec<[Option<f32>; 8]>> {
    let mut all = Vec::with_capacity(data.examples.len());
    for window in data.examples.chunks(WINDOW) {
        let texts: Vec<&str> = window.iter().map(|e| e.post.text.as_str()).collect();
        all.extend(scorer.head_logits(&texts)?);
    }
    Ok(all)
}

/// Label of a head, in the order of [`Scores::HEADS`].
fn label(example: &Example, head: usize) -> Option<bool> {
    match head {
        0 => example.gold.group_hate,
        1 => example.gold.art137c,
        2 => example.gold.art137d,
        n => {
            let ground = Ground::ALL.get(n - 3)?;
            Some(example.grounds.as_ref()?.contains(ground))
        }
    }
}

fn pairs(data: &Dataset, logits: &[[Option<f32>; 8]], head: usize) -> Vec<(f64, bool)> {
    let rows = data.examples.iter().zip(logits);
    rows.filter_map(|(e, l)| Some((f64::from((*l.get(head)?)?), label(e, head)?))).collect()
}

/// ECE, Brier score and likelihood of a map; nothing where a class is missing.
#[allow(clippy::cast_possible_truncation, reason = "logits are single precision")]
fn worth(map: &HeadMap, pairs: &[(f64, bool)]) -> Option<[f64; 3]> {
    let texts: Vec<Scored> = pairs
        .iter()
        .map(|&(logit, hateful)| Scored { score: map.probability(logit as f32), hateful, cluster: 0 })
        .collect();
    let ranking = Ranking::new(&texts);
    let (scores, steps) = (ranking.scores(), ranking.steps());
    texts.iter().any(|t| t.hateful).then_some(())?;
    Some([ece(scores, &steps)?, brier(scores, &steps)?.score, nll(scores, &steps)?])
}
