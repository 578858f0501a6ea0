//! What the language gate makes of an item.

use std::sync::Arc;

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

    /// Leave the item as it is, or make a post in another language what is counted in place of it.
    pub fn pass(self, item: &mut Item) {
        let Item::Post(post) = item else { return };
        if !self.is_open
            && let Some(lang) = clearly_other(&post.text, Some(&post.lang))
        {
            *item = Item::Skip(Skip { file: Arc::clone(&post.file), line: post.line, lang });
        }
    }
}
