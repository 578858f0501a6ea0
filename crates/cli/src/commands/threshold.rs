//! `grens threshold`: thresholds that labelled texts can answer for.

use std::fmt::Write as _;
use std::time::SystemTime;

use grens_batch::BatchError;
use grens_eval::datasets::Dataset;
use grens_eval::threshold::{Choice, Shortfall, Wish, candidate, review};
use grens_eval::{EvalError, Head, System};
use grens_law::{Article, Exit, Policy, Statute};

use super::eval::{load_data, print};
use crate::args::ThresholdArgs;
use crate::failure::Outcome;
use crate::printer::Printer;

pub(super) fn run(args: &ThresholdArgs, printer: &Printer) -> Outcome {
    let data = load_data(&args.data, &args.data.input, printer)?;
    let decider = super::load_measured(&args.decider)?;
    let system = System::model(&decider, &data)?;
    let wish = Wish {
        precision: args.precision,
        recall: args.recall,
        prevalence: args.prevalence,
        budget: args.budget.zip(args.posts_per_night),
    };
    let mut policy = decider.policy().clone();
    policy.id.clone_from(&args.name);
    let (mut lines, mut refused) = (vec![], vec![]);
    for article in Article::ALL {
        let texts = texts(&system, &data, article, decider.statute());
        if texts.is_empty() {
            printer.note(&format!("{article}: the data have no label for it; its thresholds stay as they are"));
            continue;
        }
        match candidate(&texts, &wish).and_then(|c| Ok((c, review(&texts, &wish, c.threshold)?))) {
            Ok((c, r)) => {
                let thresholds = match article {
                    Article::A137c => &mut policy.a137c,
                    Article::A137d => &mut policy.a137d,
                };
                (thresholds.candidate, thresholds.review) = (c.threshold, r.threshold);
                if let Some(cap) = args.budget {
                    thresholds.nightly_cap = usize::try_from(cap).unwrap_or(usize::MAX);
                }
                lines.push(describe(article, &c, &r));
            }
            Err(why) => refused.push(format!("{article}: {}", explain(&why, &wish))),
        }
    }
    if !refused.is_empty() {
        return Err(EvalError::TooLittle(format!("no policy was written. {}", refused.join("; "))).into());
    }
    if lines.is_empty() {
        return Err(EvalError::TooLittle("no policy was written: the data label neither article".to_owned()).into());
    }
    policy.note = note(&lines, args, &data, &system);
    let text = to_toml(&policy);
    // What is written can be read again, by the same code as everywhere.
    Policy::parse(&text)?;
    std::fs::write(&args.out, &text).map_err(|e| BatchError::output(&args.out, e))?;
    print(&lines.join("\n"), printer)?;
    printer.note(&format!("wrote {}; use it with --policy", args.out.display()));
    Ok(Exit::Ok)
}

/// What the article's rule goes by: its score, but 0 where grounds are named and none is covered, or none is named at all.
fn texts(system: &System, data: &Dataset, article: Article, statute: &Statute) -> Vec<(f32, bool)> {
    let head = match article {
        Article::A137c => Head::A137c,
        Article::A137d => Head::A137d,
    };
    let (Some(scores), Some(grounds)) = (system.head(head), &system.grounds) else { return vec![] };
    let rows = data.examples.iter().zip(&scores.scores).zip(grounds);
    rows.filter_map(|((example, score), named)| {
        let covered = named.iter().any(|&g| statute.covers(article, g));
        Some((if covered { *score } else { 0.0 }, example.gold.of(head)?))
    })
    .collect()
}

fn describe(article: Article, c: &Choice, r: &Choice) -> String {
    let mut text = format!(
        "{article}: candidate {}, precision {:.3}, at least {:.3}; review {}, recall {:.3}, at least {:.3}",
        c.threshold, c.measured, c.bound, r.threshold, r.measured, r.bound
    );
    if let Some(n) = c.per_night {
        // Writing to a String cannot fail.
        let _ = write!(text, "; about {n:.1} candidates a night");
    }
    text
}

fn explain(why: &Shortfall, wish: &Wish) -> String {
    match why {
        Shortfall::Labels { threshold, bound, more } => format!(
            "at {threshold}, the nearest, the data answer for {bound:.3} only; about {} more labelled texts of the same kind would do",
            rounded(*more)
        ),
        Shortfall::Model { threshold, measured } => format!(
            "at {threshold}, the nearest, {measured:.3} was measured; more labels will not help, ask for less or train more"
        ),
        Shortfall::Budget { per_night } => format!(
            "even the highest threshold gives about {per_night:.0} candidates a night{}, the budget is {}",
            if wish.prevalence.is_none() { " at the prevalence of the data (--prevalence states another)" } else { "" },
            wish.budget.map_or(0, |b| b.0)
        ),
        Shortfall::Empty => "the data have only one class".to_owned(),
    }
}

/// Two figures: the number is an estimate.
fn rounded(n: u64) -> u64 {
    let unit = 10_u64.pow(n.max(1).ilog10().saturating_sub(1));
    n.div_ceil(unit) * unit
}

fn note(lines: &[String], args: &ThresholdArgs, data: &Dataset, system: &System) -> String {
    let prevalence = args.prevalence.map_or_else(|| "that of the data".to_owned(), |p| p.to_string());
    let file = args.data.input.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
    format!(
        "{}. Wanted: precision {}, recall {}, prevalence {prevalence}. Bounds: Clopper-Pearson, one-sided, 95%, assuming that the texts to come are drawn, each by itself, like those of {file} \
         ({} rows, sha256 {}). Model {} ({}). {}",
        lines.join(". "),
        args.precision,
        args.recall,
        data.examples.len(),
        data.sha256,
        system.made_by.name,
        system.made_by.hash,
        today(),
    )
}

/// Today, UTC, as 2026-11-22.
fn today() -> String {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    now.get(..10).unwrap_or_default().to_owned()
}

fn to_toml(policy: &Policy) -> String {
    // A JSON string is a basic string of TOML.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut text = format!("id = {}\nnote = {}\n", quoted(&policy.id), quoted(&policy.note));
    for article in Article::ALL {
        let t = policy.article(article);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[{article}]\ncandidate = {:?}\nreview = {:?}\nnightly_cap = {}\n",
            t.candidate, t.review, t.nightly_cap
        );
    }
    let _ = write!(text, "\n[group_hate]\nreview = {:?}\n", policy.group_hate.review);
    let _ = write!(text, "\n[grounds]\nnamed = {:?}\n", policy.grounds.named);
    text
}
