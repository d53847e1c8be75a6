//! The screen of the day: the account so far, where the rep is, and the one thing that comes next.

use serde::Serialize;

use super::{
    CustomerNear, Exit, ExitReason, LocationAnswer, Phone, PhoneError, Recording, Standing, consent, diagnosis,
    presence, reasons, recording, replaced, standing,
    store::{log, photos},
    views::nearest,
};
use crate::{
    judge::{FixVerdict, LiveStatus, PlaceVerdict, Span, SpanStatus},
    place::Point,
    reading::{Fix, Stamp},
    reference::FindingState,
    rules::{Basis, DayView, Entry, Finding, fold_day, presence::FixTaken, visit::VisitView},
    time::{Interval, When},
};

/// The screen of the day.
#[derive(Debug, Clone, PartialEq, Serialize, uniffi::Record)]
pub struct Today {
    /// Trusted time of the call.
    pub now_ms: i64,
    /// Where that lies.
    pub when: When,
    /// IANA zone in which its times are said.
    pub zone: String,
    /// The first line of the screen.
    pub standing: Standing,
    /// What comes next.
    pub next: Next,
    /// What this phone does about the rep's place now.
    pub recording: Recording,
    /// Since when it has recorded without a gap, if it goes on: what was before is unknown, not outside.
    pub recorded_since_ms: Option<i64>,
    /// How the app ended, where that is why nothing is known of the time before, or of now.
    pub exit: Option<Exit>,
    /// Where the rep was last seen, while the window is open.
    pub here: Option<Here>,
    /// What a reason by one tap is given for, while the rep seems to be leaving.
    pub away: Option<Interval>,
    /// What the rep is asked and has not answered.
    pub asked: Vec<Finding>,
    /// The account of the day.
    pub day: DayView,
    /// On a break until then.
    pub break_until_ms: Option<i64>,
    /// In private time since then.
    pub private_since_ms: Option<i64>,
    /// The visit that has no check-out yet.
    pub open_visit: Option<String>,
    /// Records that wait for a receipt.
    pub waiting_records: u64,
    /// Since when the oldest of them waits.
    pub waiting_since_ms: Option<i64>,
    /// Photos that wait.
    pub waiting_photos: u32,
    /// Until when the server wants to be left alone: it is asked again then.
    pub held_until_ms: Option<i64>,
    /// Since when another phone of the rep has the place of this one: nothing new is recorded here.
    pub replaced_ms: Option<i64>,
    /// Whether the rep agreed that his place is recorded.
    pub location: LocationAnswer,
    /// He is to be asked: never was, or the company's page changed since.
    pub asks_location: bool,
}

/// The one thing that comes next: the button of the day.
#[derive(Debug, Clone, PartialEq, Serialize, uniffi::Enum)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Next {
    /// Nothing: the window is closed, and nothing was left open; or another phone took the place of this one.
    Rest,
    /// The break ends when the rep says so.
    EndBreak,
    /// So does private time.
    EndPrivate,
    /// Seen inside and not signed in yet.
    SignIn,
    /// Leave the customer.
    CheckOut {
        /// The open visit.
        visit: VisitView,
    },
    /// Say how the visit went.
    Report {
        /// The newest visit without a report.
        visit: VisitView,
    },
    /// Go to a customer.
    Visit {
        /// The nearest who was not visited today; `None` where nobody knows where the rep is, or all were.
        customer: Option<CustomerNear>,
    },
}

/// The newest fix that was kept, as it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct Here {
    /// Trusted time.
    pub at_ms: i64,
    /// Latitude in 1e-9 degrees.
    pub lat_e9: i64,
    /// Longitude in 1e-9 degrees.
    pub lon_e9: i64,
    /// Radius the platform reported, in millimetres.
    pub accuracy_mm: Option<i64>,
    /// On which side of the edge.
    pub place: PlaceVerdict,
    /// Signed distance to the edge, positive inside.
    pub edge_mm: Option<i64>,
}

/// So far ahead a reason by one tap reaches; who is away for longer gives another.
const AWAY_AHEAD_MS: i64 = 3_600_000;

impl Phone {
    /// The screen of the day. Records nothing.
    ///
    /// # Errors
    /// [`PhoneError::NotEnrolled`], [`PhoneError::NoReference`] before the first sync, or the disk's.
    pub fn today(&self, at: &Stamp) -> Result<Today, PhoneError> {
        let basis = self.basis()?;
        let now_ms = self.trusted_ms(at)?;
        let date = basis.schedule.day_of(now_ms);
        let basis = self.on_day(&basis, date)?;
        let entries = self.entries(&basis, date)?;
        let day = fold_day(&basis, date, &entries, now_ms);
        let seen = seen_in_window(&day, &entries, now_ms);
        let held_until_ms = self.held_until_ms(at, now_ms);
        self.with(|store| {
            let connection = store.connection();
            let (waiting_records, waiting_since_ms) = log::waiting(connection)?;
            let recording = recording::recording(connection, &basis, now_ms)?;
            let recorded_since_ms = recorded_since_ms(&recording, &day);
            let exits = diagnosis::exits(connection, now_ms - at.at_ms)?;
            let mut today = Today {
                now_ms,
                when: basis.schedule.when(now_ms),
                zone: basis.schedule.zone().into(),
                standing: Standing::NotSeen,
                next: Next::Rest,
                recorded_since_ms,
                exit: exit(exits, &recording, &day, &seen, recorded_since_ms.unwrap_or(now_ms)),
                recording,
                here: seen.last().map(here),
                away: away(&day, &seen, now_ms),
                asked: asked(&day),
                break_until_ms: presence::break_until(connection, &basis, now_ms)?,
                private_since_ms: presence::private_since(connection, &basis, now_ms)?,
                open_visit: open_visit(&day).map(|visit| visit.visit.clone()),
                day,
                waiting_records,
                waiting_since_ms,
                waiting_photos: photos::pending(connection)?.len() as u32,
                held_until_ms,
                replaced_ms: replaced::since_ms(connection)?,
                location: consent::answer(connection)?,
                asks_location: consent::is_asked(connection)?,
            };
            today.standing = standing::standing(&today, &basis);
            today.next = next(&today, &basis);
            Ok(today)
        })
    }
}

/// From the end of the newest time of which nothing is known. What came since the newest fix is not known yet.
fn recorded_since_ms(recording: &Recording, day: &DayView) -> Option<i64> {
    let goes_on = match recording {
        Recording::Records { .. } => day.presence.live != LiveStatus::Unknown,
        Recording::Rests { .. } => true,
        _ => false,
    };
    let window = day.window.filter(|_| goes_on)?;
    let is_unknown = |span: &Span| span.status == SpanStatus::Unknown && span.excused_by.is_none();
    let (newest, before) = day.spans.split_last()?;
    let seen = if is_unknown(newest) { before } else { &day.spans };
    let gap = seen.iter().rfind(|span| is_unknown(span));
    Some(gap.map_or(window.from_ms, |gap| gap.to_ms))
}

/// The newest end of the app in the window after which nobody was seen until recording began anew.
fn exit(exits: Vec<Exit>, recording: &Recording, day: &DayView, seen: &[Sighting], until_ms: i64) -> Option<Exit> {
    let goes_on = matches!(recording, Recording::Records { .. } | Recording::Rests { .. });
    let window = day.window.filter(|_| goes_on)?;
    exits.into_iter().find(|exit| {
        let silent = exit.at_ms..until_ms;
        let explains = !silent.is_empty() && !seen.iter().any(|(at_ms, ..)| silent.contains(at_ms));
        explains && window.contains(exit.at_ms) && exit.why != ExitReason::Itself
    })
}

fn asked(day: &DayView) -> Vec<Finding> {
    let open = day
        .findings
        .iter()
        .filter(|finding| finding.state == FindingState::Open);
    open.cloned().collect()
}

fn open_visit(day: &DayView) -> Option<&VisitView> {
    day.visits.iter().rfind(|visit| visit.to_ms.is_none())
}

/// A kept fix with its trusted time and the phone's verdict.
type Sighting = (i64, Fix, FixVerdict);

/// Known only while the window is open: what came before or after it is nobody's business.
fn seen_in_window(day: &DayView, entries: &[Entry], now_ms: i64) -> Vec<Sighting> {
    let Some(window) = day.window.filter(|window| window.contains(now_ms)) else {
        return Vec::new();
    };
    let of_window = entries.iter().filter(|entry| window.contains(entry.when.at_ms));
    let seen = of_window.filter_map(|entry| {
        let taken = entry.body.read::<FixTaken>()?.ok()?;
        Some((entry.when.at_ms, taken.fix, taken.seen?.verdict))
    });
    seen.collect()
}

fn here((at_ms, fix, verdict): &Sighting) -> Here {
    Here {
        at_ms: *at_ms,
        lat_e9: fix.lat_e9,
        lon_e9: fix.lon_e9,
        accuracy_mm: fix.accuracy_mm,
        place: verdict.place,
        edge_mm: verdict.edge_mm,
    }
}

/// From when the rep was last seen where he may be; nothing once he said why, and nobody declined it.
fn away(day: &DayView, seen: &[Sighting], now_ms: i64) -> Option<Interval> {
    let leaves = matches!(
        day.presence.live,
        LiveStatus::SeemsLeaving | LiveStatus::PossiblyOutside
    );
    let window = day.window.filter(|_| leaves && !reasons::is_said(day, now_ms))?;
    let may_be = |place| matches!(place, PlaceVerdict::Inside | PlaceVerdict::Edge);
    let last = seen.iter().rfind(|(_, _, verdict)| may_be(verdict.place));
    Some(Interval {
        from_ms: last.map_or(window.from_ms, |(at_ms, ..)| *at_ms),
        to_ms: window.to_ms.min(now_ms + AWAY_AHEAD_MS),
    })
}

/// What runs is ended first, what is due is done before what may wait.
fn next(today: &Today, basis: &Basis) -> Next {
    let day = &today.day;
    let is_open = today.when == When::Within;
    if today.replaced_ms.is_some() {
        return Next::Rest;
    }
    if today.break_until_ms.is_some() {
        return Next::EndBreak;
    }
    if today.private_since_ms.is_some() {
        return Next::EndPrivate;
    }
    if is_open && day.presence.first_inside_ms.is_some() && day.sign_in.at_ms.is_none() {
        return Next::SignIn;
    }
    if let Some(visit) = open_visit(day) {
        return Next::CheckOut { visit: visit.clone() };
    }
    if let Some(visit) = day.visits.iter().rfind(|visit| visit.report.is_none()) {
        return Next::Report { visit: visit.clone() };
    }
    if is_open {
        return Next::Visit {
            customer: to_visit(today, basis),
        };
    }
    Next::Rest
}

fn to_visit(today: &Today, basis: &Basis) -> Option<CustomerNear> {
    let here = today.here.as_ref()?;
    let visits = &today.day.visits;
    let left = nearest(basis, Some(Point::from_e9(here.lat_e9, here.lon_e9)), |customer| {
        visits.iter().all(|visit| visit.customer != customer.id)
    });
    left.into_iter().next()
}
