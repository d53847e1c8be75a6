//! The desk's own log: what people at the desk (and the server itself) did, chained as a phone's records are.

use std::sync::Arc;

use onbeat_core::{
    reading::{BootId, Stamp},
    record::{
        Body, Certificate, CertificateFields, Grade, Hash, Payload, Record, RecordError, Seal, Signature, StreamId, Tip,
    },
};
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};

use crate::{
    certificates::certificate_cell,
    error::ApiError,
    random,
    settled::settled,
    signer::Signer,
    store::{Change, Guard, LogLine, NewRecord, Store, StoreError, StoreResult, Turn},
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
    #[error(
        "keys.json is not the one this data began with: restore it from the same backup, or copy it from the folder of \
         another server of this database"
    )]
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

/// Types of what may stand in the desk's log: nothing else can be written to it, so whoever reads it can ask for each.
pub const TYPES: [&str; 28] = [
    "batch.quarantined",
    "bodies.erased",
    "code.issued",
    "customer.opened",
    "customers.seen",
    "data.exported",
    "data.restored",
    "day.frozen",
    "days.rejudged",
    "document.dropped",
    "document.put",
    "duty.recorded",
    "epoch.opened",
    "log_in.failed",
    "month.frozen",
    "phone.enrolled",
    "phone.revoked",
    "reason.declined",
    "record.back_dated",
    "recovery.opened",
    "retention.applied",
    "session.ended",
    "sign_in.entered",
    "stream.forked",
    "token.issued",
    "user.changed",
    "user.logged_in",
    "user.logged_out",
];

const fn is_listed(kind: &str) -> bool {
    let mut n = 0;
    while n < TYPES.len() {
        if is_same(TYPES[n].as_bytes(), kind.as_bytes()) {
            return true;
        }
        n += 1;
    }
    false
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut n = 0;
    while n < a.len() && n < b.len() && a[n] == b[n] {
        n += 1;
    }
    n == a.len() && n == b.len()
}

/// Something that is to stand in the desk's log.
#[derive(Debug, Clone)]
pub struct Act {
    kind: &'static str,
    fields: serde_json::Map<String, Value>,
}

impl Act {
    /// Of a payload whose type is one of [`TYPES`]; another is not built. Its keys (which rep-day it touches) follow from
    /// what it says: [`crate::fold::touches`].
    pub fn new<P: Payload>(payload: &P) -> Self {
        const { assert!(is_listed(P::TYPE), "name the record's type in TYPES") };
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

/// The desk's log. Its records have one order: of those who write at once, in this process or another, one is first,
/// and the others draft theirs anew.
pub struct DeskLog {
    store: Arc<dyn Store>,
    certificate: Certificate,
    turn: Mutex<()>,
    boot: BootId,
    started_ms: i64,
}

impl DeskLog {
    /// Finds the desk's stream, or begins it: its certificate holds the server's own key.
    ///
    /// # Errors
    /// The store's, or [`DeskLogError::OtherKeys`].
    pub async fn open(store: Arc<dyn Store>, signer: &Signer, now_ms: i64, demo: bool) -> Result<Self, DeskLogError> {
        let line = settled(&*store, "desk_certificate", || first_certificate(signer, now_ms, demo)).await?;
        let certificate = Certificate::parse(&line)?;
        if !signer.signed(&*certificate) {
            return Err(DeskLogError::OtherKeys);
        }
        // It stands where the phones' do, so that an export finds it the same way.
        let change = Change {
            cells: vec![certificate_cell(&certificate)],
            ..Change::default()
        };
        store.commit(change).await?;
        Ok(Self {
            store,
            certificate,
            turn: Mutex::default(),
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

    /// Its newest record, whichever process wrote it.
    ///
    /// # Errors
    /// The store's.
    pub async fn head(&self) -> StoreResult<Tip> {
        let mut head = Tip::of_certificate(&self.certificate);
        if let Some(newest) = self.store.tip(&line_of(&head.stream)).await? {
            (head.seq, head.hash) = (newest.seq, newest.hash);
        }
        Ok(head)
    }

    /// A seal over everything written so far: an export ends with it.
    ///
    /// # Errors
    /// The store's.
    pub async fn seal_head(&self, signer: &Signer) -> StoreResult<Seal> {
        let kid = self.certificate.kid.clone();
        let unsigned = Seal::unsigned(&self.head().await?, kid.clone());
        Ok(signer.sign_as(&kid, unsigned).expect("checked when the log was opened"))
    }

    /// Waits until nobody else writes, here or in another process.
    pub(crate) async fn turn(&self) -> StoreResult<(MutexGuard<'_, ()>, Turn)> {
        let here = self.turn.lock().await;
        Ok((here, self.store.turn().await?))
    }

    /// What `acts` would add to the log after its newest record.
    ///
    /// # Errors
    /// [`DeskLogError::Record`].
    pub(crate) fn draft(&self, head: &Tip, acts: Vec<Act>, now_ms: i64) -> Result<Draft, DeskLogError> {
        let mut draft = Draft {
            after: head.clone(),
            tip: head.clone(),
            records: Vec::new(),
            bodies: Vec::new(),
        };
        for act in acts {
            draft.add(act.body(self.stamp(now_ms)), now_ms)?;
        }
        Ok(draft)
    }

    fn stamp(&self, now_ms: i64) -> Stamp {
        Stamp {
            at_ms: now_ms,
            elapsed_ms: now_ms - self.started_ms,
            boot: self.boot.clone(),
        }
    }
}

/// Records that are to be the next of the log.
pub(crate) struct Draft {
    after: Tip,
    tip: Tip,
    /// As they are stored; which keys they touch is still to be said.
    pub(crate) records: Vec<NewRecord>,
    /// What each says.
    pub(crate) bodies: Vec<Body>,
}

impl Draft {
    fn add(&mut self, body: Body, now_ms: i64) -> Result<(), DeskLogError> {
        let record = Record::write(&self.tip, &body)?;
        self.tip.advance(&record)?;
        self.records.push(NewRecord {
            line: line_of(&record.head.stream),
            seq: record.head.seq,
            hash: record.hash,
            head: record.head_line,
            body: record.body_line,
            received_ms: now_ms,
            keys: Vec::new(),
        });
        self.bodies.push(body);
        Ok(())
    }

    /// Holds as long as nothing else was added.
    pub(crate) fn guard(&self) -> Guard {
        Guard::Tip(line_of(&self.after.stream), self.after.seq)
    }

    /// What will be said of the records once they are written.
    pub(crate) fn written(&self) -> Vec<Written> {
        let written = |record: &NewRecord| Written {
            seq: record.seq,
            hash: record.hash,
            at_ms: record.received_ms,
        };
        self.records.iter().map(written).collect()
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

/// The desk's only line.
fn line_of(stream: &str) -> LogLine {
    LogLine {
        stream: stream.to_owned(),
        epoch: 1,
        branch: String::new(),
    }
}
