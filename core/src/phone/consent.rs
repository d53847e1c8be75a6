//! Whether the rep agreed that his place is recorded, after which page of the company's. Without an answer the app
//! asks before it asks the platform for any place; a refusal is kept to here.

use rusqlite::Connection;
use serde::Serialize;

use super::{Phone, PhoneError, store, without_fix};
use crate::{
    reading::Stamp,
    record::{BodyLine, Hash, Payload},
    reference::{Document, Notice},
    rules::presence::LocationAnswered,
};

/// The newest answer, as it was recorded.
const ANSWER: &str = "location_answer";

/// Whether the rep agreed that his place is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum LocationAnswer {
    /// He was not asked.
    NotAsked,
    /// He agreed.
    Agreed,
    /// He did not, or no longer does: no place is kept.
    Refused,
}

impl Phone {
    /// The company's page on location; `None` where it has none, or before the first sync.
    ///
    /// # Errors
    /// The disk's.
    pub fn notice(&self) -> Result<Option<Notice>, PhoneError> {
        self.with(|store| notice(store.connection()))
    }

    /// The rep's answer to whether his place may be recorded, after the page that is in force. It holds until he
    /// gives another.
    ///
    /// # Errors
    /// [`PhoneError::NotEnrolled`], or the disk's.
    pub fn answer_location(&self, at: &Stamp, agrees: bool) -> Result<(), PhoneError> {
        self.record(&without_fix(at.clone()), |pen, _| {
            let page = notice(pen.transaction())?.map(|notice| notice.version());
            let answered = LocationAnswered { agrees, page };
            let text = serde_json::to_string(&answered).expect("an answer is plain data");
            store::set_meta(pen.transaction(), ANSWER, &text)?;
            pen.write(at, &answered)
        })
        .map(drop)
    }
}

/// What the rep answered last.
pub(super) fn answer(connection: &Connection) -> Result<LocationAnswer, PhoneError> {
    Ok(match answered(connection)? {
        None => LocationAnswer::NotAsked,
        Some(answered) if answered.agrees => LocationAnswer::Agreed,
        Some(_) => LocationAnswer::Refused,
    })
}

/// Whether no place may be kept.
pub(super) fn is_refused(connection: &Connection) -> Result<bool, PhoneError> {
    Ok(answer(connection)? == LocationAnswer::Refused)
}

/// Whether the rep is to be asked: he never was, or he agreed to a page that reads otherwise now. Who refused is left in
/// peace.
pub(super) fn is_asked(connection: &Connection) -> Result<bool, PhoneError> {
    let Some(answered) = answered(connection)? else {
        return Ok(true);
    };
    let page: Option<Hash> = notice(connection)?.map(|notice| notice.version());
    Ok(answered.agrees && page.is_some() && page != answered.page)
}

/// Whether the rep's answer before an instant was no. What is known no more of the records is in the newest answer.
pub(super) fn was_refused(connection: &Connection, before_ms: i64) -> Result<bool, PhoneError> {
    if let Some(agreed) = newest(connection, before_ms)? {
        return Ok(!agreed);
    }
    Ok(newest(connection, i64::MAX)?.is_none() && is_refused(connection)?)
}

/// Whether the newest record of an answer before an instant agrees.
fn newest(connection: &Connection, before_ms: i64) -> Result<Option<bool>, PhoneError> {
    let body = store::log::newest_body(connection, LocationAnswered::TYPE, before_ms)?;
    let answered = body.and_then(|line| BodyLine::parse(line).ok()?.read::<LocationAnswered>()?.ok());
    Ok(answered.map(|answered| answered.agrees))
}

fn answered(connection: &Connection) -> Result<Option<LocationAnswered>, PhoneError> {
    Ok(store::meta(connection, ANSWER)?.and_then(|text| serde_json::from_str(&text).ok()))
}

fn notice(connection: &Connection) -> Result<Option<Notice>, PhoneError> {
    Ok(match store::reference::document(connection, "notice", "notice")? {
        Some(Document::Notice(notice)) => Some(notice),
        _ => None,
    })
}
