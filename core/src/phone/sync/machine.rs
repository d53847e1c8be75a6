//! What to do next: the sync as a pure function of what the phone has, what the server said and what just
//! happened. It does no I/O, so it can be cut anywhere and begun again, and every row of the push table is
//! a row of its test.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    Problem,
    step::{Action, Event, Local, Seen},
};
use crate::{
    phone::store::{LogLineRow, PHOTO_CHUNK_BYTES},
    record::{EpochReason, Hash, MAX_BATCH_RECORDS},
};

/// Tries of one request, the first included.
pub(super) const TRIES: u32 = 4;
/// Waits of one run, whatever for.
const WAITS: u32 = 12;
/// A server that asks for more patience than this is left for the next run.
const PATIENCE_S: u64 = 30;
/// Nor for longer than this, whatever it asks for.
const PATIENCE_MOST_S: u64 = 4 * 3_600;
/// Epochs that one run opens: more would mean that the two sides don't understand each other.
const EPOCHS: u32 = 3;
/// Repairs of one run: gaps, forks and refusals of a batch.
const REPAIRS: u32 = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Head,
    Log,
    Feed,
    Blobs,
    /// What the feed brought into the log.
    LogAgain,
    Photos,
    Wipe,
    End,
}

/// One run.
#[derive(Debug)]
pub(crate) struct Machine {
    phase: Phase,
    /// Random, to spread the retries of many phones.
    spread: u64,
    server_epoch: u32,
    our_key: bool,
    /// The server takes no signature of ours for a new epoch.
    unproved: bool,
    seen: BTreeMap<(u32, String), Seen>,
    /// Up to where the server is known to have each line of ours.
    held: BTreeMap<(u32, String), u64>,
    /// Where an epoch's main line diverges.
    forks: BTreeMap<u32, u64>,
    max_records: usize,
    anchored: bool,
    offered: bool,
    feed_restarted: bool,
    blobs: VecDeque<Hash>,
    photo: Option<(Hash, u64)>,
    photos_left: BTreeSet<Hash>,
    last: Action,
    tries: u32,
    waits: u32,
    epochs: u32,
    repairs: u32,
    new_keys: u32,
    /// What went wrong and is left for the next run.
    pub(crate) problems: Vec<Problem>,
    /// It ended before all was tried: the server was not heard, or did not take the log.
    pub(crate) gave_up: bool,
    /// When the server wants to be asked again.
    pub(crate) retry_after_s: Option<u64>,
}

impl Machine {
    /// A run; `spread` is random.
    pub(crate) fn new(spread: u64) -> Self {
        Self {
            phase: Phase::Head,
            spread,
            server_epoch: 0,
            our_key: false,
            unproved: false,
            seen: BTreeMap::new(),
            held: BTreeMap::new(),
            forks: BTreeMap::new(),
            max_records: MAX_BATCH_RECORDS,
            anchored: false,
            offered: false,
            feed_restarted: false,
            blobs: VecDeque::new(),
            photo: None,
            photos_left: BTreeSet::new(),
            last: Action::End,
            tries: 0,
            waits: 0,
            epochs: 0,
            repairs: 0,
            new_keys: 0,
            problems: Vec::new(),
            gave_up: false,
            retry_after_s: None,
        }
    }

    /// Takes in what happened, and says what to do.
    pub(crate) fn step(&mut self, local: &Local, event: Event) -> Action {
        match self.take(local, event) {
            Some(at_once) => at_once,
            None => {
                let action = self.next(local);
                self.last = action.clone();
                action
            }
        }
    }

    fn take(&mut self, local: &Local, event: Event) -> Option<Action> {
        if !matches!(event, Event::Later { .. } | Event::Waited) {
            self.tries = 0;
        }
        match event {
            Event::Begin | Event::Waited => {}
            Event::Done => self.took_step(),
            Event::Head { epoch, our_key, lines } => self.take_head(local, epoch, our_key, lines),
            Event::Opened { epoch } => (self.server_epoch, self.our_key, self.unproved) = (epoch, true, false),
            Event::Unproved => self.unproved = true,
            Event::Pushed { to_seq } => self.take_held(to_seq),
            Event::Fork { .. } | Event::Gap { .. } | Event::Quarantined { .. } | Event::Unsealable => {
                return self.repair(local, &event);
            }
            Event::TooBig if self.max_records > 1 => self.max_records /= 2,
            Event::TooBig => self.give_up(Problem::new("too_big", "one record alone is too big for the server")),
            Event::Feed { more, missing } => {
                if !more {
                    self.blobs = missing.into();
                    self.phase = Phase::Blobs;
                }
            }
            Event::OtherIncarnation if self.feed_restarted => {
                self.refused(Problem::new("other_incarnation", "the server's feed does not settle"));
            }
            Event::OtherIncarnation => {
                self.feed_restarted = true;
                return Some(Action::RestartFeed);
            }
            Event::Photo { offset, complete } => {
                self.photo = match self.photo {
                    Some((hash, _)) if !complete => Some((hash, offset)),
                    _ => None,
                };
            }
            Event::KeyGone if self.new_keys == 0 => {
                self.new_keys += 1;
                self.our_key = false;
                return Some(Action::NewKey);
            }
            Event::KeyGone => self.give_up(Problem::new("key_gone", "the platform loses each key it makes")),
            Event::Later { after_s, problem } => return self.later(after_s, problem),
            // What it holds is still sent.
            Event::Replaced => self.phase = Phase::LogAgain,
            Event::Revoked => self.phase = Phase::Wipe,
            Event::Refused(problem) => self.refused(problem),
        }
        None
    }

    /// A step that has no answer is done.
    fn took_step(&mut self) {
        match &self.last {
            Action::Anchor => self.anchored = true,
            Action::GetBlob(_) => _ = self.blobs.pop_front(),
            Action::ForgetEpochs { from } => {
                let from = *from;
                self.seen.retain(|(epoch, _), _| *epoch < from);
            }
            Action::MakeBranch { epoch, from } => {
                self.held.insert((*epoch, String::new()), from - 1);
                self.forks.remove(epoch);
            }
            _ => {}
        }
    }

    fn take_head(&mut self, local: &Local, epoch: u32, our_key: bool, lines: Vec<Seen>) {
        self.server_epoch = epoch;
        self.our_key = our_key;
        self.seen = lines
            .into_iter()
            .map(|seen| ((seen.epoch, seen.branch.clone()), seen))
            .collect();
        self.photos_left = local.photos.iter().map(|photo| photo.hash).collect();
        self.phase = Phase::Log;
    }

    fn take_held(&mut self, to_seq: u64) {
        if let Action::Push { epoch, branch, .. } = &self.last {
            let held = self.held.entry((*epoch, branch.clone())).or_default();
            *held = to_seq.max(*held);
        }
    }

    /// The server did not take a batch as it is.
    fn repair(&mut self, local: &Local, event: &Event) -> Option<Action> {
        self.repairs += 1;
        let Action::Push {
            epoch, branch, from, ..
        } = self.last.clone()
        else {
            self.give_up(Problem::new("protocol", "an answer to a batch that was not sent"));
            return None;
        };
        if self.repairs > REPAIRS {
            self.give_up(Problem::new("unsettled", "the server keeps refusing batches"));
            return None;
        }
        let first_kept = local
            .lines
            .iter()
            .find(|line| (line.epoch, &line.branch) == (epoch, &branch))
            .map_or(from, |line| line.first_seq);
        let aside = |from| {
            Some(Action::SetAside {
                epoch,
                branch: branch.clone(),
                from,
            })
        };
        match *event {
            Event::Fork { seq } if branch.is_empty() => {
                self.forks.insert(epoch, seq.max(from));
                None
            }
            Event::Gap { expected_seq } if expected_seq >= first_kept => {
                self.held.insert((epoch, branch.clone()), expected_seq - 1);
                None
            }
            // What the server misses is pruned here: what is still here goes into a new epoch, whole.
            Event::Gap { .. } => aside(first_kept),
            // A branch of a branch has no name; its records are written anew instead.
            Event::Fork { seq } | Event::Quarantined { seq } => aside(seq.max(from)),
            _ => aside(from),
        }
    }

    fn later(&mut self, after_s: Option<u64>, problem: Problem) -> Option<Action> {
        self.tries += 1;
        self.waits += 1;
        let patient = after_s.unwrap_or(0) <= PATIENCE_S && self.tries < TRIES && self.waits <= WAITS;
        if !patient {
            // It says the same to all: they come back over half as long again.
            let after_s = after_s.map(|after_s| after_s.min(PATIENCE_MOST_S));
            self.retry_after_s = after_s.map(|after_s| after_s + self.drawn(after_s / 2));
            self.give_up(problem);
            return None;
        }
        // Half fixed, half random: doubling from half a second (full jitter would hammer a busy server).
        let step_ms = 500_u64 << self.tries.min(6);
        let ms = match after_s {
            // Never earlier than it says, and over a stretch that doubles: all who were refused were told the same.
            Some(after_s) => after_s * 1000 + self.drawn(step_ms),
            None => step_ms / 2 + self.drawn(step_ms / 2),
        };
        Some(Action::Wait { ms })
    }

    /// Below `most`; another at each wait.
    fn drawn(&self, most: u64) -> u64 {
        self.spread.rotate_left(7 * self.waits) % most.max(1)
    }

    /// Something that trying again does not mend: the log goes no further, the rest goes on.
    fn refused(&mut self, problem: Problem) {
        match (self.phase, &self.last) {
            (Phase::Log | Phase::LogAgain, Action::Anchor) => self.anchored = true,
            (Phase::Head | Phase::Log | Phase::LogAgain, _) => return self.give_up(problem),
            (Phase::Feed, _) => self.phase = Phase::LogAgain,
            (Phase::Blobs, _) => _ = self.blobs.pop_front(),
            _ => self.leave_photo(),
        }
        self.problems.push(problem);
    }

    fn leave_photo(&mut self) {
        if let Some((hash, _)) = self.photo.take() {
            self.photos_left.remove(&hash);
        }
    }

    fn give_up(&mut self, problem: Problem) {
        self.problems.push(problem);
        self.gave_up = true;
        self.phase = Phase::End;
    }

    fn next(&mut self, local: &Local) -> Action {
        loop {
            let next = match self.phase {
                Phase::Head => return Action::GetHead,
                Phase::Log | Phase::LogAgain => self.next_of_log(local),
                Phase::Feed => return Action::GetFeed,
                Phase::Blobs => self.blobs.front().map(|hash| Action::GetBlob(*hash)),
                Phase::Photos => self.next_photo(local),
                Phase::Wipe => return Action::Wipe,
                Phase::End => return Action::End,
            };
            match next {
                Some(Action::End) => self.phase = Phase::End,
                Some(action) => return action,
                None => {
                    self.phase = match self.phase {
                        Phase::Log => Phase::Feed,
                        Phase::Blobs => Phase::LogAgain,
                        Phase::LogAgain => Phase::Photos,
                        _ => Phase::End,
                    }
                }
            }
        }
    }

    /// `None` once the server has all there is.
    fn next_of_log(&mut self, local: &Local) -> Option<Action> {
        if !local.has_key {
            return Some(Action::NewKey);
        }
        if local.epoch > self.server_epoch {
            return Some(Action::ForgetEpochs {
                from: self.server_epoch + 1,
            });
        }
        if local.epoch < self.server_epoch {
            // The answer to an earlier request for an epoch was lost, or a copy of this phone went further.
            let unused = self.seen_seq(self.server_epoch) == 0;
            return if self.our_key && unused {
                Some(Action::AdoptNewest)
            } else {
                self.open_epoch(local, EpochReason::Fork)
            };
        }
        if !local.key_is_epochs {
            return self.open_epoch(local, EpochReason::KeyLost);
        }
        if self.parted(local) {
            return self.open_epoch(local, EpochReason::Fork);
        }
        if local.anchor_due && !self.anchored {
            return Some(Action::Anchor);
        }
        if self.server_is_behind(local) && !self.offered {
            self.offered = true;
            return Some(Action::OfferPhotos);
        }
        self.next_of_lines(local)
    }

    fn next_of_lines(&mut self, local: &Local) -> Option<Action> {
        for line in &local.lines {
            let fork = self.forks.get(&line.epoch).filter(|_| line.branch.is_empty());
            if let Some(&from) = fork {
                return if line.epoch == local.epoch {
                    self.open_epoch(local, EpochReason::Fork)
                } else {
                    Some(Action::MakeBranch {
                        epoch: line.epoch,
                        from,
                    })
                };
            }
            let held = self.held_of(line);
            if held < line.tip_seq {
                return Some(Action::Push {
                    epoch: line.epoch,
                    branch: line.branch.clone(),
                    from: (held + 1).max(line.first_seq),
                    max_records: self.max_records,
                });
            }
        }
        local
            .aside
            .then(|| self.open_epoch(local, EpochReason::Quarantined))
            .flatten()
    }

    fn open_epoch(&mut self, local: &Local, reason: EpochReason) -> Option<Action> {
        self.epochs += 1;
        if self.epochs > EPOCHS {
            self.give_up(Problem::new("unsettled", "each new epoch meets another conflict"));
            return Some(Action::End);
        }
        let vouches = (local.key_is_epochs || self.our_key) && !self.unproved;
        let reason = if vouches { reason } else { EpochReason::KeyLost };
        Some(Action::OpenEpoch {
            epoch: self.server_epoch + 1,
            reason,
        })
    }

    fn seen_seq(&self, epoch: u32) -> u64 {
        self.seen.get(&(epoch, String::new())).map_or(0, |seen| seen.seq)
    }

    /// The newest epoch's main line goes on elsewhere: this phone was restored from a copy, or copied. What the
    /// server has further is not ours to continue, and ours not the server's.
    fn parted(&self, local: &Local) -> bool {
        let Some(seen) = self.seen.get(&(local.epoch, String::new())) else {
            return false;
        };
        let line = local
            .lines
            .iter()
            .find(|line| line.epoch == local.epoch && line.branch.is_empty());
        let (first, tip) = line.map_or((1, 0), |line| (line.first_seq, line.tip_seq));
        seen.seq > tip || (seen.same == Some(false) && seen.seq >= first)
    }

    /// The server's own log is behind its receipts: it was restored from a backup.
    fn server_is_behind(&self, local: &Local) -> bool {
        local.lines.iter().any(|line| {
            let seen = self.seen.get(&(line.epoch, line.branch.clone()));
            line.receipted_seq > seen.map_or(0, |seen| seen.seq)
                && !self.held.contains_key(&(line.epoch, line.branch.clone()))
                && line.branch.is_empty()
        })
    }

    /// Up to where the server surely has a line of ours.
    fn held_of(&self, line: &LogLineRow) -> u64 {
        let key = (line.epoch, line.branch.clone());
        if let Some(held) = self.held.get(&key) {
            return *held;
        }
        match self.seen.get(&key) {
            Some(seen) if seen.same == Some(true) || seen.seq < line.first_seq => seen.seq,
            // It has other records there, or more than we have: what it gave receipts for is common, and
            // the next push shows where the two part.
            Some(_) => line.receipted_seq,
            None if line.branch.is_empty() => 0,
            None => line.first_seq - 1,
        }
    }

    fn next_photo(&mut self, local: &Local) -> Option<Action> {
        if let Some((hash, offset)) = self.photo {
            let pieces = local
                .photos
                .iter()
                .find(|photo| photo.hash == hash)
                .map_or(0, |photo| photo.bytes.div_ceil(PHOTO_CHUNK_BYTES as u64));
            self.repairs += u32::from(matches!(self.last, Action::SendPhoto { offset: last, .. } if last >= offset));
            if self.repairs <= REPAIRS && pieces > 0 {
                return Some(Action::SendPhoto { hash, offset });
            }
            self.leave_photo();
        }
        let hash = local
            .photos
            .iter()
            .map(|photo| photo.hash)
            .find(|hash| self.photos_left.remove(hash))?;
        self.photo = Some((hash, 0));
        Some(Action::AskPhoto(hash))
    }
}
