//! Logging in. Passwords are kept as argon2id, tokens as SHA-256; who reads the file can log in with neither.

use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use super::access::Step;
use super::{Hand, Role, Store, User, UserId, chain, users};
use crate::error::Result;

/// A secret of 256 random bits, 64 hexadecimal digits. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// A session that has just begun.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// For the cookie. Told once.
    pub token: Token,
    /// The session.
    pub session: Session,
}

/// What became of an attempt to log in.
#[derive(Debug, Clone)]
pub enum LogIn {
    /// It worked.
    In(Box<LoggedIn>),
    /// Name and password do not belong together, or the account is not in use. Nothing tells which.
    Refused,
    /// Too many attempts: try again after so long.
    Wait(Duration),
}

/// A session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Number of the session; `Hand` is made of it.
    pub id: i64,
    /// Whose it is, as the account is now: a role that was changed counts at once.
    pub user: User,
    /// What every form has to carry back.
    pub csrf: Token,
    /// What items are held by.
    pub hand: Hand,
}

/// How long attempts to log in are remembered.
const WINDOW_MS: i64 = 15 * 60 * 1000;
/// Failures within the window after which a name waits at one peer, at all of them, and a peer for every name. The first is low, since it keeps nobody else out; the
/// second is high, so that whoever knows a name does not keep its owner out without many addresses.
const OF_NAME_THERE: i64 = 5;
const OF_PEER: i64 = 20;
const OF_NAME: i64 = 100;
/// A session ends so long after it began, and so long after its last use.
const LONGEST_MS: i64 = 12 * 60 * 60 * 1000;
const IDLE_MS: i64 = 60 * 60 * 1000;
/// How long the first lead's token is good.
const SETUP_MS: i64 = 24 * 60 * 60 * 1000;

impl Store {
    /// Try to log in. Counts attempts by name and by `peer` (an address), and lets nobody in there after 5 failures of a name, or 20 of any names, within 15 minutes, nor
    /// anywhere after 100 of a name.
    /// Takes the time of one argon2 whether the name exists or not: call it where that may block.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn log_in(&mut self, name: &str, password: &str, peer: &str) -> Result<LogIn> {
        let lower = name.to_lowercase();
        let keys = [
            (hash(&["name there", &lower, peer]), OF_NAME_THERE),
            (hash(&["peer", peer]), OF_PEER),
            (hash(&["name", &lower]), OF_NAME),
        ];
        // The attempt is written down before the password is looked at, so that many at once are not a way around.
        let begun = self.write(|db, now| {
            db.execute("DELETE FROM attempt WHERE at_ms <= ?1", [now.millis() - WINDOW_MS])?;
            let mut wait = 0;
            for (key, most) in &keys {
                wait = wait.max(wait_ms(db, key, *most, now.millis())?);
            }
            if wait > 0 {
                return Ok(Err(Duration::from_millis(wait.unsigned_abs())));
            }
            for (key, _) in &keys {
                db.execute("INSERT INTO attempt (key, at_ms) VALUES (?1, ?2)", params![key, now.millis()])?;
            }
            Ok(Ok(users::with_password(db, name)?))
        })?;
        let known = match begun {
            Err(wait) => return Ok(LogIn::Wait(wait)),
            Ok(known) => known,
        };
        // An unknown name costs the same time.
        let (user, stored) = known.map_or_else(|| (None, nobodys()), |(user, hash)| (Some(user), hash));
        let fits = users::fits(password, &stored);
        let Some(user) = user.filter(|user| fits && user.active) else { return Ok(LogIn::Refused) };
        let [(of_name_there, _), others @ ..] = keys;
        self.write(|db, now| {
            db.execute("DELETE FROM attempt WHERE key = ?1", [of_name_there])?;
            // This one was no failure. Others stay: a person with an account must not clear the way for guesses at another's, nor for those of others at one's own.
            let newest = "SELECT rowid FROM attempt WHERE key = ?1 ORDER BY at_ms DESC LIMIT 1";
            for (key, _) in others {
                db.execute(&format!("DELETE FROM attempt WHERE rowid IN ({newest})"), [key])?;
            }
            begin(db, now.millis(), user)
        })
        .map(|logged_in| LogIn::In(Box::new(logged_in)))
    }

    /// A token for making the first lead's account, for the page that `serve` prints the address of; a new one takes the place of an unused one. It is good for
    /// a day. `None` when there is an active lead already.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn new_setup_token(&mut self) -> Result<Option<Token>> {
        let token = Token::new();
        self.write(|db, now| {
            if has_lead(db)? {
                return Ok(None);
            }
            db.execute(
                "INSERT INTO setup (one, token, until_ms) VALUES (1, ?1, ?2)
                 ON CONFLICT (one) DO UPDATE SET token = excluded.token, until_ms = excluded.until_ms",
                params![token.hash(), now.millis() + SETUP_MS],
            )?;
            Ok(Some(token))
        })
    }

    /// Make the first lead's account with the token; it cannot be used again. `None` when the token is wrong, old or used, or there is a lead by now.
    ///
    /// # Errors
    /// As for [`Store::add_user`]; the token stays good then.
    pub fn redeem_setup_token(&mut self, token: &str, name: &str, password: &str) -> Result<Option<User>> {
        let given = Token(token.to_owned()).hash();
        // Before the password is hashed: nobody makes the machine work without the token.
        if !self.read(|db, now| Ok(is_setup_token(db, &given, now.millis())?))? {
            return Ok(None);
        }
        let password = users::hashed(password)?;
        self.write(|db, now| {
            if !is_setup_token(db, &given, now.millis())? {
                return Ok(None);
            }
            let user = users::insert(db, now, name, Role::Lead, &password, None)?;
            db.execute("DELETE FROM setup", [])?;
            Ok(Some(user))
        })
    }

    /// Whether there is an active lead, so that no token is worth anything.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn has_lead(&self) -> Result<bool> {
        self.read(|db, _| Ok(has_lead(db)?))
    }

    /// The session of a cookie's token; `None` when there is none, it has ended (12 hours after it began, or 1 hour after its last use), or the account is not in
    /// use. Marks it as used.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn session(&mut self, token: &str) -> Result<Option<Session>> {
        let token = Token(token.to_owned());
        let now = self.clock.now().millis();
        let found = self.read(|db, _| {
            let sql = "SELECT id, user, used_ms FROM session WHERE token = ?1 AND began_ms > ?2 AND used_ms > ?3";
            let row = db.query_row(sql, params![token.hash(), now - LONGEST_MS, now - IDLE_MS], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, i64>(2)?))
            });
            let Some((id, user, used)) = row.optional()? else { return Ok(None) };
            let user = users::by_id(db, UserId(user))?.filter(|user| user.active);
            Ok(user.map(|user| (Session { id, user, csrf: token.csrf(), hand: hand(id) }, used)))
        })?;
        let Some((session, used)) = found else { return Ok(None) };
        // Written down once a minute: every write waits for the disk.
        if now - used > 60_000 {
            self.write(|db, _| {
                Ok(db.execute("UPDATE session SET used_ms = ?2 WHERE id = ?1", params![session.id, now])?)
            })?;
        }
        Ok(Some(session))
    }

    /// End a session, and put back what is in its hand.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn log_out(&mut self, session: &Session) -> Result<()> {
        self.write(|db, _| {
            db.execute("DELETE FROM session WHERE id = ?1", [session.id])?;
            db.execute("DELETE FROM lease WHERE hand = ?1", [&session.hand.0])?;
            Ok(())
        })
    }
}

impl Token {
    fn new() -> Self {
        Self(chain::salt().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn hash(&self) -> String {
        hash(&["token", &self.0])
    }

    /// What forms carry back. Follows from the token and does not tell it, so that it stands nowhere.
    fn csrf(&self) -> Self {
        Self(hash(&["form", &self.0]))
    }
}

pub(super) fn hash(parts: &[&str]) -> String {
    format!("{:x}", Sha256::digest(chain::json(&parts)))
}

fn hand(session: i64) -> Hand {
    Hand(format!("session {session}"))
}

/// How long this key has to wait, in milliseconds; 0 for not at all.
fn wait_ms(db: &Connection, key: &str, most: i64, now: i64) -> rusqlite::Result<i64> {
    let sql = "SELECT at_ms FROM attempt WHERE key = ?1 AND at_ms > ?2 ORDER BY at_ms DESC LIMIT 1 OFFSET ?3";
    let decisive = db.query_row(sql, params![key, now - WINDOW_MS, most - 1], |row| row.get::<_, i64>(0)).optional()?;
    Ok(decisive.map_or(0, |at| (at + WINDOW_MS - now).max(1)))
}

fn begin(db: &Connection, now: i64, user: User) -> Step<LoggedIn> {
    let token = Token::new();
    db.execute("DELETE FROM session WHERE began_ms <= ?1 OR used_ms <= ?2", params![now - LONGEST_MS, now - IDLE_MS])?;
    db.execute(
        "INSERT INTO session (token, user, began_ms, used_ms) VALUES (?1, ?2, ?3, ?3)",
        params![token.hash(), user.id.0, now],
    )?;
    let id = db.last_insert_rowid();
    Ok(LoggedIn { session: Session { id, user, csrf: token.csrf(), hand: hand(id) }, token })
}

/// Whether this is the hash of the token that makes the first lead's account now.
fn is_setup_token(db: &Connection, given: &str, now: i64) -> rusqlite::Result<bool> {
    let stored = db.query_row("SELECT token FROM setup WHERE until_ms > ?1", [now], |row| row.get::<_, String>(0));
    // Hashes of tokens: comparing them tells nothing of a token.
    Ok(stored.optional()?.is_some_and(|stored| stored == given) && !has_lead(db)?)
}

fn has_lead(db: &Connection) -> rusqlite::Result<bool> {
    db.query_row("SELECT EXISTS (SELECT 1 FROM user WHERE role = 'lead' AND active = 1)", [], |row| row.get(0))
}

/// A hash that no password is known for.
fn nobodys() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| users::hashed(&Token::new().0).unwrap_or_default()).clone()
}
