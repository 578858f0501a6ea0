//! Reddit: comments and submissions, as its API and the archives of it write them.

use serde_json::Value;

use super::{Entry, Preset, text};
use crate::post::{Place, Post};

pub(super) const PRESET: Preset = Preset { name: "reddit", lists: &["/data/children"], entry };

/// What stands where a text was taken away, by its author or by a moderator.
const GONE: [&str; 4] = ["[deleted]", "[removed]", "[ Removed by Reddit ]", "[deleted by user]"];

fn entry(value: &Value) -> Entry {
    // An answer of the API wraps its things; a link to more comments is one of them.
    let thing = value.get("data").unwrap_or(value);
    if value.get("kind").and_then(Value::as_str) == Some("more") {
        return Entry::NoPost;
    }
    let (prefix, body) = match (thing.get("body"), thing.get("title")) {
        (Some(body), _) => ("t1", body.as_str().map(plain)),
        (None, Some(title)) => ("t3", title.as_str().map(|title| submission(title, thing))),
        (None, None) => return Entry::Unknown,
    };
    let (Some(body), Some(id)) = (body, text(thing, "/id")) else { return Entry::Unknown };
    if GONE.contains(&body.trim()) {
        return Entry::NoPost;
    }
    let place = Place {
        url: text(thing, "/permalink").map(|path| format!("https://www.reddit.com{path}")),
        created_at: text(thing, "/created_utc"),
        parent: text(thing, "/parent_id"),
        author: text(thing, "/author").filter(|name| name != "[deleted]"),
        visibility: text(thing, "/subreddit_type"),
        ..Place::default()
    };
    let id = text(thing, "/name").unwrap_or_else(|| format!("{prefix}_{id}"));
    Entry::Posts(vec![Post { id, text: body, place, ..Post::blank() }])
}

/// Title and text of a submission; one that links somewhere has a title only.
fn submission(title: &str, thing: &Value) -> String {
    match thing.get("selftext").and_then(Value::as_str) {
        Some(body) if !body.trim().is_empty() && !GONE.contains(&body.trim()) => {
            format!("{}\n\n{}", plain(title), plain(body))
        }
        _ => plain(title),
    }
}

/// Reddit writes `&amp;`, `&lt;` and `&gt;` in its JSON unless asked not to.
fn plain(text: &str) -> String {
    html_escape::decode_html_entities(text).into_owned()
}
