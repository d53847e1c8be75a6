//! Every log that a server keeps, held against its hashes, signatures and receipts: what `onbeat verify` does with an
//! exported one, for all of them.

use std::{
    collections::BTreeSet,
    io::{self, BufReader, Cursor, Read},
};

use futures_util::{StreamExt, pin_mut};
use onbeat_core::record::{
    KeyRing, Receipt, StreamId,
    verify::{Fault, FaultCode, Report, verify_reader},
};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::desk::{
    Desk, DeskError, DeskResult,
    export::{self, Export},
};

/// Faults that are told one by one.
const TOLD: usize = 20;
/// Pages of a log that wait to be read.
const PAGES: usize = 4;

/// What all logs came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Logs that were read.
    pub streams: u64,
    /// Records that stand in their chains.
    pub records: u64,
    /// Those among them whose body was erased.
    pub erased: u64,
    /// What phones say that cannot be true, such as times: kept as it came, and no fault of what keeps it.
    pub doubtful: u64,
    /// What does not hold: the first few.
    pub faults: Vec<Fault>,
    /// Faults beyond those.
    pub faults_left_off: u64,
}

impl Proof {
    /// All faults.
    pub fn faulty(&self) -> u64 {
        self.faults.len() as u64 + self.faults_left_off
    }

    fn add(&mut self, report: Report) {
        self.streams += 1;
        self.records += report.lines.iter().map(|line| line.records).sum::<u64>();
        self.erased += report.lines.iter().map(|line| line.erased).sum::<u64>();
        self.faults_left_off += report.faults_left_off;
        for fault in report.faults {
            if matches!(fault.code, FaultCode::BackDated | FaultCode::BadAnchor) {
                self.doubtful += 1;
            } else if self.faults.len() < TOLD {
                self.faults.push(fault);
            } else {
                self.faults_left_off += 1;
            }
        }
    }
}

/// Verifies every log, and `receipts` kept elsewhere, one log at a time.
///
/// # Errors
/// The store's: what is wrong with a log is in the answer.
pub async fn prove(desk: &Desk, receipts: &[Receipt]) -> DeskResult<Proof> {
    let certificates = desk.app.store.cells("certificate", "", i64::MIN).await?;
    let stream = |key: &str| key.split('/').next().map(str::to_owned);
    let streams: BTreeSet<StreamId> = certificates.iter().filter_map(|cell| stream(&cell.key)).collect();
    let keys = KeyRing::trust(&desk.app.signer.public(desk.now_ms()), None)
        .map_err(|error| DeskError::environment("keys", error.to_string()))?;
    let mut proof = Proof::default();
    for stream in streams {
        let receipts = receipts.iter().filter(|receipt| receipt.stream == stream);
        proof.add(verified(desk, &stream, &keys, receipts.cloned().collect()).await?);
    }
    Ok(proof)
}

async fn verified(desk: &Desk, stream: &str, keys: &KeyRing, receipts: Vec<Receipt>) -> DeskResult<Report> {
    let log = Export::Log {
        stream: Some(stream.to_owned()),
        rep: None,
    };
    let (to, pages) = mpsc::channel(PAGES);
    let keys = keys.clone();
    let text = BufReader::new(Pages {
        pages,
        page: Cursor::default(),
    });
    let reading = tokio::task::spawn_blocking(move || verify_reader(text, &keys, &receipts));
    let log = export::stream(desk.clone(), log).await?;
    pin_mut!(log);
    while let Some(page) = log.next().await {
        // Whoever reads no further has failed, and says so below.
        let _ = to.send(page?).await;
    }
    drop(to);
    let stopped = |error: String| DeskError::environment("verify", format!("the log of {stream}: {error}"));
    let report = reading.await.map_err(|error| stopped(error.to_string()))?;
    report.map_err(|error| stopped(error.to_string()))
}

/// The pages of an export as one text.
struct Pages {
    pages: mpsc::Receiver<String>,
    page: Cursor<String>,
}

impl Read for Pages {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.page.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.pages.blocking_recv() {
                Some(page) => self.page = Cursor::new(page),
                None => return Ok(0),
            }
        }
    }
}
