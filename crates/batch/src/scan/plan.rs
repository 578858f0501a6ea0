//! What must be the same for a run to go on where another stopped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::options::ScanOptions;
use crate::decider::Decider;

/// Named facts: everything that the output depends on beside the input's content. The content is checked while it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Plan(BTreeMap<String, Value>);

/// The fact in which the shards of one scan may differ.
const SHARD: &str = "--shard";
/// The files of the state folder that a run looks at; null without one.
const STATE: &str = "--state";

impl Plan {
    pub(crate) fn new(decider: &Decider, options: &ScanOptions, seen: &[String]) -> Self {
        let model = decider.model();
        let policy = serde_json::to_vec(decider.policy()).unwrap_or_default();
        let hash = grens_infer::hex(&Sha256::digest(policy));
        let mut facts: BTreeMap<String, Value> = [
            ("grens", options.grens.clone().into()),
            ("model", format!("{} {}", model.name, model.hash).into()),
            ("policy", format!("{} {hash}", decider.policy().id).into()),
            ("law", decider.statute().version.clone().into()),
            ("--keep-clear", options.keep_clear.into()),
            ("--no-text", options.no_text.into()),
            ("--format", options.format.to_string().into()),
            (STATE, if options.state.is_some() { seen.into() } else { Value::Null }),
            (SHARD, options.shard.to_string().into()),
        ]
        .into_iter()
        .map(|(name, value): (&str, Value)| (name.to_owned(), value))
        .collect();
        facts.extend(options.reading.iter().map(|(name, value)| (name.clone(), value.clone())));
        Self(facts)
    }

    /// One line for each fact that differs.
    pub(crate) fn differences(&self, now: &Self) -> Vec<String> {
        let names: std::collections::BTreeSet<&String> = self.0.keys().chain(now.0.keys()).collect();
        let shown = |value: Option<&Value>| value.map_or_else(|| "not set".to_owned(), ToString::to_string);
        names
            .into_iter()
            .filter(|&name| self.0.get(name) != now.0.get(name))
            .map(|name| format!("{name}: was {}, is {}", shown(self.0.get(name)), shown(now.0.get(name))))
            .collect()
    }

    /// The files of the state folder that the run looks at.
    pub(crate) fn seen(&self) -> Option<Vec<String>> {
        let names = self.0.get(STATE)?.as_array()?;
        Some(names.iter().filter_map(|n| n.as_str().map(str::to_owned)).collect())
    }

    /// The plan of the whole scan that this shard is part of.
    pub(crate) fn without_shard(&self) -> Self {
        let mut whole = self.clone();
        whole.0.remove(SHARD);
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(facts: &[(&str, &str)]) -> Plan {
        Plan(facts.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect())
    }

    #[test]
    fn each_difference_is_named() {
        let (a, b) = (plan(&[("model", "a"), ("law", "x")]), plan(&[("model", "b"), ("law", "x"), ("--no-text", "y")]));
        assert_eq!(a.differences(&b), [r#"--no-text: was not set, is "y""#, r#"model: was "a", is "b""#]);
        assert!(a.differences(&a).is_empty());
    }
}
