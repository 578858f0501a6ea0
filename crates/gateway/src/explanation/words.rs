//! The sentences, in both languages. Names of articles and grounds are the statute table's.

use grens_law::{Article, Ground, Statute};

use crate::record::CandidateRecord;

/// The sentences of one language.
pub(super) struct Words {
    pub(super) decimal: char,
    pub(super) draft: &'static str,
    pub(super) made: fn(&CandidateRecord, &str) -> String,
    pub(super) candidate: &'static str,
    pub(super) review: &'static str,
    pub(super) article: fn(&str, &str, &str, &str) -> String,
    pub(super) grounds: &'static str,
    pub(super) ground: fn(&str, &str) -> String,
    pub(super) ground_from: fn(&str) -> String,
    pub(super) no_ground: &'static str,
    pub(super) evidence: &'static str,
    pub(super) truncated: &'static str,
    pub(super) cluster: fn(u64) -> String,
    pub(super) judged: fn(&str, &str) -> String,
    pub(super) judged_article: fn(&str, &str) -> String,
    pub(super) not_judged: &'static str,
    pub(super) end: &'static str,
    pub(super) ground_name: fn(&Statute, Ground) -> Option<&str>,
    pub(super) article_name: fn(&Statute, Article) -> Option<&str>,
}

pub(super) const NL: Words = Words {
    decimal: ',',
    draft: "Concept, opgesteld door een programma. Een mens controleert, vult aan en ondertekent.",
    made: |c, day| {
        format!(
            "Gevonden op {day} met grens {} (model {}, beleid {}, wetstabel {}).",
            c.grens, c.model.name, c.policy, c.law
        )
    },
    candidate: "Het programma stelt dit bericht voor als kandidaat:",
    review: "Het programma heeft dit bericht aan een mens voorgelegd:",
    article: |a, name, score, at| format!("- artikel {a} Sr ({name}): score {score}; kandidaat vanaf {at}"),
    grounds: "- genoemde gronden: ",
    ground: |name, score| format!("{name} (score {score})"),
    ground_from: |at| format!("; genoemd vanaf {at}"),
    no_ground: "- geen grond genoemd",
    evidence: "- aangewezen passage: ",
    truncated: "- het bericht is langer dan het model leest; het eind is niet gelezen",
    cluster: |n| format!("- staat voor {n} berichten met dezelfde of bijna dezelfde tekst"),
    judged: |day, articles| format!("Beoordeeld op {day} door een mens: kandidaat voor {articles}."),
    judged_article: |article, grounds| format!("artikel {article} Sr, op grond van {grounds}"),
    not_judged: "Nog niet door een mens beoordeeld.",
    end: "De scores gaan alleen over de bewoordingen. Context, bedoeling en openbaarheid beoordeelt een mens; een kandidaat is een voorstel, geen oordeel.",
    ground_name: |law, ground| law.grounds.iter().find(|g| g.id == ground).map(|g| g.nl.as_str()),
    article_name: |law, article| law.article(article).map(|a| a.nl.as_str()),
};

pub(super) const EN: Words = Words {
    decimal: '.',
    draft: "Draft, made by a program. A person checks, completes and signs it.",
    made: |c, day| {
        format!(
            "Found on {day} by grens {} (model {}, policy {}, statute table {}).",
            c.grens, c.model.name, c.policy, c.law
        )
    },
    candidate: "The program proposes this post as a candidate:",
    review: "The program has put this post before a person:",
    article: |a, name, score, at| {
        format!("- Article {a} of the Dutch Penal Code ({name}): score {score}; candidate from {at}")
    },
    grounds: "- grounds named: ",
    ground: |name, score| format!("{name} (score {score})"),
    ground_from: |at| format!("; named from {at}"),
    no_ground: "- no ground named",
    evidence: "- passage pointed at: ",
    truncated: "- the post is longer than the model reads; its end was not read",
    cluster: |n| format!("- stands for {n} posts with the same or nearly the same text"),
    judged: |day, articles| format!("Judged on {day} by a person: candidate under {articles}."),
    judged_article: |article, grounds| format!("Article {article} of the Dutch Penal Code, on the ground of {grounds}"),
    not_judged: "Not yet judged by a person.",
    end: "The scores are about the wording alone. Context, intent and publicity are for a person; a candidate is a proposal, not a verdict.",
    ground_name: |law, ground| law.grounds.iter().find(|g| g.id == ground).map(|g| g.en.as_str()),
    article_name: |law, article| law.article(article).map(|a| a.en.as_str()),
};
