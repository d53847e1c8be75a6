//! Who was shown which customers' data. One record tells of all that a person is shown together; whom he was shown lately
//! is not told of again, so that turning pages back and forth writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{Deed, Desk, DeskResult, records::CustomersSeen};
use crate::{auth::Actor, store::Cell};

/// What a person was shown is told of once in so long.
const TOLD_MS: i64 = 10 * 60_000;
const CELL: &str = "customers_seen";
/// Stands among the customers for all whom the person may see.
const ALL: &str = "";
/// Longest name of a customer that is told, in characters: in a visit a phone may name anything.
const NAME_MOST_CHARS: usize = 200;
/// Names that one record tells, in bytes of JSON: it may hold no more than four times as much.
const NAMES_MOST_BYTES: usize = 4 * 1024;

/// Notes the customers whom somebody is shown, with their landlines or without. It comes before they are shown: if it fails
/// nothing is.
///
/// # Errors
/// The store's.
pub async fn note<'a>(
    desk: &Desk,
    actor: &Actor,
    shown: impl IntoIterator<Item = &'a String>,
    landlines: bool,
) -> DeskResult<()> {
    let named = |id: &String| id.chars().take(NAME_MOST_CHARS).collect();
    let shown: BTreeSet<String> = shown.into_iter().map(named).collect();
    let mut deed = Deed::new(actor);
    let new = match shown.is_empty() {
        true => Vec::new(),
        false => mark(&mut deed, desk, actor, shown, landlines).await?,
    };
    if new.is_empty() {
        return Ok(());
    }
    for customers in parts(new) {
        deed.record(&CustomersSeen {
            customers,
            all: None,
            landlines,
            by: actor.user.clone(),
        });
    }
    deed.commit(desk).await
}

/// Names as records can hold them.
fn parts(names: Vec<String>) -> Vec<Vec<String>> {
    let (mut parts, mut bytes) = (vec![Vec::new()], 0);
    for name in names {
        let more = serde_json::to_string(&name).map_or(0, |json| json.len());
        if bytes + more > NAMES_MOST_BYTES {
            parts.push(Vec::new());
            bytes = 0;
        }
        bytes += more;
        parts.last_mut().expect("there is a first").push(name);
    }
    parts
}

/// As [`note`], of a list of all customers whom the person may see.
///
/// # Errors
/// The store's.
pub async fn note_all(desk: &Desk, actor: &Actor, count: usize, landlines: bool) -> DeskResult<()> {
    let mut deed = Deed::new(actor);
    if mark(&mut deed, desk, actor, [ALL.to_owned()].into(), landlines)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    deed.record(&CustomersSeen {
        customers: Vec::new(),
        all: Some(count as u64),
        landlines,
        by: actor.user.clone(),
    });
    deed.commit(desk).await
}

/// Has a deed that tells of customers remember that it did; those who were not told of lately.
///
/// # Errors
/// The store's.
pub(super) async fn mark(
    deed: &mut Deed,
    desk: &Desk,
    actor: &Actor,
    shown: BTreeSet<String>,
    landlines: bool,
) -> DeskResult<Vec<String>> {
    let now_ms = desk.now_ms();
    let cell = desk.app.store.cell(CELL, &actor.user, now_ms).await?;
    let expires_ms = cell.as_ref().and_then(|cell| cell.expires_ms);
    let told = cell.and_then(|cell| serde_json::from_str::<BTreeMap<String, bool>>(&cell.body).ok());
    let mut told = told.unwrap_or_default();
    // Whose landline was seen was seen without it, too.
    let is_new = |id: &String| told.get(id).is_none_or(|with_landline| landlines && !with_landline);
    let new: Vec<String> = shown.into_iter().filter(is_new).collect();
    told.extend(new.iter().map(|id| (id.clone(), landlines)));
    deed.change.cells.push(Cell {
        kind: CELL.into(),
        key: actor.user.clone(),
        body: serde_json::to_string(&told).expect("names and flags are JSON"),
        expires_ms: Some(expires_ms.unwrap_or(now_ms + TOLD_MS)),
    });
    Ok(new)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use onbeat_core::record::Payload;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        auth::Role,
        desk::audit,
        testing::{MINUTE, World, at},
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn who_saw_whom_is_told_once_in_ten_minutes_and_again_with_a_landline() {
        let world = World::new().await;
        let desk = Desk::new(world.app.clone());
        let actor = |name: &str| Actor {
            user: name.into(),
            role: Role::Clerk,
            teams: Vec::new(),
        };
        let ids = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<String>>();
        // Minute, who, whom, with landlines, and what is told of it.
        let cases = [
            (0, "li", &["c2", "c1"][..], false, Some(json!(["c1", "c2"]))),
            (1, "li", &["c1"], false, None),
            (2, "sun", &["c1"], false, Some(json!(["c1"]))),
            (3, "li", &["c1", "c3"], false, Some(json!(["c3"]))),
            (4, "li", &["c1", "c2"], true, Some(json!(["c1", "c2"]))),
            (5, "li", &["c1"], false, None),
            (9, "li", &[], true, None),
            (10, "li", &["c1"], false, Some(json!(["c1"]))),
        ];
        for (minute, who, shown, landlines, told) in cases {
            world.set_time(at(8, 0) + minute * MINUTE);
            let before = desk.app.desk.head().await.unwrap().seq;
            note(&desk, &actor(who), &ids(shown), landlines).await.unwrap();
            let (newest, _) = audit::page(&desk, None, &[], |_| true, 1).await.unwrap();
            let record = newest.first().filter(|record| record.seq > before);
            let expected = told.map(|customers| json!({"customers": customers, "landlines": landlines, "by": who}));
            let fields = record.map(|record| Value::Object(record.fields.clone()));
            assert_eq!(fields, expected, "{minute}");
        }
        let long: Vec<String> = (0..100).map(|n| format!("{n}{}", "\u{1}".repeat(10_000))).collect();
        note(&desk, &actor("li"), &long, false).await.unwrap();
        let (newest, _) = audit::page(&desk, None, &[], |_| true, 100).await.unwrap();
        let told = newest
            .iter()
            .filter_map(|record| record.fields.get("customers")?.as_array());
        assert_eq!(
            told.map(Vec::len).sum::<usize>() - 7,
            100,
            "whatever a phone named can be told"
        );
        for count in [300, 301] {
            note_all(&desk, &actor("li"), count, true).await.unwrap();
        }
        let (newest, _) = audit::page(&desk, None, &[CustomersSeen::TYPE], |_| true, 1)
            .await
            .unwrap();
        assert_eq!(newest[0].fields["all"], 300, "of the second nothing new is told");
    }
}
