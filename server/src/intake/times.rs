use std::collections::HashSet;

use onbeat_core::{
    reading::{BootId, Stamp},
    record::{Body, Hash},
    time::{ClockAnchor, Clocks},
};

use crate::{
    app::App,
    clock::bounded,
    fold::{anchor_of, anchors_in, boot_key},
    store::{LogRow, StoreResult},
};

/// Key of the records that came before their boot had an anchor.
pub(super) fn unanchored_key(stream: &str, boot: &str) -> String {
    format!("unanchored/{stream}/{boot}")
}

/// What is known of the clocks of one stream's boots, as far as some records need it.
pub(super) struct Times {
    clocks: Clocks,
    anchored: HashSet<BootId>,
    /// What was stored of boots before their first anchor, where that came just now.
    pub(super) before_first: Vec<LogRow>,
}

impl Times {
    /// From the anchors that are stored and those among some records (hash and body), whether these are
    /// stored already (a retry is to hear the same answer) or not.
    pub(super) async fn gather(app: &App, stream: &str, records: &[(Hash, &Body)]) -> StoreResult<Self> {
        let fresh = records
            .iter()
            .filter_map(|(_, body)| anchor_of(&app.signer, stream, body));
        let mut anchors: Vec<ClockAnchor> = fresh.collect();
        let here: HashSet<Hash> = records.iter().map(|(hash, _)| *hash).collect();
        let boots: HashSet<BootId> = records.iter().map(|(_, body)| body.at.boot.clone()).collect();
        let mut before_first = Vec::new();
        for boot in &boots {
            let comes_now = anchors.iter().any(|anchor| anchor.boot == *boot);
            let rows = app.store.records_of(&boot_key(stream, boot)).await?;
            if comes_now && rows.iter().all(|row| here.contains(&row.hash)) {
                before_first.extend(app.store.records_of(&unanchored_key(stream, boot)).await?);
            }
            anchors.extend(anchors_in(&app.signer, stream, &rows));
        }
        let anchored = anchors.iter().map(|anchor| anchor.boot.clone()).collect();
        let drift_ppm = app.documents().policy(app.now_ms()).clock.drift_ppm;
        Ok(Self {
            clocks: Clocks::new(anchors, drift_ppm),
            anchored,
            before_first,
        })
    }

    /// Trusted time of a stamp, milliseconds since 1970 (UTC).
    pub(super) fn at_ms(&self, stamp: &Stamp) -> i64 {
        bounded(self.clocks.trust(stamp).at_ms)
    }

    /// Whether its boot has an anchor.
    pub(super) fn anchored(&self, boot: &str) -> bool {
        self.anchored.contains(boot)
    }
}
