//! What the server says of its TLS keys: signed, told to each phone by link and feed, and kept, since it has to be later
//! than all that was said before (`docs/adr/0014-whom-a-phone-speaks-tls-with.md`).

use onbeat_core::record::{Pin, TlsPins};

use crate::{
    app::App,
    store::{Cell, Change, Lookup, StoreResult},
};

const SAID: (&str, &str) = ("meta", "tls_pins");

/// The own key first, and each key once.
pub(crate) fn in_force(own: Option<Pin>, beside: &[Pin]) -> Vec<Pin> {
    let others = beside.iter().copied().filter(|pin| Some(*pin) != own);
    own.into_iter().chain(others).collect()
}

/// What was said last; none: nothing ever.
///
/// # Errors
/// The store's.
pub(crate) async fn said(store: &dyn Lookup) -> StoreResult<Option<TlsPins>> {
    let cell = store.cell(SAID.0, SAID.1, i64::MIN).await?;
    Ok(cell.and_then(|cell| serde_json::from_str(&cell.body).ok()))
}

/// Says which keys are in force, unless that is what was said last.
///
/// # Errors
/// The store's.
pub(crate) async fn say(app: &App, pins: Vec<Pin>) -> StoreResult<()> {
    let before = said(&*app.store).await?;
    let (told, told_ms) = before.map_or((Vec::new(), i64::MIN), |said| (said.pins, said.issued_at));
    if told == pins {
        return Ok(());
    }
    let words: Vec<String> = pins.iter().map(Pin::to_string).collect();
    // A clock that was set back makes nobody deaf.
    let issued_at = app.now_ms().max(told_ms.saturating_add(1));
    let said = app
        .signer
        .sign(issued_at, |kid| TlsPins::unsigned(pins, issued_at, kid));
    app.commit(kept(&said)).await?;
    tracing::info!(
        pins = words.join(","),
        "phones are told which TLS keys are this server's"
    );
    Ok(())
}

fn kept(said: &TlsPins) -> Change {
    Change {
        cells: vec![Cell {
            kind: SAID.0.into(),
            key: SAID.1.into(),
            body: serde_json::to_string(said).expect("pins are plain data"),
            expires_ms: None,
        }],
        ..Change::default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use axum::http::StatusCode;
    use onbeat_core::record::KeyRing;
    use serde_json::json;

    use super::*;
    use crate::testing::{REP, World, at};

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_said_anew_is_later_whatever_the_clock_says() {
        let world = World::new().await;
        let phone = world.enrol(REP).await;
        let ring = KeyRing::trust(&world.app.signer.public(at(7, 0)), None).unwrap();
        for (what, now_ms, names, issued_at) in [
            ("nothing yet", at(7, 0), &[][..], None),
            ("one", at(7, 1), &["a"], Some(at(7, 1))),
            ("the same", at(7, 2), &["a"], Some(at(7, 1))),
            ("the next one too", at(7, 3), &["a", "b"], Some(at(7, 3))),
            ("the clock was set back", at(7, 2), &["b"], Some(at(7, 3) + 1)),
            ("nothing any more", at(7, 5), &[], Some(at(7, 5))),
        ] {
            world.set_time(now_ms);
            let pins: Vec<Pin> = names.iter().map(Pin::of).collect();
            say(&world.app, pins.clone()).await.unwrap();
            let said = said(&*world.app.store).await.unwrap();
            assert_eq!(said.as_ref().map(|said| said.issued_at), issued_at, "{what}");
            let (status, answer) = world.get("/api/v1/pins", "").await;
            let (_, page) = world.get("/api/v1/feed", &phone.token).await;
            let Some(said) = said else {
                assert_eq!(
                    (status, &answer["error"]["code"]),
                    (StatusCode::NOT_FOUND, &json!("no_pins"))
                );
                assert!(page.get("pins").is_none());
                continue;
            };
            assert_eq!(said.pins, pins, "{what}");
            ring.check(&said, issued_at).unwrap();
            assert_eq!((&answer, &page["pins"]), (&json!(said), &json!(said)), "{what}");
        }
    }
}
