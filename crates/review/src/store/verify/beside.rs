//! Accounts, settings and highlights against their last entries.

use std::collections::{BTreeMap, HashMap};

use super::Walk;
use crate::store::access::Step;
use crate::store::chain::{self, Beside};
use crate::store::{Settings, proof, settings};

/// What the entries say last.
#[derive(Debug, Default)]
pub(super) struct Last {
    /// By pseudonym.
    accounts: BTreeMap<String, Beside>,
    settings: Option<Settings>,
    /// Seals by item.
    highlights: HashMap<i64, String>,
}

impl Last {
    pub(super) fn take(&mut self, said: Beside) {
        match said {
            Beside::Account { ref pseudonym, .. } => drop(self.accounts.insert(pseudonym.clone(), said)),
            Beside::Settings(settings) => self.settings = Some(settings),
            Beside::Highlights { item, seal } => drop(self.highlights.insert(item, seal)),
        }
    }
}

impl Walk<'_> {
    pub(super) fn beside(&mut self) -> Step<()> {
        self.accounts()?;
        if settings::read(self.db)? != self.last.settings.unwrap_or_default() {
            self.say("the settings are not what was set".to_owned());
        }
        self.highlights()
    }

    /// Pseudonyms name nobody; names stay where they are.
    fn accounts(&mut self) -> Step<()> {
        let mut entered = std::mem::take(&mut self.last.accounts);
        for account in proof::accounts(self.db)? {
            let Beside::Account { pseudonym, .. } = &account else { continue };
            match entered.remove(pseudonym) {
                Some(entry) if entry == account => {}
                Some(_) => self.say(format!("account {pseudonym} was changed: name, password, role or use")),
                None => self.say(format!("account {pseudonym} was never made here")),
            }
        }
        for pseudonym in entered.into_keys() {
            self.say(format!("account {pseudonym} was removed"));
        }
        Ok(())
    }

    fn highlights(&mut self) -> Step<()> {
        let mut query = self.db.prepare(
            "SELECT id, e.salt FROM item LEFT JOIN explained e ON e.item = id
             WHERE e.item IS NOT NULL OR EXISTS (SELECT 1 FROM evidence WHERE evidence.item = id) ORDER BY id",
        )?;
        let mut rows = query.query([])?;
        let mut sealed = std::mem::take(&mut self.last.highlights);
        while let Some(row) = rows.next()? {
            let (item, salt): (i64, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
            let seal = sealed.remove(&item);
            let found = match salt {
                Some(salt) => Some(chain::seal(&salt, &proof::highlighted(self.db, item)?)),
                None => None,
            };
            if found.is_none() || found != seal {
                self.say(format!("the highlights of item {item} were changed"));
            }
        }
        let mut gone = vec![];
        for item in sealed.into_keys() {
            let kept = "SELECT EXISTS (SELECT 1 FROM item WHERE id = ?1 AND erased_ms IS NULL)";
            if self.db.prepare(kept)?.query_row([item], |row| row.get(0))? {
                gone.push(item);
            }
        }
        gone.sort_unstable();
        gone.into_iter().for_each(|item| self.say(format!("the highlights of item {item} were removed")));
        Ok(())
    }
}
