//! `grens review why`: the words that weigh most in the scores of open items.

use grens_batch::highlights;
use grens_law::Exit;
use grens_review::store::Evidence;

use super::open;
use crate::args::ReviewWhyArgs;
use crate::commands::load_decider;
use crate::failure::Outcome;
use crate::printer::Printer;
use crate::stop;

/// Items that are scored together, each with a text for every word.
const TOGETHER: u32 = 16;

pub(super) fn run(args: &ReviewWhyArgs, printer: &Printer) -> Outcome {
    let stop = stop::flag();
    let mut store = open(&args.queue)?;
    let decider = load_decider(&args.decider)?;
    let most = args.limit.unwrap_or(u64::MAX);
    let mut done = 0;
    while done < most && !stop.load(std::sync::atomic::Ordering::Relaxed) {
        let room = u32::try_from(most - done).unwrap_or(u32::MAX).min(TOGETHER);
        let items = store.unexplained(decider.model(), room)?;
        if items.is_empty() {
            break;
        }
        let texts: Vec<&str> = items.iter().map(|(_, text)| text.as_str()).collect();
        for ((item, _), found) in items.iter().zip(highlights(&decider, &texts)?) {
            let evidence: Vec<Evidence> = found.into_iter().map(|h| Evidence { span: h.span, drop: h.fall }).collect();
            store.put_evidence(*item, &evidence, decider.model())?;
            done += 1;
        }
    }
    let left = store.status()?.unexplained;
    printer.note(&format!("{done} items have their words; {left} are left"));
    if left > 0 && store.unexplained(decider.model(), 1)?.is_empty() {
        let name = &decider.model().name;
        printer.note(&format!("those were scored by another model than {name}: give theirs with --model DIR"));
    }
    Ok(if stop.load(std::sync::atomic::Ordering::Relaxed) { Exit::Interrupted } else { Exit::Ok })
}
