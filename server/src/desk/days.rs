//! Which rep-days somebody asks for, and may see. A day belongs to the team that the rep was in when it began, as its account
//! says: who leads that team goes on seeing it, in lists and by itself, after the rep went to another, and who leads the other
//! does not see what was before.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use onbeat_core::{
    reference::{Document, Rep},
    rules::DayCounts,
    time::Interval,
};
use serde::de::DeserializeOwned;

use super::{Desk, DeskResult};
use crate::{
    auth::Actor,
    documents::Documents,
    store::{Field, ViewQuery, ViewRow},
};

/// Views that are read at a time.
const READ: usize = 1_000;
/// So many days of an interval are looked at: a phone may name any.
const SPAN_MOST: usize = 100;

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
        let (from_ms, to_ms) = self.bounds(&desk.app.documents());
        let scopes = match &self.team {
            Some(team) if actor.covers(team) => Some(vec![format!("team/{team}")]),
            Some(_) => Some(Vec::new()),
            None => actor.scopes(),
        };
        let rep = self.rep.iter().map(|rep| ("rep".into(), Field::Text(rep.clone())));
        ViewQuery {
            kind: kind.into(),
            scopes,
            from_ms,
            to_ms,
            fields: rep.collect(),
            descending: true,
            bare: true,
            ..ViewQuery::default()
        }
    }

    /// From when the first day is, and to when the last.
    fn bounds(&self, documents: &Documents) -> (Option<i64>, Option<i64>) {
        let rep = self.rep.as_deref().unwrap_or_default();
        let whole = |day: NaiveDate| documents.schedule_of(rep, day).whole_day(day);
        (
            self.from.map(|day| whole(day).from_ms),
            self.to.map(|day| whole(day).to_ms),
        )
    }

    /// Tells of what is a rep's for an interval whether it is of one of these days that this person sees, by documents alone.
    pub fn touched<'a>(&'a self, documents: &'a Documents, actor: &'a Actor) -> impl Fn(&str, Interval) -> bool + 'a {
        let (from_ms, to_ms) = self.bounds(documents);
        let period = Interval {
            from_ms: from_ms.unwrap_or(i64::MIN),
            to_ms: to_ms.unwrap_or(i64::MAX),
        };
        let is_wanted = |team: &str| actor.covers(team) && self.team.as_ref().is_none_or(|wanted| wanted == team);
        move |rep, interval| {
            let is_of = self.rep.as_ref().is_none_or(|wanted| wanted == rep);
            let within = interval.intersect(&period).filter(|_| is_of);
            within.is_some_and(|within| is_of_team(documents, rep, Some(within), is_wanted))
        }
    }
}

/// The team whose a view of a rep's day is.
pub fn team_of(view: &ViewRow) -> &str {
    view.scope.strip_prefix("team/").unwrap_or_default()
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

/// The reps of a day whom a person sees, by id, each as the day knows him: those of the person's teams, and those whose
/// account of the day was read in the person's scope.
pub fn roster<'a>(
    documents: &'a Documents,
    actor: &'a Actor,
    day: NaiveDate,
    now_ms: i64,
    is_read: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = (&'a str, &'a Rep)> {
    let reps = documents.reps_on(day, now_ms);
    let seen = reps.filter(move |(id, rep, is_there)| is_read(id) || (*is_there && actor.covers(&rep.team)));
    seen.map(|(id, rep, _)| (id, rep))
}

/// Whether a person sees a rep's day.
///
/// # Errors
/// The store's.
pub async fn sees(desk: &Desk, actor: &Actor, rep: &str, day: NaiveDate) -> DeskResult<bool> {
    if actor.own_teams().is_none() {
        return Ok(true);
    }
    Ok(match desk.app.store.view("day", &format!("{rep}/{day}")).await? {
        Some(view) => actor.sees(&view.scope),
        None => {
            let documents = desk.app.documents();
            documents.rep_on(rep, day).is_some_and(|rep| actor.covers(&rep.team))
        }
    })
}

/// Whether a person sees what is of a rep's days that an interval touches, by documents alone: one of them is enough. Without
/// an interval, of any day.
pub fn covers(documents: &Documents, actor: &Actor, rep: &str, interval: Option<Interval>) -> bool {
    is_of_team(documents, rep, interval, |team| actor.covers(team))
}

/// Whether a person sees all of a rep's days, and so his log: every team that he was ever in, by documents alone.
pub fn covers_all(documents: &Documents, actor: &Actor, rep: &str) -> bool {
    teams_of(documents, rep, |team| actor.covers(team)) == BTreeSet::from([true])
}

/// Whether a rep was in such a team on a day that an interval touches; without an interval, ever.
fn is_of_team(
    documents: &Documents,
    rep: &str,
    interval: Option<Interval>,
    is_such: impl Fn(&str) -> bool + Copy,
) -> bool {
    let teams = teams_of(documents, rep, is_such);
    match interval {
        // Of who was never in another team no day has to be looked for.
        Some(Interval { from_ms, to_ms }) if teams.len() > 1 => {
            let first = documents.day_at(rep, from_ms);
            let last = documents.day_at(rep, to_ms.saturating_sub(1).max(from_ms));
            let mut days = first.iter_days().take_while(|day| *day <= last).take(SPAN_MOST);
            days.any(|day| documents.rep_on(rep, day).is_some_and(|rep| is_such(&rep.team)))
        }
        _ => teams.contains(&true),
    }
}

/// Of each team that a rep was ever in, whether it is such a one.
fn teams_of(documents: &Documents, rep: &str, is_such: impl Fn(&str) -> bool) -> BTreeSet<bool> {
    let teams = documents.said("rep", rep).filter_map(|document| match document {
        Document::Rep(rep) => Some(is_such(&rep.team)),
        _ => None,
    });
    teams.collect()
}

/// All of a day's window so far is excused, by leave or otherwise: nobody is waited for.
pub fn is_excused(counts: &DayCounts) -> bool {
    counts.excused_s > 0 && counts.inside_s + counts.edge_s + counts.outside_s + counts.unknown_s == 0
}
