#![allow(clippy::unwrap_used)]

use super::*;
use crate::example::{self, TEXT, found, verdict, verdict_on};

fn law() -> &'static Statute {
    Statute::shipped()
}

#[test]
fn an_unjudged_candidate_says_so_and_goes_after_thirty_days() {
    let record = draft_candidate(&found("p1"), &example::policy()).unwrap();
    assert_eq!((record.standing, record.verdict.is_none()), (Standing::NotYetJudged, true));
    assert_eq!(record.keep_until, "2026-12-22");
    assert_eq!((record.thresholds.art137c, record.thresholds.ground), (0.89, 0.35));
    // Found again later, by another model: the same record to a receiver.
    let mut again = found("p1");
    again.found_at = "2026-11-24T03:00:00Z".to_owned();
    again.finding.decision.model.hash = "other".to_owned();
    assert_eq!(draft_candidate(&again, &example::policy()).unwrap().key, record.key);
    again.finding.decision.text_sha256 = "edited".to_owned();
    assert_ne!(draft_candidate(&again, &example::policy()).unwrap().key, record.key);
}

#[test]
fn a_notice_leaves_to_a_person_what_is_a_persons() {
    let notice = draft_notice(example::candidate(), &verdict(), law()).unwrap();
    assert_eq!((notice.notifier.clone(), notice.bona_fide_statement.clone()), (Notifier::default(), None));
    assert_eq!(notice.to_fill, [Part::Notifier, Part::BonaFideStatement]);
    assert_eq!(notice.locations, ["https://voorbeeld.example/p1"]);
    assert_eq!(notice.candidate.keep_until, "2027-05-22");
    assert_eq!(notice.candidate.standing, Standing::HumanConfirmed);
    assert!(notice.explanation.nl.contains("Beoordeeld op 2026-11-23 door een mens: kandidaat voor artikel 137c Sr"));
    let json = serde_json::to_value(&notice).unwrap();
    assert!(
        json["notifier"]["name"].is_null()
            && json["notifier"]["email"].is_null()
            && json["bona_fide_statement"].is_null()
    );
}

#[test]
fn without_an_address_a_person_must_give_one() {
    let (mut candidate, mut verdict) = (example::candidate(), verdict());
    (candidate.url, verdict.url) = (None, None);
    let notice = draft_notice(candidate, &verdict, law()).unwrap();
    assert_eq!((notice.locations.len(), notice.to_fill[0]), (0, Part::Locations));
}

#[test]
fn a_notice_needs_a_yes_on_this_very_text() {
    let refused = |verdict| draft_notice(example::candidate(), &verdict, law()).unwrap_err();
    for no in ["not_candidate", "unsure", "outside_law", "reopened"] {
        let verdict = verdict_on("p1", no, "2026-11-23T09:00:00Z");
        assert!(matches!(refused(verdict), DraftError::NotConfirmed), "{no}");
    }
    assert!(matches!(refused(verdict_on("p2", "candidate", "2026-11-23T09:00:00Z")), DraftError::OtherPost));
    let edited = VerdictRecord { text_sha256: "other".to_owned(), ..verdict() };
    assert!(matches!(refused(edited), DraftError::OtherPost));
    assert!(matches!(refused(VerdictRecord { reason: None, ..verdict() }), DraftError::Verdict(_)));
    assert!(matches!(
        refused(VerdictRecord { judged_at: "gisteren".to_owned(), ..verdict() }),
        DraftError::Time { .. }
    ));
}

#[test]
fn evidence_stands_in_the_text() {
    let span = |start, end, quote: &str| Span { start, end, quote: quote.to_owned() };
    let with = |evidence: Vec<Span>, text: Option<&str>| {
        let candidate = CandidateRecord { evidence, text: text.map(str::to_owned), ..example::candidate() };
        draft_notice(candidate, &verdict(), law())
    };
    assert!(with(vec![span(0, 4, "Alle"), span(5, 11, "mensen")], Some(TEXT)).is_ok());
    for (wrong, text) in [
        (vec![span(0, 4, "alle")], Some(TEXT)),
        (vec![span(5, 11, "mensen"), span(0, 4, "Alle")], Some(TEXT)),
        (vec![span(0, 4, "Alle"), span(2, 4, "le")], Some(TEXT)),
        (vec![span(0, 4, "Alle")], None),
    ] {
        assert!(matches!(with(wrong.clone(), text), Err(DraftError::Evidence(_))), "{wrong:?}");
    }
    let quoting = VerdictRecord { quote: Some(span(0, 4, "Geen")), ..verdict() };
    assert!(draft_notice(example::candidate(), &quoting, law()).is_err());
}

#[test]
fn another_policys_thresholds_are_not_shown() {
    let policy = Policy { id: "grens-nl-2".to_owned(), ..example::policy() };
    let error = draft_candidate(&found("p1"), &policy).unwrap_err().to_string();
    assert!(error.contains("grens-nl-3") && error.contains("grens-nl-2"), "{error}");
}

#[test]
fn a_policy_that_was_changed_under_its_name_is_refused() {
    let mut raised = example::policy();
    raised.a137c.candidate = 0.97;
    let error = draft_candidate(&found("p1"), &raised).unwrap_err().to_string();
    assert!(error.contains("article 137c") && error.contains("grens-nl-3"), "{error}");
    let mut stricter = example::policy();
    stricter.grounds.named = 0.92;
    assert!(matches!(draft_candidate(&found("p1"), &stricter), Err(DraftError::BelowThreshold { .. })));
    // What was for review names articles that do not reach the threshold of a candidate.
    let mut review = found("p1");
    review.finding.decision.band = Band::Review;
    assert!(draft_candidate(&review, &raised).is_ok());
}

#[test]
fn the_words_that_a_person_quotes_are_the_evidence() {
    let quote = Span { start: 5, end: 11, quote: "mensen".to_owned() };
    let verdict = VerdictRecord { quote: Some(quote.clone()), ..verdict() };
    let pointed_at = Span { start: 0, end: 4, quote: "Alle".to_owned() };
    let candidate = CandidateRecord { evidence: vec![pointed_at], ..example::candidate() };
    let notice = draft_notice(candidate, &verdict, law()).unwrap();
    assert_eq!(notice.candidate.evidence, [quote]);
    assert!(notice.explanation.nl.contains("aangewezen passage: «mensen»"), "{}", notice.explanation.nl);
    // Without a text nothing can be held against it.
    let without = CandidateRecord { text: None, ..example::candidate() };
    assert!(draft_notice(without, &verdict, law()).unwrap().candidate.evidence.is_empty());
}

#[test]
fn a_correction_names_what_it_corrects() {
    let reopened = verdict_on("p1", "reopened", "2026-11-25T09:00:00Z");
    let withdrawn = draft_correction("k", &reopened, None, law()).unwrap();
    assert_eq!((withdrawn.corrects.as_str(), withdrawn.action), ("k", CorrectionAction::Withdrawn));
    let replaced = draft_correction("k", &verdict(), Some("l"), law()).unwrap();
    assert_eq!((replaced.action, replaced.replaced_by.as_deref()), (CorrectionAction::Replaced, Some("l")));
    assert_ne!(withdrawn.key, replaced.key);
}
