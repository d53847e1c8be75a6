//! Reads a push, and holds it against itself, the stream's keys and what is stored. Nothing here waits.

use axum::http::StatusCode;
use onbeat_core::record::{
    Batch, Certificate, Grade, Hash, Line, MAX_BATCH_RECORDS, Record, RecordError, Seal, Signable, Tip, read_lines,
};

use super::text::too_big;
use crate::{error::ApiError, store::LogRow};

/// A batch that does not check: kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// `chain`, `seal`, `body_hash` or `unsealed`.
    pub(super) code: &'static str,
    /// First record that does not check.
    pub(super) seq: u64,
    /// What is wrong with it.
    pub(super) why: String,
}

/// Why a batch is not appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// More than a push may hold.
    TooBig,
    /// Quarantined.
    Fault(Fault),
    /// A record that is stored has another hash.
    Fork(u64, Hash),
    /// Records before it are missing.
    Gap(u64),
}

impl Refusal {
    pub(super) fn answer(&self) -> ApiError {
        match self {
            Self::TooBig => too_big(),
            Self::Fault(fault) => {
                ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, fault.code, &fault.why).with("seq", fault.seq)
            }
            Self::Fork(seq, hash) => ApiError::new(
                StatusCode::CONFLICT,
                "fork",
                "another record is stored in this place: open a new epoch, send the rest as a branch",
            )
            .with("seq", *seq)
            .with("hash", hash.to_string()),
            Self::Gap(expected) => ApiError::new(
                StatusCode::CONFLICT,
                "gap",
                "records before these are missing: send from there",
            )
            .with("expected_seq", *expected),
        }
    }
}

fn fault(code: &'static str, seq: u64, why: impl ToString) -> Refusal {
    Refusal::Fault(Fault {
        code,
        seq,
        why: why.to_string(),
    })
}

/// Reads a push's text; its records must follow one another in one line of one epoch.
pub(super) fn read(text: &str, stream: &str) -> Result<Batch, Refusal> {
    let batch = Batch::parse(text).map_err(|error| unread(text, &error))?;
    if batch.records.len() > MAX_BATCH_RECORDS {
        return Err(Refusal::TooBig);
    }
    let first = &batch.records[0].head;
    let mut tip = Tip {
        stream: stream.to_owned(),
        epoch: first.epoch,
        seq: first.seq - 1,
        hash: first.prev,
    };
    for record in &batch.records {
        tip.advance(record)
            .map_err(|error| fault("chain", record.head.seq, error))?;
    }
    Ok(batch)
}

/// The first record that can't be read, and how that is called.
fn unread(text: &str, error: &RecordError) -> Refusal {
    if let RecordError::TooLong { .. } = error {
        return Refusal::TooBig;
    }
    let read = |line: Result<Line, RecordError>| match line {
        Ok(Line::Record(record)) => Some(record.head.seq),
        _ => None,
    };
    let last = read_lines(text).map_while(read).last().unwrap_or(0);
    match error {
        RecordError::BodyHash { seq } => fault("body_hash", *seq, error),
        RecordError::Unsealed => fault("unsealed", last, error),
        _ => fault("chain", last + 1, error),
    }
}

/// The certificates a batch is held against.
pub(super) struct Certificates {
    /// Of the batch's epoch.
    pub(super) own: Certificate,
    /// Of the next, if it was opened.
    pub(super) next: Option<Certificate>,
}

/// Whether a seal is by the epoch's key, or by the next epoch's key that adopted the tail of a lost one.
///
/// A tail longer than one push comes in several: only the last of them is sealed over the hash that the next
/// certificate names, so from an unconfirmed key the others are taken up to there.
pub(super) fn sealed(seal: &Seal, certificates: &Certificates, tip: Option<Hash>) -> Result<(), Refusal> {
    let Err(error) = seal.verify(&certificates.own.key) else {
        return Ok(());
    };
    let adopted = certificates.next.as_ref().is_some_and(|next| {
        let on_the_way = next.grade == Grade::Unconfirmed && next.heads.first().copied() != tip;
        seal.verify(&next.key).is_ok() && (next.heads.contains(&seal.hash) || on_the_way)
    });
    if adopted {
        Ok(())
    } else {
        Err(fault("seal", seal.seq, error))
    }
}

/// How many of the records are stored already, the rest continuing what is stored.
///
/// `tip` is the newest record of the line, or what a new branch starts from; `stored` are the line's records
/// from the batch's first on.
pub(super) fn stored_of(records: &[Record], tip: &Tip, stored: &[LogRow]) -> Result<usize, Refusal> {
    for (record, row) in records.iter().zip(stored) {
        if row.hash != record.hash {
            return Err(Refusal::Fork(row.seq, row.hash));
        }
    }
    let first = records[0].head.seq;
    if first > tip.seq + 1 {
        return Err(Refusal::Gap(tip.seq + 1));
    }
    let skipped = stored.len().min(records.len());
    let mut tip = tip.clone();
    if let Some(next) = records.get(skipped) {
        tip.advance(next)
            .map_err(|error| fault("chain", next.head.seq, error))?;
    }
    Ok(skipped)
}

/// What is wrong with a branch's name, or with a branch that is none.
pub(super) fn misnamed(first: &Record, branch: &str, main: Option<&LogRow>) -> Option<Refusal> {
    let seq = first.head.seq;
    if first.hash.branch() != branch {
        return Some(fault(
            "chain",
            seq,
            "a branch is named by the first 16 digits of its first hash",
        ));
    }
    main.is_some_and(|main| main.hash == first.hash)
        .then(|| fault("chain", seq, "this record stands in the main line"))
}
