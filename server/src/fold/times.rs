//! What time the stamps of one phone mean, as far as can be told: signed time where a boot has an anchor, else its
//! wall clock as far as that can be true (docs/adr/0009).

use std::collections::{BTreeSet, HashMap};

use onbeat_core::{
    reading::{BootId, Stamp},
    record::{Hash, Moment},
    time::{ClockAnchor, Clocks, Trusted},
};

use super::anchors::{anchors_in, boot_key};
use crate::{
    clock::bounded,
    store::{Cell, Lookup, StoreResult, Wanted},
};

const SINCE: &str = "boot_since";

/// The cell that says when a boot's time since boot began at the earliest, milliseconds since 1970 (UTC): its
/// first record came after a time that the server had signed.
pub(crate) fn since_cell(stream: &str, boot: &str, since_ms: i64) -> Cell {
    Cell {
        kind: SINCE.into(),
        key: since_key(stream, boot),
        body: since_ms.to_string(),
        expires_ms: None,
    }
}

fn since_key(stream: &str, boot: &str) -> String {
    format!("{stream}/{boot}")
}

/// What is known of the clocks of some boots of a stream.
pub(crate) struct Times {
    /// The anchors that count.
    pub(crate) anchors: Vec<ClockAnchor>,
    /// By boot, the records that bring the stored ones.
    pub(crate) anchored_by: HashMap<BootId, Vec<Hash>>,
    /// By boot, see [`since_cell`].
    pub(crate) since: HashMap<BootId, i64>,
    pub(crate) drift_ppm: i64,
    clocks: Clocks,
}

impl Times {
    /// What [`Times::stored`] asks for.
    pub(crate) fn wanted<'a>(stream: &str, boots: impl IntoIterator<Item = &'a str>) -> Wanted {
        let boots: BTreeSet<&str> = boots.into_iter().collect();
        let since = |boot: &&str| (SINCE.to_owned(), since_key(stream, boot));
        Wanted {
            keys: boots.iter().map(|boot| boot_key(stream, boot)).collect(),
            cells: boots.iter().map(since).collect(),
            ..Wanted::default()
        }
    }

    /// From what is stored.
    pub(crate) async fn stored<'a>(
        store: &dyn Lookup,
        stream: &str,
        boots: impl IntoIterator<Item = &'a str>,
        drift_ppm: i64,
    ) -> StoreResult<Self> {
        let mut times = Self {
            anchors: Vec::new(),
            anchored_by: HashMap::new(),
            since: HashMap::new(),
            drift_ppm,
            clocks: Clocks::default(),
        };
        for boot in boots.into_iter().collect::<BTreeSet<_>>() {
            let rows = store.records_of(&boot_key(stream, boot)).await?;
            times.anchors.extend(anchors_in(&rows));
            if !rows.is_empty() {
                let records = rows.iter().map(|row| row.hash).collect();
                times.anchored_by.insert(boot.to_owned(), records);
            }
            let cell = store.cell(SINCE, &since_key(stream, boot), i64::MIN).await?;
            let since = cell.and_then(|cell| cell.body.parse().ok());
            times.since.extend(since.map(|since| (boot.to_owned(), since)));
        }
        times.clocks = Clocks::new(times.anchors.clone(), drift_ppm);
        Ok(times)
    }

    /// With anchors that came just now.
    pub(crate) fn with(mut self, fresh: Vec<ClockAnchor>) -> Self {
        if !fresh.is_empty() {
            self.anchors.extend(fresh);
            self.clocks = Clocks::new(self.anchors.clone(), self.drift_ppm);
        }
        self
    }

    /// Whether a boot has an anchor.
    pub(crate) fn anchored(&self, boot: &str) -> bool {
        self.clocks.anchored(boot)
    }

    /// The time of a stamp that came at `received_ms`, bounded to what calendars are asked about.
    pub(crate) fn when(&self, stamp: &Stamp, received_ms: i64) -> Trusted {
        let when = self.clocks.trust(stamp);
        let at_ms = match when.error_ms {
            Some(_) => when.at_ms,
            None => self.wall_ms(stamp, received_ms),
        };
        Trusted {
            at_ms: bounded(at_ms),
            ..when
        }
    }

    /// A wall clock, brought between the earliest and the latest that it can be: whoever sets it wrong is
    /// accused of nothing, and moves nothing to another day.
    pub(crate) fn wall_ms(&self, stamp: &Stamp, received_ms: i64) -> i64 {
        let wall = Moment::signed(stamp.at_ms);
        let since = self.since.get(&stamp.boot);
        let first_ms = since.map_or(i64::MIN, |since| since.saturating_add(stamp.elapsed_ms));
        if wall.late_ms(Moment::signed(received_ms)).is_some() {
            received_ms
        } else if wall.early_ms(Moment::signed(first_ms)).is_some() {
            first_ms.min(received_ms)
        } else {
            stamp.at_ms
        }
    }
}
