use std::collections::{BTreeSet, HashMap};

use onbeat_core::{
    record::{Body, StreamId},
    rules::{Entry, Name},
    time::{ClockAnchor, Clocks, Trusted},
};

use super::anchors::{anchors_in, boot_key};
use crate::{
    app::App,
    clock::bounded,
    store::{LogRow, StoreResult},
};

/// Stored records as the rules see them: read, with their trusted time. Erased and unreadable ones have none.
pub(super) async fn entries(app: &App, rows: Vec<LogRow>, drift_ppm: i64) -> StoreResult<Vec<Entry>> {
    let read: Vec<(LogRow, Body)> = rows
        .into_iter()
        .filter_map(|row| {
            let body = Body::parse(row.body.as_deref()?).ok()?;
            Some((row, body))
        })
        .collect();
    let clocks = clocks(app, &read, drift_ppm).await?;
    let when = |row: &LogRow, body: &Body| {
        // The desk's own records carry the server's time.
        let own = Trusted {
            at_ms: body.at.at_ms,
            error_ms: Some(0),
        };
        let when = clocks
            .get(&row.line.stream)
            .map_or(own, |clocks| clocks.trust(&body.at));
        Trusted {
            at_ms: bounded(when.at_ms),
            ..when
        }
    };
    let entry = |(row, body): (LogRow, Body)| Entry {
        when: when(&row, &body),
        name: Name {
            stream: row.line.stream,
            epoch: row.line.epoch,
            branch: row.line.branch,
            seq: row.seq,
        },
        hash: row.hash,
        body,
    };
    let mut entries: Vec<Entry> = read.into_iter().map(entry).collect();
    entries.sort_by(|a, b| (a.when.at_ms, &a.name).cmp(&(b.when.at_ms, &b.name)));
    Ok(entries)
}

/// The clocks of the phones' streams among some records, from all anchors of the boots they name.
async fn clocks(app: &App, read: &[(LogRow, Body)], drift_ppm: i64) -> StoreResult<HashMap<StreamId, Clocks>> {
    let phones = read.iter().filter(|(row, _)| row.line.stream != *app.desk.stream());
    let boots: BTreeSet<(&str, &str)> = phones
        .map(|(row, body)| (row.line.stream.as_str(), body.at.boot.as_str()))
        .collect();
    let mut anchors: HashMap<StreamId, Vec<ClockAnchor>> = HashMap::new();
    for (stream, boot) in boots {
        let rows = app.store.records_of(&boot_key(stream, boot)).await?;
        let known = anchors.entry(stream.to_owned()).or_default();
        known.extend(anchors_in(&app.signer, stream, &rows));
    }
    let clocks = |(stream, anchors)| (stream, Clocks::new(anchors, drift_ppm));
    Ok(anchors.into_iter().map(clocks).collect())
}
