//! A queue in a folder of its own, with made-up posts and people, and a clock that is set by hand.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use grens_law::{Article, Ground, Judgement, Statute};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::store::{
    Clock, Filter, Form, Hand, Imported, Importing, Item, ItemId, Judged, Order, Role, Settings, Store, User,
};

pub(super) const START: i64 = 1_795_340_000_000;
pub(super) const SECOND: i64 = 1000;
pub(super) const DAY: i64 = 24 * 60 * 60 * SECOND;

pub(super) struct Desk {
    pub(super) dir: TempDir,
    pub(super) store: Store,
    clock: Arc<AtomicI64>,
}

impl Desk {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(START));
        let mut store = Store::create(&dir.path().join("review.db")).unwrap();
        store.set_clock(Clock::Set(clock.clone()));
        // Nobody pulls the plug here; waiting for the disk is most of what the tests would do.
        store.db.execute_batch("PRAGMA synchronous = OFF").unwrap();
        Self { dir, store, clock }
    }

    /// With `n` posts in the queue.
    pub(super) fn with(n: usize) -> Self {
        let mut desk = Self::new();
        desk.import(&(0..n).map(finding).collect::<Vec<_>>());
        desk
    }

    /// Where every item needs two.
    pub(super) fn with_two_raters(n: usize) -> Self {
        let mut desk = Self::new();
        desk.store.set_settings_as_owner(&Settings { second_share: 1.0, ..Settings::default() }).unwrap();
        desk.import(&(0..n).map(finding).collect::<Vec<_>>());
        desk
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn list(&self, findings: &[Value]) -> Importing {
        let path = self.path("candidates.jsonl");
        std::fs::write(&path, findings.iter().map(|f| format!("{f}\n")).collect::<String>()).unwrap();
        let at = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(self.now().unsigned_abs());
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(at).unwrap();
        Importing { inputs: vec![path], ..Importing::default() }
    }

    pub(super) fn import(&mut self, findings: &[Value]) -> Imported {
        let importing = self.list(findings);
        self.store.import(&importing).unwrap()
    }

    pub(super) fn user(&mut self, name: &str, role: Role) -> User {
        // One hash for all: it takes its time on purpose, and these tests log nobody in.
        let store = &mut self.store;
        store.write(|db, now| super::super::users::insert(db, now, name, role, "none", Some(name))).unwrap()
    }

    pub(super) fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    pub(super) fn later(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::Relaxed);
    }

    pub(super) fn take(&mut self, user: &User) -> Option<Item> {
        self.store.take(user, &hand(user), &Filter::default(), Order::Severity).unwrap()
    }

    /// Take an item and judge it.
    pub(super) fn judge(&mut self, user: &User, form: &Form) -> (ItemId, Judged) {
        let item = self.take(user).unwrap().id;
        (item, self.store.judge(user, &hand(user), item, form, Statute::shipped()).unwrap())
    }

    #[track_caller]
    pub(super) fn is_whole(&self) {
        let verified = self.store.verify(&[]).unwrap();
        assert_eq!(verified.problems, Vec::<String>::new());
    }

    /// Change the file from outside, past all guards.
    pub(super) fn tamper(&self, sql: &str) {
        let db = rusqlite::Connection::open(self.store.path()).unwrap();
        db.execute_batch(
            "PRAGMA foreign_keys = OFF; DROP TRIGGER entry_stays; DROP TRIGGER entry_is_kept; DROP TRIGGER words_stay",
        )
        .unwrap();
        db.execute_batch(sql).unwrap();
        db.execute_batch(
            "CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
             CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
             CREATE TRIGGER words_stay BEFORE UPDATE ON words BEGIN SELECT RAISE(ABORT, 'words are never changed'); END;",
        )
        .unwrap();
    }
}

pub(super) fn hand(user: &User) -> Hand {
    Hand(format!("hand of {}", user.name))
}

/// Post `p{number}`; the lower the number the higher the score.
pub(super) fn finding(number: usize) -> Value {
    let confidence = (0.95 - number as f64 / 1000.0).max(0.0);
    json!({
        "rank": number + 1, "stands_for": 1, "repeats": 0, "file": "posts.jsonl", "file_sha256": "", "line": number + 1, "platform": "forum",
        "url": format!("https://voorbeeld.example/{number}"), "created_at": "2026-11-20T10:00:00Z", "author": "0123456789abcdef",
        "text": format!("Dit is bericht {number} van een verzonnen dorp"), "grens": "0.1.0", "schema": "grens.finding/1",
        "id": format!("p{number}"), "band": "candidate", "articles": ["137c"], "grounds": ["race"], "reasons": ["made up"],
        "confidence": confidence, "scores": {"group_hate": 0.9, "art137c": confidence, "art137d": 0.1},
        "ground_scores": {"race": 0.9, "religion": 0.1, "orientation": 0.1, "disability": 0.1, "gender": 0.1}, "lang": "nl", "n_tokens": 9,
        "truncated": false, "text_sha256": format!("sha {number}"), "model": {"name": "made-up", "hash": "00"}, "policy": "made-up-1",
        "law": "nl-sr-2026-01-01"
    })
}

/// With other values for some fields.
pub(super) fn changed(mut value: Value, change: Value) -> Value {
    value.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    value
}

pub(super) fn yes() -> Form {
    Form {
        articles: vec![Article::A137c],
        grounds: vec![Ground::Race],
        reason: Some("stelt een groep voor als minder".to_owned()),
        ..Form::new(Judgement::Candidate)
    }
}

pub(super) fn no() -> Form {
    Form { reason: Some("gaat over beleid".to_owned()), ..Form::new(Judgement::NotCandidate) }
}
