//! The desk's own log: what people at the desk (and the server itself) did, chained as a phone's records are.

use onbeat_core::{
    reading::{BootId, Stamp},
    record::{
        Body, Certificate, CertificateFields, Grade, Hash, Payload, Record, RecordError, Seal, Signature, StreamId, Tip,
    },
};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{
    app::{App, settled},
    error::ApiError,
    feed, fold, random,
    signer::Signer,
    store::{Cell, Change, Committed, Guard, LogLine, NewRecord, Store, StoreError},
};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum DeskLogError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record that can't be: too long.
    #[error("desk record: {0}")]
    Record(#[from] RecordError),
    /// The keys are not those that this desk's log began with.
    #[error("keys.json is not the one this data folder began with: restore it from the same backup")]
    OtherKeys,
}

impl From<DeskLogError> for ApiError {
    fn from(error: DeskLogError) -> Self {
        match error {
            DeskLogError::Store(error) => error.into(),
            DeskLogError::Record(error) => Self::bad_request("too_big", error.to_string()),
            DeskLogError::OtherKeys => Self::new(
                axum::http::StatusCode::INTERNAL_SERVER_ERROR,
                "store",
                error.to_string(),
            ),
        }
    }
}

/// Something that is to stand in the desk's log.
#[derive(Debug, Clone)]
pub struct Act {
    kind: &'static str,
    fields: serde_json::Map<String, Value>,
}

impl Act {
    /// Of a payload. Its keys (which rep-day it touches) follow from what it says: [`fold::touches`].
    pub fn new<P: Payload>(payload: &P) -> Self {
        let body = Body::new(
            [0; 16],
            Stamp {
                at_ms: 0,
                elapsed_ms: 0,
                boot: BootId::new(),
            },
            payload,
        );
        Self {
            kind: P::TYPE,
            fields: body.fields,
        }
    }

    fn body(self, at: Stamp) -> Body {
        Body {
            salt: random::hex::<16>(),
            at,
            kind: self.kind.into(),
            fields: self.fields,
        }
    }
}

/// A desk record that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its seq in the desk's stream.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// When, milliseconds since 1970 (UTC): `recorded_ms` of what it makes.
    pub at_ms: i64,
}

/// The desk's log. One lock: its records have one order.
pub struct DeskLog {
    certificate: Certificate,
    head: Mutex<Tip>,
    boot: BootId,
    started_ms: i64,
}

impl DeskLog {
    /// Finds the desk's stream, or begins it: its certificate holds the server's own key.
    ///
    /// # Errors
    /// The store's, or [`DeskLogError::OtherKeys`].
    pub async fn open(store: &dyn Store, signer: &Signer, now_ms: i64, demo: bool) -> Result<Self, DeskLogError> {
        let line = settled(store, "desk_certificate", || first_certificate(signer, now_ms, demo)).await?;
        let certificate = Certificate::parse(&line)?;
        if !signer.signed(&*certificate) {
            return Err(DeskLogError::OtherKeys);
        }
        let mut head = Tip::of_certificate(&certificate);
        if let Some(newest) = store.tip(&line_of(&certificate.stream)).await? {
            (head.seq, head.hash) = (newest.seq, newest.hash);
        }
        store.commit(certificate_cell(&certificate)).await?;
        Ok(Self {
            certificate,
            head: Mutex::new(head),
            boot: random::hex::<8>(),
            started_ms: now_ms,
        })
    }

    /// The desk's stream.
    pub fn stream(&self) -> &StreamId {
        &self.certificate.stream
    }

    /// What the desk's stream begins with.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Its newest record.
    pub async fn head(&self) -> Tip {
        self.head.lock().await.clone()
    }

    /// A seal over everything written so far: an export ends with it.
    pub async fn seal_head(&self, signer: &Signer) -> Seal {
        let kid = self.certificate.kid.clone();
        let unsigned = Seal::unsigned(&self.head().await, kid.clone());
        signer.sign_as(&kid, unsigned).expect("checked when the log was opened")
    }

    /// Writes `acts` in one transaction with the change they make. From acts that put or drop documents
    /// follow the documents, the phones' feed and the days to fold again; `change` adds what else they make.
    ///
    /// `None`: a guard of the change no longer held, nothing was written.
    ///
    /// # Errors
    /// [`DeskLogError`]; nothing was written then.
    pub async fn append(
        &self,
        app: &App,
        acts: Vec<Act>,
        change: impl FnOnce(&[Written]) -> Change,
    ) -> Result<Option<Vec<Written>>, DeskLogError> {
        let mut head = self.head.lock().await;
        let mut tip = head.clone();
        let at = self.stamp(app.now_ms());
        let (mut records, mut bodies) = (Vec::new(), Vec::new());
        for act in acts {
            let body = act.body(at.clone());
            let record = Record::write(&tip, &body)?;
            tip.advance(&record)?;
            records.push(record);
            bodies.push(body);
        }
        let written: Vec<Written> = records.iter().map(|record| written(record, at.at_ms)).collect();
        let mut change = change(&written);
        change.guards.push(Guard::Tip(line_of(self.stream()), head.seq));
        let documents = project(app, &bodies, &written, &mut change).await?;
        append_records(app, records, &bodies, at.at_ms, &mut change);
        if app.commit(change).await? == Committed::Stale {
            return Ok(None);
        }
        *head = tip;
        if let Some(documents) = documents {
            app.replace_documents(documents);
        }
        Ok(Some(written))
    }

    fn stamp(&self, now_ms: i64) -> Stamp {
        Stamp {
            at_ms: now_ms,
            elapsed_ms: now_ms - self.started_ms,
            boot: self.boot.clone(),
        }
    }
}

fn first_certificate(signer: &Signer, now_ms: i64, demo: bool) -> String {
    let fields = CertificateFields {
        stream: random::hex::<16>(),
        epoch: 1,
        rep: "desk".into(),
        key: signer.current_and_next(now_ms).0.key.clone(),
        grade: Grade::Software,
        heads: Vec::new(),
        issued_at: now_ms,
        demo,
        kid: String::new(),
        sig: Signature::default(),
    };
    signer.certify(fields).line().to_owned()
}

/// The desk's certificate stands where the phones' do, so that an export finds it the same way.
fn certificate_cell(certificate: &Certificate) -> Change {
    Change {
        cells: vec![Cell {
            kind: "certificate".into(),
            key: format!("{}/{}", certificate.stream, certificate.epoch),
            body: certificate.line().to_owned(),
            expires_ms: None,
        }],
        ..Change::default()
    }
}

/// The desk's only line.
fn line_of(stream: &str) -> LogLine {
    LogLine {
        stream: stream.to_owned(),
        epoch: 1,
        branch: String::new(),
    }
}

fn written(record: &Record, at_ms: i64) -> Written {
    Written {
        seq: record.head.seq,
        hash: record.hash,
        at_ms,
    }
}

/// Documents, feed and marks that follow from the acts; the documents as they will stand.
async fn project(
    app: &App,
    bodies: &[Body],
    written: &[Written],
    change: &mut Change,
) -> Result<Option<fold::Documents>, StoreError> {
    let made = bodies.iter().zip(written);
    let rows: Vec<_> = made.filter_map(|(body, w)| fold::document_of(body, w)).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let (before, now_ms) = (app.documents(), app.now_ms());
    let after = before.with(&rows);
    change.feed.extend(feed::publish(&before, &after, &rows, now_ms));
    change
        .mark
        .extend(fold::outdated(app, &before, &after, &rows, now_ms).await?);
    change.documents.extend(rows);
    Ok(Some(after))
}

fn append_records(app: &App, records: Vec<Record>, bodies: &[Body], at_ms: i64, change: &mut Change) {
    let documents = app.documents();
    for (record, body) in records.into_iter().zip(bodies) {
        let keys = fold::touches(&documents, body);
        change.mark.extend(keys.iter().cloned());
        change.append.push(NewRecord {
            line: line_of(&record.head.stream),
            seq: record.head.seq,
            hash: record.hash,
            head: record.head_line,
            body: record.body_line,
            received_ms: at_ms,
            keys,
        });
    }
}
