//! What share of the findings of each kind was withdrawn lately. A kind that was wrong too often is suspended: it is not
//! put before supervisors, and nobody confirms it, while admins see that and why (`docs/verdicts.md`).

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use onbeat_core::{reference::FindingState, rules::FindingKind};

use super::{Desk, DeskResult, decide::FindingView, reports};
use crate::{
    auth::{Actor, Role},
    phones::StreamBody,
    store::{Field, ViewQuery},
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// What counts: findings of so many days.
const DAYS: i64 = 30;
/// A kind is suspended where more of it was withdrawn.
const MOST_PERMILLE: usize = 100;
/// And of no fewer findings than these: of three, one is no share.
const FEWEST: usize = 20;
/// So long what was counted is good enough.
const FRESH_MS: i64 = 60_000;

/// How many, and how many of them were wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Findings.
    pub all: usize,
    /// Those that a person withdrew.
    pub withdrawn: usize,
}

impl Counted {
    fn add(&mut self, state: FindingState) {
        self.all += 1;
        self.withdrawn += usize::from(state == FindingState::Withdrawn);
    }

    /// Thousandths that were withdrawn.
    pub fn permille(self) -> i64 {
        (self.withdrawn * 1000 / self.all.max(1)) as i64
    }

    /// Enough of them, and too many of those.
    pub fn is_suspended(self) -> bool {
        self.all >= FEWEST && self.withdrawn * 1000 > MOST_PERMILLE * self.all
    }
}

/// A kind's findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    /// All of them.
    pub counted: Counted,
    /// Those by the model of the phone that recorded them; empty where it is not known.
    pub models: BTreeMap<String, Counted>,
}

/// The kinds of which there were findings lately, by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shares(pub BTreeMap<String, Share>);

impl Shares {
    /// The kind is suspended.
    pub fn suspends(&self, kind: FindingKind) -> bool {
        let share = self.0.get(&kind.code());
        share.is_some_and(|share| share.counted.is_suspended())
    }

    /// The kind is not put before this person.
    pub fn hides(&self, actor: &Actor, kind: FindingKind) -> bool {
        actor.role == Role::Supervisor && self.suspends(kind)
    }

    /// The fields of the findings that are not put before this person: a query leaves them out.
    pub fn hidden(&self, actor: &Actor) -> Vec<(String, Field)> {
        let hidden = FindingKind::ALL.into_iter().filter(|kind| self.hides(actor, *kind));
        hidden
            .map(|kind| ("kind".to_owned(), Field::Text(kind.code())))
            .collect()
    }

    fn of(views: impl Iterator<Item = FindingView>, models: &HashMap<String, String>) -> Self {
        let mut shares: BTreeMap<String, Share> = BTreeMap::new();
        for FindingView { finding, .. } in views {
            let share = shares.entry(finding.kind.code()).or_default();
            let stream = finding.evidence.first().map(|name| name.stream.to_string());
            let model = stream
                .and_then(|stream| models.get(&stream))
                .cloned()
                .unwrap_or_default();
            share.counted.add(finding.state);
            share.models.entry(model).or_default().add(finding.state);
        }
        Self(shares)
    }
}

/// The shares as they were counted last.
#[derive(Default)]
pub struct Latest(Mutex<Option<(i64, Arc<Shares>)>>);

/// The shares of the last 30 days, of the whole company.
///
/// # Errors
/// The store's.
pub async fn now(desk: &Desk) -> DeskResult<Arc<Shares>> {
    let now_ms = desk.now_ms();
    let latest = || desk.shares.0.lock().unwrap_or_else(PoisonError::into_inner);
    let counted = latest().clone();
    if let Some((_, shares)) = counted.filter(|(at_ms, _)| (0..FRESH_MS).contains(&(now_ms - at_ms))) {
        return Ok(shares);
    }
    let query = ViewQuery {
        kind: "finding".into(),
        from_ms: Some(now_ms - DAYS * DAY_MS),
        bare: true,
        ..ViewQuery::default()
    };
    let found = reports::all(desk, query).await?;
    let shares = Arc::new(Shares::of(found.into_iter(), &models(desk).await?));
    *latest() = Some((now_ms, Arc::clone(&shares)));
    Ok(shares)
}

/// What model each stream's phone is of.
async fn models(desk: &Desk) -> DeskResult<HashMap<String, String>> {
    let cells = desk.app.store.cells("stream", "", desk.now_ms()).await?;
    let read = cells.into_iter().filter_map(|cell| {
        let body: StreamBody = serde_json::from_str(&cell.body).ok()?;
        Some((cell.key, body.device.model))
    });
    Ok(read.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_suspended_above_a_tenth_of_enough() {
        for (all, withdrawn, suspended) in [
            (0, 0, false),
            (1, 1, false),
            (19, 19, false),
            (20, 2, false),
            (20, 3, true),
            (1_000, 100, false),
            (1_000, 101, true),
        ] {
            let counted = Counted { all, withdrawn };
            assert_eq!(counted.is_suspended(), suspended, "{counted:?}");
        }
    }
}
