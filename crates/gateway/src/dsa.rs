//! The words of the DSA Transparency Database in one table, spelled as the project's notes on the law list them. They were not held against the database
//! itself, whose documentation has the last word.
//!
//! Fields and values are those of a statement of reasons (<https://transparency.dsa.ec.europa.eu>); which of them belong to which article is
//! this project's reading, for the person who signs to check. Gender is not always women: that too.

use grens_law::{Article, Ground};
use serde::{Deserialize, Serialize};

const SPEECH: &str = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH";
const AGAINST_WOMEN: &str = "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN";

/// A row: which category and which keywords belong to an article. With a ground, the row holds where that ground is named first, and goes before a row
/// without.
struct Row {
    article: Article,
    ground: Option<Ground>,
    category: &'static str,
    keywords: &'static [&'static str],
}

const TABLE: [Row; 3] = [
    Row {
        article: Article::A137d,
        ground: Some(Ground::Gender),
        category: AGAINST_WOMEN,
        keywords: &["KEYWORD_INCITEMENT_AGAINST_WOMEN"],
    },
    Row {
        article: Article::A137c,
        ground: None,
        category: SPEECH,
        keywords: &["KEYWORD_HATE_SPEECH", "KEYWORD_DISCRIMINATION"],
    },
    Row {
        article: Article::A137d,
        ground: None,
        category: SPEECH,
        keywords: &["KEYWORD_HATE_SPEECH", "KEYWORD_DISCRIMINATION", "KEYWORD_INCITEMENT_VIOLENCE_HATRED"],
    },
];

/// Fields of a statement of reasons to the DSA Transparency Database, spelled as the project's notes on the law list them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// `STATEMENT_CATEGORY_...`
    pub category: String,
    /// `KEYWORD_...`
    pub keywords: Vec<String>,
    /// `ILLEGAL_CONTENT`: the notice is based on law, not on the platform's terms. The notice is a draft; a person decides.
    pub decision_ground: String,
    /// Countries, ISO 3166-1.
    pub territorial_scope: Vec<String>,
    /// Language, ISO 639-1.
    pub content_language: String,
    /// Whether a program found it.
    pub automated_detection: String,
}

impl Statement {
    /// The statement for articles and grounds; the ground that weighs most stands first. The category is that of the first row of the table
    /// that holds, the keywords are those of all articles in that category.
    #[must_use]
    pub fn about(articles: &[Article], grounds: &[Ground]) -> Self {
        let holds =
            |row: &&Row| articles.contains(&row.article) && row.ground.is_none_or(|g| grounds.first() == Some(&g));
        let category = TABLE.iter().find(holds).map_or(SPEECH, |row| row.category);
        let mut keywords: Vec<String> = vec![];
        for keyword in TABLE.iter().filter(holds).filter(|row| row.category == category).flat_map(|row| row.keywords) {
            if !keywords.iter().any(|k| k == keyword) {
                keywords.push((*keyword).to_owned());
            }
        }
        Self {
            category: category.to_owned(),
            keywords,
            decision_ground: "ILLEGAL_CONTENT".to_owned(),
            territorial_scope: vec!["NL".to_owned()],
            content_language: "NL".to_owned(),
            automated_detection: "Yes".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(articles: &[Article], grounds: &[Ground]) -> (String, Vec<String>) {
        let statement = Statement::about(articles, grounds);
        (statement.category, statement.keywords)
    }

    #[test]
    fn incitement_against_women_has_a_category_of_its_own() {
        let women = about(&[Article::A137d], &[Ground::Gender]);
        assert_eq!(women.0, "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN");
        assert_eq!(women.1, ["KEYWORD_INCITEMENT_AGAINST_WOMEN"]);
        assert_eq!(about(&[Article::A137c, Article::A137d], &[Ground::Gender, Ground::Race]), women);
    }

    #[test]
    fn all_else_is_speech() {
        let (category, keywords) = about(&[Article::A137c], &[Ground::Race]);
        assert_eq!(category, "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH");
        assert_eq!(keywords, ["KEYWORD_HATE_SPEECH", "KEYWORD_DISCRIMINATION"]);
        let (category, keywords) = about(&[Article::A137d], &[Ground::Race, Ground::Gender]);
        assert_eq!(category, "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH");
        assert_eq!(keywords, ["KEYWORD_HATE_SPEECH", "KEYWORD_DISCRIMINATION", "KEYWORD_INCITEMENT_VIOLENCE_HATRED"]);
    }

    #[test]
    fn the_fixed_words_are_those_of_the_notes() {
        let json = serde_json::to_string(&Statement::about(&[Article::A137c], &[Ground::Religion])).unwrap_or_default();
        assert!(json.ends_with(
            r#""decision_ground":"ILLEGAL_CONTENT","territorial_scope":["NL"],"content_language":"NL","automated_detection":"Yes"}"#
        ));
    }
}
