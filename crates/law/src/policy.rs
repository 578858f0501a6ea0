//! The one place for thresholds: `policy.toml`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Article;

/// Operating points of one article.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArticleThresholds {
    /// From this probability on, with a covered ground named, a post is a candidate. In 0..=1.
    pub candidate: f32,
    /// From this probability on a person looks. In 0..=`candidate`.
    pub review: f32,
    /// Most candidates shown per night; what lies beyond is kept and counted.
    pub nightly_cap: usize,
}

/// Operating point of the group-hate head.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupHateThresholds {
    /// From this probability on a person looks, also when no article fits. In 0..=1.
    pub review: f32,
}

/// Operating point of the ground heads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroundThresholds {
    /// From this probability on a ground counts as named. In 0..=1.
    pub named: f32,
}

/// How many lines of borderline posts a night may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewLimits {
    /// Most review lines shown per night; what lies beyond is kept and counted.
    pub nightly_cap: usize,
}

/// What may leave the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendRule {
    /// Only what a person has confirmed.
    #[default]
    HumanConfirmed,
    /// Also candidates that nobody has judged yet, marked so.
    Candidate,
}

impl SendRule {
    /// The name in `policy.toml`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HumanConfirmed => "human_confirmed",
            Self::Candidate => "candidate",
        }
    }
}

/// Rules for what is handed to a flagger gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayRules {
    /// What may go out.
    pub send: SendRule,
}

/// All thresholds of a run, read from `policy.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Written into every decision.
    pub id: String,
    /// How the thresholds were chosen.
    #[serde(default)]
    pub note: String,
    /// Group insult.
    #[serde(rename = "137c")]
    pub a137c: ArticleThresholds,
    /// Incitement.
    #[serde(rename = "137d")]
    pub a137d: ArticleThresholds,
    /// Group hate without an article.
    pub group_hate: GroupHateThresholds,
    /// Grounds.
    pub grounds: GroundThresholds,
    /// The review list; without it, all of it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewLimits>,
    /// What may go to a flagger gateway; without it, only what a person has confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<GatewayRules>,
}

/// Why a policy was refused.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file could not be read.
    #[error("cannot read the policy {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that is no sound policy.
    #[error("{path}: {source}")]
    In {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<PolicyError>,
    },
    /// Not the TOML that is expected.
    #[error("the policy cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A value out of range.
    #[error("policy field `{field}` is {value}: {wanted}")]
    Range {
        /// Dotted field name.
        field: String,
        /// What stood there.
        value: f32,
        /// What is allowed.
        wanted: &'static str,
    },
    /// No name.
    #[error("policy field `id` is empty: every decision names the policy it was made under")]
    NoId,
}

impl Policy {
    /// The thresholds of `article`.
    #[must_use]
    pub const fn article(&self, article: Article) -> &ArticleThresholds {
        match article {
            Article::A137c => &self.a137c,
            Article::A137d => &self.a137d,
        }
    }

    /// What may go to a flagger gateway.
    #[must_use]
    pub fn send_rule(&self) -> SendRule {
        self.gateway.unwrap_or_default().send
    }

    /// Read and check a policy.
    ///
    /// # Errors
    /// When the text is not a policy, or a threshold lies outside 0..=1 or above the one it must not pass.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let policy: Self = toml::from_str(text)?;
        if policy.id.trim().is_empty() {
            return Err(PolicyError::NoId);
        }
        let probability = |field: String, value: f32| {
            if (0.0..=1.0).contains(&value) {
                Ok(())
            } else {
                Err(PolicyError::Range { field, value, wanted: "write a probability from 0 to 1" })
            }
        };
        for article in Article::ALL {
            let t = policy.article(article);
            probability(format!("{article}.candidate"), t.candidate)?;
            probability(format!("{article}.review"), t.review)?;
            if t.review > t.candidate {
                return Err(PolicyError::Range {
                    field: format!("{article}.review"),
                    value: t.review,
                    wanted: "review must not lie above candidate",
                });
            }
        }
        probability("group_hate.review".into(), policy.group_hate.review)?;
        probability("grounds.named".into(), policy.grounds.named)?;
        Ok(policy)
    }

    /// Read and check a policy file.
    ///
    /// # Errors
    /// As [`Policy::parse`], or when the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, PolicyError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| PolicyError::Read { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|e| PolicyError::In { path: path.to_owned(), source: Box::new(e) })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const TEXT: &str = r#"
id = "test-1"
[137c]
candidate = 0.85
review = 0.5
nightly_cap = 50
[137d]
candidate = 0.85
review = 0.5
nightly_cap = 50
[group_hate]
review = 0.6
[grounds]
named = 0.5
"#;

    #[test]
    fn a_sound_policy_is_read() {
        let policy = Policy::parse(TEXT).unwrap();
        assert_eq!(policy.article(Article::A137d).candidate, 0.85);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (from, to, says) in [
            ("review = 0.5", "review = 0.9", "137c.review"),
            ("candidate = 0.85", "candidate = 1.85", "137c.candidate"),
            ("named = 0.5", "named = -0.1", "grounds.named"),
            (r#"id = "test-1""#, r#"id = "  ""#, "`id`"),
            ("nightly_cap = 50", "nightly_cap = 50\nnightly_cup = 1", "nightly_cup"),
        ] {
            let error = Policy::parse(&TEXT.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn what_may_go_out_is_strict_unless_the_policy_says_otherwise() {
        let read = |more: &str| Policy::parse(&format!("{TEXT}{more}"));
        assert_eq!(read("").unwrap().send_rule(), SendRule::HumanConfirmed);
        assert_eq!(read("[gateway]\nsend = \"human_confirmed\"").unwrap().send_rule(), SendRule::HumanConfirmed);
        assert_eq!(read("[gateway]\nsend = \"candidate\"").unwrap().send_rule(), SendRule::Candidate);
        for wrong in ["[gateway]\nsend = \"all\"", "[gateway]", "[gateway]\nsent = \"candidate\""] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.contains("send") || error.contains("human_confirmed"), "{error}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Policy::read(Path::new("nowhere/policy.toml")).unwrap_err().to_string();
        assert!(error.contains("nowhere/policy.toml"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_policy_is_named_once() {
        // Any file that is there will do.
        let error = Policy::read(Path::new("Cargo.toml")).unwrap_err().to_string();
        assert!(error.starts_with("Cargo.toml: the policy cannot be read: "), "{error}");
        assert_eq!(error.matches("Cargo.toml").count(), 1, "{error}");
    }
}
