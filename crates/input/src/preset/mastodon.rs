//! Mastodon: statuses as its API gives them, and `outbox.json` of an account's archive (ActivityPub).

use serde_json::Value;

use super::{Entry, Preset, text};
use crate::html;
use crate::post::{Place, Post, lang};

pub(super) const PRESET: Preset = Preset { name: "mastodon", lists: &["/orderedItems", "/statuses"], entry };

/// The collection that stands for everybody in ActivityPub, by its full name and its two short ones.
const EVERYBODY: [&str; 3] = ["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"];

fn entry(value: &Value) -> Entry {
    if value.get("account").is_some() && value.get("content").is_some() {
        return status(value);
    }
    match (value.get("type").and_then(Value::as_str), value.get("object")) {
        (Some("Create"), Some(object)) if object.is_object() => note(value, object),
        (Some(_), Some(_)) => Entry::NoPost,
        (Some(_), None) if value.get("content").is_some() => note(value, value),
        _ => Entry::Unknown,
    }
}

/// A status of the API. A boost has the other's status inside; that one is read where it was posted.
fn status(value: &Value) -> Entry {
    let Some(id) = text(value, "/uri").or_else(|| text(value, "/id")) else { return Entry::Unknown };
    if value.get("reblog").is_some_and(Value::is_object) {
        return Entry::NoPost;
    }
    let place = Place {
        url: text(value, "/url"),
        created_at: text(value, "/created_at"),
        parent: text(value, "/in_reply_to_id"),
        visibility: text(value, "/visibility"),
        author: text(value, "/account/url").or_else(|| text(value, "/account/acct")),
        ..Place::default()
    };
    let body = with_warning(text(value, "/spoiler_text"), text(value, "/content"));
    Entry::Posts(vec![Post { id, text: body, lang: lang(text(value, "/language")), place, ..Post::blank() }])
}

/// A note of ActivityPub, inside the activity that published it.
fn note(activity: &Value, note: &Value) -> Entry {
    let Some(id) = text(note, "/id") else { return Entry::Unknown };
    let named = match note.get("contentMap").and_then(Value::as_object) {
        // Several languages are several translations; which one `content` is stands nowhere.
        Some(map) if map.len() == 1 => map.keys().next().cloned(),
        _ => None,
    };
    let place = Place {
        url: text(note, "/url"),
        created_at: text(note, "/published").or_else(|| text(activity, "/published")),
        parent: text(note, "/inReplyTo"),
        visibility: Some(visibility(note).to_owned()),
        author: text(note, "/attributedTo").or_else(|| text(activity, "/actor")),
        ..Place::default()
    };
    let body = with_warning(text(note, "/summary"), text(note, "/content"));
    Entry::Posts(vec![Post { id, text: body, lang: lang(named), place, ..Post::blank() }])
}

/// A content warning is text that people read first.
fn with_warning(warning: Option<String>, html: Option<String>) -> String {
    let body = html.map(|html| html::to_text(&html)).unwrap_or_default();
    match warning {
        Some(warning) if !warning.trim().is_empty() => format!("{}\n\n{body}", warning.trim()),
        _ => body,
    }
}

/// Mastodon's name for the audience of a note.
fn visibility(note: &Value) -> &'static str {
    let addressed = |field: &str, wanted: &dyn Fn(&str) -> bool| match note.get(field) {
        Some(Value::String(one)) => wanted(one),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).any(wanted),
        _ => false,
    };
    let everybody = |address: &str| EVERYBODY.contains(&address);
    if addressed("to", &everybody) {
        "public"
    } else if addressed("cc", &everybody) {
        "unlisted"
    } else if addressed("to", &|address| address.ends_with("/followers")) {
        "private"
    } else {
        "direct"
    }
}
