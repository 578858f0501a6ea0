//! The dated statute table, read from `data/statute.toml`: which articles there are and which grounds each covers.

use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// A ground of discrimination, in the order of the model's heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Ground {
    /// `ras`: skin colour, descent, national or ethnic origin.
    Race,
    /// `godsdienst of levensovertuiging`.
    Religion,
    /// `seksuele gerichtheid`.
    Orientation,
    /// `handicap`: physical, mental or intellectual.
    Disability,
    /// `geslacht`.
    Gender,
}

impl Ground {
    /// All grounds, in the order of the model's heads.
    pub const ALL: [Self; 5] = [Self::Race, Self::Religion, Self::Orientation, Self::Disability, Self::Gender];

    /// The name in records and label lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Race => "race",
            Self::Religion => "religion",
            Self::Orientation => "orientation",
            Self::Disability => "disability",
            Self::Gender => "gender",
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An article of the Dutch Penal Code that the model has a head for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Article {
    /// Group insult.
    #[serde(rename = "137c")]
    A137c,
    /// Incitement to hatred, discrimination or violence.
    #[serde(rename = "137d")]
    A137d,
}

impl Article {
    /// All articles, in the order of the model's heads.
    pub const ALL: [Self; 2] = [Self::A137c, Self::A137d];

    /// The number as the code writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A137c => "137c",
            Self::A137d => "137d",
        }
    }

    /// One English word for reasons: what the article is about.
    #[must_use]
    pub const fn conduct(self) -> &'static str {
        match self {
            Self::A137c => "group insult",
            Self::A137d => "incitement",
        }
    }
}

impl fmt::Display for Article {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A statement about an article that is shown to people, with whether it was read from the consolidated text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// One English sentence.
    pub text: String,
    /// Whether it was checked against the consolidated text.
    pub verified: bool,
}

/// A ground as the table names it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroundEntry {
    /// Which ground.
    pub id: Ground,
    /// The statute's own Dutch words.
    pub nl: String,
    /// English gloss.
    pub en: String,
}

/// An article as the table has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArticleEntry {
    /// Which article.
    pub id: Article,
    /// Short Dutch name of the conduct.
    pub nl: String,
    /// Short English name of the conduct.
    pub en: String,
    /// The conduct in one English clause.
    pub conduct: String,
    /// The closed list of grounds.
    pub grounds: Vec<Ground>,
    /// Where the entry was read.
    pub source: String,
    /// Whether the grounds were checked against the consolidated text.
    pub verified: bool,
    /// Further facts, each with its own mark.
    #[serde(default, rename = "fact")]
    pub facts: Vec<Fact>,
}

/// The whole table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statute {
    /// Version written into every decision, such as `nl-sr-2026-01-01`.
    pub version: String,
    /// Date of the consolidated text, ISO 8601.
    pub consolidated_text: String,
    /// The grounds' names.
    #[serde(rename = "ground")]
    pub grounds: Vec<GroundEntry>,
    /// The articles.
    #[serde(rename = "article")]
    pub articles: Vec<ArticleEntry>,
}

/// Why a statute table was refused.
#[derive(Debug, thiserror::Error)]
pub enum StatuteError {
    /// Not the TOML that is expected.
    #[error("the statute table cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// An article or a ground is missing or stands twice.
    #[error("the statute table must name {kind} {name} exactly once; it does so {count} times")]
    Count {
        /// "article" or "ground".
        kind: &'static str,
        /// Its name.
        name: &'static str,
        /// How often it stands there.
        count: usize,
    },
}

impl Statute {
    /// The table that ships with this version.
    ///
    /// # Panics
    /// Never: a test parses the embedded file.
    #[must_use]
    #[allow(clippy::expect_used, reason = "the embedded table is checked by a test")]
    pub fn shipped() -> &'static Self {
        static TABLE: OnceLock<Statute> = OnceLock::new();
        TABLE.get_or_init(|| {
            Self::parse(include_str!("../data/statute.toml")).expect("the embedded statute table parses")
        })
    }

    /// Read a table from TOML text.
    ///
    /// # Errors
    /// When it is not valid TOML of this shape, or an article or ground is missing or doubled.
    pub fn parse(text: &str) -> Result<Self, StatuteError> {
        let table: Self = toml::from_str(text)?;
        for article in Article::ALL {
            let count = table.articles.iter().filter(|a| a.id == article).count();
            if count != 1 {
                return Err(StatuteError::Count { kind: "article", name: article.name(), count });
            }
        }
        for ground in Ground::ALL {
            let count = table.grounds.iter().filter(|g| g.id == ground).count();
            if count != 1 {
                return Err(StatuteError::Count { kind: "ground", name: ground.name(), count });
            }
        }
        Ok(table)
    }

    /// Whether `article`'s closed list of grounds holds `ground`.
    #[must_use]
    pub fn covers(&self, article: Article, ground: Ground) -> bool {
        self.articles.iter().any(|a| a.id == article && a.grounds.contains(&ground))
    }

    /// The entry of `article`. A parsed table holds each article once.
    #[must_use]
    pub fn article(&self, article: Article) -> Option<&ArticleEntry> {
        self.articles.iter().find(|a| a.id == article)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn group_insult_has_a_closed_list_without_gender() {
        let law = Statute::shipped();
        assert!(!law.covers(Article::A137c, Ground::Gender));
        for ground in [Ground::Race, Ground::Religion, Ground::Orientation, Ground::Disability] {
            assert!(law.covers(Article::A137c, ground), "{ground}");
        }
    }

    #[test]
    fn incitement_covers_every_ground() {
        for ground in Ground::ALL {
            assert!(Statute::shipped().covers(Article::A137d, ground), "{ground}");
        }
    }

    #[test]
    fn changing_the_file_changes_the_law() {
        let text = include_str!("../data/statute.toml").replacen(
            r#"grounds = ["race", "religion", "orientation", "disability"]"#,
            r#"grounds = ["race", "religion", "orientation", "disability", "gender"]"#,
            1,
        );
        assert!(Statute::parse(&text).unwrap().covers(Article::A137c, Ground::Gender));
    }

    #[test]
    fn unverified_facts_are_marked() {
        let law = Statute::shipped();
        assert!(law.articles.iter().flat_map(|a| &a.facts).any(|f| !f.verified));
        assert!(law.articles.iter().all(|a| !a.source.is_empty()));
    }

    #[test]
    fn a_table_without_an_article_is_refused() {
        let text = include_str!("../data/statute.toml").replace(r#"id = "137d""#, r#"id = "137c""#);
        let error = Statute::parse(&text).unwrap_err().to_string();
        assert!(error.contains("137c") && error.contains("2 times"), "{error}");
    }
}
