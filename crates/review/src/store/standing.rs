//! Where an item stands: a function of its entries and of how many people judge it. The one place for this; the store writes down what comes of it, and `verify`
//! derives it anew.

use std::collections::{BTreeSet, HashSet};

use grens_law::Judgement;

use super::Lane;
use super::chain::{Body, Kind, Said};
use super::codes::{articles_code, grounds_code};

/// Where an item lies that nobody has judged.
pub(super) const FIRST_LANE: Lane = Lane::Rate;

/// Someone's verdict that counts in a round.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rated {
    pub(super) round: i64,
    /// 1 first, 2 second, 3 between two or in place of another's.
    pub(super) place: i64,
    pub(super) by: String,
    /// The entry that counts: the verdict, or its last correction.
    pub(super) entry: i64,
    pub(super) at: String,
    pub(super) said: Said,
    /// What was said at first.
    pub(super) at_first: Said,
}

/// Where an item stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    /// `None` when it is done or erased.
    pub(super) lane: Option<Lane>,
    pub(super) round: i64,
    /// Of all rounds.
    pub(super) ratings: Vec<Rated>,
    /// Everybody whose word stands in the entries, also where a later one took its place, and who reopened it: none of them judges it again.
    pub(super) judges: BTreeSet<String>,
    /// What was decided, if it is.
    pub(super) outcome: Option<Rated>,
    /// In the present round, the second person who said the same as the first.
    pub(super) agreed: Option<String>,
    /// The last entry that took a decision away: a reopening, or a correction that left two people apart.
    pub(super) open_since: Option<i64>,
    pub(super) erased: bool,
}

impl Standing {
    /// Where an item stands after `entries` (in order, all about it; imports may be among them), that `raters` people judge.
    pub(super) fn after(entries: &[Body], raters: i64) -> Self {
        let undone = undone(entries);
        let mut standing = Self {
            lane: Some(Lane::Rate),
            round: 1,
            ratings: vec![],
            judges: BTreeSet::new(),
            outcome: None,
            agreed: None,
            open_since: None,
            erased: false,
        };
        for entry in entries.iter().filter(|e| !undone.contains(&e.seq)) {
            let was_decided = standing.outcome.is_some();
            standing.take(entry);
            if matches!(entry.kind, Kind::Erasure) {
                continue;
            }
            standing.decide(raters);
            if was_decided && standing.outcome.is_none() {
                standing.open_since = Some(entry.seq);
            }
        }
        if standing.erased {
            standing.lane = None;
        }
        standing
    }

    /// The verdicts of the present round.
    pub(super) fn in_round(&self) -> impl Iterator<Item = &Rated> {
        self.ratings.iter().filter(|r| r.round == self.round)
    }

    pub(super) fn rated_by(&self, pseudonym: &str) -> bool {
        self.judges.contains(pseudonym)
    }

    fn take(&mut self, entry: &Body) {
        if entry.verdict.is_some() || entry.kind == Kind::Reopening {
            self.judges.extend(entry.by.clone());
        }
        match (entry.kind, &entry.verdict) {
            (Kind::Verdict | Kind::Bulk, Some(said)) => {
                let place = if self.in_round().any(|r| r.place == 1) { 2 } else { 1 };
                self.rate(entry, place, said);
            }
            (Kind::Adjudication, Some(said)) => self.rate(entry, 3, said),
            (Kind::Correction, Some(said)) => {
                let by = entry.by.as_deref().unwrap_or_default();
                let round = self.round;
                let own = self.ratings.iter_mut().find(|r| r.round == round && Some(r.entry) == entry.of && r.by == by);
                match own {
                    Some(rated) => {
                        rated.entry = entry.seq;
                        rated.at.clone_from(&entry.at);
                        rated.said = said.clone();
                    }
                    // A lead's word in place of somebody else's.
                    None => self.rate(entry, 3, said),
                }
            }
            (Kind::Reopening, _) => self.round += 1,
            (Kind::Erasure, _) => self.erased = true,
            (Kind::Import | Kind::Undo | Kind::Account | Kind::Settings | Kind::Highlights, _) | (_, None) => {}
        }
    }

    fn rate(&mut self, entry: &Body, place: i64, said: &Said) {
        let (round, by) = (self.round, entry.by.clone().unwrap_or_default());
        self.ratings.retain(|r| (r.round, r.place) != (round, place));
        self.ratings.push(Rated {
            round,
            place,
            by,
            entry: entry.seq,
            at: entry.at.clone(),
            said: said.clone(),
            at_first: said.clone(),
        });
    }

    fn decide(&mut self, raters: i64) {
        let of = |place| self.in_round().find(|r| r.place == place).cloned();
        let (first, second, between) = (of(1), of(2), of(3));
        // What was objected to is judged by one other person.
        let needs_two = raters == 2 && self.round == 1;
        self.agreed = None;
        let waits_in = if self.round == 1 { Lane::Rate } else { Lane::Objection };
        (self.lane, self.outcome) = match (first, second, between) {
            (_, _, Some(between)) => (None, Some(between)),
            (Some(first), Some(second), None) if same(&first.said, &second.said) => {
                self.agreed = Some(second.by.clone());
                // The later of the two made it a decision.
                let at = first.at.clone().max(second.at.clone());
                (None, Some(Rated { at, ..first }))
            }
            (Some(_), Some(_), None) => (Some(Lane::Adjudicate), None),
            (Some(first), None, None) if !needs_two => (None, Some(first)),
            _ => (Some(waits_in), None),
        };
    }
}

/// Whether two people said the same: the same verdict, for the same articles.
pub(super) fn same(a: &Said, b: &Said) -> bool {
    a.verdict == b.verdict
        && (a.verdict != Judgement::Candidate || articles_code(&a.articles) == articles_code(&b.articles))
}

/// Articles and grounds of a decision, as the store keeps them: those of a yes, and what a person named for a no.
pub(super) fn outcome_codes(said: &Said) -> (i64, i64) {
    let articles = if said.verdict == Judgement::Candidate { articles_code(&said.articles) } else { 0 };
    (articles, grounds_code(&said.grounds))
}

/// Entries that were taken back.
pub(super) fn undone(entries: &[Body]) -> HashSet<i64> {
    entries.iter().filter(|e| e.kind == Kind::Undo).filter_map(|e| e.of).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn entry(seq: i64, kind: &str, by: &str, of: Option<i64>, verdict: Option<&str>) -> Body {
        let said = verdict.map(|v| {
            let (verdict, article) = v.split_once(' ').unwrap_or((v, ""));
            let articles: Vec<&str> = if article.is_empty() { vec![] } else { vec![article] };
            serde_json::json!({"verdict": verdict, "articles": articles, "grounds": ["race"], "publicity": "public", "context": []})
        });
        let at = format!("2026-11-22T10:00:{seq:02}.000Z");
        serde_json::from_value(serde_json::json!({
            "seq": seq, "at": at, "kind": kind, "item": 1, "by": by, "of": of, "verdict": said
        }))
        .unwrap()
    }

    fn yes(seq: i64, by: &str) -> Body {
        entry(seq, "verdict", by, None, Some("candidate 137c"))
    }

    fn no(seq: i64, by: &str) -> Body {
        entry(seq, "verdict", by, None, Some("not_candidate"))
    }

    fn outcome(standing: &Standing) -> Option<(Judgement, i64)> {
        standing.outcome.as_ref().map(|o| (o.said.verdict, o.entry))
    }

    #[test]
    fn one_rater_decides_and_two_must_agree() {
        assert_eq!(Standing::after(&[], 1).lane, Some(Lane::Rate));
        let done = Standing::after(&[yes(1, "a")], 1);
        assert_eq!((done.lane, outcome(&done)), (None, Some((Judgement::Candidate, 1))));
        assert_eq!(Standing::after(&[yes(1, "a")], 2).lane, Some(Lane::Rate));
        let agreed = Standing::after(&[yes(1, "a"), yes(2, "b")], 2);
        assert_eq!((agreed.lane, agreed.agreed.as_deref()), (None, Some("b")));
        assert!(agreed.outcome.unwrap().at.contains(":02"));
    }

    #[test]
    fn who_differ_go_to_a_lead() {
        let apart = [yes(1, "a"), entry(2, "verdict", "b", None, Some("candidate 137d"))];
        let standing = Standing::after(&apart, 2);
        assert_eq!((standing.lane, standing.outcome.is_none()), (Some(Lane::Adjudicate), true));
        let mut decided = apart.to_vec();
        decided.push(entry(3, "adjudication", "c", None, Some("not_candidate")));
        let standing = Standing::after(&decided, 2);
        assert_eq!((standing.lane, outcome(&standing)), (None, Some((Judgement::NotCandidate, 3))));
    }

    #[test]
    fn what_is_undone_never_was() {
        let standing = Standing::after(&[yes(1, "a"), entry(2, "undo", "a", Some(1), None)], 1);
        assert_eq!(standing, Standing::after(&[], 1));
        assert!(!standing.rated_by("a"));
    }

    #[test]
    fn an_own_correction_takes_the_place_and_a_leads_goes_over_it() {
        let own = [yes(1, "a"), entry(2, "correction", "a", Some(1), Some("not_candidate"))];
        let standing = Standing::after(&own, 1);
        assert_eq!(outcome(&standing), Some((Judgement::NotCandidate, 2)));
        assert_eq!(standing.ratings.len(), 1);
        assert_eq!(standing.ratings[0].at_first.verdict, Judgement::Candidate);
        let leads = [yes(1, "a"), entry(2, "correction", "z", Some(1), Some("not_candidate"))];
        let standing = Standing::after(&leads, 1);
        assert_eq!((outcome(&standing), standing.ratings.len()), (Some((Judgement::NotCandidate, 2)), 2));
    }

    #[test]
    fn who_was_corrected_has_judged_all_the_same() {
        let entries = [
            yes(1, "a"),
            no(2, "b"),
            entry(3, "adjudication", "c", None, Some("not_candidate")),
            entry(4, "correction", "e", Some(3), Some("candidate 137c")),
            entry(5, "reopening", "z", None, None),
        ];
        let standing = Standing::after(&entries, 2);
        assert!(["a", "b", "c", "e"].into_iter().all(|by| standing.rated_by(by)));
        assert!(standing.rated_by("z"), "who reopens it has said what is wrong with it");
        assert!(!standing.rated_by("y"));
    }

    #[test]
    fn a_correction_can_part_two_who_agreed() {
        let entries = [no(1, "a"), no(2, "b"), entry(3, "correction", "a", Some(1), Some("candidate 137c"))];
        let standing = Standing::after(&entries, 2);
        assert_eq!((standing.lane, standing.open_since), (Some(Lane::Adjudicate), Some(3)));
    }

    #[test]
    fn an_objection_opens_a_round_of_one() {
        let reopened = [yes(1, "a"), yes(2, "b"), entry(3, "reopening", "z", None, None)];
        let standing = Standing::after(&reopened, 2);
        assert_eq!((standing.lane, standing.round, standing.open_since), (Some(Lane::Objection), 2, Some(3)));
        assert!(standing.rated_by("a") && standing.rated_by("b") && !standing.rated_by("c"));
        let mut judged = reopened.to_vec();
        judged.push(no(4, "c"));
        assert_eq!(outcome(&Standing::after(&judged, 2)), Some((Judgement::NotCandidate, 4)));
    }

    #[test]
    fn an_erasure_ends_it_and_leaves_the_outcome() {
        let standing = Standing::after(&[yes(1, "a"), entry(2, "erasure", "", None, None)], 1);
        assert_eq!((standing.lane, outcome(&standing)), (None, Some((Judgement::Candidate, 1))));
        let standing = Standing::after(&[entry(1, "erasure", "", None, None)], 1);
        assert_eq!((standing.lane, standing.outcome), (None, None));
    }
}
