//! One line of records against its chain.
//!
//! A record is true to its place where its seq counts on and its `prev` is the hash of the record before.
//! Where that breaks, what follows tells the forgeries apart; of several explanations the one with the
//! fewest forged records is told:
//!
//! - the next record continues the one *before* this: taking this out heals the chain, it was **added**
//!   (unless the record that should stand at its number names it later: then it was moved, **reordered**);
//! - a number that stands already: **replayed** with the same hash, **added** with another. Of two records
//!   that both continue their predecessor, the one that the next record (or a seal) names is the true one;
//! - a number too high, continuing nothing that is here: those between are missing. Records that come later
//!   and fit into the gap were **reordered**, the rest was **removed**;
//! - the right number and a wrong `prev`: the record before was **changed**, if this one is vouched for by the
//!   next record or a seal and that one by nothing; else this one was;
//! - the right `prev` and a wrong number: this one was **changed**;
//! - a seal over another hash than that of the record it names: that record was **changed**.

mod gaps;

use super::{
    known::Known,
    reader::{Ahead, Found},
    report::{FaultCode as Code, Findings, Place},
};
use crate::record::{BranchStart, Hash, Head, Seal};
use gaps::{Gap, Stray};

/// Where the records of one line stand.
pub(super) struct Chain {
    pub(super) place: Place,
    pub(super) known: Known,
    /// Records that stand in the chain.
    pub(super) records: u64,
    tip: Tip,
    gaps: Vec<Gap>,
    strays: Vec<Stray>,
}

/// What the next record should continue.
#[derive(Clone, Copy)]
struct Tip {
    seq: u64,
    /// `None` where it can't be told: the line was damaged, or there is no certificate.
    hash: Option<Hash>,
    file_line: u64,
    /// A valid seal or the certificate says that it is right.
    proven: bool,
    /// It was told as changed: what follows need not name its hash.
    changed: bool,
}

/// Whether a record stands in the chain, and so counts.
pub(super) enum Stands {
    /// It is the newest: its time can be held against those before.
    Newest,
    /// It is part of the chain, but not in its order.
    Misplaced,
    /// It is no part of the chain.
    Nowhere,
}

impl Chain {
    /// A line that starts from a certificate (seq 0) or from the main line's record at `seq`.
    /// What it starts from is `proven` or was told as faulty already.
    pub(super) fn from(place: Place, (seq, hash): (u64, Option<Hash>), proven: bool, file_line: u64) -> Self {
        Self {
            place,
            known: Known::from(seq, hash),
            records: 0,
            tip: Tip {
                seq,
                hash,
                file_line,
                proven,
                changed: !proven,
            },
            gaps: Vec::new(),
            strays: Vec::new(),
        }
    }

    /// Seq of the newest record.
    ///
    /// JSON's integers end at 2^63 here, so that one can be added to any seq.
    pub(super) fn seq(&self) -> u64 {
        self.tip.seq
    }

    /// Puts a record into its place. `ahead` is asked only where the record does not simply follow.
    pub(super) fn place<E>(
        &mut self,
        found: &Found,
        file_line: u64,
        ahead: impl FnOnce() -> Result<Ahead, E>,
        findings: &mut Findings,
    ) -> Result<Stands, E> {
        let head = &found.head;
        let step = Step {
            seq: head.seq,
            prev: head.prev,
            hash: found.hash,
            file_line,
        };
        let ours = head.stream == self.place.stream && head.epoch == self.place.epoch;
        let stands = if !ours {
            self.foreign(head, &step, findings)
        } else if self.followed_by(step.seq, &step.prev) {
            self.move_to(&step, false);
            Stands::Newest
        } else {
            self.misfit(&step, &ahead()?, findings)
        };
        if !matches!(stands, Stands::Nowhere) {
            self.records += 1;
        }
        Ok(stands)
    }

    /// A line that can't be read stands where the next record should: it is taken for that record.
    pub(super) fn damaged(&mut self, file_line: u64, why: &str, findings: &mut Findings) {
        let seq = self.tip.seq + 1;
        let why = format!("line {file_line} of the file is no line of a log: {why}");
        findings.fault(Code::Changed, &self.place, seq, file_line, why);
        self.known.insert(seq, None);
        self.tip = Tip {
            seq,
            hash: None,
            file_line,
            proven: false,
            changed: true,
        };
    }

    /// The branch's first record names the branch.
    pub(super) fn check_name(&self, found: &Found, start: &BranchStart, file_line: u64, findings: &mut Findings) {
        if self.records == 1 && found.hash.branch() != start.branch {
            let why = "it is not the record that its branch is named for";
            findings.fault(Code::Changed, &self.place, found.head.seq, file_line, why);
        }
    }

    /// A seal whose signature holds: what it covers is what was sealed. Says whether that is what is here.
    pub(super) fn sealed(&mut self, seal: &Seal, file_line: u64, findings: &mut Findings) -> bool {
        let differs = self.known.get(seal.seq).is_some_and(|hash| hash != seal.hash);
        if seal.seq > self.tip.seq {
            self.open_gap(seal.seq, seal.hash, None, file_line, findings);
        } else if differs {
            let why = "it is not the record that was sealed: it, or one before it and all since, was written anew";
            findings.fault(Code::Changed, &self.place, seal.seq, self.tip.file_line, why);
            self.known.insert(seal.seq, Some(seal.hash));
        }
        if seal.seq >= self.tip.seq {
            self.known.insert(seal.seq, Some(seal.hash));
            self.tip = Tip {
                seq: seal.seq,
                hash: Some(seal.hash),
                file_line,
                proven: true,
                changed: false,
            };
        }
        !differs
    }

    fn followed_by(&self, seq: u64, prev: &Hash) -> bool {
        self.tip.seq + 1 == seq && self.tip.hash.is_none_or(|hash| hash == *prev)
    }

    fn move_to(&mut self, step: &Step, changed: bool) {
        self.known.insert(step.seq, Some(step.hash));
        self.tip = Tip {
            seq: step.seq,
            hash: Some(step.hash),
            file_line: step.file_line,
            proven: false,
            changed,
        };
    }

    /// A record of another log; or of this one with another name put on it.
    fn foreign(&mut self, head: &Head, step: &Step, findings: &mut Findings) -> Stands {
        let seq = self.tip.seq + 1;
        if step.seq == seq && self.tip.hash == Some(step.prev) {
            let why = format!(
                "it stands in its chain, but as one of epoch {} of stream {}",
                head.epoch, head.stream
            );
            findings.fault(Code::Changed, &self.place, seq, step.file_line, why);
            self.move_to(step, true);
            return Stands::Newest;
        }
        let why = format!(
            "record {} of epoch {} of stream {} stands here",
            head.seq, head.epoch, head.stream
        );
        findings.fault(Code::Spliced, &self.place, seq, step.file_line, why);
        Stands::Nowhere
    }

    fn misfit(&mut self, step: &Step, ahead: &Ahead, findings: &mut Findings) -> Stands {
        if self.known.get(step.seq) == Some(step.hash) {
            let why = "this record stands in the file before";
            findings.fault(Code::Replayed, &self.place, step.seq, step.file_line, why);
            return Stands::Nowhere;
        }
        let continues = self.known.get(step.seq - 1) == Some(step.prev);
        if self.tip.hash.is_none() && step.seq == self.tip.seq && continues {
            // The damaged line before was one too many.
            self.move_to(step, false);
            return Stands::Newest;
        }
        let next_follows = ahead
            .head
            .as_ref()
            .is_some_and(|next| self.followed_by(next.seq, &next.prev));
        if self.tip.hash == Some(step.prev) && !next_follows {
            return self.renumbered(step, findings);
        }
        if let Some(index) = self.gaps.iter().position(|gap| gap.holds(step.seq)) {
            self.fill(index, step, findings);
            return Stands::Misplaced;
        }
        if step.seq <= self.tip.seq {
            return self.rival(step, ahead, findings);
        }
        if next_follows {
            return self.stray(step, findings);
        }
        if step.seq > self.tip.seq + 1 {
            self.open_gap(step.seq - 1, step.prev, Some(step.seq), step.file_line, findings);
            self.move_to(step, false);
            return Stands::Newest;
        }
        self.broken_link(step, ahead, findings);
        Stands::Newest
    }

    /// Another record has its number.
    fn rival(&mut self, step: &Step, ahead: &Ahead, findings: &mut Findings) -> Stands {
        let continues = self.known.get(step.seq - 1) == Some(step.prev);
        let proven = self.tip.proven && step.seq == self.tip.seq;
        let true_one = continues && !proven && step.named_by(ahead);
        let why = "two records have this number, and nothing names the other one";
        let line = if true_one { self.tip.file_line } else { step.file_line };
        findings.fault(Code::Added, &self.place, step.seq, line, why);
        if !true_one {
            return Stands::Nowhere;
        }
        self.records -= self.records.min(self.tip.seq - step.seq + 1);
        self.move_to(step, false);
        Stands::Newest
    }

    fn renumbered(&mut self, step: &Step, findings: &mut Findings) -> Stands {
        let seq = self.tip.seq + 1;
        let why = format!("it follows the record before it, but is numbered {}", step.seq);
        findings.fault(Code::Changed, &self.place, seq, step.file_line, why);
        self.move_to(&Step { seq, ..*step }, true);
        Stands::Newest
    }

    fn broken_link(&mut self, step: &Step, ahead: &Ahead, findings: &mut Findings) {
        if self.tip.changed {
            self.move_to(step, false);
        } else if !self.tip.proven && step.named_by(ahead) {
            let why = "the record after it names another hash for it";
            findings.fault(Code::Changed, &self.place, self.tip.seq, self.tip.file_line, why);
            self.move_to(step, false);
        } else {
            let why = "it does not name the hash of the record before it, and nothing names its own";
            findings.fault(Code::Changed, &self.place, step.seq, step.file_line, why);
            self.move_to(step, true);
        }
    }
}

/// What of a record decides on its place.
#[derive(Clone, Copy)]
struct Step {
    seq: u64,
    prev: Hash,
    hash: Hash,
    file_line: u64,
}

impl Step {
    /// Whether the next record, or a seal before it, vouches for this one.
    fn named_by(&self, ahead: &Ahead) -> bool {
        ahead.head.as_ref().is_some_and(|next| next.prev == self.hash)
            || ahead
                .seal
                .as_ref()
                .is_some_and(|seal| (seal.seq, seal.hash) == (self.seq, self.hash))
    }
}
