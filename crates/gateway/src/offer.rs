//! Nights and verdicts into an outbox.

use std::collections::HashSet;

use grens_law::{Judgement, Policy, Statute};

use crate::error::Result;
use crate::key;
use crate::night::post_of;
use crate::{Added, Night, Outbox, Verdicts};

/// Whether records hold words of posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Texts {
    /// The text, and what was quoted of it, where they are known.
    #[default]
    Kept,
    /// Hashes alone: no text, no evidence, no quote of a verdict.
    LeftOut,
}

/// Put in what the findings and verdicts ask for under `policy`: notices for what people have confirmed, corrections for what they have taken back, and, if
/// the policy lets them, candidates that nobody has judged. All goes in or nothing; what is there already is not put in again.
///
/// # Errors
/// When no record can be made of something, or the outbox is locked or cannot be written.
pub fn offer(
    outbox: &mut Outbox,
    nights: &[Night],
    verdicts: &Verdicts,
    policy: &Policy,
    statute: &Statute,
    texts: Texts,
) -> Result<Added> {
    let findings: Vec<_> = nights.iter().flat_map(|night| &night.findings).map(|f| (post_of(f), f)).collect();
    let found: HashSet<&str> = findings.iter().map(|(post, _)| post.as_str()).collect();
    let behind: HashSet<String> = findings
        .iter()
        .filter_map(|(_, found)| found.cluster.as_ref())
        .flat_map(|cluster| cluster.repeats.iter().chain(&cluster.near_repeats))
        .map(|other| key::post(other.platform.as_deref(), other.url.as_deref(), &other.id, &other.text_sha256))
        .collect();
    outbox.add(policy, statute, |adding| {
        adding.texts(texts);
        // What is no candidate comes first, so that no record of this call names it. A yes comes after its finding.
        for is_yes in [false, true] {
            let of_turn = |judgement| (judgement == Judgement::Candidate) == is_yes;
            for (post, found) in &findings {
                let verdict = verdicts.of(post);
                if verdict.map_or(is_yes, |v| of_turn(v.verdict)) {
                    adding.finding(found, verdict)?;
                }
            }
            // What was sent on an earlier day is corrected without its finding.
            for (post, verdict) in verdicts.iter() {
                if of_turn(verdict.verdict) && !found.contains(post) {
                    adding.verdict(verdict, behind.contains(post))?;
                }
            }
        }
        Ok(())
    })
}
