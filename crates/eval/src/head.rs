//! The heads that are measured.

use std::fmt;
use std::str::FromStr;

use grens_law::{ArticleScores, Policy};
use serde::{Deserialize, Serialize};

/// What a label or a score is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Head {
    /// Abuse of a protected group.
    #[serde(rename = "group_hate")]
    GroupHate,
    /// Group insult.
    #[serde(rename = "137c")]
    A137c,
    /// Incitement.
    #[serde(rename = "137d")]
    A137d,
}

impl Head {
    /// All heads.
    pub const ALL: [Self; 3] = [Self::GroupHate, Self::A137c, Self::A137d];

    /// The name in reports and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GroupHate => "group_hate",
            Self::A137c => "137c",
            Self::A137d => "137d",
        }
    }

    /// Its name among a model's heads and in records.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::GroupHate => "group_hate",
            Self::A137c => "art137c",
            Self::A137d => "art137d",
        }
    }

    /// Its probability in a record.
    #[must_use]
    pub const fn score(self, scores: &ArticleScores) -> f32 {
        match self {
            Self::GroupHate => scores.group_hate,
            Self::A137c => scores.art137c,
            Self::A137d => scores.art137d,
        }
    }

    /// Its thresholds under a policy, the one that figures go by first.
    #[must_use]
    pub fn thresholds(self, policy: &Policy) -> Vec<(String, f32)> {
        let article = |a: &grens_law::ArticleThresholds| {
            vec![("review".to_owned(), a.review), ("candidate".to_owned(), a.candidate)]
        };
        match self {
            Self::GroupHate => vec![("review".to_owned(), policy.group_hate.review)],
            Self::A137c => article(&policy.a137c),
            Self::A137d => article(&policy.a137d),
        }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|h| h.name() == name);
        found.ok_or_else(|| format!("no head is called {name:?}; there are group_hate, 137c and 137d"))
    }
}
