//! Sessions of browsers and tokens of programs.

use serde::{Deserialize, Serialize};

use super::{Actor, Token, kept, user};
use crate::store::{Cell, Change, Guard, Store, StoreResult};

/// A session ends after this long without a request.
pub const IDLE_MS: i64 = 12 * 3_600_000;
/// A session ends after this long in any case.
pub const ABSOLUTE_MS: i64 = 7 * 86_400_000;
/// A session's idle time is written anew no more often than this.
const REFRESH_MS: i64 = 300_000;

const SESSION: &str = "session";
const API_TOKEN: &str = "api_token";

#[derive(Serialize, Deserialize)]
struct Session {
    user: String,
    generation: u32,
    created_ms: i64,
    seen_ms: i64,
}

impl Session {
    fn cell(&self, key: String) -> Cell {
        Cell {
            kind: SESSION.into(),
            key,
            body: serde_json::to_string(self).expect("a session is JSON"),
            expires_ms: Some((self.seen_ms + IDLE_MS).min(self.created_ms + ABSOLUTE_MS)),
        }
    }
}

/// A session that begins once its cell is put; the token goes into the cookie.
pub fn fresh(who: &user::User, now_ms: i64) -> (Token, Cell) {
    let token = Token::random();
    let session = Session {
        user: who.user.clone(),
        generation: who.generation,
        created_ms: now_ms,
        seen_ms: now_ms,
    };
    let cell = session.cell(token.kept());
    (token, cell)
}

/// Kind and key of a session's cell: it ends once that is dropped.
pub fn key(token: &str) -> (String, String) {
    (SESSION.into(), kept(token))
}

/// Sessions that ended by themselves, and whose they were. Those that a new password ended are none of them.
///
/// # Errors
/// The store's.
pub async fn expired(store: &dyn Store, now_ms: i64) -> StoreResult<Vec<(Cell, Actor)>> {
    let mut expired = Vec::new();
    for cell in store.cells(SESSION, "", i64::MIN).await? {
        let is_over = cell.expires_ms.is_some_and(|expires_ms| expires_ms <= now_ms);
        let session = serde_json::from_str::<Session>(&cell.body).ok().filter(|_| is_over);
        if let Some(session) = session
            && let Some(actor) = holder(store, &session).await?
        {
            expired.push((cell, actor));
        }
    }
    Ok(expired)
}

/// A token for a program, which opens until an instant once its cell is put.
pub fn for_program(who: &user::User, now_ms: i64, expires_ms: i64) -> (Token, Cell) {
    let (token, session) = fresh(who, now_ms);
    let cell = Cell {
        kind: API_TOKEN.into(),
        expires_ms: Some(expires_ms),
        ..session
    };
    (token, cell)
}

/// Who holds this cookie.
///
/// # Errors
/// The store's.
pub async fn of_cookie(store: &dyn Store, token: &str, now_ms: i64) -> StoreResult<Option<Actor>> {
    let Some((session, read)) = find(store, SESSION, token, now_ms).await? else {
        return Ok(None);
    };
    let actor = holder(store, &session).await?;
    if actor.is_some() && now_ms - session.seen_ms > REFRESH_MS {
        refresh(store, token, session, read, now_ms).await?;
    }
    Ok(actor)
}

/// Notes that a session was seen, if it stands as it was read: one that ended meanwhile does not come back.
async fn refresh(store: &dyn Store, token: &str, session: Session, read: String, now_ms: i64) -> StoreResult<()> {
    let seen_ms = now_ms;
    let cell = Session { seen_ms, ..session }.cell(kept(token));
    let guard = Guard::Cell(cell.kind.clone(), cell.key.clone(), Some(read));
    put(store, cell, vec![guard]).await
}

/// Who holds this token.
///
/// # Errors
/// The store's.
pub async fn of_bearer(store: &dyn Store, token: &str, now_ms: i64) -> StoreResult<Option<Actor>> {
    match find(store, API_TOKEN, token, now_ms).await? {
        Some((session, _)) => holder(store, &session).await,
        None => Ok(None),
    }
}

/// A session, and its cell's body.
async fn find(store: &dyn Store, kind: &str, token: &str, now_ms: i64) -> StoreResult<Option<(Session, String)>> {
    let cell = store.cell(kind, &kept(token), now_ms).await?;
    Ok(cell.and_then(|cell| Some((serde_json::from_str(&cell.body).ok()?, cell.body))))
}

async fn holder(store: &dyn Store, session: &Session) -> StoreResult<Option<Actor>> {
    let user = user::find(store, &session.user).await?;
    Ok(user
        .filter(|user| !user.disabled && user.generation == session.generation)
        .map(|user| user.actor()))
}

/// Puts a cell, unless a guard was lost.
async fn put(store: &dyn Store, cell: Cell, guards: Vec<Guard>) -> StoreResult<()> {
    let change = Change {
        guards,
        cells: vec![cell],
        ..Change::default()
    };
    store.commit(change).await.map(drop)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        auth::Role,
        testing::{World, at},
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn a_session_that_ended_while_it_was_seen_stays_ended() {
        let world = World::new().await;
        let store = &*world.app.store;
        let user = world.user("boss", Role::Supervisor, &["t1"]).await;
        let (token, cell) = fresh(&user, at(8, 0));
        let token = token.reveal();
        put(store, cell, Vec::new()).await.unwrap();
        assert!(of_cookie(store, token, at(8, 10)).await.unwrap().is_some());

        let (session, read) = find(store, SESSION, token, at(8, 20)).await.unwrap().unwrap();
        assert_eq!(session.seen_ms, at(8, 10));
        let ended = Change {
            drop_cells: vec![key(token)],
            ..Change::default()
        };
        store.commit(ended).await.unwrap();
        refresh(store, token, session, read, at(8, 20)).await.unwrap();
        assert!(of_cookie(store, token, at(8, 20)).await.unwrap().is_none());
    }
}
