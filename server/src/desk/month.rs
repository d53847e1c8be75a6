//! A month's sheet for those who pay: sums by rep, without tracks. It freezes once no word of a rep waits for a person's;
//! what comes later changes it no more.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use onbeat_core::reference::FindingState;
use serde::{Deserialize, Serialize};

use super::{
    Books, Deed, Desk, DeskError, DeskResult,
    days::{self, Which},
    decide::{Case, FindingView},
    records::MonthFrozen,
    reports::{self, Sums},
    retention,
};
use crate::{
    auth::Actor,
    store::{Cell, Field, Guard, ViewRow},
};

/// Kind of the cell that says which blob holds a month's frozen sheet.
const CELL: &str = "month";

/// A month, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(NaiveDate);

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Reads `YYYY-MM`.
    pub fn read(text: &str) -> Option<Self> {
        let first = format!("{}-01", text.trim()).parse().ok()?;
        Some(Self(first))
    }

    /// The days of it.
    pub fn which(self) -> Which {
        Which {
            from: Some(self.0),
            to: self.next().0.pred_opt(),
            ..Which::default()
        }
    }

    /// Its last day is over.
    pub fn is_over(self, desk: &Desk) -> bool {
        let (documents, now_ms) = (desk.app.documents(), desk.now_ms());
        documents.schedule_at("", now_ms).whole_day(self.next().0).from_ms <= now_ms
    }

    /// The month before.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.checked_sub_months(Months::new(1)).unwrap_or(self.0))
    }

    /// The first day that is no more of it.
    pub fn end(self) -> NaiveDate {
        self.next().0
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

/// A rep's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetRow {
    /// The rep's id.
    pub rep: String,
    /// Name as people say it.
    pub name: String,
    /// Team id.
    pub team: String,
    /// The month in sums.
    #[serde(flatten)]
    pub sums: Sums,
    /// Findings that a person confirmed.
    pub confirmed: i64,
    /// How many of a frozen sheet's are confirmed now, where something else was decided since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_now: Option<i64>,
}

/// A rep, and the team that he was in.
type Line = (String, String);

impl SheetRow {
    fn line(&self) -> Line {
        (self.rep.clone(), self.team.clone())
    }
}

/// A month's sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// By rep's name.
    pub rows: Vec<SheetRow>,
    /// Who froze it and when (milliseconds since 1970, UTC), if it is frozen.
    pub frozen: Option<(String, i64)>,
}

/// The sheet of a month, as far as this person sees it.
///
/// # Errors
/// The store's.
pub async fn sheet(desk: &Desk, actor: &Actor, month: Month) -> DeskResult<Sheet> {
    let kept = desk.app.store.cell(CELL, &month.to_string(), i64::MIN).await?;
    let Some(kept) = kept else {
        return drawn(desk, actor, month).await;
    };
    let damaged = || DeskError::environment("damaged", format!("the sheet of {month} can't be read"));
    let hash = kept.body.parse().map_err(|_| damaged())?;
    let bytes = desk.app.store.blob(&hash).await?.ok_or_else(damaged)?;
    let mut sheet: Sheet = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
    sheet.rows.retain(|row| actor.covers(&row.team));
    if !is_summarised(desk, month).await? {
        let now = confirmed(desk, actor, month).await?;
        for row in &mut sheet.rows {
            let count = now.get(&row.line()).copied().unwrap_or_default();
            row.confirmed_now = (count != row.confirmed).then_some(count);
        }
    }
    Ok(sheet)
}

/// Of some of its days only a summary is left.
async fn is_summarised(desk: &Desk, month: Month) -> DeskResult<bool> {
    let (progress, _) = retention::progress(desk).await?;
    Ok(progress.summarised.is_some_and(|until| until > month.0))
}

/// The sheet as the month stands now.
async fn drawn(desk: &Desk, actor: &Actor, month: Month) -> DeskResult<Sheet> {
    let (books, which) = (Books::now(desk), month.which());
    // Who changed teams has a line in each: its supervisor sees those days, frozen or not.
    let mut rows: BTreeMap<Line, SheetRow> = BTreeMap::new();
    let empty = |(rep, team): &Line| SheetRow {
        name: books.rep_name(rep).to_owned(),
        rep: rep.clone(),
        team: team.clone(),
        sums: Sums::default(),
        confirmed: 0,
        confirmed_now: None,
    };
    reports::each_day(desk, actor, &which, |day| {
        let line = (day.rep.clone(), day.team.clone());
        let row = rows.entry(line).or_insert_with_key(empty);
        row.sums.add(&day);
    })
    .await?;
    for (line, count) in confirmed(desk, actor, month).await? {
        rows.entry(line).or_insert_with_key(empty).confirmed = count;
    }
    let mut rows: Vec<SheetRow> = rows.into_values().collect();
    rows.sort_by(|a, b| (&a.name, &a.rep, &a.team).cmp(&(&b.name, &b.rep, &b.team)));
    Ok(Sheet { rows, frozen: None })
}

/// How many findings of a month were confirmed, by the line that they stand in: the team of their day.
async fn confirmed(desk: &Desk, actor: &Actor, month: Month) -> DeskResult<BTreeMap<Line, i64>> {
    let mut query = month.which().query(desk, actor, "finding");
    query.fields.push(("state".into(), Field::Text("confirmed".into())));
    let line = |view: &ViewRow| {
        let found: FindingView = serde_json::from_str(&view.body).ok()?;
        Some((found.rep, days::team_of(view).to_owned()))
    };
    let mut counts = BTreeMap::new();
    for line in reports::rows(desk, query, line).await? {
        *counts.entry(line).or_default() += 1;
    }
    Ok(counts)
}

/// No word of a rep waits for a person's, and none that counts can follow: what was confirmed can't be appealed any more.
async fn settled(desk: &Desk, actor: &Actor, month: Month) -> DeskResult<()> {
    let (mut disputed, mut appealable) = (0, None);
    let query = month.which().query(desk, actor, "finding");
    for found in reports::all::<FindingView>(desk, query).await? {
        match found.finding.state {
            FindingState::Answered => disputed += 1,
            FindingState::Confirmed => {
                let case = Case::read(desk, &found.finding.id.to_string()).await?;
                disputed += usize::from(case.in_dispute());
                let until = case.appealable(desk).map(|until| (until.over_ms, until.day));
                appealable = appealable.max(until);
            }
            _ => {}
        }
    }
    if disputed > 0 {
        let why = format!("{disputed} answers and appeals of {month} wait for a person: decide them first");
        return Err(DeskError::conflict("in_dispute", why));
    }
    match appealable {
        Some((over_ms, day)) if desk.now_ms() < over_ms => {
            let why = format!("what was confirmed in {month} may be appealed until {day}");
            Err(DeskError::conflict("appealable", why).until(over_ms))
        }
        _ => Ok(()),
    }
}

/// Freezes a month's sheet.
///
/// # Errors
/// `frozen` already; `month_runs`; `in_dispute` while a rep's word waits for a person's; `appealable` while one may
/// follow; `summarised` where findings are past their time.
pub async fn freeze(desk: &Desk, actor: &Actor, month: Month) -> DeskResult<()> {
    let (key, now_ms) = (month.to_string(), desk.now_ms());
    if desk.app.store.cell(CELL, &key, i64::MIN).await?.is_some() {
        return Err(DeskError::conflict(
            "frozen",
            format!("the sheet of {key} is frozen already"),
        ));
    }
    if !month.is_over(desk) {
        return Err(DeskError::conflict("month_runs", format!("{key} is not over")));
    }
    if is_summarised(desk, month).await? {
        let why = format!("{key} has days of which only a summary is left: what was confirmed is not among it");
        return Err(DeskError::conflict("summarised", why));
    }
    settled(desk, actor, month).await?;
    let sheet = Sheet {
        frozen: Some((actor.user.clone(), now_ms)),
        ..drawn(desk, actor, month).await?
    };
    let mut deed = Deed::new(actor);
    let blob = deed.blob(serde_json::to_vec(&sheet).expect("a sheet is JSON"));
    deed.change.guards.push(Guard::Cell(CELL.into(), key.clone(), None));
    deed.change.cells.push(Cell {
        kind: CELL.into(),
        key: key.clone(),
        body: blob.to_string(),
        expires_ms: None,
    });
    deed.record(&MonthFrozen {
        month: key,
        sheet: blob,
        by: actor.user.clone(),
    });
    deed.commit(desk).await
}
