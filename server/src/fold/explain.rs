use chrono::NaiveDate;
use onbeat_core::rules::{Explanation, Finding, explain};

use super::{
    day::{FoldError, basis, day_now, of_day},
    entries::entries,
    keys::day_key,
};
use crate::app::App;

/// What made a finding of a rep's day, from what is stored of the day now.
///
/// # Errors
/// [`FoldError`].
pub async fn explained(app: &App, rep: &str, day: NaiveDate, finding: Finding) -> Result<Explanation, FoldError> {
    let view = day_now(app, rep, day).await?;
    let basis = basis(app, rep, day).await?;
    let rows = app.store.records_of(&day_key(rep, day)).await?;
    let entries = entries(app, rows, basis.policy.clock.drift_ppm).await?;
    let basis = of_day(app, basis, day).await?;
    let now_ms = app.now_ms();
    let job = move || explain(&basis, &view, &entries, now_ms, &finding);
    tokio::task::spawn_blocking(job)
        .await
        .map_err(|error| FoldError::Broken(error.to_string()))
}
