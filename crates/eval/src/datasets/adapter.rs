//! What an adapter is, and the list of all.

use std::collections::BTreeMap;

use grens_input::{Layout, Record};

use super::example::Example;
use super::grenscheck::GrensCheck;
use super::hatecheck::HateCheck;
use super::raters::Raters;
use super::rows::OwnRows;
use super::rtplx::RtpLx;

/// Where a set comes from. Printed with every figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Short name, as in tables.
    pub name: String,
    /// Its licence; `not stated` where nobody says.
    pub licence: String,
    /// Whom to cite.
    pub citation: String,
}

impl Card {
    pub(super) fn new(name: &str, licence: &str, citation: &str) -> Self {
        Self { name: name.to_owned(), licence: licence.to_owned(), citation: citation.to_owned() }
    }
}

/// Why a row gives no example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The row is malformed. It is named, counted and left out.
    Row(String),
    /// A label means nothing to the adapter. All such values are listed, and nothing is measured.
    Label {
        /// Column that it stands in.
        column: String,
        /// What stands there.
        value: String,
    },
}

/// Turns the rows of one kind of file into examples.
pub trait Adapter {
    /// Licence and citation.
    fn card(&self) -> Card;

    /// Columns without which the file is of another kind.
    fn columns(&self) -> Vec<&str>;

    /// How the file is laid out; as its name tells where the adapter does not say.
    fn layout(&self) -> Layout {
        Layout::default()
    }

    /// The options that decide what it makes of a file, by name; a kind without options has none.
    fn reading(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    /// The example of one row; `None` when the row belongs to another set in the same file.
    ///
    /// # Errors
    /// When the row is malformed, or a label does not map.
    fn example(&self, row: &Record) -> Result<Option<Example>, Fault>;
}

/// Names of the adapters that need no options.
pub const NAMED: [&str; 5] = ["rows", "grenscheck", "hatecheck", "rtplx", "raters"];

/// The adapter of a name out of [`NAMED`].
#[must_use]
pub fn named(name: &str) -> Option<Box<dyn Adapter>> {
    Some(match name {
        "rows" => Box::new(OwnRows),
        "grenscheck" => Box::new(GrensCheck),
        "hatecheck" => Box::new(HateCheck),
        "rtplx" => Box::new(RtpLx),
        "raters" => Box::new(Raters),
        _ => return None,
    })
}
