//! What a model says of one post: calibrated probabilities, one per head.

use serde::{Deserialize, Serialize};

use crate::{Article, Ground};

/// Probabilities of the article heads and of group hate as such, each in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ArticleScores {
    /// Abuse of a protected group, or of people for belonging to it.
    pub group_hate: f32,
    /// Candidate wording under Article 137c.
    pub art137c: f32,
    /// Candidate wording under Article 137d.
    pub art137d: f32,
}

/// Probabilities of the ground heads, each in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GroundScores {
    /// Skin colour, descent, national or ethnic origin.
    pub race: f32,
    /// Religion or belief.
    pub religion: f32,
    /// Sexual orientation.
    pub orientation: f32,
    /// Disability.
    pub disability: f32,
    /// Sex or gender.
    pub gender: f32,
}

/// All calibrated probabilities of one post, rounded to five decimals: bands are decided on the very numbers that the
/// record shows, and last-bit differences between processors do not reach a reader.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// Group hate and the articles.
    pub articles: ArticleScores,
    /// The grounds.
    pub grounds: GroundScores,
}

impl Scores {
    /// Names of the heads, in the order of [`Scores::from_heads`].
    pub const HEADS: [&'static str; 8] =
        ["group_hate", "art137c", "art137d", "race", "religion", "orientation", "disability", "gender"];

    /// Build from probabilities in the order of [`Scores::HEADS`]; each is clamped to 0..=1 and rounded to five decimals.
    /// NaN becomes 0.
    #[must_use]
    pub fn from_heads(p: [f32; 8]) -> Self {
        let [group_hate, art137c, art137d, race, religion, orientation, disability, gender] = p.map(rounded);
        Self {
            articles: ArticleScores { group_hate, art137c, art137d },
            grounds: GroundScores { race, religion, orientation, disability, gender },
        }
    }

    /// The probability of an article's head.
    #[must_use]
    pub const fn article(&self, article: Article) -> f32 {
        match article {
            Article::A137c => self.articles.art137c,
            Article::A137d => self.articles.art137d,
        }
    }

    /// The probability of a ground's head.
    #[must_use]
    pub const fn ground(&self, ground: Ground) -> f32 {
        match ground {
            Ground::Race => self.grounds.race,
            Ground::Religion => self.grounds.religion,
            Ground::Orientation => self.grounds.orientation,
            Ground::Disability => self.grounds.disability,
            Ground::Gender => self.grounds.gender,
        }
    }
}

fn rounded(p: f32) -> f32 {
    let p = if p.is_nan() { 0.0 } else { f64::from(p.clamp(0.0, 1.0)) };
    #[allow(clippy::cast_possible_truncation, reason = "a value in 0..=1 with five decimals")]
    let rounded = ((p * 1e5).round() / 1e5) as f32;
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_clamped_and_rounded() {
        let s = Scores::from_heads([1.5, -0.2, 0.123_456_78, f32::NAN, 0.0, 1.0, 0.5, 0.000_004]);
        assert_eq!(s.articles, ArticleScores { group_hate: 1.0, art137c: 0.0, art137d: 0.12346 });
        assert_eq!(s.grounds.race, 0.0);
        assert_eq!(s.grounds.gender, 0.0);
    }
}
