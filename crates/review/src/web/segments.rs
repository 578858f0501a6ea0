//! A post's text cut where something changes: a marked word begins, a word to mask ends.

use super::slurs::is_slur;
use crate::inert::{self, shown};

/// How strongly a word is marked: the share of the largest drop that its removal causes.
const STRONG: f32 = 0.66;
const SOME: f32 = 0.33;

/// A word whose removal lowers the score, in characters from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mark {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// By how much the score falls without the word.
    pub(crate) drop: f32,
}

/// A run of text that is shown alike.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Segment {
    /// As it is shown, one character for each of the post.
    pub(crate) text: String,
    /// 0 for no mark, 1 to 3 for a faint to a strong one.
    pub(crate) mark: u8,
    /// Whether it is masked on request.
    pub(crate) slur: bool,
}

/// A text that nothing is marked in.
pub(crate) fn plain(text: &str) -> Vec<Segment> {
    segments(text, &[])
}

/// Cut `text`; the characters of all segments together are those of the text, up to [`inert::MOST_CHARS`].
pub(crate) fn segments(text: &str, marks: &[Mark]) -> Vec<Segment> {
    let signs: Vec<char> = text.chars().take(inert::MOST_CHARS).collect();
    let mut faces = vec![(0u8, false); signs.len()];
    let largest = marks.iter().map(|m| m.drop).fold(f32::EPSILON, f32::max);
    for mark in marks.iter().filter(|m| m.drop > 0.0) {
        let level = match mark.drop / largest {
            share if share > STRONG => 3,
            share if share > SOME => 2,
            _ => 1,
        };
        for face in faces.iter_mut().take(mark.end).skip(mark.start) {
            face.0 = face.0.max(level);
        }
    }
    for (start, end) in words(&signs) {
        let word: String = signs.iter().take(end).skip(start).filter(|sign| !inert::splits_nothing(**sign)).collect();
        if is_slur(&word) {
            faces.iter_mut().take(end).skip(start).for_each(|face| face.1 = true);
        }
    }
    let mut out: Vec<Segment> = vec![];
    let mut last = None;
    for (sign, face) in signs.into_iter().zip(faces) {
        match out.last_mut() {
            Some(segment) if last == Some(face) => segment.text.push(shown(sign)),
            _ => out.push(Segment { text: shown(sign).to_string(), mark: face.0, slur: face.1 }),
        }
        last = Some(face);
    }
    out
}

/// Runs of letters, with what hides between them: where each begins, and where it has ended.
fn words(signs: &[char]) -> Vec<(usize, usize)> {
    let mut out = vec![];
    let mut start = None;
    for (i, sign) in signs.iter().enumerate() {
        match (sign.is_alphabetic() || inert::splits_nothing(*sign), start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                out.push((from, i));
                start = None;
            }
            _ => {}
        }
    }
    out.extend(start.map(|from| (from, signs.len())));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Segment {
        Segment { text: text.to_owned(), ..Segment::default() }
    }

    #[test]
    fn all_characters_come_back_once() {
        let text = "Wat een flikkers,\r\nzeg ik \u{202e}<b>";
        let cut = segments(text, &[Mark { start: 4, end: 16, drop: 0.4 }, Mark { start: 19, end: 22, drop: 0.1 }]);
        let joined: String = cut.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(joined, text.chars().map(shown).collect::<String>());
        assert!(cut.iter().any(|s| s.slur && s.mark == 3 && s.text == "flikkers"), "{cut:?}");
        assert!(cut.iter().any(|s| s.mark == 1 && s.text == "zeg"), "{cut:?}");
    }

    #[test]
    fn a_slur_that_is_split_by_what_nobody_sees_is_one() {
        for hidden in ['\u{200b}', '\u{ad}', '\u{2060}', '\u{180e}', '\u{34f}', '\u{200d}'] {
            let cut = segments(&format!("een fl{hidden}ikker, zei hij"), &[]);
            assert!(cut.iter().any(|s| s.slur && s.text.ends_with("ikker") && s.text.starts_with("fl")), "{cut:?}");
        }
    }

    #[test]
    fn marks_beyond_the_text_and_without_a_drop_are_nothing() {
        let marks = [Mark { start: 2, end: 99, drop: -0.1 }, Mark { start: 50, end: 99, drop: 0.4 }];
        assert_eq!(segments("abc", &marks), [one("abc")]);
        assert_eq!(segments("", &marks), []);
    }
}
