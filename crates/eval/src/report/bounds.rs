//! `--fail-under macro_f1=0.8`: figures that a build must reach.

use std::str::FromStr;

use super::names::{KNOWN, LOWER_IS_BETTER};
use super::{Estimate, Report};
use crate::error::{EvalError, Result};

/// Which side of a bound is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Below it.
    Under,
    /// Above it.
    Over,
}

/// `[HEAD.][THRESHOLD.]FIGURE=VALUE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    name: String,
    value: f64,
}

impl FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let (name, value) =
            text.split_once('=').ok_or_else(|| format!("{text:?}: write FIGURE=VALUE, such as macro_f1=0.8"))?;
        let value = value.parse().ok().filter(|v: &f64| v.is_finite());
        let value = value.ok_or_else(|| format!("{text:?}: what stands after = is no number"))?;
        Ok(Self { name: name.to_owned(), value })
    }
}

impl Bound {
    /// Whether there can be such a figure, and `direction` makes sense for it: what can be known before anything is measured.
    ///
    /// # Errors
    /// When not.
    pub fn check(&self, direction: Direction) -> Result<()> {
        // A name ends in that of its figure, which may have a dot of its own.
        let ends =
            |known: &str| self.name.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let Some(figure) = KNOWN.into_iter().find(|known| ends(known)) else {
            return Err(EvalError::Figure(format!(
                "no figure is called {:?}; there are {}",
                self.name,
                KNOWN.join(", ")
            )));
        };
        let wanted = if LOWER_IS_BETTER.contains(&figure) { Direction::Over } else { Direction::Under };
        if direction != wanted {
            let flag = if wanted == Direction::Over { "--fail-over" } else { "--fail-under" };
            return Err(EvalError::Figure(format!("{}: write {flag} for this figure", self.name)));
        }
        Ok(())
    }

    /// What to say when the report is on the bad side of this bound; nothing when it is not. A figure that is not defined is.
    ///
    /// # Errors
    /// When there is no such figure, or `direction` makes no sense for it.
    pub fn missed_by(&self, report: &Report, direction: Direction) -> Result<Option<String>> {
        self.check(direction)?;
        let estimate = find(report, &self.name)?;
        let side = if direction == Direction::Under { "under" } else { "over" };
        Ok(match estimate.value {
            None => Some(format!("{} is not defined on this set", self.name)),
            Some(v)
                if direction == Direction::Under && v < self.value
                    || direction == Direction::Over && v > self.value =>
            {
                Some(format!("{} is {v:.4}, {side} {}", self.name, self.value))
            }
            Some(_) => None,
        })
    }
}

/// The figure of a dotted name; the first head and the first threshold where the name does not say.
fn find(report: &Report, name: &str) -> Result<Estimate> {
    let mut rest = name;
    let mut heads = report.heads.iter();
    let named = heads.find(|h| name.split_once('.').is_some_and(|(head, _)| head == h.head.name()));
    if named.is_some() {
        rest = name.split_once('.').map_or(name, |(_, rest)| rest);
    }
    let found = named.or(report.heads.first()).and_then(|head| match rest.split_once('.') {
        // `0.1%` has a dot of its own.
        Some((point, figure)) if head.points.iter().any(|p| p.name == point) => {
            head.points.iter().find(|p| p.name == point)?.figures.get(figure)
        }
        _ => head.figures.get(rest).or_else(|| head.points.first()?.figures.get(rest)),
    });
    found.copied().ok_or_else(|| {
        let of_first = report.heads.first().map(|h| {
            let points = h.points.first().into_iter().flat_map(|p| p.figures.keys());
            h.figures.keys().chain(points).map(String::as_str).collect::<Vec<_>>().join(", ")
        });
        EvalError::Figure(format!("no figure is called {name:?}; there are {}", of_first.unwrap_or_default()))
    })
}
