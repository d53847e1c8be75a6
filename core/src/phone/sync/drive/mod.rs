//! Does what [`Machine`] says: one request or one transaction a step.

mod epochs;
mod feed;
mod link;
mod photo;
mod pins;
mod push;

use self::{feed::restart_feed, link::Drive};
use super::{
    Phone, PhoneError, Problem, SyncReport,
    machine::Machine,
    step::{Action, Event, Local},
    turn::keep_turn,
};
use crate::{
    phone::{
        SignError, diagnosis,
        http::Http,
        locked, platform,
        store::{self, log, photos},
    },
    reading::Stamp,
};

/// The phone keeps what it sent that long after the receipt.
const KEEP_LOG_MS: i64 = 90 * 86_400_000;
/// And the bytes of photos that long.
const KEEP_PHOTOS_MS: i64 = 7 * 86_400_000;

/// One run, to its end.
pub(super) async fn run(phone: &Phone, at: Stamp) -> Result<SyncReport, PhoneError> {
    let enrolment = phone.enrolment()?;
    let certificate = phone.with(|store| log::certificate(store.connection()))?;
    let mut drive = Drive {
        phone,
        http: Http::new(&enrolment.server, Some(enrolment.token.clone()), &enrolment.pins)?,
        stream: certificate.ok_or(PhoneError::NotEnrolled)?.stream.clone(),
        key: phone.platform.public_key(),
        enrolment,
        newest: None,
        server_lines: Vec::new(),
        at,
        report: SyncReport::default(),
    };
    let spread = u64::from_le_bytes(platform::random(phone.platform.as_ref()));
    locked(&phone.session).turn.begin(drive.now(), spread);
    let mut machine = Machine::new(spread);
    let mut event = Event::Begin;
    loop {
        let local = drive.local()?;
        match machine.step(&local, event) {
            Action::End => break,
            Action::Wipe => {
                phone.wipe()?;
                return Ok(SyncReport {
                    wiped: true,
                    ..drive.report
                });
            }
            action => event = drive.perform(action).await?,
        }
    }
    drive.report.problems = machine.problems;
    drive.report.retry_after_s = machine.retry_after_s;
    drive.finish(machine.gave_up)
}

/// Faults of the network and of the server become events; those of the phone's own storage end the run.
fn as_event(result: Result<Event, PhoneError>) -> Result<Event, PhoneError> {
    match result {
        Err(PhoneError::Network(message)) => Ok(Event::Later {
            after_s: None,
            problem: Problem::new("network", message),
        }),
        Err(PhoneError::Sign(SignError::KeyGone)) => Ok(Event::KeyGone),
        Err(
            error @ (PhoneError::Sign(_)
            | PhoneError::Untrusted(_)
            | PhoneError::Refused { .. }
            | PhoneError::Record(_)),
        ) => Ok(Event::Refused(Problem::new(&error.code(), error.to_string()))),
        other => other,
    }
}

impl Drive<'_> {
    fn local(&self) -> Result<Local, PhoneError> {
        let key = self.key.as_ref().ok();
        self.phone.with(|store| {
            let connection = store.connection();
            let certificate = log::certificate(connection)?;
            let lines = log::lines(connection)?;
            let has_anchor = !log::anchors(connection, &self.at.boot)?.is_empty();
            let unsent = lines.iter().any(|line| line.receipted_seq < line.tip_seq);
            Ok(Local {
                epoch: certificate.as_ref().map_or(0, |certificate| certificate.epoch),
                // A key that is locked is there: signing will say so.
                has_key: !matches!(self.key, Err(SignError::KeyGone)),
                key_is_epochs: match (key, &certificate) {
                    (Some(key), Some(certificate)) => certificate.key.as_bytes() == key.as_slice(),
                    _ => true,
                },
                anchor_due: unsent || !has_anchor,
                lines,
                aside: log::has_aside(connection)?,
                photos: photos::pending(connection)?,
            })
        })
    }

    async fn perform(&mut self, action: Action) -> Result<Event, PhoneError> {
        let result = match action {
            Action::GetHead => self.get_head().await,
            Action::NewKey => self.new_key(),
            Action::ForgetEpochs { from } => self.write(|tx| log::forget_epochs(tx, from)),
            Action::AdoptNewest => match self.newest.take() {
                Some(certificate) => self.adopt(&certificate),
                None => Err(PhoneError::Untrusted("it showed no certificate".into())),
            },
            Action::OpenEpoch { epoch, reason } => self.open_epoch(epoch, reason).await,
            Action::Anchor => self.anchor().await,
            Action::Push {
                epoch,
                branch,
                from,
                max_records,
            } => self.push(epoch, &branch, from, max_records).await,
            Action::MakeBranch { epoch, from } => self.write(|tx| log::make_branch(tx, epoch, from)),
            Action::SetAside { epoch, branch, from } => self.set_aside(epoch, &branch, from),
            Action::GetFeed => self.get_feed().await,
            Action::RestartFeed => self.write(restart_feed),
            Action::GetBlob(hash) => self.get_blob(hash).await,
            Action::AskPhoto(hash) => {
                let path = format!("/api/v1/photos/{hash}");
                self.photo(hash, self.http.get(&path).await)
            }
            Action::SendPhoto { hash, offset } => self.send_photo(hash, offset).await,
            Action::OfferPhotos => self.write(photos::offer_again),
            Action::Wait { ms } => {
                tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
                Ok(Event::Waited)
            }
            Action::Wipe | Action::End => Ok(Event::Done),
        };
        as_event(result)
    }

    /// What waits is counted, what is old and receipted is dropped.
    fn finish(mut self, gave_up: bool) -> Result<SyncReport, PhoneError> {
        let now_ms = self.phone.trusted_ms(&self.now())?;
        let clean = self.report.problems.is_empty();
        // Before the disk is asked: a full one does not make the phone ask a server that wants to be left alone.
        let turn = {
            let mut session = locked(&self.phone.session);
            session.turn.end(self.now(), gave_up, self.report.retry_after_s);
            session.turn.clone()
        };
        let (waiting, photos_waiting) = self.phone.with(|store| {
            store.write(|tx| {
                log::prune(tx, now_ms - KEEP_LOG_MS)?;
                photos::prune(tx, now_ms - KEEP_PHOTOS_MS)?;
                if clean {
                    store::set_meta(tx, store::LAST_SYNC, &now_ms.to_string())?;
                }
                diagnosis::keep_problems(tx, &self.report.problems)?;
                keep_turn(tx, &turn)?;
                Ok((log::waiting(tx)?.0, photos::pending(tx)?.len() as u32))
            })
        })?;
        self.report.waiting = waiting;
        self.report.photos_waiting = photos_waiting;
        Ok(self.report)
    }
}
