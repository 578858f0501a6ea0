//! What happened to one post, in plain words: for the person who wrote it, or whom it is about.

mod words;

use grens_gateway::Moment;
use grens_law::{Article, Ground, Judgement, Statute};
use rusqlite::Connection;

use super::access::{self, Step};
use super::chain::{Body, Kind};
use super::rows::{Stored, entries, evidence, stored};
use super::sight::Sight;
use super::standing::{Standing, undone};
use super::{Evidence, ItemId, Lane, Store, User, settings};
use crate::error::{Result, ReviewError};
use crate::inert::shown;
use words::{EN, NL, Words, filled};

/// The language of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Dutch.
    #[default]
    Dutch,
    /// English.
    English,
}

/// Most passages that are named.
const PASSAGES: usize = 5;

impl Store {
    /// What was found about an item, why, by which model, policy and law version, what people decided, and how to object; plain words, fit to hand to a citizen.
    /// Nothing about other posts, no person's name or pseudonym, nobody's notes.
    ///
    /// # Errors
    /// When there is no such item, the person may see none, anything of it is hidden from the person until a verdict, or the store cannot be read.
    pub fn explain(&self, user: &User, item: ItemId, language: Language) -> Result<String> {
        self.read(|db, now| {
            let user = access::judge(db, user, "see items")?;
            if !Sight::of(db, &user, item, now)?.explains {
                let problem = "its explanation says what is hidden until all who judge it have done so";
                return Err(ReviewError::NotNow { item, problem }.into());
            }
            text(db, item, language)
        })
    }

    /// As [`Store::explain`], for whoever owns the file: the command line. The first of two verdicts is left out until there are two.
    ///
    /// # Errors
    /// When there is no such item, or the store cannot be read.
    pub fn explain_as_owner(&self, item: ItemId, language: Language) -> Result<String> {
        self.read(|db, _| text(db, item, language))
    }
}

fn text(db: &Connection, item: ItemId, language: Language) -> Step<String> {
    let words = match language {
        Language::Dutch => &NL,
        Language::English => &EN,
    };
    let stored = stored(db, item)?;
    let mut entries = entries(db, item.0)?;
    if stored.lane == Some(Lane::Rate) {
        entries.retain(|entry| entry.verdict.is_none());
    }
    let evidence = evidence(db, item.0, stored.text.as_deref())?;
    let settings = settings::read(db)?;
    let writer = Writer { words, language, statute: Statute::shipped(), stored: &stored, entries: &entries };
    let keeps = filled(words.keeps, &[&settings.days_unreviewed.to_string(), &settings.days_reviewed.to_string()]);
    // It holds what strangers wrote, and goes to terminals too.
    Ok(writer.text(&evidence, keeps).chars().map(shown).collect())
}

struct Writer<'a> {
    words: &'static Words,
    language: Language,
    statute: &'static Statute,
    stored: &'a Stored,
    entries: &'a [Body],
}

impl Writer<'_> {
    fn text(&self, evidence: &[Evidence], keeps: String) -> String {
        let mut parts = vec![
            filled(self.words.title, &[&self.stored.id.to_string()]),
            self.post(),
            self.found(evidence),
            self.judged(),
        ];
        parts.push(format!("{}\n{}\n{keeps}", self.words.object_title, self.words.object));
        parts.push(self.words.end.to_owned());
        parts.join("\n\n") + "\n"
    }

    /// Which post.
    fn post(&self) -> String {
        let mut lines = vec![self.words.post_title.to_owned()];
        if let Some(finding) = &self.stored.finding {
            let place = &finding.place;
            lines.push(format!("- {}: {}", self.words.post_id, finding.decision.id));
            lines.extend(place.url.iter().map(|url| format!("- {}: {url}", self.words.address)));
            lines.extend(place.created_at.iter().map(|at| format!("- {}: {at}", self.words.posted)));
        } else {
            lines.push(self.words.erased.to_owned());
        }
        lines.extend(self.stored.platform.iter().map(|platform| format!("- {}: {platform}", self.words.platform)));
        lines.join("\n")
    }

    /// What the program said, and why.
    fn found(&self, evidence: &[Evidence]) -> String {
        let words = self.words;
        let mut lines = vec![words.found_title.to_owned()];
        let Some(finding) = &self.stored.finding else {
            lines.push(filled(words.found_on, &[&self.stored.found.day()]));
            return lines.join("\n");
        };
        let decision = &finding.decision;
        let by = [&finding.grens, &self.stored.found.day(), &decision.model.name, &decision.policy, &decision.law];
        lines.push(filled(words.found_by, &by.map(String::as_str)));
        lines.push(match (decision.band, decision.articles.as_slice()) {
            (grens_law::Band::Candidate, articles) => filled(words.candidate, &[&self.articles(articles)]),
            (_, []) => words.review.to_owned(),
            (_, articles) => filled(words.review_of, &[&self.articles(articles)]),
        });
        if !decision.grounds.is_empty() {
            lines.push(filled(words.grounds, &[&self.grounds(&decision.grounds)]));
        }
        lines.push(filled(words.score, &[&self.number(decision.confidence)]));
        if !evidence.is_empty() {
            lines.push(words.passages.to_owned());
            lines.extend(
                evidence.iter().take(PASSAGES).map(|e| format!("- «{}»", e.span.quote.replace(['\n', '\r'], " "))),
            );
        }
        if decision.truncated {
            lines.push(words.truncated.to_owned());
        }
        lines.push(words.caveat.to_owned());
        lines.join("\n")
    }

    /// What people decided, in order.
    fn judged(&self) -> String {
        let taken_back = undone(self.entries);
        let standing = Standing::after(self.entries, self.stored.raters);
        let mut lines = vec![self.words.judged_title.to_owned()];
        let counts = self.entries.iter().filter(|e| !taken_back.contains(&e.seq) && e.kind != Kind::Undo);
        lines.extend(counts.filter_map(|entry| self.event(entry)));
        lines.push(match &standing.outcome {
            Some(outcome) => format!("{}: {}.", self.words.outcome, self.verdict(&outcome.said)),
            None if standing.erased && standing.open_since.is_some() => self.words.expired_anew.to_owned(),
            None if standing.erased && !standing.judges.is_empty() => self.words.expired_between.to_owned(),
            None if standing.erased => self.words.expired.to_owned(),
            None => self.words.open.to_owned(),
        });
        lines.join("\n")
    }

    fn event(&self, entry: &Body) -> Option<String> {
        let day = Moment::parse(&entry.at).map_or_else(String::new, Moment::day);
        let what = match (entry.kind, &entry.verdict) {
            (Kind::Verdict, Some(said)) => filled(self.words.verdict, &[&self.verdict(said)]),
            (Kind::Bulk, Some(said)) => filled(self.words.bulk, &[&self.verdict(said)]),
            (Kind::Adjudication, Some(said)) => filled(self.words.adjudication, &[&self.verdict(said)]),
            (Kind::Correction, Some(said)) => filled(self.words.correction, &[&self.verdict(said)]),
            (Kind::Reopening, _) => self.words.reopening.to_owned(),
            (Kind::Erasure, _) => self.words.erasure.to_owned(),
            _ => return None,
        };
        Some(format!("- {day}: {what}"))
    }

    fn verdict(&self, said: &super::chain::Said) -> String {
        let words = self.words;
        match said.verdict {
            Judgement::Candidate => filled(words.yes, &[&self.articles(&said.articles), &self.grounds(&said.grounds)]),
            Judgement::NotCandidate => words.no.to_owned(),
            Judgement::Unsure => words.unsure.to_owned(),
            Judgement::OutsideLaw => words.outside.to_owned(),
            Judgement::Reopened => words.open.to_owned(),
        }
    }

    fn articles(&self, articles: &[Article]) -> String {
        let name = |article: &Article| {
            let entry = self.statute.article(*article);
            let name = entry.map(|e| if self.is_dutch() { e.nl.as_str() } else { e.en.as_str() });
            format!("{article} ({})", name.unwrap_or_default())
        };
        self.joined(articles.iter().map(name))
    }

    fn grounds(&self, grounds: &[Ground]) -> String {
        let name = |ground: &Ground| {
            let entry = self.statute.grounds.iter().find(|g| g.id == *ground);
            let name = entry.map(|g| if self.is_dutch() { g.nl.as_str() } else { g.en.as_str() });
            name.unwrap_or_default().to_owned()
        };
        self.joined(grounds.iter().map(name))
    }

    fn is_dutch(&self) -> bool {
        self.language == Language::Dutch
    }

    fn joined(&self, names: impl Iterator<Item = String>) -> String {
        names.collect::<Vec<_>>().join(self.words.and)
    }

    fn number(&self, p: f32) -> String {
        let text = format!("{p:.3}");
        if self.is_dutch() { text.replace('.', ",") } else { text }
    }
}
