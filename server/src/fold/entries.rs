use std::{collections::HashMap, panic::resume_unwind};

use onbeat_core::{
    record::{BodyLine, StreamId},
    rules::{Entry, Name},
    time::Trusted,
};

use super::times::Times;
use crate::{
    app::App,
    background,
    clock::bounded,
    store::{LogRow, StoreResult},
};

/// Stored records as the rules see them: read, with their trusted time. Erased and unreadable ones have none.
pub(super) async fn entries(app: &App, rows: Vec<LogRow>, drift_ppm: i64) -> StoreResult<Vec<Entry>> {
    let read = background::run(|| rows.into_iter().filter_map(read).collect());
    let read: Vec<(LogRow, BodyLine)> = read.await.unwrap_or_else(|error| resume_unwind(error.into_panic()));
    let times = times(app, &read, drift_ppm).await?;
    let when = |row: &LogRow, body: &BodyLine| match times.get(&row.line.stream) {
        Some(times) => times.when(&body.at, row.received_ms),
        // The desk's own records carry the server's time.
        None => Trusted {
            at_ms: bounded(body.at.at_ms),
            error_ms: Some(0),
        },
    };
    let entry = |(row, body): (LogRow, BodyLine)| Entry {
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

fn read(mut row: LogRow) -> Option<(LogRow, BodyLine)> {
    let body = BodyLine::parse(row.body.take()?).ok()?;
    Some((row, body))
}

/// The times of the phones' streams among some records, from all that is known of the boots they name.
async fn times(app: &App, read: &[(LogRow, BodyLine)], drift_ppm: i64) -> StoreResult<HashMap<StreamId, Times>> {
    let phones = read.iter().filter(|(row, _)| row.line.stream != *app.desk.stream());
    let mut boots: HashMap<&str, Vec<&str>> = HashMap::new();
    for (row, body) in phones {
        boots.entry(&row.line.stream).or_default().push(&body.at.boot);
    }
    let mut times = HashMap::new();
    for (stream, boots) in boots {
        times.insert(stream.to_owned(), Times::stored(app, stream, boots, drift_ppm).await?);
    }
    Ok(times)
}
