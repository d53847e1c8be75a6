//! What a phone has gathered, written and sealed before the clock starts.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeZone, Weekday};
use onbeat_core::{
    reading::{Fix, Provider, Stamp},
    record::{Batch, Payload, Record},
    rules::{
        clock::Anchored,
        presence::FixTaken,
        sign_in::SignedIn,
        visit::{CheckedIn, CheckedOut},
    },
};

use crate::{
    raw_phone::{Answer, BOOT, RawPhone},
    story::{DATE, ZONE, at},
};

/// Fixes of a working day: one a minute.
pub const DAY_FIXES: usize = 500;

/// A fix at each of some times, which only go forward, in batches of `batch_records`.
pub fn batches_of_fixes(
    phone: &mut RawPhone,
    times_ms: impl IntoIterator<Item = i64>,
    batch_records: usize,
) -> Vec<Batch> {
    let times_ms: Vec<i64> = times_ms.into_iter().collect();
    let begun_ms = times_ms.first().copied().unwrap_or_default();
    let batches = times_ms.chunks(batch_records).map(|times_ms| {
        let records = times_ms.iter().map(|&at_ms| {
            let elapsed_ms = at_ms - begun_ms;
            let boot = BOOT.into();
            let at = Stamp {
                at_ms,
                elapsed_ms,
                boot,
            };
            phone.write(at, &fix(elapsed_ms / 1_000))
        });
        let records = records.collect();
        phone.sealed(records)
    });
    batches.collect()
}

/// A phone with what it is to send.
pub struct Loaded {
    /// The phone.
    pub phone: RawPhone,
    /// In order.
    pub pushes: Vec<Push>,
}

/// One request's bytes.
#[derive(Clone)]
pub struct Push {
    /// How many records they hold.
    pub records: usize,
    /// Records and seal, as they are sent.
    pub bytes: Vec<u8>,
}

impl Loaded {
    /// A phone that took a fix at each of some times, in pushes of `most` records.
    pub(super) fn with_fixes(mut phone: RawPhone, times_ms: impl IntoIterator<Item = i64>, most: usize) -> Self {
        let pushes = fixes(&mut phone, times_ms, most);
        Self { phone, pushes }
    }
}

impl From<&Batch> for Push {
    fn from(batch: &Batch) -> Self {
        Self {
            records: batch.records.len(),
            bytes: batch.to_ndjson().into_bytes(),
        }
    }
}

/// The boot of all phones of a load.
const BOOTED: &str = "06:00";

/// Asks for the server's time, as a phone does before it pushes, and writes it down: the first record of the log.
/// What comes after it has a trusted time.
///
/// # Errors
/// The server's answer, where it gives no time.
pub async fn anchored(phone: &mut RawPhone) -> Result<Batch, Answer> {
    let anchor = phone.time().await?;
    let elapsed_ms = anchor.server_at - at(BOOTED);
    let anchored = Anchored {
        anchor,
        sent_elapsed_ms: elapsed_ms,
        received_elapsed_ms: elapsed_ms,
    };
    let record = write(phone, at(BOOTED) + elapsed_ms, &anchored);
    Ok(phone.sealed(vec![record]))
}

/// A fix at each of some times, in pushes of `most` records; the log has begun by [`anchored`].
pub fn fixes(phone: &mut RawPhone, times_ms: impl IntoIterator<Item = i64>, most: usize) -> Vec<Push> {
    let times_ms = times_ms.into_iter();
    let taken = times_ms.map(|at_ms| (at_ms, Happened::Fix(fix(at_ms / 1_000))));
    pushes_of(phone, taken, most)
}

/// What a phone of a load writes down.
#[derive(Debug, Clone)]
pub enum Happened {
    /// It takes a fix.
    Fix(FixTaken),
    /// The rep signs in, where the last fix was.
    SignedIn,
    /// The rep comes to a customer, where the last fix was.
    CheckedIn {
        /// Random id of the visit, 32 hex digits.
        visit: String,
        /// Customer id.
        customer: String,
    },
    /// The rep leaves, where the last fix was.
    CheckedOut {
        /// The visit.
        visit: String,
    },
}

/// As [`fixes`], of what happens at times that only go forward.
pub fn pushes_of(phone: &mut RawPhone, happened: impl IntoIterator<Item = (i64, Happened)>, most: usize) -> Vec<Push> {
    let happened: Vec<(i64, Happened)> = happened.into_iter().collect();
    let (mut pushes, mut fix_seq) = (Vec::new(), None);
    for some in happened.chunks(most) {
        let mut records = Vec::with_capacity(some.len());
        for (at_ms, happened) in some {
            let record = write_down(phone, *at_ms, happened, fix_seq);
            if matches!(happened, Happened::Fix(_)) {
                fix_seq = Some(record.head.seq);
            }
            records.push(record);
        }
        pushes.push(Push::from(&phone.sealed(records)));
    }
    pushes
}

fn write_down(phone: &mut RawPhone, at_ms: i64, happened: &Happened, fix_seq: Option<u64>) -> Record {
    match happened {
        Happened::Fix(fix) => write(phone, at_ms, fix),
        Happened::SignedIn => {
            let signed_in = SignedIn {
                fix_seq,
                fix_epoch: None,
                note: String::new(),
            };
            write(phone, at_ms, &signed_in)
        }
        Happened::CheckedIn { visit, customer } => {
            let checked_in = CheckedIn {
                visit: visit.clone(),
                customer: customer.clone(),
                fix_epoch: None,
                fix_seq,
                purpose: "shelf".into(),
            };
            write(phone, at_ms, &checked_in)
        }
        Happened::CheckedOut { visit } => {
            let checked_out = CheckedOut {
                visit: visit.clone(),
                fix_epoch: None,
                fix_seq,
            };
            write(phone, at_ms, &checked_out)
        }
    }
}

fn write(phone: &mut RawPhone, at_ms: i64, payload: &impl Payload) -> Record {
    let at = Stamp {
        at_ms,
        elapsed_ms: at_ms - at(BOOTED),
        boot: BOOT.into(),
    };
    phone.write(at, payload)
}

/// A fix in Queens, a little elsewhere each time.
pub fn fix(n: i64) -> FixTaken {
    let fix = Fix {
        lat_e9: 40_728_000_000 + 1_000 * (n % 977),
        lon_e9: -73_795_000_000 + 1_000 * (n % 1_009),
        accuracy_mm: Some(8_000 + n % 9_000),
        age_ms: 300,
        provider: Provider::Gps,
        satellites: Some(9),
        speed_mm_s: Some(n % 1_500),
        simulated: false,
        approximate: false,
        still: false,
    };
    FixTaken { fix, seen: None }
}

/// Working days from the story's on.
pub fn workdays() -> impl Iterator<Item = NaiveDate> {
    let days = DATE.iter_days();
    days.filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
}

/// The minutes of a day's fixes, in milliseconds since 1970.
pub fn minutes(day: NaiveDate) -> impl Iterator<Item = i64> {
    let begin_ms = local_ms(day, 8);
    (0..DAY_FIXES as i64).map(move |n| begin_ms + 60_000 * n)
}

/// An hour of a day in the districts' zone, in milliseconds since 1970.
pub fn local_ms(day: NaiveDate, hour: u32) -> i64 {
    let time = NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
    let local = ZONE.from_local_datetime(&day.and_time(time)).single();
    local.expect("clocks change at night").timestamp_millis()
}
