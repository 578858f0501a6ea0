//! `grens threshold`: thresholds that labelled texts can answer for.

mod policy_file;

use std::fmt::Write as _;
use std::time::SystemTime;

use grens_batch::BatchError;
use grens_eval::datasets::Dataset;
use grens_eval::threshold::{Choice, Shortfall, Wish, candidate, review};
use grens_eval::{EvalError, Head, System};
use grens_law::{Article, Statute};

use super::eval::{ending, load_data, print};
use crate::args::ThresholdArgs;
use crate::failure::Outcome;
use crate::printer::Printer;

pub(super) fn run(args: &ThresholdArgs, printer: &Printer) -> Outcome {
    let data = load_data(&args.data, &args.data.input, printer)?;
    let (decider, _) = super::load_measured(&args.decider)?;
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
        let Rules { candidates, reviews } = rules(&system, &data, article, decider.statute());
        if candidates.is_empty() {
            printer.note(&format!("{article}: the data have no label for it; its thresholds stay as they are"));
            continue;
        }
        match candidate(&candidates, &wish).and_then(|c| Ok((c, review(&reviews, &wish, c.threshold)?))) {
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
    std::fs::write(&args.out, policy_file::text(&policy)?).map_err(|e| BatchError::output(&args.out, e))?;
    print(&lines.join("\n"), printer)?;
    printer.note(&format!("wrote {}; use it with --policy", args.out.display()));
    Ok(ending(data.problems.is_empty()))
}

/// What an article's two rules (`law/decision.rs`) go by, with the label, of every text that has one.
#[derive(Default)]
struct Rules {
    /// The article's score, but 0 where no ground is named that it covers: such a text is no candidate.
    candidates: Vec<(f32, bool)>,
    /// Its score, but 0 where grounds are named and it covers none of them; a text without a named ground goes to people by its score.
    reviews: Vec<(f32, bool)>,
}

fn rules(system: &System, data: &Dataset, article: Article, statute: &Statute) -> Rules {
    let head = match article {
        Article::A137c => Head::A137c,
        Article::A137d => Head::A137d,
    };
    let mut rules = Rules::default();
    let (Some(scores), Some(grounds)) = (system.head(head), &system.grounds) else { return rules };
    for ((example, &score), named) in data.examples.iter().zip(&scores.scores).zip(grounds) {
        let Some(label) = example.gold.of(head) else { continue };
        let is_covered = named.iter().any(|&g| statute.covers(article, g));
        rules.candidates.push((if is_covered { score } else { 0.0 }, label));
        rules.reviews.push((if is_covered || named.is_empty() { score } else { 0.0 }, label));
    }
    rules
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use grens_eval::datasets::{named, read};
    use grens_eval::{HeadScores, SystemRef};
    use grens_law::Ground;

    use super::*;

    #[test]
    fn a_text_without_a_named_ground_goes_to_people_by_its_score() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.tsv");
        let rows = ["1\trace", "1\t-", "1\tgender", "0.5\trace"].map(|r| {
            let (label, grounds) = r.split_once('\t').unwrap();
            format!("f\t1\t{label}\t0\t{grounds}\t-\t-\teen\n")
        });
        let header = "family\tgroup_hate\tart137c\tart137d\tgrounds\tcontext\tgroup\ttext\n";
        std::fs::write(&path, header.to_owned() + &rows.concat()).unwrap();
        let data = read(&path, named("rows").unwrap().as_ref(), &[]).unwrap();
        let made_by: SystemRef = serde_json::from_value(serde_json::json!({
            "kind": "model", "name": "m", "hash": "", "policy": null, "law": null, "licence": "", "citation": "",
        }))
        .unwrap();
        let scores = vec![0.9, 0.8, 0.7, 0.6];
        let thresholds = vec![("review".to_owned(), 0.5)];
        let heads = vec![HeadScores { head: Head::A137c, scores, thresholds, probabilities: true }];
        let grounds = Some(vec![vec![Ground::Race], vec![], vec![Ground::Gender], vec![Ground::Race]]);
        let system = System { name: "m".to_owned(), made_by, heads, bands: None, grounds };
        let Rules { candidates, reviews } = rules(&system, &data, Article::A137c, Statute::shipped());
        assert_eq!(candidates, [(0.9, true), (0.0, true), (0.0, true)]);
        assert_eq!(reviews, [(0.9, true), (0.8, true), (0.0, true)]);
    }
}
