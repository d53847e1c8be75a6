//! One line of records with its seals, receipts and times.

use std::collections::VecDeque;

use super::{
    carry::Carry,
    chain::Chain,
    clock::Clocks,
    reader::{Found, Text},
    report::{FaultCode as Code, Findings, LineSummary, NoticeCode, Place},
    witness::{Witness, Witnesses, missing_end},
};
use crate::record::{Body, BranchStart, Certificate, Hash};

/// A line of records as far as it was read.
pub(super) struct Section {
    pub(super) chain: Chain,
    pub(super) clocks: Clocks,
    pub(super) branch: Option<BranchStart>,
    /// Words on records that are still to come, by seq.
    expected: VecDeque<Witness>,
    pub(super) sealed_seq: u64,
    receipted_seq: u64,
    erased: u64,
    unreadable: u64,
    /// While its records may be carried over: they stand first.
    pub(super) carry: Option<Carry>,
    carried: u64,
    carried_seq: u64,
}

impl Section {
    /// The main line of an epoch, with whether its certificate is `proven`.
    pub(super) fn of_certificate(
        place: Place,
        (certificate, proven): (Option<&Certificate>, bool),
        file_line: u64,
        witnesses: &mut Witnesses,
    ) -> Self {
        let hash = certificate.map(Certificate::hash);
        Self::from(place, None, (0, hash), (certificate, proven), file_line, witnesses)
    }

    /// A branch of it. Its times are held against the certificate and its own anchors alone: it was written
    /// beside the main line, not after it.
    pub(super) fn of_branch(
        place: Place,
        start: BranchStart,
        (certificate, proven): (Option<&Certificate>, bool),
        file_line: u64,
        witnesses: &mut Witnesses,
    ) -> Self {
        let from = (start.seq, Some(start.hash));
        Self::from(place, Some(start), from, (certificate, proven), file_line, witnesses)
    }

    fn from(
        place: Place,
        branch: Option<BranchStart>,
        start: (u64, Option<Hash>),
        (certificate, proven): (Option<&Certificate>, bool),
        file_line: u64,
        witnesses: &mut Witnesses,
    ) -> Self {
        Self {
            expected: witnesses.take(&place),
            chain: Chain::from(place, start, proven, file_line),
            clocks: Clocks::after(certificate.filter(|_| proven).map(|certificate| certificate.issued_at)),
            branch,
            sealed_seq: start.0,
            receipted_seq: 0,
            erased: 0,
            unreadable: 0,
            carry: None,
            carried: 0,
            carried_seq: 0,
        }
    }

    /// Takes a record for a carried one as long as they stand first; then the certificate's time counts.
    pub(super) fn carry_on(&mut self, body: &Body, seq: u64, file_line: u64, findings: &mut Findings) {
        let Some(carry) = &mut self.carry else { return };
        if carry.takes(body) {
            if self.carried == 0 {
                self.clocks = std::mem::take(&mut carry.clocks);
            }
            (self.carried, self.carried_seq) = (self.carried + 1, seq);
            findings.carried(&self.chain.place, seq, file_line);
        } else {
            self.clocks.go_on_after(carry.issued_at);
            self.carry = None;
        }
    }

    /// The file leaves out the first records of this main line, and says so. Where it has begun: `false`.
    pub(super) fn begins_at(&mut self, start: &BranchStart, file_line: u64, findings: &mut Findings) -> bool {
        if self.chain.records > 0 || self.chain.seq() > 0 || start.seq == 0 {
            return false;
        }
        let place = self.chain.place.clone();
        let why = format!("records 1 to {} are left out of the file", start.seq);
        findings.notice(NoticeCode::LeftOut, &place, start.seq, why);
        self.expected.retain(|witness| witness.seq >= start.seq);
        self.chain = Chain::from(place, (start.seq, Some(start.hash)), true, file_line);
        self.sealed_seq = start.seq;
        true
    }

    /// A word on one of its records.
    pub(super) fn witness(&mut self, witness: Witness, findings: &mut Findings) {
        if witness.seq > self.chain.seq() {
            let at = self.expected.partition_point(|other| other.seq <= witness.seq);
            self.expected.insert(at, witness);
        } else {
            self.compare(&witness, findings);
        }
    }

    fn compare(&mut self, witness: &Witness, findings: &mut Findings) {
        let place = &self.chain.place;
        match (self.chain.known.get(witness.seq), witness.received_at) {
            (Some(hash), Some(received_at)) if hash == witness.hash => {
                self.receipted_seq = self.receipted_seq.max(witness.seq);
                self.clocks.receipted(witness.seq, received_at, place, findings);
            }
            (Some(hash), None) if hash == witness.hash => {}
            (Some(_), Some(_)) => {
                let why = "it is not the record that the server acknowledged";
                findings.fault(Code::Changed, place, witness.seq, 0, why);
            }
            (Some(_), None) => {
                let why = "a phone saw another record here: one of the two logs was written anew";
                findings.fault(Code::Contradicted, place, witness.seq, 0, why);
            }
            (None, _) => {
                let why = "the record that something vouches for is not at hand: they were not compared";
                findings.notice(NoticeCode::Unchecked, place, witness.seq, why);
            }
        }
    }

    /// Compares what waits for records before the newest: that one may still find a rival.
    pub(super) fn compare_so_far(&mut self, findings: &mut Findings) {
        let seq = self.chain.seq();
        while let Some(witness) = self.expected.pop_front_if(|witness| witness.seq < seq) {
            self.compare(&witness, findings);
        }
    }

    pub(super) fn count(&mut self, found: &Found, file_line: u64, findings: &mut Findings) {
        match &found.body {
            Text::Read(_) => {}
            Text::Erased => self.erased += 1,
            Text::Unreadable => self.unreadable += 1,
            Text::Wrong(why) => {
                findings.fault(
                    Code::Changed,
                    &self.chain.place,
                    found.head.seq,
                    file_line,
                    why.as_str(),
                );
            }
        }
    }

    /// Tells what is missing from the end, and sums up.
    pub(super) fn close(mut self, certificate: Option<&Certificate>, findings: &mut Findings) -> LineSummary {
        self.chain.close(findings);
        let seq = self.chain.seq();
        while let Some(witness) = self.expected.pop_front_if(|witness| witness.seq <= seq) {
            self.compare(&witness, findings);
        }
        let place = self.chain.place;
        self.clocks.close(&place, findings);
        if let Some(witness) = self.expected.back() {
            missing_end(&place, Some(seq), witness, findings);
        }
        if self.sealed_seq < self.carried_seq {
            let why = "written anew under no seal: it is nobody's word";
            findings.fault(Code::BackDated, &place, self.sealed_seq + 1, 0, why);
        }
        if self.sealed_seq < seq {
            let why = format!("records {} to {seq} are under no seal yet", self.sealed_seq + 1);
            findings.notice(NoticeCode::UnsealedTail, &place, self.sealed_seq + 1, why);
        }
        if self.receipted_seq < seq {
            let why = format!("complete to seq {seq}; whether more followed only a receipt can tell");
            findings.notice(NoticeCode::CompleteTo, &place, seq, why);
        }
        LineSummary {
            rep: certificate
                .map(|certificate| certificate.rep.clone())
                .unwrap_or_default(),
            grade: certificate.map(|certificate| certificate.grade),
            demo: certificate.is_some_and(|certificate| certificate.demo),
            records: self.chain.records,
            seq,
            sealed_seq: self.sealed_seq,
            receipted_seq: self.receipted_seq,
            erased: self.erased,
            unreadable: self.unreadable,
            carried: self.carried,
            place,
        }
    }
}
