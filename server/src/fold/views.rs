use std::collections::BTreeSet;

use chrono::NaiveDate;
use onbeat_core::rules::{Basis, Class, DayView, Finding, presence::ReasonSeen, visit::VisitView};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::DaySums;
use crate::{
    app::App,
    store::{Change, Field, StoreResult, ViewRow},
};

/// Field of an open day's view: when its window closes.
pub(super) const CLOSES: &str = "closes_ms";

/// Puts the views of a folded day into a change, and drops those that are no more.
pub(super) async fn put(app: &App, day: &DayView, basis: &Basis, change: &mut Change) -> StoreResult<()> {
    let of = Of::new(day, basis);
    let mut views = vec![of.day(), of.sums(basis)];
    views.extend(day.findings.iter().map(|finding| of.finding(finding)));
    for visit in &day.visits {
        views.extend(of.visit(app, visit).await?);
    }
    let kept: BTreeSet<(&str, &str)> = views
        .iter()
        .map(|view| (view.kind.as_str(), view.key.as_str()))
        .collect();
    for (kind, key) in former(app, day).await? {
        let is_kept = kept.contains(&(kind, key.as_str()));
        // A visit may be another day's by now; an id that was copied is another rep's.
        let stored = if is_kept {
            None
        } else {
            app.store.view(kind, &key).await?
        };
        if stored.is_some_and(|view| of.is_of(&view)) {
            change.drop_views.push((kind.into(), key));
        }
    }
    change.views.extend(views);
    Ok(())
}

/// What an account of a day names that has views of its own. Read by itself: whatever version made the account.
#[derive(Deserialize)]
struct Named {
    visits: Vec<NamedVisit>,
    findings: Vec<NamedFinding>,
}

#[derive(Deserialize)]
struct NamedVisit {
    visit: String,
}

#[derive(Deserialize)]
struct NamedFinding {
    id: String,
}

/// Kinds and keys of the views that a day had besides its own, by its account as it was folded last: a look-up by key,
/// where a search by rep and day would go through all that the rep ever did, or all that was done that day.
async fn former(app: &App, day: &DayView) -> StoreResult<Vec<(&'static str, String)>> {
    let stored = stored(app, &day.rep, day.day).await?;
    let Some(named) = stored.and_then(|row| serde_json::from_str::<Named>(&row.body).ok()) else {
        return Ok(Vec::new());
    };
    let visits = named.visits.into_iter().map(|visit| ("visit", visit.visit));
    let findings = named.findings.into_iter().map(|finding| ("finding", finding.id));
    Ok(visits.chain(findings).collect())
}

/// A rep's day as it was folded last.
///
/// # Errors
/// The store's.
pub async fn day(app: &App, rep: &str, day: NaiveDate) -> StoreResult<Option<DayView>> {
    let stored = stored(app, rep, day).await?;
    Ok(stored.and_then(|row| serde_json::from_str(&row.body).ok()))
}

async fn stored(app: &App, rep: &str, day: NaiveDate) -> StoreResult<Option<ViewRow>> {
    app.store.view("day", &format!("{rep}/{day}")).await
}

/// What all views of one rep's day have in common.
struct Of<'a> {
    view: &'a DayView,
    day: String,
    scope: String,
    team: &'a str,
    opens_ms: i64,
}

impl<'a> Of<'a> {
    fn new(view: &'a DayView, basis: &'a Basis) -> Self {
        let window = view.window.unwrap_or_else(|| basis.schedule.whole_day(view.day));
        Self {
            view,
            day: view.day.to_string(),
            scope: format!("team/{}", basis.rep.team),
            team: &basis.rep.team,
            opens_ms: window.from_ms,
        }
    }

    fn row(&self, kind: &str, key: String, at_ms: i64, body: &impl Serialize, own: Vec<(&str, Field)>) -> ViewRow {
        let common = [("rep", text(&self.view.rep)), ("day", text(&self.day))];
        let fields = common.into_iter().chain(own);
        ViewRow {
            kind: kind.into(),
            key,
            scope: self.scope.clone(),
            at_ms,
            body: serde_json::to_string(body).expect("a view is plain data"),
            fields: fields.map(|(name, field)| (name.to_owned(), field)).collect(),
        }
    }

    fn day(&self) -> ViewRow {
        let view = self.view;
        let of_class = |class| view.findings.iter().filter(|finding| finding.class == class).count() as i64;
        let waits = view.presence.reasons.iter().any(ReasonSeen::waits);
        let mut own = vec![
            ("team", text(self.team)),
            ("closed", Field::Int(i64::from(view.closed))),
            ("findings", Field::Int(of_class(Class::Finding))),
            ("questions", Field::Int(of_class(Class::Question))),
            ("outside_s", Field::Int(view.counts.outside_s)),
            ("unknown_s", Field::Int(view.counts.unknown_s)),
            ("waiting", Field::Int(i64::from(waits))),
        ];
        // The worker looks for it: by then the day is to be folded again.
        let closes = view.window.filter(|_| !view.closed);
        own.extend(closes.map(|window| (CLOSES, Field::Int(window.to_ms))));
        self.row("day", format!("{}/{}", view.rep, self.day), self.opens_ms, view, own)
    }

    fn sums(&self, basis: &Basis) -> ViewRow {
        let key = format!("{}/{}", self.view.rep, self.day);
        let own = vec![("team", text(self.team))];
        self.row(DaySums::KIND, key, self.opens_ms, &DaySums::new(self.view, basis), own)
    }

    fn finding(&self, finding: &Finding) -> ViewRow {
        let own = vec![
            ("team", text(self.team)),
            ("kind", code(&finding.kind)),
            ("class", code(&finding.class)),
            ("state", code(&finding.state)),
        ];
        let body = json!({"rep": self.view.rep, "day": self.day, "finding": finding});
        self.row("finding", finding.id.to_string(), finding.from_ms, &body, own)
    }

    /// `None`: another rep's visit has this id, which only a phone that copies ids can bring about.
    async fn visit(&self, app: &App, visit: &VisitView) -> StoreResult<Option<ViewRow>> {
        let rep = ("rep".to_owned(), text(&self.view.rep));
        let taken = app.store.view("visit", &visit.visit).await?;
        if taken.is_some_and(|view| !view.fields.contains(&rep)) {
            tracing::warn!(day = %self.view.day, "a visit's id is another rep's");
            return Ok(None);
        }
        let own = vec![("team", text(self.team)), ("customer", text(&visit.customer))];
        let body = json!({"rep": self.view.rep, "day": self.day, "visit": visit});
        Ok(Some(self.row("visit", visit.visit.clone(), visit.from_ms, &body, own)))
    }

    /// Whether a stored view is of this rep's day.
    fn is_of(&self, view: &ViewRow) -> bool {
        let own = [("rep", &self.view.rep), ("day", &self.day)];
        own.into_iter()
            .all(|(name, value)| view.fields.contains(&(name.to_owned(), text(value))))
    }
}

fn text(value: &str) -> Field {
    Field::Text(value.to_owned())
}

/// An enum's code.
fn code(value: &impl Serialize) -> Field {
    let value = serde_json::to_value(value).unwrap_or_default();
    text(value.as_str().unwrap_or_default())
}
