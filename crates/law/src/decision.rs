//! From scores to a proposal for people: which band, which articles, which grounds, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Article, Ground, Policy, Scores, Statute};

/// What is proposed for a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Band {
    /// Nothing to look at.
    Clear,
    /// Borderline, or hate that fits no article: a person looks.
    Review,
    /// A candidate under the named articles.
    Candidate,
}

impl Band {
    /// All bands, lowest first.
    pub const ALL: [Self; 3] = [Self::Clear, Self::Review, Self::Candidate];

    /// The name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Review => "review",
            Self::Candidate => "candidate",
        }
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A proposal with its evidence. Never a verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The highest band that any article or the group-hate head reaches.
    pub band: Band,
    /// The articles that reach that band, in order.
    pub articles: Vec<Article>,
    /// The grounds that are named, most probable first. Empty when the band is clear.
    pub grounds: Vec<Ground>,
    /// One line of evidence a finding, such as `137d: incitement 0.91 >= 0.85; ground race 0.88`. Empty when clear.
    pub reasons: Vec<String>,
    /// What the queue is ranked by, in 0..=1: the highest probability among the articles that reach the band, else
    /// that of group hate.
    pub confidence: f32,
}

/// Decide about one post.
///
/// Per article: at or above `candidate`, with a ground named that the statute lists for the article, it is a candidate;
/// at or above `candidate` without a named ground, or at or above `review`, a person looks. Where grounds are named and
/// the statute lists none of them (gender under 137c), the article does not apply. Group hate at or above its own
/// threshold that reaches no article is for a person too.
#[must_use]
pub fn decide(scores: &Scores, policy: &Policy, statute: &Statute) -> Decision {
    let hate = scores.articles.group_hate;
    let is_low = Article::ALL.into_iter().all(|a| scores.article(a) < policy.article(a).review);
    if is_low && hate < policy.group_hate.review {
        return clear(hate);
    }
    let mut named: Vec<Ground> =
        Ground::ALL.into_iter().filter(|&g| scores.ground(g) >= policy.grounds.named).collect();
    named.sort_by(|&a, &b| scores.ground(b).total_cmp(&scores.ground(a)));

    let findings: Vec<(Article, Band, String)> =
        Article::ALL.into_iter().filter_map(|a| finding(a, &named, scores, policy, statute)).collect();

    let mut band = findings.iter().map(|f| f.1).max().unwrap_or(Band::Clear);
    let mut reasons: Vec<String> = findings.iter().filter(|f| f.1 != Band::Clear).map(|f| f.2.clone()).collect();
    if band == Band::Clear && hate >= policy.group_hate.review {
        band = Band::Review;
        reasons
            .push(format!("group hate {hate:.2} >= {:.2}; no article reaches its threshold", policy.group_hate.review));
        // A finding that an article does not apply explains why.
        reasons.extend(findings.iter().map(|f| f.2.clone()));
    }
    if band == Band::Clear {
        return clear(hate);
    }
    let articles: Vec<Article> = findings.iter().filter(|f| f.1 == band).map(|f| f.0).collect();
    let confidence = articles.iter().map(|&a| scores.article(a)).reduce(f32::max).unwrap_or(hate);
    Decision { band, articles, grounds: named, reasons, confidence }
}

/// What most posts are.
const fn clear(hate: f32) -> Decision {
    Decision { band: Band::Clear, articles: vec![], grounds: vec![], reasons: vec![], confidence: hate }
}

/// What one article's score means, or nothing when it stays below every threshold. The band is `Clear` where the score
/// is high and the article does not cover what is named.
fn finding(
    article: Article,
    named: &[Ground],
    scores: &Scores,
    policy: &Policy,
    statute: &Statute,
) -> Option<(Article, Band, String)> {
    let p = scores.article(article);
    let at = policy.article(article);
    if p < at.review {
        return None;
    }
    let covered: Vec<Ground> = named.iter().copied().filter(|&g| statute.covers(article, g)).collect();
    let list = |grounds: &[Ground]| {
        grounds.iter().map(|&g| format!("{g} {:.2}", scores.ground(g))).collect::<Vec<_>>().join(", ")
    };
    if covered.is_empty() && !named.is_empty() {
        let why = format!("{article}: {} {p:.2}, but it does not cover {}", article.conduct(), list(named));
        return Some((article, Band::Clear, why));
    }
    let ground = if covered.is_empty() { "no ground named".to_owned() } else { format!("ground {}", list(&covered)) };
    let (band, threshold) = if p >= at.candidate { (Band::Candidate, at.candidate) } else { (Band::Review, at.review) };
    let band = if covered.is_empty() { Band::Review } else { band };
    Some((article, band, format!("{article}: {} {p:.2} >= {threshold:.2}; {ground}", article.conduct())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(heads: [f32; 8]) -> Decision {
        decide(&Scores::from_heads(heads), &policy(), Statute::shipped())
    }

    fn policy() -> Policy {
        Policy::parse(crate::policy::tests::TEXT).unwrap()
    }

    #[test]
    fn incitement_with_a_ground_is_a_candidate_with_its_reason() {
        let d = run([0.95, 0.2, 0.91, 0.88, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!((d.band, d.articles), (Band::Candidate, vec![Article::A137d]));
        assert_eq!(d.reasons, ["137d: incitement 0.91 >= 0.85; ground race 0.88"]);
        assert_eq!((d.grounds, d.confidence), (vec![Ground::Race], 0.91));
    }

    #[test]
    fn the_two_articles_part_ways_on_gender() {
        let insult = run([0.9, 0.95, 0.1, 0.0, 0.0, 0.0, 0.0, 0.9]);
        assert_eq!((insult.band, insult.articles.len()), (Band::Review, 0));
        assert!(insult.reasons.iter().any(|r| r.contains("does not cover gender")), "{:?}", insult.reasons);
        let call = run([0.9, 0.1, 0.95, 0.0, 0.0, 0.0, 0.0, 0.9]);
        assert_eq!((call.band, call.articles), (Band::Candidate, vec![Article::A137d]));
    }

    #[test]
    fn insult_of_women_of_colour_follows_the_covered_ground() {
        let d = run([0.9, 0.95, 0.1, 0.7, 0.0, 0.0, 0.0, 0.9]);
        assert_eq!((d.band, d.articles), (Band::Candidate, vec![Article::A137c]));
        assert_eq!(d.grounds, [Ground::Gender, Ground::Race]);
    }

    #[test]
    fn without_a_ground_a_person_looks() {
        let d = run([0.9, 0.95, 0.0, 0.1, 0.1, 0.1, 0.1, 0.1]);
        assert_eq!((d.band, d.articles), (Band::Review, vec![Article::A137c]));
        assert_eq!(d.reasons, ["137c: group insult 0.95 >= 0.85; no ground named"]);
    }

    #[test]
    fn between_the_thresholds_a_person_looks() {
        let d = run([0.7, 0.6, 0.0, 0.9, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!((d.band, d.articles), (Band::Review, vec![Article::A137c]));
        assert_eq!(d.reasons, ["137c: group insult 0.60 >= 0.50; ground race 0.90"]);
    }

    #[test]
    fn harmless_is_clear_and_says_nothing() {
        let d = run([0.1, 0.1, 0.1, 0.9, 0.9, 0.0, 0.0, 0.0]);
        assert_eq!((d.band, d.reasons.len(), d.grounds.len()), (Band::Clear, 0, 0));
    }

    #[test]
    fn a_law_that_covers_gender_makes_the_insult_a_candidate() {
        let text = include_str!("../data/statute.toml").replacen("\"disability\"]", "\"disability\", \"gender\"]", 1);
        let law = Statute::parse(&text).unwrap();
        let scores = Scores::from_heads([0.9, 0.95, 0.1, 0.0, 0.0, 0.0, 0.0, 0.9]);
        assert_eq!(decide(&scores, &policy(), &law).band, Band::Candidate);
    }

    proptest! {
        #[test]
        fn a_decision_is_always_backed(heads in prop::array::uniform8(0.0f32..=1.0)) {
            let scores = Scores::from_heads(heads);
            let d = decide(&scores, &policy(), Statute::shipped());
            prop_assert_eq!(d.band == Band::Clear, d.reasons.is_empty());
            if d.band == Band::Candidate {
                prop_assert!(!d.articles.is_empty());
                for &a in &d.articles {
                    prop_assert!(scores.article(a) >= policy().article(a).candidate);
                    prop_assert!(d.grounds.iter().any(|&g| Statute::shipped().covers(a, g)));
                }
            }
        }

        #[test]
        fn a_higher_article_score_never_lowers_the_band(heads in prop::array::uniform8(0.0f32..=1.0), up in 0.0f32..=1.0, which in 0usize..3) {
            let mut raised = heads;
            raised[which] = raised[which].max(up);
            let band = |h| decide(&Scores::from_heads(h), &policy(), Statute::shipped()).band;
            prop_assert!(band(raised) >= band(heads));
        }
    }
}
