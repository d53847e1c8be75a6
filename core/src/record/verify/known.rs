use std::collections::VecDeque;

use crate::record::Hash;

/// Records of one line whose hashes are remembered: seals and receipts stand close behind their records.
const MAX_KNOWN: usize = 65_536;

/// The hashes of the newest records of a line, by seq.
#[derive(Default)]
pub(super) struct Known {
    first_seq: u64,
    hashes: VecDeque<Option<Hash>>,
    forgot: bool,
}

impl Known {
    /// Knows only what a line starts from.
    pub(super) fn from(seq: u64, hash: Option<Hash>) -> Self {
        let mut known = Self {
            first_seq: seq,
            ..Self::default()
        };
        known.hashes.push_back(hash);
        known
    }

    pub(super) fn get(&self, seq: u64) -> Option<Hash> {
        let index = usize::try_from(seq.checked_sub(self.first_seq)?).ok()?;
        *self.hashes.get(index)?
    }

    /// Whether a record of this seq may have stood here and was forgotten since.
    pub(super) fn forgot(&self, seq: u64) -> bool {
        self.forgot && seq < self.first_seq
    }

    /// Whether anything was forgotten.
    pub(super) fn forgot_any(&self) -> bool {
        self.forgot
    }

    pub(super) fn holds(&self, hash: &Hash) -> bool {
        self.hashes.contains(&Some(*hash))
    }

    pub(super) fn insert(&mut self, seq: u64, hash: Option<Hash>) {
        let Some(index) = seq.checked_sub(self.first_seq) else {
            return;
        };
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        if index >= self.hashes.len() + MAX_KNOWN {
            // A gap wider than the memory: start anew behind it.
            *self = Self {
                forgot: true,
                ..Self::from(seq, hash)
            };
            return;
        }
        while self.hashes.len() <= index {
            self.hashes.push_back(None);
        }
        self.hashes[index] = hash;
        while self.hashes.len() > MAX_KNOWN {
            self.hashes.pop_front();
            self.first_seq += 1;
            self.forgot = true;
        }
    }
}
