//! Logging in. Passwords are kept as argon2id, tokens as SHA-256; who reads the file can log in with neither.

use std::time::Duration;

use super::{Role, Store, User, UserId};
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
    pub hand: super::Hand,
}

impl Store {
    /// Make an account. The pseudonym is drawn where none is given.
    ///
    /// # Errors
    /// When the name is taken or empty, the password is too short (12 characters) or too long (1,024 bytes), or the store cannot be written.
    pub fn add_user(&mut self, name: &str, role: Role, password: &str, pseudonym: Option<&str>) -> Result<User> {
        unfinished!(name, role, password, pseudonym)
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn users(&self) -> Result<Vec<User>> {
        unfinished!()
    }

    /// The account of a name.
    ///
    /// # Errors
    /// [`crate::ReviewError::NoUser`] when there is none, or the store cannot be read.
    pub fn user(&self, name: &str) -> Result<User> {
        unfinished!(name)
    }

    /// Take an account out of use, or into use again. Ends its sessions and puts back what is in its hands. Its verdicts stay.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn set_active(&mut self, user: UserId, active: bool) -> Result<()> {
        unfinished!(user, active)
    }

    /// Give an account another role. It counts at once, in open sessions too.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn set_role(&mut self, user: UserId, role: Role) -> Result<()> {
        unfinished!(user, role)
    }

    /// Give an account a new password. Ends its sessions.
    ///
    /// # Errors
    /// As for [`Store::add_user`].
    pub fn set_password(&mut self, user: UserId, password: &str) -> Result<()> {
        unfinished!(user, password)
    }

    /// Try to log in. Counts attempts by name and by `peer` (an address), and lets nobody in after 5 failures of a name, or 20 of a peer, within 15 minutes.
    /// Takes the time of one argon2 in every case, whether the name exists or not: call it where that may block.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn log_in(&mut self, name: &str, password: &str, peer: &str) -> Result<LogIn> {
        unfinished!(name, password, peer)
    }

    /// A token for making the first lead's account, for the page that `serve` prints the address of; a new one takes the place of an unused one. It is good for
    /// a day. `None` when there is an active lead already.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn new_setup_token(&mut self) -> Result<Option<Token>> {
        unfinished!()
    }

    /// Make the first lead's account with the token; it cannot be used again. `None` when the token is wrong, old or used, or there is a lead by now.
    ///
    /// # Errors
    /// As for [`Store::add_user`]; the token stays good then.
    pub fn redeem_setup_token(&mut self, token: &str, name: &str, password: &str) -> Result<Option<User>> {
        unfinished!(token, name, password)
    }

    /// The session of a cookie's token; `None` when there is none, it has ended (12 hours after it began, or 1 hour after its last use), or the account is not in
    /// use. Marks it as used.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn session(&mut self, token: &str) -> Result<Option<Session>> {
        unfinished!(token)
    }

    /// End a session, and put back what is in its hand.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn log_out(&mut self, session: &Session) -> Result<()> {
        unfinished!(session)
    }
}
