//! Figures as people write and order them.

use std::collections::BTreeMap;

use super::Estimate;

/// All figures, in the order in which they are read.
pub(super) const KNOWN: [&str; 21] = [
    "macro_f1",
    "precision",
    "recall",
    "f1",
    "balanced_accuracy",
    "mcc",
    "false_alarms_per_10k",
    "precision_at_prevalence_0.1%",
    "precision_at_prevalence_1%",
    "precision_at_prevalence_5%",
    "aurc",
    "roc_auc",
    "average_precision",
    "recall_at_precision_90",
    "recall_at_precision_95",
    "precision_at_10",
    "precision_at_50",
    "precision_at_100",
    "ece",
    "brier",
    "nll",
];

/// Figures of which less is better.
pub(super) const LOWER_IS_BETTER: [&str; 5] = ["ece", "brier", "nll", "aurc", "false_alarms_per_10k"];

/// Figures in the order in which they are read.
pub(super) fn in_order(figures: &BTreeMap<String, Estimate>) -> Vec<(&str, &Estimate)> {
    let mut all: Vec<(&str, &Estimate)> = figures.iter().map(|(name, e)| (name.as_str(), e)).collect();
    all.sort_by_key(|(name, _)| KNOWN.iter().position(|known| known == name).unwrap_or(KNOWN.len()));
    all
}

/// `recall_at_precision_90` as people write it.
pub(super) fn spelled(name: &str) -> String {
    match name {
        "roc_auc" => "ROC-AUC".to_owned(),
        "average_precision" => "PR-AUC (average precision)".to_owned(),
        "recall_at_precision_90" => "recall at precision 0.90".to_owned(),
        "recall_at_precision_95" => "recall at precision 0.95".to_owned(),
        "macro_f1" => "macro-F1".to_owned(),
        "f1" => "F1".to_owned(),
        "mcc" => "MCC".to_owned(),
        "ece" => "ECE".to_owned(),
        "nll" => "NLL".to_owned(),
        "aurc" => "AURC".to_owned(),
        "brier" => "Brier score".to_owned(),
        "false_alarms_per_10k" => "false alarms per 10,000 harmless".to_owned(),
        other => other.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_in_the_order_of_reading() {
        let none = Estimate { value: None, interval: None };
        let names = ["precision_at_100", "aurc", "precision_at_50", "anders", "macro_f1"];
        let figures: BTreeMap<String, Estimate> = names.map(|n| (n.to_owned(), none)).into();
        let found: Vec<&str> = in_order(&figures).into_iter().map(|f| f.0).collect();
        assert_eq!(found, ["macro_f1", "aurc", "precision_at_50", "precision_at_100", "anders"]);
    }
}
