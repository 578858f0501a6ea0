//! People and what they may.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use grens_gateway::Moment;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::access::Step;
use super::ids::UserId;
use super::{Store, chain, proof};
use crate::error::{Result, ReviewError};

/// Fewest characters of a password (NIST SP 800-63B asks for 8 with a second factor, 15 without; this is a page on loopback with a rate limit).
const FEWEST: usize = 12;
/// Most bytes of a password.
const MOST: usize = 1024;
/// Most characters of a name or pseudonym.
const NAME: usize = 64;

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sees statistics and pseudonymised exports, and no item.
    Researcher,
    /// Judges items.
    Moderator,
    /// Judges, decides between two, reopens, sets, and sees all figures.
    Lead,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Researcher, Self::Moderator, Self::Lead];

    /// The name in the store and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Researcher => "researcher",
            Self::Moderator => "moderator",
            Self::Lead => "lead",
        }
    }

    /// Whether the role judges items.
    #[must_use]
    pub const fn judges(self) -> bool {
        matches!(self, Self::Moderator | Self::Lead)
    }

    /// Whether the role decides between two, reopens and sets.
    #[must_use]
    pub const fn leads(self) -> bool {
        matches!(self, Self::Lead)
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.name() == name).ok_or_else(|| "no role of that name".to_owned())
    }
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Number.
    pub id: UserId,
    /// What the person logs in with. Stays in the house.
    pub name: String,
    /// What verdicts carry instead.
    pub pseudonym: String,
    /// What the person may.
    pub role: Role,
    /// Whether the account is in use.
    pub active: bool,
}

impl Store {
    /// Make an account. The pseudonym is drawn where none is given.
    ///
    /// # Errors
    /// When the name is taken or cannot be used, the password is too short (12 characters) or too long (1,024 bytes), or the store cannot be written.
    pub fn add_user(&mut self, name: &str, role: Role, password: &str, pseudonym: Option<&str>) -> Result<User> {
        let hash = hashed(password)?;
        self.write(|db, now| insert(db, now, name, role, &hash, pseudonym))
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn users(&self) -> Result<Vec<User>> {
        self.read(|db, _| {
            let mut query = db.prepare(&format!("{SELECT} ORDER BY name"))?;
            Ok(query.query_map([], of_row)?.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The account of a name.
    ///
    /// # Errors
    /// [`ReviewError::NoUser`] when there is none, or the store cannot be read.
    pub fn user(&self, name: &str) -> Result<User> {
        self.read(|db, _| {
            let row = db.query_row(&format!("{SELECT} WHERE name = ?1"), [name], of_row).optional()?;
            row.ok_or_else(|| ReviewError::NoUser.into())
        })
    }

    /// Take an account out of use, or into use again. Ends its sessions and puts back what is in its hands. Its verdicts stay.
    ///
    /// # Errors
    /// When there is no such account, or the store cannot be written.
    pub fn set_active(&mut self, user: UserId, active: bool) -> Result<()> {
        self.write(|db, now| {
            changed(db.execute("UPDATE user SET active = ?2 WHERE id = ?1", params![user.0, active])?)?;
            proof::account(db, now, user)?;
            end_sessions(db, user)
        })
    }

    /// Give an account another role. It counts at once, in open sessions too.
    ///
    /// # Errors
    /// When there is no such account, or the store cannot be written.
    pub fn set_role(&mut self, user: UserId, role: Role) -> Result<()> {
        self.write(|db, now| {
            changed(db.execute("UPDATE user SET role = ?2 WHERE id = ?1", params![user.0, role.name()])?)?;
            proof::account(db, now, user)?;
            if !role.judges() {
                db.execute("DELETE FROM lease WHERE user = ?1", [user.0])?;
            }
            Ok(())
        })
    }

    /// Give an account a new password. Ends its sessions.
    ///
    /// # Errors
    /// As for [`Store::add_user`].
    pub fn set_password(&mut self, user: UserId, password: &str) -> Result<()> {
        let hash = hashed(password)?;
        self.write(|db, now| {
            changed(db.execute("UPDATE user SET password = ?2 WHERE id = ?1", params![user.0, hash])?)?;
            proof::account(db, now, user)?;
            end_sessions(db, user)
        })
    }
}

const SELECT: &str = "SELECT id, name, pseudonym, role, active FROM user";

pub(super) fn by_id(db: &Connection, id: UserId) -> rusqlite::Result<Option<User>> {
    db.prepare(&format!("{SELECT} WHERE id = ?1"))?.query_row([id.0], of_row).optional()
}

/// The account of a name, with the hash of its password.
pub(super) fn with_password(db: &Connection, name: &str) -> rusqlite::Result<Option<(User, String)>> {
    let sql = "SELECT id, name, pseudonym, role, active, password FROM user WHERE name = ?1";
    db.query_row(sql, [name], |row| Ok((of_row(row)?, row.get(5)?))).optional()
}

fn of_row(row: &Row<'_>) -> rusqlite::Result<User> {
    let role: String = row.get(3)?;
    Ok(User {
        id: UserId(row.get(0)?),
        name: row.get(1)?,
        pseudonym: row.get(2)?,
        // A name that the table's own check refuses gives the least rights.
        role: role.parse().unwrap_or(Role::Researcher),
        active: row.get(4)?,
    })
}

pub(super) fn insert(
    db: &Transaction<'_>,
    now: Moment,
    name: &str,
    role: Role,
    hash: &str,
    pseudonym: Option<&str>,
) -> Step<User> {
    let drawn = || format!("b-{}", chain::salt().iter().take(4).map(|b| format!("{b:02x}")).collect::<String>());
    let pseudonym = pseudonym.map_or_else(drawn, str::to_owned);
    for (field, value) in [("name", name), ("pseudonym", pseudonym.as_str())] {
        let is_plain = value.trim() == value && !value.chars().any(char::is_control);
        if value.is_empty() || value.chars().count() > NAME || !is_plain {
            return Err(
                ReviewError::Field { field, problem: "must have 1 to 64 characters, without spaces around" }.into()
            );
        }
    }
    let taken: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM user WHERE name = ?1 OR pseudonym = ?2)",
        params![name, pseudonym],
        |row| row.get(0),
    )?;
    if taken {
        return Err(ReviewError::UserExists.into());
    }
    db.execute(
        "INSERT INTO user (name, pseudonym, role, password, made_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![name, pseudonym, role.name(), hash, now.millis()],
    )?;
    let id = UserId(db.last_insert_rowid());
    proof::account(db, now, id)?;
    Ok(User { id, name: name.to_owned(), pseudonym, role, active: true })
}

fn changed(rows: usize) -> Step<()> {
    if rows == 0 { Err(ReviewError::NoUser.into()) } else { Ok(()) }
}

fn end_sessions(db: &Connection, user: UserId) -> Step<()> {
    db.execute("DELETE FROM session WHERE user = ?1", [user.0])?;
    db.execute("DELETE FROM lease WHERE user = ?1", [user.0])?;
    Ok(())
}

/// argon2id with the crate's parameters (19 MiB, two passes: OWASP's), in the PHC format.
pub(super) fn hashed(password: &str) -> Result<String> {
    if password.chars().count() < FEWEST {
        return Err(ReviewError::Password("must have at least 12 characters"));
    }
    if password.len() > MOST {
        return Err(ReviewError::Password("must have at most 1,024 bytes"));
    }
    let salt: Vec<u8> = chain::salt().into_iter().take(16).collect();
    let hash = SaltString::encode_b64(&salt)
        .and_then(|salt| Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()));
    hash.map_err(|_| ReviewError::Password("cannot be hashed"))
}

/// Whether a password is the one of a hash.
pub(super) fn fits(password: &str, hash: &str) -> bool {
    let parsed = PasswordHash::new(hash);
    password.len() <= MOST
        && parsed.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}
