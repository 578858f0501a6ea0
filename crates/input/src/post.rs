//! A post, and where it was found.

use std::borrow::Cow;
use std::sync::Arc;

pub use grens_law::Place;

use super::digest::TextHash;

/// Text kept of a post. The model reads far less; the hash covers all of it.
pub const MAX_TEXT_BYTES: usize = 64 << 10;

/// A post. Nothing else of its record is kept: no author, no handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The id, as text.
    pub id: String,
    /// The text, at most [`MAX_TEXT_BYTES`] of it.
    pub text: String,
    /// Hash of the whole text.
    pub text_sha256: TextHash,
    /// Whether the text was longer than what is kept.
    pub text_was_cut: bool,
    /// Language tag of the input, else `und`.
    pub lang: Cow<'static, str>,
    /// The input file; all its posts share the name.
    pub file: Arc<str>,
    /// Line in it, from 1; in formats without lines (Parquet, a JSON document) the number of the record.
    pub line: u64,
    /// Where it was posted.
    pub place: Place,
}

impl Post {
    /// A post out of its parts, hashed and cut, with nothing known of its place.
    #[must_use]
    pub fn new(id: String, text: String, lang: Cow<'static, str>, file: Arc<str>, line: u64) -> Self {
        let mut post = Self { id, text, lang, line, ..Self::blank() };
        post.seal(&file);
        post
    }

    /// What a format's reader begins with: a post that nothing is known of yet.
    pub(super) fn blank() -> Self {
        Self {
            id: String::new(),
            text: String::new(),
            text_sha256: TextHash([0; 32]),
            text_was_cut: false,
            lang: UNKNOWN_LANG,
            file: Arc::default(),
            line: 0,
            place: Place::default(),
        }
    }

    /// Hash and cut the text that a reader has written, and note the file that it was found in.
    pub(super) fn seal(&mut self, file: &Arc<str>) {
        self.text_sha256 = TextHash::of(&self.text);
        self.text_was_cut = self.text.len() > MAX_TEXT_BYTES;
        if self.text_was_cut {
            self.text.truncate(self.text.floor_char_boundary(MAX_TEXT_BYTES));
            self.text.shrink_to_fit();
        }
        // Mostly it is a post of the same file that is written anew: then nothing is counted.
        if !Arc::ptr_eq(&self.file, file) {
            self.file = Arc::clone(file);
        }
    }
}

/// The language tag of a post whose input names none.
pub(super) const UNKNOWN_LANG: Cow<'static, str> = Cow::Borrowed("und");

/// A language tag as an input may name it.
pub(super) fn lang(named: Option<String>) -> Cow<'static, str> {
    named.map_or(UNKNOWN_LANG, Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_megabyte_is_hashed_whole_and_kept_in_part() {
        let text = "é".repeat(1 << 19);
        let post = Post::new("a".into(), text.clone(), "und".into(), "-".into(), 1);
        assert!(post.text_was_cut && post.text.len() <= MAX_TEXT_BYTES);
        assert_eq!(post.text_sha256, TextHash::of(&text));
    }

    #[test]
    fn what_is_not_known_of_a_place_is_not_written() {
        let place = Place { url: Some("https://example.org/1".to_owned()), ..Place::default() };
        assert_eq!(serde_json::to_string(&place).unwrap_or_default(), r#"{"url":"https://example.org/1"}"#);
        assert_eq!(serde_json::from_str::<Place>("{}").ok(), Some(Place::default()));
    }
}
