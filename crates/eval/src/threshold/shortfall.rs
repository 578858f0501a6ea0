//! Why data cannot support a wish, and how many more labels it would take.

use super::counts::Counts;
use crate::metrics::float;

/// How often the labelled texts are doubled in thought before a wish counts as out of reach.
const DOUBLINGS: u32 = 24;

/// Why the data cannot support a wish.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shortfall {
    /// More labelled texts of the same kind would do: so many, at the rates seen.
    Labels {
        /// The threshold that takes the fewest.
        threshold: f32,
        /// What can be promised now.
        bound: f64,
        /// More texts to label, of both classes as in the data.
        more: u64,
    },
    /// The rates themselves miss the wish: no number of labels helps.
    Model {
        /// The threshold that comes nearest.
        threshold: f32,
        /// What was measured there.
        measured: f64,
    },
    /// Candidates would exceed the budget at every threshold that is precise enough.
    Budget {
        /// Candidates expected in a night at the highest threshold.
        per_night: f64,
    },
    /// A class is missing.
    Empty,
}

impl Shortfall {
    /// At a threshold where `bound` can be promised and `measured` was seen of a share that should be `wanted`.
    pub(super) fn of(
        threshold: f32,
        counts: &Counts,
        (bound, measured): (f64, f64),
        wanted: f64,
        reaches: impl Fn(&Counts) -> bool,
    ) -> Self {
        let more = if measured > wanted { more_labels(counts, reaches) } else { None };
        more.map_or(Self::Model { threshold, measured }, |more| Self::Labels { threshold, bound, more })
    }

    /// The one that is easier to cure: fewest labels, else the best that was measured.
    pub(super) fn nearer(one: Option<Self>, other: Self) -> Option<Self> {
        Some(match (one, other) {
            (Some(one @ Self::Labels { more: a, .. }), Self::Labels { more: b, .. }) if a <= b => one,
            (Some(one @ Self::Labels { .. }), Self::Model { .. }) => one,
            (Some(one @ Self::Model { measured: a, .. }), Self::Model { measured: b, .. }) if a >= b => one,
            _ => other,
        })
    }
}

/// How many more texts, at the rates seen, make the counts pass; `None` when none within reason do.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded counts")]
fn more_labels(c: &Counts, passes: impl Fn(&Counts) -> bool) -> Option<u64> {
    let mut high = (1..=DOUBLINGS).map(|n| 2.0_f64.powi(n.cast_signed())).find(|f| passes(&c.times(*f)))?;
    let mut low = high / 2.0;
    while high - low > 0.005 * low {
        let middle = f64::midpoint(low, high);
        if passes(&c.times(middle)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(((high - 1.0) * float(c.n())).ceil() as u64)
}
