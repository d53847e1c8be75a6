//! Phones of one team that were together for hours: looked for once a rep's day has closed, over the team's day, and
//! asked of each of the two.

use chrono::NaiveDate;
use onbeat_core::rules::{
    DayView, Finding,
    together::{self, Whereabouts},
};

use super::{
    day::{DayRead, FoldError, blocking},
    keys::day_key,
    views,
};
use crate::{
    app::App,
    documents::Documents,
    store::{Cell, Change, StoreResult},
};

/// Cells that hold what the phones of a rep-day and another's raise.
const CELLS: &str = "together";
/// Phones of one team that are held together, two by two; of a larger team those of the first reps by id.
const PHONES_MOST: usize = 200;

/// The mark of a team's day to be looked over.
fn key(team: &str, day: NaiveDate) -> String {
    format!("together/{team}/{day}")
}

/// Reads [`key`].
pub(super) fn read_key(key: &str) -> Option<(&str, NaiveDate)> {
    let (team, day) = key.strip_prefix("together/")?.rsplit_once('/')?;
    Some((team, day.parse().ok()?))
}

/// Whether the day of a rep's team is to be looked over: his own has closed, or fixes came late.
pub(super) async fn calls_for(app: &App, view: &DayView, team: &str) -> StoreResult<Option<String>> {
    if !view.closed || view.counts.fixes == 0 {
        return Ok(None);
    }
    let before = views::day(app, &view.rep, view.day).await?;
    let is_known = before.is_some_and(|before| before.closed && before.counts.fixes == view.counts.fixes);
    Ok((!is_known).then(|| key(team, view.day)))
}

/// Looks over a team's day; the days of those whose questions changed are marked.
pub(super) async fn look_over(app: &App, team: &str, day: NaiveDate) -> Result<Change, FoldError> {
    let mut change = Change::default();
    let documents = app.documents();
    let opening_ms = documents.window_of("", day).from_ms;
    let reps = members(&documents, team, opening_ms);
    let mut phones = Vec::new();
    for rep in &reps {
        phones.extend(whereabouts(app, rep, day).await?);
    }
    let policy = documents.policy(opening_ms);
    let mut asked = blocking(move || together::questions(day, &phones, &policy)).await?;
    for rep in reps {
        let questions = asked.remove(&rep).unwrap_or_default();
        if questions != told(app, &rep, day).await? {
            put(&rep, day, &questions, &mut change);
            change.mark.push(day_key(&rep, day));
        }
    }
    Ok(change)
}

/// Who belonged to a team when the day began.
fn members(documents: &Documents, team: &str, opening_ms: i64) -> Vec<String> {
    let is_member = |rep: &&String| documents.rep_known(rep, opening_ms).is_some_and(|rep| rep.team == team);
    let members = documents.keys("rep").filter(is_member);
    members.take(PHONES_MOST).cloned().collect()
}

/// None where nothing is known of the day.
async fn whereabouts(app: &App, rep: &str, day: NaiveDate) -> Result<Option<Whereabouts>, FoldError> {
    let read = DayRead::new(app, rep, day).await?;
    if read.entries.is_empty() {
        return Ok(None);
    }
    let (basis, entries) = read.standing(app).await?;
    let now_ms = app.now_ms();
    blocking(move || Some(Whereabouts::of(&basis, day, &entries, now_ms))).await
}

/// The cell of what other reps' phones raise of a rep's day: kind and key.
pub fn asked_cell(rep: &str, day: NaiveDate) -> (String, String) {
    (CELLS.into(), format!("{rep}/{day}"))
}

fn put(rep: &str, day: NaiveDate, questions: &[Finding], change: &mut Change) {
    let (kind, key) = asked_cell(rep, day);
    if questions.is_empty() {
        change.drop_cells.push((kind, key));
        return;
    }
    change.cells.push(Cell {
        kind,
        key,
        body: serde_json::to_string(questions).expect("questions are plain data"),
        expires_ms: None,
    });
}

/// The questions of a rep's day that were found by other reps' phones.
pub(super) async fn told(app: &App, rep: &str, day: NaiveDate) -> StoreResult<Vec<Finding>> {
    let (kind, key) = asked_cell(rep, day);
    let cell = app.store.cell(&kind, &key, i64::MIN).await?;
    Ok(cell
        .and_then(|cell| serde_json::from_str(&cell.body).ok())
        .unwrap_or_default())
}
