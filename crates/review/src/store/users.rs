//! People and what they may.

use super::ids::UserId;

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
