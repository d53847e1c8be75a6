use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use onbeat_core::{
    record::{
        Certificate, CertificateFields, EpochReason, EpochRequest, Grade, Hash, Kid, PublicKey, Signable, Signature,
        StreamId,
    },
    rules::log::EpochOpened,
};
use serde::{Deserialize, Serialize};

use super::quarantine::{fork_note, fork_noted, once};
use crate::{
    app::App,
    append::append,
    certificates::{certificate_cell, certificates_of},
    desk_log::Act,
    error::{ApiError, ApiResult, Input},
    limits::KEYS_LOST,
    phones::Caller,
    store::{Change, LogLine},
};

/// Lines of a former epoch that a certificate names.
const HEADS_MOST: usize = 8;

/// A new epoch, as asked for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct Wanted {
    /// Newest and one.
    epoch: u32,
    /// The key that will seal it, base64url.
    #[schema(value_type = String)]
    key: PublicKey,
    /// The phone's newest hash of the former epoch first, then the server's.
    #[schema(value_type = Vec<String>)]
    heads: Vec<Hash>,
    /// `fork`, `quarantined` or `key_lost`.
    reason: EpochReason,
    /// The key that signed; left out with `key_lost`.
    #[serde(default)]
    #[schema(value_type = String)]
    kid: Kid,
    /// Over `onbeat/epoch/1`, by the key of the epoch before; left out with `key_lost`.
    #[serde(default)]
    #[schema(value_type = String)]
    sig: Signature,
}

impl Wanted {
    fn of(self, stream: StreamId) -> EpochRequest {
        EpochRequest {
            stream,
            epoch: self.epoch,
            key: self.key,
            heads: self.heads,
            reason: self.reason,
            kid: self.kid,
            sig: self.sig,
        }
    }
}

/// A certificate's line: its bytes count.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Issued {
    certificate: String,
}

/// Opens the next epoch of the caller's stream.
#[utoipa::path(
    post,
    path = "/api/v1/streams/{stream}/epochs",
    tag = "phone",
    params(("stream" = String, Path, description = "The caller's own stream")),
    request_body = Wanted,
    responses(
        (status = 201, description = "Opened", body = Issued),
        (status = 200, description = "Opened before with the same key", body = Issued),
        (status = 403, description = "`unproved`: not signed by the key of the epoch before"),
        (status = 409, description = "`epoch` {newest}: another one is next"),
        (status = 429, description = "`too_often`: keys were lost too often"),
    )
)]
pub(super) async fn open_epoch(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(stream): Path<StreamId>,
    Input(wanted): Input<Wanted>,
) -> ApiResult<(StatusCode, Json<Issued>)> {
    caller.owns(&stream)?;
    let wanted = wanted.of(stream);
    let certificates = certificates_of(&*app.store, &wanted.stream).await?;
    let unknown = || ApiError::not_found("this stream was never opened");
    let newest = certificates.last().ok_or_else(unknown)?;
    if newest.epoch == wanted.epoch && newest.key == wanted.key {
        return Ok((StatusCode::OK, issued(newest)));
    }
    if newest.epoch + 1 != wanted.epoch {
        let why = format!("the newest epoch is {}, the next is {}", newest.epoch, newest.epoch + 1);
        return Err(ApiError::new(StatusCode::CONFLICT, "epoch", why).with("newest", newest.epoch));
    }
    let grade = grade(&certificates, &wanted)?;
    if grade == Grade::Unconfirmed {
        caller.may(&app, "key_lost", KEYS_LOST)?;
    }
    let certificate = certify(&app, newest, &wanted, grade).await?;
    let (acts, change) = opening(&app, &caller, newest, &wanted, &certificate).await?;
    let opened = append(&app, acts, change).await?;
    opened.ok_or_else(ApiError::busy)?;
    Ok((StatusCode::CREATED, issued(&certificate)))
}

/// How well the new epoch's key is kept: as the key that vouches for it is.
///
/// The key of the newest epoch vouches, and of a newest epoch that is unconfirmed also the newest key that is
/// not: whoever has but the device token can open an epoch, never keep the phone out of its log.
fn grade(certificates: &[Certificate], wanted: &EpochRequest) -> ApiResult<Grade> {
    let confirmed = certificates.iter().rfind(|one| one.grade != Grade::Unconfirmed);
    let mut vouching = certificates.last().into_iter().chain(confirmed);
    let unproved = |why| ApiError::new(StatusCode::FORBIDDEN, "unproved", why);
    if wanted.reason == EpochReason::KeyLost {
        return if vouching.any(|one| one.key == wanted.key) {
            Err(unproved("this key is not lost: sign the request with it"))
        } else {
            Ok(Grade::Unconfirmed)
        };
    }
    let signer = vouching.find(|one| wanted.verify(&one.key).is_ok());
    let why = "this is not signed by the key of the epoch before: sign it, or say key_lost where that key is gone";
    signer.map(|one| one.grade).ok_or_else(|| unproved(why))
}

/// What opening an epoch writes: the desk's record, the certificate, and a fork that shows only now.
async fn opening(
    app: &App,
    caller: &Caller,
    newest: &Certificate,
    wanted: &EpochRequest,
    certificate: &Certificate,
) -> ApiResult<(Vec<Act>, Change)> {
    let mut acts = vec![Act::new(&EpochOpened {
        rep: caller.rep.clone(),
        stream: wanted.stream.clone(),
        epoch: wanted.epoch,
        reason: wanted.reason,
        certificate: certificate.line().to_owned(),
    })];
    let mut change = once(certificate_cell(certificate));
    if wanted.reason == EpochReason::Fork
        && let Some((act, fork)) = unnoted_fork(app, caller, newest, &wanted.heads).await?
    {
        acts.push(act);
        change.guards.extend(fork.guards);
        change.cells.extend(fork.cells);
    }
    Ok((acts, change))
}

/// A restored phone sees by the server's head that its log went on elsewhere, and may have nothing to send by
/// which the server would see it too. The first record that differs follows the newest that the phone has.
async fn unnoted_fork(
    app: &App,
    caller: &Caller,
    former: &Certificate,
    heads: &[Hash],
) -> ApiResult<Option<(Act, Change)>> {
    if fork_noted(app, &former.stream, former.epoch).await? {
        return Ok(None);
    }
    let main = main_line(former);
    let tip = app.store.tip(&main).await?.map_or(0, |row| row.seq);
    let newest = app.store.records(&main, tip.saturating_sub(999).max(1), 1_000).await?;
    let common = newest.iter().find(|row| heads.first() == Some(&row.hash));
    let before = newest.first().map_or(1, |row| row.seq);
    let seq = common.map_or(before, |row| row.seq + 1);
    Ok(Some(fork_note(caller, former.epoch, seq)))
}

fn main_line(certificate: &Certificate) -> LogLine {
    LogLine {
        stream: certificate.stream.clone(),
        epoch: certificate.epoch,
        branch: String::new(),
    }
}

fn issued(certificate: &Certificate) -> Json<Issued> {
    Json(Issued {
        certificate: certificate.line().to_owned(),
    })
}

/// The certificate names the heads the phone knows, and the server's own.
async fn certify(app: &App, newest: &Certificate, wanted: &EpochRequest, grade: Grade) -> ApiResult<Certificate> {
    let own = app
        .store
        .tip(&main_line(newest))
        .await?
        .map_or(newest.hash(), |row| row.hash);
    let mut heads = wanted.heads.clone();
    heads.truncate(HEADS_MOST);
    if !heads.contains(&own) {
        heads.push(own);
    }
    Ok(app.signer.certify(CertificateFields {
        stream: newest.stream.clone(),
        epoch: wanted.epoch,
        rep: newest.rep.clone(),
        key: wanted.key.clone(),
        grade,
        heads,
        issued_at: app.now_ms(),
        demo: app.demo,
        kid: String::new(),
        sig: Signature::default(),
    }))
}
