//! Words in capitals: whole posts are written in them, and say nothing else than in small letters.

use std::ops::Range;

use super::plain::LATIN;

/// Fewest letters of words that follow one another, and of a word alone: below lie abbreviations, such as PVV and LHBTI.
const LETTERS_TOGETHER: usize = 6;
const LETTERS_ALONE: usize = 8;

const MARKER: &str = "[URL]";

/// `text` with its shouting in small letters, of as many bytes; `None` when there is none.
pub(super) fn lowered(text: &str) -> Option<String> {
    // Most posts end at the first look, nearly all at the second, which tells abbreviations from shouting.
    if !has_capitals_side_by_side(text) || !has_many_capitals_together(text) {
        return None;
    }
    let runs = shouting(text);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for run in &runs {
        out.push_str(&text[from..run.start]);
        out.extend(text[run.clone()].chars().map(small));
        from = run.end;
    }
    out.push_str(&text[from..]);
    (!runs.is_empty()).then_some(out)
}

fn has_capitals_side_by_side(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Without a way out on the way it becomes vector instructions.
    bytes
        .iter()
        .zip(bytes.iter().skip(1))
        .fold(false, |found, (a, b)| found | (a.is_ascii_uppercase() & b.is_ascii_uppercase()))
}

/// Whether there are capitals enough for shouting with no small letter of ASCII among them. What begins with the first byte of `À` to `ÿ` counts as
/// one here.
fn has_many_capitals_together(text: &str) -> bool {
    let mut together = 0;
    // No way out on the way here either: without branches a byte takes a step or two.
    let most = text.bytes().fold(0, |most: usize, b| {
        together += usize::from(b.is_ascii_uppercase() | (b == LATIN));
        together *= usize::from(!b.is_ascii_lowercase());
        most.max(together)
    });
    most >= LETTERS_TOGETHER
}

const fn is_capital(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ')
}

fn small(c: char) -> char {
    if is_capital(c) { c.to_lowercase().next().unwrap_or(c) } else { c }
}

/// Words in capitals that follow one another.
#[derive(Default)]
struct Run {
    bytes: Range<usize>,
    words: usize,
    letters: usize,
}

impl Run {
    fn add(&mut self, text: &str, word: Range<usize>) {
        self.bytes = if self.words == 0 { word.clone() } else { self.bytes.start..word.end };
        self.words += 1;
        self.letters += text[word].chars().count();
    }

    /// Close the run: its bytes, if it is shouting.
    fn close(&mut self, text: &str) -> Option<Range<usize>> {
        let Self { bytes, words, letters } = std::mem::take(self);
        let enough = letters >= if words > 1 { LETTERS_TOGETHER } else { LETTERS_ALONE };
        (enough && has_capitals_side_by_side(&text[bytes.clone()])).then_some(bytes)
    }
}

fn shouting(text: &str) -> Vec<Range<usize>> {
    let mut found = vec![];
    let mut run = Run::default();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let word = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        if rest.starts_with(MARKER) {
            found.extend(run.close(text));
            at += MARKER.len();
        } else if word == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
        } else {
            if rest[..word].chars().all(is_capital) {
                run.add(text, at..at + word);
            } else {
                found.extend(run.close(text));
            }
            at += word;
        }
    }
    found.extend(run.close(text));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_looks_before_pass_over_no_shouting(text in "([A-CÀÉÞaé]{0,5}[ .é-]|\\[URL\\]){0,6}[A-CÀaÿ]{0,9}") {
            let looks = has_capitals_side_by_side(&text) && has_many_capitals_together(&text);
            prop_assert!(looks || shouting(&text).is_empty());
        }
    }
}
