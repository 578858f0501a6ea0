//! What is measured: a model, a baseline, or another system's scores.

use grens_eval::datasets::Dataset;
use grens_eval::{Head, System, baselines};
use grens_infer::{Arithmetic, LabelMap, Output};

use crate::args::{DataArgs, DeciderArgs, ModelArgs, SystemSpec};
use crate::failure::Outcome;

/// The model that `--model` names, or the shipped one.
pub(super) fn model(args: &DeciderArgs, data: &Dataset) -> Outcome<System> {
    Ok(System::model(&super::load_measured(args)?, data)?)
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
            let mut system = System::model(&super::own_or_half(&dir, scorer)?, data)?;
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
