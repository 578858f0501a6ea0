//! What a record says to people, in Dutch and in English: facts alone. It names what was found, by which program, with which score against which
//! threshold; it calls nobody anything, and leaves the judgement to the reader. A test over all combinations holds it to that.

mod words;

use std::fmt::Write as _;

use grens_law::{Article, Band, Ground, Statute};

use crate::record::{CandidateRecord, CorrectionAction, Explanation};
use crate::retention::Moment;
use words::{EN, NL, Words};

/// Longest quotation, in characters.
const QUOTED: usize = 300;

/// What a candidate's record says.
pub(crate) fn of_candidate(candidate: &CandidateRecord, statute: &Statute) -> Explanation {
    Explanation {
        nl: Writer { candidate, statute, words: &NL }.text(),
        en: Writer { candidate, statute, words: &EN }.text(),
    }
}

/// What a correction says.
pub(crate) fn of_correction(action: CorrectionAction) -> Explanation {
    let (nl, en) = match action {
        CorrectionAction::Withdrawn => (
            "Een mens heeft de eerdere beoordeling van dit bericht herzien. Het eerder verzonden stuk wordt ingetrokken; doe er niets meer mee.",
            "A person has revised the earlier verdict on this post. The record that was sent before is withdrawn; do not act on it any more.",
        ),
        CorrectionAction::Replaced => (
            "Een mens heeft de eerdere beoordeling van dit bericht herzien. Het eerder verzonden stuk vervalt; een ander stuk komt ervoor in de plaats.",
            "A person has revised the earlier verdict on this post. The record that was sent before lapses; another takes its place.",
        ),
    };
    Explanation { nl: nl.to_owned(), en: en.to_owned() }
}

struct Writer<'a> {
    candidate: &'a CandidateRecord,
    statute: &'a Statute,
    words: &'static Words,
}

impl Writer<'_> {
    fn text(&self) -> String {
        let (c, words) = (self.candidate, self.words);
        let found = Moment::parse(&c.found_at).map_or_else(|| c.found_at.clone(), Moment::day);
        let mut lines = vec![words.draft.to_owned(), (words.made)(c, &found)];
        lines.push(if c.band == Band::Candidate { words.candidate } else { words.review }.to_owned());
        lines.extend(Article::ALL.into_iter().filter(|a| self.names(*a)).map(|a| self.article(a)));
        lines.push(self.grounds());
        lines.extend(c.evidence.iter().map(|span| format!("{}«{}»", words.evidence, shortened(&span.quote))));
        if c.truncated {
            lines.push(words.truncated.to_owned());
        }
        if let Some(cluster) = c.cluster.as_ref().filter(|cluster| cluster.stands_for > 1) {
            lines.push((words.cluster)(cluster.stands_for));
        }
        lines.push(self.judgement());
        lines.push(words.end.to_owned());
        lines.join("\n")
    }

    /// Whether the program or a person names the article.
    fn names(&self, article: Article) -> bool {
        let judged = self.candidate.verdict.as_ref().is_some_and(|v| v.articles.contains(&article));
        judged || self.candidate.articles.contains(&article)
    }

    fn article(&self, article: Article) -> String {
        let (score, threshold) = self.candidate.article(article);
        let name = (self.words.article_name)(self.statute, article).unwrap_or_default();
        (self.words.article)(article.name(), name, &self.number(score, 3), &self.plain(threshold))
    }

    fn grounds(&self) -> String {
        let c = self.candidate;
        if c.grounds.is_empty() {
            return self.words.no_ground.to_owned();
        }
        let named: Vec<String> =
            c.grounds.iter().map(|&g| (self.words.ground)(self.ground(g), &self.number(c.ground(g), 3))).collect();
        format!(
            "{}{}{}",
            self.words.grounds,
            named.join(", "),
            (self.words.ground_from)(&self.plain(c.thresholds.ground))
        )
    }

    fn judgement(&self) -> String {
        let Some(verdict) = &self.candidate.verdict else { return self.words.not_judged.to_owned() };
        let day = Moment::parse(&verdict.judged_at).map_or_else(|| verdict.judged_at.clone(), Moment::day);
        // Each article with its own grounds: what one lists, another may not.
        let parts: Vec<String> = verdict
            .articles
            .iter()
            .map(|&article| {
                let covered = verdict.grounds.iter().filter(|&&g| self.statute.covers(article, g));
                let grounds: Vec<&str> = covered.map(|&g| self.ground(g)).collect();
                (self.words.judged_article)(article.name(), &grounds.join(", "))
            })
            .collect();
        (self.words.judged)(&day, &parts.join("; "))
    }

    fn ground(&self, ground: Ground) -> &str {
        (self.words.ground_name)(self.statute, ground).unwrap_or_else(|| ground.name())
    }

    fn number(&self, value: f32, decimals: usize) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = write!(text, "{value:.decimals$}");
        text.replace('.', &self.words.decimal.to_string())
    }

    /// As the policy has it.
    fn plain(&self, value: f32) -> String {
        value.to_string().replace('.', &self.words.decimal.to_string())
    }
}

fn shortened(quote: &str) -> String {
    if quote.chars().count() <= QUOTED {
        return quote.to_owned();
    }
    quote.chars().take(QUOTED).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests;
