//! The platforms whose exports are read as they come. One file each; `docs/presets.md` says how to add one.

mod bluesky;
mod mastodon;
mod reddit;
#[cfg(test)]
mod template;
#[cfg(test)]
#[allow(clippy::panic, reason = "a test fails by panicking")]
mod tests;
mod x;
mod youtube;

use std::collections::VecDeque;
use std::str::FromStr;

use serde_json::Value;

use super::found::{Fault, Found};
use super::post::Post;

/// How a platform writes its posts down.
#[derive(Debug)]
pub struct Preset {
    /// Its name on the command line, and the `platform` of its posts.
    pub name: &'static str,
    /// JSON pointers at which an archive, or an answer of the API, lists its entries.
    pub(super) lists: &'static [&'static str],
    /// Reads one entry.
    entry: fn(&Value) -> Entry,
}

/// What an entry of an export holds.
#[derive(Debug, PartialEq, Eq)]
enum Entry {
    /// Posts, whose `line` and `platform` are filled in later. One without text is no post to score.
    Posts(Vec<Post>),
    /// Something that the platform lists among posts and that is none: a like, a boost, a deletion.
    NoPost,
    /// Nothing that the preset knows.
    Unknown,
}

/// All presets, by name.
pub const PRESETS: [&Preset; 5] = [&bluesky::PRESET, &mastodon::PRESET, &reddit::PRESET, &x::PRESET, &youtube::PRESET];

impl Preset {
    /// Append what `value` holds: an entry, a list of them, or an answer of the API with such a list.
    pub(super) fn read(&self, line: u64, value: &Value, found: &mut VecDeque<Found>) {
        let listed = self.lists.iter().find_map(|list| value.pointer(list)?.as_array());
        match value.as_array().or(listed) {
            Some(entries) => entries.iter().for_each(|entry| self.read_entry(line, entry, found)),
            None => self.read_entry(line, value, found),
        }
    }

    fn read_entry(&self, line: u64, entry: &Value, found: &mut VecDeque<Found>) {
        match (self.entry)(entry) {
            Entry::Posts(posts) => {
                for mut post in posts {
                    post.line = line;
                    post.place.platform = Some(self.name.to_owned());
                    found.push_back(if post.text.trim().is_empty() {
                        Found::NoPost
                    } else {
                        Found::Post(Box::new(post))
                    });
                }
            }
            Entry::NoPost => found.push_back(Found::NoPost),
            Entry::Unknown => {
                let hint = "docs/presets.md says which exports are read; give --id-field and --text-field for others";
                let reason = format!("nothing that the preset {} knows", self.name);
                found.push_back(Found::Fault(Fault::new(line, reason, hint)));
            }
        }
    }
}

/// Find a preset by its name.
impl FromStr for &'static Preset {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        PRESETS.into_iter().find(|p| p.name == name).ok_or_else(|| {
            let names: Vec<&str> = PRESETS.iter().map(|p| p.name).collect();
            format!("no preset `{name}`; there are {}", names.join(", "))
        })
    }
}

/// The string, or the whole number as a string, at a JSON pointer; `None` when it is missing or empty.
fn text(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
