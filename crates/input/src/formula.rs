//! Cells that a spreadsheet would run as a formula, made text, and back.
//!
//! People open tables in spreadsheets, which run a cell that begins with `=`, `+`, `-` or `@`; posts are written by strangers. So such a cell gets an apostrophe in
//! front, as spreadsheets do to show that a cell is text. One that began with apostrophes before such a sign gets a further one, so that every cell comes back as it was.

use std::borrow::Cow;

const BEGIN: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// `text` as a cell that is no formula.
#[must_use]
pub fn defused(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell that [`defused`] made.
#[must_use]
pub fn restored(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(BEGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_comes_back() {
        for text in ["=1+1", "'=1+1", "''-", "@piet hoi", "'gewoon'", "gewoon = tekst", "'", "", "\tx"] {
            let cell = defused(text);
            assert!(!cell.starts_with(BEGIN), "{text:?}");
            assert_eq!(restored(&cell), text);
        }
        assert_eq!(defused("=1"), "'=1");
        assert_eq!(defused("gewoon = tekst"), "gewoon = tekst");
    }
}
