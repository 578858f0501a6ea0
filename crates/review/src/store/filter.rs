//! Which items a person wants to see, and in which order.

use std::time::Duration;

use grens_law::{Article, Band, Ground};

/// Where an open item lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Reopened after an objection: somebody who has not judged it before. Goes before all else.
    Objection,
    /// To be judged, for the first time or by a second person who does not see the first verdict.
    Rate,
    /// Two people judged differently: a lead decides.
    Adjudicate,
}

impl Lane {
    /// All lanes, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Objection, Self::Rate, Self::Adjudicate];

    /// The name in addresses and exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Objection => "objection",
            Self::Rate => "rate",
            Self::Adjudicate => "adjudicate",
        }
    }
}

/// Which items are wanted: those that every given condition is true of. Conditions on what the program says are left out in blind mode, and for items that two
/// people judge: what fits would tell what is hidden.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// An article that the program proposes.
    pub article: Option<Article>,
    /// A ground that the program names.
    pub ground: Option<Ground>,
    /// The platform, as [`crate::Store::platforms`] lists it.
    pub platform: Option<String>,
    /// The band.
    pub band: Option<Band>,
    /// Posted at least so long ago; found, where nobody knows when it was posted.
    pub min_age: Option<Duration>,
    /// Posted at most so long ago.
    pub max_age: Option<Duration>,
    /// Confidence at least, in 0..=1.
    pub min_score: Option<f32>,
    /// Confidence at most, in 0..=1.
    pub max_score: Option<f32>,
    /// The lane; without it all that the person's role may take from.
    pub lane: Option<Lane>,
}

impl Filter {
    /// The same without what the program says.
    pub(super) fn without_proposal(&self) -> Self {
        Self { article: None, ground: None, band: None, min_score: None, max_score: None, ..self.clone() }
    }
}

/// What comes first. What two people judge goes before all else in the orders by score, in no order of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// Candidates before review; then incitement before insult; then the highest confidence.
    #[default]
    Severity,
    /// The confidence nearest to one half (least-confidence sampling; Lewis and Gale 1994).
    Uncertainty,
    /// The oldest post.
    Age,
    /// The largest cluster, and its posts one after another. In the other orders near repeats wait until the post that stands for them is judged.
    Cluster,
}

impl Order {
    /// All orders.
    pub const ALL: [Self; 4] = [Self::Severity, Self::Uncertainty, Self::Age, Self::Cluster];

    /// The order that counts: in blind mode those by the score are by age, since they go from high to low.
    #[must_use]
    pub const fn fair(self, is_blind: bool) -> Self {
        match self {
            Self::Severity | Self::Uncertainty if is_blind => Self::Age,
            order => order,
        }
    }

    /// The name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Uncertainty => "uncertainty",
            Self::Age => "age",
            Self::Cluster => "cluster",
        }
    }
}
