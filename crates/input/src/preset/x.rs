//! X: `tweets.js` of an account's archive, and answers of its API (v2, and the older v1.1).

use serde_json::Value;

use super::{Entry, Preset, text};
use crate::post::{Place, Post, lang};

pub(super) const PRESET: Preset = Preset { name: "x", lists: &["/data"], entry };

fn entry(value: &Value) -> Entry {
    // The archive wraps each post; an answer about one post has it under `data`.
    let tweet = value.get("tweet").or_else(|| value.get("data")).unwrap_or(value);
    let id = text(tweet, "/id_str").or_else(|| text(tweet, "/id"));
    let body = ["/note_tweet/text", "/full_text", "/text"].iter().find_map(|at| text(tweet, at));
    let (Some(id), Some(body)) = (id, body) else { return Entry::Unknown };
    if is_repost(tweet, &body) {
        return Entry::NoPost;
    }
    let place = Place {
        url: Some(format!("https://x.com/i/status/{id}")),
        created_at: text(tweet, "/created_at"),
        parent: referenced(tweet, "replied_to").or_else(|| text(tweet, "/in_reply_to_status_id_str")),
        author: text(tweet, "/author_id").or_else(|| text(tweet, "/user/id_str")),
        ..Place::default()
    };
    // X writes `&amp;`, `&lt;` and `&gt;` in its texts.
    let body = html_escape::decode_html_entities(&body).into_owned();
    Entry::Posts(vec![Post { id, text: body, lang: lang(text(tweet, "/lang")), place, ..Post::blank() }])
}

/// A repost repeats another's post, cut short; that one is read where it was posted.
fn is_repost(tweet: &Value, body: &str) -> bool {
    referenced(tweet, "retweeted").is_some()
        || tweet.get("retweeted_status").is_some()
        || (tweet.get("full_text").is_some() && body.starts_with("RT @"))
}

/// Id of the post that this one stands in a relation to, in API v2.
fn referenced(tweet: &Value, relation: &str) -> Option<String> {
    let all = tweet.get("referenced_tweets")?.as_array()?;
    all.iter().find(|r| r.get("type").and_then(Value::as_str) == Some(relation)).and_then(|r| text(r, "/id"))
}
