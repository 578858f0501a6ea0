//! A policy as people read it in `policy.toml`.

use std::fmt::Write as _;

use grens_law::{Article, Exit, GatewayRules, GroundThresholds, GroupHateThresholds, Policy, ReviewLimits};

use crate::failure::{Failure, Outcome};

/// The text of a policy, checked by reading it again: what is written is the policy, all of it.
///
/// It is written by hand because a serializer would turn 0.85 into the digits of the nearest double.
pub(super) fn text(policy: &Policy) -> Outcome<String> {
    let text = written(policy);
    if Policy::parse(&text)? != *policy {
        return Err(Failure::message(Exit::Failure, "the new policy cannot be written so that it reads the same"));
    }
    Ok(text)
}

fn written(policy: &Policy) -> String {
    // A field that is added is missed here by the compiler.
    let Policy { id, note, a137c: _, a137d: _, group_hate, grounds, review, gateway } = policy;
    let (GroupHateThresholds { review: hate }, GroundThresholds { named }) = (group_hate, grounds);
    // A JSON string is a basic string of TOML.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut text = format!("id = {}\nnote = {}\n", quoted(id), quoted(note));
    // Writing to a String cannot fail.
    for article in Article::ALL {
        let t = policy.article(article);
        let _ = write!(
            text,
            "\n[{article}]\ncandidate = {:?}\nreview = {:?}\nnightly_cap = {}\n",
            t.candidate, t.review, t.nightly_cap
        );
    }
    let _ = write!(text, "\n[group_hate]\nreview = {hate:?}\n\n[grounds]\nnamed = {named:?}\n");
    if let Some(ReviewLimits { nightly_cap }) = review {
        let _ = write!(text, "\n[review]\nnightly_cap = {nightly_cap}\n");
    }
    if let Some(GatewayRules { send }) = gateway {
        let _ = write!(text, "\n[gateway]\nsend = {}\n", quoted(send.name()));
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use grens_law::SendRule;

    use super::*;

    #[test]
    fn every_rule_of_a_policy_is_kept() {
        let policy = Policy {
            note: "een \"noot\"\nvan twee regels".to_owned(),
            review: Some(ReviewLimits { nightly_cap: 7 }),
            gateway: Some(GatewayRules { send: SendRule::Candidate }),
            ..grens_eval::half_policy()
        };
        let found = text(&policy).ok().unwrap();
        assert!(found.contains("candidate = 0.5\n") && found.contains("[review]\nnightly_cap = 7"), "{found}");
        assert_eq!(Policy::parse(&found).unwrap(), policy);
        let without = text(&grens_eval::half_policy()).ok().unwrap();
        assert!(!without.contains("[review]") && !without.contains("[gateway]"), "{without}");
    }
}
