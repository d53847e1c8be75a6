//! What the platform shows of itself, noted once for each change.

use rusqlite::Connection;
use serde::Serialize;

use super::{Phone, PhoneError, replaced, store, without_fix, writing::Pen};
use crate::{
    reading::{Fix, Stamp},
    rules::signs::{Integrity, Sign, SignsNoted, Trace},
};

/// The newest signs, as they were recorded.
const SIGNS: &str = "signs";

/// How the phone stands by what its platform showed last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct SignsShown {
    /// By the gravest of them.
    pub integrity: Integrity,
    /// What was seen.
    pub signs: Vec<Sign>,
}

impl Phone {
    /// The shell looked at its platform: what changed since it last did is recorded, what did not is not. A phone that is
    /// nobody's, or no longer the rep's, records nothing.
    ///
    /// # Errors
    /// The disk's.
    pub fn note_signs(&self, at: &Stamp, traces: &[Trace]) -> Result<(), PhoneError> {
        let changed = self.with(|store| {
            let connection = store.connection();
            if store::log::certificate(connection)?.is_none() || replaced::since_ms(connection)?.is_some() {
                return Ok(None);
            }
            let known = newest(connection)?;
            let noted = SignsNoted::of(traces, known.as_ref().is_some_and(SignsNoted::is_mocked));
            Ok((known.as_ref() != Some(&noted)).then_some(noted))
        })?;
        let Some(noted) = changed else { return Ok(()) };
        self.record(&without_fix(at.clone()), |pen, _| note(pen, at, &noted))
            .map(drop)
    }
}

/// A place was kept: the platform says whether an app gave it out.
pub(super) fn note_place(pen: &mut Pen<'_>, at: &Stamp, fix: &Fix) -> Result<(), PhoneError> {
    let known = newest(pen.transaction())?;
    if known.as_ref().is_some_and(SignsNoted::is_mocked) == fix.simulated {
        return Ok(());
    }
    let known = known.unwrap_or_else(|| SignsNoted::of(&[], false));
    note(pen, at, &known.with_mock(fix.simulated))
}

fn note(pen: &mut Pen<'_>, at: &Stamp, noted: &SignsNoted) -> Result<(), PhoneError> {
    let text = serde_json::to_string(noted).expect("signs are plain data");
    store::set_meta(pen.transaction(), SIGNS, &text)?;
    pen.write(at, noted).map(drop)
}

/// What was noted last; `None` before the first look.
pub(super) fn shown(connection: &Connection) -> Result<Option<SignsShown>, PhoneError> {
    Ok(newest(connection)?.map(|noted| SignsShown {
        integrity: noted.integrity(),
        signs: noted.signs.into_iter().collect(),
    }))
}

fn newest(connection: &Connection) -> Result<Option<SignsNoted>, PhoneError> {
    Ok(store::meta(connection, SIGNS)?.and_then(|text| serde_json::from_str(&text).ok()))
}
