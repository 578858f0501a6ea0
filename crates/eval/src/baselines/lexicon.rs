//! A word list of the project's own making (`data/lexicon-nl.tsv`).

use std::collections::HashMap;

use sha2::{Digest, Sha256};

const SHIPPED: &str = include_str!("../../data/lexicon-nl.tsv");
/// From here on the lexicon says yes: a slur, or abuse beside a group's name.
pub(super) const THRESHOLD: f32 = 0.6;
/// Words between a group's name and abuse of it, at most.
const NEAR: usize = 6;

/// What a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Contempt for a group by itself.
    Slur,
    /// The name of a protected group.
    Group,
    /// A word that is contempt or a call when it is said of a group.
    Abuse,
}

/// Terms of one to four words. A trailing `*` stands for any ending.
#[derive(Debug)]
pub struct Lexicon {
    /// By first word; the rest of the term, and its kind.
    terms: HashMap<&'static str, Vec<(Vec<&'static str>, Kind)>>,
    /// Beginnings of words, sorted.
    beginnings: Vec<(&'static str, Kind)>,
}

impl Lexicon {
    /// The list that ships.
    #[must_use]
    pub fn shipped() -> Self {
        let (mut terms, mut beginnings): (HashMap<_, Vec<_>>, Vec<_>) = (HashMap::new(), vec![]);
        for line in SHIPPED.lines().skip(1) {
            let Some((kind, list)) = line.split_once('\t') else { continue };
            let kind = match kind {
                "slur" => Kind::Slur,
                "group" => Kind::Group,
                _ => Kind::Abuse,
            };
            for term in list.split(", ") {
                let mut words = term.split(' ');
                match (words.next(), term.strip_suffix('*')) {
                    (_, Some(beginning)) => beginnings.push((beginning, kind)),
                    (Some(first), None) => terms.entry(first).or_default().push((words.collect(), kind)),
                    (None, None) => {}
                }
            }
        }
        beginnings.sort_unstable_by_key(|b| b.0);
        Self { terms, beginnings }
    }

    /// SHA-256 of the list, hexadecimal.
    #[must_use]
    pub fn hash() -> String {
        format!("{:x}", Sha256::digest(SHIPPED))
    }

    /// 0.9 for a slur, 0.6 for abuse within a few words of a group's name, 0.3 for abuse, 0.1 for a group's name, 0 for none; a tenth of the way
    /// up for each further term. `text` as [`super::plain`] gives it.
    #[must_use]
    pub fn score(&self, text: &str) -> f32 {
        let words: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-').filter(|w| !w.is_empty()).collect();
        let found: Vec<(usize, Kind)> =
            (0..words.len()).filter_map(|at| Some((at, self.kind_at(words.get(at..)?)?))).collect();
        let of = |kind: Kind| found.iter().filter(move |f| f.1 == kind).map(|f| f.0);
        let near = of(Kind::Group).any(|g| of(Kind::Abuse).any(|a| a.abs_diff(g) <= NEAR));
        let base = match (of(Kind::Slur).next(), near, of(Kind::Abuse).next(), of(Kind::Group).next()) {
            (Some(_), ..) => 0.9,
            (_, true, ..) => 0.6,
            (_, _, Some(_), _) => 0.3,
            (_, _, _, Some(_)) => 0.1,
            _ => return 0.0,
        };
        #[allow(clippy::cast_precision_loss, reason = "few terms")]
        let more = 0.01 * found.len().saturating_sub(1).min(9) as f32;
        base + more
    }

    /// The strongest kind of a term that begins here.
    fn kind_at(&self, words: &[&str]) -> Option<Kind> {
        let (first, rest) = words.split_first()?;
        let whole = self.terms.get(first).into_iter().flatten().filter(|(more, _)| rest.starts_with(more)).map(|t| t.1);
        let beginning = self.beginnings.iter().filter(|(b, _)| first.starts_with(b)).map(|b| b.1);
        whole.chain(beginning).min_by_key(|kind| match kind {
            Kind::Slur => 0,
            Kind::Abuse => 1,
            Kind::Group => 2,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slur_outweighs_abuse_near_a_group_which_outweighs_both_alone() {
        let lexicon = Lexicon::shipped();
        let score = |text: &str| lexicon.score(text);
        assert!(score("wat een kutmarokkaan") >= 0.9);
        assert!((0.6..0.9).contains(&score("die belgen en polen zijn ongedierte")));
        assert!((0.3..0.6).contains(&score("die muizen zijn ongedierte")));
        assert!((0.1..0.3).contains(&score("de moslims in onze straat")));
        assert_eq!(score("lekker weertje"), 0.0);
    }

    #[test]
    fn the_list_is_sound() {
        let mut lines = SHIPPED.lines();
        assert_eq!(lines.next(), Some("kind\tterms"));
        let mut terms: Vec<&str> = vec![];
        for line in lines {
            let (kind, list) = line.split_once('\t').unwrap_or_default();
            assert!(["slur", "group", "abuse"].contains(&kind), "{line}");
            terms.extend(list.split(", "));
        }
        let n = terms.len();
        assert!(n >= 300, "{n}");
        terms.sort_unstable();
        terms.dedup();
        assert_eq!(terms.len(), n, "a term stands twice");
        assert!(terms.iter().all(|t| !t.is_empty() && *t == t.to_lowercase()));
    }
}
