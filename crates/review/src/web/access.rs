//! Who may open which page.

use crate::store::Role;

/// Who may open a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody who reaches the server, signed in or not.
    Anybody,
    /// People of these roles.
    Roles(&'static [Role]),
}

impl Who {
    /// All who have an account.
    pub const SIGNED_IN: Self = Self::Roles(&Role::ALL);
    /// Those who see items.
    pub const JUDGES: Self = Self::Roles(&[Role::Moderator, Role::Lead]);
    /// Those who lead.
    pub const LEADS: Self = Self::Roles(&[Role::Lead]);
    /// Those who get data out: for research, and the lead.
    pub const DATA: Self = Self::Roles(&[Role::Researcher, Role::Lead]);

    /// Whether somebody of this role may; `None` for somebody who is not signed in.
    #[must_use]
    pub fn lets(self, role: Option<Role>) -> bool {
        match self {
            Self::Anybody => true,
            Self::Roles(roles) => role.is_some_and(|role| roles.contains(&role)),
        }
    }
}
