//! The tables of the outbox.

use crate::database::Tables;

/// The mark is "grOB".
pub(super) const TABLES: Tables = Tables { application: 0x6772_4f42, steps: &STEPS };

const STEPS: [&str; 2] = [
    "
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
",
    "
    -- Hash of id and text alone (key.rs): a verdict that names a post by another address is recognised by it. Null in corrections and in older records.
    ALTER TABLE record ADD COLUMN twin TEXT;
    CREATE INDEX record_twin ON record (twin);
    ALTER TABLE judged ADD COLUMN twin TEXT;
    -- Whether the verdict was about a finding or a record.
    ALTER TABLE judged ADD COLUMN matched INTEGER NOT NULL DEFAULT 1;
    CREATE INDEX judged_twin ON judged (twin);
    -- One row. What is known of the receiver: which it is once something was sent, and until when it wants to be left alone.
    CREATE TABLE receiver (
        one            INTEGER PRIMARY KEY CHECK (one = 1),
        -- Hash of its whole address, and the part that may be shown.
        target         TEXT,
        name           TEXT,
        pause_until_ms INTEGER NOT NULL DEFAULT 0,
        -- Pauses in a row.
        pauses         INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    INSERT INTO receiver (one) VALUES (1);
",
];
