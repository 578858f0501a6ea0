//! The tables of the review queue.

use grens_gateway::database::Tables;

/// The mark is "grRQ".
pub(super) const TABLES: Tables = Tables { application: 0x6772_5251, steps: &STEPS };

/// Names of the triggers that keep the chain as it is. `verify` looks whether they are there.
pub(super) const GUARDS: [&str; 3] = ["entry_stays", "entry_is_kept", "words_stay"];

const STEPS: [&str; 2] = ["
    CREATE TABLE setting (
        one   INTEGER PRIMARY KEY CHECK (one = 1),
        value TEXT NOT NULL
    ) STRICT;

    CREATE TABLE user (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        name      TEXT NOT NULL COLLATE NOCASE UNIQUE,
        pseudonym TEXT NOT NULL UNIQUE,
        role      TEXT NOT NULL CHECK (role IN ('researcher', 'moderator', 'lead')),
        -- argon2id, in the PHC format.
        password  TEXT NOT NULL,
        active    INTEGER NOT NULL DEFAULT 1,
        made_ms   INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE session (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        -- SHA-256 of the cookie's token.
        token    TEXT NOT NULL UNIQUE,
        user     INTEGER NOT NULL REFERENCES user,
        began_ms INTEGER NOT NULL,
        used_ms  INTEGER NOT NULL
    ) STRICT;
    -- Attempts to log in that failed or have not ended. The key is a hash: people type passwords where a name belongs.
    CREATE TABLE attempt (key TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;
    CREATE INDEX attempt_key ON attempt (key, at_ms);
    CREATE TABLE setup (
        one      INTEGER PRIMARY KEY CHECK (one = 1),
        token    TEXT NOT NULL,
        until_ms INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE item (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        -- Identity of the post with its text (grens_gateway::key). Stays, so that an erased post does not come back.
        post       TEXT NOT NULL UNIQUE,
        -- Facts: they stay for the statistics. Articles and grounds are sets of bits (codes.rs).
        platform   TEXT,
        band       TEXT NOT NULL,
        articles   INTEGER NOT NULL,
        grounds    INTEGER NOT NULL,
        confidence REAL NOT NULL,
        found_ms   INTEGER NOT NULL,
        raters     INTEGER NOT NULL CHECK (raters IN (1, 2)),
        head       INTEGER REFERENCES item,
        stands_for INTEGER NOT NULL,
        -- Seals what is erased one day.
        sealed     TEXT NOT NULL,
        -- Once erased, the beginning of the month.
        posted_ms  INTEGER NOT NULL,
        erased_ms  INTEGER,
        -- The entry that brought it.
        entry      INTEGER NOT NULL,
        -- What the orders go by.
        severity     REAL NOT NULL,
        uncertainty  REAL NOT NULL,
        cluster_size INTEGER NOT NULL,
        cluster      INTEGER NOT NULL,
        -- Where it stands. Follows from the entries (standing.rs). 0 objection, 1 rate, 2 adjudicate, null when done or erased.
        lane             INTEGER,
        -- A near repeat whose head is still open.
        waits            INTEGER NOT NULL DEFAULT 0,
        round            INTEGER NOT NULL DEFAULT 1,
        outcome          TEXT,
        outcome_articles INTEGER,
        outcome_grounds  INTEGER,
        decided_ms       INTEGER,
        -- What is erased: the finding without its text, the text, the thread; and the salt, without which nobody can guess what `sealed` seals. At the end of the
        -- row, so that what comes before is read without them.
        finding          TEXT,
        text             TEXT,
        thread           TEXT,
        salt             BLOB
    ) STRICT;
    CREATE INDEX item_severity ON item
        (lane, severity DESC, id, waits, raters, articles, grounds, platform, band, posted_ms, confidence) WHERE lane IS NOT NULL;
    CREATE INDEX item_uncertainty ON item
        (lane, uncertainty DESC, id, waits, raters, articles, grounds, platform, band, posted_ms, confidence) WHERE lane IS NOT NULL;
    CREATE INDEX item_age ON item
        (lane, posted_ms, id, waits, raters, articles, grounds, platform, band, confidence) WHERE lane IS NOT NULL;
    CREATE INDEX item_cluster ON item
        (lane, cluster_size DESC, cluster, id, waits, raters, articles, grounds, platform, band, posted_ms, confidence) WHERE lane IS NOT NULL;
    CREATE INDEX item_head ON item (head, lane) WHERE head IS NOT NULL;
    CREATE INDEX item_decided ON item (decided_ms) WHERE decided_ms IS NOT NULL;

    -- Words whose removal lowers the score. Their seal stands in an entry.
    CREATE TABLE evidence (
        item  INTEGER NOT NULL REFERENCES item,
        place INTEGER NOT NULL,
        start INTEGER NOT NULL,
        stop  INTEGER NOT NULL,
        fall  REAL NOT NULL,
        PRIMARY KEY (item, place)
    ) STRICT, WITHOUT ROWID;
    -- Items whose words were looked for, with or without a find.
    CREATE TABLE explained (item INTEGER PRIMARY KEY REFERENCES item, model TEXT NOT NULL) STRICT;

    CREATE TABLE lease (
        item     INTEGER PRIMARY KEY REFERENCES item,
        user     INTEGER NOT NULL REFERENCES user,
        hand     TEXT NOT NULL,
        turn     INTEGER NOT NULL,
        until_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX lease_hand ON lease (hand, turn);
    CREATE TABLE skip (
        item     INTEGER NOT NULL REFERENCES item,
        user     INTEGER NOT NULL REFERENCES user,
        until_ms INTEGER NOT NULL,
        PRIMARY KEY (item, user)
    ) STRICT, WITHOUT ROWID;

    -- The chain (chain.rs). `body` is what is hashed; the other columns repeat it for queries.
    CREATE TABLE entry (
        seq      INTEGER PRIMARY KEY,
        kind     TEXT NOT NULL,
        item     INTEGER,
        by       TEXT,
        at_ms    INTEGER NOT NULL,
        body     TEXT NOT NULL,
        previous TEXT NOT NULL,
        hash     TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entry_item ON entry (item, seq) WHERE item IS NOT NULL;
    CREATE INDEX entry_by ON entry (by, seq) WHERE by IS NOT NULL;
    CREATE INDEX entry_at ON entry (at_ms);
    CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
    CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
    -- Where the chain ends, so that an end that was cut off is missed.
    CREATE TABLE chain_end (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
    INSERT INTO chain_end VALUES (1, 0, '');
    -- What people wrote, beside the chain so that it can be erased. The entry holds its seal.
    CREATE TABLE words (
        entry INTEGER PRIMARY KEY REFERENCES entry,
        salt  BLOB NOT NULL,
        words TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER words_stay BEFORE UPDATE ON words BEGIN SELECT RAISE(ABORT, 'words are never changed'); END;
    -- Who judged what, in which round and place. Follows from the entries.
    CREATE TABLE rating (
        item     INTEGER NOT NULL REFERENCES item,
        round    INTEGER NOT NULL,
        -- 1 first, 2 second, 3 between two or in place of another's.
        place    INTEGER NOT NULL CHECK (place IN (1, 2, 3)),
        by       TEXT NOT NULL,
        entry    INTEGER NOT NULL,
        -- What was said at first, before any correction: agreement is measured on that.
        said     TEXT NOT NULL,
        articles INTEGER NOT NULL,
        PRIMARY KEY (item, round, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX rating_by ON rating (by, item);
    -- Whose word on an item stands, also where a later one took its place. Nobody in it is given the item again. Follows from the entries.
    CREATE TABLE judge (
        by   TEXT NOT NULL,
        item INTEGER NOT NULL REFERENCES item,
        PRIMARY KEY (by, item)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX judge_item ON judge (item);
", "
    -- Accounts, settings and highlights are entries of the chain from here on; what was there before becomes one when the queue is opened (proof.rs). Highlights can be
    -- computed anew.
    CREATE INDEX entry_account ON entry (seq) WHERE kind = 'account';
    DELETE FROM evidence;
    DELETE FROM explained;
    ALTER TABLE explained ADD COLUMN salt BLOB;
    -- Who reopens an item does not judge it.
    INSERT OR IGNORE INTO judge (by, item) SELECT DISTINCT by, item FROM entry WHERE kind = 'reopening' AND by IS NOT NULL;
    -- What two people judge has no place by its score: it goes first.
    UPDATE item SET severity = 4.0, uncertainty = 1.0 WHERE raters = 2;
"];
