//! Sets of articles and grounds as bits, and names as they stand in the store.

use grens_law::{Article, Band, Ground, Judgement};

use super::Lane;

pub(super) fn articles_code(articles: &[Article]) -> i64 {
    bits(&Article::ALL, articles)
}

pub(super) fn grounds_code(grounds: &[Ground]) -> i64 {
    bits(&Ground::ALL, grounds)
}

pub(super) fn articles_of(code: i64) -> Vec<Article> {
    members(&Article::ALL, code)
}

pub(super) fn grounds_of(code: i64) -> Vec<Ground> {
    members(&Ground::ALL, code)
}

fn bits<T: PartialEq>(all: &[T], some: &[T]) -> i64 {
    all.iter().enumerate().filter(|(_, one)| some.contains(one)).map(|(i, _)| 1 << i).sum()
}

fn members<T: Copy>(all: &[T], code: i64) -> Vec<T> {
    all.iter().enumerate().filter(|(i, _)| code & (1 << i) != 0).map(|(_, one)| *one).collect()
}

pub(super) const fn lane_code(lane: Lane) -> i64 {
    match lane {
        Lane::Objection => 0,
        Lane::Rate => 1,
        Lane::Adjudicate => 2,
    }
}

pub(super) fn lane_of(code: i64) -> Option<Lane> {
    Lane::ALL.into_iter().find(|lane| lane_code(*lane) == code)
}

pub(super) fn band_of(name: &str) -> Option<Band> {
    Band::ALL.into_iter().find(|band| band.name() == name)
}

/// What a person can decide.
pub(super) const JUDGEMENTS: [Judgement; 4] =
    [Judgement::Candidate, Judgement::NotCandidate, Judgement::Unsure, Judgement::OutsideLaw];

pub(super) fn judgement_of(name: &str) -> Option<Judgement> {
    JUDGEMENTS.into_iter().find(|judgement| judgement.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_come_back_as_they_went() {
        for code in 0..4 {
            assert_eq!(articles_code(&articles_of(code)), code);
        }
        for code in 0..32 {
            assert_eq!(grounds_code(&grounds_of(code)), code);
        }
        assert_eq!(grounds_code(&[Ground::Gender, Ground::Race]), 0b1_0001);
        assert_eq!(articles_of(0b10), [Article::A137d]);
    }

    #[test]
    fn names_come_back_as_they_went() {
        assert!(JUDGEMENTS.into_iter().all(|j| judgement_of(j.name()) == Some(j)));
        assert!(Band::ALL.into_iter().all(|b| band_of(b.name()) == Some(b)));
        assert!(Lane::ALL.into_iter().all(|l| lane_of(lane_code(l)) == Some(l)));
        assert_eq!(judgement_of("reopened"), None);
    }
}
