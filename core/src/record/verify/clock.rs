//! Times that cannot be true: what a record states against what was signed before and after it.

use std::collections::VecDeque;

use super::report::{FaultCode, Findings, Place};
use crate::{
    reading::{BootId, Stamp},
    record::{Anchor, Moment, backwards_ms},
};

/// A phone's oscillator runs wrong by at most one part in so many (100 ppm; quartz for telephones is made to
/// 20 ppm, heat and age add to it).
const DRIFT_PARTS: i64 = 10_000;
/// Boots that are remembered; a chain does not come back to an old boot.
const MAX_BOOTS: usize = 64;
/// Records remembered until a receipt covers them.
const MAX_UNRECEIPTED: usize = 65_536;

/// The times of one line of records, in the order of its chain.
#[derive(Default)]
pub(super) struct Clocks {
    boots: VecDeque<Boot>,
    /// Newest signed time that all further records come after, and the bound of its error.
    floor: Option<Moment>,
    unreceipted: VecDeque<Stated>,
}

struct Boot {
    id: BootId,
    newest_elapsed_ms: i64,
    /// Moment time at an elapsed time of this boot.
    anchor: Option<(i64, Moment)>,
    /// The first record whose wall clock is too early, and the first too late: an anchor of this boot may
    /// still show that only the wall clock was wrong.
    early: Option<Doubt>,
    late: Option<Doubt>,
}

struct Doubt {
    stated: Stated,
    bound: Moment,
}

/// What a record states of its time.
#[derive(Clone)]
struct Stated {
    seq: u64,
    file_line: u64,
    stamp: Stamp,
}

/// The fields of a body that anchors its boot.
#[derive(serde::Deserialize)]
pub(super) struct Anchored {
    pub(super) anchor: Anchor,
    sent_elapsed_ms: i64,
    received_elapsed_ms: i64,
}

impl Clocks {
    /// Times of the records behind a certificate: all were written after it.
    pub(super) fn after(issued_at: Option<i64>) -> Self {
        Self {
            floor: issued_at.map(Moment::signed),
            ..Self::default()
        }
    }

    /// Times of records that are carried over from the line of `self`: they follow on its last.
    pub(super) fn carried_on(&self) -> Self {
        let boot = |boot: &Boot| Boot {
            newest_elapsed_ms: boot.newest_elapsed_ms,
            anchor: boot.anchor,
            ..Boot::new(boot.id.clone())
        };
        Self {
            boots: self.boots.iter().map(boot).collect(),
            floor: self.floor,
            unreceipted: VecDeque::new(),
        }
    }

    /// From here on all records were written after this time.
    pub(super) fn go_on_after(&mut self, at_ms: i64) {
        self.raise_floor(Moment::signed(at_ms));
    }

    /// The next record of the chain; `anchored` where it brings a valid anchor.
    pub(super) fn record(
        &mut self,
        (seq, file_line): (u64, u64),
        stamp: &Stamp,
        anchored: Option<&Anchored>,
        place: &Place,
        findings: &mut Findings,
    ) {
        let stated = Stated {
            seq,
            file_line,
            stamp: stamp.clone(),
        };
        let floor = self.floor;
        let boot = self.boot(&stamp.boot, place, findings);
        if let Some(anchored) = anchored {
            boot.anchored(anchored, place, findings);
        }
        boot.runs_on(&stated, place, findings);
        if let Some(floor) = floor {
            boot.not_before(&stated, floor, place, findings);
        }
        if let Some(anchored) = anchored {
            self.raise_floor(anchored.signed());
        }
        if self.unreceipted.len() == MAX_UNRECEIPTED {
            self.unreceipted.pop_front();
        }
        self.unreceipted.push_back(stated);
    }

    /// A valid receipt: all records up to `seq` were written before it.
    pub(super) fn receipted(&mut self, seq: u64, received_at: i64, place: &Place, findings: &mut Findings) {
        let bound = Moment::signed(received_at);
        while let Some(stated) = self.unreceipted.pop_front_if(|stated| stated.seq <= seq) {
            if let Some(boot) = self.boots.iter_mut().find(|boot| boot.id == stated.stamp.boot) {
                boot.not_after(&stated, bound, place, findings);
            }
        }
    }

    /// Tells what no anchor has cleared up.
    pub(super) fn close(&mut self, place: &Place, findings: &mut Findings) {
        for boot in std::mem::take(&mut self.boots) {
            boot.close(place, findings);
        }
    }

    fn boot(&mut self, id: &BootId, place: &Place, findings: &mut Findings) -> &mut Boot {
        let index = self.boots.iter().rposition(|boot| boot.id == *id).unwrap_or_else(|| {
            if self.boots.len() == MAX_BOOTS
                && let Some(oldest) = self.boots.pop_front()
            {
                oldest.close(place, findings);
            }
            self.boots.push_back(Boot::new(id.clone()));
            self.boots.len() - 1
        });
        &mut self.boots[index]
    }

    fn raise_floor(&mut self, signed: Moment) {
        if self.floor.is_none_or(|floor| signed.at_ms > floor.at_ms) {
            self.floor = Some(signed);
        }
    }
}

impl Anchored {
    /// The signed time, taken as that of the middle of the round trip.
    fn signed(&self) -> Moment {
        let round_trip_ms = self.received_elapsed_ms.saturating_sub(self.sent_elapsed_ms).max(0);
        Moment {
            at_ms: self.anchor.server_at,
            error_ms: round_trip_ms / 2,
        }
    }

    fn middle_ms(&self) -> i64 {
        self.sent_elapsed_ms.midpoint(self.received_elapsed_ms)
    }
}

impl Boot {
    fn new(id: BootId) -> Self {
        Self {
            id,
            newest_elapsed_ms: i64::MIN,
            anchor: None,
            early: None,
            late: None,
        }
    }

    fn anchored(&mut self, anchored: &Anchored, place: &Place, findings: &mut Findings) {
        self.anchor = Some((anchored.middle_ms(), anchored.signed()));
        if let Some(doubt) = self.early.take() {
            self.not_before(&doubt.stated, doubt.bound, place, findings);
        }
        if let Some(doubt) = self.late.take() {
            self.not_after(&doubt.stated, doubt.bound, place, findings);
        }
    }

    /// Time since boot never runs backwards along the chain.
    fn runs_on(&mut self, stated: &Stated, place: &Place, findings: &mut Findings) {
        let elapsed_ms = stated.stamp.elapsed_ms;
        if let Some(behind_ms) = backwards_ms(self.newest_elapsed_ms, elapsed_ms) {
            let why = format!("{} earlier since boot than a record before it", seconds(behind_ms));
            stated.fault(place, findings, why);
        }
        self.newest_elapsed_ms = self.newest_elapsed_ms.max(elapsed_ms);
    }

    fn not_before(&mut self, stated: &Stated, bound: Moment, place: &Place, findings: &mut Findings) {
        let Some(early_ms) = self.time(stated).early_ms(bound) else {
            return;
        };
        if self.anchor.is_some() {
            let why = format!("{} earlier than a time the server signed before it", seconds(early_ms));
            stated.fault(place, findings, why);
        } else if self.early.is_none() {
            let stated = stated.clone();
            self.early = Some(Doubt { stated, bound });
        }
    }

    fn not_after(&mut self, stated: &Stated, bound: Moment, place: &Place, findings: &mut Findings) {
        let Some(late_ms) = self.time(stated).late_ms(bound) else {
            return;
        };
        if self.anchor.is_some() {
            let why = format!("{} later than the server's receipt for it", seconds(late_ms));
            stated.fault(place, findings, why);
        } else if self.late.is_none() {
            let stated = stated.clone();
            self.late = Some(Doubt { stated, bound });
        }
    }

    /// Moment time carried on by time since boot, else the wall clock.
    fn time(&self, stated: &Stated) -> Moment {
        let Some((anchor_elapsed_ms, signed)) = self.anchor else {
            return Moment {
                at_ms: stated.stamp.at_ms,
                error_ms: 0,
            };
        };
        let since_ms = stated.stamp.elapsed_ms.saturating_sub(anchor_elapsed_ms);
        Moment {
            at_ms: signed.at_ms.saturating_add(since_ms),
            error_ms: signed.error_ms.saturating_add(since_ms.saturating_abs() / DRIFT_PARTS),
        }
    }

    fn close(self, place: &Place, findings: &mut Findings) {
        if let Some(Doubt { stated, bound }) = self.early {
            let by = seconds(bound.at_ms.saturating_sub(stated.stamp.at_ms));
            let why = format!("its wall clock reads {by} earlier than a time the server signed before it");
            stated.fault(place, findings, why);
        }
        if let Some(Doubt { stated, bound }) = self.late {
            let by = seconds(stated.stamp.at_ms.saturating_sub(bound.at_ms));
            let why = format!("its wall clock reads {by} later than the server's receipt for it");
            stated.fault(place, findings, why);
        }
    }
}

impl Stated {
    fn fault(&self, place: &Place, findings: &mut Findings, why: String) {
        findings.fault(FaultCode::BackDated, place, self.seq, self.file_line, why);
    }
}

fn seconds(ms: i64) -> String {
    format!("{} s", ms / 1_000)
}
