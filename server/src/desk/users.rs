//! People who log in: set-up, making and changing them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Deed, Desk, DeskError, DeskResult,
    records::{TokenIssued, UserChanged},
};
use crate::{
    auth::{Actor, Role, Token, kept, random_word, session, user, user::User},
    store::{Cell, Guard},
};

const SETUP: (&str, &str) = ("setup", "code");
/// Longest life of a token for programs.
const TOKEN_DAYS_MAX: u32 = 365;

/// Somebody new.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewUser {
    /// Log-in name.
    pub user: String,
    /// Name as people say it.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// Own teams.
    #[serde(default)]
    pub teams: Vec<String>,
    /// Without one it is made and told.
    #[serde(default)]
    pub password: Option<String>,
}

/// A user as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserShown {
    /// Log-in name.
    pub user: String,
    /// Name as people say it.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// Own teams.
    pub teams: Vec<String>,
    /// May not log in any more.
    pub disabled: bool,
    /// The password that was made, told once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

impl From<User> for UserShown {
    fn from(user: User) -> Self {
        Self {
            user: user.user,
            name: user.name,
            role: user.role,
            teams: user.teams,
            disabled: user.disabled,
            password: None,
        }
    }
}

/// What changes in a user; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UserChange {
    /// Name as people say it.
    pub name: Option<String>,
    /// What the user may do.
    pub role: Option<Role>,
    /// Own teams.
    pub teams: Option<Vec<String>>,
    /// May (not) log in.
    pub disabled: Option<bool>,
    /// A new password; an empty one is made and told.
    pub password: Option<String>,
}

/// The one-time code of the set-up link, made anew at each start until there is an admin.
///
/// # Errors
/// The store's.
pub async fn setup_code(desk: &Desk) -> DeskResult<Option<Token>> {
    let users = user::all(&*desk.app.store).await?;
    if users.iter().any(|user| user.role == Role::Admin) {
        return Ok(None);
    }
    let code = Token::random();
    let mut deed = Deed::new(&Actor::console());
    deed.change.cells.push(setup_cell(&code.kept()));
    deed.commit(desk).await?;
    Ok(Some(code))
}

fn setup_cell(kept: &str) -> Cell {
    Cell {
        kind: SETUP.0.into(),
        key: SETUP.1.into(),
        body: format!("{kept:?}"),
        expires_ms: None,
    }
}

/// Makes the first admin; the code opens once.
///
/// # Errors
/// `bad_code`, or what is wrong with name or password.
pub async fn set_up(desk: &Desk, code: &str, name: &str, password: &str) -> DeskResult<User> {
    let cell = setup_cell(&kept(code));
    let bad = || {
        DeskError::forbidden(
            "bad_code",
            "this set-up code is wrong or was used: restart the server for a new one",
        )
    };
    let found = desk.app.store.cell(SETUP.0, SETUP.1, 0).await?;
    if found.as_ref() != Some(&cell) {
        return Err(bad());
    }
    let admin = fresh(
        desk,
        &NewUser {
            user: name.into(),
            name: name.into(),
            role: Role::Admin,
            teams: Vec::new(),
            password: Some(password.into()),
        },
        password,
    )
    .await?;
    let mut deed = Deed::new(&admin.actor());
    deed.change
        .guards
        .push(Guard::Cell(cell.kind, cell.key, Some(cell.body)));
    put(&mut deed, &admin, user::absent(&admin.user));
    deed.commit(desk).await?;
    Ok(admin)
}

/// Adds a user. Who adds the first admin needs no set-up link any more: whoever still has it is not let in.
///
/// # Errors
/// What is wrong with name or password; `exists`.
pub async fn add(desk: &Desk, actor: &Actor, new: NewUser) -> DeskResult<UserShown> {
    let mut deed = Deed::new(actor);
    let shown = add_in(&mut deed, desk, &new).await?;
    deed.commit(desk).await?;
    Ok(shown)
}

/// Adds a user, or changes the one of that name, within a larger deed. A password is changed only if given.
pub(super) async fn put_in(deed: &mut Deed, desk: &Desk, new: NewUser) -> DeskResult<UserShown> {
    let Some(before) = user::find(&*desk.app.store, &new.user).await? else {
        return add_in(deed, desk, &new).await;
    };
    let change = UserChange {
        name: Some(new.name),
        role: Some(new.role),
        teams: Some(new.teams),
        disabled: None,
        password: new.password,
    };
    change_in(deed, desk, before, change).await
}

async fn add_in(deed: &mut Deed, desk: &Desk, new: &NewUser) -> DeskResult<UserShown> {
    let made = new.password.is_none().then(random_word);
    let password = made.as_deref().or(new.password.as_deref()).unwrap_or_default();
    let user = fresh(desk, new, password).await?;
    if user::find(&*desk.app.store, &user.user).await?.is_some() {
        return Err(DeskError::conflict(
            "exists",
            format!("there is a user {} already", user.user),
        ));
    }
    put(deed, &user, user::absent(&user.user));
    Ok(UserShown {
        password: made,
        ..user.into()
    })
}

async fn fresh(desk: &Desk, new: &NewUser, password: &str) -> DeskResult<User> {
    let name = user::normal(&new.user).ok_or_else(|| {
        let why = format!(
            "{:?} can't be a log-in name: at most 64 characters, no spaces",
            new.user
        );
        DeskError::input("bad_user", why)
    })?;
    Ok(User {
        user: name,
        name: new.name.clone(),
        role: new.role,
        teams: new.teams.clone(),
        password: desk.gate.passwords.hash(password).await?,
        disabled: false,
        generation: 1,
    })
}

/// All users.
///
/// # Errors
/// The store's.
pub async fn list(desk: &Desk) -> DeskResult<Vec<UserShown>> {
    Ok(user::all(&*desk.app.store)
        .await?
        .into_iter()
        .map(UserShown::from)
        .collect())
}

/// Changes a user.
///
/// # Errors
/// No such user; `last_admin` where nobody would be left to set things up.
pub async fn change(desk: &Desk, actor: &Actor, name: &str, change: UserChange) -> DeskResult<UserShown> {
    let before = find(desk, name).await?;
    let mut deed = Deed::new(actor);
    let shown = change_in(&mut deed, desk, before, change).await?;
    deed.commit(desk).await?;
    Ok(shown)
}

async fn change_in(deed: &mut Deed, desk: &Desk, before: User, change: UserChange) -> DeskResult<UserShown> {
    let mut user = before.clone();
    user.name = change.name.unwrap_or(user.name);
    user.role = change.role.unwrap_or(user.role);
    user.teams = change.teams.unwrap_or(user.teams);
    user.disabled = change.disabled.unwrap_or(user.disabled);
    let made = change.password.as_deref().is_some_and(str::is_empty).then(random_word);
    if let Some(password) = made.as_ref().or(change.password.as_ref()) {
        user.password = desk.gate.passwords.hash(password).await?;
    }
    if user.disabled || user.password != before.password {
        user.generation += 1;
    }
    spare_an_admin(desk, &before, &user).await?;
    put(deed, &user, before.unchanged());
    Ok(UserShown {
        password: made,
        ..user.into()
    })
}

async fn spare_an_admin(desk: &Desk, before: &User, after: &User) -> DeskResult<()> {
    let rules = |user: &User| user.role == Role::Admin && !user.disabled;
    if !rules(before) || rules(after) {
        return Ok(());
    }
    let users = user::all(&*desk.app.store).await?;
    if users.iter().any(|user| user.user != before.user && rules(user)) {
        return Ok(());
    }
    let why = format!("{} is the only admin: make another one first", before.user);
    Err(DeskError::conflict("last_admin", why))
}

/// Changes the own password; that the actor knows the old one was checked.
///
/// # Errors
/// `bad_password` where the new one is too short or too long.
pub async fn change_own_password(desk: &Desk, actor: &Actor, new: &str) -> DeskResult<User> {
    let before = find(desk, &actor.user).await?;
    let user = User {
        password: desk.gate.passwords.hash(new).await?,
        generation: before.generation + 1,
        ..before.clone()
    };
    let mut deed = Deed::new(actor);
    put(&mut deed, &user, before.unchanged());
    deed.commit(desk).await?;
    Ok(user)
}

/// A token for a program that acts as this user.
///
/// # Errors
/// No such user, or a life that is too long.
pub async fn token(desk: &Desk, actor: &Actor, name: &str, days: u32) -> DeskResult<Token> {
    if !(1..=TOKEN_DAYS_MAX).contains(&days) {
        let why = format!("a token lives 1 to {TOKEN_DAYS_MAX} days, not {days}");
        return Err(DeskError::input("bad_days", why));
    }
    let (user, now_ms) = (find(desk, name).await?, desk.now_ms());
    let expires_ms = now_ms + i64::from(days) * 86_400_000;
    let (token, cell) = session::for_program(&user, now_ms, expires_ms);
    let mut deed = Deed::new(actor);
    deed.record(&TokenIssued {
        user: user.user,
        expires_ms,
        by: actor.user.clone(),
    });
    deed.change.cells.push(cell);
    deed.commit(desk).await?;
    Ok(token)
}

async fn find(desk: &Desk, name: &str) -> DeskResult<User> {
    let user = user::find(&*desk.app.store, name).await?;
    user.ok_or_else(|| DeskError::missing("user", name))
}

/// Puts a user's cell and the record that says who may do what from now on.
fn put(deed: &mut Deed, user: &User, guard: Guard) {
    deed.change.guards.push(guard);
    deed.change.cells.push(user.cell());
    // Where there is an admin, nobody needs the link that makes the first.
    if user.role == Role::Admin {
        deed.change.drop_cells.push((SETUP.0.into(), SETUP.1.into()));
    }
    deed.record(&UserChanged {
        user: user.user.clone(),
        name: user.name.clone(),
        role: user.role,
        teams: user.teams.clone(),
        disabled: user.disabled,
        by: deed.by().into(),
    });
}
