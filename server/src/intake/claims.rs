//! Which anchors count. The server signs its time over whatever head a phone names, and the phone says at which
//! time since boot it asked; so an anchor is a claim, held against the records around it and against all that
//! the server has signed (docs/adr/0009).

use std::collections::HashMap;

use onbeat_core::{
    reading::Stamp,
    record::{Hash, TOLERANCE_MS},
    rules::clock::Anchored,
    time::{ClockAnchor, Trusted},
};

use crate::{fold::Times, store::LogRow};

/// Records that a phone may have written while its question was under way.
pub(super) const LOOK_BACK: usize = 128;
/// A reading is recorded a moment after it is made, and the server's clock is corrected now and then.
const SLACK_MS: i64 = 5_000;

/// What stands before an anchor in its line.
pub(super) struct Step {
    pub(super) seq: u64,
    pub(super) hash: Hash,
    /// `None`: the certificate, or a body that can't be read.
    pub(super) at: Option<Stamp>,
}

/// One anchor, with how it ties its boot to true time.
pub(super) struct Claim<'a> {
    pub(super) at: &'a Stamp,
    pub(super) anchored: &'a Anchored,
    pub(super) tie: ClockAnchor,
}

impl Claim<'_> {
    /// It is signed over a record before it; what stands between was written while the answer was under way.
    pub(super) fn in_place(&self, before: &[Step]) -> bool {
        let (head, sent_ms) = (&self.anchored.anchor, self.anchored.sent_elapsed_ms);
        if self.at.elapsed_ms.saturating_sub(self.anchored.received_elapsed_ms) > SLACK_MS {
            return false;
        }
        for step in before.iter().rev().take(LOOK_BACK) {
            let of_boot = step.at.as_ref().filter(|at| at.boot == self.at.boot);
            let since_ms = of_boot.map(|at| at.elapsed_ms.saturating_sub(sent_ms));
            if (step.seq, step.hash) == (head.seq, head.hash) {
                return since_ms.is_none_or(|since_ms| since_ms <= SLACK_MS);
            }
            if since_ms.is_some_and(|since_ms| since_ms < -SLACK_MS) {
                return false;
            }
        }
        false
    }

    /// It agrees with all anchors of its boot that count already.
    pub(super) fn agrees_with<'a>(&self, mut known: impl Iterator<Item = &'a ClockAnchor>, drift_ppm: i64) -> bool {
        known.all(|other| {
            let here = self.tie.reckon(other.elapsed_ms, drift_ppm);
            let apart_ms = here.at_ms.abs_diff(other.at_ms);
            apart_ms <= (slack_ms(here).saturating_add(other.error_ms)).unsigned_abs()
        })
    }

    /// It does not put the beginning of its boot before a time that was signed before it, nor a record behind its
    /// receipt. `stored` are the records of its boot that came before any anchor.
    pub(super) fn is_possible(&self, times: &Times, stored: &[LogRow], now_ms: i64) -> bool {
        let reckon = |elapsed_ms| self.tie.reckon(elapsed_ms, times.drift_ppm);
        let not_after = |when: Trusted, bound_ms| when.at_ms.saturating_sub(slack_ms(when)) <= bound_ms;
        let not_before = |when: Trusted, bound_ms| when.at_ms.saturating_add(slack_ms(when)) >= bound_ms;
        let stated = stored.iter().filter_map(|row| {
            let body = row.read()?;
            Some((body.at, row.received_ms))
        });
        let stated: Vec<(Stamp, i64)> = stated.collect();
        let since_ms = times.since.get(&self.at.boot);
        since_ms.is_none_or(|since_ms| not_before(reckon(0), *since_ms))
            && not_after(reckon(self.at.elapsed_ms), now_ms)
            && stated
                .iter()
                .all(|(at, received_ms)| not_after(reckon(at.elapsed_ms), *received_ms))
            && sent_live(&stated).all(|at| not_before(reckon(at.elapsed_ms), at.at_ms.saturating_sub(TOLERANCE_MS)))
    }
}

/// The newest record of each push whose wall clock read what the server's did when it came. It was right, then:
/// wrong by just as much as the record was late it can hardly have been.
fn sent_live(stated: &[(Stamp, i64)]) -> impl Iterator<Item = &Stamp> {
    let mut newest: HashMap<i64, &Stamp> = HashMap::new();
    for (at, received_ms) in stated {
        let known = newest.entry(*received_ms).or_insert(at);
        if at.elapsed_ms > known.elapsed_ms {
            *known = at;
        }
    }
    let live = |(received_ms, at): &(i64, &Stamp)| at.at_ms.abs_diff(*received_ms) <= TOLERANCE_MS.unsigned_abs();
    newest.into_iter().filter(live).map(|(_, at)| at)
}

fn slack_ms(when: Trusted) -> i64 {
    when.error_ms.unwrap_or(0).saturating_add(SLACK_MS)
}
