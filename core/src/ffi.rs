//! What Kotlin and Swift see: the phone, thin. Records and enums carry their derives where they are defined;
//! here stand the types that the bindings write differently, and the object.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use chrono::NaiveDate;

use crate::{
    base64url,
    phone::{
        self, AppState, Beginning, CustomerNear, Device, Diagnosis, Explained, FixOutcome, Heads, MapView, MyRecords,
        PhoneError, Platform, RecordShown, Recording, RunsOn, Start, SyncReport, Today, VisitShown,
    },
    reading::{Reading, Stamp},
    record::{Grade, Hash, Signature},
    reference::{Customer, ExceptionKind, Notice},
    rules::{DayView, Explanation, Fact, presence::Cause, signs::Trace, visit::Report},
    words::{self, Language},
};

// 64 hex digits.
uniffi::custom_type!(Hash, String, {
    lower: |hash| hash.to_string(),
    try_lift: |text| Ok(text.parse()?),
});

// Base64url, as in the JSON.
uniffi::custom_type!(Signature, String, {
    lower: |signature| signature.to_string(),
    try_lift: |text| Ok(Signature(base64url::decode(&text)?)),
});

// `YYYY-MM-DD`.
uniffi::custom_type!(NaiveDate, String, {
    remote,
    lower: |day| day.to_string(),
    try_lift: |text| Ok(text.parse()?),
});

type Facts = BTreeMap<String, Fact>;
uniffi::custom_type!(Facts, HashMap<String, Fact>, {
    remote,
    lower: |facts| facts.into_iter().collect(),
    try_lift: |facts| Ok(facts.into_iter().collect()),
});

/// The phone of one rep. One process opens a folder once; each call may wait for the disk, so shells make
/// them from one serial background executor.
#[derive(uniffi::Object)]
pub struct Phone(phone::Phone);

#[uniffi::export]
impl Phone {
    /// Opens the phone's folder with its 32-byte key, or makes it: [`phone::Phone::open`].
    #[uniffi::constructor]
    pub fn open(folder: String, db_key: Vec<u8>, platform: Arc<dyn Platform>) -> Result<Self, PhoneError> {
        phone::Phone::open(Path::new(&folder), &db_key, platform).map(Self)
    }
    /// Enrols by the text of a code: [`phone::Phone::enrol`].
    pub fn enrol(&self, link: String, grade: Grade, device: Device) -> Result<(), PhoneError> {
        self.0.enrol(&link, grade, &device)
    }
    /// The screen of the day: [`phone::Phone::today`].
    pub fn today(&self, at: Stamp) -> Result<Today, PhoneError> {
        self.0.today(&at)
    }
    /// The screen of what is kept of the rep: [`phone::Phone::my_records`].
    pub fn my_records(&self, at: Stamp, day: Option<String>) -> Result<MyRecords, PhoneError> {
        self.0.my_records(&at, day.as_deref())
    }
    /// What the map shows: [`phone::Phone::map`].
    pub fn map(&self, at: Stamp) -> Result<MapView, PhoneError> {
        self.0.map(&at)
    }
    /// The company's page on location: [`phone::Phone::notice`].
    pub fn notice(&self) -> Result<Option<Notice>, PhoneError> {
        self.0.notice()
    }
    /// Agrees that the place is recorded, or withdraws that: [`phone::Phone::answer_location`].
    pub fn answer_location(&self, at: Stamp, agrees: bool) -> Result<(), PhoneError> {
        self.0.answer_location(&at, agrees)
    }
    /// Deletes what a replaced phone holds: [`phone::Phone::leave`].
    pub fn leave(&self) -> Result<(), PhoneError> {
        self.0.leave()
    }
    /// Takes a fix: [`phone::Phone::on_fix`].
    pub fn on_fix(&self, reading: Reading) -> Result<FixOutcome, PhoneError> {
        self.0.on_fix(&reading)
    }
    /// What is done about the rep's place: [`phone::Phone::recording`].
    pub fn recording(&self, at: Stamp) -> Result<Recording, PhoneError> {
        self.0.recording(&at)
    }
    /// Whether an act asks for the place: [`phone::Phone::wants_place`].
    pub fn wants_place(&self, at: Stamp) -> Result<bool, PhoneError> {
        self.0.wants_place(&at)
    }
    /// When recording begins on the days to come: [`phone::Phone::openings`].
    pub fn openings(&self, at: Stamp) -> Result<Vec<Beginning>, PhoneError> {
        self.0.openings(&at)
    }
    /// The phone stood still: [`phone::Phone::on_still`].
    pub fn on_still(&self, at: Stamp, from_elapsed_ms: i64, to_elapsed_ms: i64) -> Result<(), PhoneError> {
        self.0.on_still(&at, from_elapsed_ms, to_elapsed_ms)
    }
    /// Notes why fixes may be missing: [`phone::Phone::cause`].
    pub fn cause(&self, at: Stamp, cause: Cause) -> Result<(), PhoneError> {
        self.0.cause(&at, cause)
    }
    /// The break begins: [`phone::Phone::break_start`].
    pub fn break_start(&self, at: Stamp) -> Result<(), PhoneError> {
        self.0.break_start(&at)
    }
    /// The break ends: [`phone::Phone::break_end`].
    pub fn break_end(&self, at: Stamp) -> Result<(), PhoneError> {
        self.0.break_end(&at)
    }
    /// Private time begins: [`phone::Phone::private_start`].
    pub fn private_start(&self, at: Stamp) -> Result<(), PhoneError> {
        self.0.private_start(&at)
    }
    /// Private time ends: [`phone::Phone::private_end`].
    pub fn private_end(&self, at: Stamp) -> Result<(), PhoneError> {
        self.0.private_end(&at)
    }
    /// A reason by one tap, now: [`phone::Phone::give_reason_now`].
    pub fn give_reason_now(&self, at: Stamp, reason: ExceptionKind) -> Result<bool, PhoneError> {
        self.0.give_reason_now(&at, reason)
    }
    /// A reason by one tap, for what was found or asked: [`phone::Phone::give_reason_for`].
    pub fn give_reason_for(&self, at: Stamp, finding: Hash, reason: ExceptionKind) -> Result<bool, PhoneError> {
        self.0.give_reason_for(&at, &finding, reason)
    }
    /// Signs in on entering the market: [`phone::Phone::sign_in`].
    pub fn sign_in(&self, reading: Reading, note: String) -> Result<DayView, PhoneError> {
        self.0.sign_in(&reading, note)
    }
    /// Arrives at a customer: [`phone::Phone::check_in`].
    pub fn check_in(&self, reading: Reading, customer: String, purpose: String) -> Result<String, PhoneError> {
        self.0.check_in(&reading, customer, purpose)
    }
    /// Leaves, with what is written so far: [`phone::Phone::check_out`].
    pub fn check_out(&self, reading: Reading, report: Report) -> Result<(), PhoneError> {
        self.0.check_out(&reading, &report)
    }
    /// What was said: [`phone::Phone::save_report`].
    pub fn save_report(&self, reading: Reading, report: Report) -> Result<(), PhoneError> {
        self.0.save_report(&reading, &report)
    }
    /// Keeps a report as it is typed: [`phone::Phone::save_draft`].
    pub fn save_draft(&self, report: Report) -> Result<(), PhoneError> {
        self.0.save_draft(&report)
    }
    /// A report that is being typed: [`phone::Phone::draft`].
    pub fn draft(&self, visit: String) -> Result<Option<Report>, PhoneError> {
        self.0.draft(&visit)
    }
    /// The screen of a visit: [`phone::Phone::visit`].
    pub fn visit(&self, at: Stamp, id: String, day: Option<String>) -> Result<Option<VisitShown>, PhoneError> {
        self.0.visit(&at, &id, day.as_deref())
    }
    /// Takes a photo: [`phone::Phone::add_photo`].
    pub fn add_photo(
        &self,
        reading: Reading,
        visit: String,
        bytes: Vec<u8>,
        media_type: String,
    ) -> Result<Hash, PhoneError> {
        self.0.add_photo(&reading, visit, &bytes, &media_type)
    }
    /// The rep's customers, nearest first: [`phone::Phone::customers`].
    pub fn customers(&self, reading: Reading, search: String) -> Result<Vec<CustomerNear>, PhoneError> {
        self.0.customers(&reading, &search)
    }
    /// The records of a day: [`phone::Phone::records`].
    pub fn records(&self, day: String) -> Result<Vec<RecordShown>, PhoneError> {
        self.0.records(&day)
    }
    /// What made a finding: [`phone::Phone::explain`].
    pub fn explain(&self, at: Stamp, finding: Hash) -> Result<Explained, PhoneError> {
        self.0.explain(&at, &finding)
    }
    /// Answers or appeals: [`phone::Phone::reply`].
    pub fn reply(&self, at: Stamp, finding: Hash, words: String) -> Result<(), PhoneError> {
        self.0.reply(&at, &finding, words)
    }
    /// Where the log stands: [`phone::Phone::heads`].
    pub fn heads(&self) -> Result<Heads, PhoneError> {
        self.0.heads()
    }
    /// The rep's own copy of the log: [`phone::Phone::export_own`].
    pub fn export_own(&self) -> Result<String, PhoneError> {
        self.0.export_own()
    }
    /// The app was started: [`phone::Phone::note_start`].
    pub fn note_start(&self, at: Stamp, start: Start) -> Result<(), PhoneError> {
        self.0.note_start(&at, start)
    }
    /// What the platform shows of itself: [`phone::Phone::note_signs`].
    pub fn note_signs(&self, at: Stamp, traces: Vec<Trace>) -> Result<(), PhoneError> {
        self.0.note_signs(&at, &traces)
    }
    /// What a help desk asks for: [`phone::Phone::diagnosis`].
    pub fn diagnosis(&self) -> Result<Diagnosis, PhoneError> {
        self.0.diagnosis()
    }
    /// When the server is asked again: [`phone::Phone::sync_in_s`].
    pub fn sync_in_s(&self, at: Stamp, app: AppState) -> Result<Option<i64>, PhoneError> {
        self.0.sync_in_s(&at, app)
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Phone {
    /// Sends what waits and fetches what is new: [`phone::Phone::sync`].
    pub async fn sync(&self, at: Stamp) -> Result<SyncReport, PhoneError> {
        self.0.sync(at).await
    }
}

/// Fetches a lost database key back: [`phone::recover`].
#[uniffi::export]
pub fn recover(link: String, stream: String, platform: Arc<dyn Platform>) -> Result<Vec<u8>, PhoneError> {
    phone::recover(&link, &stream, platform.as_ref())
}

/// What may be said by one tap: [`phone::REASONS_BY_TAP`].
#[uniffi::export]
pub fn reasons_by_tap() -> Vec<ExceptionKind> {
    phone::REASONS_BY_TAP.to_vec()
}

/// Links to the way to a customer, best first: [`phone::ways_to`].
#[uniffi::export]
pub fn ways_to(customer: Customer, on: RunsOn) -> Vec<String> {
    phone::ways_to(&customer, on)
}

/// What an explanation says, a line a sentence: [`words::said`].
#[uniffi::export]
pub fn said(explanation: Explanation, language: Language) -> Vec<String> {
    words::said(&explanation, language)
}
