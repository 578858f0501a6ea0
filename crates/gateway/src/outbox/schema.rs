//! The tables of the outbox, and the steps from one version to the next.

use rusqlite::Connection;

/// Written into the file (`PRAGMA application_id`), so that no other database is taken for an outbox: "grOB".
pub(super) const APPLICATION: i64 = 0x6772_4f42;

/// Step `i` makes version `i + 1` of version `i`. A step that was released is never changed; a change is a further step.
pub(super) const STEPS: [&str; 2] = [
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

/// Bring the database to the newest version.
///
/// # Errors
/// What is wrong with it, in words, or what SQLite says.
pub(super) fn migrate(db: &mut Connection) -> rusqlite::Result<Result<(), String>> {
    let newest = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    // Looked at before anything is written, so that a foreign database stays as it is.
    if let Some(problem) = foreign(db, newest)? {
        return Ok(Err(problem));
    }
    // Who only looks must not wait for who writes.
    if number(db, "user_version")? == newest {
        return Ok(Ok(()));
    }
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version = number(&transaction, "user_version")?;
    if version < newest {
        for step in STEPS.iter().skip(usize::try_from(version).unwrap_or(0)) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", newest)?;
    }
    transaction.commit()?;
    Ok(Ok(()))
}

fn foreign(db: &Connection, newest: i64) -> rusqlite::Result<Option<String>> {
    let (application, version) = (number(db, "application_id")?, number(db, "user_version")?);
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(if application != APPLICATION && (application != 0 || version != 0 || tables != 0) {
        Some("it is another program's database".to_owned())
    } else if version > newest {
        Some(format!("it has version {version} of the tables, and this program knows {newest}"))
    } else {
        None
    })
}

fn number(db: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    db.pragma_query_value(None, pragma, |row| row.get(0))
}
