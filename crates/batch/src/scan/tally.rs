//! Counting what people look at.

use std::collections::BTreeMap;

use grens_law::{Article, Band, BandCounts, Ground};
use serde::Deserialize;

/// What a post's decision counts under.
#[derive(Debug, Clone)]
pub(crate) struct Marks {
    pub(crate) band: Band,
    pub(crate) articles: Vec<Article>,
    pub(crate) grounds: Vec<Ground>,
}

/// Where and when a post was made, as far as it is counted.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Whence {
    #[serde(default)]
    platform: Option<String>,
    #[serde(default)]
    created_at: Option<String>,
}

/// Posts of the two bands that people look at, by what they are counted under.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) all: BandCounts,
    pub(crate) by_article: BTreeMap<String, BandCounts>,
    pub(crate) by_ground: BTreeMap<String, BandCounts>,
    pub(crate) by_platform: BTreeMap<String, BandCounts>,
    pub(crate) by_hour: BTreeMap<String, BandCounts>,
}

/// Where the input does not say.
pub(crate) const UNKNOWN: &str = "unknown";
/// Platforms that are counted by name. The field is the input's; a hostile one must not fill the memory.
const MOST_PLATFORMS: usize = 1000;

impl Tally {
    pub(crate) fn count(&mut self, marks: &Marks, place: &Whence) {
        let add = |counts: &mut BandCounts| match marks.band {
            Band::Candidate => counts.candidates += 1,
            Band::Review => counts.review += 1,
            Band::Clear => {}
        };
        add(&mut self.all);
        for article in &marks.articles {
            add(self.by_article.entry(article.to_string()).or_default());
        }
        for ground in &marks.grounds {
            add(self.by_ground.entry(ground.to_string()).or_default());
        }
        let platform = place.platform.as_deref().unwrap_or(UNKNOWN);
        let is_new = self.by_platform.len() >= MOST_PLATFORMS && !self.by_platform.contains_key(platform);
        add(self.by_platform.entry(if is_new { "other" } else { platform }.to_owned()).or_default());
        add(self.by_hour.entry(hour(place).unwrap_or(UNKNOWN).to_owned()).or_default());
    }
}

/// Hour of day in UTC, from RFC 3339: `2026-11-22T03:04:05Z` gives `03`.
fn hour(place: &Whence) -> Option<&str> {
    let hour = place.created_at.as_deref()?.get(11..13)?;
    hour.parse::<u8>().is_ok_and(|h| h < 24).then_some(hour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_from_times_alone() {
        let at = |t: &str| Whence { created_at: Some(t.to_owned()), ..Whence::default() };
        assert_eq!(hour(&at("2026-11-22T03:04:05Z")), Some("03"));
        for odd in ["gisteren", "2026-11-22T99:00:00Z", ""] {
            assert_eq!(hour(&at(odd)), None, "{odd}");
        }
    }
}
