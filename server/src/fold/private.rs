//! Private time is counted by the month, so a day has to know what the days before it used up.

use chrono::{Datelike, NaiveDate};
use onbeat_core::{
    record::Payload,
    rules::{
        Basis, Entry,
        presence::{PrivateEnded, PrivateStarted},
    },
    time::Interval,
};

use super::entries::entries;
use crate::{app::App, store::StoreResult};

/// Key of a rep's private time in the month of a day.
pub(crate) fn private_key(rep: &str, day: NaiveDate) -> String {
    format!("private/{rep}/{}", day.format("%Y-%m"))
}

/// Milliseconds of private time in the windows of the month's days before `day`.
pub(super) async fn used_before(app: &App, basis: &Basis, day: NaiveDate) -> StoreResult<i64> {
    let rows = app.store.records_of(&private_key(&basis.rep_id, day)).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let marks = entries(app, rows, basis.policy.clock.drift_ppm).await?;
    let first = day.with_day(1).unwrap_or(day);
    let days = first.iter_days().take_while(|earlier| *earlier < day);
    Ok(days.map(|earlier| used_on(basis, &marks, earlier)).sum())
}

/// From each start of a day to the next end, as far as it lies in the window.
fn used_on(basis: &Basis, marks: &[Entry], day: NaiveDate) -> i64 {
    let Some(window) = basis.schedule.window(day) else {
        return 0;
    };
    let of_day = marks
        .iter()
        .filter(|mark| basis.schedule.day_of(mark.when.at_ms) == day);
    let (mut used_ms, mut open) = (0, None);
    let mut add = |from_ms, to_ms| {
        let taken = Interval { from_ms, to_ms }.intersect(&window);
        used_ms += taken.map_or(0, |taken| taken.length_ms());
    };
    for mark in of_day {
        match (open, mark.body.kind.as_str()) {
            (None, PrivateStarted::TYPE) => open = Some(mark.when.at_ms),
            (Some(from_ms), PrivateEnded::TYPE) => {
                add(from_ms, mark.when.at_ms);
                open = None;
            }
            _ => {}
        }
    }
    if let Some(from_ms) = open {
        add(from_ms, window.to_ms);
    }
    used_ms
}
