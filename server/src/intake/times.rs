use std::collections::HashSet;

use onbeat_core::{
    reading::{BootId, Stamp},
    record::{Body, Hash},
    rules::clock::Anchored,
    time::{ClockAnchor, Clocks},
};

use crate::{
    app::App,
    clock::bounded,
    signer::Signer,
    store::{LogRow, StoreResult},
};

/// An answer that took longer to come says too little.
const ROUND_TRIP_MOST_MS: i64 = 60_000;

/// Key of a boot's anchors.
pub(crate) fn boot_key(stream: &str, boot: &str) -> String {
    format!("boot/{stream}/{boot}")
}

/// Key of the records that came before their boot had an anchor.
pub(super) fn unanchored_key(stream: &str, boot: &str) -> String {
    format!("unanchored/{stream}/{boot}")
}

/// The anchor that a record ties its boot to, if it is the server's own word over this stream.
pub(crate) fn anchor_of(signer: &Signer, stream: &str, body: &Body) -> Option<ClockAnchor> {
    let anchored: Anchored = body.read()?.ok()?;
    let (sent, received) = (anchored.sent_elapsed_ms, anchored.received_elapsed_ms);
    let round_trip_ms = received.checked_sub(sent)?;
    let in_time = (0..=ROUND_TRIP_MOST_MS).contains(&round_trip_ms) && received <= body.at.elapsed_ms;
    let anchor = &anchored.anchor;
    (in_time && anchor.stream == stream && signer.signed(anchor)).then(|| ClockAnchor {
        boot: body.at.boot.clone(),
        elapsed_ms: sent + round_trip_ms / 2,
        at_ms: anchor.server_at,
        error_ms: (round_trip_ms + 1) / 2,
    })
}

/// The anchors among stored records of a boot.
pub(crate) fn anchors_in(signer: &Signer, stream: &str, rows: &[LogRow]) -> Vec<ClockAnchor> {
    let bodies = rows.iter().filter_map(|row| Body::parse(row.body.as_deref()?).ok());
    bodies.filter_map(|body| anchor_of(signer, stream, &body)).collect()
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
