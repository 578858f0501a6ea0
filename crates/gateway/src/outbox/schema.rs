//! The tables of the outbox.

use crate::database::Tables;

/// The mark is "grOB".
pub(super) const TABLES: Tables = Tables { application: 0x6772_4f42, steps: &STEPS };

const STEPS: [&str; 1] = ["
    -- What goes out. `post` is the identity of a post with its text (key.rs); a verdict finds by it what was sent.
    CREATE TABLE record (
        seq          INTEGER PRIMARY KEY,
        key          TEXT NOT NULL UNIQUE,
        post         TEXT NOT NULL,
        schema       TEXT NOT NULL,
        standing     TEXT NOT NULL CHECK (standing IN ('not_yet_judged', 'human_confirmed', 'correction')),
        -- The record as it is sent, JSON. Null once its retention date has passed.
        body         TEXT,
        state        TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'dead')),
        -- Why it is dead: tries, refused, superseded, expired.
        cause        TEXT CHECK ((cause IS NULL) = (state <> 'dead')),
        -- Every time that it may have left, counted before it leaves.
        attempts     INTEGER NOT NULL DEFAULT 0,
        -- Failures that speak against the record itself.
        tries        INTEGER NOT NULL DEFAULT 0,
        next_try_ms  INTEGER NOT NULL,
        last_error   TEXT,
        corrected_by TEXT,
        keep_until   TEXT NOT NULL,
        added_ms     INTEGER NOT NULL,
        ended_ms     INTEGER
    ) STRICT;
    CREATE INDEX record_due ON record (state, next_try_ms, seq);
    CREATE INDEX record_post ON record (post, seq);
    -- The newest verdict that was acted on. An older one changes nothing any more.
    CREATE TABLE judged (
        post      TEXT PRIMARY KEY,
        judged_ms INTEGER NOT NULL,
        verdict   TEXT NOT NULL
    ) STRICT;
"];
