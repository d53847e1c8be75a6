//! Holds an exported log against its hashes, signatures and receipts. Needs no server.
//!
//! The file is walked once, item by item, with a short look ahead; memory does not grow with it. How the
//! forgeries are told apart is described in `chain`, how impossible times are found in `clock.rs`.

mod carry;
mod chain;
mod clock;
mod epoch;
mod known;
mod lines;
mod reader;
mod report;
mod section;
#[cfg(test)]
mod tests;
mod witness;

use std::{
    collections::{BTreeMap, HashSet},
    io::{self, BufRead},
};

use carry::Carry;
use lines::{FileLine, RawLines, read_on_all_cores, tell};
use reader::{Found, Item, Items};
pub use report::{Fault, FaultCode, LineSummary, Notice, NoticeCode, Place, Report};
use report::{FaultCode as Code, Findings};
use section::Section;
use witness::{Witness, Witnesses};

use super::{BranchStart, Certificate, KeyRing, Line, Receipt, Seal, Signable, StreamId};

/// Seals by a key that is still to be named, that are remembered.
const MAX_PENDING_SEALS: usize = 1_000;

/// Holds a log against its hashes and signatures, the server's `keys`, and `receipts` kept elsewhere.
///
/// The answer names the first faulty record, and further ones as far as they can be told.
pub fn verify(text: &str, keys: &KeyRing, receipts: &[Receipt]) -> Report {
    let lines = RawLines::new(text.as_bytes()).map(|line| line.map(tell));
    walk(lines, keys, receipts).expect("reading from memory does not fail")
}

/// As [`verify`], for a file of any size: its lines are read on all cores.
///
/// # Errors
/// Those of `input`; what is wrong with the log is in the report.
pub fn verify_reader(input: impl BufRead + Send, keys: &KeyRing, receipts: &[Receipt]) -> io::Result<Report> {
    read_on_all_cores(input, |lines| walk(lines, keys, receipts))
}

fn walk(lines: impl Iterator<Item = io::Result<FileLine>>, keys: &KeyRing, receipts: &[Receipt]) -> io::Result<Report> {
    let mut walk = Walk {
        items: Items::new(lines),
        keys,
        findings: Findings::default(),
        lines: Vec::new(),
        witnesses: Witnesses::default(),
        seen: HashSet::new(),
        epoch: None,
    };
    walk.take_receipts(receipts);
    while let Some((file_line, item)) = walk.items.next()? {
        walk.item(file_line, item)?;
    }
    Ok(walk.end())
}

/// The way through a file.
struct Walk<'a, L> {
    items: Items<L>,
    keys: &'a KeyRing,
    findings: Findings,
    lines: Vec<LineSummary>,
    witnesses: Witnesses,
    /// Streams that have begun.
    seen: HashSet<StreamId>,
    epoch: Option<Epoch>,
}

/// The epoch that is being read.
struct Epoch {
    certificate: Option<Certificate>,
    /// Its main line first; the last is being read.
    sections: Vec<Section>,
    /// The certificate is signed by a trusted key.
    proven: bool,
    /// Seals by another key than the certificate's: the next certificate may adopt them.
    pending: Vec<(u64, Seal)>,
}

impl Epoch {
    fn section(&mut self) -> &mut Section {
        self.sections.last_mut().expect("an epoch begins with its main line")
    }

    fn main_place(&self) -> Place {
        self.sections[0].chain.place.clone()
    }
}

impl<L: Iterator<Item = io::Result<FileLine>>> Walk<'_, L> {
    fn take_receipts(&mut self, receipts: &[Receipt]) {
        for receipt in receipts {
            if let Err(e) = self.keys.check(receipt, Some(receipt.received_at)) {
                let (place, why) = (place_of(receipt), e.to_string());
                self.findings.fault(Code::BadReceipt, &place, receipt.seq, 0, why);
            } else {
                self.witnesses.add(place_of(receipt), receipt.into());
            }
        }
    }

    fn item(&mut self, file_line: u64, item: Item) -> io::Result<()> {
        match item {
            Item::Record(found) => self.record(file_line, &found)?,
            Item::Damaged(why) => {
                let findings = &mut self.findings;
                match &mut self.epoch {
                    Some(epoch) => epoch.section().chain.damaged(file_line, &why, findings),
                    None => {
                        let why = format!("line {file_line} of the file is no line of a log: {why}");
                        findings.fault(Code::BadCertificate, &Place::default(), 0, file_line, why);
                    }
                }
            }
            Item::Line(line) => match *line {
                Line::Certificate(certificate) => self.certificate(file_line, certificate),
                Line::Branch(start) => self.branch(file_line, start),
                Line::Seal(seal) => self.seal(file_line, seal),
                Line::Receipt(receipt) => self.receipt(file_line, receipt),
                Line::Anchor(anchor) => {
                    if let Some(epoch) = &mut self.epoch {
                        epoch::check_anchor(&epoch.sections, &anchor, None, file_line, self.keys, &mut self.findings);
                    }
                }
                Line::Record(_) => unreachable!("records are read as heads"),
            },
        }
        Ok(())
    }

    fn record(&mut self, file_line: u64, found: &Found) -> io::Result<()> {
        if self.epoch.is_none() {
            let place = Place {
                stream: found.head.stream.clone(),
                epoch: found.head.epoch,
                branch: String::new(),
            };
            let why = "records without the certificate of their epoch";
            self.findings.fault(Code::BadCertificate, &place, 0, file_line, why);
            self.begin(file_line, place, None, false);
        }
        let epoch = self.epoch.as_mut().expect("just begun");
        let items = &mut self.items;
        let (sections, findings) = (&mut epoch.sections, &mut self.findings);
        let seen = epoch::take_record(sections, found, file_line, || items.ahead(), self.keys, findings)?;
        if let Some((place, witness)) = seen {
            self.witness(place, witness);
        }
        Ok(())
    }

    fn certificate(&mut self, file_line: u64, certificate: Certificate) {
        let place = Place {
            stream: certificate.stream.clone(),
            epoch: certificate.epoch,
            branch: String::new(),
        };
        let known = self.epoch.as_ref().and_then(|epoch| epoch.certificate.as_ref());
        if known.is_some_and(|known| known.line() == certificate.line()) {
            self.findings
                .fault(Code::Replayed, &place, 0, file_line, "the certificate stands twice");
            return;
        }
        let checked = self.keys.check(&*certificate, Some(certificate.issued_at));
        let proven = checked.is_ok();
        if let Err(e) = checked {
            self.findings
                .fault(Code::BadCertificate, &place, 0, file_line, e.to_string());
        }
        let same_stream = self
            .epoch
            .as_ref()
            .is_some_and(|epoch| epoch.main_place().stream == place.stream);
        let carry = if same_stream {
            self.next_epoch(file_line, &certificate, &place)
        } else {
            self.next_stream(file_line, &place);
            None
        };
        self.begin(file_line, place, Some(certificate), proven);
        if let Some(epoch) = self.epoch.as_mut().filter(|_| proven) {
            epoch.section().carry = carry;
        }
    }

    /// Answers what the new epoch may carry over.
    fn next_epoch(&mut self, file_line: u64, certificate: &Certificate, place: &Place) -> Option<Carry> {
        let former = self.epoch.as_ref().map_or(0, |epoch| epoch.main_place().epoch);
        if u64::from(place.epoch) == u64::from(former) + 1 {
            let sections = self.epoch.as_ref().map_or(&[][..], |epoch| &epoch.sections);
            epoch::check_heads(sections, certificate, file_line, &mut self.findings);
            let carry = Carry::by(certificate, sections);
            self.close_epoch(Some(certificate));
            return carry;
        }
        self.close_epoch(None);
        if place.epoch > former {
            self.missing_epochs(former + 1, file_line, place);
        } else {
            let why = format!("epoch {} stands behind epoch {former}", place.epoch);
            self.findings.fault(Code::Reordered, place, 0, file_line, why);
        }
        None
    }

    fn next_stream(&mut self, file_line: u64, place: &Place) {
        self.close_epoch(None);
        if !self.seen.insert(place.stream.clone()) {
            let why = "other streams stand between the epochs of this one";
            self.findings.fault(Code::Spliced, place, 0, file_line, why);
        } else if place.epoch > 1 {
            self.missing_epochs(1, file_line, place);
        }
    }

    fn missing_epochs(&mut self, first: u32, file_line: u64, before: &Place) {
        let place = Place {
            epoch: first,
            ..before.clone()
        };
        let why = format!(
            "everything before epoch {} from epoch {first} on is missing",
            before.epoch
        );
        self.findings.fault(Code::Removed, &place, 0, file_line, why);
    }

    fn begin(&mut self, file_line: u64, place: Place, certificate: Option<Certificate>, proven: bool) {
        self.seen.insert(place.stream.clone());
        let section = Section::of_certificate(place, (certificate.as_ref(), proven), file_line, &mut self.witnesses);
        self.epoch = Some(Epoch {
            certificate,
            proven,
            sections: vec![section],
            pending: Vec::new(),
        });
    }

    fn branch(&mut self, file_line: u64, start: BranchStart) {
        let Some(epoch) = &mut self.epoch else {
            let why = "a branch before any certificate";
            self.findings
                .fault(Code::BadCertificate, &Place::default(), 0, file_line, why);
            return;
        };
        if start.branch.is_empty() && epoch.sections.len() == 1 && start.epoch == epoch.main_place().epoch {
            if !epoch.sections[0].begins_at(&start, file_line, &mut self.findings) {
                let why = "the main line has begun already";
                self.findings
                    .fault(Code::Unlinked, &epoch.main_place(), start.seq, file_line, why);
            }
            return;
        }
        let main = &epoch.sections[0].chain;
        let place = Place {
            branch: start.branch.clone(),
            ..main.place.clone()
        };
        let leaves = match main.known.get(start.seq) {
            _ if start.epoch != place.epoch => false,
            Some(hash) => hash == start.hash,
            None => main.known.forgot(start.seq),
        };
        if !leaves {
            let why = format!("the branch does not leave the main line at record {}", start.seq);
            self.findings.fault(Code::Unlinked, &place, start.seq, file_line, why);
        }
        if epoch.sections.iter().any(|section| section.chain.place == place) {
            self.findings
                .fault(Code::Replayed, &place, start.seq, file_line, "the branch stands twice");
        }
        let section = Section::of_branch(
            place,
            start,
            (epoch.certificate.as_ref(), leaves && epoch.proven),
            file_line,
            &mut self.witnesses,
        );
        epoch.sections.push(section);
    }

    fn seal(&mut self, file_line: u64, seal: Seal) {
        let Some(epoch) = &mut self.epoch else {
            let why = "a seal before any certificate";
            self.findings
                .fault(Code::BadCertificate, &Place::default(), 0, file_line, why);
            return;
        };
        let place = epoch.section().chain.place.clone();
        if seal.stream != place.stream || seal.epoch != place.epoch {
            let (seq, why) = (
                epoch.section().chain.seq() + 1,
                "a seal of another stream or epoch stands here",
            );
            self.findings.fault(Code::Spliced, &place, seq, file_line, why);
            return;
        }
        let Some(certificate) = &epoch.certificate else {
            return; // told already; its key is not known
        };
        if seal.kid != certificate.key.kid() && epoch.pending.len() < MAX_PENDING_SEALS {
            epoch.pending.push((file_line, seal));
            return;
        }
        match seal.verify(&certificate.key) {
            Ok(()) => epoch::take_seal(&mut epoch.sections, &seal, file_line, &mut self.findings),
            Err(e) => {
                self.findings
                    .fault(Code::BadSeal, &place, seal.seq, file_line, e.to_string());
            }
        }
    }

    fn receipt(&mut self, file_line: u64, receipt: Receipt) {
        let place = place_of(&receipt);
        if let Err(e) = self.keys.check(&receipt, Some(receipt.received_at)) {
            self.findings
                .fault(Code::BadReceipt, &place, receipt.seq, file_line, e.to_string());
            return;
        }
        self.witness(place, Witness::from(&receipt));
    }

    /// A word on a record that was read, or is still to come.
    fn witness(&mut self, place: Place, witness: Witness) {
        let mut read = self.epoch.iter_mut().flat_map(|epoch| &mut epoch.sections);
        if let Some(section) = read.find(|section| section.chain.place == place) {
            section.witness(witness, &mut self.findings);
            return;
        }
        match self.lines.iter().find(|line| line.place == place) {
            Some(line) if line.seq >= witness.seq => {
                let why = "what vouches for it stands too far behind it: they were not compared";
                self.findings.notice(NoticeCode::Unchecked, &place, witness.seq, why);
            }
            Some(line) => witness::missing_end(&place, Some(line.seq), &witness, &mut self.findings),
            None => self.witnesses.add(place, witness),
        }
    }

    fn close_epoch(&mut self, next: Option<&Certificate>) {
        let Some(mut epoch) = self.epoch.take() else {
            return;
        };
        for (file_line, seal) in std::mem::take(&mut epoch.pending) {
            let adopted = next.is_some_and(|next| next.heads.contains(&seal.hash) && seal.verify(&next.key).is_ok());
            if adopted {
                epoch::take_seal(&mut epoch.sections, &seal, file_line, &mut self.findings);
            } else {
                let why = "its key is neither the certificate's nor one that adopted this record";
                self.findings
                    .fault(Code::BadSeal, &epoch.main_place(), seal.seq, file_line, why);
            }
        }
        if epoch.certificate.as_ref().is_some_and(|certificate| certificate.demo) {
            let why = "keys and records are a demo's: played, not lived";
            self.findings.notice(NoticeCode::Demo, &epoch.main_place(), 0, why);
        }
        for section in epoch.sections {
            self.lines
                .push(section.close(epoch.certificate.as_ref(), &mut self.findings));
        }
    }

    fn end(mut self) -> Report {
        if self.epoch.is_none() && self.seen.is_empty() {
            let why = "the file holds no log";
            self.findings.fault(Code::BadCertificate, &Place::default(), 0, 0, why);
        }
        self.close_epoch(None);
        let left: BTreeMap<Place, Witness> = std::mem::take(&mut self.witnesses).newest_left();
        for (place, witness) in left {
            if self.seen.contains(&place.stream) {
                witness::missing_end(&place, None, &witness, &mut self.findings);
            } else {
                let why = "something vouches for a record of a stream that is not in the file";
                self.findings.notice(NoticeCode::OtherStream, &place, witness.seq, why);
            }
        }
        self.findings.report(self.lines)
    }
}

fn place_of(receipt: &Receipt) -> Place {
    Place {
        stream: receipt.stream.clone(),
        epoch: receipt.epoch,
        branch: receipt.branch.clone(),
    }
}
