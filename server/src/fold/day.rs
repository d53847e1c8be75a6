use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use onbeat_core::{
    record::{Hash, Payload},
    reference::{AreaBlob, Document},
    rules::{
        Basis, BasisError, Comparison, DayView, DaysRejudged, Effect, Entry, Noted, NotedRecord, Places, area_of,
        fold_day, sign_in::SignInEntered,
    },
};

use super::{company, consent, entries::entries, frozen::frozen, keys::day_key, noted, private, rejudged};
use crate::{
    app::App,
    background,
    documents::Rejudged,
    error::ApiError,
    phones::phones_of,
    store::{StoreError, StoreResult},
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
    #[error("folding broke off: the server's log says where")]
    Broken,
}

impl FoldError {
    /// For the log, which names nobody.
    pub(super) fn without_names(&self) -> String {
        match self {
            Self::Basis(BasisError::NoRep(_)) => "no document says who the rep is".into(),
            other => other.to_string(),
        }
    }
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

/// As [`day_now`], with the documents that the account stands on.
///
/// # Errors
/// [`FoldError`].
pub async fn day_with_documents(
    app: &App,
    rep: &str,
    day: NaiveDate,
) -> Result<(DayView, Vec<(String, Document)>), FoldError> {
    let folded = fold(app, rep, day).await?;
    let documents = app.documents().basis_of(rep, day, folded.rejudged);
    Ok((folded.view, documents))
}

/// A folded day.
pub(super) struct Folded {
    pub(super) view: DayView,
    /// What it stands on, with what other days and other reps' phones say of it.
    pub(super) basis: Arc<Basis>,
    /// Which documents that are.
    pub(super) rejudged: Rejudged,
    /// What it was folded from.
    pub(super) entries: Arc<Vec<Entry>>,
    /// What the rep's phones are told of it, whatever it is judged by.
    pub(super) noted: Noted,
}

/// Folds a rep's day from the records that touch it.
pub(super) async fn fold(app: &App, rep: &str, day: NaiveDate) -> Result<Folded, FoldError> {
    DayRead::new(app, rep, day).await?.folded(app).await
}

/// What is stored of a rep's day, read.
pub(super) struct DayRead {
    pub(super) day: NaiveDate,
    /// What it is judged by: as known when it began, then as corrected each time that it was rejudged.
    pub(super) bases: Vec<(Rejudged, Arc<Basis>)>,
    /// Of all records, in the order to be folded.
    pub(super) entries: Arc<Vec<Entry>>,
    desks: Vec<NotedRecord>,
}

impl DayRead {
    /// Reads a day.
    pub(super) async fn new(app: &App, rep: &str, day: NaiveDate) -> Result<Self, FoldError> {
        let rows = app.store.records_of(&day_key(rep, day)).await?;
        let known = basis(app, rep, day, None).await?;
        let drift_ppm = known.policy.clock.drift_ppm;
        let mut bases = vec![(None, known)];
        for desk_seq in rejudged::marks(app, &rows, day) {
            let (_, last) = bases.last().expect("the first is as known");
            let corrected = basis(app, rep, day, Some(desk_seq)).await?;
            if !Arc::ptr_eq(last, &corrected) {
                bases.push((Some(desk_seq), corrected));
            }
        }
        for (_, basis) in &mut bases {
            *basis = of_day(app, Arc::clone(basis), day).await?;
        }
        Ok(Self {
            day,
            bases,
            desks: noted::records(app, &rows),
            entries: Arc::new(entries(app, rows, drift_ppm).await?),
        })
    }

    /// It was rejudged before anything was known of it.
    pub(super) fn is_unheard(&self) -> bool {
        let is_rejudging = |entry: &Entry| entry.body.kind == DaysRejudged::TYPE;
        !self.entries.is_empty() && self.entries.iter().all(is_rejudging)
    }

    /// It is over, the rep had no phone yet, and nobody signed him in: there is nothing to give an account of.
    pub(super) async fn is_before_phones(&self, app: &App) -> StoreResult<bool> {
        let (basis, desk) = (&self.bases[0].1, app.desk.stream());
        let is_heard = |entry: &Entry| entry.name.stream != *desk || entry.body.kind == SignInEntered::TYPE;
        let end_ms = basis.schedule.whole_day(self.day).to_ms;
        if end_ms > app.now_ms() || self.entries.iter().any(is_heard) {
            return Ok(false);
        }
        let phones = phones_of(app, &basis.rep_id).await?;
        Ok(phones.iter().all(|(_, phone)| phone.enrolled_ms >= end_ms))
    }

    /// The account that stands, and what it stands on.
    pub(super) async fn folded(self, app: &App) -> Result<Folded, FoldError> {
        let known = &self.bases[0].1;
        let kept = frozen(app, &known.rep_id, self.day, known).await?;
        let (stands, view) = match kept {
            Some(view) => (self.bases.iter().rposition(|(_, basis)| basis.made(&view)), view),
            None => self.ruled(app).await?,
        };
        let (rejudged, basis) = self.bases[stands.unwrap_or_default()].clone();
        Ok(Folded {
            noted: noted::noted(&view, self.desks),
            view,
            basis,
            rejudged,
            entries: self.entries,
        })
    }

    /// Of what each basis says the first stands, until one eases it.
    async fn ruled(&self, app: &App) -> Result<(Option<usize>, DayView), FoldError> {
        let (mut stands, mut view) = (0, self.by(app, &self.bases[0].1).await?);
        for (n, (_, basis)) in self.bases.iter().enumerate().skip(1) {
            let corrected = self.by(app, basis).await?;
            if Comparison::of(&view, &corrected).effect == Effect::Eased {
                (stands, view) = (n, corrected);
            }
        }
        Ok((Some(stands), view))
    }

    /// The account by one basis.
    pub(super) async fn by(&self, app: &App, basis: &Arc<Basis>) -> Result<DayView, FoldError> {
        let (basis, entries) = (Arc::clone(basis), Arc::clone(&self.entries));
        let (day, now_ms) = (self.day, app.now_ms());
        blocking(move || fold_day(&basis, day, &entries, now_ms)).await
    }

    /// What the account stands on, and what it is folded from.
    pub(super) async fn standing(self, app: &App) -> Result<(Arc<Basis>, Arc<Vec<Entry>>), FoldError> {
        if let [(_, basis)] = &self.bases[..] {
            return Ok((Arc::clone(basis), self.entries));
        }
        let folded = self.folded(app).await?;
        Ok((folded.basis, folded.entries))
    }
}

/// What the account of a rep's day stands on now: documents and records.
///
/// # Errors
/// [`FoldError`].
pub(crate) async fn standing(app: &App, rep: &str, day: NaiveDate) -> Result<(Arc<Basis>, Arc<Vec<Entry>>), FoldError> {
    DayRead::new(app, rep, day).await?.standing(app).await
}

/// Judging keeps a core busy: it is done beside the threads that answer, and gives way to them.
///
/// # Errors
/// [`FoldError::Broken`] where it panicked.
pub(super) async fn blocking<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, FoldError> {
    background::run(job).await.map_err(|_| FoldError::Broken)
}

/// A basis with what other days and other reps' phones say of the day.
pub(super) async fn of_day(app: &App, basis: Arc<Basis>, day: NaiveDate) -> StoreResult<Arc<Basis>> {
    let private_used_ms = private::used_before(app, &basis, day).await?;
    let location_refused = consent::refused_before(app, &basis, day).await?;
    let findings = company::told(app, &basis.rep_id, day).await?;
    if private_used_ms == 0 && !location_refused && findings.is_empty() {
        return Ok(basis);
    }
    let told = Noted {
        rep: basis.rep_id.clone(),
        day,
        records: Vec::new(),
        findings,
        judged_by: None,
    };
    Ok(Arc::new(Basis {
        private_used_ms,
        location_refused,
        noted: vec![told],
        ..(*basis).clone()
    }))
}

/// What a rep's day is judged by, see [`crate::documents::Documents::basis_of`].
///
/// # Errors
/// [`FoldError`].
pub(super) async fn basis(app: &App, rep: &str, day: NaiveDate, rejudged: Rejudged) -> Result<Arc<Basis>, FoldError> {
    let documents = app.documents().basis_of(rep, day, rejudged);
    let made_of = Hash::of(format!(
        "{rep}\n{}",
        serde_json::to_string(&documents).unwrap_or_default()
    ));
    let area = area_of(rep, &documents);
    let area_hash = Hash::of(serde_json::to_string(&area).unwrap_or_default());
    if let Some(basis) = app.folding.bases.find(&area_hash, &made_of) {
        return Ok(basis);
    }
    let places = match app.folding.bases.places(&area_hash) {
        Some(places) => places,
        None => prepared(app, area_hash, area.cloned()).await?,
    };
    let rep = rep.to_owned();
    let basis = blocking(move || Basis::over(&rep, &documents, || Ok(places))).await?;
    let basis = Arc::new(basis?);
    app.folding.bases.keep(&area_hash, made_of, &basis);
    Ok(basis)
}

/// Prepares where reps may be, from the shapes that an area names.
async fn prepared(app: &App, hash: Hash, area: Option<AreaBlob>) -> Result<Places, FoldError> {
    let mut blobs = HashMap::new();
    for shape in area.iter().flat_map(AreaBlob::shapes) {
        if let Some(bytes) = app.store.blob(shape).await? {
            blobs.insert(*shape, bytes);
        }
    }
    let bytes = blobs.values().map(Vec::len).sum();
    let places = blocking(move || Places::prepare(area.as_ref(), |hash| blobs.get(hash).cloned())).await??;
    Ok(app.folding.bases.keep_places(hash, places, bytes))
}
