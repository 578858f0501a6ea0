//! From normalised text to token ids.

use std::borrow::Cow;
use std::path::Path;

use tokenizers::{Tokenizer, TruncationParams};

use crate::error::{InferError, Result};
use crate::normalise::normalise;

/// Characters of a text that are looked at per token of the model's window. No piece of a subword vocabulary is longer,
/// so what is cut would not have been read; it keeps a hostile megabyte as cheap as a long post.
const CHARS_PER_TOKEN: usize = 16;

/// Token ids of one post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Ids with the special tokens, at most the model's window.
    pub ids: Vec<u32>,
    /// Whether the post went on beyond the window.
    pub truncated: bool,
}

/// A tokenizer with a window.
pub struct Tokens {
    tokenizer: Tokenizer,
    max_tokens: usize,
    vocab_size: usize,
    /// Special tokens by their spelling: where a post spells one, it must not become one.
    special: Vec<String>,
}

impl Tokens {
    /// Read `tokenizer.json` from its bytes; `path` is for messages. `max_tokens` counts special tokens in.
    ///
    /// # Errors
    /// When the file is not a tokenizer, or cuts to a window that it cannot.
    pub fn parse(bytes: &[u8], path: &Path, max_tokens: usize) -> Result<Self> {
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(|e| InferError::malformed(path, e))?;
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(Some(TruncationParams { max_length: max_tokens, ..Default::default() }))
            .map_err(|e| InferError::malformed(path, e))?;
        let added = tokenizer.get_added_tokens_decoder();
        // The tokenizer's own count with added tokens copies the whole vocabulary.
        let ids = added.keys().max().map_or(0, |&id| id as usize + 1);
        let vocab_size = tokenizer.get_vocab_size(false).max(ids);
        let mut special: Vec<String> = added.into_values().map(|t| t.content).filter(|c| c.len() > 1).collect();
        special.sort();
        Ok(Self { tokenizer, max_tokens, vocab_size, special })
    }

    /// Tokens that the model reads of a post, special ones counted in.
    #[must_use]
    pub const fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    /// Pieces in the vocabulary: every id lies below it.
    #[must_use]
    pub const fn vocab_size(&self) -> usize {
        self.vocab_size
    }

    /// Normalise and tokenise `text`.
    ///
    /// # Errors
    /// When the tokenizer refuses the text (none is known that it does).
    pub fn encode(&self, text: &str) -> Result<Encoded> {
        // Four times as much before normalising, which drops and joins characters.
        let raw = head(text, self.max_tokens * CHARS_PER_TOKEN * 4);
        let normalised = normalise(raw);
        let read = head(normalised.text(), self.max_tokens * CHARS_PER_TOKEN);
        let cut = raw.len() < text.len() || read.len() < normalised.text().len();
        let encoding = self
            .tokenizer
            .encode_fast(self.without_special(read), true)
            .map_err(|e| InferError::Tokenizer(e.to_string()))?;
        Ok(Encoded { truncated: cut || !encoding.get_overflowing().is_empty(), ids: encoding.get_ids().to_vec() })
    }

    /// Put a space into every spelled-out special token, so that a post cannot end its own sequence.
    fn without_special<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        for token in &self.special {
            if text.contains(token.as_str()) {
                let first = token.chars().next().map_or(0, char::len_utf8);
                text = Cow::Owned(text.replace(token.as_str(), &format!("{} {}", &token[..first], &token[first..])));
            }
        }
        text
    }
}

/// The first `n` characters of `text`.
fn head(text: &str, n: usize) -> &str {
    // A character has at least one byte, so a short text needs no count.
    if text.len() <= n {
        return text;
    }
    text.char_indices().nth(n).map_or(text, |(at, _)| &text[..at])
}
