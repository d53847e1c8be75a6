//! The reps' phones.

use onbeat_core::{
    record::{Certificate, Grade, StreamId},
    rules::signs::{Integrity, Sign, SignsNoted},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Books, Deed, Desk, DeskError, DeskResult, records::PhoneRevoked};
use crate::{
    auth::Actor,
    certificates::{newest_certificate, newest_certificates},
    phones::{Device, StreamBody, StreamState, stream_cell, stream_of},
    store::Guard,
};

/// A phone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Phone {
    /// Its stream.
    #[schema(value_type = String)]
    pub stream: StreamId,
    /// Whose.
    pub rep: String,
    /// `active`, `retired` (a newer one took its place) or `revoked`.
    pub state: StreamState,
    /// How its key is kept: `attested`, `hardware`, `software` or `unconfirmed`.
    pub grade: Grade,
    /// Its newest epoch.
    pub epoch: u32,
    /// The device as it describes itself.
    pub device: Device,
    /// When it was enrolled, milliseconds since 1970 (UTC).
    pub enrolled_ms: i64,
    /// When records last came from it.
    pub last_sync_ms: Option<i64>,
    /// How it stands by what its platform shows: `usual`, `developer`, `opened` or `emulated`; none before it told.
    pub integrity: Option<Integrity>,
    /// What was seen: `root`, `hook`, `debugger`, `emulator`, `mock_app`. Nothing follows from it.
    pub signs: Vec<Sign>,
}

/// The phones of the reps this person sees.
///
/// # Errors
/// The store's.
pub async fn list(desk: &Desk, actor: &Actor) -> DeskResult<Vec<Phone>> {
    let books = Books::now(desk);
    let sees =
        |rep: &str| actor.own_teams().is_none() || books.reps.get(rep).is_some_and(|rep| actor.covers(&rep.team));
    let mut certificates = newest_certificates(&*desk.app.store).await?;
    let cells = desk.app.store.cells("stream", "", desk.now_ms()).await?;
    let known = cells.into_iter().filter_map(|cell| {
        let body: StreamBody = serde_json::from_str(&cell.body).ok()?;
        let certificate = certificates.remove(&cell.key);
        sees(&body.rep).then(|| shown(cell.key, body, certificate))
    });
    let mut phones: Vec<Phone> = known.collect();
    phones.sort_by(|a, b| (&a.rep, a.enrolled_ms).cmp(&(&b.rep, b.enrolled_ms)));
    Ok(phones)
}

fn shown(stream: StreamId, body: StreamBody, certificate: Option<Certificate>) -> Phone {
    Phone {
        rep: body.rep,
        state: body.state,
        grade: certificate.as_ref().map_or(body.grade, |certificate| certificate.grade),
        epoch: certificate.map_or(0, |certificate| certificate.epoch),
        device: body.device,
        enrolled_ms: body.enrolled_ms,
        last_sync_ms: body.last_sync_ms,
        integrity: body.signs.as_ref().map(SignsNoted::integrity),
        signs: body.signs.into_iter().flat_map(|noted| noted.signs).collect(),
        stream,
    }
}

/// Whose phone a stream is.
///
/// # Errors
/// No such stream.
pub(super) async fn rep_of(desk: &Desk, stream: &str) -> DeskResult<String> {
    let known = stream_of(&*desk.app.store, stream).await?;
    known
        .map(|(body, _)| body.rep)
        .ok_or_else(|| DeskError::missing("stream", stream))
}

/// Revokes a lost phone: it is told to wipe itself at its next contact; what it sent is safe.
///
/// # Errors
/// No such stream.
pub async fn revoke(desk: &Desk, actor: &Actor, stream: &str) -> DeskResult<Phone> {
    let known = stream_of(&*desk.app.store, stream).await?;
    let (body, read) = known.ok_or_else(|| DeskError::missing("stream", stream))?;
    let state = StreamState::Revoked;
    let revoked = StreamBody { state, ..body };
    let mut deed = Deed::new(actor);
    deed.change
        .guards
        .push(Guard::Cell("stream".into(), stream.into(), Some(read)));
    deed.change.cells.push(stream_cell(stream, &revoked));
    deed.record(&PhoneRevoked {
        stream: stream.into(),
        rep: revoked.rep.clone(),
        by: actor.user.clone(),
    });
    deed.commit(desk).await?;
    let certificate = newest_certificate(&*desk.app.store, stream).await?;
    Ok(shown(stream.into(), revoked, certificate))
}
