//! What a person fills in.

use grens_law::{Article, ContextFlag, Ground, Judgement, OnlineCheck, Publicity, Route, Span};

/// A verdict as a person fills it in; the store adds post, person and time. What must be filled is what [`grens_law::VerdictRecord::check`] wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What is decided. Never [`Judgement::Reopened`].
    pub verdict: Judgement,
    /// The articles, for a candidate.
    pub articles: Vec<Article>,
    /// The grounds, the one that weighs most first.
    pub grounds: Vec<Ground>,
    /// The group that is meant.
    pub group_named: Option<String>,
    /// Who could see it.
    pub publicity: Publicity,
    /// The words that the verdict rests on; checked against the text.
    pub quote: Option<Span>,
    /// Context that was seen.
    pub context: Vec<ContextFlag>,
    /// Why. Needed for a yes and for a no.
    pub reason: Option<String>,
    /// On steps 2 and 3.
    pub note: Option<String>,
    /// Whether it was still there.
    pub still_online: Option<OnlineCheck>,
    /// Where it should go.
    pub route: Option<Route>,
}

impl Form {
    /// Most characters of the reason, the note and the group each.
    pub const MOST_CHARS: usize = 4000;

    /// An empty form with this verdict.
    #[must_use]
    pub fn new(verdict: Judgement) -> Self {
        Self {
            verdict,
            articles: vec![],
            grounds: vec![],
            group_named: None,
            publicity: Publicity::Unknown,
            quote: None,
            context: vec![],
            reason: None,
            note: None,
            still_online: None,
            route: None,
        }
    }
}
