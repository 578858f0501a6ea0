//! Why a text scores as it does: the words whose removal lowers the score most (occlusion; Li, Monroe and Jurafsky 2016, "Understanding neural networks through
//! representation erasure"). A hint for readers and no more: words act together, a text with a hole is no text that anybody wrote, and what is left out of
//! a highlight may matter all the same.

use std::ops::Range;

use grens_law::{Article, Scores, Span};

use crate::decider::{Decider, Judged};
use crate::error::Result;

/// Most pieces that a text is cut into: so many more texts are scored. A longer text is cut into pieces of several words.
pub const MOST_PIECES: usize = 96;
/// Most highlights of a text.
pub const MOST_HIGHLIGHTS: usize = 8;
/// What falls by less is left out: it is within what any other word would do.
const LEAST_FALL: f32 = 0.01;

/// Words and what they weigh.
#[derive(Debug, Clone, PartialEq)]
pub struct Highlight {
    /// The words, without signs around them.
    pub span: Span,
    /// By how much the score falls without them, in 0..=1.
    pub fall: f32,
}

/// The words of each text whose removal lowers its score most, the strongest first; empty for a text that no word is decisive for. The score is that which the
/// text is ranked by: the highest of the articles that it is proposed for, else group hate. All texts and all that is left of them are scored together, by the
/// one scoring path.
///
/// # Errors
/// When the model fails.
pub fn highlights(decider: &Decider, texts: &[&str]) -> Result<Vec<Vec<Highlight>>> {
    let pieces: Vec<Vec<Range<usize>>> = texts.iter().map(|text| pieces(text)).collect();
    let holes: Vec<String> =
        texts.iter().zip(&pieces).flat_map(|(text, pieces)| pieces.iter().map(|piece| without(text, piece))).collect();
    let all: Vec<&str> = texts.iter().copied().chain(holes.iter().map(String::as_str)).collect();
    let judged = decider.judge(&all)?;
    let (whole, mut rest) = judged.split_at(texts.len().min(judged.len()));
    let mut found = vec![];
    for ((text, pieces), whole) in texts.iter().zip(pieces).zip(whole) {
        let (own, others) = rest.split_at(pieces.len().min(rest.len()));
        rest = others;
        found.push(strongest(text, &pieces, whole, own));
    }
    Ok(found)
}

fn strongest(text: &str, pieces: &[Range<usize>], whole: &Judged, holes: &[Judged]) -> Vec<Highlight> {
    let score = ranked_by(whole);
    let fall = |hole: &Judged| score(&whole.scores) - score(&hole.scores);
    let mut falls: Vec<(f32, &Range<usize>)> =
        holes.iter().map(fall).zip(pieces).filter(|(fall, _)| *fall >= LEAST_FALL).collect();
    // Of equals the earlier one first.
    falls.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.start.cmp(&b.1.start)));
    falls.truncate(MOST_HIGHLIGHTS);
    falls.into_iter().filter_map(|(fall, piece)| Some(Highlight { span: span(text, piece)?, fall })).collect()
}

/// The score that a text is ranked by: it is looked at in the text with a hole too, whatever that would be ranked by.
fn ranked_by(whole: &Judged) -> impl Fn(&Scores) -> f32 + use<> {
    let by_score = |a: &&Article, b: &&Article| whole.scores.article(**a).total_cmp(&whole.scores.article(**b));
    let article = whole.decision.articles.iter().max_by(by_score).copied();
    move |scores: &Scores| article.map_or(scores.articles.group_hate, |article| scores.article(article))
}

/// Runs of words, as bytes, at most [`MOST_PIECES`] of them.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let words: Vec<Range<usize>> = words(text);
    let together = words.len().div_ceil(MOST_PIECES).max(1);
    let run = |words: &[Range<usize>]| Some(words.first()?.start..words.last()?.end);
    words.chunks(together).filter_map(run).collect()
}

/// What stands between white space and has a letter or a digit or another sign of its own.
fn words(text: &str) -> Vec<Range<usize>> {
    let start_of = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_whitespace()
        .map(|word| {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            // An emoji or a row of signs is a word too.
            let word = if bare.is_empty() { word } else { bare };
            start_of(word)..start_of(word) + word.len()
        })
        .collect()
}

fn without(text: &str, piece: &Range<usize>) -> String {
    let part = |range: Range<usize>| text.get(range).unwrap_or_default();
    [part(0..piece.start), part(piece.end..text.len())].concat()
}

fn span(text: &str, piece: &Range<usize>) -> Option<Span> {
    let count = |range: Range<usize>| u32::try_from(text.get(range)?.chars().count()).ok();
    let start = count(0..piece.start)?;
    let end = start.checked_add(count(piece.clone())?)?;
    Some(Span { start, end, quote: text.get(piece.clone())?.to_owned() })
}

#[cfg(test)]
mod tests;
