use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use onbeat_core::record::{Certificate, CertificateFields, Grade, Hash, Payload, PublicKey, Signature, StreamId};
use serde::{Deserialize, Serialize};

use super::{
    enrol::recovery_cell,
    quarantine::{fork_note, fork_noted, once},
};
use crate::{
    app::App,
    append::append,
    certificates::{certificate_cell, newest_certificate},
    desk_log::Act,
    error::{ApiError, ApiResult, Input},
    phones::Caller,
    signer::Sealed,
    store::{Change, LogLine},
};

/// Lines of a former epoch that a certificate names.
const HEADS_MOST: usize = 8;

/// Why a phone opens a new epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EpochReason {
    /// Its log and the server's went on differently.
    Fork,
    /// Its key is gone.
    KeyLost,
    /// A batch of it did not check.
    Quarantined,
}

/// Desk record: a stream goes on under a new certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochOpened {
    /// Whose.
    pub rep: String,
    /// Which stream.
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// Why.
    pub reason: EpochReason,
    /// The certificate's line.
    pub certificate: String,
}
impl Payload for EpochOpened {
    const TYPE: &'static str = "epoch.opened";
}

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
    /// Why.
    reason: EpochReason,
    /// The phone's database key, sealed anew.
    #[serde(default)]
    recovery: Option<Sealed>,
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
        (status = 409, description = "`epoch` {newest}: another one is next"),
    )
)]
pub(super) async fn open_epoch(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(stream): Path<StreamId>,
    Input(wanted): Input<Wanted>,
) -> ApiResult<(StatusCode, Json<Issued>)> {
    caller.owns(&stream)?;
    let unknown = || ApiError::not_found("this stream was never opened");
    let newest = newest_certificate(&*app.store, &stream).await?.ok_or_else(unknown)?;
    if newest.epoch == wanted.epoch && newest.key == wanted.key {
        return Ok((StatusCode::OK, issued(&newest)));
    }
    if newest.epoch + 1 != wanted.epoch {
        let why = format!("the newest epoch is {}, the next is {}", newest.epoch, newest.epoch + 1);
        return Err(ApiError::new(StatusCode::CONFLICT, "epoch", why).with("newest", newest.epoch));
    }
    let certificate = certify(&app, &newest, &wanted).await?;
    let mut acts = vec![Act::new(&EpochOpened {
        rep: caller.rep.clone(),
        stream: stream.clone(),
        epoch: wanted.epoch,
        reason: wanted.reason,
        certificate: certificate.line().to_owned(),
    })];
    let mut change = once(certificate_cell(&certificate));
    change
        .cells
        .extend(wanted.recovery.as_ref().map(|sealed| recovery_cell(&stream, sealed)));
    if wanted.reason == EpochReason::Fork
        && let Some((act, fork)) = unnoted_fork(&app, &caller, &newest, &wanted.heads).await?
    {
        acts.push(act);
        change.guards.extend(fork.guards);
        change.cells.extend(fork.cells);
    }
    let opened = append(&app, acts, |_| change).await?;
    opened.ok_or_else(ApiError::busy)?;
    Ok((StatusCode::CREATED, issued(&certificate)))
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
async fn certify(app: &App, newest: &Certificate, wanted: &Wanted) -> ApiResult<Certificate> {
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
        grade: match wanted.reason {
            EpochReason::KeyLost => Grade::Unconfirmed,
            EpochReason::Fork | EpochReason::Quarantined => newest.grade,
        },
        heads,
        issued_at: app.now_ms(),
        demo: app.demo,
        kid: String::new(),
        sig: Signature::default(),
    }))
}
