//! An agreement to the place, or its refusal, holds until the rep says otherwise, so a day has to know the last before
//! it.

use chrono::NaiveDate;
use onbeat_core::rules::{Basis, presence::LocationAnswered};

use super::entries::entries;
use crate::{app::App, store::StoreResult};

/// Key of a rep's answers to whether his place may be recorded.
pub(crate) fn consent_key(rep: &str) -> String {
    format!("consent/{rep}")
}

/// Whether the rep's last answer before a day was no.
pub(super) async fn refused_before(app: &App, basis: &Basis, day: NaiveDate) -> StoreResult<bool> {
    let rows = app.store.records_of(&consent_key(&basis.rep_id)).await?;
    if rows.is_empty() {
        return Ok(false);
    }
    let before_ms = basis.schedule.whole_day(day).from_ms;
    let answers = entries(app, rows, basis.policy.clock.drift_ppm).await?;
    let before = answers.iter().take_while(|answer| answer.when.at_ms < before_ms);
    let last = before
        .filter_map(|answer| answer.body.read::<LocationAnswered>()?.ok())
        .last();
    Ok(last.is_some_and(|answered| !answered.agrees))
}
