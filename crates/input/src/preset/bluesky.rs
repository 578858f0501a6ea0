//! Bluesky: feeds and searches of its API, records of a repository, and events of Jetstream.

use serde_json::Value;

use super::{Entry, Preset, text};
use crate::post::{Place, Post, lang};

pub(super) const PRESET: Preset = Preset { name: "bluesky", lists: &["/feed", "/posts", "/records"], entry };

/// The collection of posts, and the type of their records.
const POST: &str = "app.bsky.feed.post";

fn entry(value: &Value) -> Entry {
    if value.get("kind").is_some() && value.get("did").is_some() {
        return event(value);
    }
    // A feed wraps the post, and says why it is there when the feed's owner did not write it.
    if let Some(post) = value.get("post") {
        let reposted = value.get("reason").is_some_and(Value::is_object);
        return if reposted { Entry::NoPost } else { view(post) };
    }
    view(value)
}

/// A post with its address, as feeds (`record`) and repositories (`value`) list it.
fn view(value: &Value) -> Entry {
    match (value.get("record").or_else(|| value.get("value")), text(value, "/uri")) {
        (Some(record), Some(uri)) => post(record, uri),
        _ => Entry::Unknown,
    }
}

/// An event of Jetstream. Deletions, likes, follows and accounts are no posts.
fn event(value: &Value) -> Entry {
    let part = |pointer| value.pointer(pointer).and_then(Value::as_str);
    if part("/kind") != Some("commit") || part("/commit/collection") != Some(POST) {
        return Entry::NoPost;
    }
    match (part("/did"), part("/commit/rkey"), value.pointer("/commit/record")) {
        (Some(did), Some(key), Some(record)) => post(record, format!("at://{did}/{POST}/{key}")),
        _ if part("/commit/operation") == Some("delete") => Entry::NoPost,
        _ => Entry::Unknown,
    }
}

fn post(record: &Value, uri: String) -> Entry {
    if record.get("$type").and_then(Value::as_str).is_some_and(|kind| kind != POST) {
        return Entry::NoPost;
    }
    let Some(body) = record.get("text").and_then(Value::as_str) else { return Entry::Unknown };
    let mut parts = uri.trim_start_matches("at://").split('/');
    let (did, key) = (parts.next().unwrap_or_default(), parts.next_back().unwrap_or_default());
    let named = match record.get("langs").and_then(Value::as_array).map(Vec::as_slice) {
        Some([Value::String(only)]) => Some(only.clone()),
        _ => None,
    };
    let place = Place {
        // By the account's identifier: its handle is a name.
        url: Some(format!("https://bsky.app/profile/{did}/post/{key}")),
        created_at: text(record, "/createdAt"),
        parent: text(record, "/reply/parent/uri"),
        author: Some(did.to_owned()),
        visibility: Some("public".to_owned()),
        ..Place::default()
    };
    Entry::Posts(vec![Post { text: body.to_owned(), id: uri, lang: lang(named), place, ..Post::blank() }])
}
