use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use onbeat_core::record::{Certificate, CertificateFields, Grade, Payload, PublicKey, Signature, StreamId};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    append::append,
    certificates::certificate_cell,
    desk_log::Act,
    error::{ApiError, ApiResult, Input},
    limits::CODES,
    phones::{
        Device, StreamBody, StreamState, active_phones_of, may, rep_stream_cell, stream_cell, token_cell, token_key,
    },
    random,
    serve::Address,
    signer::Sealed,
    store::{Cell, Change, Guard},
};

/// Desk record: a phone was enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneEnrolled {
    /// Whose.
    pub rep: String,
    /// Its stream.
    pub stream: StreamId,
    /// The device.
    pub device: Device,
    /// The certificate's line.
    pub certificate: String,
    /// Phones whose place it takes.
    pub retires: Vec<StreamId>,
}
impl Payload for PhoneEnrolled {
    const TYPE: &'static str = "phone.enrolled";
}

/// Body of a cell of kind `code`, keyed by the code's SHA-256 ([`token_key`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeBody {
    /// Whose phone.
    pub rep: String,
    /// The stream whose database key is to be given back; `None`: a new phone.
    pub recover: Option<StreamId>,
}

/// A code that was given out, found.
pub struct Code {
    /// What it is for.
    pub body: CodeBody,
    cell: Cell,
}

impl Code {
    /// Finds a code that is neither used nor too old.
    ///
    /// # Errors
    /// 401 `bad_code`, 429 where too many are tried from one address.
    pub(super) async fn find(app: &App, code: &str, address: Address) -> ApiResult<Self> {
        may(app, "code", &address.to_string(), CODES)?;
        let cell = app.store.cell("code", &token_key(code), app.now_ms()).await?;
        let found = cell.and_then(|cell| Some((serde_json::from_str(&cell.body).ok()?, cell)));
        found.map(|(body, cell)| Self { body, cell }).ok_or_else(bad_code)
    }

    /// Uses it up, in the change that it lets happen.
    pub(super) fn use_up(&self, change: &mut Change) {
        let cell = &self.cell;
        let guard = Guard::Cell(cell.kind.clone(), cell.key.clone(), Some(cell.body.clone()));
        change.guards.push(guard);
        change.drop_cells.push((cell.kind.clone(), cell.key.clone()));
    }
}

/// 401.
pub(super) fn bad_code() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "bad_code",
        "this code was used, is too old or was never given out: ask the desk for a new one",
    )
}

/// A phone that introduces itself.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct Enrolment {
    /// From the link.
    code: String,
    /// The phone's P-256 key, base64url of the uncompressed point.
    #[schema(value_type = String)]
    key: PublicKey,
    /// How the phone says it keeps its key.
    grade: Grade,
    /// Its database key, sealed to the server's recovery key.
    recovery: Sealed,
    /// The device.
    #[serde(default)]
    device: Device,
}

/// What an enrolled phone is given.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Enrolled {
    /// The line its log begins with.
    certificate: String,
    /// For all further calls.
    token: String,
}

/// A phone's database key, sealed to the server.
pub(super) fn recovery_cell(stream: &str, sealed: &Sealed) -> Cell {
    Cell {
        kind: "recovery".into(),
        key: stream.to_owned(),
        body: serde_json::to_string(sealed).expect("a sealed key is plain data"),
        expires_ms: None,
    }
}

/// Enrols a phone by its one-time code.
#[utoipa::path(
    post,
    path = "/api/v1/enrol",
    tag = "phone",
    request_body = Enrolment,
    responses(
        (status = 201, description = "Enrolled", body = Enrolled),
        (status = 401, description = "`bad_code`"),
        (status = 429, description = "`too_often`: too many codes tried from one address"),
    )
)]
pub(super) async fn enrol(
    State(app): State<Arc<App>>,
    address: Address,
    Input(wanted): Input<Enrolment>,
) -> ApiResult<(StatusCode, Json<Enrolled>)> {
    let code = Code::find(&app, &wanted.code, address).await?;
    if code.body.recover.is_some() {
        return Err(bad_code());
    }
    let (rep, now_ms) = (&code.body.rep, app.now_ms());
    let certificate = certify(&app, rep, &wanted, now_ms);
    let token = random::secret();
    let retired = active_phones_of(&app, rep).await?;
    let act = Act::new(&PhoneEnrolled {
        rep: rep.clone(),
        stream: certificate.stream.clone(),
        device: wanted.device.clone(),
        certificate: certificate.line().to_owned(),
        retires: retired.iter().map(|(stream, _)| stream.clone()).collect(),
    });
    let mut change = birth(&certificate, &token, &wanted, now_ms);
    code.use_up(&mut change);
    change.cells.extend(retired.into_iter().map(|(stream, body)| {
        let retired = StreamBody {
            state: StreamState::Retired,
            retired_ms: Some(now_ms),
            ..body
        };
        stream_cell(&stream, &retired)
    }));
    let enrolled = append(&app, vec![act], change).await?;
    enrolled.ok_or_else(bad_code)?;
    let certificate = certificate.line().to_owned();
    Ok((StatusCode::CREATED, Json(Enrolled { certificate, token })))
}

/// The cells a new stream begins with.
fn birth(certificate: &Certificate, token: &str, wanted: &Enrolment, now_ms: i64) -> Change {
    let (stream, rep) = (&certificate.stream, &certificate.rep);
    let body = StreamBody {
        rep: rep.clone(),
        state: StreamState::Active,
        device: wanted.device.clone(),
        grade: certificate.grade,
        enrolled_ms: now_ms,
        last_sync_ms: None,
        signs: None,
        retired_ms: None,
    };
    Change {
        cells: vec![
            token_cell(token, stream, rep),
            certificate_cell(certificate),
            recovery_cell(stream, &wanted.recovery),
            rep_stream_cell(rep, stream),
            stream_cell(stream, &body),
        ],
        ..Change::default()
    }
}

fn certify(app: &App, rep: &str, wanted: &Enrolment, now_ms: i64) -> Certificate {
    app.signer.certify(CertificateFields {
        stream: random::hex::<16>(),
        epoch: 1,
        rep: rep.to_owned(),
        key: wanted.key.clone(),
        grade: claimed(wanted.grade),
        heads: Vec::new(),
        issued_at: now_ms,
        demo: app.demo,
        kid: String::new(),
        sig: Signature::default(),
    })
}

/// What a phone may claim: an attestation that nobody has checked counts as the phone's word.
fn claimed(grade: Grade) -> Grade {
    match grade {
        Grade::Attested | Grade::Hardware => Grade::Hardware,
        Grade::Software | Grade::Unconfirmed => Grade::Software,
    }
}
