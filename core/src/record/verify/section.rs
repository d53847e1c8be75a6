//! One line of records with its seals, receipts and times.

use std::collections::{BTreeMap, VecDeque};

use super::{
    chain::{Chain, Stands},
    clock::{Anchored, Clocks},
    reader::{Ahead, Found, Text},
    report::{FaultCode as Code, Findings, LineSummary, NoticeCode, Place},
};
use crate::record::{Anchor, Body, BranchStart, Certificate, Hash, KeyRing, Receipt, Seal};

/// The `type` of a record that brings an anchor, in its field `anchor`.
const ANCHORED: &str = "clock.anchored";

/// The `type` of a record that names a desk's newest record.
const FEED_SEEN: &str = "feed.seen";
/// Words on one line that are remembered until it comes.
const MAX_WITNESSES: usize = 65_536;

/// Someone's word on which record stands at a seq.
#[derive(Clone)]
pub(super) struct Witness {
    pub(super) seq: u64,
    hash: Hash,
    /// When the server receipted it; `None` where a phone saw it.
    pub(super) received_at: Option<i64>,
}

impl From<&Receipt> for Witness {
    fn from(receipt: &Receipt) -> Self {
        Self {
            seq: receipt.seq,
            hash: receipt.hash,
            received_at: Some(receipt.received_at),
        }
    }
}

/// Tells that a line ends at `seq`, before the newest record that `witness` knows of; `None`: it is not here
/// at all.
pub(super) fn missing_end(place: &Place, seq: Option<u64>, witness: &Witness, findings: &mut Findings) {
    let (code, who) = match witness.received_at {
        Some(_) => (Code::Cut, "the server acknowledged"),
        None => (Code::Contradicted, "a phone saw"),
    };
    let (first, end) = match seq {
        Some(seq) => (seq + 1, format!("the file ends at {seq}")),
        // A branch's first seq is not known; a main line's is.
        None if place.branch.is_empty() => (1, "nothing of its line is here".into()),
        None => (witness.seq, "nothing of its branch is here".into()),
    };
    let why = format!("{who} record {}, {end}", witness.seq);
    findings.fault(code, place, first, 0, why);
}

/// What a main line may carry over: the records that the server refused in the epoch before.
///
/// The server's certificate says so by its heads: one is the newest record that the server had, where the
/// epoch before ends, and one, the phone's own, never came in.
pub(super) struct Carry {
    epoch: u32,
    /// The newest record so far, of those that were kept and those carried.
    seq: u64,
    /// Times of the epoch before: what is carried over follows on them.
    clocks: Clocks,
    issued_at: i64,
}

impl Carry {
    /// What a `certificate` lets its epoch carry over from the `former` one.
    pub(super) fn by(certificate: &Certificate, former: &[Section]) -> Option<Self> {
        let main = former.first()?;
        let seq = main.chain.seq();
        let ends_there = main
            .chain
            .known
            .get(seq)
            .is_some_and(|tip| certificate.heads.contains(&tip));
        let here = |head: &Hash| former.iter().any(|section| section.chain.known.holds(head));
        let refused = certificate.heads.iter().any(|head| !here(head));
        (ends_there && refused).then(|| Self {
            epoch: main.chain.place.epoch,
            seq,
            clocks: main.clocks.carried_on(),
            issued_at: certificate.issued_at,
        })
    }

    /// Whether a record says that it is the next one carried over: from behind what was kept, in its order.
    fn takes(&mut self, body: &Body) -> bool {
        let Some((epoch, seq)) = body.carried_from() else {
            return false;
        };
        let next = epoch == u64::from(self.epoch) && seq > self.seq;
        if next {
            self.seq = seq;
        }
        next
    }
}

/// A line of records as far as it was read.
pub(super) struct Section {
    pub(super) chain: Chain,
    clocks: Clocks,
    branch: Option<BranchStart>,
    /// Words on records that are still to come, by seq.
    expected: VecDeque<Witness>,
    sealed_seq: u64,
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
    fn carry_on(&mut self, body: &Body, seq: u64, file_line: u64, findings: &mut Findings) {
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
    fn compare_so_far(&mut self, findings: &mut Findings) {
        let seq = self.chain.seq();
        while let Some(witness) = self.expected.pop_front_if(|witness| witness.seq < seq) {
            self.compare(&witness, findings);
        }
    }

    fn count(&mut self, found: &Found, file_line: u64, findings: &mut Findings) {
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

/// Takes the next record into the newest of an epoch's `sections`; it may vouch for a record of a desk.
pub(super) fn take_record<E>(
    sections: &mut [Section],
    found: &Found,
    file_line: u64,
    ahead: impl FnOnce() -> Result<Ahead, E>,
    keys: &KeyRing,
    findings: &mut Findings,
) -> Result<Option<(Place, Witness)>, E> {
    let newest = sections.len() - 1;
    let section = &mut sections[newest];
    let stands = section.chain.place(found, file_line, ahead, findings)?;
    if matches!(stands, Stands::Nowhere) {
        return Ok(None);
    }
    if let Some(start) = &section.branch {
        section.chain.check_name(found, start, file_line, findings);
    }
    section.count(found, file_line, findings);
    if let (Stands::Newest, Text::Read(body)) = (stands, &found.body) {
        let seq = found.head.seq;
        let anchored = read_anchor(body)
            .filter(|anchored| check_anchor(sections, &anchored.anchor, Some(seq), file_line, keys, findings));
        let section = &mut sections[newest];
        section.carry_on(body, seq, file_line, findings);
        section.clocks.record(
            (seq, file_line),
            &body.at,
            anchored.as_ref(),
            &section.chain.place,
            findings,
        );
    }
    sections[newest].compare_so_far(findings);
    Ok(match &found.body {
        Text::Read(body) => read_desk_head(body),
        _ => None,
    })
}

/// What a phone saw of the desk's log, in a record of type `feed.seen`. A desk's log has one epoch.
fn read_desk_head(body: &Body) -> Option<(Place, Witness)> {
    if body.kind != FEED_SEEN {
        return None;
    }
    let place = Place {
        stream: body.fields.get("desk")?.as_str()?.to_owned(),
        epoch: 1,
        branch: String::new(),
    };
    let witness = Witness {
        seq: body.fields.get("seq")?.as_u64()?,
        hash: body.fields.get("hash")?.as_str()?.parse().ok()?,
        received_at: None,
    };
    Some((place, witness))
}

fn read_anchor(body: &Body) -> Option<Anchored> {
    if body.kind != ANCHORED {
        return None;
    }
    serde_json::from_value(body.fields.clone().into()).ok()
}

/// Whether an anchor, in the body of record `seq` or on a line of its own, was signed over this history.
pub(super) fn check_anchor(
    sections: &[Section],
    anchor: &Anchor,
    seq: Option<u64>,
    file_line: u64,
    keys: &KeyRing,
    findings: &mut Findings,
) -> bool {
    let Some(chain) = sections.last().map(|section| &section.chain) else {
        return false;
    };
    let place = &chain.place;
    let why = if let Err(e) = keys.check(anchor, Some(anchor.server_at)) {
        e.to_string()
    } else if anchor.stream != place.stream || anchor.epoch > place.epoch || anchor.epoch == 0 {
        "an anchor of another log".into()
    } else if anchor.epoch == place.epoch && seq.is_some_and(|seq| anchor.seq >= seq) {
        "an anchor over a record that comes after it".into()
    } else if anchor.epoch == place.epoch && hash_at(sections, anchor.seq).is_some_and(|hash| hash != anchor.hash) {
        "an anchor over another record than the one here".into()
    } else {
        return true;
    };
    findings.fault(Code::BadAnchor, place, seq.unwrap_or(anchor.seq), file_line, why);
    false
}

/// Hash of a record of the newest section, or of the main line before it branched.
fn hash_at(sections: &[Section], seq: u64) -> Option<Hash> {
    let newest = sections.last()?;
    let branched_at = newest.branch.as_ref().map_or(0, |start| start.seq);
    let holder = if seq < branched_at { &sections[0] } else { newest };
    holder.chain.known.get(seq)
}

/// Takes a seal whose signature holds: it stands for the line that has its record, else for the newest.
pub(super) fn take_seal(sections: &mut [Section], seal: &Seal, file_line: u64, findings: &mut Findings) {
    let newest = sections.len() - 1;
    let holds = |section: &Section| section.chain.known.get(seal.seq) == Some(seal.hash);
    let index = sections.iter().rposition(holds).unwrap_or(newest);
    let section = &mut sections[index];
    if section.chain.known.forgot(seal.seq) {
        let why = "a seal stands too far behind its record: it was not compared";
        findings.notice(NoticeCode::Unchecked, &section.chain.place, seal.seq, why);
        return;
    }
    if section.chain.sealed(seal, file_line, findings) {
        section.sealed_seq = section.sealed_seq.max(seal.seq);
    }
}

/// An epoch continues the one before it where its certificate names the heads that are there.
pub(super) fn check_heads(former: &[Section], certificate: &Certificate, file_line: u64, findings: &mut Findings) {
    let place = Place {
        stream: certificate.stream.clone(),
        epoch: certificate.epoch,
        branch: String::new(),
    };
    let here = |hash: &&Hash| former.iter().any(|section| section.chain.known.holds(hash));
    let missing: Vec<&Hash> = certificate.heads.iter().filter(|hash| !here(hash)).collect();
    if missing.len() < certificate.heads.len() {
        for hash in missing {
            let why = format!("the head {hash} of the epoch before is not here: it was never taken in, or was cut");
            findings.notice(NoticeCode::HeadMissing, &place, 0, why);
        }
    } else if former.iter().any(|section| section.chain.known.forgot_any()) && !missing.is_empty() {
        let why = "the heads it names lie too far behind: they were not compared";
        findings.notice(NoticeCode::Unchecked, &place, 0, why);
    } else {
        let why = "its certificate names no record of the epoch before that is here";
        findings.fault(Code::Unlinked, &place, 0, file_line, why);
    }
}

/// Words on lines that are still to come.
#[derive(Default)]
pub(super) struct Witnesses(BTreeMap<Place, Vec<Witness>>);

impl Witnesses {
    pub(super) fn add(&mut self, place: Place, witness: Witness) {
        let known = self.0.entry(place).or_default();
        if known.len() == MAX_WITNESSES {
            known.pop(); // the newest say the most
        }
        known.push(witness);
    }

    fn take(&mut self, place: &Place) -> VecDeque<Witness> {
        let mut witnesses = self.0.remove(place).unwrap_or_default();
        witnesses.sort_by_key(|witness| witness.seq);
        witnesses.into()
    }

    /// The newest word on each line that never came.
    pub(super) fn newest_left(self) -> BTreeMap<Place, Witness> {
        let newest = |witnesses: Vec<Witness>| witnesses.into_iter().max_by_key(|witness| witness.seq);
        let left = self.0.into_iter();
        left.filter_map(|(place, witnesses)| Some((place, newest(witnesses)?)))
            .collect()
    }
}
