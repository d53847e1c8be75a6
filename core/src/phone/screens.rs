//! What a screen shows that stands on more than one day's account: one record for each, by one call.

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::{Phone, PhoneError, store};
use crate::{
    reading::Stamp,
    record::Receipt,
    reference::Look,
    rules::{
        DayView,
        visit::{Report, VisitView},
    },
};

/// What is kept of the rep: one day, the newest looks and the newest receipts.
#[derive(Debug, Clone, PartialEq, Serialize, uniffi::Record)]
pub struct MyRecords {
    /// The day's account.
    pub day: DayView,
    /// The day before it.
    pub before: NaiveDate,
    /// The day after it.
    pub after: NaiveDate,
    /// IANA zone in which times are said.
    pub zone: String,
    /// Trusted time of the call.
    pub now_ms: i64,
    /// Who looked at the rep's trail, newest first.
    pub looks: Vec<LookSeen>,
    /// What proves that his records arrived, newest first.
    pub receipts: Vec<Receipt>,
}

/// A look at the rep's trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct LookSeen {
    /// Who looked.
    pub by: String,
    /// When.
    pub at_ms: i64,
    /// At which day's trail, `YYYY-MM-DD`; `None` for the whole log.
    pub day: Option<String>,
    /// Why.
    pub why: LookReason,
}

/// Why somebody looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Enum)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum LookReason {
    /// To see what made a finding.
    Finding,
    /// To see a visit.
    Visit,
    /// An emergency.
    Emergency,
    /// In the words of who looked.
    Said {
        /// As they were given.
        words: String,
    },
}

/// A visit, and its report as far as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct VisitShown {
    /// The visit.
    pub visit: VisitView,
    /// What is being typed, else what was reported before, else a report that is still empty.
    pub report: Report,
    /// IANA zone in which times are said.
    pub zone: String,
}

/// Shown at once.
const LOOKS_MOST: usize = 100;
const RECEIPTS_MOST: usize = 20;

impl Phone {
    /// What is kept of the rep on a local day (`YYYY-MM-DD`), or today.
    ///
    /// # Errors
    /// [`PhoneError::BadInput`] for what is no day, [`PhoneError::NoReference`] before the first sync, or the disk's.
    pub fn my_records(&self, at: &Stamp, day: Option<&str>) -> Result<MyRecords, PhoneError> {
        let day = self.day_or_today(at, day)?;
        let date = day.day;
        let looks = self.looks()?.into_iter().take(LOOKS_MOST);
        let mut receipts = self.receipts()?;
        receipts.truncate(RECEIPTS_MOST);
        Ok(MyRecords {
            day,
            before: date.checked_sub_days(Days::new(1)).unwrap_or(date),
            after: date.checked_add_days(Days::new(1)).unwrap_or(date),
            zone: self.basis()?.schedule.zone().into(),
            now_ms: self.trusted_ms(at)?,
            looks: looks.map(seen).collect(),
            receipts,
        })
    }

    /// A visit of a local day (`YYYY-MM-DD`), or of today; `None` where that day has no such visit.
    ///
    /// # Errors
    /// As [`Phone::my_records`].
    pub fn visit(&self, at: &Stamp, id: &str, day: Option<&str>) -> Result<Option<VisitShown>, PhoneError> {
        let visits = self.day_or_today(at, day)?.visits;
        let Some(visit) = visits.into_iter().find(|visit| visit.visit == id) else {
            return Ok(None);
        };
        let written = self.draft(id)?.or_else(|| visit.report.clone());
        Ok(Some(VisitShown {
            report: written.unwrap_or_else(|| Report::empty(id.into())),
            visit,
            zone: self.basis()?.schedule.zone().into(),
        }))
    }

    /// Keeps a report as it is typed; it is never sent, and dropped with the report.
    ///
    /// # Errors
    /// The disk's.
    pub fn save_draft(&self, report: &Report) -> Result<(), PhoneError> {
        let text = serde_json::to_string(report).expect("a report is plain data");
        self.with(|store| store.write(|tx| store::set_draft(tx, &report.visit, Some(&text))))
    }

    /// A visit's report that is being typed.
    ///
    /// # Errors
    /// The disk's.
    pub fn draft(&self, visit: &str) -> Result<Option<Report>, PhoneError> {
        let text = self.with(|store| store::draft(store.connection(), visit))?;
        // What another version kept is all taken for content, since words must not get lost.
        Ok(text.map(|text| {
            serde_json::from_str(&text).unwrap_or_else(|_| Report {
                content: text,
                ..Report::empty(visit.into())
            })
        }))
    }

    fn day_or_today(&self, at: &Stamp, day: Option<&str>) -> Result<DayView, PhoneError> {
        match day {
            Some(day) => self.day(at, day),
            None => self.day_at(self.trusted_ms(at)?),
        }
    }
}

fn seen(look: Look) -> LookSeen {
    LookSeen {
        by: look.by,
        at_ms: look.at_ms,
        day: Some(look.day).filter(|day| day != Look::ALL_DAYS),
        why: why(look.why),
    }
}

/// The desk names a finding or a visit by its id, which says nothing to the rep.
fn why(why: String) -> LookReason {
    let is_hex = why.bytes().all(|byte| byte.is_ascii_hexdigit());
    match why.len() {
        64 if is_hex => LookReason::Finding,
        32 if is_hex => LookReason::Visit,
        _ if why == "emergency" => LookReason::Emergency,
        _ => LookReason::Said { words: why },
    }
}
