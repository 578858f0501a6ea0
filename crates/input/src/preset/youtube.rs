//! YouTube: comment threads and comments, as its Data API (v3) gives them.

use serde_json::Value;

use super::{Entry, Preset, text};
use crate::html;
use crate::post::{Place, Post};

pub(super) const PRESET: Preset = Preset { name: "youtube", lists: &["/items"], entry };

fn entry(value: &Value) -> Entry {
    let comments = match value.pointer("/snippet/topLevelComment") {
        // A thread: the first comment, and those replies that the answer had room for.
        Some(first) => {
            let video = text(value, "/snippet/videoId");
            let replies = value.pointer("/replies/comments").and_then(Value::as_array).into_iter().flatten();
            std::iter::once(first).chain(replies).map(|one| comment(one, video.as_deref())).collect()
        }
        None => comment(value, None).map(|one| vec![one]),
    };
    comments.map_or(Entry::Unknown, Entry::Posts)
}

fn comment(value: &Value, video: Option<&str>) -> Option<Post> {
    let (id, snippet) = (text(value, "/id")?, value.get("snippet")?);
    // The original is given to the comment's author only; everybody else gets HTML, or plain text when asked for.
    let body = match snippet.get("textOriginal").and_then(Value::as_str) {
        Some(original) => original.to_owned(),
        None => html::to_text(snippet.get("textDisplay")?.as_str()?),
    };
    let video = text(snippet, "/videoId").or_else(|| video.map(str::to_owned));
    let place = Place {
        url: video.map(|video| format!("https://www.youtube.com/watch?v={video}&lc={id}")),
        created_at: text(snippet, "/publishedAt"),
        parent: text(snippet, "/parentId"),
        author: text(snippet, "/authorChannelId/value").or_else(|| text(snippet, "/authorDisplayName")),
        visibility: text(snippet, "/moderationStatus"),
        ..Place::default()
    };
    Some(Post { id, text: body, place, ..Post::blank() })
}
