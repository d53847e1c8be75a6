//! Which rep-days somebody asks for, and may see.

use chrono::NaiveDate;
use onbeat_core::rules::DayCounts;
use serde::de::DeserializeOwned;

use super::{Desk, DeskResult};
use crate::{
    auth::Actor,
    store::{Field, ViewQuery},
};

/// Views that are read at a time.
const READ: usize = 1_000;

/// Days, and whose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Which {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Only of this team.
    pub team: Option<String>,
    /// Only of this rep.
    pub rep: Option<String>,
}

impl Which {
    /// Views of a kind in these days that this person sees, newest first. Without a team a supervisor sees the own
    /// teams'.
    pub fn query(&self, desk: &Desk, actor: &Actor, kind: &str) -> ViewQuery {
        let documents = desk.app.documents();
        let rep = self.rep.as_deref().unwrap_or_default();
        let whole = |day: NaiveDate| documents.schedule_of(rep, day).whole_day(day);
        let scopes = match &self.team {
            Some(team) if actor.covers(team) => Some(vec![format!("team/{team}")]),
            Some(_) => Some(Vec::new()),
            None => actor.scopes(),
        };
        let rep = self.rep.iter().map(|rep| ("rep".into(), Field::Text(rep.clone())));
        ViewQuery {
            kind: kind.into(),
            scopes,
            from_ms: self.from.map(|day| whole(day).from_ms),
            to_ms: self.to.map(|day| whole(day).to_ms),
            fields: rep.collect(),
            descending: true,
            bare: true,
            ..ViewQuery::default()
        }
    }
}

/// The views of a day that this person sees, as far as `T` reads them.
///
/// # Errors
/// The store's.
pub async fn on<T: DeserializeOwned>(desk: &Desk, actor: &Actor, day: NaiveDate) -> DeskResult<Vec<T>> {
    let which = Which {
        from: Some(day),
        to: Some(day),
        ..Which::default()
    };
    let mut query = which.query(desk, actor, "day");
    query.limit = READ;
    let mut days = Vec::new();
    loop {
        let views = desk.app.store.views(&query).await?;
        days.extend(
            views
                .iter()
                .filter_map(|view| serde_json::from_str::<T>(&view.body).ok()),
        );
        if !query.go_on(&views) {
            return Ok(days);
        }
    }
}

/// All of a day's window so far is excused, by leave or otherwise: nobody is waited for.
pub fn is_excused(counts: &DayCounts) -> bool {
    counts.excused_s > 0 && counts.inside_s + counts.edge_s + counts.outside_s + counts.unknown_s == 0
}
