//! The text normalisation that every post goes through before it is tokenised.
//!
//! Hostile spelling should cost the reader of the model's input, not the model: invisible characters vanish, look-alike
//! letters become the letters they imitate, links and mentions become the markers that the training data has. The order
//! of the steps is part of the definition:
//!
//! 1. NFKC;
//! 2. invisible characters (zero width, bidi marks, variation selectors, tags) and combining marks that NFKC left over
//!    are dropped;
//! 3. control characters and every Unicode white space become a space;
//! 4. Cyrillic and Greek look-alikes become Latin in a run of letters that also holds an ASCII letter;
//! 5. links become `[URL]`, then mentions become `@user`;
//! 6. four or more letters that stand alone, all parted by the same single space, `.`, `-`, `_` or `*`, are joined to a word;
//! 7. more than three of one character in a row (ASCII digits excepted) are cut to three;
//! 8. runs of spaces become one, the ends are trimmed;
//! 9. digits are read as letters: one or two of 0, 1, 3, 4, 5 and 7 between two letters of ASCII, one of them small, become `o`, `i`, `e`, `a`,
//!    `s` and `t`;
//! 10. shouting is lowered: words made of capitals (A to Z, À to Þ) alone that follow one another, at least two with six letters
//!     together or one of eight, two of A to Z side by side among them; `[URL]` stays and parts what stands around it.
//!
//! `scripts/normalise.py` does the same for training; `tests/golden/normalise.jsonl` holds both to it.

mod fast;
mod leet;
mod plain;
mod shouting;

use std::ops::Range;

pub use fast::{normalise_text, normalised};
use unicode_normalization::UnicodeNormalization;

/// A normalised text that knows where each of its characters came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalised {
    text: String,
    /// Per byte of `text` the bytes of the original that its character stands for.
    origins: Vec<Range<u32>>,
}

impl Normalised {
    /// The normalised text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte range of the original text that a byte range of [`Normalised::text`] stands for: the smallest range that
    /// covers the origins of all its characters. Empty for an empty range or one that lies outside the text.
    #[must_use]
    pub fn original_range(&self, range: Range<usize>) -> Range<usize> {
        let Some(origins) = self.origins.get(range) else {
            return 0..0;
        };
        let start = origins.iter().map(|o| o.start).min().unwrap_or(0);
        let end = origins.iter().map(|o| o.end).max().unwrap_or(start);
        start as usize..end as usize
    }
}

/// A character and the bytes of the original that it stands for.
#[derive(Clone)]
struct Piece {
    c: char,
    from: Range<u32>,
}

/// Normalise `text`; see the module's page for the definition. Texts beyond 4 GiB are cut there.
#[must_use]
pub fn normalise(text: &str) -> Normalised {
    let mut pieces = nfkc(text);
    pieces.retain(|p| !is_dropped(p.c));
    for p in &mut pieces {
        if p.c.is_control() || p.c.is_whitespace() {
            p.c = ' ';
        }
    }
    if !text.is_ascii() {
        fold_look_alikes(&mut pieces);
    }
    let pieces = replace_links(&pieces);
    let pieces = replace_mentions(&pieces);
    let pieces = join_spelled_out(&pieces);
    finish(&pieces)
}

/// NFKC, segment by segment, so that offsets survive. A segment starts at a character that never merges with what
/// stands before it.
fn nfkc(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(text.len());
    let mut starts: Vec<usize> =
        text.char_indices().filter(|&(i, c)| i == 0 || never_merges_backwards(c)).map(|(i, _)| i).collect();
    starts.push(text.len());
    for bounds in starts.windows(2) {
        let (start, end) = (bounds[0], bounds[1]);
        let segment = &text[start..end];
        if segment.is_ascii() {
            for (i, c) in segment.char_indices() {
                pieces.push(Piece { c, from: span(start + i, start + i + 1) });
            }
        } else if unicode_normalization::is_nfkc(segment) {
            for (i, c) in segment.char_indices() {
                pieces.push(Piece { c, from: span(start + i, start + i + c.len_utf8()) });
            }
        } else {
            pieces.extend(segment.nfkc().map(|c| Piece { c, from: span(start, end) }));
        }
    }
    pieces
}

#[allow(clippy::cast_possible_truncation, reason = "posts are far below 4 GiB; readers cap a line long before")]
const fn span(start: usize, end: usize) -> Range<u32> {
    start as u32..end as u32
}

/// ASCII, Latin, Cyrillic and Greek letters, general punctuation, pictographs: starters that end no composition.
const fn never_merges_backwards(c: char) -> bool {
    matches!(c,
        '\0'..='\u{2af}' | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{52f}' | '\u{2000}'..='\u{206f}'
        | '\u{1d400}'..='\u{1d7ff}' | '\u{ff01}'..='\u{ff5e}' | '\u{1f000}'..='\u{1faff}')
}

const fn is_dropped(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        | '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}')
}

fn fold_look_alikes(pieces: &mut [Piece]) {
    for run in pieces.chunk_by_mut(|a, b| a.c.is_alphabetic() && b.c.is_alphabetic()) {
        if run.iter().any(|p| p.c.is_ascii_alphabetic()) {
            for p in run {
                p.c = look_alike(p.c);
            }
        }
    }
}

const fn look_alike(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'в' => 'b',
        'с' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'н' | 'һ' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ν' => 'v',
        'х' => 'x',
        'у' => 'y',
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' => 'I',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Х' | 'Χ' => 'X',
        'У' | 'Υ' => 'Y',
        'Ζ' => 'Z',
        other => other,
    }
}

/// `http://`, `https://` or `www.` after the start or a character that is no letter or digit, up to the next space.
fn replace_links(pieces: &[Piece]) -> Vec<Piece> {
    let begins = |at: usize, word: &str| {
        pieces.len() - at >= word.len() && word.chars().zip(&pieces[at..]).all(|(w, p)| p.c.eq_ignore_ascii_case(&w))
    };
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while at < pieces.len() {
        let free = at == 0 || !pieces[at - 1].c.is_alphanumeric();
        if free && (begins(at, "http://") || begins(at, "https://") || begins(at, "www.")) {
            let end = pieces[at..].iter().position(|p| p.c == ' ').map_or(pieces.len(), |n| at + n);
            push_marker(&mut out, "[URL]", &pieces[at..end]);
            at = end;
        } else {
            out.push(pieces[at].clone());
            at += 1;
        }
    }
    out
}

/// `@name` after the start or a character that is no letter, digit or underscore. A name's last character is none of `.-`.
fn replace_mentions(pieces: &[Piece]) -> Vec<Piece> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while at < pieces.len() {
        let free = at == 0 || !(pieces[at - 1].c.is_alphanumeric() || pieces[at - 1].c == '_');
        if free && pieces[at].c == '@' {
            let tail = pieces[at + 1..].iter().take_while(|p| word(p.c) || p.c == '.' || p.c == '-').count();
            let name = pieces[at + 1..at + 1 + tail].iter().rposition(|p| word(p.c)).map_or(0, |last| last + 1);
            if name > 0 {
                push_marker(&mut out, "@user", &pieces[at..=at + name]);
                at += 1 + name;
                continue;
            }
        }
        out.push(pieces[at].clone());
        at += 1;
    }
    out
}

/// Fewest letters that are joined: below lie `a.u.b.`, `b. v. d.` and the like.
const SPELLED_OUT: usize = 4;

/// `w o o r d` and `w.o.o.r.d` become `woord`.
fn join_spelled_out(pieces: &[Piece]) -> Vec<Piece> {
    let stands_alone = |at: usize| {
        pieces.get(at).is_some_and(|p| p.c.is_alphabetic())
            && (at == 0 || !pieces[at - 1].c.is_alphanumeric())
            && pieces.get(at + 1).is_none_or(|p| !p.c.is_alphanumeric())
    };
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while at < pieces.len() {
        let gap = pieces.get(at + 1).map(|p| p.c).filter(|c| matches!(c, ' ' | '.' | '-' | '_' | '*'));
        if let Some(gap) = gap.filter(|_| stands_alone(at)) {
            let more = (1..)
                .take_while(|n| pieces.get(at + 2 * n - 1).is_some_and(|p| p.c == gap) && stands_alone(at + 2 * n))
                .count();
            if more + 1 >= SPELLED_OUT {
                out.extend((0..=more).map(|n| pieces[at + 2 * n].clone()));
                at += 2 * more + 1;
                continue;
            }
        }
        out.push(pieces[at].clone());
        at += 1;
    }
    out
}

fn push_marker(out: &mut Vec<Piece>, marker: &str, stands_for: &[Piece]) {
    let start = stands_for.iter().map(|p| p.from.start).min().unwrap_or(0);
    let end = stands_for.iter().map(|p| p.from.end).max().unwrap_or(start);
    out.extend(marker.chars().map(|c| Piece { c, from: start..end }));
}

/// Cut repeats, join spaces, trim.
fn finish(pieces: &[Piece]) -> Normalised {
    let mut text = String::with_capacity(pieces.len());
    let mut origins = Vec::with_capacity(pieces.len());
    let mut repeat = 0;
    let mut last = None;
    for p in pieces {
        repeat = if last == Some(p.c) { repeat + 1 } else { 1 };
        last = Some(p.c);
        let too_often = repeat > 3 && !p.c.is_ascii_digit();
        let needless_space = p.c == ' ' && (text.is_empty() || text.ends_with(' '));
        if too_often || needless_space {
            continue;
        }
        text.push(p.c);
        origins.extend(std::iter::repeat_n(p.from.clone(), p.c.len_utf8()));
    }
    if text.ends_with(' ') {
        text.pop();
        origins.pop();
    }
    let text = read_out(&text).unwrap_or(text);
    Normalised { text, origins }
}

/// The steps that leave every byte where it is, last of all: a digit takes as many bytes as its letter, a capital as many as its small letter.
/// `None` when they change nothing.
fn read_out(text: &str) -> Option<String> {
    match leet::read(text) {
        Some(read) => Some(shouting::lowered(&read).unwrap_or(read)),
        None => shouting::lowered(text),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_the_training_side() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/normalise.jsonl");
        let mut n = 0;
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(normalise(case["in"].as_str().unwrap()).text(), case["out"].as_str().unwrap(), "{line}");
            n += 1;
        }
        assert!(n >= 60, "{n} parity cases");
    }

    #[test]
    fn offsets_lead_back_to_the_original() {
        let original = "zie  https://voorbeeld.nl/x @piet: ﬁets e\u{301}n";
        let n = normalise(original);
        assert_eq!(n.text(), "zie [URL] @user: fiets én");
        let back = |part: &str| {
            let at = n.text().find(part).unwrap();
            &original[n.original_range(at..at + part.len())]
        };
        assert_eq!(back("[URL]"), "https://voorbeeld.nl/x");
        assert_eq!(back("@user"), "@piet");
        assert_eq!(back("ets"), "ets");
        assert_eq!(back("én"), "e\u{301}n");
        assert_eq!(n.original_range(3..3), 0..0);
        let spelled = normalise("een w o o r d!");
        assert_eq!(spelled.text(), "een woord!");
        assert_eq!(spelled.original_range(4..9), 4..13);
        assert_eq!(n.original_range(900..901), 0..0);
        let shouted = normalise("ga WÉG DAAR nu");
        assert_eq!(shouted.text(), "ga wég daar nu");
        assert_eq!(shouted.original_range(3..7), 3..7);
        let leet = normalise("een\u{200b} v1ez3r woord");
        assert_eq!(leet.text(), "een viezer woord");
        assert_eq!(leet.original_range(4..10), 7..13);
    }

    proptest! {
        #[test]
        fn any_text_is_normalised_within_its_bounds(text: String) {
            let n = normalise(&text);
            prop_assert!(!n.text().starts_with(' ') && !n.text().ends_with(' ') && !n.text().contains("  "));
            let range = n.original_range(0..n.text().len());
            prop_assert!(range.end <= text.len());
            prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
        }

        #[test]
        fn segments_change_nothing(text in "[a-zé\u{301}\u{308}ﬁ½가-각\u{1100}-\u{1112}\u{1161}-\u{1175}\u{11a8}-\u{11c2}ا\u{64b}\u{9c7}\u{9be}]{0,12}") {
            let whole: String = text.nfkc().collect();
            let by_segment: String = nfkc(&text).into_iter().map(|p| p.c).collect();
            prop_assert_eq!(by_segment, whole);
        }
    }
}
