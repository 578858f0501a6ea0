//! What is measured: a model by the one scoring path, or another system by its scores.

use std::collections::BTreeMap;
use std::path::Path;

use grens_batch::Decider;
use grens_law::{ArticleThresholds, Band, Ground, GroundThresholds, GroupHateThresholds, Policy};
use serde::{Deserialize, Serialize};

use crate::datasets::{Dataset, read_predictions};
use crate::error::Result;
use crate::head::Head;

/// Texts that are scored at a time.
const WINDOW: usize = 512;

/// Who spoke, for the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SystemRef {
    /// `model`, `baseline` or `predictions`.
    pub kind: String,
    /// Its name, with a version where it has one.
    pub name: String,
    /// SHA-256 over the model's files, of the baseline's data, or of the file of predictions; hexadecimal.
    pub hash: String,
    /// What its scores depend on beside that, by name: what a model ran on, its labels; which columns of a file were read.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// The policy whose thresholds were used, but for a head that a threshold was given for; nothing for other systems.
    pub policy: Option<String>,
    /// The statute table; nothing for other systems.
    pub law: Option<String>,
    /// The licence of what it said; `not stated` where nobody says.
    pub licence: String,
    /// Whom to cite for it.
    pub citation: String,
}

impl SystemRef {
    /// One line: the name, its licence, whom to cite.
    #[must_use]
    pub fn terms(&self) -> String {
        format!("{}: licence {}; cite: {}", self.name, self.licence, self.citation)
    }
}

/// One head's scores, one a text, in the order of the data set.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadScores {
    /// Which head.
    pub head: Head,
    /// Higher is more hateful.
    pub scores: Vec<f32>,
    /// Named thresholds, the one that figures go by first.
    pub thresholds: Vec<(String, f32)>,
    /// Whether the scores are probabilities.
    pub probabilities: bool,
}

impl HeadScores {
    /// The threshold that figures go by.
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.thresholds.first().map_or(0.5, |t| t.1)
    }
}

/// A system with what it said of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct System {
    /// Name in tables.
    pub name: String,
    /// Who spoke.
    pub made_by: SystemRef,
    /// Its heads.
    pub heads: Vec<HeadScores>,
    /// The band of every text, where the system has bands.
    pub bands: Option<Vec<Band>>,
    /// The grounds whose probability reaches the policy's threshold, for every text.
    pub grounds: Option<Vec<Vec<Ground>>>,
}

impl System {
    /// The scores of a head.
    #[must_use]
    pub fn head(&self, head: Head) -> Option<&HeadScores> {
        self.heads.iter().find(|h| h.head == head)
    }

    /// Read a head at another threshold than its policy's. Bands, which follow from all heads' thresholds, are dropped; the grounds that are named
    /// and the other heads still go by the policy.
    pub fn read_at(&mut self, head: Head, threshold: f32) {
        for scores in self.heads.iter_mut().filter(|h| h.head == head) {
            scores.thresholds = vec![("threshold".to_owned(), threshold)];
        }
        self.bands = None;
    }

    /// Score a data set as a scan would.
    ///
    /// # Errors
    /// When the model fails.
    pub fn model(decider: &Decider, data: &Dataset) -> Result<Self> {
        let policy = decider.policy();
        // A head that the model lacks scores 0 everywhere: it is not measured.
        let present = |head: Head| decider.has_head(head.field());
        let mut heads: Vec<HeadScores> = Head::ALL
            .into_iter()
            .filter(|&h| present(h))
            .map(|head| HeadScores { head, scores: vec![], thresholds: head.thresholds(policy), probabilities: true })
            .collect();
        let (mut bands, mut grounds) = (vec![], vec![]);
        for window in data.examples.chunks(WINDOW) {
            let posts: Vec<_> = window.iter().map(|e| e.post.clone()).collect();
            for record in decider.decide(&posts)? {
                for head in &mut heads {
                    head.scores.push(head.head.score(&record.scores));
                }
                let reaches = |g: &Ground| ground_score(&record.ground_scores, *g) >= policy.grounds.named;
                grounds.push(Ground::ALL.into_iter().filter(reaches).collect());
                bands.push(record.band);
            }
        }
        let made_by = SystemRef {
            kind: "model".to_owned(),
            name: decider.model().name.clone(),
            hash: decider.model().hash.clone(),
            settings: BTreeMap::new(),
            policy: Some(policy.id.clone()),
            law: Some(decider.statute().version.clone()),
            licence: "see its model card".to_owned(),
            citation: format!("the card of {}", decider.model().name),
        };
        Ok(Self { name: decider.model().name.clone(), made_by, heads, bands: Some(bands), grounds: Some(grounds) })
    }

    /// Another system, by its scores of one head and the threshold from which it says yes.
    ///
    /// # Errors
    /// As [`read_predictions`].
    pub fn predictions(
        name: &str,
        path: &Path,
        columns: (&str, &str),
        (head, threshold): (Head, f32),
        data: &Dataset,
    ) -> Result<Self> {
        let said = read_predictions(path, columns.0, columns.1, data)?;
        let made_by = SystemRef {
            kind: "predictions".to_owned(),
            name: name.to_owned(),
            hash: said.sha256,
            settings: [("id", columns.0), ("column", columns.1)].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            policy: None,
            law: None,
            licence: "not stated".to_owned(),
            citation: format!("whoever made {name}"),
        };
        let thresholds = vec![("threshold".to_owned(), threshold)];
        let heads = vec![HeadScores { head, scores: said.scores, thresholds, probabilities: said.probabilities }];
        Ok(Self { name: name.to_owned(), made_by, heads, bands: None, grounds: None })
    }
}

const fn ground_score(scores: &grens_law::GroundScores, ground: Ground) -> f32 {
    match ground {
        Ground::Race => scores.race,
        Ground::Religion => scores.religion,
        Ground::Orientation => scores.orientation,
        Ground::Disability => scores.disability,
        Ground::Gender => scores.gender,
    }
}

/// The policy under which a model without one is measured: 0.5 everywhere.
#[must_use]
pub fn half_policy() -> Policy {
    let article = || ArticleThresholds { candidate: 0.5, review: 0.5, nightly_cap: 50 };
    Policy {
        id: "half".to_owned(),
        note: "0.5 everywhere, for measuring a model that brings no policy".to_owned(),
        a137c: article(),
        a137d: article(),
        group_hate: GroupHateThresholds { review: 0.5 },
        review: None,
        gateway: None,
        grounds: GroundThresholds { named: 0.5 },
    }
}
