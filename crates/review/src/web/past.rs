//! What became of an item, in words.

use grens_law::{Statute, VerdictRecord};

use super::labels;
use super::lang::Lang;
use super::segments::{Segment, plain};
use crate::inert::line;
use crate::store::{self, Item};

/// Characters of a person's words that are shown.
const WORDS: usize = 4000;

/// An entry in words.
pub(crate) struct Event {
    pub(crate) what: &'static str,
    pub(crate) at: String,
    pub(crate) by: String,
    pub(crate) verdict: Option<&'static str>,
    /// Label and words of everything that was filled in.
    pub(crate) fields: Vec<(&'static str, Vec<Segment>)>,
    pub(crate) undone: bool,
}

/// The entries of an item that whoever asked for it may see, oldest first.
pub(crate) fn events(item: &Item, lang: Lang, statute: &Statute) -> Vec<Event> {
    item.history.iter().map(|event| in_words(event, lang, statute)).collect()
}

fn in_words(event: &store::Event, lang: Lang, statute: &Statute) -> Event {
    let t = lang.strings();
    let mut fields = event.verdict.as_ref().map(|verdict| fields(verdict, lang, statute)).unwrap_or_default();
    if let Some(reason) = &event.reason {
        fields.push((t.field_reason, line(reason, WORDS)));
    }
    Event {
        what: labels::event(t, event.kind),
        at: labels::when(&event.at),
        by: line(&event.by, 60),
        verdict: event.verdict.as_ref().map(|verdict| labels::verdict(t, verdict.verdict)),
        // Quoted words can be words to mask.
        fields: fields.into_iter().map(|(label, words)| (label, plain(&words))).collect(),
        undone: event.undone,
    }
}

fn fields(v: &VerdictRecord, lang: Lang, statute: &Statute) -> Vec<(&'static str, String)> {
    let t = lang.strings();
    let joined = |parts: Vec<String>| (!parts.is_empty()).then(|| parts.join(", "));
    let words = |text: &Option<String>| text.as_deref().map(|text| line(text, WORDS));
    let online = v.still_online.as_ref().map(|check| {
        format!("{}, {}", if check.online { t.online_yes } else { t.online_no }, labels::when(&check.checked_at))
    });
    let all = [
        (t.field_articles, joined(v.articles.iter().map(|&a| labels::article(lang, statute, a)).collect())),
        (t.field_grounds, joined(v.grounds.iter().map(|&g| labels::ground(lang, statute, g)).collect())),
        (t.field_group, words(&v.group_named)),
        (t.field_reason, words(&v.reason)),
        (t.field_quote, v.quote.as_ref().map(|span| line(&span.quote, WORDS))),
        (t.field_publicity, Some(labels::publicity(t, v.publicity).to_owned())),
        (t.field_context, joined(v.context.iter().map(|&flag| labels::context(t, flag).to_owned()).collect())),
        (t.field_note, words(&v.note)),
        (t.field_online, online),
        (t.field_route, v.route.map(|route| labels::route(t, route).to_owned())),
    ];
    all.into_iter().filter_map(|(label, words)| words.map(|words| (label, words))).collect()
}
