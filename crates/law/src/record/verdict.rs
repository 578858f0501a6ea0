//! What a person made of a post. Steps 2 and 3 of HR 14 January 2003 (ECLI:NL:HR:2003:AE7632), intent and publicity stand nowhere else.

use serde::{Deserialize, Serialize};

use crate::{Article, Ground, Span, Statute};

/// Name and version of [`VerdictRecord`].
pub const VERDICT_SCHEMA: &str = "grens.verdict/1";

/// What a person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// A candidate under the articles named.
    Candidate,
    /// No candidate under 137c or 137d.
    NotCandidate,
    /// The person cannot tell.
    Unsure,
    /// Something for another law or for nobody: insult of a person, a threat, opruiing.
    OutsideLaw,
    /// An earlier verdict was taken back, and none stands yet.
    Reopened,
}

impl Judgement {
    /// The name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::NotCandidate => "not_candidate",
            Self::Unsure => "unsure",
            Self::OutsideLaw => "outside_law",
            Self::Reopened => "reopened",
        }
    }
}

/// Who could see the post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Publicity {
    /// Anybody.
    Public,
    /// A closed circle.
    Restricted,
    /// Not known.
    #[default]
    Unknown,
}

/// Context that may take the insult away (step 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContextFlag {
    /// Public debate.
    Debate,
    /// Art or satire.
    ArtOrSatire,
    /// Religious conviction.
    Religion,
    /// Somebody else's words.
    Quotation,
    /// It speaks against hate.
    CounterSpeech,
    /// Factual reporting.
    News,
    /// A slur used by those it is meant for.
    Reclaimed,
}

/// Where the post should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// The hotline.
    Hotline,
    /// The platform's own rules.
    PlatformTerms,
    /// A local anti-discrimination bureau, Discriminatie.nl.
    Adv,
    /// The police.
    Police,
    /// Nowhere.
    Nothing,
}

/// Whether a post was still there, and when somebody looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OnlineCheck {
    /// Whether it was there.
    pub online: bool,
    /// When somebody looked: RFC 3339, UTC.
    pub checked_at: String,
}

/// One person's verdict on one post. The newest of a post's verdicts counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VerdictRecord {
    /// Always `grens.verdict/1`.
    pub schema: String,
    /// The post's id, as its finding has it.
    pub id: String,
    /// Its platform, as its finding has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Its web address, as its finding has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// SHA-256 of the text that was judged, as its finding has it.
    pub text_sha256: String,
    /// What was decided.
    pub verdict: Judgement,
    /// The articles, for a candidate.
    #[serde(default)]
    pub articles: Vec<Article>,
    /// The grounds, the one that weighs most first.
    #[serde(default)]
    pub grounds: Vec<Ground>,
    /// The group that is meant, in the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_named: Option<String>,
    /// Who could see it.
    #[serde(default)]
    pub publicity: Publicity,
    /// The words that the verdict rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Span>,
    /// Context that was seen.
    #[serde(default)]
    pub context: Vec<ContextFlag>,
    /// Why. Needed for a yes and for a no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// On steps 2 and 3: context, and needless hurt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether it was still there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still_online: Option<OnlineCheck>,
    /// Where it should go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// Pseudonym of the person. Never a name.
    pub reviewer: String,
    /// When: RFC 3339, UTC.
    pub judged_at: String,
    /// Pseudonym of a second person who agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_reviewer: Option<String>,
    /// Pseudonym of the person who decided between two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjudicated_by: Option<String>,
}

/// Why a verdict cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerdictError {
    /// Another kind of record.
    #[error("field `schema` is not {VERDICT_SCHEMA}")]
    Schema,
    /// A field that must say something is empty.
    #[error("field `{field}` is empty: {wanted}")]
    Empty {
        /// Which field.
        field: &'static str,
        /// What belongs there.
        wanted: &'static str,
    },
    /// An article without a ground that the statute lists for it.
    #[error("article {0} is named, and none of the grounds is one that it lists")]
    Ground(Article),
    /// A ground that no article named lists: it would be asserted where the law does not have it.
    #[error("field `grounds` names {0}, which none of the articles named lists")]
    Uncovered(Ground),
}

impl VerdictRecord {
    /// Whether the verdict says all that it must: a reason for a yes and for a no; for a yes an article, for each article a ground that
    /// the statute lists for it, and no ground that it lists for none of them.
    ///
    /// # Errors
    /// When something is missing, naming the field.
    pub fn check(&self, statute: &Statute) -> Result<(), VerdictError> {
        let filled = |text: &str, field, wanted| {
            if text.trim().is_empty() { Err(VerdictError::Empty { field, wanted }) } else { Ok(()) }
        };
        if self.schema != VERDICT_SCHEMA {
            return Err(VerdictError::Schema);
        }
        filled(&self.id, "id", "the post's id")?;
        filled(&self.text_sha256, "text_sha256", "the hash of the text that was judged")?;
        filled(&self.reviewer, "reviewer", "the pseudonym of the person who judged")?;
        if matches!(self.verdict, Judgement::Candidate | Judgement::NotCandidate) {
            filled(self.reason.as_deref().unwrap_or_default(), "reason", "a yes and a no need a reason")?;
        }
        if self.verdict != Judgement::Candidate {
            return Ok(());
        }
        if self.articles.is_empty() {
            return Err(VerdictError::Empty { field: "articles", wanted: "a candidate is one under an article" });
        }
        let covered = |article| self.grounds.iter().any(|&ground| statute.covers(article, ground));
        if let Some(&article) = self.articles.iter().find(|&&a| !covered(a)) {
            return Err(VerdictError::Ground(article));
        }
        let listed = |ground| self.articles.iter().any(|&article| statute.covers(article, ground));
        self.grounds.iter().copied().find(|&g| !listed(g)).map_or(Ok(()), |g| Err(VerdictError::Uncovered(g)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn verdict(change: &str) -> Result<(), VerdictError> {
        let mut value = serde_json::json!({
            "schema": "grens.verdict/1", "id": "p1", "text_sha256": "00", "verdict": "candidate", "articles": ["137c"],
            "grounds": ["race"], "reason": "stelt de groep voor als minder", "reviewer": "r1", "judged_at": "2026-11-23T10:00:00Z"
        });
        let change: serde_json::Value = serde_json::from_str(change).unwrap();
        value.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let record: VerdictRecord = serde_json::from_value(value).unwrap();
        record.check(Statute::shipped())
    }

    #[test]
    fn a_yes_and_a_no_need_a_reason_and_the_others_do_not() {
        assert_eq!(verdict("{}"), Ok(()));
        for judgement in ["candidate", "not_candidate"] {
            let refused = verdict(&format!(r#"{{"verdict": "{judgement}", "reason": " "}}"#)).unwrap_err();
            assert!(refused.to_string().contains("`reason`"), "{refused}");
        }
        for judgement in ["unsure", "outside_law", "reopened"] {
            assert_eq!(verdict(&format!(r#"{{"verdict": "{judgement}", "reason": null, "articles": []}}"#)), Ok(()));
        }
    }

    #[test]
    fn a_candidate_stands_under_an_article_and_a_ground_that_it_lists() {
        assert!(verdict(r#"{"articles": []}"#).is_err());
        assert_eq!(verdict(r#"{"grounds": ["gender"]}"#), Err(VerdictError::Ground(Article::A137c)));
        assert_eq!(verdict(r#"{"grounds": ["gender"], "articles": ["137d"]}"#), Ok(()));
        // The list of 137c is closed: no sex or gender, also not beside another ground.
        let beside = verdict(r#"{"grounds": ["gender", "race"]}"#);
        assert_eq!(beside, Err(VerdictError::Uncovered(Ground::Gender)));
        assert_eq!(verdict(r#"{"grounds": ["gender", "race"], "articles": ["137c", "137d"]}"#), Ok(()));
        assert!(verdict(r#"{"reviewer": ""}"#).is_err());
        assert!(verdict(r#"{"schema": "grens.finding/1"}"#).is_err());
    }
}
