//! Which TLS keys the server says are its own. The feed tells of them while a known key is in use; a phone that finds
//! none of them any more asks whoever answers, and believes what the server's signing key has signed.

use super::link::Drive;
use crate::{
    phone::{
        PhoneError,
        http::{Http, Reply},
        sync::enrolment::{Enrolment, keep_enrolment},
    },
    record::TlsPins,
};

impl Drive<'_> {
    /// The first request of a run: where the server shows a TLS key that is not known here, it may have a new one.
    pub(super) async fn get_first(&mut self, path: &str) -> Result<Reply, PhoneError> {
        match self.http.get(path).await {
            Err(PhoneError::Untrusted(_)) if self.ask_for_pins().await? => self.http.get(path).await,
            reply => reply,
        }
    }

    /// Whether there was something new. Neither token nor record goes to who is asked.
    async fn ask_for_pins(&mut self) -> Result<bool, PhoneError> {
        self.http = Http::to_anybody(&self.enrolment.server)?;
        let taken = self.take_asked_pins().await;
        let Enrolment {
            server, token, pins, ..
        } = &self.enrolment;
        self.http = Http::new(server, Some(token.clone()), pins)?;
        taken
    }

    async fn take_asked_pins(&mut self) -> Result<bool, PhoneError> {
        let reply = self.http.get("/api/v1/pins").await?;
        match reply.success::<TlsPins>() {
            Ok(told) => self.take_pins(&told).await,
            // A server that says nothing of its keys, or no server of ours: the refusal stands.
            Err(_) => Ok(false),
        }
    }

    /// Takes what the server says of its TLS keys, if that is newer, and the connection on which it came would hold by
    /// it: so no statement, however wrong, locks a phone out. False: all stays as it was.
    ///
    /// # Errors
    /// [`PhoneError::Untrusted`] where the server's key did not sign it.
    pub(super) async fn take_pins(&mut self, told: &TlsPins) -> Result<bool, PhoneError> {
        let is_new = told.issued_at > self.enrolment.pins_issued_at && told.pins.len() <= TlsPins::MOST;
        if !is_new || !self.http.met().is_some_and(|met| met.holds(&told.pins)) {
            return Ok(false);
        }
        self.check(told, told.issued_at).await?;
        self.enrolment.pins.clone_from(&told.pins);
        self.enrolment.pins_issued_at = told.issued_at;
        let enrolment = &self.enrolment;
        self.write(|tx| keep_enrolment(tx, enrolment))?;
        Ok(true)
    }
}
