//! Every combination of articles, grounds, band, verdict, evidence and cluster.

#![allow(clippy::unwrap_used)]

use grens_law::{Article, Band, Ground, Span, Statute};

use super::{of_candidate, of_correction};
use crate::example::{candidate, verdict};
use crate::record::{CandidateRecord, Cluster, CorrectionAction, Standing};

/// Words that accuse, or that decide what a judge decides.
const NEVER: [&str; 22] = [
    "strafbaar",
    "schuldig",
    "dader",
    "verdachte",
    "misdrijf",
    "misdaad",
    "overtred",
    "overtreed",
    "illegaal",
    "onwettig",
    "racist",
    "haatzaai",
    "criminal",
    "guilty",
    "offender",
    "suspect",
    "crime",
    "illegal",
    "unlawful",
    "racist",
    "culprit",
    "violat",
];

fn subsets<T: Copy>(all: &[T]) -> Vec<Vec<T>> {
    (0..1_u32 << all.len())
        .map(|mask| all.iter().enumerate().filter(|(i, _)| mask & (1 << i) != 0).map(|(_, &x)| x).collect())
        .collect()
}

fn each_combination(mut look: impl FnMut(&CandidateRecord)) {
    for articles in subsets(&Article::ALL) {
        for grounds in subsets(&Ground::ALL) {
            for (band, judged, more) in [Band::Candidate, Band::Review]
                .into_iter()
                .flat_map(|b| [false, true].map(|j| (b, j)))
                .flat_map(|(b, j)| [false, true].map(|m| (b, j, m)))
            {
                let mut record = candidate();
                (record.band, record.articles, record.grounds) = (band, articles.clone(), grounds.clone());
                if judged {
                    let mut verdict = verdict();
                    (verdict.articles, verdict.grounds) = (articles.clone(), grounds.clone());
                    verdict.reason = Some("Dit is strafbaar, vindt de beoordelaar.".to_owned());
                    (record.standing, record.verdict) = (Standing::HumanConfirmed, Some(verdict));
                }
                if more {
                    record.truncated = true;
                    record.evidence = vec![Span { start: 0, end: 4, quote: "Alle".to_owned() }];
                    record.cluster = Some(Cluster { stands_for: 12, ..Cluster::default() });
                }
                look(&record);
            }
        }
    }
}

#[test]
fn nothing_accuses() {
    let mut seen = 0;
    each_combination(|record| {
        let text = of_candidate(record, Statute::shipped());
        for text in [text.nl, text.en] {
            // "Penal Code" and the articles' names are the law's own words.
            let lower = text.to_lowercase();
            assert_eq!(NEVER.iter().find(|word| lower.contains(**word)), None, "{text}");
        }
        seen += 1;
    });
    for action in [CorrectionAction::Withdrawn, CorrectionAction::Replaced] {
        let text = of_correction(action);
        let lower = (text.nl + &text.en).to_lowercase();
        assert_eq!(NEVER.iter().find(|word| lower.contains(**word)), None, "{lower}");
    }
    assert_eq!(seen, 4 * 32 * 8);
}

#[test]
fn all_that_was_found_is_said() {
    each_combination(|record| {
        let text = of_candidate(record, Statute::shipped());
        for (article, nl) in [(Article::A137c, "groepsbelediging"), (Article::A137d, "aanzetten tot")] {
            let is_named = record.articles.contains(&article);
            assert_eq!(text.nl.contains(&format!("artikel {article} Sr ({nl}")), is_named, "{}", text.nl);
            assert_eq!(
                text.en.contains(&format!("Article {article} of the Dutch Penal Code (")),
                is_named,
                "{}",
                text.en
            );
        }
        for entry in &Statute::shipped().grounds {
            let is_named = record.grounds.contains(&entry.id);
            assert_eq!(text.nl.contains(&format!("{} (score 0,9", entry.nl)), is_named, "{}", text.nl);
            assert_eq!(text.en.contains(&format!("{} (score 0.9", entry.en)), is_named, "{}", text.en);
        }
        for text in [&text.nl, &text.en] {
            assert!(
                text.contains("grens-nl 0.3.0") && text.contains("grens-nl-3") && text.contains("2026-11-22"),
                "{text}"
            );
            assert_eq!(text.contains("«Alle»"), !record.evidence.is_empty());
        }
        let not_judged = text.nl.contains("Nog niet door een mens beoordeeld") && text.en.contains("Not yet judged");
        assert_eq!(not_judged, record.verdict.is_none());
    });
}

#[test]
fn a_judgement_names_under_each_article_the_grounds_that_it_lists() {
    let mut record = candidate();
    let mut verdict = verdict();
    (verdict.articles, verdict.grounds) = (vec![Article::A137c, Article::A137d], vec![Ground::Gender, Ground::Race]);
    (record.standing, record.verdict) = (Standing::HumanConfirmed, Some(verdict));
    let text = of_candidate(&record, Statute::shipped());
    let wanted = "Beoordeeld op 2026-11-23 door een mens: kandidaat voor artikel 137c Sr, op grond van ras; \
                  artikel 137d Sr, op grond van geslacht, ras.\n";
    assert!(text.nl.contains(wanted), "{}", text.nl);
    let wanted = "candidate under Article 137c of the Dutch Penal Code, on the ground of race";
    assert!(
        text.en.contains(wanted) && !text.en.contains("137c of the Dutch Penal Code, on the ground of sex"),
        "{}",
        text.en
    );
}

#[test]
fn an_ordinary_one_reads_so() {
    let mut record = candidate();
    record.evidence = vec![Span { start: 0, end: 4, quote: "Alle".to_owned() }];
    let text = of_candidate(&record, Statute::shipped());
    assert_eq!(
        text.nl,
        "Concept, opgesteld door een programma. Een mens controleert, vult aan en ondertekent.\n\
         Gevonden op 2026-11-22 met grens 0.1.0 (model grens-nl 0.3.0, beleid grens-nl-3, wetstabel nl-sr-2026-01-01).\n\
         Het programma stelt dit bericht voor als kandidaat:\n\
         - artikel 137c Sr (groepsbelediging): score 0,968; kandidaat vanaf 0,89\n\
         - genoemde gronden: ras (score 0,919); genoemd vanaf 0,35\n\
         - aangewezen passage: «Alle»\n\
         Nog niet door een mens beoordeeld.\n\
         De scores gaan alleen over de bewoordingen. Context, bedoeling en openbaarheid beoordeelt een mens; een kandidaat is een voorstel, geen oordeel."
    );
    assert!(
        text.en.contains("- Article 137c of the Dutch Penal Code (group insult): score 0.968; candidate from 0.89\n"),
        "{}",
        text.en
    );
}
