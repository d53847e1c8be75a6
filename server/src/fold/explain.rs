use chrono::NaiveDate;
use onbeat_core::rules::{Explanation, Finding, explain};

use super::day::{FoldError, Folded, blocking, fold};
use crate::app::App;

/// What made a finding of a rep's day, from what is stored of the day now.
///
/// # Errors
/// [`FoldError`].
pub async fn explained(app: &App, rep: &str, day: NaiveDate, finding: Finding) -> Result<Explanation, FoldError> {
    let Folded {
        view, basis, entries, ..
    } = fold(app, rep, day).await?;
    let now_ms = app.now_ms();
    blocking(move || explain(&basis, &view, &entries, now_ms, &finding)).await
}
