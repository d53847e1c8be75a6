use rusqlite::Connection;

use crate::{
    phone::{
        Phone, PhoneError, SignError,
        http::{ErrorBody, Http, Reply},
        store::log,
        sync::{
            Problem, SyncReport,
            enrolment::{Enrolment, keep_enrolment},
            step::Event,
        },
    },
    reading::Stamp,
    record::{Certificate, Hash, KeyFile, KeyRing, RecordError, Signable, Tip},
};

/// A run: the phone, the server, and what is known of both.
pub(super) struct Drive<'a> {
    pub(super) phone: &'a Phone,
    pub(super) http: Http,
    pub(super) enrolment: Enrolment,
    pub(super) stream: String,
    /// The platform's key, asked for once.
    pub(super) key: Result<Vec<u8>, SignError>,
    /// The certificate of the server's newest epoch.
    pub(super) newest: Option<Certificate>,
    /// The server's newest hashes, by epoch.
    pub(super) server_lines: Vec<(u32, Hash)>,
    /// The stamp the run was begun with.
    pub(super) at: Stamp,
    pub(super) report: SyncReport,
}

/// What an answer that is no success means, where the request gives it no meaning of its own.
pub(super) fn failure(reply: &Reply) -> Event {
    let ErrorBody {
        code, message, wipe, ..
    } = reply.error();
    match reply.status {
        401 | 403 if wipe => Event::Revoked,
        408 | 429 | 500..=599 => Event::Later {
            after_s: reply.retry_after_s,
            problem: Problem { code, message },
        },
        _ => Event::Refused(Problem { code, message }),
    }
}

impl Drive<'_> {
    pub(super) fn write(&self, work: impl FnOnce(&Connection) -> Result<(), PhoneError>) -> Result<Event, PhoneError> {
        self.phone.with(|store| store.write(|tx| work(tx)))?;
        Ok(Event::Done)
    }

    /// The run's time, now.
    pub(super) fn now(&self) -> Stamp {
        self.phone.since(&self.at)
    }

    pub(super) fn tip(&self) -> Result<Tip, PhoneError> {
        let tip = self.phone.with(|store| log::tip(store.connection()))?;
        Ok(tip.ok_or(PhoneError::NotEnrolled)?.0)
    }

    /// Holds a signature of the server's against the keys that the enrolment code vouches for; a key that is
    /// not known yet is asked for once.
    pub(super) async fn check<T: Signable>(&mut self, signed: &T, at_ms: i64) -> Result<(), PhoneError> {
        let untrusted = |error: RecordError| PhoneError::Untrusted(error.to_string());
        let root = self.enrolment.root.clone();
        let ring = KeyRing::trust(&self.enrolment.keys, Some(&root)).map_err(untrusted)?;
        // A key's end may have been set since: the file is asked for anew on any doubt.
        if ring.check(signed, Some(at_ms)).is_ok() {
            return Ok(());
        }
        let keys: KeyFile = self.http.get("/api/v1/keys").await?.success()?;
        let ring = KeyRing::trust(&keys, Some(&root)).map_err(untrusted)?;
        ring.check(signed, Some(at_ms)).map_err(untrusted)?;
        self.enrolment.keys = keys;
        let enrolment = &self.enrolment;
        self.write(|tx| keep_enrolment(tx, enrolment)).map(drop)
    }

    pub(super) fn erased(&mut self, records: usize) -> Result<(), PhoneError> {
        if records > 0 {
            self.report.erased += records as u32;
            self.phone.with(|store| store.checkpoint())?;
        }
        Ok(())
    }
}
