//! One file a command.

mod calibrate;
mod compare;
pub(crate) mod deliver;
mod doctor;
mod eval;
mod law;
mod merge;
mod model;
mod outbox;
mod purge;
mod rejects;
mod review;
mod scan;
mod score;
mod serve;
mod system;
mod threshold;

use grens_batch::Decider;
use grens_infer::{Arithmetic, LabelMap, LabelPair, ModelDir, ModelInfo, Scorer, ScorerOptions};
use grens_law::Policy;

use crate::args::{Command, DeciderArgs, ModelArgs, ModelCommand};
use crate::failure::Outcome;
use crate::locate;
use crate::printer::Printer;

/// Run a command.
pub(crate) fn run(command: &Command, printer: &Printer) -> Outcome {
    match command {
        Command::Score(args) => score::run(args, printer),
        Command::Scan(args) => scan::run(args, printer),
        Command::Serve(args) => serve::run(args, printer),
        Command::Merge(args) => merge::run(args, printer),
        Command::Purge(args) => purge::run(args, printer),
        Command::Eval(args) => eval::run(args, printer),
        Command::Compare(args) => compare::run(args, printer),
        Command::Calibrate(args) => calibrate::run(args, printer),
        Command::Threshold(args) => threshold::run(args, printer),
        Command::Review(command) => review::run(command, printer),
        Command::Outbox(command) => outbox::run(command, printer),
        Command::Deliver(args) => deliver::run(args, printer),
        Command::Model(ModelCommand::Info(args)) => model::info(args, printer),
        Command::Model(ModelCommand::Export(args)) => model::export(args, printer),
        Command::Doctor(args) => doctor::run(args, printer),
        Command::Law => law::run(printer),
    }
}

/// Open and load the model that the arguments name.
fn load_scorer(args: &ModelArgs) -> Outcome<(ModelDir, Scorer)> {
    load_scorer_in(args, Arithmetic::Fastest)
}

fn load_scorer_in(args: &ModelArgs, arithmetic: Arithmetic) -> Outcome<(ModelDir, Scorer)> {
    let labels: Option<LabelMap> = (!args.label_map.is_empty())
        .then(|| args.label_map.iter().cloned().map(|LabelPair(head, output)| (head, output)).collect());
    load_at(&locate::model(args.model.as_deref()), labels, args, arithmetic)
}

/// Open and load the model at a place, on the device that the arguments name.
fn load_at(
    place: &str,
    labels: Option<LabelMap>,
    args: &ModelArgs,
    arithmetic: Arithmetic,
) -> Outcome<(ModelDir, Scorer)> {
    let dir = ModelDir::open(place)?;
    // What is shared out beside scoring (lists, near repeats, bootstrap draws) keeps to as many threads. It fails only when they are there already.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global();
    let options = ScorerOptions { device: args.device.clone(), threads: args.threads, labels, arithmetic };
    let scorer = Scorer::load(&dir, &options)?;
    Ok((dir, scorer))
}

/// Model and policy, ready to decide.
fn load_decider(args: &DeciderArgs) -> Outcome<Decider> {
    load_decider_with_facts(args).map(|(decider, _)| decider)
}

fn load_decider_with_facts(args: &DeciderArgs) -> Outcome<(Decider, ModelInfo)> {
    // The policy first: it is cheap to refuse.
    let given = args.policy.as_deref().map(Policy::read).transpose()?;
    let (dir, scorer) = load_scorer(&args.model)?;
    let policy = match given {
        Some(policy) => policy,
        None => dir.policy()?,
    };
    let facts = scorer.info().clone();
    Ok((Decider::new(scorer, policy), facts))
}

/// As [`load_decider_with_facts`], for measuring: a model without a policy of its own is read at 0.5 everywhere.
fn load_measured(args: &DeciderArgs) -> Outcome<(Decider, ModelInfo)> {
    if args.policy.is_some() {
        return load_decider_with_facts(args);
    }
    let (dir, scorer) = load_scorer(&args.model)?;
    own_or_half(&dir, scorer)
}

fn own_or_half(dir: &ModelDir, scorer: Scorer) -> Outcome<(Decider, ModelInfo)> {
    let policy = if dir.has_policy() { dir.policy()? } else { grens_eval::half_policy() };
    let facts = scorer.info().clone();
    Ok((Decider::new(scorer, policy), facts))
}
