//! What a person fills in.

use grens_law::{Article, ContextFlag, Ground, Judgement, OnlineCheck, Publicity, Route, Span};

use super::chain::{Said, Words};
use crate::error::{Result, ReviewError};

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

impl Form {
    /// What stays for ever, and what is erased one day.
    pub(super) fn parted(&self) -> Result<(Said, Words)> {
        let said = Said {
            verdict: self.verdict,
            // Of a verdict that is no yes the articles would say nothing.
            articles: if self.verdict == Judgement::Candidate { once(&self.articles) } else { vec![] },
            grounds: once(&self.grounds),
            publicity: self.publicity,
            context: once(&self.context),
            still_online: self.still_online.clone(),
            route: self.route,
        };
        if said.still_online.as_ref().is_some_and(|check| grens_gateway::Moment::parse(&check.checked_at).is_none()) {
            return Err(ReviewError::Field { field: "still_online", problem: "has no time in UTC (RFC 3339)" });
        }
        let words = Words {
            reason: filled("reason", self.reason.as_deref())?,
            note: filled("note", self.note.as_deref())?,
            group_named: filled("group_named", self.group_named.as_deref())?,
            quote: self.quote.clone(),
        };
        Ok((said, words))
    }
}

/// A text without spaces around, if anything is left of it.
pub(super) fn filled(field: &'static str, text: Option<&str>) -> Result<Option<String>> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > Form::MOST_CHARS) {
        return Err(ReviewError::Field { field, problem: "has more than 4,000 characters" });
    }
    Ok(text.map(str::to_owned))
}

fn once<T: Copy + PartialEq>(list: &[T]) -> Vec<T> {
    let mut seen = vec![];
    list.iter().for_each(|&one| {
        if !seen.contains(&one) {
            seen.push(one);
        }
    });
    seen
}
