//! The words that weigh most in the scores of candidates that go out before anybody has judged them.

use grens_batch::highlights;
use grens_gateway::{Found, Night, Outbox, Verdicts};
use grens_infer::DeviceChoice;

use crate::args::{DeciderArgs, ModelArgs, PolicyArgs};
use crate::commands::load_decider;
use crate::failure::Outcome;
use crate::printer::Printer;

/// Candidates that are scored together, each with a text for every word.
const TOGETHER: usize = 16;

/// Put them beside the findings that `offer` will make new records of. What is in the outbox already keeps the words that it has, so that each is looked at once.
pub(super) fn add(
    nights: &mut [Night],
    verdicts: &Verdicts,
    outbox: &Outbox,
    args: &PolicyArgs,
    printer: &Printer,
) -> Outcome<()> {
    let mut news: Vec<&mut Found> = vec![];
    for found in nights.iter_mut().flat_map(|night| &mut night.findings) {
        if found.finding.text.is_some() && outbox.is_news(found, verdicts)? {
            news.push(found);
        }
    }
    if news.is_empty() {
        return Ok(());
    }
    let model = ModelArgs { model: args.model.clone(), device: DeviceChoice::default(), threads: 0, label_map: vec![] };
    let decider = load_decider(&DeciderArgs { model, policy: args.policy.clone() })?;
    // Another model's words would explain another score.
    let all = news.len();
    news.retain(|found| found.finding.decision.model.hash == decider.model().hash);
    for group in news.chunks_mut(TOGETHER) {
        let texts: Vec<&str> = group.iter().map(|found| found.finding.text.as_deref().unwrap_or_default()).collect();
        let words = highlights(&decider, &texts)?;
        for (found, words) in group.iter_mut().zip(words) {
            found.evidence = words.into_iter().map(|word| word.span).collect();
            found.evidence.sort_unstable_by_key(|span| span.start);
        }
    }
    printer.note(&format!("{} candidates have the words that weigh most in their scores", news.len()));
    if news.len() < all {
        let name = &decider.model().name;
        printer.warning(&format!(
            "{} candidates were scored by another model than {name} and have none: give theirs with --model DIR",
            all - news.len()
        ));
    }
    Ok(())
}
