//! Nights and verdicts into an outbox.

use std::collections::HashSet;

use grens_law::{Policy, Statute};

use crate::error::Result;
use crate::night::post_of;
use crate::{Added, Night, Outbox, Verdicts};

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
) -> Result<Added> {
    outbox.add(policy, statute, |adding| {
        let mut used = HashSet::new();
        for found in nights.iter().flat_map(|night| &night.findings) {
            let post = post_of(found);
            adding.finding(found, verdicts.of(&post))?;
            used.insert(post);
        }
        // What was sent on an earlier day is corrected without its finding.
        verdicts.iter().filter(|(post, _)| !used.contains(*post)).try_for_each(|(_, verdict)| adding.verdict(verdict))
    })
}
