//! What the records' own names are called on the page.

use grens_law::{Article, Band, ContextFlag, Ground, Judgement, Publicity, Route, Statute};

use super::lang::Lang;
use super::strings::Strings;
use crate::store::{EventKind, Lane, Order};

pub(crate) const fn verdict(t: &'static Strings, verdict: Judgement) -> &'static str {
    match verdict {
        Judgement::Candidate => t.verdict_candidate,
        Judgement::NotCandidate => t.verdict_not_candidate,
        Judgement::Unsure => t.verdict_unsure,
        Judgement::OutsideLaw => t.verdict_outside_law,
        Judgement::Reopened => t.verdict_reopened,
    }
}

pub(crate) const fn band(t: &'static Strings, band: Band) -> &'static str {
    match band {
        Band::Candidate => t.band_candidate,
        Band::Review => t.band_review,
        Band::Clear => t.band_clear,
    }
}

pub(crate) const fn publicity(t: &'static Strings, publicity: Publicity) -> &'static str {
    match publicity {
        Publicity::Public => t.publicity_public,
        Publicity::Restricted => t.publicity_restricted,
        Publicity::Unknown => t.publicity_unknown,
    }
}

pub(crate) const fn context(t: &'static Strings, flag: ContextFlag) -> &'static str {
    match flag {
        ContextFlag::Debate => t.context_debate,
        ContextFlag::ArtOrSatire => t.context_art,
        ContextFlag::Religion => t.context_religion,
        ContextFlag::Quotation => t.context_quotation,
        ContextFlag::CounterSpeech => t.context_counter,
        ContextFlag::News => t.context_news,
        ContextFlag::Reclaimed => t.context_reclaimed,
    }
}

pub(crate) const fn route(t: &'static Strings, route: Route) -> &'static str {
    match route {
        Route::Hotline => t.route_hotline,
        Route::PlatformTerms => t.route_platform,
        Route::Adv => t.route_adv,
        Route::Police => t.route_police,
        Route::Nothing => t.route_nothing,
    }
}

pub(crate) const fn lane(t: &'static Strings, lane: Lane) -> &'static str {
    match lane {
        Lane::Objection => t.lane_objection,
        Lane::Rate => t.lane_rate,
        Lane::Adjudicate => t.lane_adjudicate,
    }
}

pub(crate) const fn order(t: &'static Strings, order: Order) -> &'static str {
    match order {
        Order::Severity => t.order_severity,
        Order::Uncertainty => t.order_uncertainty,
        Order::Age => t.order_age,
        Order::Cluster => t.order_cluster,
    }
}

pub(crate) const fn event(t: &'static Strings, kind: EventKind) -> &'static str {
    match kind {
        EventKind::Verdict => t.event_verdict,
        EventKind::Bulk => t.event_bulk,
        EventKind::Adjudication => t.event_adjudication,
        EventKind::Correction => t.event_correction,
        EventKind::Undo => t.event_undo,
        EventKind::Reopening => t.event_reopening,
        EventKind::Erasure => t.event_erasure,
    }
}

/// An article with its name out of the statute table.
pub(crate) fn article(lang: Lang, statute: &Statute, article: Article) -> String {
    let entry = statute.article(article);
    let name = entry.map_or("", |entry| if lang == Lang::Nl { &entry.nl } else { &entry.en });
    format!("{article} {name}")
}

/// A ground in the words of the statute table.
pub(crate) fn ground(lang: Lang, statute: &Statute, ground: Ground) -> String {
    let entry = statute.grounds.iter().find(|entry| entry.id == ground);
    entry.map_or("", |entry| if lang == Lang::Nl { &entry.nl } else { &entry.en }).to_owned()
}

/// A moment to read: to the minute, with its zone. Lists may hold anything where a time belongs.
pub(crate) fn when(rfc3339: &str) -> String {
    let is_time = rfc3339.bytes().take(16).all(|b| b.is_ascii_digit() || b"-T :".contains(&b));
    match (rfc3339.get(..10).filter(|_| is_time), rfc3339.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => crate::inert::line(rfc3339, 40),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_short_and_anything_else_is_inert() {
        assert_eq!(when("2026-11-22T10:05:33.123Z"), "2026-11-22 10:05 UTC");
        assert_eq!(when("\u{202e}gisteren om tien uur"), "□gisteren om tien uur");
    }
}
