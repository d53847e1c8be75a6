use onbeat_core::{record::BodyLine, rules::clock::Anchored, time::ClockAnchor};

use crate::store::LogRow;

/// An answer that took longer to come says too little.
const ROUND_TRIP_MOST_MS: i64 = 60_000;

/// Key of a boot's anchors: of those that count.
pub(crate) fn boot_key(stream: &str, boot: &str) -> String {
    format!("boot/{stream}/{boot}")
}

/// How a record ties its boot to the server's time. Whether that counts is decided at intake.
pub(crate) fn tie_of(body: &BodyLine, anchored: &Anchored) -> Option<ClockAnchor> {
    let (sent, received) = (anchored.sent_elapsed_ms, anchored.received_elapsed_ms);
    let round_trip_ms = received.checked_sub(sent)?;
    let in_time = (0..=ROUND_TRIP_MOST_MS).contains(&round_trip_ms) && received <= body.at.elapsed_ms;
    in_time.then(|| ClockAnchor {
        boot: body.at.boot.clone(),
        elapsed_ms: sent + round_trip_ms / 2,
        at_ms: anchored.anchor.server_at,
        error_ms: (round_trip_ms + 1) / 2,
    })
}

/// The anchors among the stored records that [`boot_key`] finds.
pub(super) fn anchors_in(rows: &[LogRow]) -> impl Iterator<Item = ClockAnchor> {
    let bodies = rows.iter().filter_map(LogRow::read);
    bodies.filter_map(|body| tie_of(&body, &body.read()?.ok()?))
}
