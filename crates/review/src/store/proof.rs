//! What the chain proves beside verdicts: who may do what, under which settings, and which words were shown as decisive.

use rusqlite::{Connection, Transaction, params};
use sha2::{Digest as _, Sha256};

use super::access::Step;
use super::chain::{self, Beside, Kind, New};
use super::ids::UserId;
use super::{Store, settings};
use crate::error::Result;

/// The columns that an account's entry follows from.
const ACCOUNT: &str = "SELECT pseudonym, role, active, name, password FROM user";

impl Store {
    /// Write down what an older version left without entries: accounts and settings. What is there already is left as it is.
    pub(super) fn adopt(&mut self) -> Result<()> {
        let has_unproved =
            "SELECT EXISTS (SELECT 1 FROM user) AND NOT EXISTS (SELECT 1 FROM entry WHERE kind = 'account')";
        let is_due = |db: &Connection| db.query_row(has_unproved, [], |row| row.get::<_, bool>(0));
        if !self.read(|db, _| Ok(is_due(db)?))? {
            return Ok(());
        }
        self.write(|db, now| {
            if is_due(db)? {
                let mut query = db.prepare("SELECT id FROM user ORDER BY id")?;
                let users: Vec<i64> = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
                users.into_iter().try_for_each(|user| account(db, now, UserId(user)))?;
                let settings = settings::read(db)?;
                add(db, now, Kind::Settings, Beside::Settings(settings))?;
            }
            Ok(())
        })
    }
}

/// Write down what an account is now.
pub(super) fn account(db: &Transaction<'_>, now: grens_gateway::Moment, user: UserId) -> Step<()> {
    let account = db.query_row(&format!("{ACCOUNT} WHERE id = ?1"), [user.0], of_row)?;
    add(db, now, Kind::Account, account)
}

/// All accounts as they are now, by pseudonym.
pub(super) fn accounts(db: &Connection) -> Step<Vec<Beside>> {
    let mut query = db.prepare(&format!("{ACCOUNT} ORDER BY pseudonym"))?;
    Ok(query.query_map([], of_row)?.collect::<rusqlite::Result<_>>()?)
}

fn of_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Beside> {
    let (name, password): (String, String) = (row.get(3)?, row.get(4)?);
    // The password's hash holds a random salt, so that nobody guesses a name or a password from this.
    let seal = format!("{:x}", Sha256::digest(chain::json(&[name, password])));
    Ok(Beside::Account { pseudonym: row.get(0)?, role: row.get(1)?, active: row.get(2)?, seal })
}

/// Write down what the settings are from now on.
pub(super) fn settings(db: &Transaction<'_>, now: grens_gateway::Moment, settings: &super::Settings) -> Step<()> {
    add(db, now, Kind::Settings, Beside::Settings(*settings))
}

/// Seal the highlights of an item as they stand, under a new salt that lies with them.
pub(super) fn highlights(db: &Transaction<'_>, now: grens_gateway::Moment, item: i64) -> Step<()> {
    let salt = chain::salt();
    db.execute("UPDATE explained SET salt = ?2 WHERE item = ?1", params![item, salt.as_slice()])?;
    let seal = chain::seal(&salt, &highlighted(db, item)?);
    add(db, now, Kind::Highlights, Beside::Highlights { item, seal })
}

/// The highlights of an item as they are sealed: the model, and place, start, end and fall of each.
pub(super) fn highlighted(db: &Connection, item: i64) -> Step<String> {
    let model: String = db.query_row("SELECT model FROM explained WHERE item = ?1", [item], |row| row.get(0))?;
    let mut query = db.prepare("SELECT place, start, stop, fall FROM evidence WHERE item = ?1 ORDER BY place")?;
    let rows = query.query_map([item], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let rows: Vec<(i64, i64, i64, f64)> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(chain::json(&(model, rows)))
}

fn add(db: &Transaction<'_>, now: grens_gateway::Moment, kind: Kind, beside: Beside) -> Step<()> {
    chain::append(db, now, kind, New { beside: Some(beside), ..New::default() })?;
    Ok(())
}
