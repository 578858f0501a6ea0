//! The review queue: people decide what is borderline.
//!
//! [`store`] is one SQLite file with everything in it: what a scan found, who has what in hand, and what people decided, as a chain of entries that nobody can
//! change unseen. It takes findings in and gives back verdicts ([`grens_law::VerdictRecord`]), labelled rows and figures. [`agreement`] says how far two
//! people judge alike. [`web`] is the page on which they do.

pub mod agreement;
mod bilingual;
mod error;
mod inert;
pub mod store;
pub mod web;

pub use error::{Result, ReviewError};
pub use store::Store;
