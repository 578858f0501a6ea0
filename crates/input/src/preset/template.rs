//! Name of the platform: which exports of it are read. A copy of this file is where a new preset begins; `docs/presets.md` has the
//! steps. It is compiled and tested as it stands.

use serde_json::Value;

use super::{Entry, Preset, text};
use crate::html;
use crate::post::{Place, Post, lang};

pub(super) const PRESET: Preset = Preset { name: "template", lists: &["/posts"], entry };

fn entry(value: &Value) -> Entry {
    // What the platform lists among posts without being one: say so, so that it is counted and not called broken.
    if value.get("type").and_then(Value::as_str) == Some("like") {
        return Entry::NoPost;
    }
    // What the preset does not know is a reject; a missing id must not become an empty one.
    let (Some(id), Some(body)) = (text(value, "/id"), text(value, "/content")) else { return Entry::Unknown };
    let place = Place {
        url: text(value, "/url"),
        // As the platform writes it; the reader makes RFC 3339 in UTC of it.
        created_at: text(value, "/posted"),
        parent: text(value, "/reply_to"),
        visibility: text(value, "/audience"),
        // The most lasting name of the account. It is dropped, or becomes a pseudonym when there is a key.
        author: text(value, "/account/id"),
        ..Place::default()
    };
    let named = text(value, "/language");
    Entry::Posts(vec![Post { id, text: html::to_text(&body), lang: lang(named), place, ..Post::blank() }])
}
