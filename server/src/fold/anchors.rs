use onbeat_core::{record::Body, rules::clock::Anchored, time::ClockAnchor};

use crate::{signer::Signer, store::LogRow};

/// An answer that took longer to come says too little.
const ROUND_TRIP_MOST_MS: i64 = 60_000;

/// Key of a boot's anchors.
pub(crate) fn boot_key(stream: &str, boot: &str) -> String {
    format!("boot/{stream}/{boot}")
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
