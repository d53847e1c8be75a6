//! The people who log in.

use serde::{Deserialize, Serialize};

use super::{Actor, Role};
use crate::store::{Cell, Guard, Store, StoreResult};

/// Kind of the cells.
pub const CELL: &str = "user";
/// Longest name.
const NAME_MAX_CHARS: usize = 64;

/// One who may log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// What is typed at log-in, in lower case.
    pub user: String,
    /// Name as people say it.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// Own teams.
    pub teams: Vec<String>,
    /// PHC string of argon2id.
    pub password: String,
    /// May not log in any more.
    pub disabled: bool,
    /// Goes up with each new password and when disabled: sessions and tokens of before are void.
    pub generation: u32,
}

impl User {
    /// Who acts when this user does.
    pub fn actor(&self) -> Actor {
        Actor {
            user: self.user.clone(),
            role: self.role,
            teams: self.teams.clone(),
        }
    }

    /// The cell that keeps it.
    pub fn cell(&self) -> Cell {
        Cell {
            kind: CELL.into(),
            key: self.user.clone(),
            body: serde_json::to_string(self).expect("a user is JSON"),
            expires_ms: None,
        }
    }

    /// That the user is still as it was read.
    pub fn unchanged(&self) -> Guard {
        Guard::Cell(CELL.into(), self.user.clone(), Some(self.cell().body))
    }
}

/// That there is no such user yet.
pub fn absent(user: &str) -> Guard {
    Guard::Cell(CELL.into(), user.into(), None)
}

/// A name as it is kept: lower case, without the spaces around it; `None` where it can't be a name.
pub fn normal(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    let fits = (1..=NAME_MAX_CHARS).contains(&name.chars().count())
        && !name
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || matches!(c, '/' | ';' | ','))
        && name != "console"
        && name != "onbeat";
    fits.then_some(name)
}

/// A user by name.
///
/// # Errors
/// The store's.
pub async fn find(store: &dyn Store, name: &str) -> StoreResult<Option<User>> {
    let Some(name) = normal(name) else { return Ok(None) };
    let cell = store.cell(CELL, &name, 0).await?;
    Ok(cell.and_then(|cell| serde_json::from_str(&cell.body).ok()))
}

/// All users, by name.
///
/// # Errors
/// The store's.
pub async fn all(store: &dyn Store) -> StoreResult<Vec<User>> {
    let cells = store.cells(CELL, "", 0).await?;
    Ok(cells
        .iter()
        .filter_map(|cell| serde_json::from_str(&cell.body).ok())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn names_have_one_spelling() {
        for (typed, kept) in [
            ("Wang", Some("wang")),
            (" li.na ", Some("li.na")),
            ("王芳", Some("王芳")),
            ("", None),
            ("a b", None),
            ("a/b", None),
            ("console", None),
        ] {
            assert_eq!(normal(typed).as_deref(), kept, "{typed:?}");
        }
    }
}
