//! What the data say of their own condition: for `onbeat doctor`, which may ask a running server.

use onbeat_core::record::{Payload, Pin};
use onbeat_core::rules::log::BatchQuarantined;
use serde::{Deserialize, Serialize};

use super::{
    Desk, DeskResult, audit,
    duties::{self, Duty},
    retention,
};
use crate::{
    keeping,
    phones::{StreamBody, StreamState},
    store::StoreFault,
    tls_pins,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Batches that did not check are news for so long.
const QUARANTINE_MS: i64 = 7 * DAY_MS;
/// A phone that sent nothing for so long is silent: longer than a weekend with a holiday.
const SILENT_MS: i64 = 5 * DAY_MS;

/// How the data stand. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// By the server's clock, milliseconds since 1970 (UTC).
    pub now_ms: i64,
    /// Played, not lived.
    pub demo: bool,
    /// What the store finds wrong with itself.
    pub store: Vec<StoreFault>,
    /// When anything was recorded last, by the clock of then.
    pub newest_ms: i64,
    /// Since when no view is behind, seconds.
    pub fold_lag_s: u64,
    /// Days that can't be folded.
    pub folds_failing: usize,
    /// There is a policy.
    pub has_policy: bool,
    /// Duties that nobody has recorded.
    pub duties_missing: Vec<Duty>,
    /// Reps who may be nowhere.
    pub reps_without_district: usize,
    /// Phones in use.
    pub phones: usize,
    /// Those that sent nothing for days.
    pub phones_silent: usize,
    /// Batches that did not check, of the last days; counted up to a page.
    pub quarantined: usize,
    /// When the last backup was made, milliseconds since 1970 (UTC), by the clock of who made it.
    #[serde(default)]
    pub backup_ms: Option<i64>,
    /// Days since a run that erases what is past its time came to its end; none where none ever did.
    pub retained_days: Option<i64>,
    /// The TLS keys that phones are told.
    #[serde(default)]
    pub tls_pins: Vec<Pin>,
}

/// Looks at it all.
///
/// # Errors
/// The store's.
pub async fn look(desk: &Desk) -> DeskResult<Condition> {
    let (app, now_ms, documents) = (&desk.app, desk.now_ms(), desk.app.documents());
    let (mut phones, mut phones_silent, mut newest_ms) = (0, 0, documents.recorded_ms());
    for cell in app.store.cells("stream", "", now_ms).await? {
        let Ok(body) = serde_json::from_str::<StreamBody>(&cell.body) else {
            continue;
        };
        let heard_ms = body.last_sync_ms.unwrap_or(body.enrolled_ms);
        newest_ms = newest_ms.max(heard_ms);
        if body.state == StreamState::Active {
            phones += 1;
            phones_silent += usize::from(now_ms - heard_ms > SILENT_MS);
        }
    }
    let reps = documents.keys("rep").filter_map(|rep| documents.rep(rep, now_ms));
    let is_recent = |record: &audit::DeskRecord| now_ms - record.at_ms < QUARANTINE_MS;
    let (quarantined, _) = audit::page(desk, None, &[BatchQuarantined::TYPE], is_recent, audit::PAGE_MAX).await?;
    let (progress, _) = retention::progress(desk).await?;
    // A run that failed began, and erased nothing that can be relied on.
    let ended = progress.last.map(|run| documents.day_at("", run.at_ms));
    let retained = ended.or(progress.day);
    let today = documents.day_at("", now_ms);
    Ok(Condition {
        now_ms,
        demo: app.demo,
        store: app.store.faults().await?,
        newest_ms,
        fold_lag_s: app.folding.lag().as_secs(),
        folds_failing: app.folding.count_failing(),
        has_policy: documents.in_force("policy", "policy", now_ms).is_some(),
        duties_missing: duties::show(desk).await?.missing,
        reps_without_district: reps.filter(|rep| rep.districts.is_empty()).count(),
        phones,
        phones_silent,
        quarantined: quarantined.len(),
        backup_ms: keeping::last_backup_ms(&*app.store).await?,
        retained_days: retained.map(|day| (today - day).num_days()),
        tls_pins: tls_pins::said(&*app.store)
            .await?
            .map_or_else(Vec::new, |said| said.pins),
    })
}
