//! The chain: every import, verdict, undoing, reopening and erasure is an entry, as is every account, setting and set of highlights, and each entry's hash covers the
//! hash of the one before.
//!
//! The hash of an entry is SHA-256 over the previous entry's hash (64 hexadecimal digits; nothing for the first), a line break, and the entry's body as it stands:
//! one JSON object, its fields in the order of [`Body`]. So anybody can check a chain with a few lines of any language.
//!
//! A body holds nothing that has to be erased one day. What a person wrote (reason, note, group, marked words) lies beside the chain in `words`, and the body has
//! its seal: HMAC-SHA-256 under a random salt that lies with the words. While the words are there, the seal proves them; once words and salt are gone, nobody can
//! guess them from the seal, and the chain stays whole. An item's finding and text are sealed the same way in the entry that imported them.

use grens_gateway::Moment;
use grens_law::{Article, ContextFlag, Ground, Judgement, OnlineCheck, Publicity, Route, Span};
use hmac::{Hmac, Mac as _};
use rand::TryRngCore as _;
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{EventKind, Settings};

/// What an entry says. Fields that it lacks are not written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    /// Its number.
    pub(super) seq: i64,
    /// When: RFC 3339, UTC, with milliseconds.
    pub(super) at: String,
    /// What it is.
    pub(super) kind: Kind,
    /// The item that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<i64>,
    /// Pseudonym of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<String>,
    /// The entry that is undone or corrected; of a bulk verdict the first of the same stroke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) of: Option<i64>,
    /// What was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) verdict: Option<Said>,
    /// Seal of the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) words: Option<String>,
    /// What was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) import: Option<Import>,
    /// What is beside verdicts: of no one item's history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) beside: Option<Beside>,
}

/// What an entry is: the events of an item, the import of many, and what is beside verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Import,
    Verdict,
    Bulk,
    Adjudication,
    Correction,
    Undo,
    Reopening,
    Erasure,
    Account,
    Settings,
    Highlights,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Verdict => "verdict",
            Self::Bulk => "bulk",
            Self::Adjudication => "adjudication",
            Self::Correction => "correction",
            Self::Undo => "undo",
            Self::Reopening => "reopening",
            Self::Erasure => "erasure",
            Self::Account => "account",
            Self::Settings => "settings",
            Self::Highlights => "highlights",
        }
    }

    /// As people see it; the others are about no one item's history.
    pub(super) const fn event(self) -> Option<EventKind> {
        Some(match self {
            Self::Import | Self::Account | Self::Settings | Self::Highlights => return None,
            Self::Verdict => EventKind::Verdict,
            Self::Bulk => EventKind::Bulk,
            Self::Adjudication => EventKind::Adjudication,
            Self::Correction => EventKind::Correction,
            Self::Undo => EventKind::Undo,
            Self::Reopening => EventKind::Reopening,
            Self::Erasure => EventKind::Erasure,
        })
    }
}

/// What the chain proves beside verdicts (proof.rs).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Beside {
    /// An account as it is from here on. Name and password are sealed: their salt is that of the password.
    Account { pseudonym: String, role: String, active: bool, seal: String },
    /// All settings as they are from here on.
    Settings(Settings),
    /// The highlights of an item, sealed: they are erased with it.
    Highlights { item: i64, seal: String },
}

/// The part of a verdict that may stay for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    pub(super) verdict: Judgement,
    pub(super) articles: Vec<Article>,
    pub(super) grounds: Vec<Ground>,
    pub(super) publicity: Publicity,
    pub(super) context: Vec<ContextFlag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) still_online: Option<OnlineCheck>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) route: Option<Route>,
}

/// The part of a verdict that is erased with the item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) group_named: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) quote: Option<Span>,
}

/// Items that came in together: numbers `first..=last`, without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Import {
    pub(super) first: i64,
    pub(super) last: i64,
    /// SHA-256 over the items' digests, in order, a line each.
    pub(super) digest: String,
}

/// What is to be added to the chain; number, time and hashes come with it.
#[derive(Debug, Default)]
pub(super) struct New<'a> {
    pub(super) item: Option<i64>,
    pub(super) by: Option<&'a str>,
    pub(super) of: Option<i64>,
    pub(super) verdict: Option<Said>,
    pub(super) words: Option<&'a Words>,
    pub(super) import: Option<Import>,
    pub(super) beside: Option<Beside>,
}

/// Number and hash of the last entry; 0 and nothing for an empty chain.
pub(super) fn end(db: &rusqlite::Connection) -> rusqlite::Result<(i64, String)> {
    db.query_row("SELECT seq, hash FROM chain_end", [], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Add an entry. Returns its number. Its time is never before that of the last one about the same item, also when the clock was set back: who gets corrections
/// goes by it.
pub(super) fn append(transaction: &Transaction<'_>, now: Moment, kind: Kind, new: New<'_>) -> rusqlite::Result<i64> {
    let (last, previous) = end(transaction)?;
    let seq = last + 1;
    let before = transaction
        .prepare("SELECT max(at_ms) FROM entry WHERE item = ?1")?
        .query_row([new.item], |row| row.get::<_, Option<i64>>(0))?;
    let now = before.map_or(now, |ms| now.max(Moment::from_millis(ms)));
    let sealed = new.words.map(|words| {
        let text = json(words);
        let salt = salt();
        (seal(&salt, &text), salt, text)
    });
    let body = json(&Body {
        seq,
        at: now.text_with_millis(),
        kind,
        item: new.item,
        by: new.by.map(str::to_owned),
        of: new.of,
        verdict: new.verdict,
        words: sealed.as_ref().map(|(seal, ..)| seal.clone()),
        import: new.import,
        beside: new.beside,
    });
    let hash = link(&previous, &body);
    transaction
        .prepare("INSERT INTO entry (seq, kind, item, by, at_ms, body, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute(params![seq, kind.name(), new.item, new.by, now.millis(), body, previous, hash])?;
    if let Some((_, salt, words)) = sealed {
        transaction.prepare("INSERT INTO words (entry, salt, words) VALUES (?1, ?2, ?3)")?.execute(params![
            seq,
            salt.as_slice(),
            words
        ])?;
    }
    transaction.prepare("UPDATE chain_end SET seq = ?1, hash = ?2")?.execute(params![seq, hash])?;
    Ok(seq)
}

/// The hash of an entry.
pub(super) fn link(previous: &str, body: &str) -> String {
    format!("{:x}", Sha256::new().chain_update(previous).chain_update("\n").chain_update(body).finalize())
}

/// The seal of a text under a salt.
pub(super) fn seal(salt: &[u8], text: &str) -> String {
    // HMAC takes keys of any length, so that there is no other branch.
    let mac = Hmac::<Sha256>::new_from_slice(salt).map(|mac| mac.chain_update(text).finalize().into_bytes());
    mac.map(|bytes| format!("{bytes:x}")).unwrap_or_default()
}

/// 256 random bits.
pub(super) fn salt() -> [u8; 32] {
    let mut bytes = [0; 32];
    // Without the system's randomness nothing could be sealed or kept secret; the thread's generator is seeded from it and stands in.
    if rand::rngs::OsRng.try_fill_bytes(&mut bytes).is_err() {
        rand::RngCore::fill_bytes(&mut rand::rng(), &mut bytes);
    }
    bytes
}

/// One JSON object without spaces; fields in the order of the type.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    // The types of this module serialise without doubt: strings, numbers and lists.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_can_be_checked_elsewhere() {
        // printf 'ab\n{"seq":1}' | sha256sum
        assert_eq!(link("ab", "{\"seq\":1}"), LINK);
        // printf 'words' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00ff
        assert_eq!(seal(&[0, 255], "words"), SEAL);
    }

    #[test]
    fn salts_differ() {
        assert_ne!(salt(), salt());
    }

    const LINK: &str = "d20b6f64ae0ff0c2fdf01c38ce5dc5f98ef7dba781c92f88d0a66a3f137d9276";
    const SEAL: &str = "4107028ae3294f1e06a6a255ae1563b29053a12a24e1a02f6e27d9c0a043a3a9";
}
