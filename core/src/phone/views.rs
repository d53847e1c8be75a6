//! What screens show: codes and values, folded from the phone's own log by the same rules as the server's.

use std::borrow::Cow;

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::{
    Phone, PhoneError, consent,
    store::{self, LogRow, log},
};
use crate::{
    place::{Point, distance_m},
    reading::{Reading, Stamp},
    record::{Grade, Hash, Receipt},
    reference::{Customer, Document, Look},
    rules::{Basis, DayView, Entry, Name, Noted, fold_day},
};

/// A customer, and how far away.
#[derive(Debug, Clone, PartialEq, Serialize, uniffi::Record)]
pub struct CustomerNear {
    /// The customer.
    pub customer: Customer,
    /// From the reading's fix; `None` without one.
    pub distance_mm: Option<i64>,
}

/// One record, as the rep can look it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct RecordShown {
    /// Its name.
    pub name: Name,
    /// Its hash.
    pub hash: Hash,
    /// Trusted time.
    pub at_ms: i64,
    /// Bound of its error; `None` where only the wall clock says so.
    pub error_ms: Option<i64>,
    /// Its type.
    pub kind: String,
    /// Its body as it is written; `None` where it was erased.
    pub body: Option<String>,
    /// When the server had it: by its receipt, or, where the desk wrote it, at once.
    pub received_at_ms: Option<i64>,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct LineState {
    /// Which epoch.
    pub epoch: u32,
    /// Which branch, empty for the main line.
    pub branch: String,
    /// Its newest record.
    pub seq: u64,
    /// That record's hash.
    pub hash: Hash,
    /// Newest record that a receipt covers.
    pub receipted_seq: u64,
}

/// Where the log stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct Heads {
    /// The stream.
    pub stream: String,
    /// The rep.
    pub rep: String,
    /// The newest epoch.
    pub epoch: u32,
    /// How the newest epoch's key is kept.
    pub grade: Grade,
    /// Played, not lived.
    pub demo: bool,
    /// All lines.
    pub lines: Vec<LineState>,
    /// Records that wait for a receipt.
    pub waiting: u64,
}

/// Customers shown at once.
const MAX_CUSTOMERS: usize = 200;
/// Receipts shown at once.
const MAX_RECEIPTS: u32 = 100;
/// How far a row's stored time may be from its trusted time, to select by.
const SLACK_MS: i64 = 6 * 3_600_000;
/// Private time is counted by the month.
const FAR_DAYS: u64 = 31;

impl Phone {
    /// The rep's customers, nearest first; by name where the reading has no fix. `search` is found in name,
    /// id and landline.
    ///
    /// # Errors
    /// [`PhoneError::NoReference`] before the first sync.
    pub fn customers(&self, reading: &Reading, search: &str) -> Result<Vec<CustomerNear>, PhoneError> {
        let basis = self.basis()?;
        let here = reading.fix.as_ref().map(Point::from);
        let wanted = search.trim().to_lowercase();
        let mut near = nearest(&basis, here, |customer| is_found(customer, &wanted));
        near.truncate(MAX_CUSTOMERS);
        Ok(near)
    }

    /// The account of a local day (`YYYY-MM-DD`), with all that is said of it.
    ///
    /// # Errors
    /// [`PhoneError::BadInput`] for what is no day, [`PhoneError::NoReference`] before the first sync, or the
    /// disk's.
    pub fn day(&self, at: &Stamp, day: &str) -> Result<DayView, PhoneError> {
        let day = read_day(day)?;
        self.day_view(&*self.basis_of(day)?, day, self.trusted_ms(at)?)
    }

    /// The records of a local day (`YYYY-MM-DD`): the phone's in the order they were written, then the desk's.
    ///
    /// # Errors
    /// [`PhoneError::BadInput`] for what is no day, or the disk's.
    pub fn records(&self, day: &str) -> Result<Vec<RecordShown>, PhoneError> {
        let day = read_day(day)?;
        let basis = self.basis_of(day)?;
        let span = basis.schedule.whole_day(day);
        self.with(|store| {
            let stream = stream(store)?;
            let rows = log::rows_between(store.connection(), &stream, span.from_ms, span.to_ms)?;
            let mut records = shown(store, rows, basis.policy.clock.drift_ppm)?;
            records.extend(noted_of(&basis, day).flat_map(desk_records));
            Ok(records)
        })
    }

    /// Who looked at the rep's trail, newest first.
    ///
    /// # Errors
    /// The disk's.
    pub fn looks(&self) -> Result<Vec<Look>, PhoneError> {
        let rep = self.rep()?;
        let documents = self.with(|store| store::reference::documents(store.connection()))?;
        let mut looks: Vec<Look> = documents
            .into_iter()
            .filter_map(|(_, document)| match document {
                Document::Look(look) if look.rep == rep => Some(look),
                _ => None,
            })
            .collect();
        looks.sort_by_key(|look| std::cmp::Reverse(look.at_ms));
        Ok(looks)
    }

    /// The newest receipts, newest first: what the rep can show that his records arrived.
    ///
    /// # Errors
    /// The disk's.
    pub fn receipts(&self) -> Result<Vec<Receipt>, PhoneError> {
        self.with(|store| log::receipts(store.connection(), MAX_RECEIPTS))
    }

    /// Where the log stands.
    ///
    /// # Errors
    /// [`PhoneError::NotEnrolled`], or the disk's.
    pub fn heads(&self) -> Result<Heads, PhoneError> {
        self.with(|store| {
            let connection = store.connection();
            let certificate = log::certificate(connection)?.ok_or(PhoneError::NotEnrolled)?;
            let mut lines = Vec::new();
            for line in log::lines(connection)? {
                if let Some(hash) = log::hash_at(connection, line.epoch, &line.branch, line.tip_seq)? {
                    lines.push(LineState {
                        epoch: line.epoch,
                        branch: line.branch,
                        seq: line.tip_seq,
                        hash,
                        receipted_seq: line.receipted_seq,
                    });
                }
            }
            Ok(Heads {
                stream: certificate.stream.clone(),
                rep: certificate.rep.clone(),
                epoch: certificate.epoch,
                grade: certificate.grade,
                demo: certificate.demo,
                lines,
                waiting: log::waiting(connection)?.0,
            })
        })
    }

    /// The account of the day that `now_ms` belongs to.
    pub(super) fn day_at(&self, now_ms: i64) -> Result<DayView, PhoneError> {
        let basis = self.basis()?;
        self.day_view(&basis, basis.schedule.day_of(now_ms), now_ms)
    }

    /// The account of a day, as far as it is known at `now_ms`.
    pub(super) fn day_view(&self, basis: &Basis, day: NaiveDate, now_ms: i64) -> Result<DayView, PhoneError> {
        let basis = self.on_day(basis, day)?;
        Ok(fold_day(&basis, day, &self.entries(&basis, day)?, now_ms))
    }

    /// What a day is judged by, with what the days before it say.
    pub(super) fn on_day<'b>(&self, basis: &'b Basis, day: NaiveDate) -> Result<Cow<'b, Basis>, PhoneError> {
        let before_ms = basis.schedule.whole_day(day).from_ms;
        let location_refused = self.with(|store| consent::was_refused(store.connection(), before_ms))?;
        Ok(if location_refused {
            Cow::Owned(Basis {
                location_refused,
                ..basis.clone()
            })
        } else {
            Cow::Borrowed(basis)
        })
    }

    /// What a day is folded from.
    pub(super) fn entries(&self, basis: &Basis, day: NaiveDate) -> Result<Vec<Entry>, PhoneError> {
        let far_day = day.checked_sub_days(Days::new(FAR_DAYS)).unwrap_or(day);
        let far_from_ms = basis.schedule.whole_day(far_day).from_ms;
        let (span, drift_ppm) = (known_span(basis, day), basis.policy.clock.drift_ppm);
        let mut entries = self.with(|store| {
            let stream = stream(store)?;
            log::entries(store.connection(), &stream, span, far_from_ms, drift_ppm)
        })?;
        entries.extend(noted_of(basis, day).flat_map(Noted::entries));
        Ok(entries)
    }
}

/// The stored times of a day's rows.
pub(super) fn known_span(basis: &Basis, day: NaiveDate) -> (i64, i64) {
    let whole_day = basis.schedule.whole_day(day);
    let window = basis.schedule.window(day).unwrap_or(whole_day);
    (
        whole_day.from_ms.min(window.from_ms) - SLACK_MS,
        whole_day.to_ms.max(window.to_ms) + SLACK_MS,
    )
}

fn read_day(day: &str) -> Result<NaiveDate, PhoneError> {
    day.parse()
        .map_err(|_| PhoneError::BadInput(format!("{day:?} is no day: write YYYY-MM-DD")))
}

fn noted_of(basis: &Basis, day: NaiveDate) -> impl Iterator<Item = &Noted> {
    basis.noted.iter().filter(move |noted| noted.day == day)
}

/// What the desk wrote down of a day, as the rep can look it up.
pub(super) fn desk_records(noted: &Noted) -> impl Iterator<Item = RecordShown> {
    noted.records.iter().filter_map(|record| {
        let entry = record.entry().ok()?;
        Some(RecordShown {
            name: entry.name,
            hash: entry.hash,
            at_ms: entry.when.at_ms,
            error_ms: entry.when.error_ms,
            kind: entry.body.kind,
            body: Some(record.body.clone()),
            received_at_ms: Some(entry.when.at_ms),
        })
    })
}

/// Some of the rep's customers, nearest first; by name where nobody knows where he is.
pub(super) fn nearest(basis: &Basis, here: Option<Point>, wanted: impl Fn(&Customer) -> bool) -> Vec<CustomerNear> {
    let distance_mm = |customer: &Customer| {
        let there = Point::from_e9(customer.lat_e9, customer.lon_e9);
        here.map(|here| (distance_m(here, there) * 1000.0).round() as i64)
    };
    let wanted = basis.customers.iter().filter(|customer| wanted(customer));
    let mut near: Vec<CustomerNear> = wanted
        .map(|customer| CustomerNear {
            customer: customer.clone(),
            distance_mm: distance_mm(customer),
        })
        .collect();
    near.sort_by(|a, b| (a.distance_mm, &a.customer.name).cmp(&(b.distance_mm, &b.customer.name)));
    near
}

fn is_found(customer: &Customer, wanted: &str) -> bool {
    let landline = customer.landline.as_deref().unwrap_or_default();
    [customer.name.as_str(), customer.id.as_str(), landline]
        .iter()
        .any(|text| text.to_lowercase().contains(wanted))
}

/// The phone's stream.
pub(super) fn stream(store: &store::Store) -> Result<String, PhoneError> {
    let certificate = log::certificate(store.connection())?;
    Ok(certificate.ok_or(PhoneError::NotEnrolled)?.stream.clone())
}

/// Rows with their trusted times and receipts.
pub(super) fn shown(store: &store::Store, rows: Vec<LogRow>, drift_ppm: i64) -> Result<Vec<RecordShown>, PhoneError> {
    let connection = store.connection();
    let clocks = log::clocks_of(connection, rows.iter().map(|row| row.stamp.boot.as_str()), drift_ppm)?;
    rows.into_iter()
        .map(|row| {
            let when = clocks.trust(&row.stamp);
            Ok(RecordShown {
                at_ms: when.at_ms,
                error_ms: when.error_ms,
                received_at_ms: log::received_at(connection, &row)?,
                name: row.name,
                hash: row.hash,
                kind: row.kind,
                body: row.body,
            })
        })
        .collect()
}
