//! What is measured: a model, a baseline, or another system's scores.

use grens_batch::Decider;
use grens_eval::datasets::Dataset;
use grens_eval::{Head, System, baselines};
use grens_infer::{Arithmetic, LabelMap, LabelPair, ModelInfo, Output};

use crate::args::{DataArgs, DeciderArgs, ModelArgs, SystemSpec};
use crate::failure::Outcome;

/// The model that `--model` names, or the shipped one.
pub(super) fn model(args: &DeciderArgs, data: &Dataset) -> Outcome<System> {
    let labels = args.model.label_map.iter().map(|LabelPair(head, output)| (head.as_str(), output));
    scored(&super::load_measured(args)?, labels, data)
}

/// A model's word on a data set, with all that it depends on: which of its labels are which heads, and what it ran on, since processors differ in the
/// last digits.
fn scored<'a>(
    (decider, facts): &(Decider, ModelInfo),
    labels: impl Iterator<Item = (&'a str, &'a Output)>,
    data: &Dataset,
) -> Outcome<System> {
    let mut system = System::model(decider, data)?;
    let settings = &mut system.made_by.settings;
    settings.insert("runs_on".to_owned(), facts.runs_on.clone());
    settings.extend(labels.map(|(head, output)| (format!("label.{head}"), spelled(output))));
    Ok(system)
}

fn spelled(output: &Output) -> String {
    match output {
        Output::Index(index) => index.to_string(),
        Output::Name(name) => name.clone(),
    }
}

/// What `--system` names. `head` is what its scores, its label and its threshold are about; `device`: where a model runs.
pub(super) fn load(
    spec: &SystemSpec,
    args: &DataArgs,
    device: &ModelArgs,
    head: Head,
    data: &Dataset,
) -> Outcome<System> {
    Ok(match spec {
        SystemSpec::Lexicon => baselines::lexicon(data),
        SystemSpec::Ngrams => baselines::ngram(data),
        SystemSpec::Scores { name, file, column, threshold } => {
            System::predictions(name, file, (&args.id, column), (head, *threshold), data)?
        }
        SystemSpec::Model { name, place, label, threshold } => {
            let (dir, scorer) =
                super::load_at(place, label.as_ref().map(|label| only(head, label)), device, Arithmetic::Fastest)?;
            let labels = label.iter().map(|label| (head.field(), label));
            let mut system = scored(&super::own_or_half(&dir, scorer)?, labels, data)?;
            system.name.clone_from(name);
            if let Some(threshold) = threshold {
                system.read_at(head, *threshold);
            }
            system
        }
    })
}

/// A map of labels that knows one head.
fn only(head: Head, label: &Output) -> LabelMap {
    LabelMap::from([(head.field().to_owned(), label.clone())])
}
