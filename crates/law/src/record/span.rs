//! A run of characters of a post.

use serde::{Deserialize, Serialize};

/// A run of characters of a post's text, with its words, so that it can be checked against the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// First character, counted in Unicode scalar values from 0.
    pub start: u32,
    /// The character after the last.
    pub end: u32,
    /// The characters themselves.
    pub quote: String,
}

/// A span that is none of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the span {start}..{end} does not hold what it quotes in a text of {length} characters")]
pub struct SpanError {
    /// First character.
    pub start: u32,
    /// The character after the last.
    pub end: u32,
    /// Characters of the text.
    pub length: usize,
}

impl Span {
    /// Whether the span lies in `text`, is not empty and quotes what stands there.
    ///
    /// # Errors
    /// When it does not. The error holds numbers alone, no text.
    pub fn check(&self, text: &str) -> Result<(), SpanError> {
        let wrong = || SpanError { start: self.start, end: self.end, length: text.chars().count() };
        let (start, end) = (self.start as usize, self.end as usize);
        let wanted = end.checked_sub(start).filter(|&n| n > 0).ok_or_else(wrong)?;
        // Counted on both sides: a quote that merely begins like the text there is another one.
        let same = text.chars().skip(start).take(wanted).eq(self.quote.chars());
        if same && self.quote.chars().count() == wanted { Ok(()) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u32, end: u32, quote: &str) -> Span {
        Span { start, end, quote: quote.to_owned() }
    }

    #[test]
    fn a_span_is_counted_in_characters() {
        let text = "Één café dicht";
        assert_eq!(span(4, 8, "café").check(text), Ok(()));
        assert_eq!(span(0, 14, text).check(text), Ok(()));
    }

    #[test]
    fn a_span_that_is_none_is_refused() {
        for wrong in [
            span(0, 0, ""),
            span(3, 2, "x"),
            span(0, 4, "café"),
            span(4, 99, "café"),
            span(4, 7, "café"),
            span(4, 8, "caf"),
        ] {
            assert!(wrong.check("Één café").is_err(), "{wrong:?}");
        }
    }
}
