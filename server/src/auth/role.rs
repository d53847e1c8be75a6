use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::user::normal;

/// What a person does at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sets the company up: users, documents, duties. Sees all teams.
    Admin,
    /// Sees and decides on the reps of the own teams.
    Supervisor,
    /// Keeps the sign-in register and customers' landlines.
    Clerk,
    /// Reads everything, changes nothing.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Supervisor, Self::Clerk, Self::Auditor];

    /// Its code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Supervisor => "supervisor",
            Self::Clerk => "clerk",
            Self::Auditor => "auditor",
        }
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The user's name; `console` for who works on the server itself.
    pub user: String,
    /// The role.
    pub role: Role,
    /// The own teams: only a supervisor is bound to them.
    pub teams: Vec<String>,
}

impl Actor {
    /// It is the rep himself: names to log in with are in lower case, ids of reps are as the company writes them.
    pub fn is_rep(&self, rep: &str) -> bool {
        normal(rep).is_some_and(|name| name == self.user)
    }

    /// Whoever may open the data folder may do everything.
    pub fn console() -> Self {
        Self {
            user: "console".into(),
            role: Role::Admin,
            teams: Vec::new(),
        }
    }

    /// What the server does by itself.
    pub fn server() -> Self {
        Self {
            user: "server".into(),
            ..Self::console()
        }
    }

    /// The only teams this actor sees; `None`: all.
    pub fn own_teams(&self) -> Option<&[String]> {
        (self.role == Role::Supervisor).then_some(self.teams.as_slice())
    }

    /// Whether this actor sees a team.
    pub fn covers(&self, team: &str) -> bool {
        self.own_teams().is_none_or(|teams| teams.iter().any(|own| own == team))
    }

    /// The scopes of the views this actor sees, as [`crate::store::ViewQuery`] takes them.
    pub fn scopes(&self) -> Option<Vec<String>> {
        self.own_teams()
            .map(|teams| teams.iter().map(|team| format!("team/{team}")).collect())
    }

    /// Whether this actor sees a view of a scope.
    pub fn sees(&self, scope: &str) -> bool {
        self.scopes().is_none_or(|own| own.iter().any(|own| own == scope))
    }
}
