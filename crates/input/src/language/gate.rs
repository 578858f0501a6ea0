//! What the language gate makes of an item.

use super::clearly_other;
use crate::item::{Item, Skip};

/// Keeps posts that are clearly not in Dutch from the model.
#[derive(Debug, Clone, Copy)]
pub struct LanguageGate {
    is_open: bool,
}

impl LanguageGate {
    /// One that lets everything through when `is_open`.
    pub(crate) const fn new(is_open: bool) -> Self {
        Self { is_open }
    }

    /// The item, or what is counted in place of a post in another language.
    #[must_use]
    pub fn pass(self, item: Item) -> Item {
        match item {
            Item::Post(post) if !self.is_open => match clearly_other(&post.text, Some(&post.lang)) {
                Some(lang) => Item::Skip(Skip { file: post.file, line: post.line, lang }),
                None => Item::Post(post),
            },
            other => other,
        }
    }
}
