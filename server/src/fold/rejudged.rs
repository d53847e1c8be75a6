//! Days of the past and the documents that were corrected since: which count for a day is in the desk's records of it.

use chrono::NaiveDate;
use onbeat_core::rules::{Comparison, DaysRejudged};

use super::{
    day::{DayRead, FoldError, basis, of_day},
    frozen::is_frozen,
    views,
};
use crate::{app::App, store::LogRow};

/// The newest record of the desk's log whose documents count for a day, each time that it was rejudged.
pub(super) fn marks(app: &App, rows: &[LogRow], day: NaiveDate) -> Vec<u64> {
    let desks = rows.iter().filter(|row| row.line.stream == *app.desk.stream());
    let bodies = desks.filter_map(LogRow::read);
    let rejudged = bodies.filter_map(|body| body.read::<DaysRejudged>()?.ok());
    let of_day = rejudged.filter(|rejudged| rejudged.days.contains(&day));
    of_day.map(|rejudged| rejudged.desk_seq).collect()
}

/// What corrected documents make of a rep's day.
pub(crate) enum Rejudging {
    /// Nothing: they say what it is judged by already.
    Done,
    /// It is not over.
    Open,
    /// Its places are erased: its account can't be made anew.
    Erased,
    /// Nothing is known of the day yet.
    Unheard,
    /// They say something else.
    Differs {
        /// What that changes.
        comparison: Box<Comparison>,
        /// They count for the day, which stands otherwise all the same.
        is_marked: bool,
    },
}

/// What all documents up to `desk_seq` make of a rep's day, held against the account that everybody was shown.
///
/// # Errors
/// [`FoldError`].
pub(crate) async fn rejudge(app: &App, rep: &str, day: NaiveDate, desk_seq: u64) -> Result<Rejudging, FoldError> {
    if !app.documents().is_corrected(rep, day) {
        return Ok(Rejudging::Done);
    }
    let read = DayRead::new(app, rep, day).await?;
    let documents = app.documents();
    let (last, _) = read.bases.last().expect("the first is as known");
    let is_marked = documents.basis_of(rep, day, *last) == documents.basis_of(rep, day, Some(desk_seq));
    if is_marked && last.is_none() {
        return Ok(Rejudging::Done);
    }
    if read.entries.is_empty() || read.is_unheard() {
        return Ok(if is_marked { Rejudging::Done } else { Rejudging::Unheard });
    }
    if is_frozen(app, rep, day).await? {
        return Ok(Rejudging::Erased);
    }
    let basis = of_day(app, basis(app, rep, day, Some(desk_seq)).await?, day).await?;
    let corrected = read.by(app, &basis).await?;
    let stands = match views::day(app, rep, day).await? {
        Some(shown) => shown,
        None => read.folded(app).await?.view,
    };
    if !(stands.closed && corrected.closed) {
        return Ok(Rejudging::Open);
    }
    Ok(Rejudging::Differs {
        comparison: Box::new(Comparison::of(&stands, &corrected)),
        is_marked,
    })
}
