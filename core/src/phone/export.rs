//! The rep's own copy: his log as `verify` reads it, without the server's help.

use super::{
    Phone, PhoneError,
    store::{self, log},
};
use crate::record::{BranchStart, Hash, Line, Receipt};

/// Receipts in one export: more than 90 days of them.
const MAX_RECEIPTS: u32 = 100_000;

impl Phone {
    /// The whole log as NDJSON: each epoch's certificate, its records, its branches, its newest seal, and the
    /// receipts. Records past the last seal have not been sent yet; `verify` calls them an unsealed tail.
    ///
    /// # Errors
    /// [`PhoneError::NotEnrolled`], or the disk's.
    pub fn export_own(&self) -> Result<String, PhoneError> {
        self.with(|store| {
            let connection = store.connection();
            let certificates = log::certificates(connection)?;
            if certificates.is_empty() {
                return Err(PhoneError::NotEnrolled);
            }
            let lines = log::lines(connection)?;
            let receipts = log::receipts(connection, MAX_RECEIPTS)?;
            let mut text = String::new();
            for certificate in certificates {
                text.push_str(&Line::Certificate(certificate.clone()).to_ndjson());
                for line in lines.iter().filter(|line| line.epoch == certificate.epoch) {
                    push_line(&mut text, store, line, certificate.hash(), &receipts)?;
                }
            }
            Ok(text)
        })
    }
}

fn push_line(
    text: &mut String,
    store: &store::Store,
    line: &store::LogLineRow,
    certificate: Hash,
    receipts: &[Receipt],
) -> Result<(), PhoneError> {
    let connection = store.connection();
    if !line.branch.is_empty() {
        let seq = line.first_seq - 1;
        let hash = log::hash_at(connection, line.epoch, "", seq)?.unwrap_or(certificate);
        let start = BranchStart {
            epoch: line.epoch,
            branch: line.branch.clone(),
            seq,
            hash,
        };
        text.push_str(&Line::Branch(start).to_ndjson());
    }
    let seal = log::seal(connection, line.epoch, &line.branch)?;
    for record in log::raw(connection, line.epoch, &line.branch, 0, usize::MAX >> 1)? {
        text.push_str(&record.to_ndjson());
        if let Some((_, seal)) = seal.as_ref().filter(|(hash, _)| *hash == record.hash) {
            text.push_str(seal);
            text.push('\n');
        }
        for receipt in receipts.iter().filter(|receipt| receipt.hash == record.hash) {
            text.push_str(&Line::Receipt(receipt.clone()).to_ndjson());
        }
    }
    Ok(())
}
