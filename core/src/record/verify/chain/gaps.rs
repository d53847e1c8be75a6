//! What is missing of a line, and what was one too many: either may turn out to be the other, moved.

use super::{
    super::report::{Fault, FaultCode as Code, FaultId, Findings, Place},
    Chain, Stands, Step,
};
use crate::record::Hash;

/// Gaps and strays that are remembered: a file with more is told to have removed and added records only.
const MAX_OPEN: usize = 256;

/// Records that are not here (yet).
#[derive(Clone, Copy)]
pub(super) struct Gap {
    first: u64,
    last: u64,
    /// Hash of the record before the gap.
    left: Option<Hash>,
    /// Hash that the gap's last record should have.
    right: Hash,
    /// The record that stood behind the gap when it was opened; `None` where a seal showed it.
    opener: Option<u64>,
    file_line: u64,
    /// The fault of having been filled later.
    moved: Option<FaultId>,
}

impl Gap {
    pub(super) fn holds(&self, seq: u64) -> bool {
        self.first <= seq && seq <= self.last
    }
}

/// A record that was told as added.
pub(super) struct Stray {
    seq: u64,
    hash: Hash,
    fault: FaultId,
}

impl Chain {
    /// Tells the gaps that nothing filled.
    pub(in super::super) fn close(&mut self, findings: &mut Findings) {
        for gap in std::mem::take(&mut self.gaps) {
            // Filled from its beginning while nothing continued the record behind it: that record was the
            // stranger, and the numbers up to it never were.
            if let Some(moved) = gap
                .moved
                .filter(|_| gap.opener == Some(self.tip.seq) && gap.last + 1 == self.tip.seq)
            {
                findings.retell(moved, |fault| {
                    fault.code = Code::Added;
                    fault.seq = self.tip.seq;
                    fault.why = "nothing leads to it or on from it".into();
                });
                continue;
            }
            removed(&gap, &self.place, findings);
        }
    }

    /// Its removal heals the chain.
    pub(super) fn stray(&mut self, step: &Step, findings: &mut Findings) -> Stands {
        let seq = self.tip.seq + 1;
        let why = format!("a record numbered {} stands between two that belong together", step.seq);
        let fault = findings.fault(Code::Added, &self.place, seq, step.file_line, why);
        if self.strays.len() < MAX_OPEN {
            self.strays.push(Stray {
                seq: step.seq,
                hash: step.hash,
                fault,
            });
        }
        Stands::Nowhere
    }

    pub(super) fn open_gap(
        &mut self,
        last: u64,
        right: Hash,
        opener: Option<u64>,
        file_line: u64,
        findings: &mut Findings,
    ) {
        let gap = Gap {
            first: self.tip.seq + 1,
            last,
            left: self.tip.hash,
            right,
            opener,
            file_line,
            moved: None,
        };
        let moved = self
            .strays
            .iter()
            .position(|stray| stray.seq == last && stray.hash == right);
        match moved.map(|index| self.strays.swap_remove(index)) {
            Some(stray) => {
                findings.retell(stray.fault, |fault| {
                    fault.code = Code::Reordered;
                    fault.why = format!("record {last} stands before it");
                });
                self.records += 1;
                self.known.insert(last, Some(right));
                if gap.first < last {
                    removed(&Gap { last: last - 1, ..gap }, &self.place, findings);
                }
            }
            None if self.gaps.len() < MAX_OPEN => self.gaps.push(gap),
            None => removed(&gap, &self.place, findings),
        }
    }

    /// A missing record comes late: the gap becomes the parts before and behind it.
    pub(super) fn fill(&mut self, index: usize, step: &Step, findings: &mut Findings) {
        let gap = self.gaps.swap_remove(index);
        let moved = gap.moved.unwrap_or_else(|| {
            let why = match gap.opener {
                Some(seq) => format!("record {seq} stands before it"),
                None => "a seal over it stands before it".into(),
            };
            findings.fault(Code::Reordered, &self.place, gap.first, gap.file_line, why)
        });
        let breaks_left = step.seq == gap.first && gap.left.is_some_and(|left| left != step.prev);
        let breaks_right = step.seq == gap.last && gap.right != step.hash;
        if breaks_left || breaks_right {
            let why = "it stands late, and its neighbours do not name it";
            findings.fault(Code::Changed, &self.place, step.seq, step.file_line, why);
        }
        self.known.insert(step.seq, Some(step.hash));
        let (moved, file_line, opener) = (Some(moved), gap.file_line, gap.opener);
        let before = Gap {
            last: step.seq - 1,
            right: step.prev,
            moved,
            file_line,
            opener,
            ..gap
        };
        let behind = Gap {
            first: step.seq + 1,
            left: Some(step.hash),
            moved,
            file_line,
            opener,
            ..gap
        };
        self.gaps
            .extend([before, behind].into_iter().filter(|gap| gap.first <= gap.last));
    }
}

fn removed(gap: &Gap, place: &Place, findings: &mut Findings) {
    let why = match gap.first == gap.last {
        true => format!("record {} is missing", gap.first),
        false => format!("records {} to {} are missing", gap.first, gap.last),
    };
    let id = findings.fault(Code::Removed, place, gap.first, gap.file_line, why);
    findings.retell(id, |fault: &mut Fault| fault.records = gap.last - gap.first + 1);
}
