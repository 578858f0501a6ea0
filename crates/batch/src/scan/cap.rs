//! The most that a night may bring.

use grens_law::{Article, Band, Policy};

use super::tally::Marks;

/// What is left of the policy's caps while a ranked list is gone through, best first.
pub(crate) struct Cap {
    left: [usize; Article::ALL.len()],
    review_left: usize,
}

impl Cap {
    pub(crate) fn new(policy: &Policy) -> Self {
        Self {
            left: Article::ALL.map(|a| policy.article(a).nightly_cap),
            review_left: policy.review.map_or(usize::MAX, |r| r.nightly_cap),
        }
    }

    /// Whether the next line is shown. A candidate under two articles is shown while either has room, and takes a place of each that has.
    pub(crate) fn admits(&mut self, marks: &Marks) -> bool {
        if marks.band != Band::Candidate {
            let room = self.review_left > 0;
            self.review_left = self.review_left.saturating_sub(1);
            return room;
        }
        let mut room = false;
        for (left, article) in self.left.iter_mut().zip(Article::ALL) {
            if *left > 0 && marks.articles.contains(&article) {
                *left -= 1;
                room = true;
            }
        }
        room
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_while_one_of_its_articles_has_room() {
        let text = "id = \"t\"\n[137c]\ncandidate = 0.9\nreview = 0.5\nnightly_cap = 1\n[137d]\ncandidate = 0.9\nreview = 0.5\nnightly_cap = 2\n[group_hate]\nreview = 0.5\n[grounds]\nnamed = 0.5\n[review]\nnightly_cap = 1\n";
        let mut cap = Cap::new(&Policy::parse(text).unwrap());
        let marks = |band, articles: &[Article]| Marks { band, articles: articles.to_vec(), grounds: vec![] };
        let (c, d) = (Article::A137c, Article::A137d);
        assert!(cap.admits(&marks(Band::Candidate, &[c, d])));
        assert!(!cap.admits(&marks(Band::Candidate, &[c])));
        assert!(cap.admits(&marks(Band::Candidate, &[c, d])));
        assert!(!cap.admits(&marks(Band::Candidate, &[d])));
        assert!(cap.admits(&marks(Band::Review, &[])));
        assert!(!cap.admits(&marks(Band::Review, &[c])));
    }
}
