use chrono::NaiveDate;
use onbeat_core::rules::{Explanation, Finding, explain};

use super::{
    day::{FoldError, Folded, blocking, fold},
    entries::entries,
    keys::day_key,
};
use crate::app::App;

/// What made a finding of a rep's day, from what is stored of the day now.
///
/// # Errors
/// [`FoldError`].
pub async fn explained(app: &App, rep: &str, day: NaiveDate, finding: Finding) -> Result<Explanation, FoldError> {
    let Folded { view, basis, .. } = fold(app, rep, day).await?;
    let rows = app.store.records_of(&day_key(rep, day)).await?;
    let entries = entries(app, rows, basis.policy.clock.drift_ppm).await?;
    let now_ms = app.now_ms();
    blocking(move || explain(&basis, &view, &entries, now_ms, &finding)).await
}
