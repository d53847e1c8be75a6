//! Who logs in, with which role and for which teams; the teams themselves.

use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;

use super::super::{
    Frame,
    error::encoded,
    form::Fields,
    frame::{self, may_send},
};
use crate::{
    auth::{Actor, Role},
    desk::{
        Books, Desk, DeskError, DeskResult, documents,
        users::{self, NewUser, UserChange, UserShown},
    },
};

/// Somebody who logs in.
struct Line {
    link: String,
    user: String,
    name: String,
    role: &'static str,
    teams: String,
    disabled: bool,
    /// A supervisor without a team sees no rep.
    lonely: bool,
}

/// A team, and whether it is chosen.
struct TeamLine {
    id: String,
    name: String,
    reps: usize,
    chosen: bool,
}

/// A password that was made, told once.
struct Made {
    user: String,
    password: String,
}

#[derive(Template)]
#[template(path = "admin/users.html")]
struct UsersPage {
    frame: Frame,
    lines: Vec<Line>,
    teams: Vec<TeamLine>,
    roles: Vec<(&'static str, bool)>,
    may_change: bool,
    made: Option<Made>,
    typed: (String, String),
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/user.html")]
struct UserPage {
    frame: Frame,
    user: UserShown,
    teams: Vec<TeamLine>,
    roles: Vec<(&'static str, bool)>,
    made: Option<Made>,
    wrong: Option<String>,
}

/// All who log in.
#[utoipa::path(get, path = "/admin/users", tag = "pages",
    responses((status = 200, description = "Users and teams", body = String, content_type = "text/html")))]
pub(super) async fn list(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    all(&desk, &actor, frame, &Fields(Vec::new()), Ok(None)).await
}

async fn all(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    typed: &Fields,
    came: Result<Option<Made>, DeskError>,
) -> DeskResult<Response> {
    let books = Books::now(desk);
    let lines = users::list(desk).await?.into_iter().map(|user| Line {
        link: format!("/admin/users/{}", encoded(&user.user)),
        role: user.role.as_str(),
        lonely: user.role == Role::Supervisor && user.teams.is_empty() && !user.disabled,
        teams: names(&books, &user.teams).join(frame.t("unit.join")),
        user: user.user,
        name: user.name,
        disabled: user.disabled,
    });
    let status = match &came {
        Ok(None) => StatusCode::OK,
        Ok(Some(_)) => StatusCode::CREATED,
        Err(error) => error.fault.status(),
    };
    let (made, wrong) = came.map_or_else(|error| (None, Some(frame.said(&error))), |made| (made, None));
    let page = UsersPage {
        lines: lines.collect(),
        teams: teams(&books, &typed.all("team")),
        roles: roles(typed.one("role")),
        may_change: may_send(actor, "/admin/users"),
        made,
        typed: (typed.one("user").into(), typed.one("name").into()),
        wrong,
        frame,
    };
    frame::page(status, &page)
}

fn names(books: &Books, teams: &[String]) -> Vec<String> {
    let name = |id: &String| books.team_name(id).to_owned();
    teams.iter().map(name).collect()
}

fn teams(books: &Books, chosen: &[String]) -> Vec<TeamLine> {
    let line = |(id, team): (&String, &onbeat_core::reference::Team)| TeamLine {
        reps: books.reps.values().filter(|rep| rep.team == *id).count(),
        chosen: chosen.contains(id),
        id: id.clone(),
        name: team.name.clone(),
    };
    books.teams.iter().map(line).collect()
}

fn roles(chosen: &str) -> Vec<(&'static str, bool)> {
    let codes = Role::ALL.map(Role::as_str);
    codes.map(|code| (code, code == chosen)).to_vec()
}

fn role(code: &str) -> DeskResult<Role> {
    let known = Role::ALL.into_iter().find(|role| role.as_str() == code);
    known.ok_or_else(|| DeskError::input("bad_role", format!("{code:?} is no role")))
}

/// Adds a user; the password is made and told once.
#[utoipa::path(post, path = "/admin/users", tag = "pages",
    request_body(content = String, description = "`user`, `name`, `role`, `team` repeated",
        content_type = "application/x-www-form-urlencoded"), responses(
    (status = 201, description = "The users, with the password that was made", body = String, content_type = "text/html"),
    (status = 409, description = "Why not, with what was typed", body = String, content_type = "text/html")
))]
pub(super) async fn add(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(fields): Form<Fields>,
) -> DeskResult<Response> {
    let added = match role(fields.one("role")) {
        Ok(role) => {
            let new = NewUser {
                user: fields.one("user").into(),
                name: fields.one("name").into(),
                role,
                teams: fields.all("team"),
                password: None,
            };
            users::add(&desk, &actor, new).await
        }
        Err(error) => Err(error),
    };
    match added {
        Ok(user) => all(&desk, &actor, frame, &Fields(Vec::new()), Ok(made(&user))).await,
        Err(error) => all(&desk, &actor, frame, &fields, Err(error)).await,
    }
}

fn made(user: &UserShown) -> Option<Made> {
    user.password.as_ref().map(|password| Made {
        user: user.user.clone(),
        password: password.clone(),
    })
}

/// A user, to be changed.
#[utoipa::path(get, path = "/admin/users/{user}", tag = "pages",
    params(("user" = String, Path, description = "Log-in name")), responses(
    (status = 200, description = "The user", body = String, content_type = "text/html"),
    (status = 404, description = "`not_found`")
))]
pub(super) async fn one(State(desk): State<Desk>, frame: Frame, Path(user): Path<String>) -> DeskResult<Response> {
    shown(&desk, frame, &user, Ok(None)).await
}

async fn shown(desk: &Desk, frame: Frame, name: &str, came: Result<Option<Made>, DeskError>) -> DeskResult<Response> {
    let users = users::list(desk).await?;
    let user = users.into_iter().find(|user| user.user == name);
    let user = user.ok_or_else(|| DeskError::missing("user", name))?;
    let status = came
        .as_ref()
        .map_or_else(|error| error.fault.status(), |_| StatusCode::OK);
    let (made, wrong) = came.map_or_else(|error| (None, Some(frame.said(&error))), |made| (made, None));
    let page = UserPage {
        teams: teams(&Books::now(desk), &user.teams),
        roles: roles(user.role.as_str()),
        user,
        made,
        wrong,
        frame,
    };
    frame::page(status, &page)
}

/// Changes a user: name, role and teams; whether he may log in; a new password, told once.
#[utoipa::path(post, path = "/admin/users/{user}", tag = "pages",
    params(("user" = String, Path, description = "Log-in name")),
    request_body(content = String, description = "`do` is `save`, `password`, `disable` or `enable`; `name`, `role`, `team` repeated",
        content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The password that was made", body = String, content_type = "text/html"),
    (status = 303, description = "To the users"),
    (status = 409, description = "Why not", body = String, content_type = "text/html")
))]
pub(super) async fn change(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path(user): Path<String>,
    Form(fields): Form<Fields>,
) -> DeskResult<Response> {
    let changed = match wanted(&fields) {
        Ok(change) => users::change(&desk, &actor, &user, change).await,
        Err(error) => Err(error),
    };
    match changed.map(|user| made(&user)) {
        Ok(None) => Ok(Redirect::to("/admin/users").into_response()),
        came => shown(&desk, frame, &user, came).await,
    }
}

fn wanted(fields: &Fields) -> DeskResult<UserChange> {
    let change = UserChange::default();
    Ok(match fields.one("do") {
        "password" => UserChange {
            password: Some(String::new()),
            ..change
        },
        "disable" | "enable" => UserChange {
            disabled: Some(fields.one("do") == "disable"),
            ..change
        },
        _ => UserChange {
            name: Some(fields.one("name").into()),
            role: Some(role(fields.one("role"))?),
            teams: Some(fields.all("team")),
            ..change
        },
    })
}

/// Adds a team, or gives it another name.
#[utoipa::path(post, path = "/admin/teams", tag = "pages",
    request_body(content = String, description = "`team`, `name`", content_type = "application/x-www-form-urlencoded"),
    responses(
    (status = 303, description = "To the users"),
    (status = 422, description = "Why not", body = String, content_type = "text/html")
))]
pub(super) async fn put_team(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(fields): Form<Fields>,
) -> DeskResult<Response> {
    let (id, name) = (fields.one("team"), fields.one("name"));
    match documents::put(&desk, &actor, ("team", id), json!({ "name": name }), None).await {
        Ok(_) => Ok(Redirect::to("/admin/users").into_response()),
        Err(error) => all(&desk, &actor, frame, &Fields(Vec::new()), Err(error)).await,
    }
}
