//! An item as a person gets it.

use grens_law::{Article, ArticleScores, Band, Ground, GroundScores, ModelRef, Span};
use serde::{Deserialize, Serialize};

use super::Lane;
use super::history::Event;
use super::ids::ItemId;

/// As what a person judges an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rating {
    /// The first of one or two.
    First,
    /// The second of two; neither sees what the other said.
    Second,
    /// A lead, between two who differ. Both verdicts stand in the item's history.
    Adjudication,
}

/// A post of the same conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadPost {
    /// Its id on the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its text.
    pub text: String,
    /// When it was posted: RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
}

/// Words whose removal lowers the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The words.
    pub span: Span,
    /// By how much the confidence falls without them, in 0..=1.
    pub drop: f32,
}

/// What the program says of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The band.
    pub band: Band,
    /// The articles that reach it.
    pub articles: Vec<Article>,
    /// The grounds, most probable first.
    pub grounds: Vec<Ground>,
    /// One line of evidence a finding, English.
    pub reasons: Vec<String>,
    /// What queues are ranked by, in 0..=1.
    pub confidence: f32,
    /// Probabilities of group hate and of the articles.
    pub scores: ArticleScores,
    /// Probabilities of the grounds.
    pub ground_scores: GroundScores,
    /// Whether the text was longer than the model reads.
    pub truncated: bool,
    /// Why-highlights by occlusion, the strongest first; empty where they were not computed.
    pub evidence: Vec<Evidence>,
    /// Which model.
    pub model: ModelRef,
    /// Which policy.
    pub policy: String,
    /// Which statute table.
    pub law: String,
}

/// An item. Holds no author, not even a pseudonym.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its number.
    pub id: ItemId,
    /// Where it lies, as far as the person who asks may know; `None` once it is done.
    pub lane: Option<Lane>,
    /// As what the person who asks would judge it.
    pub rating: Rating,
    /// Id of the post, as the input gave it; empty once erased.
    pub post_id: String,
    /// Platform.
    pub platform: Option<String>,
    /// Web address. On most platforms it names the account: show it on demand.
    pub url: Option<String>,
    /// When it was posted: RFC 3339, UTC.
    pub created_at: Option<String>,
    /// When the scan found it: RFC 3339, UTC.
    pub found_at: String,
    /// Who can see it, as the platform says.
    pub visibility: Option<String>,
    /// Language tag.
    pub lang: String,
    /// The text as read; `None` when the scan kept none, or once it is erased.
    pub text: Option<String>,
    /// Posts above it in the conversation, the uppermost first.
    pub thread: Vec<ThreadPost>,
    /// What the program says. `None` while it is hidden: in blind mode and for two raters, until the person who asks has judged and can no longer undo it.
    pub proposal: Option<Proposal>,
    /// The post that stands for this one, for a near repeat.
    pub head: Option<ItemId>,
    /// Posts that this one stands for, itself counted in: exact and near repeats.
    pub stands_for: u64,
    /// Near repeats of it that are open: what [`crate::Store::dismiss_repeats`] would dismiss.
    pub open_repeats: u64,
    /// Whether the person who asks may put another verdict in place of the one that stands.
    pub may_correct: bool,
    /// Whether the person who asks may read what a citizen is told of it: not while anything is hidden.
    pub may_explain: bool,
    /// What became of it so far, oldest first. What is hidden from the person who asks is not in it.
    pub history: Vec<Event>,
    /// When this hand loses it, milliseconds since 1970; `None` when it is not in the asker's hand.
    pub held_until_ms: Option<i64>,
}
