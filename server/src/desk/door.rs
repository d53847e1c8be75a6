//! Who comes to the desk and goes, as its log tells it. No password, no name that is nobody's and no address stands there.

use super::{
    Deed, Desk, DeskResult,
    records::{LogInFailed, LoggedIn, LoggedOut, SessionEnded},
};
use crate::{
    auth::{Actor, Token, session, user::User},
    store::Guard,
};

/// Begins a session; the token goes into the cookie.
///
/// # Errors
/// The store's.
pub async fn enter(desk: &Desk, user: &User) -> DeskResult<Token> {
    let (token, cell) = session::fresh(user, desk.now_ms());
    let mut deed = Deed::new(&user.actor());
    tell_failed(&mut deed, Some(user.user.clone()), desk.gate.tally.take(&user.user));
    deed.record(&LoggedIn { by: user.user.clone() });
    deed.change.cells.push(cell);
    deed.commit(desk).await?;
    Ok(token)
}

/// Ends a session, if the token is one's.
///
/// # Errors
/// The store's.
pub async fn leave(desk: &Desk, token: &str) -> DeskResult<()> {
    let Some(actor) = session::of_cookie(&*desk.app.store, token, desk.now_ms()).await? else {
        return Ok(());
    };
    let mut deed = Deed::new(&actor);
    deed.record(&LoggedOut { by: actor.user.clone() });
    deed.change.drop_cells.push(session::key(token));
    deed.commit(desk).await
}

/// Counts a failed log-in, and tells of it where it is time to; `None`: the name is nobody's, or may not log in. It is
/// written aside: how long an answer takes must not say whose names there are.
pub fn failed(desk: &Desk, account: Option<&str>) {
    let Some(count) = desk.gate.tally.failed(account, desk.now_ms()) else {
        return;
    };
    let (desk, account) = (desk.clone(), account.map(str::to_owned));
    tokio::spawn(async move {
        let mut deed = Deed::new(&Actor::server());
        tell_failed(&mut deed, account, count);
        if let Err(error) = deed.commit(&desk).await {
            tracing::error!(code = error.code, count, "failed log-ins could not be noted");
        }
    });
}

/// Drops what has expired (sessions, codes, files handed in: they are passed over already), and tells of sessions that
/// ended so, and of failed log-ins that were counted since they were told of.
///
/// # Errors
/// `changed` where another server does the same at this moment; the store's.
pub(super) async fn close(desk: &Desk) -> DeskResult<()> {
    let now_ms = desk.now_ms();
    let mut deed = Deed::new(&Actor::server());
    for (cell, actor) in session::expired(&*desk.app.store, now_ms).await? {
        deed.record(&SessionEnded { by: actor.user });
        let guard = Guard::Cell(cell.kind, cell.key, Some(cell.body));
        deed.change.guards.push(guard);
    }
    for (account, count) in desk.gate.tally.over(now_ms) {
        tell_failed(&mut deed, account, count);
    }
    deed.change.drop_expired_ms = Some(now_ms);
    deed.commit(desk).await
}

fn tell_failed(deed: &mut Deed, user: Option<String>, count: u32) {
    if count > 0 {
        deed.record(&LogInFailed { user, count });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::{
        auth::Role,
        desk::audit,
        testing::{HOUR, World, at},
    };

    /// What the log tells of the door, oldest first: type, who, and how often.
    async fn told(desk: &Desk) -> Vec<(String, Value, Value)> {
        let types = ["user.logged_in", "user.logged_out", "session.ended", "log_in.failed"];
        let (records, _) = audit::page(desk, None, &types, |_| true, 100).await.unwrap();
        let line = |record: audit::DeskRecord| {
            let field = |name: &str| record.fields.get(name).cloned().unwrap_or_default();
            let who = Some(field("by")).filter(|by| !by.is_null());
            (
                record.kind.clone(),
                who.unwrap_or_else(|| field("user")),
                field("count"),
            )
        };
        records.into_iter().rev().map(line).collect()
    }

    async fn told_of(desk: &Desk, lines: usize) {
        for _ in 0..500 {
            if told(desk).await.len() >= lines {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it is never told");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_log_tells_who_comes_and_goes_and_how_often_it_failed() {
        let world = World::new().await;
        let desk = Desk::new(world.app.clone());
        let ada = world.user("ada", Role::Admin, &[]).await;
        world.set_time(at(8, 0));
        let token = enter(&desk, &ada).await.unwrap();
        leave(&desk, token.reveal()).await.unwrap();
        leave(&desk, token.reveal()).await.unwrap();
        for _ in 0..1_000 {
            failed(&desk, Some("ada"));
        }
        told_of(&desk, 3).await;
        for _ in 0..3 {
            failed(&desk, None);
        }
        told_of(&desk, 4).await;
        enter(&desk, &ada).await.unwrap();
        world.set_time(at(8, 0) + 13 * HOUR);
        close(&desk).await.unwrap();
        close(&desk).await.unwrap();
        let (ada, nobody) = (json!("ada"), Value::Null);
        let line = |what: &str, who: &Value, count: Value| (what.to_owned(), who.clone(), count);
        let expected = [
            line("user.logged_in", &ada, Value::Null),
            line("user.logged_out", &ada, Value::Null),
            line("log_in.failed", &ada, json!(1)),
            line("log_in.failed", &nobody, json!(1)),
            line("log_in.failed", &ada, json!(999)),
            line("user.logged_in", &ada, Value::Null),
            line("session.ended", &ada, Value::Null),
            line("log_in.failed", &nobody, json!(2)),
        ];
        assert_eq!(told(&desk).await, expected);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_session_that_a_new_password_ended_does_not_end_again() {
        let world = World::new().await;
        let desk = Desk::new(world.app.clone());
        world.set_time(at(8, 0));
        let code = crate::desk::users::setup_code(&desk).await.unwrap().unwrap();
        let password = "a long enough password";
        let root = crate::desk::users::set_up(&desk, code.reveal(), "root", password)
            .await
            .unwrap();
        enter(&desk, &root).await.unwrap();
        let changed = crate::desk::users::change_own_password(&desk, &root.actor(), "another long password").await;
        changed.unwrap();
        world.set_time(at(8, 0) + 13 * HOUR);
        close(&desk).await.unwrap();
        assert_eq!(
            told(&desk).await.len(),
            1,
            "the log-in alone: of the password the log tells by itself"
        );
    }
}
