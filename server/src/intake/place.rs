//! Where a record belongs: which days and other keys it touches, and whether its place may be kept.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashMap},
    rc::Rc,
    sync::Arc,
};

use chrono::NaiveDate;
use onbeat_core::{
    record::{BodyLine, Payload},
    rules::{
        Answered, Appealed,
        presence::{FixTaken, LocationAnswered, PrivateEnded, PrivateStarted, ReasonGiven},
        visit::{CheckedIn, CheckedOut, PhotoTaken, Report},
    },
    time::{Schedule, When},
};

use crate::{
    app::App,
    documents::Documents,
    fold::{Times, consent_key, day_key, days_of, private_key},
    photos::photo_key,
    store::{LogRow, StoreResult},
};

const HOUR_MS: i64 = 60 * 60 * 1000;
/// A day that a record speaks of, further off than this, is no day it can mean.
const DAYS_NEAR: i64 = 400;

/// Key of a visit's check-in, so that a later report finds its day.
pub fn visit_key(stream: &str, visit: &str) -> String {
    format!("visit/{stream}/{visit}")
}

/// The rep's schedules by trusted time: those in force at a record's own day.
pub(super) struct Days<'a> {
    documents: Arc<Documents>,
    pub(super) rep: &'a str,
    /// By hour: all records of a push lie in a few of them.
    schedules: RefCell<HashMap<i64, Rc<Schedule>>>,
    /// The instant that was asked about last: each record asks several times about its own.
    last: Cell<Option<(i64, NaiveDate, When)>>,
}

impl<'a> Days<'a> {
    pub(super) fn new(documents: Arc<Documents>, rep: &'a str) -> Self {
        Self {
            documents,
            rep,
            schedules: RefCell::default(),
            last: Cell::default(),
        }
    }

    fn schedule(&self, at_ms: i64) -> Rc<Schedule> {
        let mut known = self.schedules.borrow_mut();
        let new = || Rc::new(self.documents.schedule_at(self.rep, at_ms));
        Rc::clone(known.entry(at_ms.div_euclid(HOUR_MS)).or_insert_with(new))
    }

    /// The day an instant belongs to, and where it lies in it.
    fn locate(&self, at_ms: i64) -> (NaiveDate, When) {
        if let Some((_, day, when)) = self.last.get().filter(|(last_ms, ..)| *last_ms == at_ms) {
            return (day, when);
        }
        let (day, when) = self.schedule(at_ms).locate(at_ms);
        self.last.set(Some((at_ms, day, when)));
        (day, when)
    }

    /// The day an instant belongs to.
    pub(super) fn day(&self, at_ms: i64) -> NaiveDate {
        self.locate(at_ms).0
    }

    /// Whether an instant lies outside the window: a place of it must not reach the disk.
    pub(super) fn outside(&self, at_ms: i64) -> bool {
        self.locate(at_ms).1 != When::Within
    }

    /// Whether a whole stretch lies in one window.
    pub(super) fn within(&self, from_ms: i64, to_ms: i64) -> bool {
        !self.outside(from_ms) && !self.outside(to_ms) && self.day(from_ms) == self.day(to_ms)
    }

    /// Whether this is a place outside the window. By its type alone: a fix whose fields can't be read may hold
    /// a place all the same.
    pub(super) fn must_erase(&self, body: &BodyLine, at_ms: i64) -> bool {
        body.kind == FixTaken::TYPE && self.outside(at_ms)
    }

    /// Keys of the days a body touches: the day it speaks of, if it speaks of one, else its own.
    fn days(&self, body: &BodyLine, at_ms: i64, visits: &Visits) -> BTreeSet<String> {
        let today = self.day(at_ms);
        let own = day_key(self.rep, today);
        let near = |day: &NaiveDate| (*day - today).num_days().abs() <= DAYS_NEAR;
        let said = |day: String| {
            let day = day.parse().ok().filter(near);
            day.map_or(own.clone(), |day| day_key(self.rep, day))
        };
        if let Some(Ok(answered)) = body.read::<Answered>() {
            return [said(answered.day)].into();
        }
        if let Some(Ok(appealed)) = body.read::<Appealed>() {
            return [said(appealed.day)].into();
        }
        if let Some(Ok(reason)) = body.read::<ReasonGiven>()
            && reason.interval.length_ms() > 0
        {
            return days_of(&self.documents, self.rep, reason.interval)
                .into_iter()
                .collect();
        }
        let visit = visit_of(body).and_then(|visit| visits.days.get(&visit).cloned());
        [Some(own), visit].into_iter().flatten().collect()
    }

    /// The key of what counts for the days after its own, too; none of what doesn't.
    pub(super) fn key_beyond(&self, body: &BodyLine, at_ms: i64) -> Option<String> {
        match body.kind.as_str() {
            PrivateStarted::TYPE | PrivateEnded::TYPE => Some(private_key(self.rep, self.day(at_ms))),
            LocationAnswered::TYPE => Some(consent_key(self.rep)),
            _ => None,
        }
    }

    /// The keys that a phone's record touches by what it says and when.
    pub(super) fn keys(&self, stream: &str, body: &BodyLine, at_ms: i64, visits: &Visits) -> Vec<String> {
        let mut keys: Vec<String> = self.days(body, at_ms, visits).into_iter().collect();
        keys.extend(self.key_beyond(body, at_ms));
        if let Some(Ok(checked_in)) = body.read::<CheckedIn>() {
            keys.push(visit_key(stream, &checked_in.visit));
        }
        if let Some(Ok(photo)) = body.read::<PhotoTaken>() {
            keys.push(photo_key(&photo.blob));
        }
        keys
    }
}

/// The visit that a check-out, a report or a photo belongs to.
fn visit_of(body: &BodyLine) -> Option<String> {
    let checked_out = || Some(body.read::<CheckedOut>()?.ok()?.visit);
    let report = || Some(body.read::<Report>()?.ok()?.visit);
    let photo = || Some(body.read::<PhotoTaken>()?.ok()?.visit);
    checked_out().or_else(report).or_else(photo)
}

/// Day keys of the visits that some records belong to: a report of the next morning is of the visit's day.
#[derive(Clone, Default)]
pub(super) struct Visits {
    days: HashMap<String, String>,
}

impl Visits {
    /// Finds the check-ins that are not among the records themselves.
    pub(super) async fn find(app: &App, stream: &str, rep: &str, bodies: &[&BodyLine]) -> StoreResult<Self> {
        let here: BTreeSet<String> = bodies
            .iter()
            .filter_map(|body| Some(body.read::<CheckedIn>()?.ok()?.visit))
            .collect();
        let wanted: BTreeSet<String> = bodies.iter().filter_map(|body| visit_of(body)).collect();
        let mut days = HashMap::new();
        for visit in wanted.difference(&here) {
            let rows = app.store.records_of(&visit_key(stream, visit)).await?;
            let Some(check_in) = rows.first().and_then(LogRow::read) else {
                continue;
            };
            let drift_ppm = app.documents().policy(app.now_ms()).clock.drift_ppm;
            let times = Times::stored(&*app.store, stream, [check_in.at.boot.as_str()], drift_ppm).await?;
            let at_ms = times.when(&check_in.at, rows[0].received_ms).at_ms;
            let day = Days::new(app.documents(), rep).day(at_ms);
            days.insert(visit.clone(), day_key(rep, day));
        }
        Ok(Self { days })
    }

    /// Adds the visit that begins with a record, if one does.
    pub(super) fn begin(&mut self, days: &Days<'_>, body: &BodyLine, at_ms: i64) {
        if let Some(Ok(checked_in)) = body.read::<CheckedIn>() {
            self.days.insert(checked_in.visit, day_key(days.rep, days.day(at_ms)));
        }
    }
}
