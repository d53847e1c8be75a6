//! What the rep does: sign-in, visits, reports, photos, answers, appeals.

use super::{
    Phone, PhoneError,
    explain::is_appealed,
    jpeg, platform,
    store::{self, photos},
    writing::{FixName, Pen},
};
use crate::{
    reading::{Reading, Stamp},
    record::Hash,
    rules::{
        Answered, Appealed, DayView,
        sign_in::SignedIn,
        visit::{CheckedIn, CheckedOut, PhotoTaken, Report},
    },
};

/// Words of one field: with all the fields of a report it stays below the size of a record.
const MAX_TEXT_BYTES: usize = 3_000;
/// Ids and codes.
const MAX_ID_BYTES: usize = 200;

impl Phone {
    /// The rep signs in on entering the market; answers the day.
    ///
    /// # Errors
    /// [`PhoneError::BadInput`] for a note that is too long, or the disk's.
    pub fn sign_in(&self, reading: &Reading, note: String) -> Result<DayView, PhoneError> {
        text("note", &note)?;
        let written = self.record(reading, |pen, fix| {
            let signed_in = SignedIn {
                fix_seq: fix.map(|fix| fix.seq),
                fix_epoch: fix.map(|fix| fix.epoch),
                note,
            };
            pen.write(&reading.at, &signed_in)
        })?;
        self.day_at(written.at_ms)
    }

    /// The rep is at a customer; answers the visit's id. Never blocked, wherever it is.
    ///
    /// # Errors
    /// [`PhoneError::BadInput`] for words that are too long, or the disk's.
    pub fn check_in(&self, reading: &Reading, customer: String, purpose: String) -> Result<String, PhoneError> {
        id("customer", &customer)?;
        text("purpose", &purpose)?;
        let random: [u8; 16] = platform::random(self.platform.as_ref());
        let visit: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        self.record(reading, |pen, fix| {
            let checked_in = CheckedIn {
                visit: visit.clone(),
                customer,
                fix_epoch: fix.map(|fix| fix.epoch),
                fix_seq: fix.map(|fix| fix.seq),
                purpose,
            };
            pen.write(&reading.at, &checked_in)
        })?;
        Ok(visit)
    }

    /// The rep leaves. The report that is written so far comes with it; where it says nothing, it is asked for later.
    ///
    /// # Errors
    /// [`PhoneError::BadInput`] for an id that is none or words that are too long, or the disk's.
    pub fn check_out(&self, reading: &Reading, report: &Report) -> Result<(), PhoneError> {
        checked(report)?;
        self.record(reading, |pen, fix| {
            if !report.is_empty() {
                write_report(pen, reading, report)?;
            }
            let checked_out = CheckedOut {
                visit: report.visit.clone(),
                fix_epoch: fix.map(|fix| fix.epoch),
                fix_seq: fix.map(|fix| fix.seq),
            };
            pen.write(&reading.at, &checked_out)
        })
        .map(drop)
    }

    /// What was said at a visit. The newest counts; the visit's draft is dropped.
    ///
    /// # Errors
    /// [`PhoneError::BadInput`] for words that are too long, or the disk's.
    pub fn save_report(&self, reading: &Reading, report: &Report) -> Result<(), PhoneError> {
        checked(report)?;
        self.record(reading, |pen, _| write_report(pen, reading, report))
            .map(drop)
    }

    /// Takes a photo of a visit: everything but the picture is taken off, the record names it by its hash,
    /// and the bytes wait for the next sync. Answers the hash.
    ///
    /// # Errors
    /// [`PhoneError::BadPhoto`], or the disk's.
    pub fn add_photo(
        &self,
        reading: &Reading,
        visit: String,
        bytes: &[u8],
        media_type: &str,
    ) -> Result<Hash, PhoneError> {
        visit_id(&visit)?;
        if media_type != "image/jpeg" {
            return Err(PhoneError::BadPhoto(format!(
                "{media_type} is not taken: save it as image/jpeg"
            )));
        }
        let picture = jpeg::strip(bytes)?;
        let taken = PhotoTaken {
            visit,
            blob: Hash::of(&picture),
            bytes: picture.len() as u64,
            media_type: media_type.into(),
        };
        self.record(reading, |pen, _| {
            photos::put(pen.transaction(), &taken.blob, &taken.visit, &picture, reading.at.at_ms)?;
            pen.write(&reading.at, &taken)
        })?;
        Ok(taken.blob)
    }

    /// What the rep says to a finding or a question: what was confirmed is appealed, anything else is answered, as
    /// often as he likes.
    ///
    /// # Errors
    /// As [`Phone::answer`].
    pub fn reply(&self, at: &Stamp, finding: &Hash, words: String) -> Result<(), PhoneError> {
        let (_, found) = self.find_finding(at, finding)?;
        match is_appealed(&found) {
            true => self.appeal(at, finding, words),
            false => self.answer(at, finding, words),
        }
    }

    /// The rep answers a finding or a question.
    ///
    /// # Errors
    /// [`PhoneError::NotFound`], [`PhoneError::BadInput`], or the disk's.
    pub fn answer(&self, at: &Stamp, finding: &Hash, words: String) -> Result<(), PhoneError> {
        text("text", &words)?;
        let (day, found) = self.find_finding(at, finding)?;
        let answered = Answered {
            finding: *finding,
            kind: found.kind,
            from_ms: found.from_ms,
            to_ms: found.to_ms,
            day: day.to_string(),
            text: words,
        };
        self.record_payload(at, &answered).map(drop)
    }

    /// The rep appeals a decision; another person decides.
    ///
    /// # Errors
    /// [`PhoneError::NotFound`], [`PhoneError::BadInput`], or the disk's.
    pub fn appeal(&self, at: &Stamp, finding: &Hash, words: String) -> Result<(), PhoneError> {
        text("text", &words)?;
        let (day, found) = self.find_finding(at, finding)?;
        let appealed = Appealed {
            finding: *finding,
            kind: found.kind,
            from_ms: found.from_ms,
            to_ms: found.to_ms,
            day: day.to_string(),
            text: words,
        };
        self.record_payload(at, &appealed).map(drop)
    }
}

fn checked(report: &Report) -> Result<(), PhoneError> {
    visit_id(&report.visit)?;
    let fields = [
        ("purpose", &report.purpose),
        ("content", &report.content),
        ("feedback", &report.feedback),
        ("next_step", &report.next_step),
    ];
    fields.into_iter().try_for_each(|(what, words)| text(what, words))
}

fn write_report(pen: &mut Pen<'_>, reading: &Reading, report: &Report) -> Result<FixName, PhoneError> {
    store::set_draft(pen.transaction(), &report.visit, None)?;
    pen.write(&reading.at, report)
}

fn text(what: &str, words: &str) -> Result<(), PhoneError> {
    bounded(what, words, MAX_TEXT_BYTES)
}

fn id(what: &str, words: &str) -> Result<(), PhoneError> {
    bounded(what, words, MAX_ID_BYTES)
}

fn bounded(what: &str, words: &str, max: usize) -> Result<(), PhoneError> {
    if words.len() <= max {
        return Ok(());
    }
    Err(PhoneError::BadInput(format!(
        "{what} has {} bytes, {max} are taken: shorten it",
        words.len()
    )))
}

fn visit_id(visit: &str) -> Result<(), PhoneError> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if visit.len() == 32 && visit.bytes().all(is_hex) {
        return Ok(());
    }
    Err(PhoneError::BadInput(
        "a visit's id is what check_in answered: 32 hex digits".into(),
    ))
}
