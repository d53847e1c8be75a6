use std::collections::BTreeMap;

use onbeat_core::reference::Document;

use super::ALL;
use crate::{
    app::App,
    documents::{Documents, Keyed, Reps, reps_of},
    store::{Cell, Change, DocumentRow, FeedRow, Guard, StoreResult},
};

/// Cell of kind `meta`: up to when documents recorded for later have been told.
const TOLD: &str = "feed_told_ms";

/// Scope of what the phones of one rep are told.
pub fn rep_scope(rep: &str) -> String {
    format!("rep/{rep}")
}

/// The feed items that follow from documents (`rows`) being recorded: those in force for all to everyone,
/// the others to the reps who may know them. A customer assigned anew is put for the one and dropped for
/// the other. What is recorded for later is told when it comes into force.
pub fn publish(before: &Documents, after: &Documents, rows: &[DocumentRow], now_ms: i64) -> Vec<FeedRow> {
    let at = |documents| Standing {
        documents,
        at_ms: now_ms,
    };
    let touched = rows.iter().map(|row| (row.kind.as_str(), row.key.as_str()));
    changes(&at(before), &at(after), touched)
}

/// The documents at an instant.
struct Standing<'a> {
    documents: &'a Documents,
    at_ms: i64,
}

impl Standing<'_> {
    fn find(&self, kind: &str, key: &str) -> Option<&Document> {
        self.documents
            .in_force(kind, key, self.at_ms)
            .map(|document| &**document)
    }

    fn of_rep(&self, rep: &str) -> Vec<Keyed> {
        self.documents.reference_of(rep, self.at_ms)
    }
}

fn changes<'a>(
    then: &Standing<'_>,
    now: &Standing<'_>,
    touched: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<FeedRow> {
    let (shared, own): (Vec<_>, Vec<_>) = touched.partition(|(kind, _)| is_shared(kind));
    let differs = |(kind, key): &(&str, &str)| then.find(kind, key) != now.find(kind, key);
    let shared = shared.into_iter().filter(differs);
    let mut items: Vec<FeedRow> = shared
        .map(|(kind, key)| item(ALL, kind, key, now.find(kind, key)))
        .collect();
    if let Reps::Some(reps) = reps_of(then.documents, now.documents, own, now.at_ms) {
        for rep in reps {
            items.extend(difference(&rep, &then.of_rep(&rep), &now.of_rep(&rep)));
        }
    }
    items
}

/// What a rep's phones must be told so that they know `after` instead of `before`; what all phones share
/// is left out.
pub fn difference(rep: &str, before: &[Keyed], after: &[Keyed]) -> Vec<FeedRow> {
    let by_key = |documents: &[Keyed]| -> BTreeMap<(&'static str, String), std::sync::Arc<Document>> {
        let own = documents.iter().filter(|(kind, ..)| !is_shared(kind));
        own.map(|(kind, key, document)| ((*kind, key.clone()), document.clone()))
            .collect()
    };
    let (before, after) = (by_key(before), by_key(after));
    let scope = rep_scope(rep);
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let dropped = gone.map(|(kind, key)| item(&scope, kind, key, None));
    let changed = after
        .iter()
        .filter(|(name, document)| before.get(*name) != Some(*document));
    let put = changed.map(|((kind, key), document)| item(&scope, kind, key, Some(document)));
    dropped.chain(put).collect()
}

fn is_shared(kind: &str) -> bool {
    matches!(kind, "policy" | "calendar" | "notice")
}

fn item(scope: &str, kind: &str, key: &str, document: Option<&Document>) -> FeedRow {
    FeedRow {
        cursor: 0,
        scope: scope.to_owned(),
        kind: kind.to_owned(),
        key: key.to_owned(),
        body: document.map(|document| serde_json::to_string(document).expect("a document is plain data")),
    }
}

/// Tells the phones of documents that came into force by the clock alone: they were recorded for later.
///
/// # Errors
/// The store's.
pub(crate) async fn publish_due(app: &App) -> StoreResult<()> {
    let (documents, now_ms) = (app.documents(), app.now_ms());
    let told = app.store.cell("meta", TOLD, now_ms).await?.map(|cell| cell.body);
    let told_ms = read_told(told.as_deref());
    let due = documents.starting(told_ms, now_ms);
    if due.is_empty() {
        return Ok(());
    }
    let at = |at_ms| Standing {
        documents: &documents,
        at_ms,
    };
    let touched = due.iter().map(|(kind, key)| (*kind, key.as_str()));
    let change = Change {
        guards: vec![Guard::Cell("meta".into(), TOLD.into(), told)],
        feed: changes(&at(told_ms), &at(now_ms), touched),
        cells: vec![Cell {
            kind: "meta".into(),
            key: TOLD.into(),
            body: now_ms.to_string(),
            expires_ms: None,
        }],
        ..Change::default()
    };
    app.commit(change).await?;
    Ok(())
}

fn read_told(cell: Option<&str>) -> i64 {
    cell.and_then(|body| body.parse().ok()).unwrap_or(0)
}

/// The instant whose documents phones may know: now, but never before what the feed has told already. A clock that
/// was set back takes no document away from a snapshot.
///
/// # Errors
/// The store's.
pub(super) async fn known_at_ms(app: &App) -> StoreResult<i64> {
    let told = app.store.cell("meta", TOLD, i64::MIN).await?.map(|cell| cell.body);
    let recorded_ms = app.documents().recorded_ms();
    Ok(app.now_ms().max(recorded_ms).max(read_told(told.as_deref())))
}
