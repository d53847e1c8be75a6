use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use onbeat_core::{
    record::Hash,
    reference::Document,
    rules::{Basis, BasisError, DayView, Noted, fold_day},
};

use super::{company, entries::entries, frozen::frozen, keys::day_key, noted, private};
use crate::{
    app::App,
    background,
    error::ApiError,
    store::{LogRow, StoreError, StoreResult},
};

/// Why a day is not folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No basis to judge by.
    #[error(transparent)]
    Basis(#[from] BasisError),
    /// A rule panicked: a bug; the day keeps its mark.
    #[error("folding broke off: {0}")]
    Broken(String),
}

impl From<FoldError> for ApiError {
    fn from(error: FoldError) -> Self {
        match error {
            FoldError::Store(error) => error.into(),
            FoldError::Basis(BasisError::NoRep(_)) => Self::not_found(error.to_string()),
            error => Self::new(
                axum::http::StatusCode::INTERNAL_SERVER_ERROR,
                "fold",
                format!("this day can't be judged: {error}"),
            ),
        }
    }
}

/// A rep's day as it stands now, folded on demand.
///
/// # Errors
/// [`FoldError`].
pub async fn day_now(app: &App, rep: &str, day: NaiveDate) -> Result<DayView, FoldError> {
    fold(app, rep, day).await.map(|folded| folded.view)
}

/// A folded day.
pub(super) struct Folded {
    pub(super) view: DayView,
    /// What it stands on, with what other days and other reps' phones say of it.
    pub(super) basis: Arc<Basis>,
    /// What the rep's phones are told of it.
    pub(super) noted: Noted,
}

/// Folds a rep's day from the records that touch it.
pub(super) async fn fold(app: &App, rep: &str, day: NaiveDate) -> Result<Folded, FoldError> {
    let basis = of_day(app, basis(app, rep, day).await?, day).await?;
    let rows = app.store.records_of(&day_key(rep, day)).await?;
    let desks = noted::records(app, &rows);
    let view = match frozen(app, rep, day, &basis).await? {
        Some(view) => view,
        None => rule(app, Arc::clone(&basis), day, rows).await?,
    };
    let noted = noted::noted(&view, desks);
    Ok(Folded { view, basis, noted })
}

async fn rule(app: &App, basis: Arc<Basis>, day: NaiveDate, rows: Vec<LogRow>) -> Result<DayView, FoldError> {
    let entries = entries(app, rows, basis.policy.clock.drift_ppm).await?;
    let now_ms = app.now_ms();
    blocking(move || fold_day(&basis, day, &entries, now_ms)).await
}

/// Judging keeps a core busy: it is done beside the threads that answer, and gives way to them.
///
/// # Errors
/// [`FoldError::Broken`] where it panicked.
pub(super) async fn blocking<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, FoldError> {
    let done = background::run(job).await;
    done.map_err(|error| FoldError::Broken(error.to_string()))
}

/// A basis with what other days and other reps' phones say of the day.
async fn of_day(app: &App, basis: Arc<Basis>, day: NaiveDate) -> StoreResult<Arc<Basis>> {
    let private_used_ms = private::used_before(app, &basis, day).await?;
    let findings = company::told(app, &basis.rep_id, day).await?;
    if private_used_ms == 0 && findings.is_empty() {
        return Ok(basis);
    }
    let told = Noted {
        rep: basis.rep_id.clone(),
        day,
        records: Vec::new(),
        findings,
    };
    Ok(Arc::new(Basis {
        private_used_ms,
        noted: vec![told],
        ..(*basis).clone()
    }))
}

/// What a rep's day is judged by.
///
/// # Errors
/// [`FoldError`].
pub(crate) async fn basis(app: &App, rep: &str, day: NaiveDate) -> Result<Arc<Basis>, FoldError> {
    let documents = app.documents().basis_of(rep, day);
    let made_of = Hash::of(format!(
        "{rep}\n{}",
        serde_json::to_string(&documents).unwrap_or_default()
    ));
    if let Some(basis) = app.folding.bases.find(&made_of) {
        return Ok(basis);
    }
    let blobs = blobs(app, &documents).await?;
    let rep = rep.to_owned();
    let basis = blocking(move || Basis::new(&rep, &documents, |hash| blobs.get(hash).cloned())).await?;
    let basis = Arc::new(basis?);
    app.folding.bases.keep(made_of, Arc::clone(&basis));
    Ok(basis)
}

/// The shapes that an area names.
async fn blobs(app: &App, documents: &[(String, Document)]) -> Result<HashMap<Hash, Vec<u8>>, StoreError> {
    let mut blobs = HashMap::new();
    for (_, document) in documents {
        let Document::Area(area) = document else { continue };
        let districts = area.districts.iter().map(|district| district.shape);
        let no_go = area.no_go.iter().map(|place| place.shape);
        for hash in [area.area].into_iter().chain(districts).chain(no_go) {
            if let Some(bytes) = app.store.blob(&hash).await? {
                blobs.insert(hash, bytes);
            }
        }
    }
    Ok(blobs)
}
