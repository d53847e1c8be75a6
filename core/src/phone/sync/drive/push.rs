//! Batches: sealed, sent, and what the server says to them.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use reqwest::Method;

use super::link::{Drive, failure};
use crate::{
    phone::{
        PhoneError,
        store::{RawRecord, log},
        sync::{step::Event, wire::PushAnswer},
    },
    record::{Certificate, Line, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, PublicKey, Seal, Signature, Tip},
};

/// Room for the seal line in a batch.
const SEAL_BYTES: usize = 1024;

/// A batch, ready to be sent.
struct Sealed {
    seal: Seal,
    text: String,
}

impl Drive<'_> {
    pub(super) async fn push(
        &mut self,
        epoch: u32,
        branch: &str,
        from: u64,
        max_records: usize,
    ) -> Result<Event, PhoneError> {
        let Some(batch) = self.batch(epoch, branch, from, max_records)? else {
            return Ok(Event::Unsealable);
        };
        let query = if branch.is_empty() {
            String::new()
        } else {
            format!("?branch={branch}")
        };
        let path = format!("/api/v1/streams/{}/log{query}", self.stream);
        let body = gzip(batch.text.as_bytes())?;
        let reply = self
            .http
            .send(Method::POST, &path, "application/x-ndjson", body)
            .await?;
        if reply.is_success() {
            return self.receipted(branch, &batch, reply.json()?).await;
        }
        let error = reply.error();
        Ok(match (reply.status, error.code.as_str()) {
            (409, "fork") => Event::Fork {
                seq: error.seq.unwrap_or(from),
            },
            (409, "gap") => Event::Gap {
                expected_seq: error.expected_seq.unwrap_or(1).max(1),
            },
            (422, _) => Event::Quarantined {
                seq: error.seq.unwrap_or(from),
            },
            (413, _) => Event::TooBig,
            _ => failure(&reply),
        })
    }

    /// The next records of a line with a seal over the last; `None` where no key of ours may seal them.
    fn batch(&self, epoch: u32, branch: &str, from: u64, max: usize) -> Result<Option<Sealed>, PhoneError> {
        let (mut records, certificates) = self.phone.with(|store| {
            let connection = store.connection();
            Ok((
                log::raw(connection, epoch, branch, from, max)?,
                log::certificates(connection)?,
            ))
        })?;
        records.truncate(fitting(&records));
        let of = |epoch: u32| certificates.iter().find(|certificate| certificate.epoch == epoch);
        let key = self.key.clone()?;
        let sealing = |certificate: Option<&Certificate>| certificate.is_some_and(|c| c.key.as_bytes() == key);
        if !sealing(of(epoch)) {
            // The key is lost: the next epoch's seals up to the head that its certificate names.
            let Some(next) = of(epoch + 1).filter(|next| sealing(Some(next))) else {
                return Ok(None);
            };
            if let Some(head) = records.iter().position(|record| next.heads.contains(&record.hash)) {
                records.truncate(head + 1);
            }
        }
        let Some(last) = records.last() else {
            return Ok(None);
        };
        let tip = Tip {
            stream: self.stream.clone(),
            epoch,
            seq: last.seq,
            hash: last.hash,
        };
        let kid = PublicKey::from_bytes(&key)?.kid();
        let seal = Seal::unsigned(&tip, kid).sign(|message| {
            let signature = self.phone.platform.sign(message.to_vec())?;
            Ok::<_, PhoneError>(Signature(signature))
        })?;
        let mut text: String = records.iter().map(RawRecord::to_ndjson).collect();
        text.push_str(&Line::Seal(seal.clone()).to_ndjson());
        Ok(Some(Sealed { seal, text }))
    }

    async fn receipted(&mut self, branch: &str, batch: &Sealed, answer: PushAnswer) -> Result<Event, PhoneError> {
        let receipt = answer.receipt;
        self.check(&receipt, receipt.received_at).await?;
        let seal = &batch.seal;
        if (&receipt.stream, receipt.epoch, receipt.branch.as_str()) != (&seal.stream, seal.epoch, branch)
            || receipt.seq < seal.seq
            || (receipt.seq == seal.seq && receipt.hash != seal.hash)
        {
            return Err(PhoneError::Untrusted("its receipt is not for what was sent".into()));
        }
        let names: Vec<(u32, u64)> = answer.erased.iter().map(|name| (name.epoch, name.seq)).collect();
        let erased = self.phone.with(|store| {
            store.write(|tx| {
                log::put_receipt(tx, &receipt)?;
                log::put_seal(tx, branch, seal)?;
                log::erase(tx, &names)
            })
        })?;
        self.report.sent += answer.stored;
        self.erased(erased)?;
        Ok(Event::Pushed { to_seq: seal.seq })
    }

    pub(super) fn set_aside(&self, epoch: u32, branch: &str, from: u64) -> Result<Event, PhoneError> {
        self.write(|tx| {
            log::set_aside(tx, epoch, branch, from)?;
            let newest = log::certificate(tx)?.map_or(0, |certificate| certificate.epoch);
            if epoch < newest { log::carry(tx) } else { Ok(()) }
        })
    }
}

/// How many of the records fit into one batch.
fn fitting(records: &[RawRecord]) -> usize {
    let mut bytes = SEAL_BYTES;
    records
        .iter()
        .take(MAX_BATCH_RECORDS)
        .take_while(|record| {
            bytes += record.to_ndjson().len();
            bytes <= MAX_BATCH_BYTES
        })
        .count()
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, PhoneError> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
